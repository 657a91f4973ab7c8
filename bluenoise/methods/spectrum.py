"""Spectrum: gradient descent from uniform noise on the Fourier spectrum and the sorted values.

The optimizer's loss is a weighted sum of three terms; see `weighted_loss`:

    a low_frequency + b smoothness + c sorted_values

At every step each weight is scaled by an independent uniform(0, 1) factor. A fine-tune on the third
term alone then brings the values to their exact quantiles without changing their order.

`start`, `trajectory` and `finish` run the optimizer step by step, for R restarts at once; `init` and
`step` are for one restart. `optimize_spectrum` does all of it:

    >>> config = Spectrum(shape=(8, 8), steps=50)
    >>> optimize_spectrum(config, seed=0).matrix.shape
    (8, 8)

Source: B. Wronski, "Optimizing blue noise dithering: backpropagation through Fourier transform and
sorting" (2020): the three terms, the random factors and the fine-tune.
"""

import dataclasses
import functools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import Array, lax

from bluenoise.methods.update_rules import Adam, GradientDescent, Momentum
from bluenoise.objective.losses import sorted_values_loss, spectrum_loss
from bluenoise.objective.target import (
    Distribution,
    SpectrumTarget,
    UniformDistribution,
    as_distribution,
)
from bluenoise.runs.options import RunOptions
from bluenoise.runs.restarts import init_restarts, run_restarts, shard_over_devices
from dither.errors import InputError
from dither.matrix.threshold_matrix import ThresholdMatrix
from dither.metrics.spectrum import power_spectrum
from dither.wording import sides_text

# Each step of the fine-tune closes twice this fraction of the distance to the quantiles.
_FINE_TUNE_RATE = 0.05
# Below this many cells a single run can end badly, and many runs cost nothing.
_FEW_CELLS, _RESTARTS_OF_FEW = 128, 32
# Samples of all restarts in one scan: about a tenth of a second between checks for Ctrl-C.
_CHUNK_SAMPLES = 1 << 20
_LONGEST_CHUNK = 100


# Update rules by their names of the command line.
_RULES = {"adam": Adam, "momentum": Momentum, "sgd": GradientDescent}


class LossWeights(NamedTuple):
    """Base weights of the three loss terms, each at least 0."""

    low_frequency: float = 1.0
    smoothness: float = 1.0
    histogram: float = 1.0


@dataclass(frozen=True)
class Spectrum:
    """The method spectrum: everything that determines a run, except the seed.

    Attributes:
        shape: rows and columns; `bluenoise.generate` sets it.
        target: target spectrum.
        distribution: target distribution of the values, or its name: "uniform", "triangular" or
            "gaussian".
        weights: base weights of the three loss terms.
        random_weights: scale each term by an independent uniform(0, 1) factor at every step.
        optimizer: update rule, or its name: "adam", "momentum" or "sgd".
        steps: steps of gradient descent on all three terms.
        fine_tune_steps: further steps on the histogram alone.

    Raises:
        InputError: a side is below 2 or a number of steps below 1.
    """

    shape: tuple[int, int] = (64, 64)
    target: SpectrumTarget = SpectrumTarget()
    distribution: Distribution = UniformDistribution()
    weights: LossWeights = LossWeights()
    random_weights: bool = True
    optimizer: Adam | Momentum | GradientDescent = Adam()
    steps: int = 1000
    fine_tune_steps: int = 100

    name: ClassVar[str] = "spectrum"

    def __post_init__(self) -> None:
        object.__setattr__(self, "distribution", as_distribution(self.distribution))
        if isinstance(self.optimizer, str):
            if self.optimizer not in _RULES:
                raise InputError(
                    f"optimizer is {self.optimizer!r}; it must be one of {', '.join(_RULES)}"
                )
            object.__setattr__(self, "optimizer", _RULES[self.optimizer]())
        if len(self.shape) != 2 or min(self.shape) < 2:
            raise InputError(
                f"shape is {sides_text(self.shape)}; it must be two sides of at least 2"
            )
        if self.steps < 1 or self.fine_tune_steps < 0:
            raise InputError(
                f"steps are {self.steps} and {self.fine_tune_steps} of the fine-tune; "
                "they must be at least 1 and 0"
            )

    @property
    def total_steps(self) -> int:
        """Steps of the whole run."""
        return self.steps + self.fine_tune_steps

    def make(
        self, shape: tuple[int, ...], seed: int, channels: int | None, run: RunOptions
    ) -> tuple[ThresholdMatrix, ...]:
        """Make one matrix for `bluenoise.generate`."""
        config = dataclasses.replace(self, shape=shape)
        restarts = run.restarts or default_restarts(config.shape)
        run = dataclasses.replace(run, restarts=restarts)
        return (optimize_spectrum(config, seed=seed, run=run).matrix,)


