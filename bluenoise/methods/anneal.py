"""Anneal: gradient descent on the pair energy, from the Fourier loss to the error of all thresholds.

`losses.pair_energy` smooths the distance of two values within epsilon. While epsilon is wider than the
values, the force on them is that of their own low-frequency Fourier energy, as in the published
optimizer. As epsilon falls to 0, it becomes the force of all thresholded patterns at once. Two things
keep the histogram uniform: the mean force of uniformly distributed values is subtracted at every step,
and after every round the values are replaced by their exact quantiles.

    >>> config = Anneal(shape=(8, 8), rounds=2)
    >>> anneal(config, seed=0).matrix.shape
    (8, 8)
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
from jax import Array, lax

from bluenoise.objective.losses import pair_force, smooth_abs
from bluenoise.objective.pair_kernel import kernel_radius, pair_kernel
from bluenoise.objective.target import level_cdf, levels_and_weights
from bluenoise.runs.options import RunOptions
from bluenoise.runs.restarts import init_restarts, run_restarts, shard_over_devices
from dither.errors import InputError
from dither.matrix.threshold_matrix import ThresholdMatrix
from dither.metrics.patterns import level_energies
from dither.metrics.viewing import Gaussian, Mixture, ViewingFilter, as_filter

# A close view with some of a distant one: the most that a kernel of small radius can serve.
NEAR_AND_FAR = Mixture(((1.0, Gaussian(1.5)), (0.3, Gaussian(2.5))))

_ROUNDS_PER_CALL = 4


@dataclass(frozen=True)
class Anneal:
    """The method anneal: everything that determines a run, except the seed.

    Attributes:
        shape: rows and columns; `bluenoise.generate` sets it.
        viewing: viewing filter whose level energies are minimised, or its text as in `Blue`.
        radius: of the kernel, in pixels. Beyond 8 a step takes ten times as long; use the method blue
            for filters of longer range.
        rounds: after each one the values are replaced by their exact quantiles.
        steps_per_round: steps of gradient descent.
        level_weights: weights of the levels from black to white, as in `level_cdf`; None: equal.
        widest, narrowest: epsilon at the start and at the end, falling geometrically.
        first_rate, last_rate: step size at the start and at the end, falling geometrically.
        random_weights: scale the two kernels of each step by uniform(0, 2) factors; no effect was
            measured.

    Raises:
        InputError: the filter reaches more than twice as far as the radius.
    """

    shape: tuple[int, int] = (64, 64)
    viewing: ViewingFilter | str = NEAR_AND_FAR
    radius: int = 8
    level_weights: tuple[float, ...] | None = None
    rounds: int = 400
    steps_per_round: int = 50
    widest: float = 10.0
    narrowest: float = 0.002
    first_rate: float = 1.0
    last_rate: float = 0.1
    random_weights: bool = False

    name: ClassVar[str] = "anneal"

    def __post_init__(self) -> None:
        object.__setattr__(self, "viewing", as_filter(self.viewing))
        needed = kernel_radius(self.viewing)
        if needed > 2 * self.radius:
            raise InputError(
                f"the viewing filter reaches {needed} pixels, and anneal at most {2 * self.radius} "
                f"with a radius of {self.radius}; the method blue has no such limit"
            )

    @property
    def total_steps(self) -> int:
        """Steps of the whole run."""
        return self.rounds * self.steps_per_round

    def make(
        self, shape: tuple[int, ...], seed: int, channels: int | None, run: RunOptions
    ) -> tuple[ThresholdMatrix, ...]:
        """Make one matrix for `bluenoise.generate`."""
        config = dataclasses.replace(self, shape=shape)
        return (anneal(config, seed=seed, run=run).matrix,)


AnnealConfig = Anneal  # former name


class State(NamedTuple):
    """State between two steps.

    Attributes:
        values: (H, W) float32, 0 to 1.
        key: random key of the whole run; each step folds its number into it.
        step: () int32, steps done.
    """

    values: Array
    key: Array
    step: Array


class Info(NamedTuple):
    """Report of a step: () float32, the root mean square of the force."""

    pull: Array


class Result(NamedTuple):
    """Finished run.

    Attributes:
        matrix: the best restart's.
        scores: (R,) float64, each restart's mean level energy under the run's filter, times 1e6.
    """

    matrix: ThresholdMatrix
    scores: np.ndarray


def init(config: Anneal, key: Array) -> State:
    """Return independent uniform noise as the first state; `key` is a JAX random key."""
    values = jax.random.uniform(jax.random.fold_in(key, 0), config.shape)
    return State(values, key, jnp.zeros((), jnp.int32))


def step(config: Anneal, state: State) -> tuple[State, Info]:
    """Take one step of gradient descent with this step's epsilon, rate and kernel."""
    done = state.step / config.total_steps
    factors = None
    if config.random_weights:
        key = jax.random.fold_in(state.key, state.step + 1)
        factors = jax.random.uniform(key, (2,), maxval=2.0)
    force = pair_force_at(config, state.values, done, factors=factors)
    values = state.values + rate_at(config, done) * force
    # Reflect at 0 and 1.
    values = 1 - jnp.abs(1 - jnp.abs(values))
    return State(values, state.key, state.step + 1), Info(jnp.sqrt(jnp.mean(force**2)))


def rate_at(config: Anneal, done: Array) -> Array:
    """Return the step size after a share `done` of the steps, 0 to 1."""
    return config.first_rate * (config.last_rate / config.first_rate) ** done


