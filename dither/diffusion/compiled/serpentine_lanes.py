"""Serpentine loop for palettes, in 32 bits: the channels of eight pixels are three vectors.

A pixel waits for the error of the one before, so a processor that has one pixel to work on is idle most
of the time. It gets eight: a row is scanned in parts, all at once. A part starts some pixels early,
with any errors. Only a share of an error is passed on, so two scans of the same pixels whose errors
differ at first soon choose the same colours, and then have the same errors to the last bit. Where a
part starts, its errors are compared with those of the part before; if they differ, it is scanned again
until they do not, pixel by pixel. So the result is that of a scan from end to end.
"""

import numpy as np

from dither.diffusion.compiled.lanes import (
    at_least,
    at_most,
    loaded,
    looked_up,
    minus,
    plus,
    shifted,
    stored,
    times,
    written,
)
from dither.diffusion.compiled.nearest import MIDDLE, nearest_to_lights
from dither.diffusion.light import WHITE
from dither.native.loop import compiled

# Parts of a row: the pixels of `dither.diffusion.compiled.lanes`.
PARTS = 8
# Pixels that a part starts early. Of photos, 1 part in 100 needs more, in 256 colours as in 2.
EARLY = 32
# Flat colours can keep two scans apart for ever: after a row of which a quarter was scanned again, so
# many rows are scanned from end to end.
_ROWS_WHOLE = 16
# Pixels whose errors from above are summed at a time, in the processor's cache.
_SUMMED = 512
FULL_BITS = 16


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
    largest = int(abs(taps[:, 2]).sum()) * error + ((WHITE + 1) << FULL_BITS)
    return bits if largest >> (FULL_BITS - bits) < 1 << 31 else -1


def lane_taps(taps: np.ndarray, bits: int) -> np.ndarray:
    """Return the taps with shares in 1/2^bits by rows, the next pixel's first, even if its share is 0.

    Example:
        >>> lane_taps(np.array([[1, 0, 36864], [0, 1, 28672]]), 4).tolist()
        [[0, 1, 7], [1, 0, 9]]
    """
    follows = (taps[:, 0] == 0) & (taps[:, 1] == 1)
    first = np.array([[0, 1, taps[follows, 2].sum()]])
    ordered = np.concatenate([first, taps[~follows]])
    ordered[:, 2] >>= FULL_BITS - bits
    return ordered[np.argsort(ordered[:, 0], kind="stable")]


def lane_colors(lights: np.ndarray) -> np.ndarray:
    """Return the light of each colour from the middle grey: (4 K,) int32, four for each colour.

    Args:
        lights: (K, 3) int32.
    """
    shown = np.zeros((len(lights), 4), np.int32)
    shown[:, :3] = lights - MIDDLE
    return shown.ravel()


