"""Anneal with losses of one's own: their gradients join the force of the pair energy at every step.

Every step smooths the dot patterns of L greys, evenly spaced and all moved by the same random amount,
differentiates the losses through them, and moves the values by

    pair_weight * pair force  -  sum over losses of weight * unit * N * gradient

The unit of a loss makes its gradient on white noise as long as the pair force there, so weights do not
depend on the loss's scale. The mean of each pattern is replaced by its grey, so that no gradient pushes
the histogram; the quantiles after every round keep it exact, as in `anneal`.

    >>> def rows(values, patterns, levels):
    ...     return jnp.mean((patterns.mean(axis=2) - levels[:, None]) ** 2)
    >>> config = LossAnneal((OwnLoss(rows),), Anneal(shape=(8, 8), rounds=2))
    >>> anneal_with_losses(config, seed=0).matrix.shape
    (8, 8)
"""

import dataclasses
import functools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from bluenoise.methods.anneal import (
    Anneal,
    Info,
    Result,
    State,
    init,
    pair_force_at,
    rate_at,
    to_quantiles,
)
from bluenoise.objective.losses import pair_energy
from bluenoise.objective.own_loss import OwnLoss
from bluenoise.objective.pair_kernel import pair_kernel
from bluenoise.runs.options import RunOptions
from bluenoise.runs.restarts import init_restarts, run_restarts, shard_over_devices
from dither.errors import InputError
from dither.matrix.threshold_matrix import ThresholdMatrix

# Half as many as without losses, whose steps take less time.
DEFAULT_ROUNDS = 200
_ROUNDS_PER_CALL = 2
# Patterns of all restarts at once; a step holds a few arrays of this many floats.
_MOST_SAMPLES = 1 << 25
# Greys at which finished matrices are compared, and the width of their smoothing.
_SCORED_LEVELS, _SHARP = 64, 1e-3


@dataclass(frozen=True)
class LossAnneal:
    """The method anneal with losses of one's own: everything that determines a run, except the seed.

    Attributes:
        losses: the losses and their weights.
        anneal: shape, rounds, rates and the pair energy; its `random_weights` have no effect.
        pair_weight: weight of the pair energy beside them, 0 or more.
        thresholds: L, greys whose patterns are smoothed at a step, 4 to 256; more are more exact and
            slower.

    Raises:
        InputError: there are no losses, a number is out of range, or the patterns need too much memory.
    """

    losses: tuple[OwnLoss, ...]
    anneal: Anneal = Anneal(rounds=DEFAULT_ROUNDS)
    pair_weight: float = 1.0
    thresholds: int = 32

    name: ClassVar[str] = "anneal"

    def __post_init__(self) -> None:
        if not self.losses:
            raise InputError("losses is empty; give at least one")
        if not 0 <= self.pair_weight < 1e12:
            raise InputError(f"pair_weight is {self.pair_weight}; it must be 0 or more")
        if not 4 <= self.thresholds <= 256:
            raise InputError(f"thresholds is {self.thresholds}; it must be from 4 to 256")
        if self.samples > _MOST_SAMPLES:
            raise InputError(
                f"{self.thresholds} thresholds of {math.prod(self.shape)} cells are too many; their "
                f"product may be at most {_MOST_SAMPLES}"
            )

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.anneal.shape

    @property
    def samples(self) -> int:
        """Samples of all patterns of a step."""
        return self.thresholds * math.prod(self.shape)

    @property
    def total_steps(self) -> int:
        """Steps of the whole run."""
        return self.anneal.total_steps

    def make(
        self, shape: tuple[int, ...], seed: int, channels: int | None, run: RunOptions
    ) -> tuple[ThresholdMatrix, ...]:
        """Make one matrix for `bluenoise.generate`."""
        config = dataclasses.replace(self, anneal=dataclasses.replace(self.anneal, shape=shape))
        return (anneal_with_losses(config, seed=seed, run=run).matrix,)


def smoothed_patterns(values: Array, levels: Array, width: float) -> Array:
    """Return the smoothed dot pattern of each grey: (L, H, W), with exactly its mean.

    Args:
        values: (H, W), 0 to 1.
        levels: (L,) greys.
        width: distance of a threshold from the grey within which a pixel is partly white.

    Example:
        >>> smoothed_patterns(jnp.array([[0.2, 0.8]]), jnp.array([0.5]), 0.1).tolist()
        [[[1.0, 0.0]]]
    """
    greys = levels[:, None, None]
    soft = jnp.clip((greys - values) / (2 * width) + 0.5, 0, 1)
    return soft - soft.mean(axis=(1, 2), keepdims=True) + greys


def objective(
    config: LossAnneal,
    units: tuple[float, ...],
    values: Array,
    levels: Array,
    width: float | None = None,
) -> Array:
    """Return the weighted sum of the losses, whose gradient is minus their force.

    Args:
        config: of the run.
        units: of the losses; see `loss_units`.
        values: (H, W) float32, 0 to 1.
        levels: (L,) float32 greys.
        width: of the smoothing; None for that of a step.
    """
    patterns = smoothed_patterns(values, levels, width or 1 / config.thresholds)
    total = jnp.zeros(())
    for loss, unit in zip(config.losses, units, strict=True):
        total += loss.weight * unit * loss.function(values, patterns, levels)
    return total * values.size


