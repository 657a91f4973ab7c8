"""Independent runs, each by itself: on processors of this machine, or machines of a scheduler."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar

import numpy as np

from bluenoise.runs.checkpoint import OnProgress, from_arrays, to_arrays
from dither.parallel import run_tasks

State = TypeVar("State")
Info = TypeVar("Info")
Config = TypeVar("Config")


def run_distributed(
    start: Callable[[Config, int, int], State],
    trajectory: Callable[[Config, State], Iterator[tuple[State, Info]]],
    config: Config,
    *,
    seed: int,
    restarts: int,
    jobs: int | None,
    scheduler: str | None,
    on_progress: OnProgress,
) -> State:
    """The last states of R runs, each by itself in a process of this machine or of a scheduler's.

    However many processes there are, and wherever, the bytes are the same on processors of one kind.

    Args:
        start: the first states from a config, a seed and the number of restarts, by a module's name.
        trajectory: the states that follow; likewise.
        config: of the run.
        seed: an integer from 0 to 2^32 - 1.
        restarts: R.
        jobs: as in `dither.parallel.run_tasks`.
        scheduler: likewise.
        on_progress: called with the share done and a word; may raise KeyboardInterrupt.

    Raises:
        InputError: as `restarted` and `run_tasks`.
    """
    like = start(config, seed, restarts)
    ended: list[dict[str, np.ndarray]] = [{}] * restarts
    done = 0

    def tell() -> None:
        on_progress(done / restarts, f"{done} of {restarts} restarts")

    one = partial(_one_run, start, trajectory, config, seed, restarts)
    for number, arrays in run_tasks(
        one, range(restarts), jobs=jobs, scheduler=scheduler, poll=tell
    ):
        ended[number] = arrays
        done += 1
        tell()
    together = {name: np.concatenate([arrays[name] for arrays in ended]) for name in ended[0]}
    return from_arrays(like, together)


def _one_run(
    start: Callable[[Config, int, int], State],
    trajectory: Callable[[Config, State], Iterator[tuple[State, Info]]],
    config: Config,
    seed: int,
    restarts: int,
    number: int,
) -> dict[str, np.ndarray]:
    """The arrays of the last state of one of the restarts."""
    import jax

    every = start(config, seed, restarts)
    state = jax.tree.map(lambda leaf: leaf[number : number + 1], every)
    for latest, _ in trajectory(config, state):
        state = latest
    return to_arrays(state)
