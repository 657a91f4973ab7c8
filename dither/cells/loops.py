"""Compiled loops of the optimizer for images whose cells have palettes of their own."""

import numpy as np

from dither.native.loop import compiled

# A mixture is found when moving a share from one colour to another lowers its loss by less than this.
_GAP = 1e-5
# Steps of the descent that finds a mixture; two colours need one, four rarely more than ten.
_STEPS = 20
_INFINITE = np.float32(1e30)


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


@compiled
def diffuse(
    light: np.ndarray,
    rows: np.ndarray,
    sets: np.ndarray,
    palette: np.ndarray,
    cones_of_light: np.ndarray,
    roots_to_oklab: np.ndarray,
    labs: np.ndarray,
    clamp: float,
    out: np.ndarray,
) -> None:
    """Diffuse errors of linear light by Floyd and Steinberg's kernel, each pixel within its set.

    Rows alternate between left to right and right to left.

    Args:
        light: (H, W, 3) float64; overwritten with the errors handed on.
        rows: (H, W) int32, the set of each pixel.
        sets: (sets, N) uint8, colours of each set.
        palette: (K, 3) float64, linear light of the colours.
        cones_of_light: (3, 3) float64, linear light to cone responses.
        roots_to_oklab: (3, 3) float64.
        labs: (K, 3) float64, OKLab of the colours.
        clamp: light is limited to this much outside 0 to 1 before it is compared.
        out: (H, W) uint8; written.
    """
    height, width = out.shape
    want = np.empty(3)
    for y in range(height):
        ahead = 1 if y % 2 == 0 else -1
        for step in range(width):
            x = step if ahead == 1 else width - 1 - step
            for c in range(3):
                light[y, x, c] = min(max(light[y, x, c], -clamp), 1 + clamp)
            r0, r1, r2 = 0.0, 0.0, 0.0
            for cone in range(3):
                value = 0.0
                for c in range(3):
                    value += cones_of_light[cone, c] * light[y, x, c]
                root = max(value, 0.0) ** (1 / 3)
                if cone == 0:
                    r0 = root
                elif cone == 1:
                    r1 = root
                else:
                    r2 = root
            for axis in range(3):
                want[axis] = (
                    roots_to_oklab[axis, 0] * r0
                    + roots_to_oklab[axis, 1] * r1
                    + roots_to_oklab[axis, 2] * r2
                )
            best, least = 0, 1e30
            for color in sets[rows[y, x]]:
                square = 0.0
                for axis in range(3):
                    square += (labs[color, axis] - want[axis]) ** 2
                if square < least:
                    best, least = color, square
            out[y, x] = best
            for c in range(3):
                error = light[y, x, c] - palette[best, c]
                if 0 <= x + ahead < width:
                    light[y, x + ahead, c] += error * 7 / 16
                if y + 1 < height:
                    light[y + 1, x, c] += error * 5 / 16
                    if 0 <= x - ahead < width:
                        light[y + 1, x - ahead, c] += error * 3 / 16
                    if 0 <= x + ahead < width:
                        light[y + 1, x + ahead, c] += error / 16


