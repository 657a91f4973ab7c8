"""One descent on a palette and on mixtures of its colours, over points that have weights.

Every point, a pixel or a bin of many, holds a probability for each colour. The loss of a point is the
squared distance between its colour and the mean of the mixture, and a little of the mixture's scatter:

    loss = sum over points of weight (|seen(mean) - seen(point)|^2 + variance * scatter)

Palette and probabilities go down it together. Points do not see each other, so that pixels of one
colour share one mixture, and the whole picture is as well served by the histogram of its colours.

    >>> points = np.array([[0.0, 0.0, 0.0], [0.5, 0.5, 0.5], [1.0, 1.0, 1.0]])
    >>> black_and_white = points[[0, 2]]
    >>> descended = descend(points, np.ones(3), black_and_white, learned=np.zeros(2, bool))
    >>> descended.probabilities[1].round(1).tolist()
    [0.5, 0.5]

Source: P. Stefek, "Differentiable dithering" (2020): the probabilities, the loss and its two variables.
"""

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import Array, lax

from dither.color import linear_to_srgb, srgb_to_linear
from dither.differentiable.distances import Distance, OKLab, decoded, product, scattered
from dither.errors import InputError
from dither.samples import Light, check_light

# Steps of one scan: a fraction of a second between looks at the keyboard.
_CHUNK = 100
# Kingma and Ba 2015 but for the second, .999 there: the slopes change within some hundred steps.
_DECAYS = (0.9, 0.99)
# Probabilities below exp(-30) of the greatest are all alike; from there a colour can still come back.
_LEAST_LOGIT = -30.0
_SMALLEST_SIZE = 512
# Points times colours: more, and what a step makes of them, would take over 4 GiB.
_MOST_LOGITS = 1 << 26
_MOST_COLORS = 256


@dataclass(frozen=True)
class DescentConfig:
    """All that determines a descent, but its points and its first palette.

    Attributes:
        steps: of Adam (Kingma, Ba 2015), at rates that fall to 0 along a cosine.
        palette_rate: the first, in units of the space in which colours mix, 0 to 1.
        logit_rate: the first, in logarithms of probability.
        variance: how much the scatter of a mixture counts beside the error of its mean. 0 asks for the
            mean alone; at 1 the nearest colour is best.
        temperature: the squared distance at which a colour is at first e times less probable than one
            that is exact.
        distance: where colours are seen to lie.
        light: whether colours mix as light does ("linear") or as their codes ("encoded").

    Raises:
        InputError: a number is out of range, or `light` is neither.
    """

    steps: int = 2000
    palette_rate: float = 0.02
    logit_rate: float = 0.15
    variance: float = 0.02
    temperature: float = 0.05
    distance: Distance = OKLab()
    light: Light = "linear"

    def __post_init__(self) -> None:
        if not isinstance(self.steps, int | np.integer) or self.steps < 1:
            raise InputError(f"steps is {self.steps}; it must be a whole number from 1")
        if not 0 <= self.variance < np.inf:
            raise InputError(f"variance is {self.variance}; it must be a finite number from 0")
        for name in ("palette_rate", "logit_rate", "temperature"):
            if not 0 < getattr(self, name) < np.inf:
                raise InputError(f"{name} is {getattr(self, name)}; it must be finite and above 0")
        check_light(self.light)


class Points(NamedTuple):
    """What does not change in a descent.

    Attributes:
        targets: (N, 3) float32 coordinates of the points.
        weights: (N,) float32, at least 0, whose sum is 1.
        learned: (K,) bool, the colours that may move.
    """

    targets: Array
    weights: Array
    learned: Array


class Parameters(NamedTuple):
    """What goes down.

    Attributes:
        palette: (K, 3) float32, 0 to 1, in the space in which colours mix.
        logits: (N, K) float32, logarithms of probability up to a constant of each row.
    """

    palette: Array
    logits: Array


class State(NamedTuple):
    """What one step hands to the next.

    Attributes:
        parameters: what goes down.
        optimizer: Adam's own memory.
        step: () int32, steps done.
    """

    parameters: Parameters
    optimizer: optax.OptState
    step: Array


class Info(NamedTuple):
    """What a step saw before it moved: () float32 each, means over the weights.

    Attributes:
        loss: the error and `variance` times the scatter.
        error: squared distance of the mean of each mixture to its point.
        scatter: squared distance of the colours of each mixture to its mean.
    """

    loss: Array
    error: Array
    scatter: Array


