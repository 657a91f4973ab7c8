"""Error diffusion in serpentine order: even rows to the right, odd rows to the left.

These loops are for every kernel and threshold; `serpentine_levels` and `serpentine_lanes` are faster.
The errors from the rows above are summed first, for a whole row at once. Within the row each pixel
depends on the one before, and the next row starts where this one ends, so rows cannot run in parallel.

`past` holds the errors of earlier rows: (rows, W + 2 reach) int32 per channel, row y at y % rows, with
zeros on both sides.
"""

import numpy as np

from dither.diffusion.compiled.nearest import nearest_color
from dither.diffusion.compiled.quantize import HALF, level_at, light_of, shifted_color, threshold
from dither.native.loop import compiled


@compiled
def receive(sums, samples, units, past, y, taps):
    """Write the light of row y plus the errors from above to (W,) sums, in 1/65536 of a unit."""
    width = len(sums)
    reach = (past.shape[1] - width) // 2
    for x in range(width):
        sums[x] = (light_of(samples[x], units) << 16) + HALF
    for tap in range(len(taps)):
        # Products of 32-bit factors are vector instructions.
        down, ahead, share = taps[tap, 0], taps[tap, 1], np.int32(taps[tap, 2])
        if 0 < down <= y:
            # The kernel is mirrored in rows that were scanned to the left.
            start = reach - ahead if (y - down) % 2 == 0 else reach + ahead
            errors = past[(y - down) % len(past), start : start + width]
            for x in range(width):
                sums[x] += np.int64(share) * np.int64(errors[x])


@compiled
def shares_ahead(taps):
    """Return the (15,) int64 shares within the row, by columns ahead."""
    ahead = np.zeros(15, np.int64)
    for tap in range(len(taps)):
        if taps[tap, 0] == 0:
            ahead[taps[tap, 1]] = taps[tap, 2]
    return ahead


@compiled
def serpentine_to_levels(
    samples, units, codes, past, y0, taps, target, thresholds, channel, bounds
):
    """Diffuse the rows from y0 of one channel to levels; updates `past`."""
    rows, width = samples.shape
    reach = (past.shape[1] - width) // 2
    sums = np.empty(width, np.int64)
    ahead = shares_ahead(taps)
    far = 14
    while far > 1 and ahead[far] == 0:
        far -= 1
    shown, first = target
    low, high = bounds
    varies, offsets, noise, seed = thresholds
    for row in range(rows):
        y = y0 + row
        receive(sums, samples[row], units, past, y, taps)
        now = past[y % len(past), reach : reach + width]
        direction = 1 if y % 2 == 0 else -1
        x = 0 if direction == 1 else width - 1
        last = np.int64(0)
        for step in range(width):
            total = sums[x] + ahead[1] * last
            for back in range(2, min(far, step) + 1):
                total += ahead[back] * np.int64(now[x - direction * back])
            value = min(max(total >> 16, low), high)
            share = threshold(varies, offsets, noise, seed, y, x, channel)
            level = level_at(value, shown, first, share)
            codes[row, x] = level
            last = value - shown[level]
            now[x] = last
            x += direction


@compiled
def serpentine_to_palette(
    samples, units, codes, past, y0, taps, target, thresholds, channel, bounds
):
    """Diffuse the rows from y0 of an image to a palette; updates `past`, (3, rows, W + 2 reach)."""
    rows, width, _ = samples.shape
    reach = (past.shape[2] - width) // 2
    sums = np.empty((3, width), np.int64)
    ahead = shares_ahead(taps)
    far = 14
    while far > 1 and ahead[far] == 0:
        far -= 1
    shown, axes, places, groups = target
    low, high = bounds
    varies, offsets, noise, seed = thresholds
    for row in range(rows):
        y = y0 + row
        for each in range(3):
            receive(sums[each], samples[row, :, each], units, past[each], y, taps)
        now = past[:, y % past.shape[1], reach : reach + width]
        direction = 1 if y % 2 == 0 else -1
        x = 0 if direction == 1 else width - 1
        red_due = green_due = blue_due = np.int64(0)
        for step in range(width):
            for back in range(2, min(far, step) + 1):
                red_due += ahead[back] * np.int64(now[0, x - direction * back])
                green_due += ahead[back] * np.int64(now[1, x - direction * back])
                blue_due += ahead[back] * np.int64(now[2, x - direction * back])
            red = min(max((sums[0, x] + red_due) >> 16, low), high)
            green = min(max((sums[1, x] + green_due) >> 16, low), high)
            blue = min(max((sums[2, x] + blue_due) >> 16, low), high)
            index = nearest_color(red, green, blue, axes, places, groups)
            if varies:
                share = threshold(varies, offsets, noise, seed, y, x, channel)
                index = shifted_color(index, red, green, blue, shown, axes, places, groups, share)
            codes[row, x] = index
            red -= shown[index, 0]
            green -= shown[index, 1]
            blue -= shown[index, 2]
            now[0, x], now[1, x], now[2, x] = red, green, blue
            red_due, green_due, blue_due = ahead[1] * red, ahead[1] * green, ahead[1] * blue
            x += direction
