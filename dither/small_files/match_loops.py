"""Compiled loop of the search for repetitions: choose the pixels of each row for few bits.

For each place of a row, the cheapest way to it is kept: the least sum of the change of the loss and of
the bits times their weight (dynamic programming, as in encoders that search for the shortest deflate
stream). The last step of a way is a literal, whose colour is chosen, or a repetition of pixels before
it. The errors of a step depend on those of the steps before, so the last errors of each way are kept.
"""

from typing import NamedTuple

import numpy as np

from dither.native.loop import compiled
from dither.small_files.match_pixels import Picture, change_pixel, loss_change

# The most pixels that one step repeats; the next step can prolong the repetition.
_STEP = 32
_MAX_RUN = 200
# Pixels of a way that are kept, and so the largest distance of a repetition inside a row.
_KEPT = 16
# A repetition is given up when it costs so many bits more than another way to the same place, or than
# rows usually cost.
_BITS_MORE, _BITS_OVER = 12.0, 8.0
_LEAST_USUAL = 3.0
# No other distance is tried if a whole step costs fewer bits, its loss included.
_ENOUGH = 4.0
# Pixels farther on that a way is compared with.
_FARTHER = 8
_NEVER = 1e30


class Ways(NamedTuple):
    """The cheapest way to each place of a row, W + 1 of them.

    Attributes:
        cost: (W + 1,) float32.
        start: (W + 1,) int32, where the last step begins.
        distance: (W + 1,) int32 of the last step; 0 for a literal.
        run: (W + 1,) int32, pixels of the last repetition with the steps that it prolongs.
        literal: (W + 1,) uint8, its colour.
        errors: (W + 1, R, 3V) float32 of the last pixels.
        values: (W + 1, _KEPT) uint8 of the last pixels.
        step_errors: (R + _STEP, 3V) float32, scratch: those of the way and of a step after it.
        step_values: (_KEPT + _STEP,) uint8, scratch.
    """

    cost: np.ndarray
    start: np.ndarray
    distance: np.ndarray
    run: np.ndarray
    literal: np.ndarray
    errors: np.ndarray
    values: np.ndarray
    step_errors: np.ndarray
    step_values: np.ndarray


