"""Error diffusion with tone-dependent kernels, one pixel at a time."""

import numpy as np

from dither.diffusion.compiled.quantize import HALF, level_at, threshold
from dither.native.loop import compiled


@compiled
def tone_dependent_to_levels(
    lights, tones, codes, past, y0, serpentine, shares, target, thresholds, channel, bounds
):
    """Diffuse some rows of one channel to levels.

    Args:
        lights: (rows, W) int32 light of the rows from y0.
        tones: (rows, W) uint8.
        codes: (rows, W), the output.
        past: (2, W + 2) int64, updated: the errors that row y receives, in 1/65536 of a unit, at y % 2;
            zeros at first.
        y0: the first row.
        serpentine: whether odd rows are scanned to the left.
        shares: (256, 3) int64 per tone: ahead, down and back, down.
        target: levels; this and the rest as in `dither.diffusion.compiled`.
        thresholds: modulation.
        channel: number of the channel.
        bounds: bounds of the light.
    """
    rows, width = lights.shape
    shown, first = target
    low, high = bounds
    varies, offsets, noise, seed = thresholds
    for row in range(rows):
        y = y0 + row
        light, tone, out = lights[row], tones[row], codes[row]
        sums, under = past[y % 2], past[1 - y % 2]
        under[:] = 0
        direction = -1 if serpentine and y % 2 == 1 else 1
        x = 0 if direction == 1 else width - 1
        due = np.int64(0)
        for _ in range(width):
            value = light[x] + ((sums[x + 1] + due + HALF) >> 16)
            value = min(max(value, low), high)
            share = threshold(varies, offsets, noise, seed, y, x, channel)
            level = level_at(value, shown, first, share)
            out[x] = level
            error = np.int64(value - shown[level])
            ahead, back, down = shares[tone[x]]
            due = ahead * error
            under[x + 1 - direction] += back * error
            under[x + 1] += down * error
            x += direction
