"""Value swap kernel: the compiled loop that predicts swaps of values and tests the hopeful ones.

The potential of a value u at cell p is phi_p(u), the sum over cells y of W(p - y) d(u, v_y). A swap of
a at p and b at q raises the weighted distances by

    phi_p(b) - phi_p(a) + phi_q(a) - phi_q(b) + 2 W(p - q) d(a, b).

Every cell keeps g, the gradient of its potential at its own value, less the gradient of the mean
distance to the whole set; the mean is the same for every arrangement, so g shows what this arrangement
does. Then (g_p - g_q) . (b - a) predicts the first four terms. The prediction is too high by an amount
that grows with |b - a|, because potentials are concave around good values: its mean error and spread
are measured for each length of |b - a| while the loop runs. Swaps that would fail even with some luck
are dropped; others are computed exactly and accepted by the rule of N. Metropolis et al. (1953).
"""

import math
from typing import Any

import numpy as np

from bluenoise.methods.swap_kernel import random_number
from bluenoise.values.potentials import (
    distance_of,
    fold_margins,
    increase,
    push,
    wrapped,
    write_gradient,
    write_images,
)
from dither.native.loop import compiled

# Lengths of |b - a| that have an error of their own, and their number per unit of length.
_LENGTHS, _PER_UNIT = 64, 32
# One of so many dropped swaps is computed all the same, to keep the errors up to date.
_DROPPED_COMPUTED = 64
# The errors are running means of about this many swaps.
_MEMORY = 50
# Proposals in the plane are at most 3 cells apart.
_NEIGHBOURS = 7
# Distances may be off by this much through rounding; smaller gains could alternate forever.
_ROUNDING = 2e-7


