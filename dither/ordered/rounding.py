"""Quantize samples by comparing each with the threshold at its position.

The deciding line of ordered dithering is in `_compare`: a sample above a threshold rises by one level.
The other kernels compute the same level as floor(position + D), which is faster from 9 levels on.
"""

import functools
from collections.abc import Sequence

import numpy as np

from dither.color import srgb_to_linear
from dither.ordered.thresholds import (
    integer_thresholds,
    linear_positions,
    linear_step_thresholds,
    step_thresholds,
)
from dither.ordered.tiling import TileWork
from dither.samples import Light

# Up to this many steps, comparing with the threshold of each is faster than computing the level.
_FEW_STEPS = 7


def rounding(
    dtype: np.dtype,
    ranks: np.ndarray,
    count: int,
    increments: np.ndarray,
    light: Light,
    strength: float,
) -> tuple[list[np.ndarray], TileWork]:
    """Return what `for_each_tile` needs to quantize samples: values per cell, and the kernel.

    Args:
        dtype: of the samples: uint8, uint16 or a float.
        ranks: (h, w, C) ranks of the matrix, 0..N-1.
        count: N.
        increments: (levels - 1,) what each step adds to the result, which starts at 0: ones for codes,
            differences of `level_values` for a picture.
        light: "encoded" keeps the mean of the codes, "linear" that of the light.
        strength: 0 to 1, scales how far the thresholds are spread around the middle.
    """
    steps = len(increments)
    if np.issubdtype(dtype, np.floating):
        thresholds = 0.5 + strength * ((ranks + 0.5) / count - 0.5)
        emitted = srgb_to_linear(np.arange(steps + 1) / steps) if light == "linear" else None
        return [1 - thresholds], functools.partial(_round_float, steps, emitted)
    white = int(np.iinfo(dtype).max)
    linear = light == "linear"
    scale = 65535 if linear else white
    thresholds = integer_thresholds(ranks, count, scale, strength)
    if steps <= _FEW_STEPS:
        if linear:
            above = linear_step_thresholds(thresholds, steps, dtype)
        else:
            above = step_thresholds(thresholds, steps, white)
        return list(above.astype(dtype)), functools.partial(_compare, increments)
    values = np.concatenate([[0], np.cumsum(increments, dtype=increments.dtype)])
    table = None if (increments == 1).all() else values.astype(increments.dtype)
    offsets = scale - 1 - thresholds
    if linear:
        positions = linear_positions(steps + 1, dtype)
        return [offsets.astype(np.uint32)], functools.partial(_look_up, positions, table)
    wider = np.dtype(np.uint16 if white == 255 else np.uint32)
    return [offsets.astype(wider)], functools.partial(_compute, wider.type(steps), table)


def _compare(
    increments: np.ndarray,
    block: np.ndarray,
    cells: Sequence[np.ndarray],
    out: np.ndarray,
    scratch: np.ndarray,
) -> None:
    """Add up the increments of the steps whose thresholds a sample exceeds."""
    raised = out if out.dtype == np.uint8 and out.flags.c_contiguous else scratch
    for thresholds, increment in zip(cells, increments, strict=True):
        np.greater(block, thresholds, out=raised.view(bool))  # the decision
        if increment == 255:
            np.negative(raised, out=raised)  # 1 becomes 255, faster than a product
        elif increment != 1:
            raised = np.multiply(
                raised, increment, out=raised if increment.dtype == np.uint8 else None
            )
        if thresholds is not cells[0]:
            out += raised
        elif raised is not out:
            out[...] = raised
        raised = scratch


def _compute(
    steps: np.integer,
    table: np.ndarray | None,
    block: np.ndarray,
    cells: Sequence[np.ndarray],
    out: np.ndarray,
    _: np.ndarray,
) -> None:
    """Write floor((v q + D) / V), or the table's entry for it."""
    sums = block.astype(type(steps))
    sums *= steps
    sums += cells[0]
    levels = _divide_by_white(sums, 4 * sums.itemsize)
    out[...] = levels if table is None else table[levels]


def _look_up(
    positions: np.ndarray,
    table: np.ndarray | None,
    block: np.ndarray,
    cells: Sequence[np.ndarray],
    out: np.ndarray,
    _: np.ndarray,
) -> None:
    """Write floor(position + D) of the sample's linear light, or the table's entry for it."""
    levels = _divide_by_white(positions[block] + cells[0], 16)
    out[...] = levels if table is None else table[levels]


def _round_float(
    steps: int,
    emitted: np.ndarray | None,
    block: np.ndarray,
    cells: Sequence[np.ndarray],
    out: np.ndarray,
    _: np.ndarray,
) -> None:
    """Write floor(position + 1 - threshold) of float samples; `emitted` is the light of each level."""
    position = np.clip(block.astype(np.float64), 0, 1)
    if emitted is None:
        position *= steps
    else:
        position = np.interp(srgb_to_linear(position), emitted, np.arange(steps + 1))
    out[...] = np.minimum(np.floor(position + cells[0]), steps)


def _divide_by_white(sums: np.ndarray, bits: int) -> np.ndarray:
    """Divide by V = 2^bits - 1 and round down, in place and without a division.

    Exact for x up to 65,534 with 8 bits, and up to 65535^2 + 65534 with 16.
    """
    carried = sums >> bits
    carried += 1
    sums += carried
    sums >>= bits
    return sums
