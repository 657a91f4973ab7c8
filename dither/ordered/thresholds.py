"""What a threshold matrix decides: above which value a sample is raised to the next level.

Integers stay integers. A value v of 0..V at q + 1 levels sits at the position v q / V; the cell's
threshold decides whether it is rounded down or up:

    level = floor((v q + D) / V),   D = V - 1 - T,   T = floor((2 rank + 1) V / 2N)

so that of the N cells exactly round(N f) are raised for a value with the fraction f between two
levels, and black and white stay free of dots. The level is then the number of steps j = 1..q for which
v > floor(((j - 1) V + T) / q).
"""

import numpy as np

from dither.color import srgb_to_linear
from dither.samples import level_values

# A linear step is divided into this many parts.
_PARTS = 65535


def integer_thresholds(
    ranks: np.ndarray, count: int, white: int, strength: float = 1.0
) -> np.ndarray:
    """T of each rank of `count`: int64, 0..V-1; strength 0 rounds to the nearest level.

    Example:
        >>> integer_thresholds(np.array([0, 1]), 2, 255).tolist()
        [63, 191]
    """
    doubled = 2 * ranks.astype(np.int64) + 1
    if strength == 1:
        return doubled * white // (2 * count)
    middle = 0.5 + strength * (doubled / (2 * count) - 0.5)
    return np.minimum(np.floor(middle * white).astype(np.int64), white - 1)


def step_thresholds(thresholds: np.ndarray, steps: int, white: int) -> np.ndarray:
    """(q, ...) int64: the value above which a sample is raised to level j, j from 1 to q.

    Example:
        >>> step_thresholds(np.array([63, 191]), 3, 255).tolist()
        [[21, 63], [106, 148], [191, 233]]
    """
    step = np.arange(steps).reshape(-1, *(1,) * thresholds.ndim)
    return (step * white + thresholds) // steps


def linear_step_thresholds(thresholds: np.ndarray, steps: int, dtype: np.dtype) -> np.ndarray:
    """As `step_thresholds`, for the mean of the light; thresholds of 0..65534 for V = 65535."""
    positions = linear_positions(steps + 1, dtype)
    step = np.arange(steps).reshape(-1, *(1,) * thresholds.ndim)
    return np.searchsorted(positions, step * _PARTS + thresholds, side="right") - 1


def linear_positions(levels: int, dtype: np.dtype) -> np.ndarray:
    """(V + 1,) uint32: where among the levels a code's light lies, in 1/65535 of a step; ascending."""
    white = np.iinfo(dtype).max
    emitted = srgb_to_linear(np.arange(white + 1) / white)
    position = np.interp(emitted, emitted[level_values(levels, dtype)], np.arange(levels))
    return np.rint(position * _PARTS).astype(np.uint32)