@compiled(zero_division=False)
def swap_values_in_tile(
    points: np.ndarray,
    pulls: np.ndarray,
    indices: np.ndarray,
    rows: np.ndarray,
    weights: np.ndarray,
    folded: np.ndarray,
    distance: np.ndarray,
    tile: np.ndarray,
    seed: Any,
    logarithms: np.ndarray,
    proposals: int,
    window: float,
    local: float,
    temperature: float,
    spreads: float,
) -> int:
    """Swap values inside one tile and return how many swaps were kept.

    Args:
        points: (N, C) float32 values of one frame, neighbours in this order being close together.
        pulls: (N, C) float32, the gradient of the mean distance to the set, times the kernel's sum.
        indices: (T, H, W) int32 index of the value of each cell, changed in place.
        rows: (n, 5) int64 rows of the kernel: frame, row and first column from the centre, width, and
            place of the first weight.
        weights: float32 weights of the rows.
        folded: (T, H, W) float32, the kernel on the torus, 0 at its centre but for its own images.
        distance: (4,) float32 weights of `Distance`, for which two values have the mean distance 1.
        tile: (6,) first frame, top, left, frames, height, width; it covers a side of the torus or lies
            farther from other tiles than the kernel reaches.
        seed: uint64 random state.
        logarithms: float32 logarithms of evenly spread chances from 0 to 1. The logarithm of the C
            library would differ between machines.
        proposals: per cell.
        window: largest difference of indices proposed, as a fraction of the tile's cells of a frame.
        local: fraction of proposals between neighbours in the plane.
        temperature: of the weighted distances; 0 keeps only swaps that raise them.
        spreads: swaps are dropped unless their prediction plus this many spreads would do.
    """
    first_frame, top, left, tile_frames, tile_height, tile_width = tile
    frames, height, width = indices.shape
    channels = points.shape[1]
    reach, radius, widest = 0, 0, 0
    for row in range(len(rows)):
        reach, radius = max(reach, rows[row, 0]), max(radius, rows[row, 1])
        widest = max(widest, rows[row, 3])
    # Along frames and rows, a tile that covers the torus is its own margin. Columns have a margin
    # always, because vector instructions take a row at once; it repeats the tile if that covers a side.
    margin_t = 0 if tile_frames == frames else reach
    margin_y = 0 if tile_height == height else radius
    period = tile_width if tile_width == width else 0
    shape = (
        tile_frames + 2 * margin_t,
        tile_height + 2 * margin_y,
        tile_width + 2 * radius + widest,
    )
    values = np.zeros((channels, *shape), np.float32)
    gradients = np.zeros((channels, *shape), np.float32)
    for t in range(shape[0]):
        plane = indices[(first_frame + t - margin_t) % frames]
        for y in range(shape[1]):
            for x in range(shape[2]):
                index = plane[(top + y - margin_y) % height, (left + x - radius) % width]
                for c in range(channels):
                    values[c, t, y, x] = points[index, c]
    # The cells of each frame of the tile in the order of their values, and each cell's place in it.
    area = tile_height * tile_width
    cell_at = np.empty((tile_frames, area), np.int32)
    place_of = np.empty((tile_frames, area), np.int32)
    index_at = np.empty((tile_frames, area), np.int32)
    cell_of = np.empty(len(points), np.int32)
    for t in range(tile_frames):
        cell_of[:] = -1
        plane = indices[(first_frame + t) % frames]
        for cell in range(area):
            cell_of[
                plane[(top + cell // tile_width) % height, (left + cell % tile_width) % width]
            ] = cell
        place = 0
        for index in range(len(points)):
            cell = cell_of[index]
            if cell >= 0:
                cell_at[t, place], place_of[t, cell], index_at[t, place] = cell, place, index
                place += 1
    # Integer division costs as much as all else in a proposal.
    row_of, column_of = np.empty(area, np.int64), np.empty(area, np.int64)
    for cell in range(area):
        row_of[cell], column_of[cell] = cell // tile_width, cell % tile_width
    kernel = (rows, weights, distance)
    scratch = np.empty((2 + channels, widest), np.float32)
    pair, own = np.empty((2, channels), np.float32), np.empty(channels, np.float32)
    for t in range(tile_frames):
        for cell in range(area):
            y, x = cell // tile_width + margin_y, cell % tile_width + radius
            write_gradient(values, gradients, kernel, scratch, own, t + margin_t, y, x)
    errors = np.zeros(_LENGTHS, np.float32)
    spread = np.full(_LENGTHS, np.float32(1))
    dropped, seen = np.zeros(_LENGTHS, np.int64), np.zeros(_LENGTHS, np.int64)
    farthest = max(1.0, window * area)
    state = np.uint64(seed)
    kept = 0
    for _ in range(proposals * tile_frames * area):
        state, first = random_number(state)
        state, second = random_number(state)
        t = int(first * tile_frames)
        lower = int((first * tile_frames - t) * area)
        if second < local:
            p = cell_at[t, lower]
            step = int(second / local * _NEIGHBOURS**2)
            qy = row_of[p] + step // _NEIGHBOURS - _NEIGHBOURS // 2
            qx = column_of[p] + step % _NEIGHBOURS - _NEIGHBOURS // 2
            if not (0 <= qy < tile_height and 0 <= qx < tile_width):
                continue
            upper = place_of[t, qy * tile_width + qx]
        else:
            upper = lower + 1 + int((second - local) / (1 - local) * farthest)
            if upper >= area:
                continue
        p, q = cell_at[t, lower], cell_at[t, upper]
        low, high = index_at[t, lower], index_at[t, upper]
        py, px, qy, qx = row_of[p], column_of[p], row_of[q], column_of[q]
        frame, rp, rq = t + margin_t, py + margin_y, qy + margin_y
        squared, predicted = np.float32(0), np.float32(0)
        for c in range(channels):
            step_c = points[high, c] - points[low, c]
            squared += step_c * step_c
            pull_p = gradients[c, frame, rp, px + radius] - pulls[low, c]
            pull_q = gradients[c, frame, rq, qx + radius] - pulls[high, c]
            predicted += (pull_p - pull_q) * step_c
        if squared == 0:
            continue
        # The potentials treat the other cell, and the cell's own images, as unchanged.
        near = folded[0, wrapped(qy - py, height), wrapped(qx - px, width)] - folded[0, 0, 0]
        both = 2 * near * distance_of(squared, distance[0], distance[1], distance[2], distance[3])
        least = 0.0
        if temperature > 0:
            state, chance = random_number(state)
            least = temperature * logarithms[int(chance * logarithms.size)]
        length = min(_LENGTHS - 1, int(np.float32(math.sqrt(squared)) * _PER_UNIT))
        hope = predicted + both + errors[length] + spreads * spread[length]
        if hope < least:
            dropped[length] += 1
            if dropped[length] % _DROPPED_COMPUTED != 0:
                continue
        for c in range(channels):
            pair[0, c], pair[1, c] = points[low, c], points[high, c]
        cells = ((rp, px + radius), (rq, qx + radius))
        gained = np.float32(0)
        for side in range(2):
            y, x = cells[side]
            gained += increase(values, kernel, scratch, pair[side], pair[1 - side], frame, y, x)
        error = gained - predicted - errors[length]
        seen[length] = min(seen[length] + 1, _MEMORY)
        errors[length] += error / seen[length]
        spread[length] += (abs(error) - spread[length]) / seen[length]
        if not gained + both > least + _ROUNDING:
            continue
        kept += 1
        for turn in range(4):
            # Take both values away from the gradients around them, exchange them, and add both.
            side, sign = turn % 2, -1 if turn < 2 else 1
            y, x = cells[side]
            value = pair[side if turn < 2 else 1 - side]
            if turn >= 2:
                for c in range(channels):
                    write_images(values[c, frame, y], x, period, value[c])
            push(values, gradients, kernel, scratch[1], value, sign, frame, y, x)
            if period > 0:
                fold_margins(gradients, rows, frame, y, radius, period)
        for side in range(2):
            y, x = cells[side]
            write_gradient(values, gradients, kernel, scratch, own, frame, y, x)
        cell_at[t, lower], cell_at[t, upper] = q, p
        place_of[t, p], place_of[t, q] = upper, lower
    for t in range(tile_frames):
        plane = indices[(first_frame + t) % frames]
        for place in range(area):
            cell = cell_at[t, place]
            y, x = (top + cell // tile_width) % height, (left + cell % tile_width) % width
            plane[y, x] = index_at[t, place]
    return kept
