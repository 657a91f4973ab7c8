"""Serpentine loop for palettes, in 32 bits: the three channels of a pixel are one vector.

A pixel waits for the error of the one before, so the time from one pixel to the next limits the speed.
Two things shorten it. The error that is passed on is share times light minus share times colour: the
first product is made during the search, the second is read from a table. And up to 16 colours are
compared at once, in less time than looking up candidates takes.

Light is measured from the middle grey, so that the distances of 16 colours fit 32 bits.
"""

import numpy as np

from dither.diffusion.compiled.lanes import (
    at_least,
    at_most,
    lane,
    lanes,
    loaded,
    minus,
    nearest_of_sixteen,
    plus,
    shifted,
    stored,
    times,
)
from dither.diffusion.compiled.nearest import COMPARED_BITS, COMPARED_SHIFT, nearest_color
from dither.diffusion.light import WHITE
from dither.native.loop import compiled

MAX_COMPARED = 16
# Light is measured from here.
MIDDLE = 1 << (COMPARED_BITS + COMPARED_SHIFT - 1)
_FULL_BITS = 16


def fraction_bits(taps: np.ndarray, bounds: tuple[int, int]) -> int:
    """Return the fewest bits n such that all shares are whole in 1/2^n; -1 if sums exceed 32 bits.

    Args:
        taps: (n, 3) int64, the last column in 1/65536.
        bounds: bounds of the light; an error can exceed them by white.

    Example:
        >>> fraction_bits(np.array([[0, 1, 28672], [1, 0, 36864]]), (0, WHITE))
        4
    """
    bits = 0
    while (taps[:, 2] << bits & 0xFFFF).any():
        bits += 1
    error = max(WHITE - bounds[0], bounds[1])
    largest = int(abs(taps[:, 2]).sum()) * error + ((WHITE + 1) << _FULL_BITS)
    return bits if largest >> (_FULL_BITS - bits) < 1 << 31 else -1


def lane_taps(taps: np.ndarray, bits: int) -> np.ndarray:
    """Return the taps with shares in 1/2^bits, the next pixel's first, even if its share is 0.

    Example:
        >>> lane_taps(np.array([[1, 0, 36864], [0, 1, 28672]]), 4).tolist()
        [[0, 1, 7], [1, 0, 9]]
    """
    follows = (taps[:, 0] == 0) & (taps[:, 1] == 1)
    first = np.array([[0, 1, taps[follows, 2].sum()]])
    ordered = np.concatenate([first, taps[~follows]])
    ordered[:, 2] >>= _FULL_BITS - bits
    return ordered


def lane_colors(lights: np.ndarray, share: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the light of each colour from the middle grey, and its product with a share.

    Args:
        lights: (K, 3) int32.
        share: share of the next pixel.

    Returns:
        Two (4 K + 4,) int32, four for each colour; the last four, before the first pixel, are 0.
    """
    shown = np.zeros((len(lights) + 1, 4), np.int32)
    shown[:-1, :3] = lights - MIDDLE
    return shown.ravel(), shown.ravel() * np.int32(share)


def compared_colors(lights: np.ndarray) -> np.ndarray:
    """Return the table of `nearest_of_sixteen`: (48,) int32.

    Args:
        lights: (K, 3) int32; if there are fewer than 16 colours, the first fills the free places, and
            colours after the first 16 are ignored.
    """
    colors = np.repeat(lights[:1], MAX_COMPARED, axis=0)
    colors[: len(lights)] = lights[:MAX_COMPARED]
    codes = (colors - MIDDLE) >> COMPARED_SHIFT
    keys = ((codes**2).sum(axis=1) << 4) + np.arange(MAX_COMPARED)
    # The keys need twice the product times 16: 4 in the light's factor, 8 in the colour's.
    factors = np.zeros((2, MAX_COMPARED, 2), np.int16)
    factors[0], factors[1, :, 0] = codes[:, :2] << 3, codes[:, 2] << 3
    return np.concatenate([keys.astype(np.int32), factors.view(np.int32).ravel()])


@compiled
def serpentine_lanes(
    samples,
    units,
    codes,
    errors,
    ring,
    y0,
    taps,
    starts,
    bits,
    compared,
    shown,
    passed,
    places,
    groups,
    bounds,
):
    """Diffuse the rows from y0 of an image to a palette; updates `errors`.

    Args:
        samples: (rows, W, 3); codes, or light like `units`.
        units: light of each code, from the middle grey, in 1/2^bits, plus half a unit; or empty.
        codes: (rows, W) uint8, the output.
        errors: (ring 4 (W + 2 reach),) int32, those of row y in part y % ring, four for each pixel,
            with zeros on both sides; zeros at first.
        ring: number of rows in `errors`.
        y0: first row.
        taps: (n, 3) int64 of `lane_taps`.
        starts: (n,) int64, overwritten.
        bits: of `fraction_bits`.
        compared: of `compared_colors`.
        shown: of `lane_colors`.
        passed: of `lane_colors`.
        places: of the palette's table; unused up to 16 colours.
        groups: as `places`.
        bounds: bounds of the light.
    """
    rows, width, _ = samples.shape
    stride = len(errors) // ring
    reach = (stride // 4 - width) // 2
    number = len(shown) // 4 - 1
    one = np.int32(taps[0, 2])
    low, high = np.int32(bounds[0] - MIDDLE), np.int32(bounds[1] - MIDDLE)
    # The search compares light from -WHITE to 2 WHITE, like `nearest_color`.
    lowest, highest = np.int32(max(low, -WHITE - MIDDLE)), np.int32(min(high, 2 * WHITE - MIDDLE))
    for row in range(rows):
        y = y0 + row
        for tap in range(1, len(taps)):
            down, ahead = taps[tap, 0], taps[tap, 1]
            # The kernel is mirrored in rows that were scanned to the left.
            column = reach - ahead if (y - down) % 2 == 0 else reach + ahead
            starts[tap] = (y - down) % ring * stride + 4 * column
        here = y % ring * stride + 4 * reach
        line, out = samples[row], codes[row]
        x = np.uint64(0 if y % 2 == 0 else width - 1)
        forward = np.uint64(np.int64(1 if y % 2 == 0 else -1))
        value, index = lanes(np.int32(0), np.int32(0), np.int32(0)), number
        for _ in range(width):
            place = 4 * np.int64(x)
            total = lanes(
                light(line[x, 0], units), light(line[x, 1], units), light(line[x, 2], units)
            )
            for tap in range(1, len(taps)):
                share = np.int32(taps[tap, 2])
                total = plus(total, times(loaded(errors, starts[tap] + place), share))
            # The part that depends on the pixel before comes last.
            total = plus(total, times(value, one))
            total = shifted(minus(total, loaded(passed, 4 * index)), np.int32(bits))
            seen = at_most(at_least(total, lowest), highest)
            if number <= MAX_COMPARED:
                index = nearest_of_sixteen(compared, seen)
            else:
                seen = plus(seen, np.int32(MIDDLE))
                index = nearest_color(
                    lane(seen, np.int32(0)),
                    lane(seen, np.int32(1)),
                    lane(seen, np.int32(2)),
                    places,
                    groups,
                )
            value = at_most(at_least(total, low), high)
            out[x] = index
            stored(errors, here + place, minus(value, loaded(shown, 4 * index)))
            x += forward


@compiled(inline=True)
def light(sample, units):
    """Return the light of a sample, int32."""
    return np.int32(units[sample] if len(units) else sample)
