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
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import Array, lax

from dither.color import linear_to_srgb, srgb_to_linear
from dither.differentiable.checks import checked_colors, checked_learned
from dither.differentiable.config import ADAM_DECAYS, DescentConfig
from dither.differentiable.losses import Info, mixture_losses
from dither.differentiable.mixtures import bounded, first_logits
from dither.errors import InputError
from dither.palettes.palette import MAX_COLORS
from dither.progress import OnProgress, no_progress

# Steps per compiled scan: a fraction of a second, so that the descent can be interrupted.
_CHUNK = 100
_MIN_POINTS = 512
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
        logits: (N, K) float32, logarithms of probability up to a constant per row.
    """

    palette: Array
    logits: Array


class State(NamedTuple):
    """State between two steps.

    Attributes:
        parameters: the variables.
        optimizer: Adam's state.
        step: () int32, steps done.
    """

    parameters: Parameters
    optimizer: optax.OptState
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
    targets = config.distance.coordinates(np.asarray(points, np.float32))
    colors = config.distance.coordinates(np.asarray(palette, np.float32))
    mixed = palette if config.light == "linear" else linear_to_srgb(palette)
    parameters = Parameters(
        jnp.asarray(mixed, jnp.float32), first_logits(targets, colors, config.temperature)
    )
    shares = jnp.asarray(weights / weights.sum(), jnp.float32)
    state = State(parameters, _optimizer(config).init(parameters), jnp.zeros((), jnp.int32))
    return Points(targets, shares, jnp.ones(len(palette), bool)), state


def step(config: DescentConfig, points: Points, state: State) -> tuple[State, Info]:
    """Do one step of Adam on the palette and on all logits."""

    def total(parameters: Parameters) -> tuple[Array, Info]:
        each = mixture_losses(config, points.targets, *parameters)
        means = Info(*(jnp.sum(points.weights * part) for part in each))
        return means.loss, means

    (_, info), slopes = jax.value_and_grad(total, has_aux=True)(state.parameters)
    # Divided by the weights, so that points that represent few pixels learn as fast as others.
    weights = jnp.where(points.weights > 0, points.weights, 1)
    slopes = slopes._replace(logits=slopes.logits / weights[:, None])
    updates, optimizer = _optimizer(config).update(slopes, state.optimizer)
    moved: Any = optax.apply_updates(state.parameters, updates)
    palette = jnp.where(
        points.learned[:, None], jnp.clip(moved.palette, 0, 1), state.parameters.palette
    )
    return State(Parameters(palette, bounded(moved.logits)), optimizer, state.step + 1), info


def _optimizer(config: DescentConfig) -> optax.GradientTransformation:
    def adam(rate: float) -> optax.GradientTransformation:
        schedule = optax.cosine_decay_schedule(rate, config.steps)
        return optax.adam(schedule, b1=ADAM_DECAYS[0], b2=ADAM_DECAYS[1])

    each: dict[Any, Any] = {"palette": adam(config.palette_rate), "logits": adam(config.logit_rate)}
    return optax.multi_transform(each, Parameters._make(Parameters._fields))


@functools.partial(jax.jit, static_argnums=(0, 3))
def advance(config: DescentConfig, points: Points, state: State, count: int) -> tuple[State, Info]:
    """Do `count` steps in one compiled scan; return the state and each step's Info, (count,) arrays."""
    return lax.scan(lambda carried, _: step(config, points, carried), state, length=count)


def trajectory(config: DescentConfig, points: Points, state: State) -> Iterator[tuple[State, Info]]:
    """Yield the state after each chunk of steps; resuming from any of them ends with the same bytes."""
    while (done := int(state.step)) < config.steps:
        count = min(_CHUNK, config.steps - done)
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
    points = checked_colors("points", points)
    palette = checked_colors("palette", palette, most=MAX_COLORS)
    weights = np.asarray(weights, np.float64)
    count, shape = len(points), (len(points), len(palette))
    _check_sizes(weights, shape)
    learned = checked_learned(learned, len(palette))
    # Padded with points of weight 0 to one of few sizes, so that compiled code is reused.
    padding = _padded_size(count) - count
    padded = np.concatenate([points, np.broadcast_to(points[:1], (padding, 3))])
    fixed, state = init(padded, np.pad(weights, (0, padding)), palette, config)
    fixed = fixed._replace(learned=jnp.asarray(learned))
    if logits is not None:
        logits = np.asarray(logits, np.float32)
        if logits.shape != shape or not np.isfinite(logits).all():
            raise InputError(f"logits must be finite and of shape {shape}, not of {logits.shape}")
        given = bounded(jnp.asarray(np.pad(logits, ((0, padding), (0, 0)))))
        state = state._replace(parameters=state.parameters._replace(logits=given))
    trace = []
    for latest, infos in trajectory(config, fixed, state):
        state = latest
        trace.append(np.asarray(infos.loss))
        on_progress(int(state.step) / config.steps, f"loss {trace[-1][-1]:.3g}")
    last = np.asarray(state.parameters.logits)[:count]
    probabilities = np.asarray(jax.nn.softmax(last, axis=-1))
    moved = np.asarray(state.parameters.palette, np.float64)
    moved = moved if config.light == "linear" else srgb_to_linear(moved)
    return Descended(
        np.where(learned[:, None], moved, palette), probabilities, last, np.concatenate(trace)
    )


def _padded_size(count: int) -> int:
    """Return the smallest of 512, 768, 1024, 1536, 2048, ... that is at least `count`."""
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
