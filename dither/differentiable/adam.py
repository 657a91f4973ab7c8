"""Adam: steps along the mean slope, divided by the root of the mean squared slope.

It is written out here because its formula is shorter than the set-up of a library's optimizer, and the
compiled step is smaller.

Source: D. Kingma and J. Ba, "Adam: a method for stochastic optimization" (2015), algorithm 1; I.
Loshchilov and F. Hutter, "SGDR: stochastic gradient descent with warm restarts" (2017), equation 5
without restarts, for the rates.
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.typing import ArrayLike

from dither.differentiable.config import ADAM_DECAYS

# Keeps the quotient finite where all slopes were 0.
_EPSILON = 1e-8


class Moments(NamedTuple):
    """Running means, each in the shape of the parameters.

    Attributes:
        means: of the slopes.
        squares: of the squared slopes.
    """

    means: Any
    squares: Any


def first_moments(parameters: Any) -> Moments:
    """Return moments of 0 for parameters, a tree of arrays."""
    zeros = jax.tree.map(lambda part: np.zeros(part.shape, np.float32), parameters)
    return Moments(zeros, zeros)


def adam_updates(slopes: Any, moments: Moments, step: ArrayLike) -> tuple[Any, Moments]:
    """Return the updates to subtract, each about -1 to 1 before its rate, and the new moments.

    Args:
        slopes: tree of arrays, the derivatives of the loss.
        moments: those before.
        step: number of steps done before, 0 or more.
    """
    first, second = ADAM_DECAYS
    means = jax.tree.map(lambda old, new: first * old + (1 - first) * new, moments.means, slopes)
    squares = jax.tree.map(
        lambda old, new: second * old + (1 - second) * new**2, moments.squares, slopes
    )
    # Means that start at 0 are too small at first.
    done = jnp.asarray(step, jnp.float32) + 1
    mean_scale, square_scale = 1 / (1 - first**done), 1 / (1 - second**done)
    updates = jax.tree.map(
        lambda mean, square: mean * mean_scale / (jnp.sqrt(square * square_scale) + _EPSILON),
        *(means, squares),
    )
    return updates, Moments(means, squares)


def cosine_decay(step: ArrayLike, steps: ArrayLike) -> Array:
    """Return the factor of the rates at a step: 1 at the first, falling to 0 after the last."""
    return 0.5 + 0.5 * jnp.cos(jnp.pi * jnp.asarray(step, jnp.float32) / steps)
