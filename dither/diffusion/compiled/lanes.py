"""Four 32-bit lanes in a register, and the nearest of sixteen colours to the light in one.

The functions here are the twins in Python of the vectors in `dither.diffusion.compiled.lanes_in_llvm`,
which numba imports when a loop is compiled. Lanes are (4,) int32 here.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from dither.native.loop import intrinsic_of

_vector: Callable[[Any], Any] = intrinsic_of("dither.diffusion.compiled.lanes_in_llvm")


@_vector
def plus(left: Any, right: Any) -> Any:
    """Return the sums."""
    return left + np.int32(right)


@_vector
def minus(left: Any, right: Any) -> Any:
    """Return the differences."""
    return left - np.int32(right)


@_vector
def times(left: Any, right: Any) -> Any:
    """Return the products."""
    return left * np.int32(right)


@_vector
def shifted(left: Any, right: Any) -> Any:
    """Return the lanes shifted to the right."""
    return left >> np.int32(right)


@_vector
def at_most(left: Any, right: Any) -> Any:
    """Return the smaller of each pair."""
    return np.minimum(left, np.int32(right))


@_vector
def at_least(left: Any, right: Any) -> Any:
    """Return the larger of each pair."""
    return np.maximum(left, np.int32(right))


@_vector
def lanes(red: Any, green: Any, blue: Any) -> Any:
    """Return three numbers as lanes; the fourth is 0."""
    return np.array([red, green, blue, 0], np.int32)


@_vector
def lane(vector: Any, place: Any) -> Any:
    """Return one lane."""
    return vector[place]


@_vector
def loaded(array: Any, index: Any) -> Any:
    """Return four elements, from `index`, of a contiguous int32 array with one axis."""
    return array[index : index + 4].copy()


@_vector
def stored(array: Any, index: Any, vector: Any) -> None:
    """Write four elements, from `index`, of a contiguous int32 array with one axis."""
    array[index : index + 4] = vector


@_vector
def nearest_of_sixteen(table: Any, light: Any) -> Any:
    """Return the position of the nearest of sixteen colours; the arguments are those of the vectors."""
    red, green, blue, _ = (light & ~np.int32(1023)) >> np.int32(8)
    factors = table[16:].view(np.int16).reshape(2, 16, 2).astype(np.int32)
    products = red * factors[0, :, 0] + green * factors[0, :, 1] + blue * factors[1, :, 0]
    return int((table[:16] - products).min() & 15)


@_vector
def nearest_of_eight(groups: Any, group: Any, codes: Any) -> Any:
    """Return 8 times the smallest squared distance to a group's colours, plus its first position."""
    red_green, blue = groups[group, :2].reshape(8, 2), groups[group, 2, :, None]
    differences = np.concatenate([red_green, blue], axis=1).astype(np.int32) - codes[:3]
    return np.int32((((differences**2).sum(axis=1) << 3) | np.arange(8)).min())
