"""Error diffusion along a Hilbert curve, with the errors in a queue.

The curve covers any rectangle, after J. Cerveny, "Generalized Hilbert space-filling curve for
rectangular domains of arbitrary sizes" (2018): a long rectangle is halved along its length; any other
is passed through half its width sideways, then lengthwise, then back through the other half. Each step
goes to a neighbour; in a rectangle with an odd side one step may be diagonal.
"""

import numpy as np

from dither.diffusion.compiled.nearest import nearest_color
from dither.diffusion.compiled.quantize import HALF, level_at, light_of
from dither.native.loop import compiled

# Rectangles on the stack: at most two for each halving.
_MAX_STACK = 160


# Not cached: numba cannot compile callers of a cached generator.
@compiled
def hilbert_curve(height, width):
    """Yield the row and column of each pixel along the curve, from the upper left corner."""
    # Row, column; direction and length along the curve; direction and length across it.
    stack = np.empty((_MAX_STACK, 8), np.int64)
    top = 0
    if height > 0 and width > 0:
        if width >= height:
            stack[0] = np.array([0, 0, 0, 1, width, 1, 0, height])
        else:
            stack[0] = np.array([0, 0, 1, 0, height, 0, 1, width])
        top = 1
    while top > 0:
        top -= 1
        y, x, dy, dx, length, ey, ex, breadth = stack[top]
        if breadth == 1 or length == 1:
            steps, down, right = (length, dy, dx) if breadth == 1 else (breadth, ey, ex)
            for _ in range(steps):
                yield y, x
                y += down
                x += right
            continue
        long, broad = length // 2, breadth // 2
        if 2 * length > 3 * breadth:
            # After an even first half the curve is on the side where the second half starts.
            long += long % 2 == 1 and length > 2
            stack[top] = y + long * dy, x + long * dx, dy, dx, length - long, ey, ex, breadth
            stack[top + 1] = y, x, dy, dx, long, ey, ex, breadth
            top += 2
            continue
        broad += broad % 2 == 1 and breadth > 2
        end_y, end_x = y + (length - 1) * dy, x + (length - 1) * dx
        stack[top] = (
            end_y + (broad - 1) * ey,
            end_x + (broad - 1) * ex,
            -ey,
            -ex,
            broad,
            -dy,
            -dx,
            length - long,
        )
        stack[top + 1] = y + broad * ey, x + broad * ex, dy, dx, length, ey, ex, breadth - broad
        stack[top + 2] = y, x, ey, ex, broad, dy, dx, long
        top += 3


@compiled
def hilbert_to_levels(samples, units, codes, shares, target, bounds):
    """Diffuse one channel to levels; `shares` is (queue,) int64, the newest error's last."""
    shown, first = target
    low, high = bounds
    size = len(shares)
    # Every error is stored twice, so that the queue is always contiguous.
    queue = np.zeros(2 * size, np.int64)
    oldest = 0
    for y, x in hilbert_curve(*samples.shape):
        due = np.int64(HALF)
        for item in range(size):
            due += shares[item] * queue[oldest + item]
        value = min(max(light_of(samples[y, x], units) + (due >> 16), low), high)
        level = level_at(value, shown, first, 32768)
        codes[y, x] = level
        queue[oldest] = queue[oldest + size] = value - shown[level]
        oldest = oldest + 1 if oldest + 1 < size else 0


@compiled
def hilbert_to_palette(samples, units, codes, shares, target, bounds):
    """Diffuse an image to a palette; `shares` as in `hilbert_to_levels`."""
    shown, axes, places, groups = target
    low, high = bounds
    size = len(shares)
    queue = np.zeros((3, 2 * size), np.int64)
    value = np.zeros(3, np.int64)
    oldest = 0
    for y, x in hilbert_curve(*codes.shape):
        for channel in range(3):
            due = np.int64(HALF)
            for item in range(size):
                due += shares[item] * queue[channel, oldest + item]
            light = light_of(samples[y, x, channel], units)
            value[channel] = min(max(light + (due >> 16), low), high)
        index = nearest_color(value[0], value[1], value[2], axes, places, groups)
        codes[y, x] = index
        for channel in range(3):
            error = value[channel] - shown[index, channel]
            queue[channel, oldest] = queue[channel, oldest + size] = error
        oldest = oldest + 1 if oldest + 1 < size else 0
