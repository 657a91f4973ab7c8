"""Rank swaps: lower the visible error of all levels at once by exchanging ranks.

Let M be a matrix of N cells on the torus, b_k = (M < k) its dot pattern of level k, h the viewing
filter's impulse response with sum 1, W its autocorrelation, and E_k the level energy, the mean over the
N cells of ((h * b_k) - k/N)^2. Then, exactly,

    sum over k = 1..N-1 of E_k  =  (N^2 - 1) / (6 N)  -  1/(2 N) sum over x, y of W(x - y) |M(x) - M(y)|

because the sum over k = 1..N-1 of b_k(x) b_k(y) is N - 1 - max(M(x), M(y)). A swap of two ranks changes
the sum on the right only around the two cells, so every proposed swap is evaluated exactly and kept if
the energy falls: `swap_kernel` has the decision. Weighted levels replace M by its cumulative weights
(`level_cdf`). Frames use a kernel in space and time; channels use one kernel per pair of channels.

Large matrices are divided into tiles farther apart than the kernel reaches, which run in parallel.
Every round moves the tiles. The result does not depend on the number of threads.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np

from bluenoise.methods.swap_kernel import swap_in_tiles
from bluenoise.objective.pair_kernel import (
    JointChannels,
    coupling_kernel,
    plane_radii,
    wrap_frames,
)
from bluenoise.objective.target import ALL_DISTANCES, level_cdf
from dither.errors import InputError
from dither.matrix.threshold_matrix import ThresholdMatrix
from dither.metrics.temporal import SpaceTime
from dither.metrics.viewing import ViewingFilter

# Rows and columns of a tile, and its frames.
_TILE, _TILE_FRAMES = 48, 16
# Final tolerance as a fraction of the initial one; 0 in the last eighth of the rounds.
_LAST_TOLERANCE = 0.3


@dataclass(frozen=True)
class RankSwapConfig:
    """Settings of the swaps.

    Attributes:
        viewing: filter whose energy is minimised: of a plane, of frames, or of channels together.
        radius: of the pair kernel, in pixels; None for the filter's own range.
        proposals: proposed swaps per cell in all; 100 are within 0.05 dB of convergence.
        local: fraction of proposals between neighbours in the plane; the others are between neighbours
            in rank. With few levels, nearly all of the gain comes from the first kind.
        rounds: number of tile layouts; at least 32 leave no seams.
        widest: largest difference of ranks proposed at first, as a fraction of the tile's cells.
        narrowest: the largest at the end.
        levels: optimise only the patterns of this many evenly spread greys, including black and white;
            None for all. With few levels each gets much better, and ranks between them are arbitrary.
        level_weights: weights of the levels from black to white, as in `level_cdf`.
        tolerance: keep swaps that raise the energy by up to this fraction of the step between levels,
            falling to 0.3 of it, and to 0 in the last eighth of the rounds. Useful with few levels,
            where swaps get stuck early; 0.0015 then gains half a decibel.
            Source: G. Dueck, T. Scheuer, "Threshold accepting" (1990).

    Raises:
        InputError: a number is out of range.
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

    def __post_init__(self) -> None:
        if self.levels is not None and self.levels < 3:
            raise InputError(f"levels is {self.levels}; it must be at least 3")
        for name in ("proposals", "rounds"):
            if getattr(self, name) < 1:
                raise InputError(f"{name} is {getattr(self, name)}; it must be at least 1")
        if not 0 <= self.local <= 1:
            raise InputError(f"local is {self.local}; it must be from 0 to 1")
        if not 0 < self.narrowest <= self.widest <= 1:
            raise InputError(
                f"narrowest is {self.narrowest} and widest is {self.widest}; they must be above 0, "
                "in this order, and at most 1"
            )
        if not self.tolerance >= 0:
            raise InputError(f"tolerance is {self.tolerance}; it must be 0 or more")


class State(NamedTuple):
    """State between two rounds.

    Attributes:
        ranks: (T, H, W) float32 whole numbers: T frames of one matrix, T = 1 for a matrix without
            frames; or the matrices of T channels, each with its own ranks.
        round: rounds done.
    """

    ranks: np.ndarray
    round: int


class Info(NamedTuple):
    """Report of a round: the fraction of its proposals that were kept."""

    kept: float


class _SwapGroup(NamedTuple):
    """Planes that swap together, with everything about them that no round changes.

    Attributes:
        first: first plane.
        planes: number of planes.
        kernel: pair kernel around them, folded onto the cycle of frames.
        radii: radius of each of its planes.
        folded: the kernel on the torus.
        tiles: tile corners and sizes before they are moved.
    """

    first: int
    planes: int
    kernel: np.ndarray
    radii: np.ndarray
    folded: np.ndarray
    tiles: np.ndarray


@dataclass(frozen=True, eq=False)
class SwapPlan:
    """Everything that stays the same from round to round, computed once; see `plan_swaps`.

    Attributes:
        config: settings of the swaps.
        turns: planes that swap together; channels take turns.
        level_cdf: (N,) float32, the value of each rank in the pair energy.
        largest_step: largest step of `level_cdf`, the unit of the tolerance.
    """

    config: RankSwapConfig
    turns: tuple[_SwapGroup, ...]
    level_cdf: np.ndarray
    largest_step: float


