"""Restarts in separate processes of this machine or on the machines of a Dask scheduler."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar

import numpy as np

from bluenoise.runs.checkpoint import from_arrays, to_arrays
from bluenoise.runs.options import RunOptions
from dither.errors import InputError
from dither.parallel import run_tasks

State = TypeVar("State")
Info = TypeVar("Info")
Config = TypeVar("Config")


def run_distributed(
    start: Callable[[Config, int, int], State],
    trajectory: Callable[[Config, State], Iterator[tuple[State, Info]]],
    config: Config,
    seed: int,
    run: RunOptions,
) -> State:
    """Return the last states of R restarts, each run alone in some process.

    The arguments are those of `restarts.run_restarts`. The bytes do not depend on the number of
    processes or machines if all processors are of one kind.

    Raises:
        InputError: there is only one restart; or see `start` and `dither.parallel.run_tasks`.
    """
    restarts = run.restarts or 1
    if restarts == 1:
        raise InputError("jobs and schedulers share out restarts, and there is one; give more")
    like = start(config, seed, restarts)
    finished: list[dict[str, np.ndarray]] = [{}] * restarts
    done = 0

    def report() -> None:
        run.on_progress(done / restarts, f"{done} of {restarts} restarts")

    one = partial(_one_restart, start, trajectory, config, seed, restarts)
    tasks = run_tasks(one, range(restarts), jobs=run.jobs, scheduler=run.scheduler, poll=report)
    for number, arrays in tasks:
        finished[number] = arrays
        done += 1
        report()
    stacked = {name: np.concatenate([arrays[name] for arrays in finished]) for name in finished[0]}
    return from_arrays(like, stacked)


def _one_restart(
    start: Callable[[Config, int, int], State],
    trajectory: Callable[[Config, State], Iterator[tuple[State, Info]]],
    config: Config,
    seed: int,
    restarts: int,
    number: int,
) -> dict[str, np.ndarray]:
    """Return the arrays of the last state of one restart."""
    import jax

    state = jax.tree.map(lambda leaf: leaf[number : number + 1], start(config, seed, restarts))
    for latest, _ in trajectory(config, state):
        state = latest
    return to_arrays(state)