@compiled(fastmath=True)
def move_cells(
    pixels: np.ndarray,
    field: np.ndarray,
    sets: np.ndarray,
    members: np.ndarray,
    offers: np.ndarray,
    choice: np.ndarray,
    visited: np.ndarray,
    size: np.ndarray,
    order: np.ndarray,
    passes: int,
    border: float,
    cones: np.ndarray,
    labs: np.ndarray,
    roots_to_oklab: np.ndarray,
    row_taps: np.ndarray,
    column_taps: np.ndarray,
    penalty: np.ndarray,
) -> int:
    """Try other sets of colours in cells, and keep the one that lowers the loss of the search most.

    For each set, the pixels of the cell are searched anew with the rest of the image as it is.

    Args:
        pixels: as in `dither.optimizer.search_loops.visit`; the last sample is the set. Written.
        field: as there. Written.
        sets: (sets, N) uint8, colours of each set.
        members: (sets, K) bool, whether a colour is in a set.
        offers: (cells, M) int32, the sets that a cell may take, also the one that it has; -1 for none.
        choice: (cell rows, cell columns) int32, the set of each cell; written.
        visited: (cells,) int64, the cells in the order of their visits.
        size: (2,) int64, height and width of a cell.
        order: (N, 2) int64, rows and columns of a cell in the order of their visits.
        passes: number of times that each pixel of a cell is decided.
        border: loss of each pair of neighbouring cells with different sets.
        cones: as in `visit`, like the following.
        labs: as there.
        roots_to_oklab: as there.
        row_taps: as there.
        column_taps: as there.
        penalty: as there.

    Returns:
        The number of cells with another set than before.
    """
    height, width = pixels.shape[:2]
    span = row_taps.shape[1]
    reach = (len(field) - height) // 2
    m = roots_to_oklab
    o00 = m[0, 0] * m[0, 0] + m[1, 0] * m[1, 0] + m[2, 0] * m[2, 0]
    o11 = m[0, 1] * m[0, 1] + m[1, 1] * m[1, 1] + m[2, 1] * m[2, 1]
    o22 = m[0, 2] * m[0, 2] + m[1, 2] * m[1, 2] + m[2, 2] * m[2, 2]
    o01 = 2 * (m[0, 0] * m[0, 1] + m[1, 0] * m[1, 1] + m[2, 0] * m[2, 1])
    o02 = 2 * (m[0, 0] * m[0, 2] + m[1, 0] * m[1, 2] + m[2, 0] * m[2, 2])
    o12 = 2 * (m[0, 1] * m[0, 2] + m[1, 1] * m[1, 2] + m[2, 1] * m[2, 2])
    w0, w1, w2 = penalty
    tall, wide = size[0], size[1]
    columns = choice.shape[1]
    around = (tall + 2 * reach, 3 * (wide + span))
    work, kept = np.empty(around, np.float32), np.empty(around, np.float32)
    now, found = np.empty((tall, wide), np.uint8), np.empty((tall, wide), np.uint8)
    spread = np.empty(3 * span, np.float32)
    moved = 0
    for cell in visited:
        row, column = cell // columns, cell % columns
        top, left = row * tall, column * wide
        h, w = min(tall, height - top), min(wide, width - left)
        lines, line_length = h + 2 * reach, 3 * (w + span)
        least, chosen = np.float32(-1e-7), -1
        for offer in offers[cell]:
            if offer < 0:
                continue
            for y in range(lines):
                line = field[top + y, 3 * left : 3 * left + line_length]
                for t in range(line_length):
                    work[y, t] = line[t]
            for y in range(h):
                for x in range(w):
                    now[y, x] = int(pixels[top + y, left + x, 6])
            # Among sets that are nearly as good, the neighbours' set shows no border.
            total = np.float32(0)
            for side in range(4):
                r, c = row + (side - 1) % 2 * (1 - side), column + side % 2 * (side - 2)
                if 0 <= r < len(choice) and 0 <= c < columns:
                    differs = int(choice[r, c] != offer) - int(choice[r, c] != choice[row, column])
                    total += np.float32(border * differs)
            for _ in range(passes):
                changed = 0
                for visit in range(len(order)):
                    y, x = order[visit, 0], order[visit, 1]
                    if y >= h or x >= w or pixels[top + y, left + x, 7] < 0:
                        continue
                    pixel = pixels[top + y, left + x]
                    s0, s1, s2 = pixel[0], pixel[1], pixel[2]
                    l0, l1, l2 = pixel[3], pixel[4], pixel[5]
                    seen = np.float32(1) if s0 > 0 else np.float32(0)  # a masked pixel has no error
                    f0 = 2 * work[y + reach, 3 * (x + reach)]
                    f1 = 2 * work[y + reach, 3 * (x + reach) + 1]
                    f2 = 2 * work[y + reach, 3 * (x + reach) + 2]
                    a0 = s0 * (m[0, 0] * f0 + m[1, 0] * f1 + m[2, 0] * f2)
                    a1 = s1 * (m[0, 1] * f0 + m[1, 1] * f1 + m[2, 1] * f2)
                    a2 = s2 * (m[0, 2] * f0 + m[1, 2] * f1 + m[2, 2] * f2)
                    own = row_taps[top + y, reach] * column_taps[left + x, reach]
                    q00, q01, q02 = own * o00 * s0 * s0, own * o01 * s0 * s1, own * o02 * s0 * s2
                    q11, q12, q22 = own * o11 * s1 * s1, own * o12 * s1 * s2, own * o22 * s2 * s2
                    old = now[y, x]
                    before = (
                        w0 * (labs[old, 0] - l0) ** 2
                        + w1 * (labs[old, 1] - l1) ** 2
                        + w2 * (labs[old, 2] - l2) ** 2
                    )
                    best, low = old, np.float32(-1e-9)
                    if not members[offer, old]:
                        low = _INFINITE
                    for other in sets[offer]:
                        d0 = cones[other, 0] - cones[old, 0]
                        d1 = cones[other, 1] - cones[old, 1]
                        d2 = cones[other, 2] - cones[old, 2]
                        change = (
                            d0 * (a0 + q00 * d0 + q01 * d1 + q02 * d2)
                            + d1 * (a1 + q11 * d1 + q12 * d2)
                            + d2 * (a2 + q22 * d2)
                        )
                        change += seen * (
                            w0 * (labs[other, 0] - l0) ** 2
                            + w1 * (labs[other, 1] - l1) ** 2
                            + w2 * (labs[other, 2] - l2) ** 2
                            - before
                        )
                        if change < low:
                            best, low = other, change
                    if best == old:
                        continue
                    changed += 1
                    total += low
                    now[y, x] = best
                    r0 = s0 * (cones[best, 0] - cones[old, 0])
                    r1 = s1 * (cones[best, 1] - cones[old, 1])
                    r2 = s2 * (cones[best, 2] - cones[old, 2])
                    e0 = m[0, 0] * r0 + m[0, 1] * r1 + m[0, 2] * r2
                    e1 = m[1, 0] * r0 + m[1, 1] * r1 + m[1, 2] * r2
                    e2 = m[2, 0] * r0 + m[2, 1] * r1 + m[2, 2] * r2
                    for t in range(span):
                        spread[3 * t] = column_taps[left + x, t] * e0
                        spread[3 * t + 1] = column_taps[left + x, t] * e1
                        spread[3 * t + 2] = column_taps[left + x, t] * e2
                    for dy in range(2 * reach + 1):
                        line = work[y + dy, 3 * x : 3 * (x + span)]
                        weight = row_taps[top + y, dy]
                        for t in range(len(spread)):
                            line[t] += weight * spread[t]
                if changed == 0:
                    break
            if total < least:
                least, chosen = total, offer
                work, kept = kept, work
                now, found = found, now
        if chosen < 0:
            continue
        moved += chosen != choice[row, column]
        choice[row, column] = chosen
        for y in range(lines):
            line = field[top + y, 3 * left : 3 * left + line_length]
            for t in range(line_length):
                line[t] = kept[y, t]
        for y in range(h):
            for x in range(w):
                pixels[top + y, left + x, 6] = found[y, x]
                if pixels[top + y, left + x, 7] >= 0:
                    pixels[top + y, left + x, 7] = chosen
    return moved
