"""Void-and-cluster in near-linear time: the classical way to a blue-noise threshold matrix.

Every rank goes into the largest void: the cell where the blurred pattern of the ranks before it is
lowest. Ulichney's second half, which fills the tightest clusters of the minority, picks the same
cells, because the blurred zeros are a constant less the blurred ones; and the start needs no
prepared pattern. With frames the pattern is blurred over time as well.

Source: R. Ulichney, "The void-and-cluster method for dither array generation" (1993). Each pick
here is exactly his for the kernel given, found through a tree over blocks of cells. Since the field
only ever rises, a block's last known minimum stays a lower bound; it is looked at again only when it
is the lowest of all, about twice a pick.
"""

import numpy as np
from numba import njit

from bluenoise.objective.pair_kernel import over_frames, plane_radii, wrapped
from bluenoise.objective.target import FRAMES
from dither.errors import InputError
from dither.matrix.threshold_matrix import ThresholdMatrix
from dither.metrics.temporal import SpaceTime

# Added to a cell that has its rank: above any blurred pattern, and the sum still fits 32 bits.
_TAKEN = 1 << 30
# Decides between ties, in units of the fixed point: below 1e-5 of a kernel's peak at a sigma of 1.5.
_JITTER = 1 << 8
# The blur is cut at this many standard deviations, to whole pixels: at 4 pixels for a sigma of 1.5.
_REACH = 2.7
# Cells are looked through in squares of this side, frame by frame.
_BLOCK = 8


def void_and_cluster(
    shape: tuple[int, ...],
    *,
    sigma: float = 1.5,
    frames: SpaceTime = FRAMES,
    seed: int = 0,
) -> ThresholdMatrix:
    """A blue-noise threshold matrix by exact largest voids on the torus.

    Args:
        shape: rows and columns, before them the number of frames if there are any.
        sigma: standard deviation of the Gaussian blur, in pixels (1.5 by Ulichney 1993), cut off at
            2.7 of them. Smaller ones favour a close look, larger ones a distant one.
        frames: how frames hang together: the filter over time, whose autocorrelation blurs them, and
            whether it is added to the blur in the plane or multiplied; that blur is sigma's.
        seed: chooses the first cell and between ties.

    Returns:
        The matrix; the field is of integers, so the same arguments give the same bytes everywhere.

    Raises:
        InputError: there are not two or three sides of at least 1, or sigma is not from 0.3 to 8.

    Example:
        >>> void_and_cluster((4, 4), seed=1).shape
        (4, 4)
    """
    if len(shape) not in (2, 3) or min(shape) < 1:
        raise InputError(
            f"shape is {'x'.join(map(str, shape))}; two sides, or frames and two sides, of at least 1 "
            "are wanted"
        )
    if not 0.3 <= sigma <= 8:
        raise InputError(f"sigma is {sigma}; it must be from 0.3 to 8")
    plane = gaussian_kernel(sigma)
    if len(shape) == 2:
        kernel = fixed_point(plane[None])
    else:
        kernel = fixed_point(wrapped(frames.joined(plane, over_frames(frames.time)), shape[0]))
    order = np.empty(int(np.prod(shape)), np.int64)
    _fill_voids(jitter(shape, seed), kernel, plane_radii(kernel), order)
    ranks = np.empty(order.size, np.int64)
    ranks[order] = np.arange(order.size)
    return ThresholdMatrix(ranks.reshape(shape))


def default_sigma(shape: tuple[int, ...]) -> float:
    """The blur of a matrix made by void-and-cluster alone: wider with frames, which share the evenness.

    Example:
        >>> default_sigma((64, 64)), default_sigma((16, 64, 64))
        (1.5, 1.9)
    """
    return 1.5 if len(shape) == 2 else 1.9


def gaussian_kernel(sigma: float) -> np.ndarray:
    """(2R + 1, 2R + 1) float64: exp(-d^2 / 2 sigma^2), R = 2.7 sigma, rounded and at least 1."""
    radius = max(1, round(_REACH * sigma))
    line = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    return line[:, None] * line


