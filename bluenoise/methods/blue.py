"""The best composition: void-and-cluster, then swaps of ranks on the error of all thresholds at once.

It makes a matrix, one with frames, or one for each channel of a colour image.
"""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bluenoise.objective.target import ALL_DISTANCES, FRAMES
from bluenoise.runs.checkpoint import Checkpoint, OnProgress
from dither.color import LUMINANCE_WEIGHTS
from dither.errors import InputError
from dither.matrix.threshold_matrix import ThresholdMatrix
from dither.metrics.temporal import SpaceTime
from dither.metrics.viewing import ViewingFilter

if TYPE_CHECKING:
    from bluenoise.methods import rank_swaps
    from bluenoise.methods.rank_swaps import RankSwapConfig

# The blur of void-and-cluster that leaves the swaps after it the best start: of 1.3 to 1.9, those below
# favour the closest look and those above the middle distance, at the expense of the other.
START_SIGMA = 1.45
# Up to this many greys most proposals are settled at a glance, so more of them cost little.
_FEW_LEVELS = 64


def blue(
    shape: tuple[int, ...],
    config: "RankSwapConfig | None" = None,
    *,
    seed: int = 0,
    checkpoint: Path | str | None = None,
    on_progress: OnProgress = lambda share, word: None,
) -> ThresholdMatrix:
    """Void-and-cluster, then swaps of ranks that lower the visible error of all thresholds at once.

    Args:
        shape: rows and columns, before them the number of frames if there are any.
        config: of the swaps: for which filter, and how many; `default_swaps` if not given.
        seed: of both.
        checkpoint: a file to go on from if it exists; left where the run is stopped.
        on_progress: see `OnProgress`.

    Raises:
        InputError: the checkpoint is of another run, is damaged, or cannot be written.
        KeyboardInterrupt: passed on once the checkpoint is written.
    """
    from bluenoise.methods import rank_swaps
    from bluenoise.methods.void_and_cluster import void_and_cluster

    config = config or default_swaps(shape)
    frames = config.viewing if isinstance(config.viewing, SpaceTime) else FRAMES
    start = void_and_cluster(shape, sigma=START_SIGMA, frames=frames, seed=seed)
    run = {"method": "blue", "shape": shape, "seed": seed, **vars(config)}
    return rank_swaps.finish(_swapped(config, rank_swaps.init(start), checkpoint, run, on_progress))


def blue_channels(
    shape: tuple[int, ...],
    config: "RankSwapConfig | None" = None,
    *,
    channels: int = 3,
    seed: int = 0,
    checkpoint: Path | str | None = None,
    on_progress: OnProgress = lambda share, word: None,
) -> tuple[ThresholdMatrix, ...]:
    """A matrix for each channel of a colour image, made together: their dots avoid each other.

    On greys the luminance then is smoother than with one matrix for all channels, by about 3 dB. Where
    the channels differ they look as with any other matrices.

    Args:
        shape: rows and columns.
        config: of the swaps; its filter a `JointChannels` of as many weights as there are channels.
        channels: 2 to 4; three are red, green and blue.
        seed: of start and swaps.
        checkpoint: as in `blue`.
        on_progress: see `OnProgress`.

    Raises:
        InputError: as `blue`.
        KeyboardInterrupt: passed on once the checkpoint is written.
    """
    from bluenoise.methods import rank_swaps
    from bluenoise.methods.void_and_cluster import void_and_cluster

    config = config or default_swaps(shape, channels=channels)
    # Seeds fit 32 bits, so each channel has one that no other run has.
    starts = [
        void_and_cluster(shape, sigma=START_SIGMA, seed=seed + (channel << 32))
        for channel in range(channels)
    ]
    run = {"method": "blue", "channels": channels, "shape": shape, "seed": seed, **vars(config)}
    state = _swapped(config, rank_swaps.init_channels(starts), checkpoint, run, on_progress)
    return rank_swaps.finish_channels(state)


def shifted(matrix: ThresholdMatrix, channels: int) -> tuple[ThresholdMatrix, ...]:
    """The same matrix for each channel, moved along the diagonal of the torus.

    The channels' dots no longer coincide: on greys the luminance noise falls by about 2.5 dB, what
    independent matrices would give.

    Example:
        >>> [m.ranks.tolist() for m in shifted(ThresholdMatrix(np.array([[0, 1], [2, 3]])), 2)]
        [[[0, 1], [2, 3]], [[3, 2], [1, 0]]]
    """
    height, width = matrix.shape[-2:]
    return tuple(
        ThresholdMatrix(
            np.roll(matrix.ranks, (c * height // channels, c * width // channels), (-2, -1))
        )
        for c in range(channels)
    )


def default_swaps(
    shape: tuple[int, ...],
    *,
    viewing: ViewingFilter = ALL_DISTANCES,
    levels: int | None = None,
    level_weights: tuple[float, ...] | None = None,
    channels: int = 1,
) -> "RankSwapConfig":
    """The standard settings of the swaps for a matrix, for one with frames, and for channels.

    Frames and channels cost several times as much a proposal; what fewer lose is within 0.1 dB.

    Args:
        shape: rows and columns, before them the number of frames if there are any.
        viewing: how each plane is seen.
        levels: as in `RankSwapConfig`.
        level_weights: as in `RankSwapConfig`.
        channels: made together; 1 for a matrix.
    """
    from bluenoise.methods.rank_swaps import RankSwapConfig
    from bluenoise.objective.pair_kernel import JointChannels

    if channels > 1:
        # Red, green and blue by their luminance; inks, say, alike.
        weights = LUMINANCE_WEIGHTS if channels == 3 else (1 / channels,) * channels
        config = RankSwapConfig(JointChannels(viewing, weights), proposals=200)
    elif len(shape) == 3:
        config = RankSwapConfig(dataclasses.replace(FRAMES, space=viewing), proposals=100)
    else:
        config = RankSwapConfig(viewing)
    config = dataclasses.replace(config, levels=levels, level_weights=level_weights)
    if levels is None or levels > _FEW_LEVELS:
        return config
    return dataclasses.replace(config, proposals=4 * config.proposals, rounds=64, tolerance=0.0015)


def _swapped(
    config: "RankSwapConfig",
    state: "rank_swaps.State",
    checkpoint: Path | str | None,
    run: dict[str, object],
    on_progress: OnProgress,
) -> "rank_swaps.State":
    """The last state of the swaps, followed with progress and a checkpoint."""
    from bluenoise.methods import rank_swaps

    shares = np.sort(state.ranks, axis=None)

    def unpacked(arrays: dict[str, np.ndarray]) -> "rank_swaps.State":
        # Compiled loops do not check their indices.
        if not (np.sort(arrays["ranks"], axis=None) == shares).all():
            raise InputError("the checkpoint is damaged: its ranks are no permutation")
        return rank_swaps.State(arrays["ranks"], int(arrays["round"]))

    return Checkpoint(checkpoint, run).follow(
        lambda state: rank_swaps.trajectory(config, state, int(str(run["seed"]))),
        state,
        lambda state: {"ranks": state.ranks, "round": np.array(state.round)},
        unpacked,
        lambda state, info: on_progress(state.round / config.rounds, f"swaps kept {info.kept:.2%}"),
    )
