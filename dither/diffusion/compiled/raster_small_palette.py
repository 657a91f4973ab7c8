"""The raster loop for palettes and at most four shares, in 32 bits.

Up to 16 colours are all compared, each with the pixels of 32 rows in vector instructions: that is
sooner done than to look up which can be the nearest. Of |v - c|^2 = |v|^2 - 2 v c + |c|^2 the first
part is the same for all colours c; the rest has its index in the lowest bits, so that the least is the
first of the nearest. The factors have 15 bits, for which processors have an instruction.
"""

import numpy as np
from numba import njit

from dither.diffusion.compiled.nearest import COMPARED_SHIFT, nearest_color
from dither.diffusion.compiled.raster import (
    COLOR_CHUNK,
    LINE,
    ROWS,
    hand_down,
    inside,
    load,
    take_over,
    unload,
)
from dither.diffusion.light import WHITE

MOST_COLORS = 16
# The light of a code of 8 bits, encoded.
_CODE = WHITE // 255
# The products carry 2 for the formula, and 16 for the index below: 8 here, 4 there.
_VALUE_BITS, _COLOR_BITS = 3, 2
_FIFTEEN_BITS = 0x7FFF


def fits(taps: np.ndarray, varied: bool, low: int) -> bool:
    """Whether the loop may be taken.

    Nothing varied, and light clipped to the range: then no error exceeds white, and shares that are
    multiples of 1/256 stay within 32 bits.
    """
    few = len(taps) <= 4 and not (taps[:, 2] % 256).any()
    return few and not varied and low == 0


@njit(cache=True, nogil=True)
def load_codes(packed, samples, t0, count, skew):
    """As `load`, but the three codes of a pixel go into one word, red the lowest."""
    rows, width, _ = samples.shape
    # Away from the edges four rows are moved at a time.
    whole = rows == ROWS and t0 >= skew * ROWS and t0 + count <= width
    for row in range(0, ROWS if whole else 0, 4):
        x = t0 - skew * row
        one = samples[row, x : x + count]
        two = samples[row + 1, x - skew : x - skew + count]
        three = samples[row + 2, x - 2 * skew : x - 2 * skew + count]
        four = samples[row + 3, x - 3 * skew : x - 3 * skew + count]
        for t in range(count):
            packed[t, row] = word(one[t, 0], one[t, 1], one[t, 2])
            packed[t, row + 1] = word(two[t, 0], two[t, 1], two[t, 2])
            packed[t, row + 2] = word(three[t, 0], three[t, 1], three[t, 2])
            packed[t, row + 3] = word(four[t, 0], four[t, 1], four[t, 2])
    if whole:
        return
    packed[:] = 0
    for row in range(rows):
        start, stop = inside(row, t0, count, skew, width)
        for t in range(start, stop):
            x = t0 + t - skew * row
            packed[t, row] = word(samples[row, x, 0], samples[row, x, 1], samples[row, x, 2])


@njit(inline="always")
def word(red, green, blue):
    """Three codes of 8 bits in one word."""
    return np.uint32(red) | np.uint32(green) << np.uint32(8) | np.uint32(blue) << np.uint32(16)


@njit(inline="always")
def light_in(packed, place):
    """The light of the code that starts at a bit of a word."""
    return np.int32(np.int32(packed >> np.uint32(place) & np.uint32(255)) * np.int32(_CODE))