SpectrumConfig = Spectrum  # former name


class State(NamedTuple):
    """State between two steps.

    Attributes:
        values: (H, W) float32.
        optimizer: memory of the update rule.
        key: random key of the whole run; each step folds its number into it.
        step: () int32, steps done.
    """

    values: Array
    optimizer: optax.OptState
    key: Array
    step: Array


class Info(NamedTuple):
    """Losses before a step: () float32 each; only `loss` is weighted."""

    loss: Array
    low_frequency: Array
    smoothness: Array
    histogram: Array


class Result(NamedTuple):
    """Finished run.

    Attributes:
        matrix: the ranks of the values.
        values: (H, W) float32, exactly the quantiles of the target distribution.
        scores: (R,) float64, mean squared difference of amplitude between each restart's finished
            spectrum and the target; infinite if it diverged.
    """

    matrix: ThresholdMatrix
    values: np.ndarray
    scores: np.ndarray


def init(config: Spectrum, key: Array) -> State:
    """Return uniform noise over the range of the target values; `key` is a JAX random key."""
    quantiles, scale = _target_quantiles(config)
    values = jax.random.uniform(
        jax.random.fold_in(key, 0), config.shape, jnp.float32, quantiles[0], quantiles[-1]
    )
    memory = config.optimizer.transformation(scale).init(values)
    return State(values, memory, key, jnp.zeros((), jnp.int32))


def weighted_loss(config: Spectrum, values: Array, weights: Array) -> tuple[Array, Array]:
    """Return the optimizer's loss and its three terms before weighting.

    Args:
        config: of the run.
        values: (H, W) float32.
        weights: (3,) float32, of low frequencies, smoothness and sorted values.
    """
    quantiles, scale = _target_quantiles(config)
    variance = scale / quantiles.size
    low_frequency, smoothness = spectrum_loss(values, config.target, variance)
    histogram = sorted_values_loss(values, jnp.asarray(quantiles), variance)
    terms = jnp.stack([low_frequency, smoothness, histogram])
    return weights @ terms, terms


def step(config: Spectrum, state: State) -> tuple[State, Info]:
    """Take one step of gradient descent, or of the fine-tune once `config.steps` are done."""
    _, scale = _target_quantiles(config)
    weights = jnp.array(config.weights)
    if config.random_weights:
        key = jax.random.fold_in(state.key, state.step + 1)
        weights = weights * jax.random.uniform(key, weights.shape)
    fine_tune = state.step >= config.steps
    weights = jnp.where(fine_tune, jnp.array([0.0, 0.0, 1.0]), weights)
    (loss, terms), gradient = jax.value_and_grad(
        lambda values: weighted_loss(config, values, weights), has_aux=True
    )(state.values)
    updates, memory = config.optimizer.transformation(scale).update(gradient, state.optimizer)
    # Moving straight towards their quantiles, the values keep their order.
    to_quantiles = -_FINE_TUNE_RATE * scale * gradient
    values = state.values + jnp.where(fine_tune, to_quantiles, jnp.asarray(updates))
    return State(values, memory, state.key, state.step + 1), Info(loss, *terms)


