"""The optimizer as one would first write it: a Python loop, jax.grad and jnp.sort."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from bluenoise.methods.spectrum import Spectrum, State
from dither.metrics.spectrum import frequencies


def loss_terms(values: jax.Array, config: Spectrum) -> jax.Array:
    """Low frequencies, smoothness and histogram, over the full spectrum."""
    cells = values.size
    quantiles = config.distribution.quantiles(cells)
    frequency = frequencies(config.shape)
    power = jnp.abs(jnp.fft.fft2(values - values.mean())) ** 2 / (cells * quantiles.var())
    amplitude = jnp.sqrt(power + 1e-12)
    wanted = np.sqrt(config.target.power(config.shape))
    high = frequency >= config.target.cutoff
    low = (frequency > 0) & ~high
    return jnp.stack(
        [
            jnp.sum(jnp.where(low, power, 0)) / cells,
            jnp.sum(jnp.where(high, (amplitude / np.where(high, wanted, 1) - 1) ** 2, 0)) / cells,
            jnp.mean((jnp.sort(values.ravel()) - quantiles) ** 2) / quantiles.var(),
        ]
    )


def plain_step(config: Spectrum, compile_gradient: bool) -> Callable[[State], State]:
    """One step of the descent proper; the gradient compiled or, as written, one call a primitive."""
    quantiles = config.distribution.quantiles(config.shape[0] * config.shape[1])
    rule = config.optimizer.transformation(float(quantiles.size * quantiles.var()))

    def loss(values: jax.Array, weights: jax.Array) -> jax.Array:
        return weights @ loss_terms(values, config)

    gradient: Any = jax.jit(jax.grad(loss)) if compile_gradient else jax.grad(loss)

    def step(state: State) -> State:
        weights = jnp.array(config.weights)
        if config.random_weights:
            key = jax.random.fold_in(state.key, state.step + 1)
            weights = weights * jax.random.uniform(key, (3,))
        updates, memory = rule.update(gradient(state.values, weights), state.optimizer)
        values = state.values + jnp.asarray(updates)
        return State(values, memory, state.key, state.step + 1)

    return step


def in_a_loop(step: Callable[[State], State], state: State, count: int) -> State:
    """The same step from Python, `count` times."""
    for _ in range(count):
        state = step(state)
    return state
