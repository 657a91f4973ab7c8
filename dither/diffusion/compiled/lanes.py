"""Lanes of 32 bits in registers: the channels of one pixel, or those of eight pixels.

The functions here are the twins in Python of the vectors in `dither.diffusion.compiled.lanes_in_llvm`,
which numba imports when a loop is compiled. Here the channels of a pixel are (4,) int32, those of eight
(8, 4) int32; the fourth is unused. Numbers are one for each pixel: an int32, or (8,) int32.

Arrays are contiguous int32 with one axis and four elements for each pixel. Where a function takes
`apart`, it is None for one pixel; else there are eight, so many pixels apart.
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
def if_less(one: Any, other: Any, first: Any, second: Any) -> Any:
    """Return `first` where one number is less than the other, `second` elsewhere."""
    return np.where(one < other, first, second).astype(np.int32)


@_vector
def all_bits(numbers: Any) -> Any:
    """Return the bits that any of the numbers has."""
    return np.bitwise_or.reduce(numbers, axis=None) if np.ndim(numbers) else numbers


@_vector
def lanes(red: Any, green: Any, blue: Any) -> Any:
    """Return the channels of a pixel."""
    return np.array([red, green, blue, 0], np.int32)


def _elements(index: Any, apart: Any) -> np.ndarray:
    if apart is None:
        return index + np.arange(4)
    return index + 4 * apart * np.arange(8)[:, None] + np.arange(4)


@_vector
def loaded(array: Any, index: Any, apart: Any) -> Any:
    """Return the pixel whose first element has this index, or eight."""
    return array[_elements(index, apart)]


@_vector
def stored(array: Any, index: Any, apart: Any, pixels: Any) -> None:
    """Write a pixel or eight to where `loaded` reads them; the fourth channel of eight is 0."""
    array[_elements(index, apart)] = (
        pixels if apart is None else pixels * np.array([1, 1, 1, 0], np.int32)
    )


@_vector
def looked_up(array: Any, numbers: Any) -> Any:
    """Return the pixels with these numbers."""
    return array.reshape(-1, 4)[numbers]


@_vector
def written(array: Any, index: Any, apart: Any, numbers: Any) -> None:
    """Write a number, or eight, to a uint8 array with one axis."""
    array[index if apart is None else index + apart * np.arange(8)] = numbers


@_vector
def stacked(channels: Any, first: Any) -> Any:
    """Return eight pixels from `first` of (3, n) int32, a row for each channel."""
    return np.concatenate([channels[:, first : first + 8], np.zeros((1, 8), np.int32)]).T


@_vector
def put_numbers(array: Any, first: Any, numbers: Any) -> None:
    """Write eight numbers from `first` of an int32 array with one axis."""
    array[first : first + 8] = numbers