class Descended(NamedTuple):
    """The end of a descent.

    Attributes:
        palette: (K, 3) float64 linear light, 0 to 1; colours that were not learned are as they were.
        probabilities: (N, K) float32, of which each row adds up to 1.
        logits: (N, K) float32 of them, from which another descent can go on.
        trace: (steps,) float32, the loss before each step.
    """

    palette: np.ndarray
    probabilities: np.ndarray
    logits: np.ndarray
    trace: np.ndarray


def init(
    points: np.ndarray, weights: np.ndarray, palette: np.ndarray, config: DescentConfig
) -> tuple[Points, State]:
    """All colours may move; at first near ones are probable and far ones less.

    Args:
        points: (N, 3) linear light, 0 to 1.
        weights: (N,), at least 0, not all 0.
        palette: (K, 3) linear light, 0 to 1.
        config: the descent.
    """
    targets = config.distance.coordinates(np.asarray(points, np.float32))
    colors = config.distance.coordinates(np.asarray(palette, np.float32))
    mixed = palette if config.light == "linear" else linear_to_srgb(palette)
    parameters = Parameters(
        jnp.asarray(mixed, jnp.float32), first_logits(targets, colors, config.temperature)
    )
    share = jnp.asarray(weights / weights.sum(), jnp.float32)
    memory = _optimizer(config).init(parameters)
    state = State(parameters, memory, jnp.zeros((), jnp.int32))
    return Points(targets, share, jnp.ones(len(palette), bool)), state


def point_losses(config: DescentConfig, points: Points, parameters: Parameters) -> Info:
    """The loss of each point: Info of (N,) float32 arrays."""
    linear = (lambda mixed: mixed) if config.light == "linear" else decoded
    palette, logits = parameters
    chances = jax.nn.softmax(logits, axis=-1)
    mean = config.distance.coordinates(linear(product(chances, palette)))
    error = jnp.sum((mean - points.targets) ** 2, axis=-1)
    colors = config.distance.coordinates(linear(palette))
    scatter = scattered(config.distance, chances, colors, mean)
    return Info(error + config.variance * scatter, error, scatter)


def step(config: DescentConfig, points: Points, state: State) -> tuple[State, Info]:
    """One step of Adam on the palette and on all logits."""

    def total(parameters: Parameters) -> tuple[Array, Info]:
        each = point_losses(config, points, parameters)
        means = Info(*(jnp.sum(points.weights * part) for part in each))
        return means.loss, means

    (_, info), slopes = jax.value_and_grad(total, has_aux=True)(state.parameters)
    # A point's own slope, whatever its weight: those that stand for few pixels learn as fast.
    weights = jnp.where(points.weights > 0, points.weights, 1)
    slopes = slopes._replace(logits=slopes.logits / weights[:, None])
    updates, memory = _optimizer(config).update(slopes, state.optimizer)
    moved: Any = optax.apply_updates(state.parameters, updates)
    palette = jnp.where(
        points.learned[:, None], jnp.clip(moved.palette, 0, 1), state.parameters.palette
    )
    parameters = Parameters(palette, bounded(moved.logits))
    return State(parameters, memory, state.step + 1), info


def first_logits(targets: Array, colors: Array, temperature: float) -> Array:
    """(..., K) logits that fall with the squared distance of (..., 3) targets to K colours."""
    # What is left out, the square of the target, is the same for all colours.
    near = 2 * product(targets, colors.T) - jnp.sum(colors**2, axis=-1)
    return bounded(near / temperature)


def bounded(logits: Array) -> Array:
    """The same probabilities, the greatest logit of each point 0 and the least -30."""
    return jnp.maximum(logits - logits.max(axis=-1, keepdims=True), _LEAST_LOGIT)


def _optimizer(config: DescentConfig) -> optax.GradientTransformation:
    def adam(rate: float) -> optax.GradientTransformation:
        falling = optax.cosine_decay_schedule(rate, config.steps)
        return optax.adam(falling, b1=_DECAYS[0], b2=_DECAYS[1])

    each: dict[Any, Any] = {"palette": adam(config.palette_rate), "logits": adam(config.logit_rate)}
    return optax.multi_transform(each, Parameters._make(Parameters._fields))


@functools.partial(jax.jit, static_argnums=(0, 3))
def advance(config: DescentConfig, points: Points, state: State, count: int) -> tuple[State, Info]:
    """`count` steps in one compiled `lax.scan`; every step's Info as (count,) arrays."""
    return lax.scan(lambda carried, _: step(config, points, carried), state, length=count)


