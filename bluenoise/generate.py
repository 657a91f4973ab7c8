"""The front door: a matrix of some size by some method, with progress and a checkpoint.

The methods are imported where they are called: compilers take a second to load.
"""

import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args

import numpy as np

from bluenoise.methods.blue import blue
from bluenoise.runs.checkpoint import Checkpoint, OnProgress, from_arrays, to_arrays
from bluenoise.runs.distributed import run_distributed
from dither.errors import InputError
from dither.matrix.threshold_matrix import ThresholdMatrix

if TYPE_CHECKING:
    from bluenoise.methods import anneal
    from bluenoise.methods.anneal import AnnealConfig
    from bluenoise.methods.spectrum import Result, SpectrumConfig

States = TypeVar("States")
Infos = TypeVar("Infos")

Method = Literal["blue", "anneal", "void-and-cluster", "spectrum"]
METHODS: tuple[str, ...] = get_args(Method)

SMALLEST_SIDE, LARGEST_SIDE = 4, 512
MOST_FRAMES = 256
# Of frames together: more would take hours.
MOST_CELLS = 1 << 22


def generate(shape: tuple[int, ...], *, method: Method = "blue", seed: int = 0) -> ThresholdMatrix:
    """A blue-noise threshold matrix with the method's standard settings.

    Args:
        shape: rows and columns, each from 4 to 512; before them 2 to 256 frames for a matrix that is
            blue over time as well.
        method: "blue" (the best: void-and-cluster, then swaps of ranks), "anneal" (gradient descent
            alone, from noise), "void-and-cluster" (Ulichney 1993; the fastest), or "spectrum"
            (Wronski 2020, as published). The first and third make frames.
        seed: an integer from 0 to 2^32 - 1; the same seed gives the same bytes.

    Raises:
        InputError: a side, the method or the seed is out of range.

    Example:
        >>> generate((8, 8), seed=3).shape
        (8, 8)
    """
    check_shape(shape)
    check_seed(seed)
    if method == "blue":
        return blue(shape, seed=seed)
    if method == "void-and-cluster":
        from bluenoise.methods.void_and_cluster import default_sigma, void_and_cluster

        return void_and_cluster(shape, sigma=default_sigma(shape), seed=seed)
    if method in ("anneal", "spectrum") and len(shape) != 2:
        raise InputError(f"the method {method} makes no frames; blue and void-and-cluster do")
    if method == "anneal":
        from bluenoise.methods.anneal import AnnealConfig

        return cool(AnnealConfig((shape[0], shape[1])), seed=seed).matrix
    if method == "spectrum":
        from bluenoise.methods.spectrum import SpectrumConfig

        return descend(SpectrumConfig((shape[0], shape[1])), seed=seed).matrix
    raise InputError(f"no method is named {method!r}; there are {', '.join(METHODS)}")


def descend(
    config: "SpectrumConfig",
    *,
    seed: int = 0,
    restarts: int | None = None,
    checkpoint: Path | str | None = None,
    jobs: int | None = None,
    scheduler: str | None = None,
    on_progress: OnProgress = lambda share, word: None,
) -> "Result":
    """The published optimizer, with progress and a checkpoint.

    Args:
        config: what to make.
        seed: an integer from 0 to 2^32 - 1.
        restarts: independent runs at once, the best kept; `optimize.default_restarts` if not given.
        checkpoint: a file to go on from if it exists; left where the run is stopped.
        jobs: processes of this machine, each with a restart by itself; without a checkpoint.
        scheduler: or the address of a Dask scheduler whose machines take one restart after the other.
        on_progress: see `OnProgress`.

    Raises:
        InputError: every restart diverged; or the checkpoint is of another run, is damaged, or cannot
            be written.
        KeyboardInterrupt: passed on once the checkpoint is written.
    """
    from bluenoise.methods import spectrum

    restarts = restarts or spectrum.default_restarts(config.shape)
    states = _last_states(
        (spectrum.start, spectrum.trajectory, config),
        lambda infos: f"loss {float(np.nanmin(np.append(infos.loss[-1], np.inf))):.2e}",
        method="spectrum",
        seed=seed,
        restarts=restarts,
        checkpoint=checkpoint,
        jobs=jobs,
        scheduler=scheduler,
        on_progress=on_progress,
    )
    return spectrum.finish(config, states)


