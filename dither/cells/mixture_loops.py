"""Compiled loops over the samples of cells: the best mixture of a set of colours, and its loss."""

import numpy as np

from dither.native.loop import compiled

# A mixture is found when moving a share from one colour to another lowers its loss by less than this.
_GAP = 1e-5
# Steps of the descent that finds a mixture; two colours need one, four rarely more than ten.
_STEPS = 20


@compiled(inline=True)
def _offer(
    sample: np.ndarray,
    colors: np.ndarray,
    cones: np.ndarray,
    labs: np.ndarray,
    roots_to_oklab: np.ndarray,
    penalty: np.ndarray,
    errors: np.ndarray,
    own: np.ndarray,
) -> None:
    """Write the linearised error of each colour of a set, (N, 3), and its penalty, (N,)."""
    for i in range(len(colors)):
        color = colors[i]
        r0 = sample[3] * (cones[color, 0] - sample[0])
        r1 = sample[4] * (cones[color, 1] - sample[1])
        r2 = sample[5] * (cones[color, 2] - sample[2])
        own[i] = 0.0
        for axis in range(3):
            errors[i, axis] = (
                roots_to_oklab[axis, 0] * r0
                + roots_to_oklab[axis, 1] * r1
                + roots_to_oklab[axis, 2] * r2
            )
            own[i] += penalty[axis] * (labs[color, axis] - sample[6 + axis]) ** 2


@compiled(inline=True)
def _mix(count: int, errors: np.ndarray, own: np.ndarray, shares: np.ndarray) -> float:
    """Find the shares of colours with the least |sum of p_i e_i|^2 + sum of p_i g_i; return that.

    Pairwise steps from the best single colour, each to the least loss along its line.
    """
    best, least = 0, 1e30
    for i in range(count):
        shares[i] = 0.0
        loss = errors[i, 0] ** 2 + errors[i, 1] ** 2 + errors[i, 2] ** 2 + own[i]
        if loss < least:
            best, least = i, loss
    shares[best] = 1.0
    m0, m1, m2 = errors[best, 0], errors[best, 1], errors[best, 2]
    for _ in range(_STEPS):
        into, out_of, low, high = 0, 0, 1e30, -1e30
        for i in range(count):
            slope = 2 * (errors[i, 0] * m0 + errors[i, 1] * m1 + errors[i, 2] * m2) + own[i]
            if slope < low:
                into, low = i, slope
            if shares[i] > 0 and slope > high:
                out_of, high = i, slope
        if high - low < _GAP:
            break
        d0 = errors[into, 0] - errors[out_of, 0]
        d1 = errors[into, 1] - errors[out_of, 1]
        d2 = errors[into, 2] - errors[out_of, 2]
        square = d0 * d0 + d1 * d1 + d2 * d2
        share = shares[out_of]
        if (high - low) < 2 * square * share:
            share = (high - low) / (2 * square)
        shares[into] += share
        shares[out_of] -= share
        m0 += share * d0
        m1 += share * d1
        m2 += share * d2
    loss = m0 * m0 + m1 * m1 + m2 * m2
    for i in range(count):
        loss += shares[i] * own[i]
    return loss


@compiled
def cell_losses(
    samples: np.ndarray,
    weights: np.ndarray,
    sets: np.ndarray,
    cones: np.ndarray,
    labs: np.ndarray,
    roots_to_oklab: np.ndarray,
    penalty: np.ndarray,
    out: np.ndarray,
) -> None:
    """Write the loss of each cell with each set of colours, if each sample has its best mixture.

    Args:
        samples: (cells, S, 9) float64: cone responses that a place should have, the derivative of the
            cube root there, and its OKLab.
        weights: (cells, S) float64, of each sample.
        sets: (sets, N) uint8, colours of each set.
        cones: (K, 3) float64, cone responses of the colours.
        labs: (K, 3) float64, OKLab of the colours.
        roots_to_oklab: (3, 3) float64.
        penalty: (3,) float64, weights of a pixel's own error in L, a and b.
        out: (cells, sets) float64; written.
    """
    count = sets.shape[1]
    errors, own, shares = np.empty((count, 3)), np.empty(count), np.empty(count)
    for cell in range(len(samples)):
        for number in range(len(sets)):
            total = 0.0
            for s in range(samples.shape[1]):
                weight = weights[cell, s]
                if weight > 0:
                    _offer(
                        samples[cell, s],
                        sets[number],
                        cones,
                        labs,
                        roots_to_oklab,
                        penalty,
                        errors,
                        own,
                    )
                    total += weight * _mix(count, errors, own, shares)
            out[cell, number] = total


@compiled
def gather_mixtures(
    samples: np.ndarray,
    weights: np.ndarray,
    sets: np.ndarray,
    choice: np.ndarray,
    cones: np.ndarray,
    labs: np.ndarray,
    roots_to_oklab: np.ndarray,
    penalty: np.ndarray,
    squares: np.ndarray,
    normal: np.ndarray,
    gradient: np.ndarray,
    used: np.ndarray,
    own_errors: np.ndarray,
) -> None:
    """Add up the normal equations of the colours' cone responses, with the best mixture of each sample.

    The first arguments are those of `cell_losses`.

    Args:
        samples: as there.
        weights: as there.
        sets: as there.
        choice: (cells,) int32, the set of each cell.
        cones: as there.
        labs: as there.
        roots_to_oklab: as there.
        penalty: as there.
        squares: (3, 3) float64, M^T M with M the matrix from cube roots to OKLab.
        normal: (K, 3, K, 3) float64; added to.
        gradient: (K, 3) float64, half the gradient of the squared errors of means; added to.
        used: (K,) float64, the weight with which each colour is used; added to.
        own_errors: (K, 3) float64, the sum of its weighted errors in OKLab; added to.
    """
    count = sets.shape[1]
    errors, own, shares = np.empty((count, 3)), np.empty(count), np.empty(count)
    rest = np.empty(3)
    for cell in range(len(samples)):
        colors = sets[choice[cell]]
        for s in range(samples.shape[1]):
            weight = weights[cell, s]
            if weight <= 0:
                continue
            sample = samples[cell, s]
            _offer(sample, colors, cones, labs, roots_to_oklab, penalty, errors, own)
            _mix(count, errors, own, shares)
            rest[:] = -sample[:3]
            for i in range(count):
                if shares[i] > 0:
                    used[colors[i]] += weight * shares[i]
                    for axis in range(3):
                        rest[axis] += shares[i] * cones[colors[i], axis]
                        own_errors[colors[i], axis] += (
                            weight * shares[i] * (labs[colors[i], axis] - sample[6 + axis])
                        )
            for a in range(3):
                for b in range(3):
                    both = weight * squares[a, b] * sample[3 + a] * sample[3 + b]
                    for i in range(count):
                        if shares[i] == 0:
                            continue
                        one = both * shares[i]
                        gradient[colors[i], a] += one * rest[b]
                        for j in range(count):
                            if shares[j] > 0:
                                normal[colors[i], a, colors[j], b] += one * shares[j]