@compiled
def serpentine_lanes(
    samples,
    units,
    codes,
    errors,
    ring,
    y0,
    taps,
    bits,
    shown,
    axes,
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
        bits: of `fraction_bits`.
        shown: of `lane_colors`.
        axes: of `candidate_groups`, like `places` and `groups`.
        places: as `axes`.
        groups: as `axes`.
        bounds: bounds of the light.
    """
    rows, width, _ = samples.shape
    stride = len(errors) // ring
    reach = (stride // 4 - width) // 2
    near, far = 0, 0
    for tap in range(len(taps)):
        if taps[tap, 0] == 0:
            near, far = near + 1, max(far, taps[tap, 1])
    sums = np.zeros(4 * width, np.int32)
    saved = np.zeros((PARTS, 4 * far), np.int32)
    target = bits, shown, axes, places, groups, bounds
    whole = 0
    for row in range(rows):
        y = y0 + row
        here = y % ring * stride + 4 * reach
        receive(sums, samples[row], units, errors, here, ring, y, taps, near)
        line = codes[row], sums, errors, here, 0 if y % 2 == 0 else width - 1, 1 - 2 * (y % 2)
        if whole > 0 or width < PARTS * EARLY:
            scan(0, width, None, line, taps, near, target)
            whole -= 1
            continue
        distance = (width - EARLY) // PARTS
        apart = line[-1] * distance
        scan(0, EARLY, apart, line, taps, near, target)
        for part in range(1, PARTS):
            # The part before overwrites them.
            save(saved[part], line, part * distance + EARLY)
        scan(EARLY, EARLY + distance, apart, line, taps, near, target)
        again = 0
        for part in range(1, PARTS + 1):
            start = part * distance + EARLY
            stop = start + distance if part < PARTS else width
            while start < stop and (part == PARTS or not is_same(saved[part], line, start)):
                end = min(start + EARLY, stop)
                if part < PARTS:
                    save(saved[part], line, end)
                scan(start, end, None, line, taps, near, target)
                again += end - start
                start = end
        if 4 * again > width:
            whole = _ROWS_WHOLE


@compiled
def receive(sums, samples, units, errors, here, ring, y, taps, near):
    """Write the light of row y plus the errors from above to (4 W,) sums, in 1/2^bits."""
    width = len(samples)
    stride = len(errors) // ring
    reach = (stride // 4 - width) // 2
    for begin in range(0, width, _SUMMED):
        end = min(begin + _SUMMED, width)
        if len(units):
            for x in range(begin, end):
                for channel in range(3):
                    sums[4 * x + channel] = units[samples[x, channel]]
        else:
            for x in range(begin, end):
                for channel in range(3):
                    sums[4 * x + channel] = samples[x, channel]
        own = sums[4 * begin : 4 * end]
        for tap in range(near, len(taps)):
            down, ahead, share = taps[tap, 0], taps[tap, 1], np.int32(taps[tap, 2])
            # The kernel is mirrored in rows that were scanned to the left.
            column = begin + (reach - ahead if (y - down) % 2 == 0 else reach + ahead)
            start = (y - down) % ring * stride + 4 * column
            above = errors[start : start + len(own)]
            for place in range(len(own)):
                own[place] += np.int32(share * above[place])


@compiled
def scan(begin, end, apart, line, taps, near, target):
    """Diffuse the pixels from `begin` to `end` in scan order of a row; in each part, or in one.

    Args:
        begin: number of the first pixel.
        end: number of the pixel after the last.
        apart: columns from one part to the next; None to scan one part.
        line: (W,) codes, (4 W,) sums of `receive`, errors, the place of the row's errors in them, its
            first column, and the columns to the next pixel, 1 or -1.
        taps: of `lane_taps`.
        near: number of taps within the row.
        target: bits, shown, axes, places, groups and bounds, as in `serpentine_lanes`.
    """
    out, sums, errors, here, first, forward = line
    bits, shown, axes, places, groups, bounds = target
    low, high = np.int32(bounds[0] - MIDDLE), np.int32(bounds[1] - MIDDLE)
    # The search compares light from -WHITE to 2 WHITE, like `nearest_color`.
    lowest, highest = np.int32(max(low, -WHITE - MIDDLE)), np.int32(min(high, 2 * WHITE - MIDDLE))
    share, shift = np.int32(taps[0, 2]), np.int32(bits)
    x = first + forward * begin
    error = loaded(errors, here + 4 * (x - forward), apart)
    for _ in range(begin, end):
        total = plus(loaded(sums, 4 * x, apart), times(error, share))
        for tap in range(1, near):
            place = here + 4 * (x - forward * taps[tap, 1])
            total = plus(total, times(loaded(errors, place, apart), np.int32(taps[tap, 2])))
        total = shifted(total, shift)
        seen = at_most(at_least(total, lowest), highest)
        index = nearest_to_lights(seen, axes, places, groups)
        written(out, x, apart, index)
        error = minus(at_most(at_least(total, low), high), looked_up(shown, index))
        stored(errors, here + 4 * x, apart, error)
        x += forward


@compiled
def save(saved, line, step):
    """Copy the errors of the last pixels before a step."""
    _, _, errors, here, first, forward = line
    for place in range(len(saved)):
        pixel = first + forward * (step - 1 - place // 4)
        saved[place] = errors[here + 4 * pixel + place % 4]


@compiled
def is_same(saved, line, step):
    """Return whether the errors of the last pixels before a step are those that were saved."""
    _, _, errors, here, first, forward = line
    for place in range(len(saved)):
        pixel = first + forward * (step - 1 - place // 4)
        if saved[place] != errors[here + 4 * pixel + place % 4]:
            return False
    return True
