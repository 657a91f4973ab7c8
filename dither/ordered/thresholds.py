"""Turn the ranks of a threshold matrix into thresholds for integer samples.

A value v of 0..V at q + 1 levels has the position v q / V among them. The threshold T of its cell
decides whether the position is rounded down or up:

    level = floor((v q + D) / V),   D = V - 1 - T,   T = floor((2 rank + 1) V / 2N)

A value at the fraction f between two levels is raised in exactly round(N f) of the N cells, and black
and white get no dots. The level is also the number of steps j = 1..q for which
v > floor(((j - 1) V + T) / q).
"""

import numpy as np

from dither.color import srgb_to_linear
from dither.samples import level_values

# A step between two levels of linear light is divided into this many parts.
_PARTS = 65535


def integer_thresholds(
    ranks: np.ndarray, count: int, white: int, strength: float = 1.0
) -> np.ndarray:
    """Return the threshold T of each rank: int64, 0..V-1.

    Args:
        ranks: any shape, integers of 0..N-1.
        count: N.
        white: V.
        strength: 0 to 1; 0 makes all thresholds V / 2, which rounds to the nearest level.

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
    """Return (q, ...) int64: samples above entry j - 1 reach level j, for j = 1..q.

    Example:
        >>> step_thresholds(np.array([63, 191]), 3, 255).tolist()
        [[21, 63], [106, 148], [191, 233]]
    """
    step = np.arange(steps).reshape(-1, *(1,) * thresholds.ndim)
    return (step * white + thresholds) // steps


def linear_step_thresholds(thresholds: np.ndarray, steps: int, dtype: np.dtype) -> np.ndarray:
    """Return `step_thresholds` that keep the mean of linear light; thresholds are 0..65534."""
    positions = linear_positions(steps + 1, dtype)
    step = np.arange(steps).reshape(-1, *(1,) * thresholds.ndim)
    return np.searchsorted(positions, step * _PARTS + thresholds, side="right") - 1


def linear_positions(levels: int, dtype: np.dtype) -> np.ndarray:
    """Return (V + 1,) uint32, ascending: each code's position among the levels in linear light.

    The unit is 1/65535 of the step between two levels.
    """
    white = np.iinfo(dtype).max
    emitted = srgb_to_linear(np.arange(white + 1) / white)
    position = np.interp(emitted, emitted[level_values(levels, dtype)], np.arange(levels))
    return np.rint(position * _PARTS).astype(np.uint32)
