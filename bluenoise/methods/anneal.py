"""One annealed energy, from the Fourier loss to the error of every threshold, by pure gradient descent.

`energy.level_energy` rounds distances of values off within epsilon. While epsilon is as wide as the
values, the pull on them is that of their own low-frequency Fourier energy, the published loss; as it
falls to 0, it becomes the pull of all thresholded patterns at once. The histogram stays uniform by two
means: what a uniform crowd would pull on average is taken off at every step, and now and then the
values are replaced by their exact quantiles.

    >>> config = AnnealConfig(shape=(8, 8), rounds=2)
    >>> anneal(config, seed=0).matrix.shape
    (8, 8)
"""

import functools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from bluenoise.objective.losses import huber, pair_force
from bluenoise.objective.pair_kernel import kernel_radius, pair_kernel
from bluenoise.objective.target import counted_levels, level_cdf
from bluenoise.runs.restarts import init_restarts, shard_over_devices
from dither.errors import InputError
from dither.matrix.threshold_matrix import ThresholdMatrix
from dither.metrics.patterns import level_energies
from dither.metrics.viewing import Gaussian, Mixture, ViewingFilter

# A near look with a little of a far one: what the pull of a kernel of small radius can attend to.
NEAR_AND_FAR = Mixture(((1.0, Gaussian(1.5)), (0.3, Gaussian(2.5))))

_ROUNDS_AT_ONCE = 4


@dataclass(frozen=True)
class AnnealConfig:
    """All that determines a run, but the seed.

    Attributes:
        shape: rows and columns.
        viewing: the filter whose level energies are lowered.
        radius: of the kernel, in pixels; beyond 8 a step takes ten times as long, so filters that see
            farther are better served by swaps of ranks.
        rounds: after each the values are replaced by their exact quantiles.
        steps_per_round: of gradient descent.
        level_weights: how much the patterns count from black to white, as in `level_cdf`; all alike
            if None.
        widest, narrowest: epsilon at the start and at the end, falling geometrically.
        first_rate, last_rate: of the steps, falling geometrically.
        random_weights: scale the kernels of each step by uniform(0, 2) factors; no effect was measured.

    Raises:
        InputError: the filter reaches much farther than the radius.
    """

    shape: tuple[int, int]
    viewing: ViewingFilter = NEAR_AND_FAR
    radius: int = 8
    level_weights: tuple[float, ...] | None = None
    rounds: int = 400
    steps_per_round: int = 50
    widest: float = 10.0
    narrowest: float = 0.002
    first_rate: float = 1.0
    last_rate: float = 0.1
    random_weights: bool = False

    def __post_init__(self) -> None:
        needed = kernel_radius(self.viewing)
        if needed > 2 * self.radius:
            raise InputError(
                f"the viewing filter reaches {needed} pixels and the anneal sees {self.radius}; "
                "the method blue has no such limit"
            )

    @property
    def total_steps(self) -> int:
        """Steps of the whole run."""
        return self.rounds * self.steps_per_round


class State(NamedTuple):
    """What one step hands to the next.

    Attributes:
        values: (H, W) float32, 0 to 1.
        key: the random key of the whole run; a step folds its number into it.
        step: () int32, steps done.
    """

    values: Array
    key: Array
    step: Array


class Info(NamedTuple):
    """What a step did: () float32, the root mean square of the pull."""

    pull: Array


class Result(NamedTuple):
    """A finished run.

    Attributes:
        matrix: the best restart's.
        scores: (R,) float64, each restart's mean level energy under the run's filter, times 1e6.
    """

    matrix: ThresholdMatrix
    scores: np.ndarray


def init(config: AnnealConfig, key: Array) -> State:
    """Independent uniform noise, before the first step; `key` is a JAX random key."""
    values = jax.random.uniform(jax.random.fold_in(key, 0), config.shape)
    return State(values, key, jnp.zeros((), jnp.int32))


