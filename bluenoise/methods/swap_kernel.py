"""Swap kernel: the compiled loop that predicts swaps of ranks or values and tests promising ones.

The potential of a value u at cell p is phi_p(u), the sum over cells y of W(p - y) d(u, v_y). A swap of
a at p and b at q raises the weighted distances, and so lowers the pair energy, by

    phi_p(b) - phi_p(a) + phi_q(a) - phi_q(b) + 2 W(p - q) d(a, b).

Every cell keeps g, the gradient of its potential at its own value, less the gradient of the mean
distance to the whole set; the mean is the same for every arrangement, so g shows what this arrangement
does. Then (g_p - g_q) . (b - a) predicts the first four terms. The prediction is too high by an amount
that grows with |b - a|, because potentials are concave around good values: its mean error and spread
are measured for each length of |b - a| while the loop runs. Swaps that are predicted to fail by more
than a few mean errors are dropped; others are computed exactly and accepted by the rule of
N. Metropolis et al. (1953).
"""

import math
from typing import Any

import numpy as np

from bluenoise.methods.potentials import (
    distance_of,
    fold_margins,
    increase,
    update_neighbours,
    wrapped,
    write_gradient,
    write_images,
)
from dither.native.loop import compiled

# Lengths of |b - a| that have an error of their own; they grow with the square of their number.
_LENGTHS = 128
# Every 64th dropped swap is computed anyway, to keep the errors up to date.
_DROPPED_COMPUTED = 64
# The errors are running means of about this many swaps.
_MEMORY = 50
# Proposals in the plane are at most 3 cells apart, in the same frame or an adjacent one.
_NEIGHBOURS, _NEIGHBOUR_FRAMES = 7, 3
# Sums may be off by this fraction of the distance; smaller gains could alternate forever.
_ROUNDING = 2e-6


