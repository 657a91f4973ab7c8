"""Swap kernel: the compiled loop that proposes swaps and keeps those that lower the pair energy."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from dither.native.loop import compiled
from dither.parallel.processors import usable_processors

# Proposals in the plane are at most 3 cells apart, in the same frame or an adjacent one.
_NEIGHBOURS, _NEIGHBOUR_FRAMES = 7, 3
# Energies may be off by this fraction of the ranks' difference; smaller gains could alternate forever.
_ROUNDING = np.float32(2e-6)


def swap_in_tiles(
    ranks: np.ndarray,
    level_cdf: np.ndarray,
    kernel: np.ndarray,
    radii: np.ndarray,
    folded: np.ndarray,
    tiles: np.ndarray,
    seeds: np.ndarray,
    proposals: int,
    window: float,
    local: float,
    tolerated: float,
) -> np.ndarray:
    """Swap ranks inside every tile, on all processors, and return how many swaps each tile kept.

    Args:
        ranks: (T, H, W) float32, changed in place.
        level_cdf: (N,) float32, the value of each rank in the pair energy.
        kernel: (2t + 1, 2R + 1, 2R + 1) float32 pair kernel.
        radii: (2t + 1,) radius of each of its planes.
        folded: (T, H, W) float32, the kernel on the torus.
        tiles: (n, 6) first frame, top, left, frames, height and width; farther apart than the kernel
            reaches.
        seeds: (n,) uint64 random states.
        proposals: per cell.
        window: largest difference of ranks proposed, as a fraction of the tile's cells.
        local: fraction of proposals between neighbours in the plane.
        tolerated: energy increase below which a swap is kept; 0 keeps only swaps that lower the energy.
    """
    kept = np.zeros(len(tiles), np.int64)
    threads = min(len(tiles), usable_processors())

    def swap(first: int) -> None:
        part = slice(first, None, threads)
        _swap_in_some_tiles(
            *(ranks, level_cdf, kernel, radii, folded, tiles[part], seeds[part], kept[part]),
            *(proposals, float(window), float(local), float(tolerated)),
        )

    if threads < 2:
        swap(0)
        return kept
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(swap, range(threads)))
    return kept


@compiled
def _swap_in_some_tiles(
    ranks: np.ndarray,
    level_cdf: np.ndarray,
    kernel: np.ndarray,
    radii: np.ndarray,
    folded: np.ndarray,
    tiles: np.ndarray,
    seeds: np.ndarray,
    kept: np.ndarray,
    proposals: int,
    window: float,
    local: float,
    tolerated: float,
) -> None:
    """Swap ranks inside each of some tiles, one after another; writes the swaps kept."""
    for index in range(len(tiles)):
        kept[index] = _swap_in_tile(
            *(ranks, level_cdf, kernel, radii, folded, tiles[index], seeds[index]),
            *(proposals, window, local, tolerated),
        )


@compiled
def _swap_in_tile(
    ranks: np.ndarray,
    level_cdf: np.ndarray,
    kernel: np.ndarray,
    radii: np.ndarray,
    folded: np.ndarray,
    tile: np.ndarray,
    seed: np.uint64,
    proposals: int,
    window: float,
    local: float,
    tolerated: float,
) -> int:
    """Swap ranks inside one tile; see `swap_in_tiles`."""
    first_frame, top, left, tile_frames, tile_height, tile_width = tile
    frames, height, width = ranks.shape
    reach, radius = kernel.shape[0] // 2, kernel.shape[1] // 2
    # The values of the tile and of the margin that the kernel reaches. If the tile covers a side of the
    # torus, the margin repeats the tile, one period away.
    values = np.empty(
        (tile_frames + 2 * reach, tile_height + 2 * radius, tile_width + 2 * radius), np.float32
    )
    for t in range(values.shape[0]):
        plane = ranks[(first_frame + t - reach) % frames]
        for y in range(values.shape[1]):
            for x in range(values.shape[2]):
                rank = plane[(top + y - radius) % height, (left + x - radius) % width]
                values[t, y, x] = level_cdf[int(rank)]
    period_t = frames if tile_frames == frames else values.shape[0]
    period_y = height if tile_height == height else values.shape[1]
    period_x = width if tile_width == width else values.shape[2]
    area = tile_height * tile_width
    cells = tile_frames * area
    tile_ranks = np.empty(cells, np.float32)
    for cell in range(cells):
        t, y, x = cell // area, cell % area // tile_width, cell % tile_width
        tile_ranks[cell] = ranks[(first_frame + t) % frames, (top + y) % height, (left + x) % width]
    # The tile's cells in the order of their ranks, and the sorted ranks, which swaps do not change.
    # Ranks are distinct, so they are sorted by their places among all.
    cell_of = np.full(ranks.size, -1, np.int32)
    for cell in range(cells):
        cell_of[int(tile_ranks[cell])] = cell
    cell_at, index_of = np.empty(cells, np.int64), np.empty(cells, np.int64)
    rank_at = np.empty(cells, np.float32)
    index = 0
    for rank in range(cell_of.size):
        cell = cell_of[rank]
        if cell >= 0:
            cell_at[index], index_of[cell], rank_at[index] = cell, index, rank
            index += 1
    farthest = max(1.0, window * cells)
    neighbour_frames = min(_NEIGHBOUR_FRAMES, 2 * tile_frames - 1)
    state = np.uint64(seed)
    sums = np.empty(kernel.shape[2], np.float32)
    kept = 0
    for _ in range(proposals * cells):
        state, first = random_number(state)
        state, second = random_number(state)
        if second < local:
            # Propose a neighbour in the plane or in an adjacent frame, of any rank.
            cell = int(first * cells)
            neighbour = int(second / local * _NEIGHBOURS**2 * neighbour_frames)
            t = cell // area + neighbour // _NEIGHBOURS**2 - neighbour_frames // 2
            y = (
                cell % area // tile_width
                + neighbour // _NEIGHBOURS % _NEIGHBOURS
                - _NEIGHBOURS // 2
            )
            x = cell % tile_width + neighbour % _NEIGHBOURS - _NEIGHBOURS // 2
            if not (0 <= t < tile_frames and 0 <= y < tile_height and 0 <= x < tile_width):
                continue
            one, two = index_of[cell], index_of[t * area + y * tile_width + x]
            lower, upper = min(one, two), max(one, two)
        else:
            # Propose a neighbour in rank, at any position.
            lower = int(first * cells)
            upper = lower + 1 + int((second - local) / (1 - local) * farthest)
            if upper >= cells:
                continue
        low, high = level_cdf[int(rank_at[lower])], level_cdf[int(rank_at[upper])]
        if low == high:
            continue
        p, q = cell_at[lower], cell_at[upper]
        pt, py, px = p // area, p % area // tile_width, p % tile_width
        qt, qy, qx = q // area, q % area // tile_width, q % tile_width
        # Weighted distances that the swap adds around p, which goes from low to high, and removes
        # around q, which goes from high to low.
        gained = _distance_increase(values, kernel, radii, sums, pt, py, px, low, high)
        lost = _distance_increase(values, kernel, radii, sums, qt, qy, qx, low, high)
        # Both sums treat the other cell, and the cell's own images on a small torus, as unchanged.
        near = folded[0, 0, 0] - folded[(qt - pt) % frames, (qy - py) % height, (qx - px) % width]
        energy_change = lost - gained + 2 * (high - low) * near
        limit = tolerated if tolerated > 0 else -_ROUNDING * (high - low)
        # The decision: keep the swap if the pair energy falls, or rises by less than the tolerance.
        if energy_change < limit:
            periods = (period_t, period_y, period_x)
            _write_periodic(values, (pt + reach, py + radius, px + radius), periods, high)
            _write_periodic(values, (qt + reach, qy + radius, qx + radius), periods, low)
            cell_at[lower], cell_at[upper] = q, p
            index_of[p], index_of[q] = upper, lower
            kept += 1
    for index in range(cells):
        cell = cell_at[index]
        t, y, x = cell // area, cell % area // tile_width, cell % tile_width
        ranks[(first_frame + t) % frames, (top + y) % height, (left + x) % width] = rank_at[index]
    return kept


@compiled
def _distance_increase(
    values: np.ndarray,
    kernel: np.ndarray,
    radii: np.ndarray,
    sums: np.ndarray,
    t: int,
    y: int,
    x: int,
    low: Any,
    high: Any,
) -> Any:
    """Return how much the weighted distances around a cell grow as its value goes from low to high.

    Columns are summed first, so that vector units add in a fixed order on every machine.
    """
    for j in range(sums.size):
        sums[j] = 0
    for plane in range(radii.size):
        edge = sums.size // 2 - radii[plane]
        inner = sums[edge : sums.size - edge]
        for i in range(edge, sums.size - edge):
            row, weights = values[t + plane, y + i, x + edge :], kernel[plane, i, edge:]
            for j in range(inner.size):
                value = row[j]
                inner[j] += weights[j] * (abs(high - value) - abs(low - value))
    total = np.float32(0)
    for j in range(sums.size):
        total += sums[j]
    return total


@compiled
def _write_periodic(
    values: np.ndarray, cell: tuple[int, int, int], periods: tuple[int, int, int], value: Any
) -> None:
    """Write a cell and its images one or more periods away."""
    for t in range(cell[0] % periods[0], values.shape[0], periods[0]):
        for y in range(cell[1] % periods[1], values.shape[1], periods[1]):
            for x in range(cell[2] % periods[2], values.shape[2], periods[2]):
                values[t, y, x] = value


@compiled
def random_number(state: np.uint64) -> tuple[np.uint64, float]:
    """Return the next state and a number in 0..1 (SplitMix64; Steele, Lea, Flood 2014)."""
    state += np.uint64(0x9E3779B97F4A7C15)
    mixed = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed = mixed ^ (mixed >> np.uint64(31))
    return state, float(mixed >> np.uint64(11)) / 9007199254740992.0
