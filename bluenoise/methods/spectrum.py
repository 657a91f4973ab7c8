"""Gradient descent from uniform noise to a blue-noise matrix, as pure functions of a frozen config.

`init` makes a State, `step` makes the next one, `advance` runs many inside one `lax.scan`, and
`finish` turns the last into a matrix. `optimize_spectrum` is all of it in one call:

    >>> config = SpectrumConfig(shape=(8, 8), steps=50)
    >>> optimize_spectrum(config, seed=0).matrix.shape
    (8, 8)

Source: B. Wronski, "Optimizing blue noise dithering: backpropagation through Fourier transform and
sorting" (2020): the three terms, each scaled by a random factor at every step, and the fine-tune.
"""

import functools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import Array, lax

from bluenoise.objective.losses import histogram_energy, spectral_energy
from bluenoise.objective.target import Distribution, SpectrumTarget, Uniform
from bluenoise.runs.restarts import init_restarts, shard_over_devices
from dither.errors import InputError
from dither.matrix.threshold_matrix import ThresholdMatrix
from dither.metrics.spectrum import power_spectrum

# Each step of the fine-tune closes twice this share of the distance to the wanted quantiles.
_FINE_TUNE_RATE = 0.05
# Below this many cells a single run can end in a poor place, and many cost nothing.
_FEW_CELLS, _RESTARTS_OF_FEW = 128, 32
# Samples of all restarts in one scan: about a tenth of a second between looks at the keyboard.
_CHUNK_SAMPLES = 1 << 20
_LONGEST_CHUNK = 100


@dataclass(frozen=True)
class Adam:
    """Adam (Kingma, Ba 2015) with its published decay rates; the rate is in units of the values."""

    learning_rate: float = 0.01

    def transformation(self, scale: float) -> optax.GradientTransformation:
        """The update rule as optax takes it; Adam needs no `scale`."""
        return optax.adam(self.learning_rate)


@dataclass(frozen=True)
class Momentum:
    """Gradient descent with heavy-ball momentum (Polyak 1964); the rate as in GradientDescent."""

    learning_rate: float = 0.05
    decay: float = 0.9

    def transformation(self, scale: float) -> optax.GradientTransformation:
        """The update rule as optax takes it."""
        return optax.sgd(self.learning_rate * scale, momentum=self.decay)


@dataclass(frozen=True)
class GradientDescent:
    """Plain gradient descent: at rate r the histogram alone draws values by 2 r of their distance."""

    learning_rate: float = 0.25

    def transformation(self, scale: float) -> optax.GradientTransformation:
        """The update rule as optax takes it; `scale` is the number of cells times the variance."""
        return optax.sgd(self.learning_rate * scale)


class LossWeights(NamedTuple):
    """Base weights of the three terms, each at least 0."""

    low_frequency: float = 1.0
    smoothness: float = 1.0
    histogram: float = 1.0


@dataclass(frozen=True)
class SpectrumConfig:
    """All that determines a run, but the seed: numbers only, so hashable and comparable.

    Attributes:
        shape: rows and columns.
        target: the wanted spectrum.
        distribution: the wanted values.
        weights: of the three loss terms.
        random_weights: scale each term by an independent uniform(0, 1) factor at every step.
        optimizer: the update rule.
        steps: of gradient descent on all three terms.
        fine_tune_steps: after them, on the histogram alone.

    Raises:
        InputError: a side is below 2 or a number of steps below 1.
    """

    shape: tuple[int, int]
    target: SpectrumTarget = SpectrumTarget()
    distribution: Distribution = Uniform()
    weights: LossWeights = LossWeights()
    random_weights: bool = True
    optimizer: Adam | Momentum | GradientDescent = Adam()
    steps: int = 1000
    fine_tune_steps: int = 100

    def __post_init__(self) -> None:
        if len(self.shape) != 2 or min(self.shape) < 2:
            raise InputError(f"shape is {self.shape}; it must be two sides of at least 2")
        if self.steps < 1 or self.fine_tune_steps < 0:
            raise InputError(
                f"steps are {self.steps} and {self.fine_tune_steps} more; "
                "they must be at least 1 and 0"
            )

    @property
    def total_steps(self) -> int:
        """Steps of the whole run."""
        return self.steps + self.fine_tune_steps


class State(NamedTuple):
    """What one step hands to the next.

    Attributes:
        values: (H, W) float32.
        optimizer: the update rule's own memory.
        key: the random key of the whole run; a step folds its number into it.
        step: () int32, steps done.
    """

    values: Array
    optimizer: optax.OptState
    key: Array
    step: Array


class Info(NamedTuple):
    """What a step saw before it moved: () float32 each, unweighted but for `loss`."""

    loss: Array
    low_frequency: Array
    smoothness: Array
    histogram: Array


class Result(NamedTuple):
    """A finished run.

    Attributes:
        matrix: the ranks of the values.
        values: (H, W) float32, exactly the quantiles of the wanted distribution.
        scores: (R,) float64, mean squared difference of amplitude between each restart's finished
            spectrum and the target; infinite where it diverged.
    """

    matrix: ThresholdMatrix
    values: np.ndarray
    scores: np.ndarray


