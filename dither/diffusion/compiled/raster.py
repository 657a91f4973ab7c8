"""Error diffusion from left to right, 32 rows at a time.

Row r of a block is `skew` columns behind row r - 1, so that all it needs from the rows above is known:
the block's rows take one step at a time together, in vector instructions or at least without waiting
for one another. At the step t, row r is at the column x = t - skew r; what it receives from `down` rows
above and `ahead` columns behind was left by row r - down at the step t - (ahead + skew down).

A block's steps can be done in several calls, so that threads can work on one block each, one behind the
other.
"""

import numpy as np
from numba import njit

from dither.diffusion.compiled.loops import HALF, level_at, shifted_color, threshold
from dither.diffusion.compiled.nearest import nearest_color
from dither.diffusion.light import WHITE

ROWS = 32
# Steps between the moves of samples into the block and of codes out of it, few enough to stay in cache:
# of one channel, and of colours.
CHUNK = 128
COLOR_CHUNK = 64
# Errors of 32 bits in a line of the cache; no kernel reaches as many rows up.
LINE = 16


@njit(cache=True, nogil=True)
def inside(row, t0, count, skew, width):
    """The first and last + 1 of the steps from t0 at which the row is inside the image."""
    start = min(max(skew * row - t0, 0), count)
    stop = min(max(skew * row + width - t0, 0), count)
    return start, max(start, stop)


@njit(cache=True, nogil=True)
def load(lights, samples, units, t0, count, skew):
    """Move the light of a block's rows to where the steps from t0 look for it.

    Args:
        lights: (CHUNK, ROWS) int32, written; 0 outside of the image.
        samples: (rows, W) codes or light of the block's rows.
        units: the light of each code; empty if the samples are light.
        t0: the first step.
        count: of steps.
        skew: columns that each row is behind the one above.
    """
    rows, width = samples.shape
    for row in range(ROWS):
        start, stop = inside(row, t0, count, skew, width)
        if row >= rows:
            start = stop = 0
        for t in range(start):
            lights[t, row] = 0
        for t in range(stop, count):
            lights[t, row] = 0
        if start < stop:
            left = t0 + start - skew * row
            line = samples[row, left : left + stop - start]
            lane = lights[start:stop, row]
            if len(units):
                for t in range(len(line)):
                    lane[t] = units[line[t]]
            else:
                for t in range(len(line)):
                    lane[t] = line[t]


@njit(cache=True, nogil=True)
def take_over(field, above, t0, count, skew, back):
    """Keep the errors of the steps before t0, and place those of the rows above the block.

    Args:
        field: (back + chunk, lead + ROWS) int32, the errors of each step in turn.
        above: (lead, W) int32, the errors of the rows above the block.
        t0: the first step.
        count: of steps.
        skew: columns that each row is behind the one above.
        back: steps that are looked back.
    """
    lead, width = above.shape
    field[:back] = field[len(field) - back :]
    for row in range(lead):
        first = -back if t0 == 0 else 0
        for t in range(first, count):
            x = t0 + t + skew * (lead - row)
            field[back + t, row] = above[row, x] if 0 <= x < width else 0


@njit(cache=True, nogil=True)
def clear_outside(field, t, width, skew, lead, h):
    """Drop the errors of rows that are not inside the image at the step t."""
    for row in range(ROWS):
        x = t - skew * row
        if x < 0 or x >= width:
            field[h, lead + row] = 0


@njit(cache=True, nogil=True)
def hand_down(below, field, t0, count, skew, lead, back):
    """Write the errors of the block's last rows, for the block below."""
    width = below.shape[1]
    for row in range(lead):
        behind = skew * (ROWS - lead + row)
        for t in range(count):
            x = t0 + t - behind
            if 0 <= x < width:
                below[row, x] = field[back + t, ROWS + row]


@njit(cache=True, nogil=True)
def unload(codes, levels, t0, count, skew):
    """Write the block's codes of the steps from t0, (CHUNK, ROWS), to (rows, W)."""
    rows, width = codes.shape
    for row in range(rows):
        start, stop = inside(row, t0, count, skew, width)
        if start < stop:
            left = t0 + start - skew * row
            line = codes[row, left : left + stop - start]
            lane = levels[start:stop, row]
            for t in range(len(lane)):
                line[t] = lane[t]


@njit(cache=True, nogil=True)
def receive(sums, field, h, taps, skew, lead):
    """Sum for each row of the block what it receives at the step that is stored at h."""
    # A loop of a length that the compiler knows is unrolled, and then not done in vectors.
    rows = len(sums)
    sums[:] = HALF
    for tap in range(len(taps)):
        down, ahead, share = taps[tap, 0], taps[tap, 1], np.int32(taps[tap, 2])
        errors = field[h - ahead - skew * down, lead - down : lead - down + rows]
        for row in range(rows):
            sums[row] += np.int64(share) * np.int64(errors[row])