@compiled(zero_division=False)
def swap_in_tile(
    points: np.ndarray,
    pulls: np.ndarray,
    indices: np.ndarray,
    rows: np.ndarray,
    weights: np.ndarray,
    folded: np.ndarray,
    distance: np.ndarray,
    longest: float,
    tile: np.ndarray,
    together: bool,
    seed: Any,
    logarithms: np.ndarray,
    proposals: int,
    window: float,
    local: float,
    temperature: float,
    spreads: float,
) -> int:
    """Swap ranks or values inside one tile and return how many swaps were kept.

    Args:
        points: (N, C) float32 values, neighbours in this order being close together.
        pulls: (N, C) float32, the gradient of the mean distance to the set, times the kernel's sum.
        indices: (T, H, W) int32 index of the value of each cell, changed in place.
        rows: (n, 5) int64 rows of the kernel: frame, row and first column from the centre, width, and
            place of the first weight.
        weights: float32 weights of the rows.
        folded: (T, H, W) float32, the kernel on the torus; its centre has the weights of its images.
        distance: (4,) float32 weights of `Distance`, for which two values have the mean distance 1.
        longest: no two values are farther apart.
        tile: (6,) first frame, top, left, frames, height, width; it covers a side of the torus or lies
            farther from other tiles than the kernel reaches.
        together: whether frames share one set of values and exchange them; else each keeps its own.
        seed: uint64 random state.
        logarithms: float32 logarithms of evenly spread chances from 0 to 1. The logarithm of the C
            library would differ between machines.
        proposals: per cell.
        window: largest difference of indices proposed, as a fraction of the tile's cells of a set.
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
    area = tile_height * tile_width
    cells = tile_frames * area
    # Integer division costs as much as all else in a proposal.
    frame_of, row_of = np.empty(cells, np.int64), np.empty(cells, np.int64)
    column_of = np.empty(cells, np.int64)
    for cell in range(cells):
        frame_of[cell] = cell // area
        row_of[cell], column_of[cell] = cell % area // tile_width, cell % tile_width
    # The cells of each set in the order of their values, and each cell's place in it.
    sets = 1 if together else tile_frames
    count = cells // sets
    cell_at, place_of = np.empty((sets, count), np.int32), np.empty(cells, np.int32)
    index_at = np.empty((sets, count), np.int32)
    cell_of = np.empty(len(points), np.int32)
    for each in range(sets):
        cell_of[:] = -1
        for cell in range(each * count, (each + 1) * count):
            plane = indices[(first_frame + frame_of[cell]) % frames]
            index = plane[(top + row_of[cell]) % height, (left + column_of[cell]) % width]
            cell_of[index] = cell
        place = 0
        for index in range(len(points)):
            cell = cell_of[index]
            if cell >= 0:
                cell_at[each, place], place_of[cell], index_at[each, place] = cell, place, index
                place += 1
    kernel = (rows, weights, distance)
    scratch = np.empty((max(3, 2 + channels), widest), np.float32)
    pair, own = np.empty((2, channels), np.float32), np.empty(channels, np.float32)
    for cell in range(cells):
        t, y, x = frame_of[cell] + margin_t, row_of[cell] + margin_y, column_of[cell] + radius
        write_gradient(values, gradients, kernel, scratch, own, t, y, x)
    errors = np.zeros(_LENGTHS, np.float32)
    spread = np.full(_LENGTHS, np.float32(1))
    dropped, seen = np.zeros(_LENGTHS, np.int64), np.zeros(_LENGTHS, np.int64)
    per_length = np.float32((_LENGTHS - 1) / math.sqrt(longest))
    farthest = max(1.0, window * count)
    neighbour_frames = min(_NEIGHBOUR_FRAMES, 2 * tile_frames - 1) if together else 1
    state = np.uint64(seed)
    kept = 0
    for _ in range(proposals * cells):
        state, first = random_number(state)
        state, second = random_number(state)
        each = int(first * sets)
        lower = int((first * sets - each) * count)
        p = cell_at[each, lower]
        pt, py, px = frame_of[p], row_of[p], column_of[p]
        if second < local:
            hop = int(second / local * (_NEIGHBOURS**2 * neighbour_frames))
            qt = pt + hop // _NEIGHBOURS**2 - neighbour_frames // 2
            qy = py + hop // _NEIGHBOURS % _NEIGHBOURS - _NEIGHBOURS // 2
            qx = px + hop % _NEIGHBOURS - _NEIGHBOURS // 2
            if not (0 <= qt < tile_frames and 0 <= qy < tile_height and 0 <= qx < tile_width):
                continue
            q = (qt * tile_height + qy) * tile_width + qx
            upper = place_of[q]
        else:
            upper = lower + 1 + int((second - local) / (1 - local) * farthest)
            if upper >= count:
                continue
            q = cell_at[each, upper]
            qt, qy, qx = frame_of[q], row_of[q], column_of[q]
        low, high = index_at[each, lower], index_at[each, upper]
        squared, predicted = np.float32(0), np.float32(0)
        for c in range(channels):
            step_c = points[high, c] - points[low, c]
            squared += step_c * step_c
            pull_p = gradients[c, pt + margin_t, py + margin_y, px + radius] - pulls[low, c]
            pull_q = gradients[c, qt + margin_t, qy + margin_y, qx + radius] - pulls[high, c]
            predicted += (pull_p - pull_q) * step_c
        if squared == 0:
            continue
        # The potentials treat the other cell, and the cell's own images, as unchanged.
        near = folded[wrapped(qt - pt, frames), wrapped(qy - py, height), wrapped(qx - px, width)]
        apart = distance_of(squared, distance[0], distance[1], distance[2], distance[3])
        both = 2 * (near - folded[0, 0, 0]) * apart
        least = 0.0
        if temperature > 0:
            state, chance = random_number(state)
            least = temperature * logarithms[int(chance * logarithms.size)]
        length = np.float32(math.sqrt(np.float32(math.sqrt(squared)))) * per_length
        bin_ = min(_LENGTHS - 1, int(length))
        if predicted + both + errors[bin_] + spreads * spread[bin_] < least:
            dropped[bin_] += 1
            if dropped[bin_] % _DROPPED_COMPUTED != 0:
                continue
        for c in range(channels):
            pair[0, c], pair[1, c] = points[low, c], points[high, c]
        places = (
            (pt + margin_t, py + margin_y, px + radius),
            (qt + margin_t, qy + margin_y, qx + radius),
        )
        gained = np.float32(0)
        for side in range(2):
            t, y, x = places[side]
            gained += increase(values, kernel, scratch, pair[side], pair[1 - side], t, y, x)
        error = gained - predicted - errors[bin_]
        seen[bin_] = min(seen[bin_] + 1, _MEMORY)
        errors[bin_] += error / seen[bin_]
        spread[bin_] += (abs(error) - spread[bin_]) / seen[bin_]
        if not gained + both > least + _ROUNDING * apart:
            continue
        kept += 1
        for side in range(2):
            t, y, x = places[side]
            for c in range(channels):
                write_images(values[c, t, y], x, period, pair[1 - side, c])
        for side in range(2):
            t, y, x = places[side]
            old, new = pair[side], pair[1 - side]
            update_neighbours(values, gradients, kernel, scratch, old, new, t, y, x)
            if period > 0:
                fold_margins(gradients, rows, t, y, radius, period)
        # The gradients of the two cells are of other values now.
        for side in range(2):
            t, y, x = places[side]
            write_gradient(values, gradients, kernel, scratch, own, t, y, x)
        cell_at[each, lower], cell_at[each, upper] = q, p
        place_of[p], place_of[q] = upper, lower
    for each in range(sets):
        for place in range(count):
            cell = cell_at[each, place]
            plane = indices[(first_frame + frame_of[cell]) % frames]
            y, x = (top + row_of[cell]) % height, (left + column_of[cell]) % width
            plane[y, x] = index_at[each, place]
    return kept


@compiled
def random_number(state: np.uint64) -> tuple[np.uint64, float]:
    """Return the next state and a number in 0..1 (SplitMix64; Steele, Lea, Flood 2014)."""
    state += np.uint64(0x9E3779B97F4A7C15)
    mixed = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed = mixed ^ (mixed >> np.uint64(31))
    return state, float(mixed >> np.uint64(11)) / 9007199254740992.0
