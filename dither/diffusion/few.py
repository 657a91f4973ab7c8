"""The raster loop of `dither.diffusion.raster` for few colours and at most four shares, in 32 bits.

All colours are compared, each with the pixels of 32 rows in vector instructions: up to 16 of them, that
is sooner done than to look up which can be the nearest.
"""

import numpy as np
from numba import njit

from dither.diffusion.light import WHITE
from dither.diffusion.palette import COMPARED_SHIFT
from dither.diffusion.raster import COLOR_CHUNK, ROWS, hand_down, load, take_over, unload

MOST_COLORS = 16


def fits(taps: np.ndarray, colors: int, varied: bool, low: int) -> bool:
    """Whether the loop may be taken.

    Few colours, nothing varied, and light clipped to the range: then no error exceeds white, and shares
    that are multiples of 1/256 stay within 32 bits.
    """
    few = len(taps) <= 4 and not (taps[:, 2] % 256).any()
    return few and colors <= MOST_COLORS and not varied and low == 0


@njit(cache=True, nogil=True)
def raster_few(samples, units, codes, field, above, below, span, taps, skew, colors):
    """Do some steps of a block of rows; as `raster_palette`, which says what is what."""
    rows, width, _ = samples.shape
    lead = above.shape[1]
    back = field.shape[1] - COLOR_CHUNK
    errors = np.zeros((3, back + COLOR_CHUNK, ROWS + lead), np.int32)
    errors[:] = field
    light = np.zeros((3, COLOR_CHUNK, ROWS), np.int32)
    indices = np.zeros((COLOR_CHUNK, ROWS), np.uint8)
    red, green, blue = np.zeros(ROWS, np.int32), np.zeros(ROWS, np.int32), np.zeros(ROWS, np.int32)
    least, best = np.zeros(ROWS, np.int32), np.zeros(ROWS, np.int32)
    values = np.zeros((3, ROWS), np.int32)
    shown, compared = colors.lights, colors.compared
    # Filled up with the first colour, which stays the first of equals.
    reds, greens, blues = (
        np.zeros(MOST_COLORS, np.int32),
        np.zeros(MOST_COLORS, np.int32),
        np.zeros(MOST_COLORS, np.int32),
    )
    for index in range(MOST_COLORS):
        own = index if index < len(compared) else 0
        reds[index], greens[index], blues[index] = compared[own]
    out_red, out_green, out_blue = shown[:, 0].copy(), shown[:, 1].copy(), shown[:, 2].copy()
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
    groups = (len(compared) + 3) // 4 * 4
    for t0 in range(span[0], span[1], COLOR_CHUNK):
        count = min(COLOR_CHUNK, span[1] - t0)
        for channel in range(3):
            take_over(errors[channel], above[channel], t0, count, skew, back)
        # Away from the edges two rows are moved at a time.
        whole = len(units) > 0 and rows == ROWS and t0 >= skew * ROWS and t0 + count <= width
        if whole:
            for row in range(0, ROWS, 2):
                x = t0 - skew * row
                one = samples[row, x : x + count]
                two = samples[row + 1, x - skew : x - skew + count]
                for t in range(count):
                    light[0, t, row] = units[one[t, 0]]
                    light[0, t, row + 1] = units[two[t, 0]]
                    light[1, t, row] = units[one[t, 1]]
                    light[1, t, row + 1] = units[two[t, 1]]
                    light[2, t, row] = units[one[t, 2]]
                    light[2, t, row + 1] = units[two[t, 2]]
        else:
            for channel in range(3):
                load(light[channel], samples[:, :, channel], units, t0, count, skew)
        for t in range(count):
            h = back + t
            for channel in range(3):
                lit = light[channel, t]
                value = values[channel]
                e0 = errors[channel, h - l0, c0 : c0 + ROWS]
                e1 = errors[channel, h - l1, c1 : c1 + ROWS]
                e2 = errors[channel, h - l2, c2 : c2 + ROWS]
                e3 = errors[channel, h - l3, c3 : c3 + ROWS]
                for row in range(ROWS):
                    due = np.int32(np.int32(w2 * e2[row]) + np.int32(w3 * e3[row]))
                    due = np.int32(np.int32(due + half) + np.int32(w1 * e1[row]))
                    due = np.int32(due + np.int32(w0 * e0[row]))
                    became = np.int32(lit[row] + np.int32(due >> 8))
                    value[row] = min(max(became, zero), white)
            for row in range(len(least)):
                red[row] = values[0, row] >> COMPARED_SHIFT
                green[row] = values[1, row] >> COMPARED_SHIFT
                blue[row] = values[2, row] >> COMPARED_SHIFT
                least[row] = np.int32(0x7FFFFFFF)
                best[row] = 0
            for index in range(0, groups, 4):
                for row in range(ROWS):
                    r, g, b = red[row], green[row], blue[row]
                    dr, dg = np.int32(r - reds[index]), np.int32(g - greens[index])
                    db = np.int32(b - blues[index])
                    d = np.int32(
                        np.int32(np.int32(dr * dr) + np.int32(dg * dg)) + np.int32(db * db)
                    )
                    i = np.int32(index)
                    for more in range(1, 4):
                        dr = np.int32(r - reds[index + more])
                        dg = np.int32(g - greens[index + more])
                        db = np.int32(b - blues[index + more])
                        other = np.int32(
                            np.int32(np.int32(dr * dr) + np.int32(dg * dg)) + np.int32(db * db)
                        )
                        i = np.int32(index + more) if other < d else i
                        d = min(d, other)
                    closer = d < least[row]
                    best[row] = i if closer else best[row]
                    least[row] = min(d, least[row])
            out = indices[t]
            now_r = errors[0, h, lead : lead + ROWS]
            now_g = errors[1, h, lead : lead + ROWS]
            now_b = errors[2, h, lead : lead + ROWS]
            for row in range(ROWS):
                out[row] = best[row]
                now_r[row] = values[0, row] - out_red[best[row]]
                now_g[row] = values[1, row] - out_green[best[row]]
                now_b[row] = values[2, row] - out_blue[best[row]]
            if t0 + t < skew * (ROWS - 1) or t0 + t >= width:
                for row in range(ROWS):
                    x = t0 + t - skew * row
                    if x < 0 or x >= width:
                        now_r[row] = now_g[row] = now_b[row] = 0
        for channel in range(3):
            hand_down(below[channel], errors[channel], t0, count, skew, lead, back)
        unload(codes, indices, t0, count, skew)
    field[:] = errors
