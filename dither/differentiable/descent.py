"""Descent on a palette and on mixtures of its colours, for weighted points of colour.

Every point, a pixel or a histogram bin, has a probability for each colour. With `mixture_losses` of
`dither.differentiable.losses`, palette and probabilities together minimize

    loss = sum over points of weight (|seen(mean) - seen(point)|^2 + variance * scatter)

Points are independent of each other: pixels of one colour share one mixture, so the histogram of a
picture's colours serves as well as the picture.

    >>> points = np.array([[0.0, 0.0, 0.0], [0.5, 0.5, 0.5], [1.0, 1.0, 1.0]])
    >>> black_and_white = points[[0, 2]]
    >>> descended = descend(points, np.ones(3), black_and_white, learned=np.zeros(2, bool))
    >>> descended.probabilities[1].round(1).tolist()
    [0.5, 0.5]

Source: P. Stefek, "Differentiable dithering" (2020): the probabilities, the loss and its two variables.
"""

import functools
from collections.abc import Iterator
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from dither.color import linear_to_srgb, srgb_to_linear
from dither.differentiable.adam import Moments, adam_updates, cosine_decay, first_moments
from dither.differentiable.checks import checked_colors, checked_learned
from dither.differentiable.compile_notice import explain_waits
from dither.differentiable.config import DescentConfig
from dither.differentiable.distances import Distance
from dither.differentiable.losses import Info, weighted_losses
from dither.differentiable.mixtures import MIN_LOGIT, bounded, first_logits
from dither.differentiable.quick_compilation import quickly_compiled
from dither.errors import InputError
from dither.palettes.palette import MAX_COLORS
from dither.progress import OnProgress, no_progress
from dither.samples import Light

# Steps per compiled loop: a fraction of a second, so that the descent can be interrupted.
_CHUNK = 100
# Points and colours are filled up to one of few sizes, so that compiled code is reused.
_MIN_POINTS, _MIN_COLORS = 256, 4
# Points times colours; the arrays of a step stay below 4 GiB.
_MAX_LOGITS = 1 << 26


class Points(NamedTuple):
    """Inputs that stay constant during a descent.

    Attributes:
        targets: (N, 3) float32 coordinates of the points.
        weights: (N,) float32, at least 0, with sum 1.
        learned: (K,) bool, True for the colours that may move.
    """

    targets: Array
    weights: Array
    learned: Array


class Parameters(NamedTuple):
    """Variables of a descent.

    Attributes:
        palette: (K, 3) float32, 0 to 1, in the space in which colours mix.
        logits: (K, N) float32, logarithms of probability up to a constant per column. The points are
            along the rows, where sums over colours are fast.
    """

    palette: Array
    logits: Array


class State(NamedTuple):
    """State between two steps.

    Attributes:
        parameters: the variables.
        moments: Adam's means of the slopes and of their squares.
        step: () int32, steps done.
    """

    parameters: Parameters
    moments: Moments
    step: Array


class Descended(NamedTuple):
    """Result of a descent.

    Attributes:
        palette: (K, 3) float64 linear light, 0 to 1; colours that were not learned are unchanged.
        probabilities: (N, K) float32; each row sums to 1.
        logits: (N, K) float32, the input from which another descent can continue.
        trace: (steps,) float32, the loss before each step.
    """

    palette: np.ndarray
    probabilities: np.ndarray
    logits: np.ndarray
    trace: np.ndarray


def init(
    points: np.ndarray, weights: np.ndarray, palette: np.ndarray, config: DescentConfig
) -> tuple[Points, State]:
    """Return the inputs and the first state: all colours may move, and near ones are more probable.

    Args:
        points: (N, 3) linear light, 0 to 1.
        weights: (N,), at least 0, not all 0.
        palette: (K, 3) linear light, 0 to 1.
        config: settings of the descent.
    """
    mixed = palette if config.light == "linear" else linear_to_srgb(palette)
    # With numpy, which compiles nothing.
    targets, colors = (
        config.distance.coordinates(np.asarray(each, np.float32)) for each in (points, palette)
    )
    logits = jnp.asarray(first_logits(targets, colors, config.temperature).T, jnp.float32)
    parameters = Parameters(jnp.asarray(mixed, jnp.float32), logits)
    shares = jnp.asarray(np.asarray(weights / weights.sum(), np.float32))
    state = State(parameters, first_moments(parameters), jnp.asarray(0, jnp.int32))
    return Points(
        jnp.asarray(targets, jnp.float32), shares, jnp.asarray(np.ones(len(palette), bool))
    ), state


