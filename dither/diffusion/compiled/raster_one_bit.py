"""Raster loop for two levels and at most four taps, in 32 bits.

This is the most common case, so it is the fastest: a step of 32 rows is all vector instructions.
"""

import numpy as np

from dither.diffusion.compiled.four_taps import four_taps, received, small_shares
from dither.diffusion.compiled.raster import (
    CHUNK,
    LINE,
    ROWS,
    begin_chunk,
    clear_outside,
    inside,
    load,
    store_last_rows,
)
from dither.diffusion.light import WHITE
from dither.native.loop import compiled

# The bits of four steps are packed into the bytes of one word: a quarter of the transfers.
_PACKED = 4


def fits(taps: np.ndarray, levels: int, varies: bool, low: int) -> bool:
    """Return whether the loop is exact.

    With two levels and neither modulation nor clipping no error exceeds half of white, so that shares
    that are multiples of 1/256 stay within 32 bits.
    """
    return small_shares(taps) and levels == 2 and not varies and low < -WHITE


@compiled
def raster_one_bit(
    samples, units, codes, errors, span, taps, skew, y0, target, thresholds, channel, bounds
):
    """Do some steps of a block, like `raster_to_levels`; arguments after `skew` are unused."""
    field, above, below = errors
    rows, width = samples.shape
    lead = above.shape[1]
    back = field.shape[1] - CHUNK
    # The compiler knows that local arrays do not overlap and can vectorize. The errors of a step start
    # at a cache line.
    lines = np.zeros((back + CHUNK, LINE + ROWS), np.int32)
    cells = lines[:, LINE - lead :]
    cells[:] = field[0]
    light = np.zeros((CHUNK, ROWS), np.int32)
    packed = np.zeros((CHUNK // _PACKED, ROWS), np.uint32)
    words = np.zeros(CHUNK // _PACKED, np.uint32)
    octets = words.view(np.uint8)
    (w0, l0, c0), (w1, l1, c1), (w2, l2, c2), (w3, l3, c3) = four_taps(taps, skew, lead)
    white, middle = np.int32(WHITE), np.int32(WHITE >> 1)
    for t0 in range(span[0], span[1], CHUNK):
        count = min(CHUNK, span[1] - t0)
        begin_chunk(cells, above[0], t0, count, skew, back)
        load(light, samples, units, t0, count, skew)
        packed[:] = 0
        for t in range(count):
            place = np.uint32(8 * (t & 3))
            h = back + t
            now = cells[h, lead : lead + ROWS]
            lit = light[t]
            bits = packed[t >> 2]
            e0 = cells[h - l0, c0 : c0 + ROWS]
            e1 = cells[h - l1, c1 : c1 + ROWS]
            e2 = cells[h - l2, c2 : c2 + ROWS]
            e3 = cells[h - l3, c3 : c3 + ROWS]
            for row in range(ROWS):
                due = received(w0, e0[row], w1, e1[row], w2, e2[row], w3, e3[row])
                value = np.int32(lit[row] + due)
                up = value > middle
                now[row] = np.int32(value - white) if up else value
                bits[row] = np.uint32(bits[row] | np.uint32(np.uint32(up) << place))
            if t0 + t < skew * (ROWS - 1) or t0 + t >= width:
                clear_outside(cells, t0 + t, width, skew, lead, h)
        store_last_rows(below[0], cells, t0, count, skew, lead, back)
        for row in range(rows):
            start, stop = inside(row, t0, count, skew, width)
            for word in range(len(words)):
                words[word] = packed[word, row]
            if start < stop:
                left = t0 + start - skew * row
                lane, line = octets[start:stop], codes[row, left : left + stop - start]
                for t in range(stop - start):
                    line[t] = lane[t]
    field[0] = cells
