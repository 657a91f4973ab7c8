"""Rows of sixteen numbers of 32 bits in registers, one for each part of an image's row.

The functions here are the twins in Python of those in `dither.diffusion.compiled.sixteen_in_llvm`; here
a row is (16,) int32. Those of `dither.diffusion.compiled.lanes` that combine lanes take rows too.
Arrays are contiguous, with one axis.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from dither.native.loop import intrinsic_of

_vector: Callable[[Any], Any] = intrinsic_of("dither.diffusion.compiled.sixteen_in_llvm")


@_vector
def masked(row: Any, mask: Any) -> Any:
    """Return the bits of each number that are in the mask, or in that of its lane."""
    return row & np.int32(mask)


@_vector
def less(number: Any, row: Any) -> Any:
    """Return -1 where the number is less than those of the row, 0 elsewhere."""
    return -(number < row).astype(np.int32)


@_vector
def row_of(array: Any, index: Any) -> Any:
    """Return sixteen elements of an int32 array, from an index."""
    return array[index : index + 16].copy()


@_vector
def written_row(array: Any, index: Any, row: Any) -> None:
    """Write a row to an array of whole numbers, from an index."""
    array[index : index + 16] = row


@_vector
def looked_up_rows(table: Any, numbers: Any) -> Any:
    """Return four rows: for each number, the four elements from four times it in an int32 table."""
    return tuple(table.reshape(-1, 4)[numbers].T)


@_vector
def turned(source: Any, first: Any, apart: Any, target: Any, to: Any, distance: Any) -> None:
    """Copy sixteen rows of sixteen elements as columns.

    Args:
        source: array of whole numbers.
        first: index of the first row.
        apart: elements from a row to the next.
        target: array of the same dtype, written.
        to: index of the first row there.
        distance: elements from a row to the next there.
    """
    places = np.arange(16)
    rows = source[first + apart * places[:, None] + places]
    target[to + distance * places[:, None] + places] = rows.T
