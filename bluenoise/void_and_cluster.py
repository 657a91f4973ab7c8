"""Void-and-cluster in near-linear time: the classical way to a blue-noise threshold matrix.

Every rank goes into the largest void: the cell where the blurred pattern of the ranks before it is
lowest. Ulichney's second half, which fills the tightest clusters of the minority, picks the same
cells, because the blurred zeros are a constant less the blurred ones; and the start needs no
prepared pattern.

Source: R. Ulichney, "The void-and-cluster method for dither array generation" (1993). Each pick
here is exactly his for the kernel given, found through a tree over blocks of cells. Since the field
only ever rises, a block's last known minimum stays a lower bound; it is looked at again only when it
is the lowest of all, about twice a pick.
"""

import math

import numpy as np
from numba import njit

from dither.errors import InputError
from dither.matrix import ThresholdMatrix

# The blur in fixed point, and the jitter that decides between ties, far below its last digits.
_FIXED_POINT = 1 << 40
_JITTER = 1 << 10
# Added to a cell that has its rank: above any sum of kernels, and no overflow on top of them.
_TAKEN = 1 << 61
# The blur is cut at this many standard deviations.
_REACH = 3.0
_BLOCK_HEIGHT, _BLOCK_WIDTH = 8, 16


def void_and_cluster(
    height: int, width: int, *, sigma: float = 1.5, seed: int = 0
) -> ThresholdMatrix:
    """A blue-noise threshold matrix by exact largest voids on the torus.

    Args:
        height: rows.
        width: columns.
        sigma: standard deviation of the Gaussian blur, in pixels (1.5 by Ulichney 1993), cut off at
            three of them. Smaller ones favour a close look, larger ones a distant one.
        seed: chooses the first cell and between ties.

    Returns:
        The matrix; the field is of integers, so the same arguments give the same bytes everywhere.

    Raises:
        InputError: a side is below 1, or sigma is not from 0.3 to 8.

    Example:
        >>> void_and_cluster(4, 4, seed=1).shape
        (4, 4)
    """
    if min(height, width) < 1:
        raise InputError(f"shape is {height}x{width}; each side must be at least 1")
    if not 0.3 <= sigma <= 8:
        raise InputError(f"sigma is {sigma}; it must be from 0.3 to 8")
    field = np.random.default_rng(seed).integers(0, _JITTER, (height, width))
    order = np.empty(height * width, np.int64)
    _fill_voids(field, gaussian_kernel(sigma), order)
    ranks = np.empty(height * width, np.int64)
    ranks[order] = np.arange(height * width)
    return ThresholdMatrix(ranks.reshape(height, width))


def gaussian_kernel(sigma: float) -> np.ndarray:
    """(2R + 1, 2R + 1) int64: exp(-d^2 / 2 sigma^2) in fixed point, R = ceil(3 sigma)."""
    radius = math.ceil(_REACH * sigma)
    line = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    return np.rint(_FIXED_POINT * line[:, None] * line).astype(np.int64)


@njit(cache=True)
def _fill_voids(field: np.ndarray, kernel: np.ndarray, order: np.ndarray) -> None:
    """Write into `order` the cells by rank; `field` is used up."""
    height, width = field.shape
    blocks_across = (width + _BLOCK_WIDTH - 1) // _BLOCK_WIDTH
    blocks = (height + _BLOCK_HEIGHT - 1) // _BLOCK_HEIGHT * blocks_across
    leaves = 1
    while leaves < blocks:
        leaves *= 2
    # A binary tree of lower bounds: the children of node n are 2n and 2n + 1.
    lowest = np.full(2 * leaves, _TAKEN, np.int64)
    lowest[leaves : leaves + blocks] = 0
    for node in range(leaves - 1, 0, -1):
        lowest[node] = min(lowest[2 * node], lowest[2 * node + 1])
    for rank in range(order.size):
        node, y, x = 1, 0, 0
        while True:
            node = 1
            while node < leaves:
                node = 2 * node if lowest[2 * node] <= lowest[2 * node + 1] else 2 * node + 1
            top = (node - leaves) // blocks_across * _BLOCK_HEIGHT
            left = (node - leaves) % blocks_across * _BLOCK_WIDTH
            bound = lowest[node]
            y, x = _lowest_cell(field, top, left)
            lowest[node] = field[y, x]
            _rise(lowest, node)
            if field[y, x] == bound:
                break
        order[rank] = y * width + x
        _add(field, kernel, y, x)
        field[y, x] += _TAKEN


@njit(cache=True)
def _lowest_cell(field: np.ndarray, top: int, left: int) -> tuple[int, int]:
    """The first lowest cell of the block with this corner."""
    best_y, best_x = top, left
    for y in range(top, min(top + _BLOCK_HEIGHT, field.shape[0])):
        for x in range(left, min(left + _BLOCK_WIDTH, field.shape[1])):
            if field[y, x] < field[best_y, best_x]:
                best_y, best_x = y, x
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
def _add(field: np.ndarray, kernel: np.ndarray, y: int, x: int) -> None:
    """Add the kernel centred on (y, x), around the torus as often as it reaches."""
    height, width = field.shape
    rows, columns = kernel.shape
    left = x - columns // 2
    inside = left >= 0 and left + columns <= width
    for i in range(rows):
        row = field[(y - rows // 2 + i) % height]
        if inside:
            for j in range(columns):
                row[left + j] += kernel[i, j]
        else:
            for j in range(columns):
                row[(left + j) % width] += kernel[i, j]
