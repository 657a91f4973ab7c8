"""Swaps: exchange the values of two cells wherever that lowers the pair energy, round by round.

Let v be values on the torus, h a viewing filter's impulse response with sum 1, W its autocorrelation,
and d a distance between two values. Swaps keep the set of values and lower the pair energy

    - 1/2 sum over x, y of W(x - y) d(v_x, v_y).

For threshold matrices d is |u - v|, and the pair energy is the visible error of all levels at once: see
`rank_swaps`. For noise textures d belongs to a family of integrands: see `values.value_swaps`. Swaps
are predicted, computed exactly if they are promising, and accepted at a falling temperature: see
`swap_kernel`.

Large tori are divided into tiles farther apart than the kernel reaches, which run in parallel. Every
round moves the tiles. The result does not depend on the number of threads.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np

from bluenoise.methods.swap_kernel import swap_in_tile
from bluenoise.objective.pair_kernel import JointChannels, plane_radii
from dither.errors import InputError
from dither.metrics.temporal import SpaceTime
from dither.metrics.viewing import ViewingFilter, as_filter
from dither.parallel.processors import usable_processors

# Vector instructions take this many weights of a row at once.
_LANES = 8
# Logarithms of chances, for the acceptance of swaps.
_LOGARITHMS = np.log((np.arange(4096) + 0.5) / 4096).astype(np.float32)


@dataclass(frozen=True)
class SwapConfig:
    """Settings of the swaps.

    Attributes:
        viewing: filter whose error is minimised: of a plane, or its text, of frames, or of channels
            together.
        proposals: proposed swaps per cell in all.
        rounds: number of tile layouts; at least 32 leave no seams.
        local: fraction of proposals between neighbours in the plane; the others are between values
            close to each other.
        widest: largest difference of indices proposed at first, as a fraction of the tile's cells.
        narrowest: the largest at the end.
        hottest: first temperature, in units of the mean distance times the kernel's sum; 0 keeps
            improvements alone.
        coldest: last temperature.
        greedy: fraction of the rounds, at the end, that keep only improvements.
        spreads: swaps are computed exactly if their prediction plus this many mean errors would do.

    Raises:
        InputError: a number is out of range.
    """

    viewing: ViewingFilter | SpaceTime | JointChannels
    proposals: int = 600
    rounds: int = 32
    local: float = 0.3
    widest: float = 0.25
    narrowest: float = 0.005
    hottest: float = 0.0
    coldest: float = 0.0
    greedy: float = 0.15
    spreads: float = 2.5

    def __post_init__(self) -> None:
        if isinstance(self.viewing, str):
            object.__setattr__(self, "viewing", as_filter(self.viewing))
        for name in ("proposals", "rounds"):
            if getattr(self, name) < 1:
                raise InputError(f"{name} is {getattr(self, name)}; it must be at least 1")
        for name in ("local", "greedy"):
            if not 0 <= getattr(self, name) <= 1:
                raise InputError(f"{name} is {getattr(self, name)}; it must be from 0 to 1")
        if not 0 < self.narrowest <= self.widest <= 1:
            raise InputError(
                f"narrowest is {self.narrowest} and widest is {self.widest}; they must be above 0, "
                "in this order, and at most 1"
            )
        if not (0 < self.coldest <= self.hottest or self.coldest == self.hottest == 0):
            raise InputError(
                f"coldest is {self.coldest} and hottest is {self.hottest}; they must be above 0, "
                "in this order, or both 0"
            )


class State(NamedTuple):
    """State between two rounds.

    Attributes:
        indices: (T, H, W) int32, the index of each cell's value in the plan's order.
        round: rounds done.
    """

    indices: np.ndarray
    round: int


class Info(NamedTuple):
    """Report of a round: the fraction of its proposals that were kept."""

    kept: float


class SwapGroup(NamedTuple):
    """Planes that swap in the same turn, with everything about them that no round changes.

    Attributes:
        first: first plane.
        planes: number of planes.
        rows: rows of the pair kernel around them; see `kernel_rows`.
        weights: weights of the rows.
        folded: the kernel on the torus.
        tiles: tile corners and sizes before they are moved.
    """

    first: int
    planes: int
    rows: np.ndarray
    weights: np.ndarray
    folded: np.ndarray
    tiles: np.ndarray


@dataclass(frozen=True, eq=False)
class SwapPlan:
    """Everything that stays the same from round to round.

    Attributes:
        config: settings of the swaps.
        turns: planes that swap in the same turn; channels take turns.
        points: (N, C) float32 values, neighbours in this order being close together.
        pulls: (N, C) float32 gradients of the mean distance, times the kernel's sum.
        distance: (4,) float32 weights of the distance, whose mean over the set is 1.
        longest: no two values are farther apart.
        together: whether frames share one set of values and exchange them; else each keeps its own.
    """

    config: SwapConfig
    turns: tuple[SwapGroup, ...]
    points: np.ndarray
    pulls: np.ndarray
    distance: np.ndarray
    longest: float
    together: bool


def swap_group(
    kernel: np.ndarray, shape: tuple[int, ...], first: int, planes: int, tile: tuple[int, int]
) -> SwapGroup:
    """Return the planes of a turn with the kernel's rows and the tiles.

    Args:
        kernel: (2T + 1, 2R + 1, 2R + 1) float32, wrapped onto the cycle of frames.
        shape: frames or channels, rows and columns.
        first: first plane of the group.
        planes: number of its planes.
        tile: smallest frames, and rows and columns, of a tile.
    """
    reach = (len(kernel) // 2, kernel.shape[1] // 2)
    tiles = tile_corners((planes, *shape[1:]), reach, tile)
    return SwapGroup(first, planes, *kernel_rows(kernel), folded_kernel(kernel, shape), tiles)


def kernel_rows(kernel: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows of a kernel, padded for vector instructions, and their weights.

    Args:
        kernel: (2T + 1, 2R + 1, 2R + 1) float32.

    Returns:
        (n, 5) int64: frame, row and first column from the centre, width, and place of the first weight;
        and float32 weights.
    """
    rows, weights, place = [], [], 0
    middle_t, middle = len(kernel) // 2, kernel.shape[1] // 2
    for frame, (plane, radius) in enumerate(zip(kernel, plane_radii(kernel), strict=True)):
        width = -(-(2 * radius + 1) // _LANES) * _LANES
        for row in range(-radius, radius + 1):
            line = np.zeros(width, np.float32)
            line[: 2 * radius + 1] = plane[middle + row, middle - radius : middle + radius + 1]
            rows.append((frame - middle_t, row, -radius, width, place))
            weights.append(line)
            place += width
    return np.array(rows, np.int64), np.concatenate(weights)


def trajectory(plan: SwapPlan, state: State, seed: int) -> Iterator[tuple[State, Info]]:
    """Yield the states after each round, to the end; a run may resume from any of them."""
    while state.round < plan.config.rounds:
        state, info = step(plan, state, seed)
        yield state, info


def step(plan: SwapPlan, state: State, seed: int) -> tuple[State, Info]:
    """Run one round: move the tiles by a random offset and swap values inside each.

    Args:
        plan: of the whole run.
        state: after the previous rounds.
        seed: of the whole run.
    """
    config = plan.config
    hot = round(config.rounds * (1 - config.greedy))
    progress = state.round / max(1, config.rounds - 1)
    window = config.widest * (config.narrowest / config.widest) ** progress
    temperature = 0.0
    if state.round < hot and config.hottest > 0:
        temperature = config.hottest * (config.coldest / config.hottest) ** (state.round / hot)
    per_cell = max(1, round(config.proposals / config.rounds))
    generator = np.random.default_rng((seed, state.round))
    indices = state.indices.copy()
    kept = proposed = 0
    for group in plan.turns:
        tiles = group.tiles.copy()
        tiles[:, 0] = (tiles[:, 0] + generator.integers(group.planes) + group.first) % len(indices)
        tiles[:, 1:3] += generator.integers(0, indices.shape[1:])
        seeds = generator.integers(0, 1 << 63, len(tiles), np.uint64)

        def swap(tile: np.ndarray, seed: np.uint64, group: SwapGroup = group) -> int:
            return swap_in_tile(
                *(plan.points, plan.pulls, indices, group.rows, group.weights, group.folded),
                *(plan.distance, plan.longest, tile, plan.together, seed, _LOGARITHMS),
                *(per_cell, window, config.local, temperature, config.spreads),
            )

        if len(tiles) == 1:
            kept += swap(tiles[0], seeds[0])
        else:
            with ThreadPoolExecutor(min(len(tiles), usable_processors())) as pool:
                kept += sum(pool.map(swap, tiles, seeds))
        proposed += per_cell * int(tiles[:, 3:].prod(axis=1).sum())
    return State(indices, state.round + 1), Info(float(kept) / proposed)


def folded_kernel(kernel: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return the kernel on the torus; where the torus is smaller, overlapping weights add up.

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


def tile_corners(
    shape: tuple[int, ...], reach: tuple[int, int], tile: tuple[int, int]
) -> np.ndarray:
    """Return tiles with gaps between them: (n, 6) int64.

    The columns are the first frame, top and left, then frames, height and width. A side too short for
    two tiles is covered by one, without a gap.

    Args:
        shape: frames, rows and columns.
        reach: of the kernel, in frames and in pixels: the gaps.
        tile: smallest number of frames, and of rows and columns, of a tile.

    Example:
        >>> tile_corners((1, 64, 128), (0, 12), (16, 48)).tolist()
        [[0, 0, 0, 1, 64, 52], [0, 0, 64, 1, 64, 52]]
    """
    spans = []
    for length, side, gap in zip(
        shape, (tile[0], tile[1], tile[1]), (reach[0], reach[1], reach[1]), strict=True
    ):
        count = length // (side + gap)
        starts = [length * index // count for index in range(count)] if count > 1 else [0]
        ends = [*starts[1:], length]
        between = gap if count > 1 else 0
        spans.append(
            [(start, end - start - between) for start, end in zip(starts, ends, strict=True)]
        )
    return np.array([tuple(zip(*corner, strict=True)) for corner in product(*spans)]).reshape(-1, 6)