def pair_force_at(
    config: Anneal,
    values: Array,
    done: Array,
    epsilon: Array | float | None = None,
    factors: Array | None = None,
) -> Array:
    """Return the force of the pair energy, (H, W), less the mean force of uniform values.

    Args:
        config: of the run.
        values: (H, W) float32, 0 to 1.
        done: share of the steps done, 0 to 1, on which the kernel depends.
        epsilon: distance within which the force is smoothed; None for that of the step.
        factors: (2,) of the narrow and the wide kernel; None for 1.
    """
    if epsilon is None:
        epsilon = config.widest * (config.narrowest / config.widest) ** done
    # The narrow kernel separates close neighbours first; the wide one then evens out larger areas.
    narrow = jnp.asarray(pair_kernel(config.viewing, config.radius, power=1).ravel())
    wide = jnp.asarray(pair_kernel(config.viewing, config.radius, power=2).ravel())
    weights = jnp.array([1 - done, done])
    if factors is not None:
        weights *= factors
    kernel = weights[0] * narrow + weights[1] * wide
    force = pair_force(values, config.radius, kernel, epsilon)
    return force - kernel.sum() * _mean_field_pull(config, values, epsilon)


def _mean_field_pull(config: Anneal, values: Array, epsilon: Array | float) -> Array:
    """Return the mean of clip((value - q) / epsilon, -1, 1) over the exact quantiles q."""
    if config.level_weights is None:
        return smooth_abs(values, epsilon) - smooth_abs(1 - values, epsilon)
    # Integral of the cumulative distribution: linear between the quantiles.
    quantiles = _quantiles(config).astype(np.float64)
    knots = np.unique(quantiles)
    integral = np.array([np.maximum(knot - quantiles, 0).mean() for knot in knots])
    mean = quantiles.mean()

    def integral_to(value: Array) -> Array:
        inside = jnp.interp(value, jnp.asarray(knots), jnp.asarray(integral), left=0)
        return jnp.where(value > knots[-1], value - mean, inside)

    return (integral_to(values + epsilon) - integral_to(values - epsilon)) / epsilon - 1


def _quantiles(config: Anneal) -> np.ndarray:
    """Return (N,) float32 in 0..1, ascending: uniform if all levels have equal weights."""
    cdf = level_cdf(math.prod(config.shape), weights=config.level_weights)
    return (cdf + np.float32(0.5)) / (cdf[-1] + 1)


def to_quantiles(config: Anneal, state: State) -> State:
    """Replace the values by the exact quantiles in the same order."""
    flat = state.values.ravel()
    exact = jnp.zeros(flat.shape).at[jnp.argsort(flat)].set(jnp.asarray(_quantiles(config)))
    return state._replace(values=exact.reshape(state.values.shape))


@functools.partial(jax.jit, static_argnums=(0, 2))
def advance(config: Anneal, states: State, rounds: int) -> tuple[State, Info]:
    """Run some rounds of R restarts at once, as one compiled scan of scans.

    Args:
        config: of the run.
        states: R states stacked along a first axis.
        rounds: number of rounds.

    Returns:
        The R states after them, and each round's last Info as (rounds, R) arrays.
    """
    step_each = jax.vmap(functools.partial(step, config))

    def one_round(states: State, _: None) -> tuple[State, Info]:
        states, infos = lax.scan(
            lambda carried, _: step_each(carried), states, length=config.steps_per_round
        )
        exact = jax.vmap(functools.partial(to_quantiles, config))(states)
        return exact, jax.tree.map(lambda info: info[-1], infos)

    return shard_over_devices(lambda states: lax.scan(one_round, states, length=rounds))(states)


def start(config: Anneal, seed: int, restarts: int = 1) -> State:
    """Return R independent first states, stacked along a first axis.

    Raises:
        InputError: the seed is out of range, or R is 0 or too large for the memory.
    """
    return init_restarts(functools.partial(init, config), config.shape, seed, restarts)


def trajectory(config: Anneal, states: State) -> Iterator[tuple[State, Info]]:
    """Yield the states after every few rounds, to the end; a run may resume from any of them."""
    while int(states.step[0]) < config.total_steps:
        left = config.rounds - int(states.step[0]) // config.steps_per_round
        states, infos = jax.block_until_ready(advance(config, states, min(_ROUNDS_PER_CALL, left)))
        yield states, infos


def finish(config: Anneal, states: State) -> Result:
    """Return the restart with the lowest mean level energy under the run's own filter."""
    matrices = [ThresholdMatrix.from_values(values) for values in np.asarray(states.values)]
    levels, weights = levels_and_weights(matrices[0].ranks.size, weights=config.level_weights)
    sample = np.unique(np.linspace(0, len(levels) - 1, 256).round().astype(int))
    energies = [level_energies(m.ranks, [config.viewing], levels[sample])[:, 0] for m in matrices]
    scores = np.array([1e6 * np.average(energy, weights=weights[sample]) for energy in energies])
    return Result(matrices[int(scores.argmin())], scores)


def anneal(config: Anneal, *, seed: int = 0, run: RunOptions = RunOptions()) -> Result:
    """Run the annealed descent.

    Args:
        config: what to make.
        seed: an integer from 0 to 2^32 - 1; the same seed gives the same bytes on one machine.
        run: checkpoint, restarts (1 by default), processes and progress.

    Raises:
        InputError: see `runs.restarts.run_restarts`.
        KeyboardInterrupt: passed on after the checkpoint is written.
    """
    return finish(config, run_restarts(start, trajectory, config, seed, run, _describe))


def _describe(infos: Info) -> str:
    return f"pull {float(infos.pull[-1].min()):.2e}"
