"""Potentials of cells: the weighted distances around a cell, their gradients, and changes of both.

Values and gradients are kept with margins, so that rows of the kernel never leave them; see
`swap_kernel`. Ranks have one coordinate, and their distance is |u - v|: this case has loops without
roots, three times as fast.
"""

import math
from typing import Any

import numpy as np

from dither.native.loop import compiled


@compiled(inline=True, zero_division=False)
def _turn(chord: Any) -> Any:
    """Return the angle of a chord as a fraction of a half turn, off by up to 5e-5.

    Source of the polynomial: M. Abramowitz, I. Stegun, "Handbook of mathematical functions" (1964),
    4.4.45, times 2 / pi.
    """
    half = min(np.float32(0.5) * chord, np.float32(1))
    rest = np.float32(math.sqrt(np.float32(1) - half))
    series = np.float32(0.04727602) - half * np.float32(0.011923444)
    series = np.float32(0.99995768) + half * (half * series - np.float32(0.13503622))
    return np.float32(1) - rest * series


@compiled(inline=True, zero_division=False)
def distance_of(squared: Any, r: Any, r2: Any, t: Any, t2: Any) -> Any:
    """Return the distance of a squared chord, with the weights of `Distance`."""
    chord = np.float32(math.sqrt(squared))
    total = (r + r2 * chord) * chord
    if t != 0:
        turn = _turn(chord)
        total += (t + t2 * turn) * turn
    return total


@compiled(inline=True, zero_division=False)
def _slope(squared: Any, r: Any, r2: Any, t: Any, t2: Any) -> Any:
    """Return the derivative of the distance by the chord, over the chord; 0 for equal values."""
    chord = np.float32(math.sqrt(squared)) + np.float32(1e-6)
    total = r + np.float32(2) * r2 * chord
    if t != 0:
        half = min(np.float32(0.5) * chord, np.float32(1))
        cosine = np.float32(math.sqrt(max(np.float32(1) - half * half, np.float32(0.01))))
        angle = t + np.float32(2) * t2 * _turn(chord)
        total += np.float32(0.31830989) * angle / cosine
    return total / chord


@compiled(inline=True)
def is_straight(distance: np.ndarray, channels: int) -> bool:
    """Return whether the distance is |u - v| of numbers, up to a factor."""
    return channels == 1 and distance[1] == 0 and distance[2] == 0 and distance[3] == 0


@compiled(inline=True)
def _sign(one: Any, two: Any) -> Any:
    """Return 1 if the first number is greater, -1 if it is less, and 0 if they are equal."""
    return np.float32(one > two) - np.float32(one < two)


@compiled(zero_division=False)
def increase(
    values: np.ndarray,
    kernel: Any,
    scratch: np.ndarray,
    old: np.ndarray,
    new: np.ndarray,
    t: int,
    y: int,
    x: int,
) -> Any:
    """Return how much the potential of a cell grows from an old value to a new one.

    Columns are summed first, so that vector units add in a fixed order on every machine.
    """
    rows, weights, distance = kernel
    w_r, w_r2, w_t, w_t2 = distance[0], distance[1], distance[2], distance[3]
    sums, to_old, to_new = scratch[0], scratch[1], scratch[2]
    straight = is_straight(distance, values.shape[0])
    sums[:] = 0
    for row in range(len(rows)):
        frame = wrapped(t + rows[row, 0], values.shape[1])
        line = wrapped(y + rows[row, 1], values.shape[2])
        start, width = x + rows[row, 2], rows[row, 3]
        given = weights[rows[row, 4] : rows[row, 4] + width]
        if straight:
            these, a, b = values[0, frame, line, start : start + width], old[0], new[0]
            for j in range(width):
                sums[j] += given[j] * (abs(these[j] - b) - abs(these[j] - a))
            continue
        to_old[:width] = 0
        to_new[:width] = 0
        for c in range(values.shape[0]):
            these = values[c, frame, line, start : start + width]
            a, b = old[c], new[c]
            for j in range(width):
                to_old[j] += (these[j] - a) * (these[j] - a)
                to_new[j] += (these[j] - b) * (these[j] - b)
        for j in range(width):
            sums[j] += given[j] * (
                distance_of(to_new[j], w_r, w_r2, w_t, w_t2)
                - distance_of(to_old[j], w_r, w_r2, w_t, w_t2)
            )
    total = np.float32(0)
    for j in range(sums.size):
        total += sums[j]
    return w_r * total if straight else total


