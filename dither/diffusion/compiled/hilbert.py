"""Error diffusion along a curve that fills the image, its errors kept in a queue.

The curve is Hilbert's, for any rectangle, after J. Cerveny, "Generalized Hilbert space-filling curve
for rectangular domains of arbitrary sizes" (2018): a long rectangle is halved along its length; another
goes aside through half its width, then along, and back through the other half. A step goes to a
neighbour; in a rectangle with an odd side one step may be diagonal.
"""

import numpy as np
from numba import njit

from dither.diffusion.compiled.loops import HALF, level_at
from dither.diffusion.compiled.nearest import nearest_color

# Rectangles that wait at a time: at most two for each halving.
_MOST_WAITING = 160


# Not cached: numba cannot compile what calls a generator that comes from its cache.
@njit(nogil=True)
def curve(height, width):
    """The rows and columns of an image in the order of the curve, from its upper left corner."""
    # Row, column; the way along and its length; the way across and its length.
    waiting = np.empty((_MOST_WAITING, 8), np.int64)
    count = 0
    if height > 0 and width > 0:
        if width >= height:
            waiting[0] = np.array([0, 0, 0, 1, width, 1, 0, height])
        else:
            waiting[0] = np.array([0, 0, 1, 0, height, 0, 1, width])
        count = 1
    while count > 0:
        count -= 1
        y, x, dy, dx, length, ey, ex, breadth = waiting[count]
        if breadth == 1 or length == 1:
            steps, down, right = (length, dy, dx) if breadth == 1 else (breadth, ey, ex)
            for _ in range(steps):
                yield y, x
                y += down
                x += right
            continue
        long, broad = length // 2, breadth // 2
        if 2 * length > 3 * breadth:
            # An even first half ends on the side where the second starts.
            long += long % 2 == 1 and length > 2
            waiting[count] = y + long * dy, x + long * dx, dy, dx, length - long, ey, ex, breadth
            waiting[count + 1] = y, x, dy, dx, long, ey, ex, breadth
            count += 2
            continue
        broad += broad % 2 == 1 and breadth > 2
        end_y, end_x = y + (length - 1) * dy, x + (length - 1) * dx
        waiting[count] = (
            end_y + (broad - 1) * ey,
            end_x + (broad - 1) * ex,
            -ey,
            -ex,
            broad,
            -dy,
            -dx,
            length - long,
        )
        waiting[count + 1] = y + broad * ey, x + broad * ex, dy, dx, length, ey, ex, breadth - broad
        waiting[count + 2] = y, x, ey, ex, broad, dy, dx, long
        count += 3


@njit(cache=True, nogil=True)
def curve_levels(samples, units, codes, shares, steps, low, high):
    """Diffuse one channel to levels.

    Args:
        samples: (H, W) codes or light.
        units: the light of each code; empty if the samples are light.
        codes: (H, W), written.
        shares: (queue,) int64, of the errors of earlier pixels, the last one's last.
        steps: the levels.
        low: the least light that is not clipped.
        high: the greatest.
    """
    shown, first = steps
    size = len(shares)
    # Every error is kept twice, so that those of the queue always lie side by side.
    queue = np.zeros(2 * size, np.int64)
    oldest = 0
    for y, x in curve(*samples.shape):
        due = np.int64(HALF)
        for item in range(size):
            due += shares[item] * queue[oldest + item]
        light = np.int64(units[samples[y, x]] if len(units) else samples[y, x])
        value = min(max(light + (due >> 16), low), high)
        level = level_at(value, shown, first, 32768)
        codes[y, x] = level
        queue[oldest] = queue[oldest + size] = value - shown[level]
        oldest = oldest + 1 if oldest + 1 < size else 0


@njit(cache=True, nogil=True)
def curve_palette(samples, units, codes, shares, colors, low, high):
    """Diffuse a colour image to a palette; as `curve_levels`, samples (H, W, 3)."""
    shown, places, groups = colors
    size = len(shares)
    queue = np.zeros((3, 2 * size), np.int64)
    value = np.zeros(3, np.int64)
    oldest = 0
    for y, x in curve(*codes.shape):
        for channel in range(3):
            due = np.int64(HALF)
            for item in range(size):
                due += shares[item] * queue[channel, oldest + item]
            sample = samples[y, x, channel]
            light = np.int64(units[sample] if len(units) else sample)
            value[channel] = min(max(light + (due >> 16), low), high)
        index = nearest_color(value[0], value[1], value[2], places, groups)
        codes[y, x] = index
        for channel in range(3):
            error = value[channel] - shown[index, channel]
            queue[channel, oldest] = queue[channel, oldest + size] = error
        oldest = oldest + 1 if oldest + 1 < size else 0