@compiled(fastmath=True)
def choose_rows(
    picture: Picture,
    bit_weight: float,
    literal_bits: np.ndarray,
    length_bits: np.ndarray,
    distance_bits: np.ndarray,
    near: np.ndarray,
    far: np.ndarray,
    chain: int,
    literal_counts: np.ndarray,
    length_counts: np.ndarray,
    distance_counts: np.ndarray,
) -> float:
    """Choose all rows from top to bottom; the loss counts the rows above and below as they are.

    Args:
        picture: indices, pixels and field are written.
        bit_weight: loss that a bit is worth, above 0.
        literal_bits: (256,) float32, from `MatchBits`.
        length_bits: (259,) float32.
        distance_bits: (32769,) float32.
        near: (N,) int64, distances inside a row to try, 1 to 16.
        far: (N,) int64, distances to rows above to try.
        chain: number of earlier places with the same two indices to try.
        literal_counts: (256,) int64; added to, like the next two.
        length_counts: (259,) int64.
        distance_counts: (32769,) int64.

    Returns:
        The sum of the changes of the loss and of the weighted bits.
    """
    height, width = picture.indices.shape
    stride, reach = width + 1, len(picture.taps) // 2
    channels = picture.cones.shape[1]
    ways = Ways(
        np.empty(width + 1, np.float32),
        np.zeros(width + 1, np.int32),
        np.zeros(width + 1, np.int32),
        np.zeros(width + 1, np.int32),
        np.zeros(width + 1, np.uint8),
        np.zeros((width + 1, reach, channels), np.float32),
        np.zeros((width + 1, _KEPT), np.uint8),
        np.zeros((reach + _STEP, channels), np.float32),
        np.zeros(_KEPT + _STEP, np.uint8),
    )
    latest = np.full(1 << 16, -1, np.int32)
    earlier = np.empty(height * stride, np.int32)
    tried = np.empty(len(near) + len(far) + chain + 1, np.int64)
    row, error = np.empty(width, np.uint8), np.zeros(3, np.float32)
    ends = np.empty(width + 1, np.int32)
    weight = np.float32(bit_weight)
    usual, total = np.float32(4.0), 0.0
    # The gain of a pixel in the row above; until it is known, no way is beaten.
    gain = np.float32(_NEVER)
    for y in range(height):
        ways.cost[:] = _NEVER
        ways.cost[0] = 0
        for x in range(width):
            # A way that goes farther for as little needs no other from here. Where pixels lower the
            # loss, a way costs less and less, and the usual gain of a pixel is no merit.
            beaten = False
            for j in range(x + 1, min(x + _FARTHER, width) + 1):
                beaten = beaten or ways.cost[j] + gain * np.float32(j - x) <= ways.cost[x]
            if beaten:
                continue
            if x > 0:
                _follow(picture, ways, y, x)
            for j in range(reach):
                for i in range(channels):
                    ways.step_errors[j, i] = ways.errors[x, j, i]
            for j in range(_KEPT):
                ways.step_values[j] = ways.values[x, j]
            _try_literal(picture, ways, y, x, weight, literal_bits)
            if x + 3 > width:
                continue
            place, count = y * stride + x, 0
            distance = ways.distance[x]
            if distance > 0 and (distance <= x or (place - distance) % stride < width):
                tried[count] = distance
                count += 1
            for distance in near:
                if distance <= x:
                    tried[count] = distance
                    count += 1
            for distance in far:
                if place >= distance and (place - distance) % stride < width:
                    tried[count] = distance
                    count += 1
            source = latest[int(picture.indices[y, x]) * 256 + int(picture.indices[y, x + 1])]
            for _ in range(chain):
                if source < 0 or place - source > 32768:
                    break
                tried[count] = place - source
                count += 1
                source = earlier[source]
            _try_matches(
                picture, ways, y, x, tried[:count], weight, length_bits, distance_bits, usual
            )
        total += float(ways.cost[width])
        gain = max(-ways.cost[width] / np.float32(width), np.float32(0))
        usual = np.float32(0.8) * usual + np.float32(0.3) * ways.cost[width] / width / weight
        # If a pass lowers the loss, the cost of a row is negative.
        usual = max(usual + np.float32(0.1), np.float32(_LEAST_USUAL))
        # Back along the cheapest way, then forth along the same steps.
        x = width
        while x > 0:
            ends[ways.start[x]] = x
            x = ways.start[x]
        while x < width:
            end = ends[x]
            distance, length = ways.distance[end], end - x
            if distance == 0:
                row[x] = ways.literal[end]
                literal_counts[row[x]] += 1
            else:
                for j in range(x, end):
                    if distance <= j:
                        row[j] = row[j - distance]
                    else:
                        place = y * stride + j - distance
                        row[j] = picture.indices[place // stride, place % stride]
                if ways.run[end] == length:
                    distance_counts[distance] += 1
                following = 0 if end == width else ends[end]
                prolonged = following > 0 and ways.run[following] > following - end
                if not prolonged:
                    length_counts[ways.run[end]] += 1
            x = end
        for x in range(width):
            if row[x] != picture.indices[y, x]:
                change_pixel(picture, error, y, x, int(row[x]))
        for x in range(width - 1):
            pair = int(row[x]) * 256 + int(row[x + 1])
            earlier[y * stride + x] = latest[pair]
            latest[pair] = y * stride + x
    return total


@compiled(fastmath=True)
def _follow(picture: Picture, ways: Ways, y: int, x: int) -> None:
    """Write the last errors and values of the cheapest way to a place."""
    reach = ways.errors.shape[1]
    start, distance = ways.start[x], ways.distance[x]
    errors, values = ways.step_errors, ways.step_values
    for j in range(reach):
        for i in range(errors.shape[1]):
            errors[j, i] = ways.errors[start, j, i]
    for j in range(_KEPT):
        values[j] = ways.values[start, j]
    stride = picture.indices.shape[1] + 1
    for j in range(x - start):
        if distance == 0:
            color = int(ways.literal[x])
        elif distance <= start + j and distance <= _KEPT:
            color = int(values[_KEPT + j - distance])
        else:
            place = y * stride + start + j - distance
            color = int(picture.indices[place // stride, place % stride])
        values[_KEPT + j] = color
        loss_change(picture, errors, j, reach + j, y, start + j, color)
    length = x - start
    for j in range(reach):
        for i in range(errors.shape[1]):
            ways.errors[x, j, i] = errors[length + j, i]
    for j in range(_KEPT):
        ways.values[x, j] = values[length + j]


@compiled(fastmath=True)
def _try_literal(
    picture: Picture, ways: Ways, y: int, x: int, weight: float, literal_bits: np.ndarray
) -> None:
    """Prolong the way to a place by the literal that costs least."""
    now = int(picture.indices[y, x])
    best, least = now, weight * literal_bits[now]
    cell = int(picture.pixels[y, x, 7])
    if cell >= 0:
        row = 0 if len(picture.table) == 1 else cell
        reach = ways.errors.shape[1]
        for i in range(picture.table.shape[1]):
            color = int(picture.table[row, i])
            cost = loss_change(picture, ways.step_errors, 0, reach, y, x, color)
            cost += weight * literal_bits[color]
            if cost < least:
                best, least = color, cost
    if ways.cost[x] + least < ways.cost[x + 1]:
        ways.cost[x + 1] = ways.cost[x] + least
        ways.start[x + 1], ways.distance[x + 1], ways.run[x + 1] = x, 0, 0
        ways.literal[x + 1] = best


@compiled(fastmath=True)
def _try_matches(
    picture: Picture,
    ways: Ways,
    y: int,
    x: int,
    tried: np.ndarray,
    weight: float,
    length_bits: np.ndarray,
    distance_bits: np.ndarray,
    usual: float,
) -> None:
    """Prolong the way to a place by repetitions of all lengths at some distances.

    Args:
        picture: the picture.
        ways: written; the first parts of `step_errors` and `step_values` are those of the way.
        y: row.
        x: column, the place.
        tried: (N,) int64 distances.
        weight: loss that a bit is worth.
        length_bits: (259,) float32.
        distance_bits: (32769,) float32.
        usual: bits per pixel that rows above took, the loss included.
    """
    width = picture.indices.shape[1]
    stride, reach = width + 1, ways.errors.shape[1]
    errors, values = ways.step_errors, ways.step_values
    first, enough = ways.cost[x], weight * np.float32(_ENOUGH)
    for distance in tried:
        run = 0
        if ways.distance[x] == distance and ways.run[x] < _MAX_RUN:
            run = ways.run[x]
        spent = weight * (distance_bits[distance] if run == 0 else -length_bits[run])
        inside = distance <= x
        place = y * stride + x - distance
        source_row, source = place // stride, place % stride
        most = min(_STEP, width - x)
        for j in range(most):
            if inside:
                color = int(values[_KEPT + j - distance])
            else:
                if source + j >= width:
                    break
                color = int(picture.indices[source_row, source + j])
            values[_KEPT + j] = color
            if picture.pixels[y, x + j, 7] < 0 and color != picture.indices[y, x + j]:
                break
            spent += loss_change(picture, errors, j, reach + j, y, x + j, color)
            if spent > weight * (usual * (j + 2) + np.float32(_BITS_OVER)):
                break
            known = ways.cost[x + j + 1]
            if j >= 3 and first + spent > known + weight * np.float32(_BITS_MORE):
                break
            if j >= 2 or run > 0:
                whole = first + spent + weight * length_bits[run + j + 1]
                if whole < known:
                    ways.cost[x + j + 1] = whole
                    ways.start[x + j + 1], ways.distance[x + j + 1] = x, distance
                    ways.run[x + j + 1] = run + j + 1
                if j == most - 1 and spent + weight * length_bits[run + j + 1] < enough:
                    return
