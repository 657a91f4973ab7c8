"""Rounding a block of samples to levels, each up or down as the threshold that faces it says."""

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
    levels: int,
    rises: np.ndarray,
    light: Light,
    strength: float,
) -> tuple[list[np.ndarray], TileWork]:
    """What faces the image, and how a block of its samples is rounded with it.

    Args:
        dtype: of the image: uint8, uint16 or a float.
        ranks: (h, w, C), of which each is one of `count`.
        count: how many ranks the matrix has.
        levels: 2 or more.
        rises: (levels - 1,) what each step adds to the result, which starts at 0.
        light: which mean is kept.
        strength: how far the thresholds lie apart, 0 to 1.

    Returns:
        Arrays like `ranks` for `walk`, and the work that it calls.
    """
    steps = levels - 1
    table = np.concatenate([[0], np.cumsum(rises, dtype=rises.dtype)]).astype(rises.dtype)
    even = bool((rises == 1).all())

    def write(codes: np.ndarray, out: np.ndarray) -> None:
        out[...] = codes if even else table[codes]

    if np.issubdtype(dtype, np.floating):
        thresholds = 0.5 + strength * ((ranks + 0.5) / count - 0.5)
        emitted = srgb_to_linear(np.arange(levels) / steps)

        def round_float(
            block: np.ndarray, faces: Sequence[np.ndarray], out: np.ndarray, spare: np.ndarray
        ) -> None:
            value = np.clip(block.astype(np.float64), 0, 1)
            if light == "linear":
                position = np.interp(srgb_to_linear(value), emitted, np.arange(levels))
            else:
                position = value * steps
            out[...] = np.minimum(np.floor(position + faces[0]), steps)

        return [1 - thresholds], round_float
    white = int(np.iinfo(dtype).max)
    if steps <= _FEW_STEPS:
        if light == "linear":
            thresholds = integer_thresholds(ranks, count, 65535, strength)
            above = linear_step_thresholds(thresholds, steps, dtype)
        else:
            above = step_thresholds(integer_thresholds(ranks, count, white, strength), steps, white)

        return list(above.astype(dtype)), functools.partial(_compare, rises)
    if light == "linear":
        positions = linear_positions(levels, dtype)
        cells = 65534 - integer_thresholds(ranks, count, 65535, strength)

        def look_up(
            block: np.ndarray, faces: Sequence[np.ndarray], out: np.ndarray, spare: np.ndarray
        ) -> None:
            write(_divided(positions[block] + faces[0], 16), out)

        return [cells.astype(np.uint32)], look_up
    wider = np.dtype(np.uint16 if white == 255 else np.uint32)
    cells = white - 1 - integer_thresholds(ranks, count, white, strength)
    shift = 8 if white == 255 else 16

    def compute(
        block: np.ndarray, faces: Sequence[np.ndarray], out: np.ndarray, spare: np.ndarray
    ) -> None:
        sums = block.astype(wider)
        sums *= wider.type(steps)
        sums += faces[0]
        write(_divided(sums, shift), out)

    return [cells.astype(wider)], compute


def _compare(
    rises: np.ndarray,
    block: np.ndarray,
    faces: Sequence[np.ndarray],
    out: np.ndarray,
    spare: np.ndarray,
) -> None:
    """Add up the rises of the steps whose thresholds a sample exceeds."""
    raised = out if out.dtype == np.uint8 and out.flags.c_contiguous else spare
    for face, rise in zip(faces, rises, strict=True):
        np.greater(block, face, out=raised.view(bool))
        if rise == 255:
            np.negative(raised, out=raised)  # 1 becomes 255, faster than a product
        elif rise != 1:
            raised = np.multiply(raised, rise, out=raised if rise.dtype == np.uint8 else None)
        if face is not faces[0]:
            np.add(out, raised, out=out)
        elif raised is not out:
            out[...] = raised
        raised = spare


def _divided(sums: np.ndarray, shift: int) -> np.ndarray:
    """floor(x / (2^shift - 1)) in place, without a division.

    Exact for x up to 65,534 where the shift is 8, and up to 65535^2 + 65534 where it is 16.
    """
    carried = sums >> shift
    carried += 1
    sums += carried
    sums >>= shift
    return sums
