"""Several independent runs at once, in one compiled program, on one device or several."""

import math
from collections.abc import Callable
from typing import TypeVar

import jax
import numpy as np
from jax import Array
from jax.sharding import Mesh, PartitionSpec

from dither.errors import InputError

# Values of all runs together: more would not fit into the memory of a small machine.
_MOST_VALUES = 1 << 24

State = TypeVar("State")
Info = TypeVar("Info")


def init_restarts(
    init: Callable[[Array], State], shape: tuple[int, int], seed: int, restarts: int
) -> State:
    """The first states of R runs, stacked along a first axis; the same for the same seed.

    Args:
        init: a state from a JAX random key.
        shape: rows and columns of one run.
        seed: an integer from 0 to 2^32 - 1.
        restarts: R, at least 1.

    Raises:
        InputError: the seed is out of range, or there are no restarts or too many for the memory.

    Example:
        >>> init_restarts(lambda key: jax.random.uniform(key, (4, 5)), (4, 5), seed=0, restarts=3).shape
        (3, 4, 5)
    """
    if not 0 <= seed < 1 << 32:
        raise InputError(f"seed is {seed}; it must be from 0 to {(1 << 32) - 1}")
    most = max(1, _MOST_VALUES // math.prod(shape))
    if not 1 <= restarts <= most:
        raise InputError(f"restarts is {restarts}; at this size it must be from 1 to {most}")
    return jax.vmap(init)(jax.random.split(jax.random.key(seed), restarts))


def shard_over_devices(
    walk: Callable[[State], tuple[State, Info]],
) -> Callable[[State], tuple[State, Info]]:
    """The same walk of R restarts, spread over as many of JAX's devices as divide R evenly.

    No restart knows of the others, so nothing is sent between devices. Each device walks fewer restarts
    at once, which compilers may round otherwise: see `docs/machines.md`.

    Args:
        walk: from states stacked along a first axis to such states, and infos along a second one.
    """

    def spread(states: State) -> tuple[State, Info]:
        restarts = len(jax.tree.leaves(states)[0])
        devices = even_share(restarts, len(jax.devices()))
        if devices == 1:
            return walk(states)
        mesh = Mesh(np.array(jax.devices()[:devices]), ("restarts",))
        first, second = PartitionSpec("restarts"), PartitionSpec(None, "restarts")
        # What is the same on all devices is not asked: nothing is.
        across = jax.shard_map(
            walk, mesh=mesh, in_specs=first, out_specs=(first, second), check_vma=False
        )
        return across(states)

    return spread


def even_share(restarts: int, devices: int) -> int:
    """The most devices that restarts spread over evenly.

    Example:
        >>> even_share(8, 4), even_share(6, 4), even_share(7, 4)
        (4, 3, 1)
    """
    return next(count for count in range(devices, 0, -1) if restarts % count == 0)
