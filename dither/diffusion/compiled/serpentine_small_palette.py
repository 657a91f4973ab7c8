"""Serpentine loop for up to 16 colours, in 32 bits: one pixel's three channels are one vector.

A pixel waits for the error of the one before, so the time between two pixels is the time of the loop.
The colour's part of the error that is passed on, share times colour, is read from a table, while the
light's part is multiplied during the search. Light is measured from the middle grey, so that squared
distances fit 32 bits.
"""

import numpy as np
from numba import njit

from dither.diffusion.compiled.lanes import (
    at_least,
    at_most,
    lanes,
    loaded,
    minus,
    nearest_of_sixteen,
    plus,
    shifted,
    stored,
    times,
)
from dither.diffusion.compiled.nearest import COMPARED_BITS, COMPARED_SHIFT
from dither.diffusion.light import WHITE

MAX_COLORS = 16
# Light is measured from here.
MIDDLE = 1 << (COMPARED_BITS + COMPARED_SHIFT - 1)


def shift_of(taps: np.ndarray, bounds: tuple[int, int]) -> int:
    """Return the smallest s for which all shares are whole in 1/2^s, or -1 if sums exceed 32 bits.

    Args:
        taps: (n, 3) int64, the last column in 1/65536.
        bounds: bounds of the light; no error exceeds them by more than white.

    Example:
        >>> shift_of(np.array([[0, 1, 28672], [1, 0, 36864]]), (0, WHITE))
        4
    """
    shift = 0
    while (taps[:, 2] << shift & 0xFFFF).any():
        shift += 1
    error = max(-bounds[0] + WHITE, bounds[1])
    largest = int(abs(taps[:, 2]).sum()) * error + (WHITE + 1 << 16)
    return shift if largest >> 16 - shift < 1 << 31 else -1


def sixteen_colors(lights: np.ndarray) -> np.ndarray:
    """Return the table of `nearest_of_sixteen`: (48,) int32, keys, red and green, and blue.

    Args:
        lights: (K, 3) int32, 1 to 16 colours; the first takes the free places.
    """
    colors = np.repeat(lights[:1], MAX_COLORS, axis=0)
    colors[: len(lights)] = lights
    codes = (colors - MIDDLE) >> COMPARED_SHIFT
    keys = ((codes**2).sum(axis=1) << 4) + np.arange(MAX_COLORS)
    factors = np.zeros((2, MAX_COLORS, 2), np.int16)
    factors[0], factors[1, :, 0] = codes[:, :2] << 3, codes[:, 2] << 3
    return np.concatenate([keys.astype(np.int32), factors.view(np.int32).ravel()])


@njit(cache=True, nogil=True)
def serpentine_small_palette(
    samples, units, codes, past, y0, taps, shift, table, shown, weighted, bounds
):
    """Diffuse the rows from y0 of an image to a small palette; updates `past`.

    Args:
        samples: (rows, W, 3).
        units: as in `dither.diffusion.compiled`, like `codes` and `bounds`.
        codes: the output.
        past: (rings, W + 2 reach, 4) int32, the errors of row y at y % rings; zeros at first.
        y0: the first row.
        taps: (n, 3) int64: rows down, columns ahead, share in 1/2^shift; the first is 0, 1.
        shift: of `shift_of`.
        table: of `sixteen_colors`.
        shown: (17, 4) int32, the lights from the middle grey; the last is 0.
        weighted: as `shown`, times the share of the first tap.
        bounds: bounds of the light.
    """
    rows, width, _ = samples.shape
    rings, columns, _ = past.shape
    reach = (columns - width) // 2
    errors, shown, weighted = past.ravel(), shown.ravel(), weighted.ravel()
    starts = np.zeros(len(taps), np.int64)
    shift, one = np.int32(shift), np.int32(taps[0, 2])
    low, high = np.int32(bounds[0] - MIDDLE), np.int32(bounds[1] - MIDDLE)
    # The search compares light from -WHITE to 2 WHITE, like `nearest_color`.
    black, white = np.int32(max(low, -WHITE - MIDDLE)), np.int32(min(high, 2 * WHITE - MIDDLE))
    nothing = lanes(np.int32(0), np.int32(0), np.int32(0))
    for row in range(rows):
        y = y0 + row
        for tap in range(1, len(taps)):
            down, ahead = taps[tap, 0], taps[tap, 1]
            # The kernel is mirrored in rows that were scanned to the left.
            start = reach - ahead if (y - down) % 2 == 0 else reach + ahead
            starts[tap] = 4 * ((y - down) % rings * columns + start)
        here = 4 * (y % rings * columns + reach)
        direction = 1 if y % 2 == 0 else -1
        line, out = samples[row], codes[row]
        x = np.uint64(0 if direction == 1 else width - 1)
        value, index = nothing, MAX_COLORS
        for _ in range(width):
            total = lanes(
                light(line[x, 0], units), light(line[x, 1], units), light(line[x, 2], units)
            )
            for tap in range(1, len(taps)):
                share = np.int32(taps[tap, 2])
                total = plus(total, times(loaded(errors, starts[tap] + 4 * np.int64(x)), share))
            total = plus(total, times(value, one))
            total = shifted(minus(total, loaded(weighted, 4 * index)), shift)
            index = nearest_of_sixteen(table, at_most(at_least(total, black), white))
            value = at_most(at_least(total, low), high)
            out[x] = index
            stored(errors, here + 4 * np.int64(x), minus(value, loaded(shown, 4 * index)))
            x = np.uint64(x + np.uint64(direction))


@njit(inline="always")
def light(sample, units):
    """Return the light of a sample, int32."""
    return np.int32(units[sample] if len(units) else sample)
