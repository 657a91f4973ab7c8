"""Value swaps: arrange the values of a noise texture so that filtered integrands have little error.

Let v be a texture on the torus whose frames each hold every value of a set once, h the filter's impulse
response with sum 1, W its autocorrelation, and d(u, v) = E_w |f_w(u) - f_w(v)|^2 for integrands f_w of
a family. The squared error of the filtered integrands, summed over the family, is then

    constant  -  1/2 sum over x, y of W(x - y) d(v_x, v_y).

`rank_swaps` has the case of thresholds. Swaps of two values of a frame keep the set. They are
predicted, computed exactly if they are hopeful, and accepted at a falling temperature: see
`value_swap_kernel`.
Large textures are divided into tiles farther apart than the kernel reaches, which run in parallel and
move every round, so the result does not depend on the number of threads.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from bluenoise.methods.rank_swaps import folded_kernel, tile_corners
from bluenoise.objective.pair_kernel import plane_radii, whole_kernel, wrap_frames
from bluenoise.values.distance import mean_distance
from bluenoise.values.hilbert_order import hilbert_order
from bluenoise.values.value_set import ValueSet
from bluenoise.values.value_swap_kernel import swap_values_in_tile
from dither.errors import InputError
from dither.metrics.temporal import SpaceTime
from dither.metrics.viewing import Gaussian, ViewingFilter
from dither.parallel.processors import usable_processors

# The filter of a renderer's denoiser, for textures without frames.
DENOISER = Gaussian(1.0)
# Values that the mean distance to the set is estimated from; more change nothing visible.
_SAMPLE = 512
# Smallest rows and columns of a tile. Frames have many cells, so their tiles are smaller and run in
# parallel for a cycle of 64x64 pixels.
_TILE, _FRAMES_TILE = 48, 24
# Vector instructions take this many weights of a row at once.
_LANES = 8
# Logarithms of chances, for the acceptance of swaps.
_LOGARITHMS = np.log((np.arange(4096) + 0.5) / 4096).astype(np.float32)


@dataclass(frozen=True)
class ValueSwapConfig:
    """Settings of the swaps.

    Attributes:
        viewing: filter of a plane, or of frames in space and time.
        proposals: proposed swaps per cell in all.
        rounds: number of tile layouts.
        local: fraction of proposals between neighbours in the plane; the others are between values
            close to each other.
        widest: largest difference of indices proposed at first, as a fraction of the tile's cells.
        narrowest: the largest at the end.
        hottest: first temperature, in units of the mean distance times the kernel's sum.
        coldest: last temperature.
        greedy: fraction of the rounds, at the end, that keep only improvements.
        spreads: swaps are computed exactly if their prediction plus this many mean errors would do.

    Raises:
        InputError: a number is out of range.
    """

    viewing: ViewingFilter | SpaceTime = DENOISER
    proposals: int = 3000
    rounds: int = 32
    local: float = 0.5
    widest: float = 0.3
    narrowest: float = 0.03
    hottest: float = 2e-3
    coldest: float = 2e-4
    greedy: float = 0.15
    spreads: float = 2.0

    def __post_init__(self) -> None:
        for name in ("proposals", "rounds"):
            if getattr(self, name) < 1:
                raise InputError(f"{name} is {getattr(self, name)}; it must be at least 1")
        for name in ("local", "greedy"):
            if not 0 <= getattr(self, name) <= 1:
                raise InputError(f"{name} is {getattr(self, name)}; it must be from 0 to 1")
        for low, high in (("narrowest", "widest"), ("coldest", "hottest")):
            if not 0 < getattr(self, low) <= getattr(self, high):
                raise InputError(
                    f"{low} is {getattr(self, low)} and {high} is {getattr(self, high)}; they must be "
                    "above 0, in this order"
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


@dataclass(frozen=True, eq=False)
class SwapPlan:
    """Everything that stays the same from round to round; see `plan_swaps`.

    Attributes:
        config: settings of the swaps.
        shape: frames, rows and columns.
        order: (N,) index in the value set of each value along the curve.
        points: (N, C) float32 in that order.
        pulls: (N, C) float32 gradients of the mean distance, times the kernel's sum.
        distance: (4,) float32 weights of the distance, whose mean over the set is 1.
        rows: rows of the kernel.
        weights: weights of the rows.
        folded: the kernel on the torus.
        tiles: tile corners and sizes before they are moved.
    """

    config: ValueSwapConfig
    shape: tuple[int, ...]
    order: np.ndarray
    points: np.ndarray
    pulls: np.ndarray
    distance: np.ndarray
    rows: np.ndarray
    weights: np.ndarray
    folded: np.ndarray
    tiles: np.ndarray


def plan_swaps(config: ValueSwapConfig, values: ValueSet, shape: tuple[int, int, int]) -> SwapPlan:
    """Compute the kernel, the tiles and the order of the values.

    Args:
        config: settings of the swaps.
        values: as many as a frame has cells.
        shape: frames, rows and columns.

    Raises:
        InputError: all values are equal, or the filter passes every frequency equally.
    """
    order = hilbert_order(values.points)
    points = np.ascontiguousarray(values.points[order], np.float32)
    sample = points[:: -(-len(points) // _SAMPLE)].astype(float)
    mean = mean_distance(sample, values.distance)
    if not mean > 0:
        raise InputError("all values are equal, so that no arrangement is better than another")
    kernel = wrap_frames(whole_kernel(config.viewing), shape[0])
    pulls = np.empty(points.shape, np.float32)
    for start in range(0, len(points), 256):
        steps = points[start : start + 256, None] - sample
        chords = np.linalg.norm(steps, axis=-1)[..., None]
        slopes = values.distance.slope(chords) / np.maximum(chords, 1e-6)
        pulls[start : start + 256] = (slopes * steps).mean(axis=1) * (kernel.sum() / mean)
    rows, weights = kernel_rows(kernel)
    return SwapPlan(
        *(config, shape, order, points, pulls),
        (values.distance.weights / mean).astype(np.float32),
        *(rows, weights, folded_kernel(kernel, shape)),
        tile_corners(
            shape,
            (len(kernel) // 2, kernel.shape[1] // 2),
            _TILE if shape[0] == 1 else _FRAMES_TILE,
        ),
    )


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


def init(plan: SwapPlan, seed: int, indices: np.ndarray | None = None) -> State:
    """Return the start: the given order of the values, or a random one in each frame.

    Args:
        plan: of the whole run.
        seed: of the random order.
        indices: (T, H, W) index of each cell's value in the plan's order.
    """
    if indices is not None:
        return State(indices.astype(np.int32), 0)
    generator = np.random.default_rng(seed)
    frames, cells = plan.shape[0], len(plan.points)
    indices = np.stack([generator.permutation(cells) for _ in range(frames)])
    return State(indices.reshape(plan.shape).astype(np.int32), 0)


def finish(plan: SwapPlan, state: State) -> np.ndarray:
    """Return the index in the value set of each cell: (T, H, W) int64."""
    return plan.order[state.indices]


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
    if state.round < hot:
        temperature = config.hottest * (config.coldest / config.hottest) ** (state.round / hot)
    per_cell = max(1, round(config.proposals / config.rounds))
    generator = np.random.default_rng((seed, state.round))
    tiles = plan.tiles.copy()
    tiles[:, :3] += generator.integers(0, plan.shape)
    tiles[:, 0] %= plan.shape[0]
    seeds = generator.integers(0, 1 << 63, len(tiles), np.uint64)
    indices = state.indices.copy()

    def swap(tile: int) -> int:
        return swap_values_in_tile(
            *(plan.points, plan.pulls, indices, plan.rows, plan.weights, plan.folded),
            *(plan.distance, tiles[tile], seeds[tile], _LOGARITHMS),
            *(per_cell, window, config.local, temperature, config.spreads),
        )

    if len(tiles) == 1:
        kept = swap(0)
    else:
        with ThreadPoolExecutor(min(len(tiles), usable_processors())) as pool:
            kept = sum(pool.map(swap, range(len(tiles))))
    proposed = per_cell * int(tiles[:, 3:].prod(axis=1).sum())
    return State(indices, state.round + 1), Info(float(kept) / proposed)