def plan_swaps(config: RankSwapConfig, shape: tuple[int, ...]) -> SwapPlan:
    """Compute the kernels, tiles and level weights of a run.

    Args:
        config: settings of the swaps.
        shape: of `State.ranks`: frames or channels, rows and columns.

    Raises:
        InputError: the level weights cannot be used, or the filter passes every frequency equally.
    """
    kernels = coupling_kernel(config.viewing, config.radius)
    # Channels influence each other but swap within themselves, so they take turns.
    planes = shape[0] if len(kernels) == 1 else 1
    turns = []
    for index, unwrapped in enumerate(kernels):
        kernel = wrap_frames(unwrapped, shape[0])
        reach = (len(kernel) // 2, kernel.shape[1] // 2)
        folded = folded_kernel(kernel, shape)
        tiles = tile_corners((planes, *shape[1:]), reach)
        turns.append(_SwapGroup(index, planes, kernel, plane_radii(kernel), folded, tiles))
    cdf = level_cdf(planes * shape[1] * shape[2], config.levels, config.level_weights)
    return SwapPlan(config, tuple(turns), cdf, float(np.diff(cdf).max(initial=0)))


def swap_ranks(
    matrix: ThresholdMatrix, config: RankSwapConfig = RankSwapConfig(), *, seed: int = 0
) -> ThresholdMatrix:
    """Return the matrix after rank swaps.

    Args:
        matrix: the start: void-and-cluster's result is a good one, white noise a bad one.
        config: settings of the swaps.
        seed: of the proposals.

    Example:
        >>> from bluenoise.methods.void_and_cluster import void_and_cluster
        >>> swap_ranks(void_and_cluster((8, 8)), RankSwapConfig(proposals=10)).shape
        (8, 8)
    """
    state = init([matrix])
    for latest, _ in trajectory(plan_swaps(config, state.ranks.shape), state, seed):
        state = latest
    return finish(state)[0]


def init(matrices: Sequence[ThresholdMatrix]) -> State:
    """Return the state before the first round: of one matrix, or of one per channel."""
    return State(np.concatenate([matrix.planes for matrix in matrices]).astype(np.float32), 0)


def finish(state: State, count: int = 1) -> tuple[ThresholdMatrix, ...]:
    """Return the matrices of a state, `count` in the order of `init`."""
    parts = np.split(state.ranks.astype(np.int64), count)
    return tuple(ThresholdMatrix(part[0] if len(part) == 1 else part) for part in parts)


def trajectory(plan: SwapPlan, state: State, seed: int) -> Iterator[tuple[State, Info]]:
    """Yield the states after each round, to the end; a run may resume from any of them."""
    while state.round < plan.config.rounds:
        state, info = step(plan, state, seed)
        yield state, info


def step(plan: SwapPlan, state: State, seed: int) -> tuple[State, Info]:
    """Run one round: move the tiles by a random offset and swap ranks inside each.

    Args:
        plan: of the whole run.
        state: after the previous rounds.
        seed: of the whole run.
    """
    config = plan.config
    progress = state.round / max(1, config.rounds - 1)
    window = config.widest * (config.narrowest / config.widest) ** progress
    cooling = _LAST_TOLERANCE**progress * (state.round < config.rounds - config.rounds // 8)
    tolerated = config.tolerance * plan.largest_step * cooling
    per_cell = max(1, round(config.proposals / config.rounds))
    generator = np.random.default_rng((seed, state.round))
    ranks = state.ranks.copy()
    kept = proposed = 0
    for first, planes, kernel, radii, folded, corners in plan.turns:
        tiles = corners.copy()
        tiles[:, 0] = (tiles[:, 0] + generator.integers(planes) + first) % len(ranks)
        tiles[:, 1:3] += generator.integers(0, ranks.shape[1:])
        seeds = generator.integers(0, 1 << 63, len(tiles), np.uint64)
        kept += swap_in_tiles(
            *(ranks, plan.level_cdf, kernel, radii, folded, tiles, seeds),
            *(per_cell, window, config.local, tolerated),
        ).sum()
        proposed += per_cell * int(tiles[:, 3:].prod(axis=1).sum())
    return State(ranks, state.round + 1), Info(float(kept) / proposed)


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


def tile_corners(shape: tuple[int, ...], reach: tuple[int, int], side: int = _TILE) -> np.ndarray:
    """Return tiles with gaps between them: (n, 6) int64.

    The columns are the first frame, top and left, then frames, height and width. A side too short for
    two tiles is covered by one, without a gap.

    Args:
        shape: frames, rows and columns.
        reach: of the kernel, in frames and in pixels: the gaps.
        side: smallest number of rows and columns of a tile.

    Example:
        >>> tile_corners((1, 64, 128), (0, 12)).tolist()
        [[0, 0, 0, 1, 64, 52], [0, 0, 64, 1, 64, 52]]
    """
    spans = []
    for length, tile, gap in zip(
        shape, (_TILE_FRAMES, side, side), (reach[0], reach[1], reach[1]), strict=True
    ):
        count = length // (tile + gap)
        starts = [length * index // count for index in range(count)] if count > 1 else [0]
        ends = [*starts[1:], length]
        between = gap if count > 1 else 0
        spans.append(
            [(start, end - start - between) for start, end in zip(starts, ends, strict=True)]
        )
    return np.array([tuple(zip(*corner, strict=True)) for corner in product(*spans)]).reshape(-1, 6)
