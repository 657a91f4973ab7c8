"""Error diffusion in raster order, 32 rows at a time.

Row r of a block is `skew` columns behind row r - 1, so that the errors it needs from above are known:
all rows of a block advance together, in vector instructions or at least without waiting for one
another. At step t, row r is at column x = t - skew r. The error that it receives from `down` rows above
and `ahead` columns behind was written by row r - down at step t - (ahead + skew down).

The steps of a block can be split over several calls, so that each thread can work on its own block.

Besides the arguments that all loops share (`dither.diffusion.compiled`), the raster loops take, with
C = 1 channel or 3:

    errors  field, (C, back + chunk, lead + ROWS) int32: the errors of each step, zeros at first;
            above, (C, lead, W) int32: the errors of the rows above the block;
            below, (C, lead, W) int32: output, the errors of the block's last rows
    span    first step, a multiple of the chunk, and the end, such a multiple or the last step + 1
    skew    columns that each row is behind the one above
    y0      first row of the block
"""

import numpy as np

from dither.diffusion.compiled.lanes import at_least, at_most, minus, put_numbers, stacked
from dither.diffusion.compiled.nearest import MIDDLE, nearest_to_lights
from dither.diffusion.compiled.quantize import HALF, level_at, shifted_color, threshold
from dither.diffusion.light import WHITE
from dither.native.loop import compiled

ROWS = 32
# Steps between the transfers of samples into the block and of codes out of it, for one channel and for
# three; few enough to stay in cache.
CHUNK = 128
COLOR_CHUNK = 64
# 32-bit errors in a cache line; no kernel reaches that many rows up.
LINE = 16


@compiled
def inside(row, t0, count, skew, width):
    """Return the start and end of the steps, counted from t0, at which the row is inside the image."""
    start = min(max(skew * row - t0, 0), count)
    stop = min(max(skew * row + width - t0, 0), count)
    return start, max(start, stop)


@compiled
def load(lights, samples, units, t0, count, skew):
    """Write the light of `count` steps from t0 to (chunk, ROWS) lights, 0 outside of the image."""
    rows, width = samples.shape
    at_edge = rows < ROWS or t0 < skew * ROWS or t0 + count > width
    if len(units) > 0 and not at_edge:
        # Four rows at a time.
        for row in range(0, ROWS, 4):
            x = t0 - skew * row
            line0 = samples[row, x : x + count]
            line1 = samples[row + 1, x - skew : x - skew + count]
            line2 = samples[row + 2, x - 2 * skew : x - 2 * skew + count]
            line3 = samples[row + 3, x - 3 * skew : x - 3 * skew + count]
            for t in range(count):
                lights[t, row] = units[line0[t]]
                lights[t, row + 1] = units[line1[t]]
                lights[t, row + 2] = units[line2[t]]
                lights[t, row + 3] = units[line3[t]]
        return
    if at_edge:
        lights[:] = 0
    for row in range(rows):
        start, stop = inside(row, t0, count, skew, width)
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


@compiled
def begin_chunk(field, above, t0, count, skew, back):
    """Keep the last `back` steps of the field, and insert the errors of the rows above the block."""
    lead, width = above.shape
    field[:back] = field[len(field) - back :]
    for row in range(lead):
        first = -back if t0 == 0 else 0
        for t in range(first, count):
            x = t0 + t + skew * (lead - row)
            field[back + t, row] = above[row, x] if 0 <= x < width else 0


@compiled
def clear_outside(field, t, width, skew, lead, h):
    """Drop the errors of rows that are outside of the image at step t, stored at h."""
    for row in range(ROWS):
        x = t - skew * row
        if x < 0 or x >= width:
            field[h, lead + row] = 0


@compiled
def store_last_rows(below, field, t0, count, skew, lead, back):
    """Write the errors of the block's last rows, for the block below."""
    width = below.shape[1]
    for row in range(lead):
        behind = skew * (ROWS - lead + row)
        for t in range(count):
            x = t0 + t - behind
            if 0 <= x < width:
                below[row, x] = field[back + t, ROWS + row]


@compiled
def unload(codes, levels, t0, count, skew):
    """Write the (chunk, ROWS) levels of the steps from t0 to the (rows, W) codes of the block."""
    rows, width = codes.shape
    for row in range(rows):
        start, stop = inside(row, t0, count, skew, width)
        if start < stop:
            left = t0 + start - skew * row
            line = codes[row, left : left + stop - start]
            lane = levels[start:stop, row]
            for t in range(len(lane)):
                line[t] = lane[t]