@njit(cache=True, nogil=True)
def raster_levels(
    samples,
    units,
    codes,
    field,
    above,
    below,
    span,
    taps,
    skew,
    y0,
    steps,
    thresholds,
    channel,
    low,
    high,
):
    """Do some steps of a block of rows of one channel.

    Args:
        samples: (rows, W) codes or light of the block's rows.
        units: the light of each code; empty if the samples are light.
        codes: (rows, W), written.
        field: (1, back + CHUNK, lead + ROWS) int32, the errors of each step, first zeros.
        above: (1, lead, W) int32, the errors of the rows above the block.
        below: (1, lead, W) int32, written: the errors of its last rows.
        span: the first step, a multiple of CHUNK, and the last + 1, such a multiple or the end.
        taps: (taps, 3) int64, rows down, columns ahead, share.
        skew: columns that each row is behind the one above.
        y0: the block's first row.
        steps: the levels.
        thresholds: how they vary.
        channel: which channel it is, for the noise.
        low: the least light that is not clipped.
        high: the greatest.
    """
    width = samples.shape[1]
    lead = above.shape[1]
    back = field.shape[1] - CHUNK
    cells = field[0]
    shown, first = steps
    varied, offsets, noise, seed = thresholds
    plain = len(shown) == 2 and not varied and low < -WHITE
    lights = np.empty((CHUNK, ROWS), np.int32)
    sums = np.empty(ROWS, np.int64)
    values = np.empty(ROWS, np.int32)
    levels = np.empty((CHUNK, ROWS), np.uint16)
    for t0 in range(span[0], span[1], CHUNK):
        count = min(CHUNK, span[1] - t0)
        load(lights, samples, units, t0, count, skew)
        take_over(cells, above[0], t0, count, skew, back)
        for t in range(count):
            h = back + t
            now = cells[h, lead : lead + ROWS]
            light, out = lights[t], levels[t]
            receive(sums, cells, h, taps, skew, lead)
            for row in range(len(values)):
                value = light[row] + (sums[row] >> 16)
                values[row] = min(max(value, low), high)
            if plain:
                for row in range(len(values)):
                    up = values[row] > (WHITE >> 1)
                    out[row] = up
                    now[row] = np.int32(values[row] - (WHITE if up else 0))
            else:
                for row in range(ROWS):
                    share = threshold(
                        varied, offsets, noise, seed, y0 + row, max(0, t0 + t - skew * row), channel
                    )
                    level = level_at(values[row], shown, first, share)
                    out[row] = level
                    now[row] = values[row] - shown[level]
            if t0 + t < skew * (ROWS - 1) or t0 + t >= width:
                clear_outside(cells, t0 + t, width, skew, lead, h)
        hand_down(below[0], cells, t0, count, skew, lead, back)
        unload(codes, levels, t0, count, skew)


@njit(cache=True, nogil=True)
def raster_palette(
    samples, units, codes, field, above, below, span, taps, skew, y0, colors, thresholds, low, high
):
    """Do some steps of a block of rows of a colour image.

    Args:
        samples: (rows, W, 3) codes or light of the block's rows.
        units: the light of each code; empty if the samples are light.
        codes: (rows, W) uint8, written.
        field: (3, back + COLOR_CHUNK, lead + ROWS) int32, the errors of each step, first zeros.
        above: (3, lead, W) int32, the errors of the rows above the block.
        below: (3, lead, W) int32, written: the errors of its last rows.
        span: the first step, a multiple of COLOR_CHUNK, and the last + 1, such a multiple or the end.
        taps: (taps, 3) int64, rows down, columns ahead, share.
        skew: columns that each row is behind the one above.
        y0: the block's first row.
        colors: the palette.
        thresholds: how they vary.
        low: the least light that is not clipped.
        high: the greatest.
    """
    width = samples.shape[1]
    lead = above.shape[1]
    back = field.shape[1] - COLOR_CHUNK
    shown, places, groups = colors
    varied, offsets, noise, seed = thresholds
    lights = np.empty((3, COLOR_CHUNK, ROWS), np.int32)
    sums = np.empty(ROWS, np.int64)
    values = np.empty((3, ROWS), np.int32)
    indices = np.empty((COLOR_CHUNK, ROWS), np.uint8)
    for t0 in range(span[0], span[1], COLOR_CHUNK):
        count = min(COLOR_CHUNK, span[1] - t0)
        for channel in range(3):
            load(lights[channel], samples[:, :, channel], units, t0, count, skew)
            take_over(field[channel], above[channel], t0, count, skew, back)
        for t in range(count):
            h = back + t
            for channel in range(3):
                receive(sums, field[channel], h, taps, skew, lead)
                light, value = lights[channel, t], values[channel]
                for row in range(len(light)):
                    value[row] = min(max(light[row] + (sums[row] >> 16), low), high)
            now = field[:, h, lead : lead + ROWS]
            for row in range(ROWS):
                red, green, blue = values[0, row], values[1, row], values[2, row]
                index = nearest_color(red, green, blue, places, groups)
                if varied:
                    share = threshold(
                        varied, offsets, noise, seed, y0 + row, max(0, t0 + t - skew * row), 0
                    )
                    index = shifted_color(index, red, green, blue, shown, places, groups, share)
                indices[t, row] = index
                now[0, row] = red - shown[index, 0]
                now[1, row] = green - shown[index, 1]
                now[2, row] = blue - shown[index, 2]
            if t0 + t < skew * (ROWS - 1) or t0 + t >= width:
                for channel in range(3):
                    clear_outside(field[channel], t0 + t, width, skew, lead, h)
        for channel in range(3):
            hand_down(below[channel], field[channel], t0, count, skew, lead, back)
        unload(codes, indices, t0, count, skew)
