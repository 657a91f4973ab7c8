"""Dot diffusion: the pixels of one class after those of another, their errors to later neighbours."""

import numpy as np
from numba import njit

from dither.diffusion.compiled.loops import HALF, level_at
from dither.diffusion.compiled.nearest import nearest_color


@njit(inline="always")
def share_out(shares, classes, y, x, height, width):
    """Write which share of a pixel's error, in 1/65536, goes to each of its eight neighbours.

    Those inside the image and of later classes receive it, the four at the sides twice as much as those
    at the corners. Shares are rounded down, and the first receiver takes the rest.
    """
    rows, columns = classes.shape
    own = classes[y % rows, x % columns]
    total, receiver = 0, -1
    for place in range(9):
        shares[place] = 0
        down, ahead = place // 3 - 1, place % 3 - 1
        inside = 0 <= y + down < height and 0 <= x + ahead < width
        if inside and classes[(y + down) % rows, (x + ahead) % columns] > own:
            shares[place] = 1 if down != 0 and ahead != 0 else 2
            total += shares[place]
            receiver = place if receiver < 0 else receiver
    rest = 65536
    for place in range(9):
        if total > 0:
            shares[place] = (shares[place] << 16) // total
            rest -= shares[place]
    if total > 0:
        shares[receiver] += rest


@njit(cache=True, nogil=True)
def dots_levels(samples, units, codes, classes, order, steps, low, high):
    """Diffuse one channel to levels.

    Args:
        samples: (H, W) codes or light.
        units: the light of each code; empty if the samples are light.
        codes: (H, W), written.
        classes: (h, w) int64, tiled over the image.
        order: (h w, 2) int64, row and column of each class in turn.
        steps: the levels.
        low: the least light that is not clipped.
        high: the greatest.
    """
    height, width = samples.shape
    shown, first = steps
    sums = np.zeros((height + 2, width + 2), np.int64)
    inner, edge = np.zeros(9, np.int64), np.zeros(9, np.int64)
    for turn in range(len(order)):
        top, left = order[turn]
        # Away from the edges all of a class share alike; the image is taken as endless there.
        share_out(inner, classes, top + len(classes), left + classes.shape[1], 1 << 40, 1 << 40)
        for y in range(top, height, classes.shape[0]):
            for x in range(left, width, classes.shape[1]):
                light = np.int64(units[samples[y, x]] if len(units) else samples[y, x])
                value = light + ((sums[y + 1, x + 1] + HALF) >> 16)
                value = min(max(value, low), high)
                level = level_at(value, shown, first, 32768)
                codes[y, x] = level
                error = np.int64(value - shown[level])
                shares = inner
                if y == 0 or x == 0 or y == height - 1 or x == width - 1:
                    share_out(edge, classes, y, x, height, width)
                    shares = edge
                for place in range(9):
                    sums[y + place // 3, x + place % 3] += shares[place] * error


@njit(cache=True, nogil=True)
def dots_palette(samples, units, codes, classes, order, colors, low, high):
    """Diffuse a colour image to a palette; as `dots_levels`, samples (H, W, 3)."""
    height, width = codes.shape
    shown, places, groups = colors
    sums = np.zeros((height + 2, width + 2, 3), np.int64)
    inner, edge = np.zeros(9, np.int64), np.zeros(9, np.int64)
    value = np.zeros(3, np.int64)
    for turn in range(len(order)):
        top, left = order[turn]
        share_out(inner, classes, top + len(classes), left + classes.shape[1], 1 << 40, 1 << 40)
        for y in range(top, height, classes.shape[0]):
            for x in range(left, width, classes.shape[1]):
                for channel in range(3):
                    sample = samples[y, x, channel]
                    light = np.int64(units[sample] if len(units) else sample)
                    became = light + ((sums[y + 1, x + 1, channel] + HALF) >> 16)
                    value[channel] = min(max(became, low), high)
                index = nearest_color(value[0], value[1], value[2], places, groups)
                codes[y, x] = index
                shares = inner
                if y == 0 or x == 0 or y == height - 1 or x == width - 1:
                    share_out(edge, classes, y, x, height, width)
                    shares = edge
                for place in range(9):
                    for channel in range(3):
                        error = value[channel] - shown[index, channel]
                        sums[y + place // 3, x + place % 3, channel] += shares[place] * error
