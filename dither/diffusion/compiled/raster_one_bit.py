"""The raster loop for two levels and at most four shares, in 32 bits.

It is the most common case and the most worth hurrying: all steps of 32 rows are vector instructions.
"""

import numpy as np
from numba import njit

from dither.diffusion.compiled.raster import CHUNK, LINE, ROWS, hand_down, inside, load, take_over
from dither.diffusion.light import WHITE

# The bits of four steps lie in the bytes of one word, which takes a quarter of the moves.
_PACKED = 4


def fits(taps: np.ndarray, levels: int, varied: bool, low: int) -> bool:
    """Whether the loop may be taken.

    Two levels, nothing varied or clipped: then no error exceeds half of white, and shares that are
    multiples of 1/256 stay within 32 bits.
    """
    few = len(taps) <= 4 and not (taps[:, 2] % 256).any()
    return few and levels == 2 and not varied and low < -WHITE


@njit(cache=True, nogil=True)
def raster_bits(samples, units, codes, field, above, below, span, taps, skew):
    """Do some steps of a block of rows of one channel; as `raster_levels`, which says what is what."""
    rows, width = samples.shape
    lead = above.shape[1]
    back = field.shape[1] - CHUNK
    # Local arrays, which the compiler knows to be apart, let it use vectors; a step's errors start
    # where a line of the cache does.
    lines = np.zeros((back + CHUNK, LINE + ROWS), np.int32)
    errors = lines[:, LINE - lead :]
    errors[:] = field[0]
    light = np.zeros((CHUNK, ROWS), np.int32)
    packed = np.zeros((CHUNK // _PACKED, ROWS), np.uint32)
    words = np.zeros(CHUNK // _PACKED, np.uint32)
    octets = words.view(np.uint8)
    near = np.zeros((4, 3), np.int64)
    near[:, 1] = 1
    for tap in range(len(taps)):
        near[tap] = taps[tap]
    w0, w1 = np.int32(near[0, 2] >> 8), np.int32(near[1, 2] >> 8)
    w2, w3 = np.int32(near[2, 2] >> 8), np.int32(near[3, 2] >> 8)
    l0, l1 = near[0, 1] + skew * near[0, 0], near[1, 1] + skew * near[1, 0]
    l2, l3 = near[2, 1] + skew * near[2, 0], near[3, 1] + skew * near[3, 0]
    c0, c1, c2, c3 = lead - near[0, 0], lead - near[1, 0], lead - near[2, 0], lead - near[3, 0]
    white, middle, half = np.int32(WHITE), np.int32(WHITE >> 1), np.int32(128)
    for t0 in range(span[0], span[1], CHUNK):
        count = min(CHUNK, span[1] - t0)
        take_over(errors, above[0], t0, count, skew, back)
        # Away from the edges four rows are moved at a time.
        whole = len(units) > 0 and rows == ROWS and t0 >= skew * ROWS and t0 + count <= width
        for row in range(0, ROWS if whole else 0, 4):
            x = t0 - skew * row
            one = samples[row, x : x + count]
            two = samples[row + 1, x - skew : x - skew + count]
            three = samples[row + 2, x - 2 * skew : x - 2 * skew + count]
            four = samples[row + 3, x - 3 * skew : x - 3 * skew + count]
            for t in range(count):
                light[t, row] = units[one[t]]
                light[t, row + 1] = units[two[t]]
                light[t, row + 2] = units[three[t]]
                light[t, row + 3] = units[four[t]]
        if not whole:
            load(light, samples, units, t0, count, skew)
        packed[:] = 0
        for t in range(count):
            place = np.uint32(8 * (t & 3))
            h = back + t
            now = errors[h, lead : lead + ROWS]
            lit = light[t]
            bits = packed[t >> 2]
            e0 = errors[h - l0, c0 : c0 + ROWS]
            e1 = errors[h - l1, c1 : c1 + ROWS]
            e2 = errors[h - l2, c2 : c2 + ROWS]
            e3 = errors[h - l3, c3 : c3 + ROWS]
            for row in range(ROWS):
                due = np.int32(np.int32(w2 * e2[row]) + np.int32(w3 * e3[row]))
                due = np.int32(np.int32(due + half) + np.int32(w1 * e1[row]))
                due = np.int32(due + np.int32(w0 * e0[row]))
                value = np.int32(lit[row] + np.int32(due >> 8))
                up = value > middle
                now[row] = np.int32(value - white) if up else value
                bits[row] = np.uint32(bits[row] | np.uint32(np.uint32(up) << place))
            if t0 + t < skew * (ROWS - 1) or t0 + t >= width:
                for row in range(ROWS):
                    x = t0 + t - skew * row
                    if x < 0 or x >= width:
                        now[row] = 0
        hand_down(below[0], errors, t0, count, skew, lead, back)
        for row in range(rows):
            start, stop = inside(row, t0, count, skew, width)
            for word in range(len(words)):
                words[word] = packed[word, row]
            if start < stop:
                left = t0 + start - skew * row
                lane, line = octets[start:stop], codes[row, left : left + stop - start]
                for t in range(stop - start):
                    line[t] = lane[t]
    field[0] = errors
