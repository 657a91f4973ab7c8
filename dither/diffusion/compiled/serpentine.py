"""Error diffusion in serpentine order: even rows to the right, odd rows to the left.

The errors from the rows above are summed first, for a whole row at once. Within the row each pixel
depends on the one before, and the next row starts where this one ends, so rows cannot run in parallel.

`past` holds the errors of earlier rows: (rows, W + 2 reach) int32 per channel, row y at y % rows, with
zeros on both sides.
"""

import numpy as np

from dither.diffusion.compiled.nearest import nearest_color
from dither.diffusion.compiled.quantize import HALF, level_at, light_of, shifted_color, threshold
from dither.diffusion.light import WHITE
from dither.native.loop import compiled

# Lights are less than 2^22.
_WHITE_BITS = WHITE.bit_length()


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


def level_steps(lights: np.ndarray, taps: np.ndarray) -> tuple[np.ndarray, int]:
    """Return a table that finds the level of a light with one comparison, and the size of its cells.

    The light from -2^22 to 2^23 is cut into cells of 2^shift units. For each cell, the rows are:
    the largest light that takes the lower level; the light of the lower level, and from it to the upper
    level's, both times the share of the next pixel; and the lower level.

    Args:
        lights: (levels,) int32, ascending from 0 to `WHITE`.
        taps: (n, 3) int64, the last column in 1/65536.

    Returns:
        (4, cells) int64 and the shift. The table is empty if a cell could have three levels, or if the
        shares are such that errors could exceed white.
    """
    shares = taps[:, 2]
    middles = lights[:-1] + (np.diff(lights) >> 1)
    if (shares >= 0).all() and shares.sum() <= 1 << 16:
        for shift in (14, 12, 10):
            start = np.arange(-(1 << _WHITE_BITS), 2 << _WHITE_BITS, 1 << shift)
            lower = np.searchsorted(middles, start, side="left")
            upper = np.searchsorted(middles, start + (1 << shift) - 1, side="left")
            if (upper - lower).max() <= 1:
                lower = np.minimum(lower, len(middles) - 1)
                passed = shares_ahead.python(taps)[1] * lights.astype(np.int64)
                rows = middles[lower], passed[lower], np.diff(passed)[lower], lower
                return np.stack(rows), shift
    return np.empty((4, 0), np.int64), 10


@compiled
def serpentine_to_levels(
    samples, units, codes, past, y0, taps, steps, shift, target, thresholds, channel, bounds
):
    """Diffuse the rows from y0 of one channel to levels; updates `past`.

    `steps` and `shift` are of `level_steps`; the rest as in `dither.diffusion.compiled`.
    """
    rows, width = samples.shape
    reach = (past.shape[1] - width) // 2
    sums = np.empty(width, np.int64)
    ahead = shares_ahead(taps)
    one, two = ahead[1], ahead[2]
    far = 14
    while far > 2 and ahead[far] == 0:
        far -= 1
    shown, first = target
    low, high = bounds
    varies, offsets, noise, seed = thresholds
    plain = len(shown) == 2 and not varies and low < -WHITE and far == 2
    looked_up = steps.size > 0 and not varies and far == 2
    middles, lowers, steps_up, levels = steps[0], steps[1], steps[2], steps[3]
    below, cell_shift, clipped = 1 << _WHITE_BITS - shift, shift + 16, low >= -WHITE
    for row in range(rows):
        y = y0 + row
        receive(sums, samples[row], units, past, y, taps)
        now = past[y % len(past), reach : reach + width]
        out = codes[row]
        direction = 1 if y % 2 == 0 else -1
        x = 0 if direction == 1 else width - 1
        if plain:
            # Both products are ready before the comparison, which shortens the dependency chain.
            due, error = np.int64(0), np.int64(0)
            for _ in range(width):
                value = (sums[x] + due) >> 16
                up = value > (WHITE >> 1)
                due = two * error + one * value - (one * WHITE if up else 0)
                error = value - (WHITE if up else 0)
                out[x] = up
                now[x] = error
                x += direction
            continue
        if looked_up:
            due, error = np.int64(0), np.int64(0)
            place, forward = np.uint64(x), np.uint64(direction)
            for _ in range(width):
                value = sums[place] + due
                cell = np.uint64((value >> cell_shift) + below)
                value >>= 16
                up = value > middles[cell]
                if clipped:
                    value = min(max(value, low), high)
                # The rest is ready before the comparison is, which shortens the dependency chain.
                rest, step = two * error + one * value - lowers[cell], steps_up[cell]
                due = rest - (step if up else 0)
                level = np.uint64(levels[cell] + up)
                error = value - shown[level]
                out[place] = level
                now[place] = error
                place += forward
            continue
        before, last = np.int64(0), np.int64(0)
        for step in range(width):
            total = sums[x] + one * last + two * before
            for back in range(3, min(far, step) + 1):
                total += ahead[back] * np.int64(now[x - direction * back])
            value = min(max(total >> 16, low), high)
            share = threshold(varies, offsets, noise, seed, y, x, channel)
            level = level_at(value, shown, first, share)
            out[x] = level
            before = last
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
