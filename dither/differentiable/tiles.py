"""The steps of a descent on a whole picture: each goes down one tile of it.

A tile is a small picture to the losses; only its own logits, and what Adam remembers of them, change.
"""

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import Array, lax

from dither.differentiable.descent import bounded, first_logits
from dither.differentiable.distances import OKLab, product
from dither.differentiable.losses import PictureLoss, Variance

Assignment = Literal["expected", "straight-through", "gumbel"]
WeightedLoss = tuple[float, PictureLoss | Variance]

# Steps of one scan.
_CHUNK = 20
# As in `dither.differentiable.descent`.
_DECAYS = (0.9, 0.99)
_PALETTE_RATE, _LOGIT_RATE, _SOFTNESS = 0.02, 0.15, 0.05
# Of the Gumbel draws, from soft to nearly hard (Jang, Gu and Poole 2017 end at 0.5 or below).
_FIRST_TEMPERATURE, _LAST_TEMPERATURE = 1.0, 0.2


class State(NamedTuple):
    """What one step hands to the next.

    Attributes:
        palette: (K, 3) float32 linear light, 0 to 1.
        logits: (H, W, K) float32, logarithms of probability up to a constant of each pixel.
        moments: Adam's means of the slopes and of their squares, each of the palette and the logits.
        step: () int32, steps done.
    """

    palette: Array
    logits: Array
    moments: tuple[tuple[Array, Array], tuple[Array, Array]]
    step: Array


