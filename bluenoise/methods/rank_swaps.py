"""Rank swaps: lower the visible error of all levels at once by exchanging ranks.

Let M be a matrix of N cells on the torus, b_k = (M < k) its dot pattern of level k, h the viewing
filter's impulse response with sum 1, W its autocorrelation, and E_k the level energy, the mean over the
N cells of ((h * b_k) - k/N)^2. Then, exactly,

    sum over k = 1..N-1 of E_k  =  (N^2 - 1) / (6 N)  -  1/(2 N) sum over x, y of W(x - y) |M(x) - M(y)|

because the sum over k = 1..N-1 of b_k(x) b_k(y) is N - 1 - max(M(x), M(y)). A swap of two ranks changes
the sum on the right only around the two cells, so `swaps` evaluates each from a few hundred cells.
Weighted levels replace M by its cumulative weights (`level_cdf`). Frames use a kernel in space and
time; channels use one kernel per pair of channels.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bluenoise.methods.swaps import State, SwapConfig, SwapPlan, swap_group, trajectory
from bluenoise.objective.pair_kernel import (
    JointChannels,
    coupling_kernel,
    whole_kernel,
    wrap_frames,
)
from bluenoise.objective.target import ALL_DISTANCES, level_cdf
from dither.errors import InputError
from dither.matrix.threshold_matrix import ThresholdMatrix
from dither.metrics.temporal import SpaceTime
from dither.metrics.viewing import ViewingFilter

# Smallest frames, and rows and columns, of a tile.
_TILE = (16, 48)


@dataclass(frozen=True)
class RankSwapConfig(SwapConfig):
    """Settings of the swaps of a matrix, and what its levels count.

    Attributes:
        viewing: filter whose energy is minimised: of a plane, of frames, or of channels together.
        levels: optimise only the patterns of this many evenly spread greys, including black and white;
            None for all. With few levels each gets much better, and ranks between them are arbitrary.
        level_weights: weights of the levels from black to white, as in `level_cdf`.

    Raises:
        InputError: a number is out of range.
    """

    viewing: ViewingFilter | SpaceTime | JointChannels = ALL_DISTANCES
    levels: int | None = None
    level_weights: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.levels is not None and self.levels < 3:
            raise InputError(f"levels is {self.levels}; it must be at least 3")


def plan_swaps(config: RankSwapConfig, shape: tuple[int, ...]) -> SwapPlan:
    """Compute the kernels, the tiles and the heights of the levels of a run.

    Args:
        config: settings of the swaps.
        shape: frames or channels, rows and columns.

    Raises:
        InputError: the level weights cannot be used, or the filter passes every frequency equally.
    """
    if isinstance(config.viewing, JointChannels):
        kernels = coupling_kernel(config.viewing)
    else:
        kernels = whole_kernel(config.viewing)[None]
    # Channels influence each other but swap within themselves, so they take turns.
    planes = shape[0] if len(kernels) == 1 else 1
    turns = tuple(
        swap_group(wrap_frames(kernel, shape[0]), shape, first, planes, _TILE)
        for first, kernel in enumerate(kernels)
    )
    heights = level_cdf(planes * shape[1] * shape[2], config.levels, config.level_weights)
    pulls, mean = _mean_distances(heights.astype(np.float64))
    # Channels are coupled, so the kernel's sum differs from 1 by the share of its centre.
    total = float(turns[0].folded.sum())
    return SwapPlan(
        *(config, turns, heights[:, None]),
        (pulls / mean * total).astype(np.float32)[:, None],
        np.array([1 / mean, 0, 0, 0], np.float32),
        *(float(heights[-1] - heights[0]), len(kernels) == 1),
    )


def _mean_distances(heights: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the slope of each height's mean distance to all heights, and the mean of the distances.

    Args:
        heights: (N,) float64, ascending.

    Example:
        >>> _mean_distances(np.array([0.0, 1.0]))
        (array([-0.5,  0.5]), 0.5)
    """
    count = len(heights)
    below = np.searchsorted(heights, heights, "left")
    above = count - np.searchsorted(heights, heights, "right")
    slopes = (below - above) / count
    return slopes, max(float(2 * (slopes * heights).sum() / count), 1e-300)


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
    for latest, _ in trajectory(plan_swaps(config, state.indices.shape), state, seed):
        state = latest
    return finish(state)[0]


def init(matrices: Sequence[ThresholdMatrix]) -> State:
    """Return the state before the first round: of one matrix, or of one per channel."""
    return State(np.concatenate([matrix.planes for matrix in matrices]).astype(np.int32), 0)


def finish(state: State, count: int = 1) -> tuple[ThresholdMatrix, ...]:
    """Return the matrices of a state, `count` in the order of `init`."""
    parts = np.split(state.indices.astype(np.int64), count)
    return tuple(ThresholdMatrix(part[0] if len(part) == 1 else part) for part in parts)