@functools.lru_cache(maxsize=16)
def loss_units(config: LossAnneal) -> tuple[float, ...]:
    """Return the factor that makes each loss's gradient on white noise as long as the pair force.

    It depends on the config alone, not on the seed of the run.

    Raises:
        InputError: a loss fails, is not a finite number, or has no gradient on white noise.
    """
    values = jax.random.uniform(jax.random.key(0), config.shape)
    levels = (jnp.arange(config.thresholds) + 0.5) / config.thresholds
    pull = pair_force_at(config.anneal, values, jnp.asarray(0.0), 1 / config.thresholds)
    wanted = float(jnp.sqrt(jnp.mean(pull**2)))
    units = []
    for loss in config.losses:
        alone = dataclasses.replace(config, losses=(OwnLoss(loss.function),))
        try:
            found, gradient = jax.value_and_grad(functools.partial(objective, alone, (1.0,)))(
                values, levels
            )
        except InputError:
            raise
        # The function may raise anything.
        except Exception as error:
            reason = (str(error).strip().splitlines() or [""])[0]
            raise InputError(
                f"the loss {loss.name} fails: {type(error).__name__}: {reason[:200]}"
            ) from error
        length = float(jnp.sqrt(jnp.mean(gradient**2)))
        if not math.isfinite(float(found)) or not math.isfinite(length):
            raise InputError(f"the loss {loss.name} or its gradient is not finite on white noise")
        if length == 0:
            raise InputError(
                f"the loss {loss.name} has no gradient on white noise; it must depend on the values or "
                "the patterns by functions of jax.numpy"
            )
        units.append(wanted / length)
    return tuple(units)


def step(config: LossAnneal, units: tuple[float, ...], state: State) -> tuple[State, Info]:
    """Take one step of gradient descent on the losses and the pair energy."""
    done = state.step / config.total_steps
    shift = jax.random.uniform(jax.random.fold_in(state.key, state.step + 1))
    levels = (jnp.arange(config.thresholds) + shift) / config.thresholds
    force = -jax.grad(functools.partial(objective, config, units))(state.values, levels)
    if config.pair_weight:
        force += config.pair_weight * pair_force_at(config.anneal, state.values, done)
    values = state.values + rate_at(config.anneal, done) * force
    # Reflect at 0 and 1, however far a steep loss moves a value.
    values = 1 - jnp.abs(1 - jnp.mod(jnp.abs(values), 2))
    return State(values, state.key, state.step + 1), Info(jnp.sqrt(jnp.mean(force**2)))


@functools.partial(jax.jit, static_argnums=(0, 1, 3))
def advance(
    config: LossAnneal, units: tuple[float, ...], states: State, rounds: int
) -> tuple[State, Info]:
    """Run some rounds of R restarts at once, as `anneal.advance`."""
    step_each = jax.vmap(functools.partial(step, config, units))

    def one_round(states: State, _: None) -> tuple[State, Info]:
        states, infos = lax.scan(
            lambda carried, _: step_each(carried), states, length=config.anneal.steps_per_round
        )
        exact = jax.vmap(functools.partial(to_quantiles, config.anneal))(states)
        return exact, jax.tree.map(lambda info: info[-1], infos)

    return shard_over_devices(lambda states: lax.scan(one_round, states, length=rounds))(states)


def start(config: LossAnneal, seed: int, restarts: int = 1) -> State:
    """Return R independent first states, stacked along a first axis.

    Raises:
        InputError: the seed is out of range, R is 0 or too large for the memory, or a loss cannot be
            used.
    """
    most = max(1, _MOST_SAMPLES // config.samples)
    if restarts > most:
        raise InputError(f"restarts is {restarts}; with these losses it must be from 1 to {most}")
    loss_units(config)
    return init_restarts(functools.partial(init, config.anneal), config.shape, seed, restarts)


def trajectory(config: LossAnneal, states: State) -> Iterator[tuple[State, Info]]:
    """Yield the states after every few rounds, to the end; a run may resume from any of them."""
    units = loss_units(config)
    while int(states.step[0]) < config.total_steps:
        left = config.anneal.rounds - int(states.step[0]) // config.anneal.steps_per_round
        rounds = min(_ROUNDS_PER_CALL, left)
        states, infos = jax.block_until_ready(advance(config, units, states, rounds))
        yield states, infos


def finish(config: LossAnneal, states: State) -> Result:
    """Return the restart with the lowest sum of the losses and the pair energy, with sharp patterns."""
    scores = np.array([_score(config, values) for values in states.values])
    if not np.isfinite(scores).any():
        raise InputError("the losses are not finite at the end; use smaller weights")
    best = np.asarray(states.values[int(np.nanargmin(scores))])
    return Result(ThresholdMatrix.from_values(best), scores)


def _score(config: LossAnneal, values: Array) -> float:
    levels = (jnp.arange(_SCORED_LEVELS) + 0.5) / _SCORED_LEVELS
    total = objective(config, loss_units(config), values, levels, _SHARP)
    if config.pair_weight:
        kernel = jnp.asarray(pair_kernel(config.anneal.viewing, config.anneal.radius).ravel())
        energy = pair_energy(values, config.anneal.radius, kernel, jnp.asarray(1e-4))
        total += config.pair_weight * jnp.asarray(energy)
    return float(total)


def anneal_with_losses(
    config: LossAnneal, *, seed: int = 0, run: RunOptions = RunOptions()
) -> Result:
    """Run the annealed descent on losses of one's own.

    Args:
        config: what to make.
        seed: an integer from 0 to 2^32 - 1; the same seed gives the same bytes on one machine.
        run: checkpoint, restarts (1 by default), processes and progress.

    Returns:
        The best matrix, and each restart's score: the weighted sum of losses and pair energy.

    Raises:
        InputError: a loss cannot be used; or see `runs.restarts.run_restarts`.
        KeyboardInterrupt: passed on after the checkpoint is written.
    """
    if run.checkpoint is not None:
        for loss in config.losses:
            loss.check_recorded()
    return finish(config, run_restarts(start, trajectory, config, seed, run, _describe))


def _describe(infos: Info) -> str:
    return f"pull {float(infos.pull[-1].min()):.2e}"