@dataclass(frozen=True)
class TileDescent:
    """All that determines a descent, but the picture, its first palette and the seed.

    Attributes:
        losses: pairs of a weight and a loss.
        assignment: what the losses look at.
        tile: rows and columns that each step goes down.
        steps: of Adam (Kingma, Ba 2015), at rates that fall to 0 along a cosine.
    """

    losses: tuple[WeightedLoss, ...]
    assignment: Assignment
    tile: tuple[int, int]
    steps: int

    def loss(
        self, palette: Array, logits: Array, original: Array, key: Array, done: Array
    ) -> Array:
        """The weighted sum of the losses of one tile."""
        chances = jax.nn.softmax(logits, axis=-1)
        relaxed = product(self._assigned(logits, chances, key, done), palette)
        total = jnp.zeros(())
        for weight, loss in self.losses:
            if isinstance(loss, Variance):
                total += weight * loss(chances, palette)
            else:
                total += weight * loss(relaxed, original)
        return total

    def _assigned(self, logits: Array, chances: Array, key: Array, done: Array) -> Array:
        """How much of each colour a pixel is given for the losses to look at."""
        if self.assignment == "expected":
            return chances
        if self.assignment == "straight-through":
            hard = jax.nn.one_hot(logits.argmax(axis=-1), logits.shape[-1])
            # Forward the one colour, backward the slope of the probabilities.
            return chances + lax.stop_gradient(hard - chances)
        fall = _LAST_TEMPERATURE / _FIRST_TEMPERATURE
        temperature = _FIRST_TEMPERATURE * fall**done
        drawn = logits + jax.random.gumbel(key, logits.shape)
        return jax.nn.softmax(drawn / temperature, axis=-1)

    def step(
        self, original: Array, learned: Array, key: Array, state: State
    ) -> tuple[State, Array]:
        """One step of Adam on the palette and on the logits of one tile."""
        place_key, draw_key = jax.random.split(jax.random.fold_in(key, state.step))
        place = self._place(place_key, original.shape)
        done = state.step / self.steps

        def cut(whole: Array) -> Array:
            return lax.dynamic_slice(whole, (*place, 0), (*self.tile, whole.shape[2]))

        def put(whole: Array, part: Array) -> Array:
            return lax.dynamic_update_slice(whole, part, (*place, 0))

        logits = cut(state.logits)
        loss, (of_palette, of_logits) = jax.value_and_grad(self.loss, argnums=(0, 1))(
            state.palette, logits, cut(original), draw_key, done
        )
        # Losses are means over pixels; a pixel's own slope does not depend on how many there are.
        slopes = of_palette, of_logits * (self.tile[0] * self.tile[1])
        means, squares = ((palette, cut(whole)) for palette, whole in state.moments)
        remembered: Any = optax.ScaleByAdamState(state.step, means, squares)
        ways: Any
        ways, remembered = optax.scale_by_adam(*_DECAYS).update(slopes, remembered)
        falling = 0.5 + 0.5 * jnp.cos(jnp.pi * done)
        moved = jnp.clip(state.palette - _PALETTE_RATE * falling * ways[0], 0, 1)
        palette = jnp.where(learned[:, None], moved, state.palette)
        logits = bounded(logits - _LOGIT_RATE * falling * ways[1])
        means, squares = (
            (new[0], put(old[1], new[1]))
            for old, new in zip(state.moments, (remembered.mu, remembered.nu), strict=True)
        )
        return State(palette, put(state.logits, logits), (means, squares), state.step + 1), loss

    def _place(self, key: Array, shape: tuple[int, ...]) -> tuple[Array, Array]:
        """The first row and column of a tile; those that would stand over a border are drawn in."""
        places = []
        for axis, side_key in enumerate(jax.random.split(key)):
            side, room = self.tile[axis], shape[axis] - self.tile[axis]
            drawn = jax.random.randint(side_key, (), -(side // 2), room + side // 2 + 1)
            places.append(jnp.clip(drawn, 0, room))
        return places[0], places[1]


def start(descent: TileDescent, original: np.ndarray, palette: np.ndarray, seed: int) -> State:
    """At first near colours are probable and far ones less.

    Args:
        descent: what for.
        original: (H, W, 3) float32 linear light.
        palette: (K, 3) linear light.
        seed: 0 to 2^32 - 1.
    """
    return _started(
        jnp.asarray(original),
        jnp.asarray(palette, jnp.float32),
        jax.random.key(seed),
        descent.assignment == "straight-through",
    )


@functools.partial(jax.jit, static_argnums=3)
def _started(original: Array, colors: Array, key: Array, drawn: bool) -> State:
    seen = OKLab().coordinates
    logits = first_logits(seen(original), seen(colors), _SOFTNESS)
    if drawn:
        # A random draw: of pixels all alike, all would take another colour at the same step.
        logits = bounded(logits + jax.random.gumbel(key, logits.shape))
    moments = [(jnp.zeros_like(colors), jnp.zeros_like(logits)) for _ in range(2)]
    return State(colors, logits, (moments[0], moments[1]), jnp.zeros((), jnp.int32))


def compiled_steps(descent: TileDescent) -> Any:
    """Some steps in one compiled scan, of a state, a count, the picture, what may move and a key."""

    # The state is as large as all the rest, so its memory is used again.
    @functools.partial(jax.jit, static_argnums=1, donate_argnums=0)
    def advance(
        state: State, count: int, original: Array, learned: Array, key: Array
    ) -> tuple[State, Array]:
        return lax.scan(
            lambda carried, _: descent.step(original, learned, key, carried), state, length=count
        )

    return advance


@jax.jit
def chosen(logits: Array) -> tuple[Array, Array]:
    """The probabilities of logits (..., K), and which is the greatest: (...) uint8."""
    return jax.nn.softmax(logits, axis=-1), logits.argmax(axis=-1).astype(jnp.uint8)


def trajectory(
    descent: TileDescent, original: np.ndarray, learned: np.ndarray, state: State, seed: int
) -> Iterator[tuple[State, np.ndarray]]:
    """The state after every few steps, and the losses of those steps; a state given is used up."""
    light, may_move = jnp.asarray(original), jnp.asarray(learned)
    key = jax.random.fold_in(jax.random.key(seed), 1)

    advance = compiled_steps(descent)
    done = 0
    while done < descent.steps:
        count = min(_CHUNK, descent.steps - done)
        state, losses = jax.block_until_ready(advance(state, count, light, may_move, key))
        done += count
        yield state, np.asarray(losses)