def fixed_point(kernel: np.ndarray) -> np.ndarray:
    """The kernel times the largest power of two that keeps any blurred pattern below 2^30; int32."""
    scale = 2.0 ** np.floor(np.log2((_TAKEN - _JITTER) / np.abs(kernel).sum()))
    # Rounded toward 0, so that all weights together cannot lead over the brim.
    return np.trunc(scale * kernel).astype(np.int32)


def jitter(shape: tuple[int, ...], seed: int) -> np.ndarray:
    """(T, H, W) int32: the field before the first rank, which decides between ties."""
    generator = np.random.default_rng(seed)
    return generator.integers(0, _JITTER, (1, *shape)[-3:], np.int32)


@njit(cache=True)
def _fill_voids(
    field: np.ndarray, kernel: np.ndarray, radii: np.ndarray, order: np.ndarray
) -> None:
    """Write into `order` the cells by rank; `field` is used up."""
    frames, height, width = field.shape
    across = (width + _BLOCK - 1) // _BLOCK
    down = (height + _BLOCK - 1) // _BLOCK
    blocks = frames * down * across
    leaves = 1
    while leaves < blocks:
        leaves *= 2
    # A binary tree of lower bounds: the children of node n are 2n and 2n + 1.
    lowest = np.full(2 * leaves, 2 * _TAKEN - 1, np.int32)
    lowest[leaves : leaves + blocks] = 0
    for node in range(leaves - 1, 0, -1):
        lowest[node] = min(lowest[2 * node], lowest[2 * node + 1])
    for rank in range(order.size):
        frame, y, x = 0, 0, 0
        while True:
            node = 1
            while node < leaves:
                node = 2 * node + int(lowest[2 * node] > lowest[2 * node + 1])
            bound = lowest[node]
            block = node - leaves
            frame = block // (down * across)
            top, left = block // across % down * _BLOCK, block % across * _BLOCK
            y, x = _lowest_cell(field[frame], top, left)
            lowest[node] = field[frame, y, x]
            _rise(lowest, node)
            if field[frame, y, x] == bound:
                break
        order[rank] = (frame * height + y) * width + x
        _add(field, kernel, radii, frame, y, x)
        field[frame, y, x] += _TAKEN


@njit(cache=True)
def _lowest_cell(plane: np.ndarray, top: int, left: int) -> tuple[int, int]:
    """The first lowest cell of the block with this corner."""
    best_y, best_x, best = top, left, plane[top, left]
    for y in range(top, min(top + _BLOCK, plane.shape[0])):
        for x in range(left, min(left + _BLOCK, plane.shape[1])):
            if plane[y, x] < best:
                best_y, best_x, best = y, x, plane[y, x]
    return best_y, best_x


@njit(cache=True)
def _rise(lowest: np.ndarray, node: int) -> None:
    """Bring the nodes above a changed leaf up to date."""
    node //= 2
    while node > 0:
        value = min(lowest[2 * node], lowest[2 * node + 1])
        if value == lowest[node]:
            return
        lowest[node] = value
        node //= 2


@njit(cache=True)
def _add(
    field: np.ndarray, kernel: np.ndarray, radii: np.ndarray, frame: int, y: int, x: int
) -> None:
    """Add the kernel centred on a cell, around the torus as often as it reaches."""
    frames, height, width = field.shape
    middle = kernel.shape[1] // 2
    for plane in range(radii.size):
        radius = radii[plane]
        if radius < 0:
            continue
        target = field[(frame + plane - radii.size // 2) % frames]
        left = x - radius
        inside = left >= 0 and x + radius < width
        for i in range(-radius, radius + 1):
            row = target[(y + i) % height]
            weights = kernel[plane, middle + i, middle - radius : middle + radius + 1]
            if inside:
                for j in range(weights.size):
                    row[left + j] += weights[j]
            else:
                for j in range(weights.size):
                    row[(left + j) % width] += weights[j]