def cool(
    config: "AnnealConfig",
    *,
    seed: int = 0,
    restarts: int = 1,
    checkpoint: Path | str | None = None,
    jobs: int | None = None,
    scheduler: str | None = None,
    on_progress: OnProgress = lambda share, word: None,
) -> "anneal.Result":
    """The annealed descent, with progress and a checkpoint.

    Args:
        config: what to make.
        seed: an integer from 0 to 2^32 - 1.
        restarts: independent runs at once, the best kept.
        checkpoint: a file to go on from if it exists; left where the run is stopped.
        jobs: processes of this machine, each with a restart by itself; without a checkpoint.
        scheduler: or the address of a Dask scheduler whose machines take one restart after the other.
        on_progress: see `OnProgress`.

    Raises:
        InputError: the checkpoint is of another run, is damaged, or cannot be written.
        KeyboardInterrupt: passed on once the checkpoint is written.
    """
    from bluenoise.methods import anneal

    states = _last_states(
        (anneal.start, anneal.trajectory, config),
        lambda infos: f"pull {float(infos.pull[-1].min()):.2e}",
        method="anneal",
        seed=seed,
        restarts=restarts,
        checkpoint=checkpoint,
        jobs=jobs,
        scheduler=scheduler,
        on_progress=on_progress,
    )
    return anneal.finish(config, states)


def _last_states(
    descent: tuple[Callable, Callable, Any],
    word: Callable[[Any], str],
    *,
    method: str,
    seed: int,
    restarts: int,
    checkpoint: Path | str | None,
    jobs: int | None,
    scheduler: str | None,
    on_progress: OnProgress,
) -> Any:
    """Where the restarts of a descent end; `word` tells of its Infos.

    A descent is what starts it, what walks on, and its config.
    """
    start, trajectory, config = descent
    if jobs is not None or scheduler is not None:
        _check_apart(restarts, checkpoint)
        return run_distributed(
            *descent,
            seed=seed,
            restarts=restarts,
            jobs=jobs,
            scheduler=scheduler,
            on_progress=on_progress,
        )

    def tell(states: Any, infos: Any) -> None:
        on_progress(int(states.step[0]) / config.total_steps, word(infos))

    walk = functools.partial(trajectory, config)
    run = {"method": method, "seed": seed, **vars(config)}
    return _followed(walk, start(config, seed, restarts), checkpoint, run, tell)


def _check_apart(restarts: int, checkpoint: Path | str | None) -> None:
    if restarts == 1:
        raise InputError("jobs and schedulers share out restarts, and there is one; give more")
    if checkpoint is not None:
        raise InputError("a checkpoint is of restarts in one process; leave out jobs and scheduler")


def _followed(
    walk: Callable[[States], Iterator[tuple[States, Infos]]],
    states: States,
    checkpoint: Path | str | None,
    run: dict[str, object],
    tell: Callable[[States, Infos], None],
) -> States:
    """The last states of a JAX run; with another JAX, or other restarts, it would be another run."""
    import jax

    # Restarts are stacked along the first axis of every array.
    restarts = len(jax.tree.leaves(states)[0])
    kept = Checkpoint(checkpoint, {**run, "restarts": restarts, "jax": jax.__version__})
    return kept.follow(walk, states, to_arrays, functools.partial(from_arrays, states), tell)


def parse_shape(text: str) -> tuple[int, ...]:
    """Rows and columns, after the number of frames if there is one: "64", "60x68" or "16x64x64".

    Raises:
        InputError: the text is no shape, or a side is out of range.

    Example:
        >>> parse_shape("64"), parse_shape("60x68"), parse_shape("16x64x64")
        ((64, 64), (60, 68), (16, 64, 64))
    """
    sides = text.lower().split("x")
    if len(sides) > 3 or not all(side.isascii() and side.isdigit() for side in sides):
        raise InputError(
            f"{text[:40]!r} is no shape; write one as 64, 64x64, or 16x64x64 with frames"
        )
    # More digits than any allowed side has are cut before they become a number.
    numbers = tuple(int(side[:9]) for side in sides)
    shape = numbers * 2 if len(numbers) == 1 else numbers
    check_shape(shape)
    return shape


def check_shape(shape: tuple[int, ...]) -> None:
    """Raise InputError if there are not two sides from 4 to 512, or 2 to 256 frames before them."""
    sides, text = shape[-2:], "x".join(map(str, shape))
    if len(sides) != 2 or any(not SMALLEST_SIDE <= side <= LARGEST_SIDE for side in sides):
        raise InputError(
            f"shape {text} is out of range; "
            f"each of two sides must be from {SMALLEST_SIDE} to {LARGEST_SIDE}"
        )
    if len(shape) > 3 or (len(shape) == 3 and not 2 <= shape[0] <= MOST_FRAMES):
        raise InputError(f"shape {text} has {shape[0]} frames; 2 to {MOST_FRAMES} can be made")
    if int(np.prod(shape)) > MOST_CELLS:
        raise InputError(
            f"shape {text} has {np.prod(shape)} cells; at most {MOST_CELLS} can be made"
        )


def check_seed(seed: int) -> None:
    """Raise InputError if the seed does not fit 32 bits."""
    if not 0 <= seed < 1 << 32:
        raise InputError(f"seed is {seed}; it must be from 0 to {(1 << 32) - 1}")
