"""Ask the processor to fetch memory that a loop will read soon, in an order that it cannot foresee."""

import numpy as np

from dither.native.loop import intrinsic_of


@intrinsic_of("dither.native.prefetch_in_llvm")
def prefetch(array: np.ndarray, index: int) -> None:
    """Fetch an element of a contiguous array with one axis, and what shares its cache line."""
