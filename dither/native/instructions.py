"""Instructions that numba does not write: fetch memory early, and add eight products at once.

The functions here are the twins in Python of those in `dither.native.instructions_in_llvm`, which numba
imports when a loop is compiled.
"""

from typing import Any

import numpy as np

from dither.native.loop import intrinsic_of

# float32 samples in a vector.
LANES = 8

_instruction: Any = intrinsic_of("dither.native.instructions_in_llvm")


@_instruction
def prefetch(array: np.ndarray, index: int) -> None:
    """Fetch an element of a contiguous array with one axis, and what shares its cache line.

    Processors foresee reads in the order of memory only.
    """


@_instruction
def add_products(out: np.ndarray, at: int, values: np.ndarray, begin: int, factor: float) -> None:
    """Add a factor times `LANES` values to as many samples, in place.

    Compilers fill whole vectors with a loop's steps only where the loop has many, such as 64.

    Args:
        out: (N,) float32, contiguous; written.
        at: place of the first sample in `out`; no place is checked.
        values: (M,) float32, contiguous.
        begin: place of the first value in `values`.
        factor: float32.

    Example:
        >>> out = np.ones(10, np.float32)
        >>> add_products(out, 1, np.arange(8, dtype=np.float32), 0, np.float32(2))
        >>> out.tolist()
        [1.0, 1.0, 3.0, 5.0, 7.0, 9.0, 11.0, 13.0, 15.0, 1.0]
    """
    out[at : at + LANES] += factor * values[begin : begin + LANES]
