"""Raster loop for palettes and at most four taps, in 32 bits.

Up to 16 colours are all compared, each with the pixels of 32 rows in vector instructions, which is
faster than looking up candidates. In |v - c|^2 = |v|^2 - 2 v c + |c|^2 the first term is the same for
all colours c; the others, with the index of c in the lowest bits, make a key whose minimum is the first
of the nearest colours. The factors have 15 bits, for which processors have an instruction.
"""

import numpy as np

from dither.diffusion.compiled.four_taps import four_taps, received, small_shares
from dither.diffusion.compiled.lanes import minus, put_numbers, stacked
from dither.diffusion.compiled.nearest import COMPARED_SHIFT, MIDDLE, nearest_to_lights
from dither.diffusion.compiled.raster import (
    COLOR_CHUNK,
    LINE,
    ROWS,
    begin_chunk,
    inside,
    load,
    store_last_rows,
    unload,
)
from dither.diffusion.light import WHITE
from dither.native.loop import compiled

MAX_COLORS = 16
# Light of one 8-bit code step, encoded.
_CODE = WHITE // 255
# The products need a factor of 2 for the formula and 16 for the index: 8 in one factor, 4 in the other.
_VALUE_BITS, _COLOR_BITS = 3, 2
_FIFTEEN_BITS = 0x7FFF


def fits(taps: np.ndarray, varies: bool, low: int) -> bool:
    """Return whether the loop is exact.

    With light clipped to the range and no modulation no error exceeds white, so that shares that are
    multiples of 1/256 stay within 32 bits.
    """
    return small_shares(taps) and not varies and low == 0


@compiled
def load_codes(packed, samples, t0, count, skew):
    """Load a block's pixels like `load`, but the three codes of a pixel into one word, red lowest."""
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


@compiled(inline=True)
def word(red, green, blue):
    """Return three 8-bit codes in one word."""
    return np.uint32(red) | np.uint32(green) << np.uint32(8) | np.uint32(blue) << np.uint32(16)


@compiled(inline=True)
def light_in(packed, place):
    """Return the light of the code that starts at bit `place` of a word."""
    return np.int32(np.int32(packed >> np.uint32(place) & np.uint32(255)) * np.int32(_CODE))


@compiled
def raster_small_palette(
    samples, units, codes, errors, span, taps, skew, y0, target, thresholds, channel, bounds
):
    """Do some steps of a block, like `raster_to_palette`; arguments after `target` are unused."""
    field, above, below = errors
    width = samples.shape[1]
    lead = above.shape[1]
    back = field.shape[1] - COLOR_CHUNK
    # The compiler knows that local arrays do not overlap and can vectorize. The errors of a step start
    # at a cache line.
    lines = np.zeros((3, back + COLOR_CHUNK, LINE + ROWS), np.int32)
    cells = lines[:, :, LINE - lead :]
    cells[:] = field
    # 8-bit codes become light in vectors; any other light is looked up.
    coded = len(units) == 256 and units[1] == _CODE
    packed = np.zeros((COLOR_CHUNK, ROWS), np.uint32)
    light = np.zeros((3, COLOR_CHUNK, ROWS), np.int32)
    indices = np.zeros((COLOR_CHUNK, ROWS), np.uint8)
    lit, values = np.zeros((3, ROWS), np.int32), np.zeros((3, ROWS), np.int32)
    best = np.zeros(ROWS, np.int32)
    taken = np.zeros(ROWS, np.uint32)
    # A small palette is filled up with its first colour, which has the lowest index among equals.
    number = len(target.lights)
    several = max(number, MAX_COLORS)
    shown, compared = np.zeros((several, 3), np.int32), np.zeros((MAX_COLORS, 3), np.int32)
    keys, words = np.zeros(MAX_COLORS, np.int32), np.zeros(several, np.uint32)
    for index in range(several):
        own = index if index < number else 0
        for c in range(3):
            shown[index, c] = target.lights[own, c]
        words[index] = word(
            shown[index, 0] // _CODE, shown[index, 1] // _CODE, shown[index, 2] // _CODE
        )
    for index in range(MAX_COLORS):
        red, green, blue = shown[index] >> COMPARED_SHIFT
        keys[index] = ((red * red + green * green + blue * blue) << 4) | index
        compared[index, 0] = red << _COLOR_BITS
        compared[index, 1] = green << _COLOR_BITS
        compared[index, 2] = blue << _COLOR_BITS
    axes, places, groups = target.axes, target.places, target.groups
    (w0, l0, c0), (w1, l1, c1), (w2, l2, c2), (w3, l3, c3) = four_taps(taps, skew, lead)
    white, zero = np.int32(WHITE), np.int32(0)
    fifteen = np.int32(_FIFTEEN_BITS)
    top = np.int32(_FIFTEEN_BITS >> _VALUE_BITS << _VALUE_BITS)
    for t0 in range(span[0], span[1], COLOR_CHUNK):
        count = min(COLOR_CHUNK, span[1] - t0)
        for c in range(3):
            begin_chunk(cells[c], above[c], t0, count, skew, back)
            if not coded:
                load(light[c], samples[:, :, c], units, t0, count, skew)
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
            for c in range(3):
                came, value = lit[c], values[c]
                e0 = cells[c, h - l0, c0 : c0 + ROWS]
                e1 = cells[c, h - l1, c1 : c1 + ROWS]
                e2 = cells[c, h - l2, c2 : c2 + ROWS]
                e3 = cells[c, h - l3, c3 : c3 + ROWS]
                for row in range(ROWS):
                    due = received(w0, e0[row], w1, e1[row], w2, e2[row], w3, e3[row])
                    value[row] = min(max(np.int32(came[row] + due), zero), white)
            if number <= MAX_COLORS:
                for row in range(ROWS):
                    red = np.int32(values[0, row] >> (COMPARED_SHIFT - _VALUE_BITS)) & top
                    green = np.int32(values[1, row] >> (COMPARED_SHIFT - _VALUE_BITS)) & top
                    blue = np.int32(values[2, row] >> (COMPARED_SHIFT - _VALUE_BITS)) & top
                    key = np.int32(0x7FFFFFFF)
                    for index in range(MAX_COLORS):
                        other = np.int32(
                            keys[index] - np.int32(red * (compared[index, 0] & fifteen))
                        )
                        other = np.int32(other - np.int32(green * (compared[index, 1] & fifteen)))
                        other = np.int32(other - np.int32(blue * (compared[index, 2] & fifteen)))
                        key = min(key, other)
                    best[row] = key & np.int32(MAX_COLORS - 1)
            else:
                for row in range(0, ROWS, 8):
                    seen = minus(stacked(values, row), np.int32(MIDDLE))
                    put_numbers(best, row, nearest_to_lights(seen, axes, places, groups))
            out = indices[t]
            for row in range(ROWS):
                out[row] = best[row]
            now_r = cells[0, h, lead : lead + ROWS]
            now_g = cells[1, h, lead : lead + ROWS]
            now_b = cells[2, h, lead : lead + ROWS]
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
        for c in range(3):
            store_last_rows(below[c], cells[c], t0, count, skew, lead, back)
        unload(codes, indices, t0, count, skew)
    field[:] = cells