def trajectory(config: DescentConfig, points: Points, state: State) -> Iterator[tuple[State, Info]]:
    """The states after each chunk of steps; going on from any of them ends with the same bytes."""
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
    on_progress: Callable[[int, float], None] | None = None,
) -> Descended:
    """A whole descent; the same bytes for the same input on one machine.

    Args:
        points: (N, 3) linear light, 0 to 1; N times K up to 2^26.
        weights: (N,) finite, at least 0, not all 0: how many pixels each point stands for.
        palette: (K, 3) linear light, 0 to 1, K from 1 to 256: the first colours.
        config: how to descend.
        learned: (K,) bool, which colours may move; all if not given.
        logits: (N, K) to begin with, as an earlier descent left them; from the distances if not given.
        on_progress: called after every hundred steps with the steps done and the last loss.

    Raises:
        InputError: an array has another shape or holds other values.
    """
    points, weights, palette = (np.asarray(each, np.float64) for each in (points, weights, palette))
    _check(points, weights, palette)
    learned = np.ones(len(palette), bool) if learned is None else np.asarray(learned)
    if learned.shape != (len(palette),) or learned.dtype != np.bool_:
        raise InputError(
            f"learned is one truth value for each of {len(palette)} colours, not {learned.dtype} "
            f"of shape {learned.shape}"
        )
    shape = len(points), len(palette)
    # Points of no weight, up to one of few sizes, so that what is compiled serves other pictures too.
    padding = _padded_size(shape[0]) - shape[0]
    padded = np.concatenate([points, np.broadcast_to(points[:1], (padding, 3))])
    fixed, state = init(padded, np.pad(weights, (0, padding)), palette, config)
    fixed = fixed._replace(learned=jnp.asarray(learned))
    if logits is not None:
        logits = np.asarray(logits, np.float32)
        if logits.shape != shape or not np.isfinite(logits).all():
            raise InputError(f"logits are finite and of shape {shape}, not of {logits.shape}")
        given = bounded(jnp.asarray(np.pad(logits, ((0, padding), (0, 0)))))
        state = state._replace(parameters=state.parameters._replace(logits=given))
    trace = []
    for latest, infos in trajectory(config, fixed, state):
        state = latest
        trace.append(np.asarray(infos.loss))
        if on_progress is not None:
            on_progress(int(state.step), float(trace[-1][-1]))
    last = np.asarray(state.parameters.logits)[: shape[0]]
    chances = np.asarray(jax.nn.softmax(last, axis=-1))
    moved = np.asarray(state.parameters.palette, np.float64)
    moved = moved if config.light == "linear" else srgb_to_linear(moved)
    return Descended(
        np.where(learned[:, None], moved, palette), chances, last, np.concatenate(trace)
    )


def _padded_size(count: int) -> int:
    """The least of 512, 768, 1024, 1536, 2048, ... that is no less than `count`."""
    size = max(_SMALLEST_SIZE, 1 << (count - 1).bit_length())
    return size * 3 // 4 if size > _SMALLEST_SIZE and count <= size * 3 // 4 else size


def _check(points: np.ndarray, weights: np.ndarray, palette: np.ndarray) -> None:
    for name, colors in (("points", points), ("palette", palette)):
        if colors.ndim != 2 or colors.shape[1] != 3 or len(colors) == 0:
            raise InputError(f"{name} are colours in rows of three, not shape {colors.shape}")
        # Written so that NaN fails too.
        if not (colors.min() >= 0 and colors.max() <= 1):
            raise InputError(
                f"{name} are linear light from 0 to 1, not {colors.min()} to {colors.max()}"
            )
    if len(palette) > _MOST_COLORS:
        raise InputError(
            f"a palette of {len(palette)} colours is too large: at most {_MOST_COLORS}"
        )
    if weights.shape != (len(points),) or not (weights.min() >= 0 and 0 < weights.sum() < np.inf):
        raise InputError(
            f"weights are {len(points)} finite numbers, at least 0 and not all 0: one for each point"
        )
    if len(points) * len(palette) > _MOST_LOGITS:
        raise InputError(
            f"{len(points)} points and {len(palette)} colours are too many: their product is at most "
            f"{_MOST_LOGITS}; fewer colours, or the bins of a histogram, would fit"
        )