def _target_quantiles(config: Spectrum) -> tuple[np.ndarray, float]:
    """Return the target quantiles, float32, and the number of cells times their variance."""
    quantiles = config.distribution.quantiles(math.prod(config.shape))
    return quantiles.astype(np.float32), float(quantiles.size * quantiles.var())


@functools.partial(jax.jit, static_argnums=(0, 2))
def advance(config: Spectrum, states: State, count: int) -> tuple[State, Info]:
    """Run `count` steps of R restarts at once, in one compiled `lax.scan`.

    Args:
        config: of the run.
        states: R states stacked along a first axis.
        count: number of steps.

    Returns:
        The R states after them, and every step's Info as (count, R) arrays.
    """
    step_each = jax.vmap(functools.partial(step, config))

    def scan(states: State) -> tuple[State, Info]:
        return lax.scan(lambda carried, _: step_each(carried), states, length=count)

    return shard_over_devices(scan)(states)


def start(config: Spectrum, seed: int, restarts: int = 1) -> State:
    """Return R independent first states, stacked along a first axis.

    Raises:
        InputError: the seed is out of range, or R is 0 or too large for the memory.
    """
    return init_restarts(functools.partial(init, config), config.shape, seed, restarts)


def default_restarts(shape: tuple[int, int]) -> int:
    """Return 1, or 32 for fewer than 128 cells.

    Example:
        >>> default_restarts((64, 64)), default_restarts((6, 6))
        (1, 32)
    """
    return 1 if math.prod(shape) >= _FEW_CELLS else _RESTARTS_OF_FEW


def trajectory(config: Spectrum, states: State) -> Iterator[tuple[State, Info]]:
    """Yield the states after each chunk of steps, to the end; a run may resume from any of them."""
    chunk = max(1, min(_LONGEST_CHUNK, _CHUNK_SAMPLES // states.values.size))
    done = int(states.step[0])
    while done < config.total_steps:
        count = min(chunk, config.total_steps - done)
        states, infos = advance(config, states, count)
        done += count
        yield jax.block_until_ready((states, infos))


def finish(config: Spectrum, states: State) -> Result:
    """Replace values by exact quantiles and return the restart closest to the target spectrum.

    Raises:
        InputError: every restart diverged to infinity.
    """
    quantiles, _ = _target_quantiles(config)
    finished = np.asarray(states.values)
    finite = np.isfinite(finished).all(axis=(1, 2))
    if not finite.any():
        raise InputError(
            "the descent diverged; use a learning rate below "
            f"{config.optimizer.learning_rate:g} or smaller weights"
        )
    target_amplitude = np.sqrt(config.target.power(config.shape))
    scores = np.full(len(finished), np.inf)
    for index in np.flatnonzero(finite):
        exact = quantiles[ThresholdMatrix.from_values(finished[index]).ranks]
        scores[index] = np.mean((np.sqrt(power_spectrum(exact)) - target_amplitude) ** 2)
    matrix = ThresholdMatrix.from_values(finished[int(scores.argmin())])
    return Result(matrix, quantiles[matrix.ranks], scores)


def optimize_spectrum(config: Spectrum, *, seed: int = 0, run: RunOptions = RunOptions()) -> Result:
    """Run the published optimizer.

    Args:
        config: what to make.
        seed: an integer from 0 to 2^32 - 1; the same seed gives the same bytes on one machine.
        run: checkpoint, restarts (1 by default; see `default_restarts`), processes and progress.

    Raises:
        InputError: every restart diverged; or see `runs.restarts.run_restarts`.
        KeyboardInterrupt: passed on after the checkpoint is written.
    """
    return finish(config, run_restarts(start, trajectory, config, seed, run, _describe))


def _describe(infos: Info) -> str:
    return f"loss {float(np.nanmin(np.append(infos.loss[-1], np.inf))):.2e}"
