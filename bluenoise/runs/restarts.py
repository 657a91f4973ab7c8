"""Restarts: several independent runs as one compiled program, on one device or several."""

import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeVar

import jax
import numpy as np
from jax import Array
from jax.sharding import Mesh, PartitionSpec

from bluenoise.runs.checkpoint import Checkpoint, from_arrays, to_arrays
from bluenoise.runs.distributed import run_distributed
from bluenoise.runs.options import RunOptions, check_seed
from dither.differentiable.compile_notice import explain_waits
from dither.errors import InputError

# Values of all runs together: more would not fit into the memory of a small machine.
_MOST_VALUES = 1 << 24

State = TypeVar("State")
Info = TypeVar("Info")


def run_restarts(
    start: Callable[[Any, int, int], State],
    trajectory: Callable[[Any, State], Iterator[tuple[State, Info]]],
    config: Any,
    seed: int,
    run: RunOptions,
    describe: Callable[[Info], str],
) -> State:
    """Return the last states of R restarts of a gradient descent, R = 1 by default.

    Args:
        start: returns the first states from the config, the seed and R; a function at module level.
        trajectory: yields the states that follow, with a `step` of (R,) integers, and their infos.
        config: frozen dataclass with `name` and `total_steps`.
        seed: an integer from 0 to 2^32 - 1.
        run: options.
        describe: returns the text of the progress report.

    Raises:
        InputError: the seed or R is out of range; R is 1 with jobs or a scheduler; or the checkpoint
            is of another run, is damaged, or cannot be written.
        KeyboardInterrupt: passed on after the checkpoint is written.
    """
    if run.distributed:
        return run_distributed(start, trajectory, config, seed, run)
    explain_waits()
    restarts = run.restarts or 1
    states = start(config, seed, restarts)
    facts = {"method": config.name, "seed": seed, **vars(config), "restarts": restarts}
    # Another version of JAX may round differently, which makes another run.
    facts["jax"] = jax.__version__

    def report(states: Any, infos: Info) -> None:
        run.on_progress(int(states.step[0]) / config.total_steps, describe(infos))

    return Checkpoint(run.checkpoint, facts).follow(
        partial(trajectory, config), states, to_arrays, partial(from_arrays, states), report
    )


def init_restarts(
    init: Callable[[Array], State], shape: tuple[int, int], seed: int, restarts: int
) -> State:
    """Return the first states of R runs, stacked along a first axis.

    Args:
        init: returns a state from a JAX random key.
        shape: rows and columns of one run.
        seed: an integer from 0 to 2^32 - 1.
        restarts: R, at least 1.

    Raises:
        InputError: the seed is out of range, or R is 0 or too large for the memory.

    Example:
        >>> init_restarts(lambda key: jax.random.uniform(key, (4, 5)), (4, 5), seed=0, restarts=3).shape
        (3, 4, 5)
    """
    check_seed(seed)
    most = max(1, _MOST_VALUES // math.prod(shape))
    if not 1 <= restarts <= most:
        raise InputError(f"restarts is {restarts}; at this size it must be from 1 to {most}")
    return jax.vmap(init)(jax.random.split(jax.random.key(seed), restarts))


def shard_over_devices(
    advance: Callable[[State], tuple[State, Info]],
) -> Callable[[State], tuple[State, Info]]:
    """Return `advance` for R restarts, spread over as many of JAX's devices as divide R evenly.

    Restarts are independent, so devices exchange nothing. Each device runs a smaller batch, which
    compilers may round differently: see `docs/machines.md`.

    Args:
        advance: maps states stacked along a first axis to such states, and infos along a second axis.
    """

    def sharded(states: State) -> tuple[State, Info]:
        restarts = len(jax.tree.leaves(states)[0])
        devices = even_share(restarts, len(jax.devices()))
        if devices == 1:
            return advance(states)
        mesh = Mesh(np.array(jax.devices()[:devices]), ("restarts",))
        first, second = PartitionSpec("restarts"), PartitionSpec(None, "restarts")
        # No value is replicated over devices, so there is nothing to check.
        mapped = jax.shard_map(
            advance, mesh=mesh, in_specs=first, out_specs=(first, second), check_vma=False
        )
        return mapped(states)

    return sharded


def even_share(restarts: int, devices: int) -> int:
    """Return the largest number of devices that divides the restarts evenly.

    Example:
        >>> even_share(8, 4), even_share(6, 4), even_share(7, 4)
        (4, 3, 1)
    """
    return next(count for count in range(devices, 0, -1) if restarts % count == 0)
