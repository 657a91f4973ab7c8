"""Blue, the default method: void-and-cluster followed by rank swaps.

It makes one matrix, a matrix with frames, or one matrix for each channel of a colour image.
"""

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from bluenoise.objective.target import ALL_DISTANCES, FRAMES, start_sigma
from bluenoise.runs.checkpoint import Checkpoint
from bluenoise.runs.options import RunOptions
from dither.color import LUMINANCE_WEIGHTS
from dither.errors import InputError
from dither.matrix.threshold_matrix import ThresholdMatrix
from dither.metrics.temporal import SpaceTime
from dither.metrics.viewing import ViewingFilter, as_filter, has_clusters

if TYPE_CHECKING:
    from bluenoise.methods import swaps
    from bluenoise.methods.rank_swaps import RankSwapConfig

# Up to this many greys most proposals are rejected at once, so more of them cost little.
_FEW_LEVELS = 64
# Their swaps end in a local minimum unless some raise the energy: first temperature, and its largest
# share of the step between two levels.
_HOTTEST, _HOTTEST_STEP = 5e-4, 4.5e-3
# Green noise starts from single pixels; clusters form if swaps may cost at first: temperatures.
_CLUSTERS = (3e-3, 6e-4)


@dataclass(frozen=True)
class Blue:
    """The method blue.

    Attributes:
        viewing: viewing filter of a plane, or its text as for `--viewing-filter` ("gaussian:1.5",
            "panel:NAME"); or a filter of frames in space and time. A filter of a plane is combined with
            `FRAMES.time` for shapes with frames.
        levels: optimise only this many evenly spread greys, including black and white; None for all.
        level_weights: weights of the levels from black to white, as in `level_cdf`.
        coupling: "joint" optimises the matrices of all channels together; "shifted" makes one matrix
            and moves it, which is faster.
    """

    viewing: ViewingFilter | SpaceTime | str = ALL_DISTANCES
    levels: int | None = None
    level_weights: tuple[float, ...] | None = None
    coupling: Literal["joint", "shifted"] = "joint"

    name: ClassVar[str] = "blue"

    def __post_init__(self) -> None:
        if not isinstance(self.viewing, SpaceTime):
            object.__setattr__(self, "viewing", as_filter(self.viewing))
        if self.coupling not in ("joint", "shifted"):
            raise InputError(f"coupling is {self.coupling!r}; it must be joint or shifted")

    def make(
        self, shape: tuple[int, ...], seed: int, channels: int | None, run: RunOptions
    ) -> tuple[ThresholdMatrix, ...]:
        """Make one matrix, or one for each channel, for `bluenoise.generate`."""
        joint = channels if self.coupling == "joint" else None
        config = default_swaps(
            shape,
            viewing=self.viewing,
            levels=self.levels,
            level_weights=self.level_weights,
            channels=joint or 1,
        )
        matrices = _make(shape, config, joint, seed, run)
        return shifted(matrices[0], channels) if channels and not joint else matrices


def blue(
    shape: tuple[int, ...],
    config: "RankSwapConfig | None" = None,
    *,
    seed: int = 0,
    run: RunOptions = RunOptions(),
) -> ThresholdMatrix:
    """Make a matrix by void-and-cluster, then lower its visible error by rank swaps.

    Args:
        shape: rows and columns; or frames, rows and columns.
        config: settings of the swaps; None for `default_swaps`.
        seed: of the start and the swaps.
        run: checkpoint and progress.

    Raises:
        InputError: the checkpoint is of another run, is damaged, or cannot be written.
        KeyboardInterrupt: passed on after the checkpoint is written.
    """
    return _make(shape, config or default_swaps(shape), None, seed, run)[0]


def blue_channels(
    shape: tuple[int, ...],
    config: "RankSwapConfig | None" = None,
    *,
    channels: int = 3,
    seed: int = 0,
    run: RunOptions = RunOptions(),
) -> tuple[ThresholdMatrix, ...]:
    """Make one matrix for each channel of a colour image, so that their dots avoid each other.

    The luminance of greys is about 3 dB smoother than with the same matrix for all channels. Where the
    channels differ, the result looks like that of any other matrices.

    Args:
        shape: rows and columns.
        config: settings of the swaps, whose filter is a `JointChannels` with one weight per channel.
        channels: 2 to 4; three are red, green and blue.
        seed: of the starts and the swaps.
        run: checkpoint and progress.

    Raises:
        InputError: as `blue`.
        KeyboardInterrupt: passed on after the checkpoint is written.
    """
    config = config or default_swaps(shape, channels=channels)
    return _make(shape, config, channels, seed, run)


