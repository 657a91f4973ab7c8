"""Swaps of ranks that lower the visible error of all thresholds at once, exactly.

With W the filter's autocorrelation, the level energies of a matrix M sum to a constant less half the
sum over all pairs of cells of W(x - y) |M(x) - M(y)|. Swapping two ranks changes that sum only around
the two cells, so each swap is tried exactly and kept where the energy falls.

Large matrices are worked on in tiles so far apart that no two see each other's cells, all at once;
every round lays them elsewhere. The result does not depend on how many threads there are.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numba import njit, prange

from bluenoise.target import ALL_DISTANCES, kernel_radius, level_staircase, pair_kernel
from dither.matrix import ThresholdMatrix
from dither.metrics.viewing import ViewingFilter

_TILE = 48
# Neighbours in the plane are looked for in a square of this side.
_NEIGHBOURS = 7
# A gain below this share of the ranks' difference may be rounding, which could swap to and fro.
_ROUNDING = np.float32(2e-6)


@dataclass(frozen=True)
class RefineConfig:
    """How far to go.

    Attributes:
        viewing: the filter whose energy is lowered.
        radius: of the pair kernel, in pixels, where it is tapered to nothing; None for the
            filter's own range.
        proposals: of swaps per cell in all; 100 are within 0.05 dB of convergence.
        local: the share of proposals between neighbours in the plane; the others are between
            neighbours in rank. With few levels nearly all of the gain comes from the first.
        rounds: in which the tiles lie differently; at least 32 leave no seams.
        widest: the largest difference of ranks tried at first, as a share of the tile's cells.
        narrowest: the largest at the end.
        levels: count only the patterns of this many evenly spread greys, black and white among
            them; all patterns if None. With few levels, each becomes much better, and the ranks
            between them mean nothing.
    """

    viewing: ViewingFilter = ALL_DISTANCES
    radius: int | None = None
    proposals: int = 400
    local: float = 0.5
    rounds: int = 32
    widest: float = 0.25
    narrowest: float = 0.005
    levels: int | None = None


class State(NamedTuple):
    """What one round hands to the next.

    Attributes:
        ranks: (H, W) float32, whole numbers.
        round: rounds done.
    """

    ranks: np.ndarray
    round: int


class Info(NamedTuple):
    """What a round did: the share of its proposals that lowered the energy and were kept."""

    kept: float


def refine(
    matrix: ThresholdMatrix, config: RefineConfig = RefineConfig(), *, seed: int = 0
) -> ThresholdMatrix:
    """The matrix after swaps of ranks, each of which lowered the energy.

    Args:
        matrix: where to start: void-and-cluster's result is a good place, noise a bad one.
        config: how far to go, and for which filter.
        seed: which swaps are tried.

    Example:
        >>> from bluenoise.void_and_cluster import void_and_cluster
        >>> refine(void_and_cluster(8, 8), RefineConfig(proposals=10)).shape
        (8, 8)
    """
    state = init(matrix)
    for latest, _ in trajectory(config, state, seed):
        state = latest
    return finish(state)


def init(matrix: ThresholdMatrix) -> State:
    """The state of a matrix before the first round."""
    return State(matrix.ranks.astype(np.float32), 0)


def finish(state: State) -> ThresholdMatrix:
    """The matrix of a state, its ranks whole numbers again."""
    return ThresholdMatrix(state.ranks.astype(np.int64))


def trajectory(config: RefineConfig, state: State, seed: int) -> Iterator[tuple[State, Info]]:
    """The states after each round, up to the last; going on from any of them ends the same."""
    while state.round < config.rounds:
        state, info = step(config, state, seed)
        yield state, info


def step(config: RefineConfig, state: State, seed: int) -> tuple[State, Info]:
    """One round: the tiles are laid somewhere, and swaps are tried inside each.

    Args:
        config: of the whole run.
        state: after the rounds before.
        seed: of the whole run.
    """
    height, width = state.ranks.shape
    radius = config.radius or kernel_radius(config.viewing)
    kernel = pair_kernel(config.viewing, radius)
    share = state.round / max(1, config.rounds - 1)
    window = config.widest * (config.narrowest / config.widest) ** share
    heights = level_staircase(height * width, config.levels)
    generator = np.random.default_rng((seed, state.round))
    tiles = tile_corners((height, width), radius)
    tiles[:, :2] += generator.integers(0, (height, width))
    seeds = generator.integers(0, 1 << 63, len(tiles), np.uint64)
    ranks = state.ranks.copy()
    folded = folded_kernel(kernel, (height, width))
    per_round = max(1, round(config.proposals / config.rounds))
    kept = _swap_in_tiles(
        ranks, heights, kernel, folded, tiles, seeds, per_round, window, config.local
    )
    tried = per_round * int((tiles[:, 2] * tiles[:, 3]).sum())
    return State(ranks, state.round + 1), Info(float(kept.sum()) / tried)


def folded_kernel(kernel: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """(H, W) float32: the kernel on the torus, its images summed where the torus is the smaller."""
    radius = kernel.shape[0] // 2
    offsets = np.arange(-radius, radius + 1)
    folded = np.zeros(shape, np.float32)
    np.add.at(folded, np.ix_(offsets % shape[0], offsets % shape[1]), kernel)
    return folded


def tile_corners(shape: tuple[int, int], radius: int) -> np.ndarray:
    """(tiles, 4) int64: top, left, height and width of tiles that leave gaps of the radius.

    A side with no room for two tiles is covered by one, all around.

    Example:
        >>> tile_corners((64, 128), 12).tolist()
        [[0, 0, 64, 52], [0, 64, 64, 52]]
    """
    spans = []
    for side in shape:
        count = side // (_TILE + radius)
        starts = [side * index // count for index in range(count)] if count > 1 else [0]
        ends = [*starts[1:], side]
        gap = radius if count > 1 else 0
        spans.append([(start, end - start - gap) for start, end in zip(starts, ends, strict=True)])
    return np.array([(y, x, h, w) for y, h in spans[0] for x, w in spans[1]])


@njit(cache=True, parallel=True)
def _swap_in_tiles(
    ranks: np.ndarray,
    heights: np.ndarray,
    kernel: np.ndarray,
    folded: np.ndarray,
    tiles: np.ndarray,
    seeds: np.ndarray,
    proposals: int,
    window: float,
    local: float,
) -> np.ndarray:
    """Swaps inside each tile, all tiles at once; `ranks` is changed. Returns how many were kept."""
    kept = np.zeros(len(tiles), np.int64)
    for index in prange(len(tiles)):
        kept[index] = _swap_in_tile(
            ranks, heights, kernel, folded, tiles[index], seeds[index], proposals, window, local
        )
    return kept


@njit(cache=True)
def _swap_in_tile(
    ranks: np.ndarray,
    heights: np.ndarray,
    kernel: np.ndarray,
    folded: np.ndarray,
    tile: np.ndarray,
    seed: np.uint64,
    proposals: int,
    window: float,
    local: float,
) -> int:
    """Swaps inside one tile, so many proposals per cell.

    A share `local` of them is between neighbours in the plane, the others between cells whose ranks lie
    at most `window` of the tile's apart.
    """
    top, left, tile_height, tile_width = tile
    height, width = ranks.shape
    radius = kernel.shape[0] // 2
    # The tile with what it sees around it; a side that is covered all around repeats itself there.
    seen = np.empty((tile_height + 2 * radius, tile_width + 2 * radius), np.float32)
    for y in range(seen.shape[0]):
        for x in range(seen.shape[1]):
            rank = ranks[(top + y - radius) % height, (left + x - radius) % width]
            seen[y, x] = heights[int(rank)]
    period_y = height if tile_height == height else seen.shape[0]
    period_x = width if tile_width == width else seen.shape[1]
    cells = tile_height * tile_width
    inner = np.empty(cells, np.float32)
    for cell in range(cells):
        y, x = (top + cell // tile_width) % height, (left + cell % tile_width) % width
        inner[cell] = ranks[y, x]
    # The tile's cells in the order of their ranks, and those ranks: swaps move cells alone.
    cell_at = np.argsort(inner)
    rank_at = inner[cell_at]
    place_of = np.argsort(cell_at)
    reach = max(1.0, window * cells)
    state = np.uint64(seed)
    sums = np.empty(kernel.shape[1], np.float32)
    kept = 0
    for _ in range(proposals * cells):
        state, first = _random(state)
        state, second = _random(state)
        if second < local:
            # A neighbour in the plane, whatever its rank.
            cell = int(first * cells)
            beside = int(second / local * _NEIGHBOURS**2)
            y = cell // tile_width + beside // _NEIGHBOURS - _NEIGHBOURS // 2
            x = cell % tile_width + beside % _NEIGHBOURS - _NEIGHBOURS // 2
            if not (0 <= y < tile_height and 0 <= x < tile_width):
                continue
            one, two = place_of[cell], place_of[y * tile_width + x]
            lower, upper = min(one, two), max(one, two)
        else:
            # A neighbour in rank, wherever it lies.
            lower = int(first * cells)
            upper = lower + 1 + int((second - local) / (1 - local) * reach)
            if upper >= cells:
                continue
        low, high = heights[int(rank_at[lower])], heights[int(rank_at[upper])]
        if low == high:
            continue
        p, q = cell_at[lower], cell_at[upper]
        py, px, qy, qx = p // tile_width, p % tile_width, q // tile_width, q % tile_width
        gained = _raised(seen, kernel, sums, py, px, low, high)
        lost = _raised(seen, kernel, sums, qy, qx, low, high)
        # Each sum took the other cell, and its own images around a small torus, as if they stayed.
        near = folded[0, 0] - folded[(qy - py) % height, (qx - px) % width]
        if lost - gained + 2 * (high - low) * near < -_ROUNDING * (high - low):
            _put(seen, py + radius, px + radius, period_y, period_x, high)
            _put(seen, qy + radius, qx + radius, period_y, period_x, low)
            cell_at[lower], cell_at[upper] = q, p
            place_of[p], place_of[q] = upper, lower
            kept += 1
    for place in range(cells):
        y, x = cell_at[place] // tile_width, cell_at[place] % tile_width
        ranks[(top + y) % height, (left + x) % width] = rank_at[place]
    return kept


@njit(cache=True)
def _raised(
    seen: np.ndarray,
    kernel: np.ndarray,
    sums: np.ndarray,
    y: int,
    x: int,
    low: Any,
    high: Any,
) -> Any:
    """By how much the weighted distances around a cell grow when its rank goes from low to high.

    A column's sum at a time: the processor's vectors add them in a fixed order on every machine.
    """
    for j in range(sums.size):
        sums[j] = 0
    for i in range(kernel.shape[0]):
        row, weights = seen[y + i], kernel[i]
        for j in range(sums.size):
            value = row[x + j]
            sums[j] += weights[j] * (abs(high - value) - abs(low - value))
    total = np.float32(0)
    for j in range(sums.size):
        total += sums[j]
    return total


@njit(cache=True)
def _put(seen: np.ndarray, y: int, x: int, period_y: int, period_x: int, value: Any) -> None:
    """Write a cell and its images at whole periods."""
    for row in range(y % period_y, seen.shape[0], period_y):
        for column in range(x % period_x, seen.shape[1], period_x):
            seen[row, column] = value


@njit(cache=True)
def _random(state: np.uint64) -> tuple[np.uint64, float]:
    """The next state and a number in 0..1 (SplitMix64; Steele, Lea, Flood 2014)."""
    state += np.uint64(0x9E3779B97F4A7C15)
    mixed = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed = mixed ^ (mixed >> np.uint64(31))
    return state, float(mixed >> np.uint64(11)) / 9007199254740992.0
