"""The front door: a matrix of some size by some method, with progress and a checkpoint.

The methods are imported where they are called: compilers take a second to load.
"""

import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar, get_args

import numpy as np

from bluenoise.checkpoint import Checkpoint, leaves, regrown
from dither.errors import InputError
from dither.matrix import ThresholdMatrix, is_permutation

if TYPE_CHECKING:
    from bluenoise import anneal, optimize, refine
    from bluenoise.anneal import AnnealConfig
    from bluenoise.optimize import OptimizeConfig, Result
    from bluenoise.refine import RefineConfig

States = TypeVar("States")
Infos = TypeVar("Infos")

Method = Literal["blue", "anneal", "void-and-cluster", "spectrum"]
METHODS: tuple[str, ...] = get_args(Method)

# Called with the share done and a word on how it goes; may raise KeyboardInterrupt to stop the run.
OnProgress = Callable[[float, str], None]

SMALLEST_SIDE, LARGEST_SIDE = 4, 512

# The blur of void-and-cluster that leaves the swaps after it the best start: of 1.3 to 1.9, those below
# favour the closest look and those above the middle distance, at the expense of the other.
START_SIGMA = 1.45


def generate(shape: tuple[int, int], *, method: Method = "blue", seed: int = 0) -> ThresholdMatrix:
    """A blue-noise threshold matrix with the method's standard settings.

    Args:
        shape: rows and columns, each from 4 to 512.
        method: "blue" (the best: void-and-cluster, then swaps of ranks), "anneal" (gradient descent
            alone, from noise), "void-and-cluster" (Ulichney 1993; the fastest), or "spectrum"
            (Wronski 2020, as published).
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
        from bluenoise.void_and_cluster import void_and_cluster

        return void_and_cluster(*shape, seed=seed)
    if method == "anneal":
        from bluenoise.anneal import AnnealConfig

        return cool(AnnealConfig(shape), seed=seed).matrix
    if method == "spectrum":
        from bluenoise.optimize import OptimizeConfig

        return descend(OptimizeConfig(shape), seed=seed).matrix
    raise InputError(f"no method is named {method!r}; there are {', '.join(METHODS)}")


def blue(
    shape: tuple[int, int],
    config: "RefineConfig | None" = None,
    *,
    seed: int = 0,
    checkpoint: Path | str | None = None,
    on_progress: OnProgress = lambda share, word: None,
) -> ThresholdMatrix:
    """Void-and-cluster, then swaps of ranks that lower the visible error of all thresholds at once.

    Args:
        shape: rows and columns.
        config: of the swaps: for which viewing filter, and how many; the standard one if not given.
        seed: of both.
        checkpoint: a file to go on from if it exists; left where the run is stopped.
        on_progress: see `OnProgress`.

    Raises:
        InputError: the checkpoint is of another run, is damaged, or cannot be written.
        KeyboardInterrupt: passed on once the checkpoint is written.
    """
    from bluenoise import refine
    from bluenoise.void_and_cluster import void_and_cluster

    config = config or refine.RefineConfig()
    run = {"method": "blue", "shape": shape, "seed": seed, **vars(config)}
    kept = Checkpoint(checkpoint, run)
    state = refine.init(void_and_cluster(*shape, sigma=START_SIGMA, seed=seed))
    state = kept.follow(
        lambda state: refine.trajectory(config, state, seed),
        state,
        _arrays,
        _unpacked,
        lambda state, info: on_progress(state.round / config.rounds, f"swaps kept {info.kept:.2%}"),
    )
    return refine.finish(state)


def _arrays(state: "refine.State") -> dict[str, np.ndarray]:
    return {"ranks": state.ranks, "round": np.array(state.round)}


def _unpacked(arrays: dict[str, np.ndarray]) -> "refine.State":
    from bluenoise import refine

    # Compiled loops do not check their indices.
    if not is_permutation(arrays["ranks"].astype(np.int64)):
        raise InputError("the checkpoint is damaged: its ranks are no permutation")
    return refine.State(arrays["ranks"], int(arrays["round"]))


def descend(
    config: "OptimizeConfig",
    *,
    seed: int = 0,
    restarts: int | None = None,
    checkpoint: Path | str | None = None,
    on_progress: OnProgress = lambda share, word: None,
) -> "Result":
    """The published optimizer, with progress and a checkpoint.

    Args:
        config: what to make.
        seed: an integer from 0 to 2^32 - 1.
        restarts: independent runs at once, the best kept; `optimize.usual_restarts` if not given.
        checkpoint: a file to go on from if it exists; left where the run is stopped.
        on_progress: see `OnProgress`.

    Raises:
        InputError: every restart diverged; or the checkpoint is of another run, is damaged, or cannot
            be written.
        KeyboardInterrupt: passed on once the checkpoint is written.
    """
    from bluenoise import optimize

    states = optimize.start(config, seed, restarts or optimize.usual_restarts(config.shape))

    def tell(states: "optimize.State", infos: "optimize.Info") -> None:
        loss = float(np.nanmin(np.append(infos.loss[-1], np.inf)))
        on_progress(int(states.step[0]) / config.total_steps, f"loss {loss:.2e}")

    walk = functools.partial(optimize.trajectory, config)
    run = {"method": "spectrum", "seed": seed, **vars(config)}
    return optimize.finish(config, _followed(walk, states, checkpoint, run, tell))


def cool(
    config: "AnnealConfig",
    *,
    seed: int = 0,
    restarts: int = 1,
    checkpoint: Path | str | None = None,
    on_progress: OnProgress = lambda share, word: None,
) -> "anneal.Result":
    """The annealed descent, with progress and a checkpoint.

    Args:
        config: what to make.
        seed: an integer from 0 to 2^32 - 1.
        restarts: independent runs at once, the best kept.
        checkpoint: a file to go on from if it exists; left where the run is stopped.
        on_progress: see `OnProgress`.

    Raises:
        InputError: the checkpoint is of another run, is damaged, or cannot be written.
        KeyboardInterrupt: passed on once the checkpoint is written.
    """
    from bluenoise import anneal

    states = anneal.start(config, seed, restarts)

    def tell(states: "anneal.State", infos: "anneal.Info") -> None:
        pull = float(infos.pull[-1].min())
        on_progress(int(states.step[0]) / config.total_steps, f"pull {pull:.2e}")

    walk = functools.partial(anneal.trajectory, config)
    run = {"method": "anneal", "seed": seed, **vars(config)}
    return anneal.finish(config, _followed(walk, states, checkpoint, run, tell))


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
    return kept.follow(walk, states, leaves, functools.partial(regrown, states), tell)


def parse_shape(text: str) -> tuple[int, int]:
    """Rows and columns from "64" or "60x68".

    Raises:
        InputError: the text is no shape, or a side is out of range.

    Example:
        >>> parse_shape("64"), parse_shape("60x68")
        ((64, 64), (60, 68))
    """
    sides = text.lower().split("x")
    if len(sides) > 2 or not all(side.isascii() and side.isdigit() for side in sides):
        raise InputError(f"{text[:40]!r} is no shape; write one as 64 or 64x64")
    # More digits than any allowed side has are cut before they become a number.
    height, width = (int(side[:9]) for side in (sides * 2)[:2])
    check_shape((height, width))
    return height, width


def check_shape(shape: tuple[int, int]) -> None:
    """Raise InputError if there are not two sides from 4 to 512."""
    if len(shape) != 2 or any(not SMALLEST_SIDE <= side <= LARGEST_SIDE for side in shape):
        raise InputError(
            f"shape {'x'.join(map(str, shape))} is out of range; "
            f"each of two sides must be from {SMALLEST_SIDE} to {LARGEST_SIDE}"
        )


def check_seed(seed: int) -> None:
    """Raise InputError if the seed does not fit 32 bits."""
    if not 0 <= seed < 1 << 32:
        raise InputError(f"seed is {seed}; it must be from 0 to {(1 << 32) - 1}")