class _Settings(NamedTuple):
    """Numbers of a config that compiled code takes as inputs: another value compiles nothing."""

    variance: float
    palette_rate: float
    logit_rate: float
    steps: int

    @classmethod
    def of(cls, config: DescentConfig) -> "_Settings":
        return cls(*(getattr(config, name) for name in cls._fields))


def step(config: DescentConfig, points: Points, state: State) -> tuple[State, Info]:
    """Do one step of Adam on the palette and on all logits."""
    return _step(config.distance, config.light, _Settings.of(config), points, state)


def _step(
    distance: Distance, light: Light, settings: _Settings, points: Points, state: State
) -> tuple[State, Info]:
    def total(parameters: Parameters) -> tuple[Array, Info]:
        each = weighted_losses(distance, light, settings.variance, points.targets, *parameters)
        means = Info(*(jnp.sum(points.weights * part) for part in each))
        return means.loss, means

    (_, info), slopes = jax.value_and_grad(total, has_aux=True)(state.parameters)
    # Divided by the weights, so that points that represent few pixels learn as fast as others.
    weights = jnp.where(points.weights > 0, points.weights, 1)
    slopes = slopes._replace(logits=slopes.logits * (1 / weights))
    updates, moments = adam_updates(slopes, state.moments, state.step)
    falling = cosine_decay(state.step, settings.steps)
    old = state.parameters
    moved = jnp.clip(old.palette - settings.palette_rate * falling * updates.palette, 0, 1)
    palette = jnp.where(points.learned[:, None], moved, old.palette)
    logits = bounded(old.logits - settings.logit_rate * falling * updates.logits, axis=0)
    return State(Parameters(palette, logits), moments, state.step + 1), info


