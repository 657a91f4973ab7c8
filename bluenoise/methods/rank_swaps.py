"""Swaps of ranks that lower the visible error of all thresholds at once, exactly.

With W the filter's autocorrelation, the level energies of a matrix M sum to a constant less half the
sum over all pairs of cells of W(x - y) |M(x) - M(y)|. Swapping two ranks changes that sum only around
the two cells, so each swap is tried exactly and kept where the energy falls. With frames the pairs are
in space and time; between the channels of a colour image each pair has a weight of its own.

Large matrices are worked on in tiles so far apart that no two see each other's cells, all at once;
every round lays them elsewhere. The result does not depend on how many threads there are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from numba import njit, prange

from bluenoise.objective.pair_kernel import JointChannels, coupling_kernel, plane_radii, wrapped
from bluenoise.objective.target import ALL_DISTANCES, level_cdf
from dither.matrix.threshold_matrix import ThresholdMatrix
from dither.metrics.temporal import SpaceTime
from dither.metrics.viewing import ViewingFilter

# A tile's rows and columns, and its frames.
_TILE, _TILE_FRAMES = 48, 16
# Neighbours in the plane are looked for in a square of this side, in this and the next frames.
_NEIGHBOURS, _NEIGHBOUR_FRAMES = 7, 3
# A gain below this share of the ranks' difference may be rounding, which could swap to and fro.
_ROUNDING = np.float32(2e-6)
# What is left of the tolerance at the end, before it is none.
_LAST_TOLERANCE = 0.3


@dataclass(frozen=True)
class RankSwapConfig:
    """How far to go.

    Attributes:
        viewing: the filter whose energy is lowered: of a plane, of frames, or of channels together.
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
        level_weights: how much the patterns count from black to white, as in `level_cdf`.
        tolerance: a rise of the energy up to this share of the smallest difference that counts is kept
            too at first, 0.3 of it at the end, and none in the last eighth of the rounds. Of use with
            few levels, where swaps get stuck early; 0.0015 then finds half a decibel more.
            Source: G. Dueck, T. Scheuer, "Threshold accepting" (1990).
    """

    viewing: ViewingFilter | SpaceTime | JointChannels = ALL_DISTANCES
    radius: int | None = None
    proposals: int = 400
    local: float = 0.5
    rounds: int = 32
    widest: float = 0.25
    narrowest: float = 0.005
    levels: int | None = None
    level_weights: tuple[float, ...] | None = None
    tolerance: float = 0.0


class State(NamedTuple):
    """What one round hands to the next.

    Attributes:
        ranks: (T, H, W) float32, whole numbers: the frames of one matrix, one for a matrix without
            any; or the matrices of C channels, each with ranks of its own.
        round: rounds done.
    """

    ranks: np.ndarray
    round: int


class Info(NamedTuple):
    """What a round did: the share of its proposals that were kept."""

    kept: float


def swap_ranks(
    matrix: ThresholdMatrix, config: RankSwapConfig = RankSwapConfig(), *, seed: int = 0
) -> ThresholdMatrix:
    """The matrix after swaps of ranks, each of which lowered the energy.

    Args:
        matrix: where to start: void-and-cluster's result is a good place, noise a bad one.
        config: how far to go, and for which filter.
        seed: which swaps are tried.

    Example:
        >>> from bluenoise.methods.void_and_cluster import void_and_cluster
        >>> swap_ranks(void_and_cluster((8, 8)), RankSwapConfig(proposals=10)).shape
        (8, 8)
    """
    state = init(matrix)
    for latest, _ in trajectory(config, state, seed):
        state = latest
    return finish(state)


def init(matrix: ThresholdMatrix) -> State:
    """The state of a matrix before the first round."""
    return State(matrix.planes.astype(np.float32), 0)


def finish(state: State) -> ThresholdMatrix:
    """The matrix of a state, its ranks whole numbers again; with frames if there are several."""
    ranks = state.ranks.astype(np.int64)
    return ThresholdMatrix(ranks[0] if len(ranks) == 1 else ranks)


def init_channels(matrices: Sequence[ThresholdMatrix]) -> State:
    """The state of a matrix for each channel, all of one shape, before the first round."""
    return State(np.stack([matrix.ranks for matrix in matrices]).astype(np.float32), 0)


def finish_channels(state: State) -> tuple[ThresholdMatrix, ...]:
    """The matrix of each channel, in the order of `init_channels`."""
    return tuple(ThresholdMatrix(ranks) for ranks in state.ranks.astype(np.int64))


def trajectory(config: RankSwapConfig, state: State, seed: int) -> Iterator[tuple[State, Info]]:
    """The states after each round, up to the last; going on from any of them ends the same."""
    while state.round < config.rounds:
        state, info = step(config, state, seed)
        yield state, info


def step(config: RankSwapConfig, state: State, seed: int) -> tuple[State, Info]:
    """One round: the tiles are laid somewhere, and swaps are tried inside each.

    Args:
        config: of the whole run.
        state: after the rounds before.
        seed: of the whole run.
    """
    kernels = coupling_kernel(config.viewing, config.radius)
    share = state.round / max(1, config.rounds - 1)
    window = config.widest * (config.narrowest / config.widest) ** share
    generator = np.random.default_rng((seed, state.round))
    ranks = state.ranks.copy()
    kept = tried = 0
    # Channels see each other but swap within themselves, so they take turns.
    turns = [(0, len(ranks))] if len(kernels) == 1 else [(c, 1) for c in range(len(kernels))]
    heights = level_cdf(ranks[: turns[0][1]].size, config.levels, config.level_weights)
    step_between = float(np.diff(heights).max(initial=0))
    cooling = _LAST_TOLERANCE**share * (state.round < config.rounds - config.rounds // 8)
    tolerated = config.tolerance * step_between * cooling
    per_round = max(1, round(config.proposals / config.rounds))
    for endless, (first, planes) in zip(kernels, turns, strict=True):
        kernel = wrapped(endless, len(ranks))
        reach = (len(kernel) // 2, kernel.shape[1] // 2)
        tiles = tile_corners((planes, *ranks.shape[1:]), reach)
        tiles[:, 0] = (tiles[:, 0] + generator.integers(planes) + first) % len(ranks)
        tiles[:, 1:3] += generator.integers(0, ranks.shape[1:])
        seeds = generator.integers(0, 1 << 63, len(tiles), np.uint64)
        folded = folded_kernel(kernel, ranks.shape)
        kept += _swap_in_tiles(
            *(ranks, heights, kernel, plane_radii(kernel), folded, tiles, seeds),
            *(per_round, window, config.local, tolerated),
        ).sum()
        tried += per_round * int(tiles[:, 3:].prod(axis=1).sum())
    return State(ranks, state.round + 1), Info(float(kept) / tried)


def folded_kernel(kernel: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """The kernel on the torus, its images summed where the torus is the smaller.

    Args:
        kernel: float32 with an odd number of cells along each axis.
        shape: of the torus, with as many axes.

    Example:
        >>> folded_kernel(np.ones((3, 5), np.float32), (4, 4)).tolist()[0]
        [1.0, 1.0, 2.0, 1.0]
    """
    offsets = [
        np.arange(-(length // 2), length // 2 + 1) % side
        for length, side in zip(kernel.shape, shape, strict=True)
    ]
    folded = np.zeros(shape, np.float32)
    np.add.at(folded, np.ix_(*offsets), kernel)
    return folded


def tile_corners(shape: tuple[int, ...], reach: tuple[int, int]) -> np.ndarray:
    """(tiles, 6) int64: frame, top, left, then frames, height and width of tiles with gaps between.

    A side with no room for two tiles is covered by one, all around.

    Args:
        shape: frames, rows and columns.
        reach: of the kernel, in frames and in pixels: the gaps.

    Example:
        >>> tile_corners((1, 64, 128), (0, 12)).tolist()
        [[0, 0, 0, 1, 64, 52], [0, 0, 64, 1, 64, 52]]
    """
    spans = []
    for side, tile, gap in zip(
        shape, (_TILE_FRAMES, _TILE, _TILE), (reach[0], reach[1], reach[1]), strict=True
    ):
        count = side // (tile + gap)
        starts = [side * index // count for index in range(count)] if count > 1 else [0]
        ends = [*starts[1:], side]
        between = gap if count > 1 else 0
        spans.append(
            [(start, end - start - between) for start, end in zip(starts, ends, strict=True)]
        )
    return np.array([tuple(zip(*corner, strict=True)) for corner in product(*spans)]).reshape(-1, 6)


@njit(cache=True, parallel=True)
def _swap_in_tiles(
    ranks: np.ndarray,
    heights: np.ndarray,
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
    """Swaps inside each tile, all tiles at once; `ranks` is changed. Returns how many were kept."""
    kept = np.zeros(len(tiles), np.int64)
    for index in prange(len(tiles)):
        kept[index] = _swap_in_tile(
            *(ranks, heights, kernel, radii, folded, tiles[index], seeds[index]),
            *(proposals, window, local, tolerated),
        )
    return kept


@njit(cache=True)
def _swap_in_tile(
    ranks: np.ndarray,
    heights: np.ndarray,
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
    """Swaps inside one tile, so many proposals per cell.

    A share `local` of them is between neighbours in the plane, the others between cells whose ranks lie
    at most `window` of the tile's apart. One that raises the energy by less than `tolerated` is kept.
    """
    first_frame, top, left, tile_frames, tile_height, tile_width = tile
    frames, height, width = ranks.shape
    reach, radius = kernel.shape[0] // 2, kernel.shape[1] // 2
    # The tile with what it sees around it; a side that is covered all around repeats itself there.
    seen = np.empty(
        (tile_frames + 2 * reach, tile_height + 2 * radius, tile_width + 2 * radius), np.float32
    )
    for t in range(seen.shape[0]):
        plane = ranks[(first_frame + t - reach) % frames]
        for y in range(seen.shape[1]):
            for x in range(seen.shape[2]):
                rank = plane[(top + y - radius) % height, (left + x - radius) % width]
                seen[t, y, x] = heights[int(rank)]
    period_t = frames if tile_frames == frames else seen.shape[0]
    period_y = height if tile_height == height else seen.shape[1]
    period_x = width if tile_width == width else seen.shape[2]
    area = tile_height * tile_width
    cells = tile_frames * area
    inner = np.empty(cells, np.float32)
    for cell in range(cells):
        t, y, x = cell // area, cell % area // tile_width, cell % tile_width
        inner[cell] = ranks[(first_frame + t) % frames, (top + y) % height, (left + x) % width]
    # The tile's cells in the order of their ranks, and those ranks: swaps move cells alone.
    cell_at = np.argsort(inner)
    rank_at = inner[cell_at]
    place_of = np.argsort(cell_at)
    farthest = max(1.0, window * cells)
    neighbour_frames = min(_NEIGHBOUR_FRAMES, 2 * tile_frames - 1)
    state = np.uint64(seed)
    sums = np.empty(kernel.shape[2], np.float32)
    kept = 0
    for _ in range(proposals * cells):
        state, first = _random(state)
        state, second = _random(state)
        if second < local:
            # A neighbour in the plane or in the next frame, whatever its rank.
            cell = int(first * cells)
            beside = int(second / local * _NEIGHBOURS**2 * neighbour_frames)
            t = cell // area + beside // _NEIGHBOURS**2 - neighbour_frames // 2
            y = cell % area // tile_width + beside // _NEIGHBOURS % _NEIGHBOURS - _NEIGHBOURS // 2
            x = cell % tile_width + beside % _NEIGHBOURS - _NEIGHBOURS // 2
            if not (0 <= t < tile_frames and 0 <= y < tile_height and 0 <= x < tile_width):
                continue
            one, two = place_of[cell], place_of[t * area + y * tile_width + x]
            lower, upper = min(one, two), max(one, two)
        else:
            # A neighbour in rank, wherever it lies.
            lower = int(first * cells)
            upper = lower + 1 + int((second - local) / (1 - local) * farthest)
            if upper >= cells:
                continue
        low, high = heights[int(rank_at[lower])], heights[int(rank_at[upper])]
        if low == high:
            continue
        p, q = cell_at[lower], cell_at[upper]
        pt, py, px = p // area, p % area // tile_width, p % tile_width
        qt, qy, qx = q // area, q % area // tile_width, q % tile_width
        gained = _raised(seen, kernel, radii, sums, pt, py, px, low, high)
        lost = _raised(seen, kernel, radii, sums, qt, qy, qx, low, high)
        # Each sum took the other cell, and its own images around a small torus, as if they stayed.
        near = folded[0, 0, 0] - folded[(qt - pt) % frames, (qy - py) % height, (qx - px) % width]
        bound = tolerated if tolerated > 0 else -_ROUNDING * (high - low)
        if lost - gained + 2 * (high - low) * near < bound:
            periods = (period_t, period_y, period_x)
            _put(seen, (pt + reach, py + radius, px + radius), periods, high)
            _put(seen, (qt + reach, qy + radius, qx + radius), periods, low)
            cell_at[lower], cell_at[upper] = q, p
            place_of[p], place_of[q] = upper, lower
            kept += 1
    for place in range(cells):
        cell = cell_at[place]
        t, y, x = cell // area, cell % area // tile_width, cell % tile_width
        ranks[(first_frame + t) % frames, (top + y) % height, (left + x) % width] = rank_at[place]
    return kept


@njit(cache=True)
def _raised(
    seen: np.ndarray,
    kernel: np.ndarray,
    radii: np.ndarray,
    sums: np.ndarray,
    t: int,
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
    for plane in range(radii.size):
        edge = sums.size // 2 - radii[plane]
        inner = sums[edge : sums.size - edge]
        for i in range(edge, sums.size - edge):
            row, weights = seen[t + plane, y + i, x + edge :], kernel[plane, i, edge:]
            for j in range(inner.size):
                value = row[j]
                inner[j] += weights[j] * (abs(high - value) - abs(low - value))
    total = np.float32(0)
    for j in range(sums.size):
        total += sums[j]
    return total


@njit(cache=True)
def _put(
    seen: np.ndarray, cell: tuple[int, int, int], periods: tuple[int, int, int], value: Any
) -> None:
    """Write a cell and its images at whole periods."""
    for t in range(cell[0] % periods[0], seen.shape[0], periods[0]):
        for y in range(cell[1] % periods[1], seen.shape[1], periods[1]):
            for x in range(cell[2] % periods[2], seen.shape[2], periods[2]):
                seen[t, y, x] = value


@njit(cache=True)
def _random(state: np.uint64) -> tuple[np.uint64, float]:
    """The next state and a number in 0..1 (SplitMix64; Steele, Lea, Flood 2014)."""
    state += np.uint64(0x9E3779B97F4A7C15)
    mixed = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed = mixed ^ (mixed >> np.uint64(31))
    return state, float(mixed >> np.uint64(11)) / 9007199254740992.0
