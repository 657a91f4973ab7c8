"""Several independent runs at once."""

import math
from collections.abc import Callable
from typing import TypeVar

import jax
from jax import Array

from dither.errors import InputError

# Values of all runs together: more would not fit into the memory of a small machine.
_MOST_VALUES = 1 << 24

State = TypeVar("State")


def restarted(
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
        >>> restarted(lambda key: jax.random.uniform(key, (4, 5)), (4, 5), seed=0, restarts=3).shape
        (3, 4, 5)
    """
    if not 0 <= seed < 1 << 32:
        raise InputError(f"seed is {seed}; it must be from 0 to {(1 << 32) - 1}")
    most = max(1, _MOST_VALUES // math.prod(shape))
    if not 1 <= restarts <= most:
        raise InputError(f"restarts is {restarts}; at this size it must be from 1 to {most}")
    return jax.vmap(init)(jax.random.split(jax.random.key(seed), restarts))