def step(config: AnnealConfig, state: State) -> tuple[State, Info]:
    """One step of gradient descent at this step's epsilon, rate and kernel."""
    done = state.step / config.total_steps
    epsilon = config.widest * (config.narrowest / config.widest) ** done
    rate = config.first_rate * (config.last_rate / config.first_rate) ** done
    # The narrow kernel first spreads near neighbours apart, the wide one then their neighbourhoods.
    narrow = jnp.asarray(pair_kernel(config.viewing, config.radius, power=1).ravel())
    wide = jnp.asarray(pair_kernel(config.viewing, config.radius, power=2).ravel())
    weights = jnp.array([1 - done, done])
    if config.random_weights:
        key = jax.random.fold_in(state.key, state.step + 1)
        weights *= jax.random.uniform(key, (2,), maxval=2.0)
    kernel = weights[0] * narrow + weights[1] * wide
    pull = pair_force(state.values, config.radius, kernel, epsilon)
    pull -= kernel.sum() * _crowd(config, state.values, epsilon)
    values = state.values + rate * pull
    # Reflected at both ends.
    values = 1 - jnp.abs(1 - jnp.abs(values))
    return State(values, state.key, state.step + 1), Info(jnp.sqrt(jnp.mean(pull**2)))


def _crowd(config: AnnealConfig, values: Array, epsilon: Array) -> Array:
    """The mean clipped difference of each value from all, were they exactly their quantiles."""
    if config.level_weights is None:
        return huber(values, epsilon) - huber(1 - values, epsilon)
    # The integral of their distribution: straight lines between the quantiles.
    quantiles = _quantiles(config).astype(np.float64)
    knots = np.unique(quantiles)
    integral = np.array([np.maximum(knot - quantiles, 0).mean() for knot in knots])
    mean = quantiles.mean()

    def below(value: Array) -> Array:
        inside = jnp.interp(value, jnp.asarray(knots), jnp.asarray(integral), left=0)
        return jnp.where(value > knots[-1], value - mean, inside)

    return (below(values + epsilon) - below(values - epsilon)) / epsilon - 1


def _quantiles(config: AnnealConfig) -> np.ndarray:
    """(N,) float32 in 0..1, ascending: uniform where all patterns count alike."""
    heights = level_cdf(math.prod(config.shape), weights=config.level_weights)
    return (heights + np.float32(0.5)) / (heights[-1] + 1)


def to_quantiles(config: AnnealConfig, state: State) -> State:
    """The same order of values, exactly distributed: uniform where all patterns count alike."""
    flat = state.values.ravel()
    exact = jnp.zeros(flat.shape).at[jnp.argsort(flat)].set(jnp.asarray(_quantiles(config)))
    return state._replace(values=exact.reshape(state.values.shape))


@functools.partial(jax.jit, static_argnums=(0, 2))
def advance(config: AnnealConfig, states: State, rounds: int) -> tuple[State, Info]:
    """Some rounds of R restarts at once, in one compiled scan of scans.

    Args:
        config: the run.
        states: R states stacked along a first axis.
        rounds: how many.

    Returns:
        The R states after them, and each round's last Info as (rounds, R) arrays.
    """
    each = jax.vmap(functools.partial(step, config))

    def one_round(carried: State, _: None) -> tuple[State, Info]:
        carried, infos = lax.scan(
            lambda states, _: each(states), carried, length=config.steps_per_round
        )
        exact = jax.vmap(functools.partial(to_quantiles, config))(carried)
        return exact, jax.tree.map(lambda info: info[-1], infos)

    return shard_over_devices(lambda states: lax.scan(one_round, states, length=rounds))(states)


def start(config: AnnealConfig, seed: int, restarts: int = 1) -> State:
    """R independent states stacked along a first axis; the same for the same seed.

    Raises:
        InputError: the seed is out of range, or there are no restarts or too many for the memory.
    """
    return init_restarts(functools.partial(init, config), config.shape, seed, restarts)


def trajectory(config: AnnealConfig, states: State) -> Iterator[tuple[State, Info]]:
    """The states after every few rounds, up to the last; going on from any of them ends the same."""
    while int(states.step[0]) < config.total_steps:
        rounds = min(_ROUNDS_AT_ONCE, config.rounds - int(states.step[0]) // config.steps_per_round)
        states, infos = jax.block_until_ready(advance(config, states, rounds))
        yield states, infos


def finish(config: AnnealConfig, states: State) -> Result:
    """The best restart by its mean level energy under the run's own filter."""
    matrices = [ThresholdMatrix.from_values(values) for values in np.asarray(states.values)]
    levels, shares = counted_levels(matrices[0].ranks.size, weights=config.level_weights)
    some = np.unique(np.linspace(0, len(levels) - 1, 256).round().astype(int))
    energies = [level_energies(m.ranks, [config.viewing], levels[some])[:, 0] for m in matrices]
    scores = np.array([1e6 * np.average(energy, weights=shares[some]) for energy in energies])
    return Result(matrices[int(scores.argmin())], scores)


def anneal(config: AnnealConfig, *, seed: int = 0, restarts: int = 1) -> Result:
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