def advance(config: DescentConfig, points: Points, state: State, count: int) -> tuple[State, Info]:
    """Do `count` steps in one compiled loop; return the state and each step's Info, (count,) arrays."""
    state, infos = _advance(
        *(config.distance, config.light, -(-count // _CHUNK) * _CHUNK),
        *(_Settings.of(config), points, state, count),
    )
    return state, Info(*(jnp.asarray(np.asarray(part)[:count]) for part in infos))


@functools.partial(quickly_compiled, static_argnums=(0, 1, 2))
def _advance(
    distance: Distance,
    light: Light,
    room: int,
    settings: _Settings,
    points: Points,
    state: State,
    count: int,
) -> tuple[State, Info]:
    """Do `count` steps, up to `room`."""

    def body(number: Array, carried: tuple[State, Info]) -> tuple[State, Info]:
        state, infos = carried
        state, info = _step(distance, light, settings, points, state)
        return state, Info(
            *(each.at[number].set(part) for each, part in zip(infos, info, strict=True))
        )

    empty = Info(*(jnp.zeros(room) for _ in Info._fields))
    return lax.fori_loop(0, count, body, (state, empty))


def trajectory(
    config: DescentConfig, points: Points, state: State, until: int | None = None
) -> Iterator[tuple[State, Info]]:
    """Yield the state after each chunk of steps; resuming from any of them ends with the same bytes.

    Args:
        config: settings of the descent.
        points: the inputs.
        state: the state to start from.
        until: number of steps after which to stop, at most the config's, which it is if None.
    """
    explain_waits()
    until = config.steps if until is None else until
    while (done := int(state.step)) < until:
        count = min(_CHUNK, until - done)
        state, infos = jax.block_until_ready(advance(config, points, state, count))
        yield state, infos


def descend(
    points: np.ndarray,
    weights: np.ndarray,
    palette: np.ndarray,
    config: DescentConfig = DescentConfig(),
    *,
    learned: np.ndarray | None = None,
    logits: np.ndarray | None = None,
    on_progress: OnProgress = no_progress,
) -> Descended:
    """Run a descent; the same input gives the same bytes on one machine.

    Args:
        points: (N, 3) linear light, 0 to 1; N times K up to 2^26.
        weights: (N,) finite, at least 0, not all 0: pixels that each point represents.
        palette: (K, 3) linear light, 0 to 1, K from 1 to 256: the first colours.
        config: settings of the descent.
        learned: (K,) bool, True for the colours that may move; all if not given.
        logits: (N, K) first logits, such as those of an earlier descent; from distances if not given.
        on_progress: called every hundred steps with the share done, 0 to 1, and the last loss as text.

    Raises:
        InputError: an array has another shape or values out of range.
    """
    fixed, state = prepare(points, weights, palette, config, learned=learned, logits=logits)
    trace = []
    for latest, infos in trajectory(config, fixed, state):
        state = latest
        trace.append(np.asarray(infos.loss))
        on_progress(int(state.step) / config.steps, f"loss {trace[-1][-1]:.3g}")
    return finish(state, len(points), palette, config, np.concatenate(trace), learned=learned)


def prepare(
    points: np.ndarray,
    weights: np.ndarray,
    palette: np.ndarray,
    config: DescentConfig,
    *,
    learned: np.ndarray | None = None,
    logits: np.ndarray | None = None,
) -> tuple[Points, State]:
    """Check the arguments of `descend` and return the inputs and the first state.

    Points of weight 0 and colours of nearly no probability fill both up to one of few sizes.

    Raises:
        InputError: as `descend`.
    """
    points = checked_colors("points", points)
    palette = checked_colors("palette", palette, most=MAX_COLORS)
    weights = np.asarray(weights, np.float64)
    count, shape = len(points), (len(points), len(palette))
    _check_sizes(weights, shape)
    learned = checked_learned(learned, len(palette))
    padding = _padded_size(count) - count
    extra = max(_MIN_COLORS, 1 << (len(palette) - 1).bit_length()) - len(palette)
    padded = np.concatenate([points, np.broadcast_to(points[:1], (padding, 3))])
    colors = np.concatenate([palette, np.broadcast_to(palette[:1], (extra, 3))])
    fixed, state = init(padded, np.pad(weights, (0, padding)), colors, config)
    fixed = fixed._replace(learned=jnp.asarray(np.pad(learned, (0, extra))))
    first = np.array(state.parameters.logits)
    if logits is not None:
        logits = np.asarray(logits, np.float32)
        if logits.shape != shape or not np.isfinite(logits).all():
            raise InputError(f"logits must be finite and of shape {shape}, not of {logits.shape}")
        first[: len(palette)] = np.pad(
            logits - logits.max(axis=1, keepdims=True), ((0, padding), (0, 0))
        ).T
    first[len(palette) :] = MIN_LOGIT
    first = np.maximum(first, np.float32(MIN_LOGIT))
    return fixed, state._replace(parameters=state.parameters._replace(logits=first))


def finish(
    state: State,
    count: int,
    palette: np.ndarray,
    config: DescentConfig,
    trace: np.ndarray,
    *,
    learned: np.ndarray | None = None,
) -> Descended:
    """Return the result of a state.

    Args:
        state: the last state of a descent from `prepare`.
        count: number of points, N.
        palette: (K, 3) linear light, the first colours.
        config: settings of the descent.
        trace: (steps,) float32.
        learned: (K,) bool, as in `prepare`.
    """
    learned = checked_learned(learned, len(palette))
    last = np.ascontiguousarray(np.asarray(state.parameters.logits)[: len(palette), :count].T)
    powers = np.exp(last)
    moved = np.asarray(state.parameters.palette, np.float64)[: len(palette)]
    moved = moved if config.light == "linear" else srgb_to_linear(moved)
    return Descended(
        np.where(learned[:, None], moved, palette),
        powers / powers.sum(axis=1, keepdims=True),
        last,
        trace,
    )


def _padded_size(count: int) -> int:
    """Return the smallest of 256, 384, 512, 768, 1024, 1536, 2048, ... that is at least `count`."""
    size = max(_MIN_POINTS, 1 << (count - 1).bit_length())
    return size * 3 // 4 if size > _MIN_POINTS and count <= size * 3 // 4 else size


def _check_sizes(weights: np.ndarray, shape: tuple[int, int]) -> None:
    count, colors = shape
    if weights.shape != (count,) or not (weights.min() >= 0 and 0 < weights.sum() < np.inf):
        raise InputError(
            f"weights must be {count} finite numbers, one per point, at least 0 and not all 0"
        )
    if count * colors > _MAX_LOGITS:
        raise InputError(
            f"{count} points and {colors} colours are too many: their product may be at most "
            f"{_MAX_LOGITS}; use fewer colours, or the bins of a histogram"
        )