def init(config: SpectrumConfig, key: Array) -> State:
    """Uniform noise over the range of the wanted values.

    Args:
        config: the run.
        key: a JAX random key.
    """
    quantiles, scale = _wanted(config)
    values = jax.random.uniform(
        jax.random.fold_in(key, 0), config.shape, jnp.float32, quantiles[0], quantiles[-1]
    )
    memory = config.optimizer.transformation(scale).init(values)
    return State(values, memory, key, jnp.zeros((), jnp.int32))


def step(config: SpectrumConfig, state: State) -> tuple[State, Info]:
    """One step of gradient descent, or of the fine-tune once `config.steps` are done."""
    quantiles, scale = _wanted(config)
    variance = scale / quantiles.size
    weights = jnp.array(config.weights)
    if config.random_weights:
        key = jax.random.fold_in(state.key, state.step + 1)
        weights = weights * jax.random.uniform(key, weights.shape)
    fine_tune = state.step >= config.steps
    weights = jnp.where(fine_tune, jnp.array([0.0, 0.0, 1.0]), weights)

    def loss(values: Array) -> tuple[Array, Array]:
        spectral = spectral_energy(values, config.target, variance)
        terms = jnp.stack([*spectral, histogram_energy(values, jnp.asarray(quantiles), variance)])
        return weights @ terms, terms

    (total, terms), gradient = jax.value_and_grad(loss, has_aux=True)(state.values)
    updates, memory = config.optimizer.transformation(scale).update(gradient, state.optimizer)
    # Drawn in a straight line to their quantiles, the values keep their ranks.
    drawn = -_FINE_TUNE_RATE * scale * gradient
    values = state.values + jnp.where(fine_tune, drawn, jnp.asarray(updates))
    return State(values, memory, state.key, state.step + 1), Info(total, *terms)


def _wanted(config: SpectrumConfig) -> tuple[np.ndarray, float]:
    """The wanted quantiles, float32, and the number of cells times their variance."""
    quantiles = config.distribution.quantiles(math.prod(config.shape))
    return quantiles.astype(np.float32), float(quantiles.size * quantiles.var())


@functools.partial(jax.jit, static_argnums=(0, 2))
def advance(config: SpectrumConfig, states: State, count: int) -> tuple[State, Info]:
    """`count` steps of R restarts at once, in one compiled `lax.scan`.

    Args:
        config: the run.
        states: R states stacked along a first axis.
        count: how many steps.

    Returns:
        The R states after them, and every step's Info as (count, R) arrays.
    """
    each = jax.vmap(functools.partial(step, config))

    def walk(states: State) -> tuple[State, Info]:
        return lax.scan(lambda carried, _: each(carried), states, length=count)

    return shard_over_devices(walk)(states)


def start(config: SpectrumConfig, seed: int, restarts: int = 1) -> State:
    """R independent states stacked along a first axis; the same for the same seed.

    Args:
        config: the run.
        seed: any integer from 0 to 2^32 - 1.
        restarts: how many, at least 1.

    Raises:
        InputError: the seed is out of range, or there are no restarts or too many for the memory.
    """
    return init_restarts(functools.partial(init, config), config.shape, seed, restarts)


def default_restarts(shape: tuple[int, int]) -> int:
    """How many restarts are worth their time: one, but many for a handful of cells.

    Example:
        >>> default_restarts((64, 64)), default_restarts((6, 6))
        (1, 32)
    """
    return 1 if math.prod(shape) >= _FEW_CELLS else _RESTARTS_OF_FEW


def trajectory(config: SpectrumConfig, states: State) -> Iterator[tuple[State, Info]]:
    """The states after each chunk of steps, up to the end of the run.

    Whoever iterates may draw a progress bar, keep the states in a checkpoint, or stop; going on from
    any of the yielded states ends with the same bytes.
    """
    samples = states.values.size
    chunk = max(1, min(_LONGEST_CHUNK, _CHUNK_SAMPLES // samples))
    done = int(states.step[0])
    while done < config.total_steps:
        count = min(chunk, config.total_steps - done)
        states, infos = advance(config, states, count)
        done += count
        yield jax.block_until_ready((states, infos))


def finish(config: SpectrumConfig, states: State) -> Result:
    """Exact quantiles by rank, and of several restarts the one closest to the target spectrum.

    Raises:
        InputError: every restart diverged to infinity.
    """
    quantiles, _ = _wanted(config)
    finished = np.asarray(states.values)
    finite = np.isfinite(finished).all(axis=(1, 2))
    if not finite.any():
        raise InputError(
            f"the descent diverged; a learning rate below {config.optimizer.learning_rate:g} or "
            "smaller weights would hold it"
        )
    scores = np.full(len(finished), np.inf)
    for index in np.flatnonzero(finite):
        exact = quantiles[ThresholdMatrix.from_values(finished[index]).ranks]
        spectrum, wanted = power_spectrum(exact), config.target.power(config.shape)
        scores[index] = np.mean((np.sqrt(spectrum) - np.sqrt(wanted)) ** 2)
    matrix = ThresholdMatrix.from_values(finished[int(scores.argmin())])
    return Result(matrix, quantiles[matrix.ranks], scores)


def optimize_spectrum(config: SpectrumConfig, *, seed: int = 0, restarts: int = 1) -> Result:
    """A whole run without interruption.

    Args:
        config: what to make.
        seed: any integer from 0 to 2^32 - 1; the same seed gives the same bytes on one machine.
        restarts: independent runs at once, of which the best is kept.
    """
    states = start(config, seed, restarts)
    for latest, _ in trajectory(config, states):
        states = latest
    return finish(config, states)
