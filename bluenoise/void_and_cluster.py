"""Void-and-cluster: the classical way to a blue-noise threshold matrix, and the one to beat.

Source: R. Ulichney, "The void-and-cluster method for dither array generation" (1993). Every rank goes
into the largest void: the cell where the blurred pattern of the ranks before it is lowest. His
second half, which fills the tightest clusters of the minority, picks the same cells, because
the blurred zeros are a constant less the blurred ones; and the start needs no prepared pattern.
"""

import math

import numpy as np

from dither.matrix import ThresholdMatrix

# The blur in fixed point, the jitter below its last digits that matter, and a cell that has a rank.
_FIXED_POINT = 1 << 40
_JITTER = 1 << 10
_TAKEN = 1 << 61


def void_and_cluster(
    height: int, width: int, *, sigma: float = 1.5, seed: int = 0
) -> ThresholdMatrix:
    """A blue-noise threshold matrix by exact largest voids on the torus.

    Args:
        height: rows.
        width: columns.
        sigma: standard deviation of the Gaussian blur, in pixels (1.5 by Ulichney 1993).
        seed: chooses the first cell and, by a jitter far below the blur's own steps, between ties.

    Returns:
        The matrix; the field is of integers, so the same arguments give the same bytes everywhere.

    Example:
        >>> void_and_cluster(4, 4, seed=1).shape
        (4, 4)
    """
    generator = np.random.default_rng(seed)
    # A torus narrower than the blur sums the kernel's wrapped copies.
    radius = math.ceil(6 * sigma)
    kernel = np.rint(
        _FIXED_POINT
        * _wrapped_gaussian(height, sigma, radius)[:, None]
        * _wrapped_gaussian(width, sigma, radius)
    ).astype(np.int64)
    # Rows and columns of the doubled kernel from (height - y, width - x) show it centred on (y, x).
    doubled = np.tile(kernel, (2, 2))
    field = generator.integers(0, _JITTER, (height, width))
    lowest = field.min(axis=1)
    ranks = np.empty((height, width), np.int64)
    for rank in range(height * width):
        y = int(lowest.argmin())
        x = int(field[y].argmin())
        ranks[y, x] = rank
        field[y, x] = _TAKEN
        rows = (
            np.arange(y - radius, y + radius + 1) % height if 2 * radius < height else slice(None)
        )
        field[rows] += doubled[height - y : 2 * height - y, width - x : 2 * width - x][rows]
        lowest[rows] = field[rows].min(axis=1)
    return ThresholdMatrix(ranks)


def _wrapped_gaussian(length: int, sigma: float, radius: int) -> np.ndarray:
    """exp(-d^2 / 2 sigma^2) of the offsets within `radius`, summed onto a circle of `length`."""
    offsets = np.arange(-radius, radius + 1)
    wrapped = np.zeros(length)
    np.add.at(wrapped, offsets % length, np.exp(-0.5 * (offsets / sigma) ** 2))
    return wrapped