@compiled(zero_division=False)
def _write_slopes(
    line: np.ndarray,
    weights: np.ndarray,
    distance: np.ndarray,
    value: np.ndarray,
    slopes: np.ndarray,
) -> None:
    """Compute the weighted slopes between a value and those of a row of cells, (C, n) float32."""
    w_r, w_r2, w_t, w_t2 = distance[0], distance[1], distance[2], distance[3]
    width = weights.size
    slopes[:width] = 0
    for c in range(line.shape[0]):
        these = line[c]
        for j in range(width):
            slopes[j] += (these[j] - value[c]) * (these[j] - value[c])
    for j in range(width):
        slopes[j] = weights[j] * _slope(slopes[j], w_r, w_r2, w_t, w_t2)


@compiled(zero_division=False)
def update_neighbours(
    values: np.ndarray,
    gradients: np.ndarray,
    kernel: Any,
    scratch: np.ndarray,
    old: np.ndarray,
    new: np.ndarray,
    t: int,
    y: int,
    x: int,
) -> None:
    """Change the gradients of a cell's neighbours when its value goes from old to new."""
    rows, weights, distance = kernel
    from_old, from_new = scratch[0], scratch[1]
    straight = is_straight(distance, values.shape[0])
    for row in range(len(rows)):
        frame = wrapped(t + rows[row, 0], values.shape[1])
        line = wrapped(y + rows[row, 1], values.shape[2])
        start, width = x + rows[row, 2], rows[row, 3]
        given = weights[rows[row, 4] : rows[row, 4] + width]
        if straight:
            these, a, b = values[0, frame, line, start : start + width], old[0], new[0]
            changed, slope = gradients[0, frame, line, start : start + width], distance[0]
            for j in range(width):
                changed[j] += slope * given[j] * (_sign(these[j], b) - _sign(these[j], a))
            continue
        seen = values[:, frame, line, start : start + width]
        _write_slopes(seen, given, distance, old, from_old)
        _write_slopes(seen, given, distance, new, from_new)
        for c in range(values.shape[0]):
            these, a, b = seen[c], old[c], new[c]
            changed = gradients[c, frame, line, start : start + width]
            for j in range(width):
                changed[j] += from_new[j] * (these[j] - b) - from_old[j] * (these[j] - a)


@compiled(zero_division=False)
def write_gradient(
    values: np.ndarray,
    gradients: np.ndarray,
    kernel: Any,
    scratch: np.ndarray,
    own: np.ndarray,
    t: int,
    y: int,
    x: int,
) -> None:
    """Compute the gradient of a cell's potential at its own value."""
    rows, weights, distance = kernel
    slopes, sums = scratch[1], scratch[2:]
    sums[:] = 0
    for c in range(values.shape[0]):
        own[c] = values[c, t, y, x]
    straight = is_straight(distance, values.shape[0])
    for row in range(len(rows)):
        frame = wrapped(t + rows[row, 0], values.shape[1])
        line = wrapped(y + rows[row, 1], values.shape[2])
        start, width = x + rows[row, 2], rows[row, 3]
        given = weights[rows[row, 4] : rows[row, 4] + width]
        if straight:
            these, column, here = values[0, frame, line, start : start + width], sums[0], own[0]
            for j in range(width):
                column[j] += distance[0] * given[j] * _sign(here, these[j])
            continue
        _write_slopes(values[:, frame, line, start : start + width], given, distance, own, slopes)
        for c in range(values.shape[0]):
            these = values[c, frame, line, start : start + width]
            column = sums[c]
            for j in range(width):
                column[j] += slopes[j] * (own[c] - these[j])
    for c in range(values.shape[0]):
        total = np.float32(0)
        for j in range(sums.shape[1]):
            total += sums[c, j]
        gradients[c, t, y, x] = total


@compiled(inline=True)
def wrapped(place: int, size: int) -> int:
    """Return the place on a cycle."""
    while place < 0:
        place += size
    while place >= size:
        place -= size
    return place


@compiled
def fold_margins(
    gradients: np.ndarray, rows: np.ndarray, t: int, y: int, radius: int, period: int
) -> None:
    """Add the gradients of images in the margins to those of their cells, around a cell's row."""
    for row in range(len(rows)):
        frame = wrapped(t + rows[row, 0], gradients.shape[1])
        line = wrapped(y + rows[row, 1], gradients.shape[2])
        for c in range(gradients.shape[0]):
            for x in range(radius):
                cell = radius + (x - radius) % period
                gradients[c, frame, line, cell] += gradients[c, frame, line, x]
                gradients[c, frame, line, x] = 0
            for x in range(radius + period, gradients.shape[3]):
                cell = radius + (x - radius) % period
                gradients[c, frame, line, cell] += gradients[c, frame, line, x]
                gradients[c, frame, line, x] = 0


@compiled(inline=True)
def write_images(line: np.ndarray, x: int, period: int, value: Any) -> None:
    """Write a cell and its images."""
    if period == 0:
        line[x] = value
        return
    for each in range(x % period, line.size, period):
        line[each] = value