@njit(cache=True, nogil=True)
def raster_few(samples, units, codes, field, above, below, span, taps, skew, colors):
    """Do some steps of a block of rows; as `raster_palette`, which says what is what."""
    width = samples.shape[1]
    lead = above.shape[1]
    back = field.shape[1] - COLOR_CHUNK
    # Local arrays, which the compiler knows to be apart, let it use vectors; a step's errors start
    # where a line of the cache does.
    lines = np.zeros((3, back + COLOR_CHUNK, LINE + ROWS), np.int32)
    errors = lines[:, :, LINE - lead :]
    errors[:] = field
    # Codes of 8 bits are made light in vectors; any other light is looked up.
    coded = len(units) == 256 and units[1] == _CODE
    packed = np.zeros((COLOR_CHUNK, ROWS), np.uint32)
    light = np.zeros((3, COLOR_CHUNK, ROWS), np.int32)
    indices = np.zeros((COLOR_CHUNK, ROWS), np.uint8)
    lit, values = np.zeros((3, ROWS), np.int32), np.zeros((3, ROWS), np.int32)
    best = np.zeros(ROWS, np.int32)
    taken = np.zeros(ROWS, np.uint32)
    # Of few colours, filled up with the first, which stays the first of equals.
    number = len(colors.lights)
    several = max(number, MOST_COLORS)
    shown, compared = np.zeros((several, 3), np.int32), np.zeros((MOST_COLORS, 3), np.int32)
    keys, words = np.zeros(MOST_COLORS, np.int32), np.zeros(several, np.uint32)
    for index in range(several):
        own = index if index < number else 0
        for channel in range(3):
            shown[index, channel] = colors.lights[own, channel]
        words[index] = word(
            shown[index, 0] // _CODE, shown[index, 1] // _CODE, shown[index, 2] // _CODE
        )
    for index in range(MOST_COLORS):
        red, green, blue = shown[index] >> COMPARED_SHIFT
        keys[index] = ((red * red + green * green + blue * blue) << 4) | index
        compared[index, 0] = red << _COLOR_BITS
        compared[index, 1] = green << _COLOR_BITS
        compared[index, 2] = blue << _COLOR_BITS
    places, groups = colors.places, colors.groups
    near = np.zeros((4, 3), np.int64)
    near[:, 1] = 1
    for tap in range(len(taps)):
        near[tap] = taps[tap]
    w0, w1 = np.int32(near[0, 2] >> 8), np.int32(near[1, 2] >> 8)
    w2, w3 = np.int32(near[2, 2] >> 8), np.int32(near[3, 2] >> 8)
    l0, l1 = near[0, 1] + skew * near[0, 0], near[1, 1] + skew * near[1, 0]
    l2, l3 = near[2, 1] + skew * near[2, 0], near[3, 1] + skew * near[3, 0]
    c0, c1, c2, c3 = lead - near[0, 0], lead - near[1, 0], lead - near[2, 0], lead - near[3, 0]
    white, zero, half = np.int32(WHITE), np.int32(0), np.int32(128)
    fifteen = np.int32(_FIFTEEN_BITS)
    top = np.int32(_FIFTEEN_BITS >> _VALUE_BITS << _VALUE_BITS)
    for t0 in range(span[0], span[1], COLOR_CHUNK):
        count = min(COLOR_CHUNK, span[1] - t0)
        for channel in range(3):
            take_over(errors[channel], above[channel], t0, count, skew, back)
            if not coded:
                load(light[channel], samples[:, :, channel], units, t0, count, skew)
        if coded:
            load_codes(packed, samples, t0, count, skew)
        for t in range(count):
            h = back + t
            if coded:
                for row in range(ROWS):
                    lit[0, row] = light_in(packed[t, row], 0)
                    lit[1, row] = light_in(packed[t, row], 8)
                    lit[2, row] = light_in(packed[t, row], 16)
            else:
                lit[:] = light[:, t]
            for channel in range(3):
                came, value = lit[channel], values[channel]
                e0 = errors[channel, h - l0, c0 : c0 + ROWS]
                e1 = errors[channel, h - l1, c1 : c1 + ROWS]
                e2 = errors[channel, h - l2, c2 : c2 + ROWS]
                e3 = errors[channel, h - l3, c3 : c3 + ROWS]
                for row in range(ROWS):
                    due = np.int32(np.int32(w2 * e2[row]) + np.int32(w3 * e3[row]))
                    due = np.int32(np.int32(due + half) + np.int32(w1 * e1[row]))
                    due = np.int32(due + np.int32(w0 * e0[row]))
                    became = np.int32(came[row] + np.int32(due >> 8))
                    value[row] = min(max(became, zero), white)
            if number <= MOST_COLORS:
                for row in range(ROWS):
                    red = np.int32(values[0, row] >> (COMPARED_SHIFT - _VALUE_BITS)) & top
                    green = np.int32(values[1, row] >> (COMPARED_SHIFT - _VALUE_BITS)) & top
                    blue = np.int32(values[2, row] >> (COMPARED_SHIFT - _VALUE_BITS)) & top
                    key = np.int32(0x7FFFFFFF)
                    for index in range(MOST_COLORS):
                        other = np.int32(
                            keys[index] - np.int32(red * (compared[index, 0] & fifteen))
                        )
                        other = np.int32(other - np.int32(green * (compared[index, 1] & fifteen)))
                        other = np.int32(other - np.int32(blue * (compared[index, 2] & fifteen)))
                        key = min(key, other)
                    best[row] = key & np.int32(MOST_COLORS - 1)
            else:
                for row in range(ROWS):
                    best[row] = nearest_color(
                        values[0, row], values[1, row], values[2, row], places, groups
                    )
            out = indices[t]
            for row in range(ROWS):
                out[row] = best[row]
            now_r = errors[0, h, lead : lead + ROWS]
            now_g = errors[1, h, lead : lead + ROWS]
            now_b = errors[2, h, lead : lead + ROWS]
            if coded:
                for row in range(ROWS):
                    taken[row] = words[best[row]]
                for row in range(ROWS):
                    now_r[row] = values[0, row] - light_in(taken[row], 0)
                    now_g[row] = values[1, row] - light_in(taken[row], 8)
                    now_b[row] = values[2, row] - light_in(taken[row], 16)
            else:
                for row in range(ROWS):
                    now_r[row] = values[0, row] - shown[best[row], 0]
                    now_g[row] = values[1, row] - shown[best[row], 1]
                    now_b[row] = values[2, row] - shown[best[row], 2]
            if t0 + t < skew * (ROWS - 1) or t0 + t >= width:
                for row in range(ROWS):
                    x = t0 + t - skew * row
                    if x < 0 or x >= width:
                        now_r[row] = now_g[row] = now_b[row] = 0
        for channel in range(3):
            hand_down(below[channel], errors[channel], t0, count, skew, lead, back)
        unload(codes, indices, t0, count, skew)
    field[:] = errors