def shifted(matrix: ThresholdMatrix, channels: int) -> tuple[ThresholdMatrix, ...]:
    """Return the matrix once per channel, each moved along the diagonal of the torus.

    The dots of the channels no longer coincide, which lowers the luminance noise of greys by about
    2.5 dB, as independent matrices do.

    Args:
        matrix: of any shape; frames are all moved alike.
        channels: how many.

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
    viewing: ViewingFilter | SpaceTime | str = ALL_DISTANCES,
    levels: int | None = None,
    level_weights: tuple[float, ...] | None = None,
    channels: int = 1,
) -> "RankSwapConfig":
    """Return the default settings of the swaps.

    A proposal costs several times as much with frames and channels, so there are fewer; the loss is
    below 0.1 dB. Few levels get more.

    Args:
        shape: rows and columns; or frames, rows and columns.
        viewing: as in `Blue`.
        levels: as in `RankSwapConfig`.
        level_weights: as in `RankSwapConfig`.
        channels: matrices made together; 1 for a single one.

    Raises:
        InputError: the filter is one over time, and there are no frames.
    """
    from bluenoise.methods.rank_swaps import RankSwapConfig
    from bluenoise.objective.pair_kernel import JointChannels, plane_filter

    viewing = as_filter(viewing) if isinstance(viewing, str) else viewing
    if isinstance(viewing, SpaceTime):
        if len(shape) == 2:
            raise InputError("a viewing filter over time needs a shape with frames")
        config = RankSwapConfig(viewing, proposals=130)
    elif channels > 1:
        # Red, green and blue by their luminance; other channels, such as inks, equally.
        weights = LUMINANCE_WEIGHTS if channels == 3 else (1 / channels,) * channels
        config = RankSwapConfig(JointChannels(viewing, weights), proposals=300)
    elif len(shape) == 3:
        config = RankSwapConfig(dataclasses.replace(FRAMES, space=viewing), proposals=130)
    else:
        config = RankSwapConfig(viewing)
    config = dataclasses.replace(config, levels=levels, level_weights=level_weights)
    if has_clusters(plane_filter(viewing)):
        return dataclasses.replace(
            config, proposals=2 * config.proposals, hottest=_CLUSTERS[0], coldest=_CLUSTERS[1]
        )
    if levels is None or levels > _FEW_LEVELS:
        return config
    # Few distances make predictions rough, so more of the proposals are computed.
    hottest = min(_HOTTEST, _HOTTEST_STEP / (levels - 1))
    return dataclasses.replace(
        *(config,),
        **{"proposals": 4 * config.proposals, "rounds": 64, "spreads": 4.0, "local": 0.5},
        **{"hottest": hottest, "coldest": hottest / 5},
    )


def _make(
    shape: tuple[int, ...],
    config: "RankSwapConfig",
    channels: int | None,
    seed: int,
    run: RunOptions,
) -> tuple[ThresholdMatrix, ...]:
    """Make the start of each channel, or of the only matrix, and swap its ranks."""
    from bluenoise.methods import rank_swaps, swaps
    from bluenoise.methods.void_and_cluster import void_and_cluster
    from bluenoise.objective.pair_kernel import plane_filter

    count = channels or 1
    plan = rank_swaps.plan_swaps(config, (count, *shape)[-3:])
    frames = config.viewing if isinstance(config.viewing, SpaceTime) else FRAMES
    sigma = start_sigma(plane_filter(config.viewing))
    # Seeds fit 32 bits, so no other run uses those of further channels.
    seeds = [seed + (channel << 32) for channel in range(count)]
    state = rank_swaps.init(
        [void_and_cluster(shape, sigma=sigma, frames=frames, seed=each) for each in seeds]
    )
    sorted_ranks = np.sort(state.indices.reshape(count, -1))

    def unpack(arrays: dict[str, np.ndarray]) -> "swaps.State":
        # Compiled loops do not check their indices.
        if not (np.sort(arrays["ranks"].reshape(count, -1)) == sorted_ranks).all():
            raise InputError("the checkpoint is damaged: its ranks are no permutation")
        return swaps.State(arrays["ranks"], int(arrays["round"]))

    facts = {"method": "blue", "shape": shape, "seed": seed, **vars(config)}
    if channels is not None:
        facts["channels"] = channels
    state = Checkpoint(run.checkpoint, facts).follow(
        lambda state: swaps.trajectory(plan, state, seed),
        state,
        lambda state: {"ranks": state.indices, "round": np.array(state.round)},
        unpack,
        lambda state, info: run.on_progress(
            state.round / config.rounds, f"swaps kept {info.kept:.2%}"
        ),
    )
    return rank_swaps.finish(state, count)