@compiled
def receive(sums, field, h, taps, skew, lead):
    """Sum the errors that each row of the block receives at the step stored at h."""
    # With a constant length the compiler would unroll the loops instead of vectorizing them.
    rows = len(sums)
    sums[:] = HALF
    for tap in range(len(taps)):
        down, ahead, share = taps[tap, 0], taps[tap, 1], np.int32(taps[tap, 2])
        errors = field[h - ahead - skew * down, lead - down : lead - down + rows]
        for row in range(rows):
            sums[row] += np.int64(share) * np.int64(errors[row])


@compiled
def raster_to_levels(
    samples, units, codes, errors, span, taps, skew, y0, target, thresholds, channel, bounds
):
    """Do some steps of a block of rows of one channel."""
    field, above, below = errors
    low, high = bounds
    width = samples.shape[1]
    lead = above.shape[1]
    back = field.shape[1] - CHUNK
    cells = field[0]
    shown, first = target
    varies, offsets, noise, seed = thresholds
    plain = len(shown) == 2 and not varies and low < -WHITE
    lights = np.empty((CHUNK, ROWS), np.int32)
    sums = np.empty(ROWS, np.int64)
    values = np.empty(ROWS, np.int32)
    levels = np.empty((CHUNK, ROWS), np.uint16)
    for t0 in range(span[0], span[1], CHUNK):
        count = min(CHUNK, span[1] - t0)
        load(lights, samples, units, t0, count, skew)
        begin_chunk(cells, above[0], t0, count, skew, back)
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
                    x = max(0, t0 + t - skew * row)
                    share = threshold(varies, offsets, noise, seed, y0 + row, x, channel)
                    level = level_at(values[row], shown, first, share)
                    out[row] = level
                    now[row] = values[row] - shown[level]
            if t0 + t < skew * (ROWS - 1) or t0 + t >= width:
                clear_outside(cells, t0 + t, width, skew, lead, h)
        store_last_rows(below[0], cells, t0, count, skew, lead, back)
        unload(codes, levels, t0, count, skew)


@compiled
def raster_to_palette(
    samples, units, codes, errors, span, taps, skew, y0, target, thresholds, channel, bounds
):
    """Do some steps of a block of rows of an image to a palette."""
    field, above, below = errors
    low, high = bounds
    width = samples.shape[1]
    lead = above.shape[1]
    back = field.shape[1] - COLOR_CHUNK
    shown, axes, places, groups = target
    varies, offsets, noise, seed = thresholds
    lights = np.empty((3, COLOR_CHUNK, ROWS), np.int32)
    sums = np.empty(ROWS, np.int64)
    values, best = np.empty((3, ROWS), np.int32), np.empty(ROWS, np.int32)
    darkest, brightest = np.int32(-WHITE), np.int32(2 * WHITE)
    indices = np.empty((COLOR_CHUNK, ROWS), np.uint8)
    for t0 in range(span[0], span[1], COLOR_CHUNK):
        count = min(COLOR_CHUNK, span[1] - t0)
        for c in range(3):
            load(lights[c], samples[:, :, c], units, t0, count, skew)
            begin_chunk(field[c], above[c], t0, count, skew, back)
        for t in range(count):
            h = back + t
            for c in range(3):
                receive(sums, field[c], h, taps, skew, lead)
                light, value = lights[c, t], values[c]
                for row in range(len(light)):
                    value[row] = min(max(light[row] + (sums[row] >> 16), low), high)
            now = field[:, h, lead : lead + ROWS]
            for row in range(0, ROWS, 8):
                seen = at_most(at_least(stacked(values, row), darkest), brightest)
                seen = minus(seen, np.int32(MIDDLE))
                put_numbers(best, row, nearest_to_lights(seen, axes, places, groups))
            for row in range(ROWS):
                red, green, blue = values[0, row], values[1, row], values[2, row]
                index = best[row]
                if varies:
                    x = max(0, t0 + t - skew * row)
                    share = threshold(varies, offsets, noise, seed, y0 + row, x, channel)
                    index = shifted_color(
                        index, red, green, blue, shown, axes, places, groups, share
                    )
                indices[t, row] = index
                now[0, row] = red - shown[index, 0]
                now[1, row] = green - shown[index, 1]
                now[2, row] = blue - shown[index, 2]
            if t0 + t < skew * (ROWS - 1) or t0 + t >= width:
                for c in range(3):
                    clear_outside(field[c], t0 + t, width, skew, lead, h)
        for c in range(3):
            store_last_rows(below[c], field[c], t0, count, skew, lead, back)
        unload(codes, indices, t0, count, skew)
