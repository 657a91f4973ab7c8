"""Mixtures of palette colours as logits: logarithms of probability up to a constant."""

from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import Array

from dither.color import array_namespace
from dither.differentiable.distances import Distance, product

# Below exp(-30) of the largest probability all are equal; a colour can still come back from there.
MIN_LOGIT = -30.0


def first_logits(targets: Any, colors: Any, temperature: float) -> Any:
    """Return (..., K) logits that fall with the squared distance of (..., 3) targets to K colours."""
    in_numpy = array_namespace(targets) is np
    products = targets @ colors.T if in_numpy else product(targets, colors.T)
    # The square of the target is left out: it is the same for all colours.
    near = 2 * products - (colors**2).sum(axis=-1)
    return bounded(near / temperature)


def bounded(logits: Any, axis: int = -1) -> Any:
    """Return equivalent logits, 0 for each point's largest and at least -30; colours along `axis`."""
    below = logits - logits.max(axis=axis, keepdims=True)
    return array_namespace(logits).maximum(below, MIN_LOGIT)


def mixture_scatter(
    distance: Distance, probabilities: Array, colors: Array, center: Array
) -> Array:
    """Return the mean weighted squared distance of each mixture's colours to a centre.

    Args:
        distance: weights of the coordinates, as its `scatter`.
        probabilities: (..., K).
        colors: (K, 3) coordinates.
        center: (..., 3) coordinates.

    Returns:
        (...) float32.
    """
    # sum p |c - m|^2, expanded, so that no array of three times the probabilities' size is needed.
    weights = jnp.asarray(distance.scatter)
    squares = product(probabilities, jnp.sum(weights * colors**2, axis=-1))
    return squares - jnp.sum(
        weights * center * (2 * product(probabilities, colors) - center), axis=-1
    )
