"""Dot diffusion: quantize pixels class by class and pass errors to neighbours of later classes."""

import numpy as np

from dither.diffusion.compiled.nearest import nearest_color
from dither.diffusion.compiled.quantize import HALF, level_at, light_of
from dither.native.loop import compiled


@compiled(inline=True)
def neighbor_shares(shares, classes, y, x, height, width):
    """Write the shares of a pixel's error, in 1/65536, that its neighbours receive, row by row.

    Neighbours inside the image and of later classes receive it, the four at the sides twice as much as
    those at the corners. Shares are rounded down, and the first receiver takes the remainder.
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


@compiled
def dot_to_levels(samples, units, codes, classes, order, target, bounds):
    """Diffuse one channel to levels.

    `classes` is (h, w) int64, tiled over the image; `order` is (h w, 2) int64, the row and column of
    each class in turn.
    """
    height, width = samples.shape
    shown, first = target
    low, high = bounds
    sums = np.zeros((height + 2, width + 2), np.int64)
    inner, edge = np.zeros(9, np.int64), np.zeros(9, np.int64)
    for turn in range(len(order)):
        top, left = order[turn]
        # Away from the edges the shares depend on the class alone, as in an endless image.
        neighbor_shares(
            inner, classes, top + len(classes), left + classes.shape[1], 1 << 40, 1 << 40
        )
        for y in range(top, height, classes.shape[0]):
            for x in range(left, width, classes.shape[1]):
                value = light_of(samples[y, x], units) + ((sums[y + 1, x + 1] + HALF) >> 16)
                value = min(max(value, low), high)
                level = level_at(value, shown, first, 32768)
                codes[y, x] = level
                error = np.int64(value - shown[level])
                shares = inner
                if y == 0 or x == 0 or y == height - 1 or x == width - 1:
                    neighbor_shares(edge, classes, y, x, height, width)
                    shares = edge
                for place in range(9):
                    sums[y + place // 3, x + place % 3] += shares[place] * error


@compiled
def dot_to_palette(samples, units, codes, classes, order, target, bounds):
    """Diffuse an image to a palette; `classes` and `order` as in `dot_to_levels`."""
    height, width = codes.shape
    shown, axes, places, groups = target
    low, high = bounds
    sums = np.zeros((height + 2, width + 2, 3), np.int64)
    inner, edge = np.zeros(9, np.int64), np.zeros(9, np.int64)
    value = np.zeros(3, np.int64)
    for turn in range(len(order)):
        top, left = order[turn]
        neighbor_shares(
            inner, classes, top + len(classes), left + classes.shape[1], 1 << 40, 1 << 40
        )
        for y in range(top, height, classes.shape[0]):
            for x in range(left, width, classes.shape[1]):
                for channel in range(3):
                    light = light_of(samples[y, x, channel], units)
                    received = (sums[y + 1, x + 1, channel] + HALF) >> 16
                    value[channel] = min(max(light + received, low), high)
                index = nearest_color(value[0], value[1], value[2], axes, places, groups)
                codes[y, x] = index
                shares = inner
                if y == 0 or x == 0 or y == height - 1 or x == width - 1:
                    neighbor_shares(edge, classes, y, x, height, width)
                    shares = edge
                for place in range(9):
                    for channel in range(3):
                        error = value[channel] - shown[index, channel]
                        sums[y + place // 3, x + place % 3, channel] += shares[place] * error
