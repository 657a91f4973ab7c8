"""Descent on a whole picture, one tile per step.

The losses see a tile as a small picture; only the tile's logits and their moments in Adam change.
"""

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from dither.differentiable.adam import Moments, adam_updates, cosine_decay
from dither.differentiable.compile_notice import explain_waits
from dither.differentiable.config import DescentConfig
from dither.differentiable.distances import OKLab, product
from dither.differentiable.losses import PictureLoss, Variance
from dither.differentiable.mixtures import bounded, first_logits

Assignment = Literal["expected", "straight-through", "gumbel"]
WeightedLoss = tuple[float, PictureLoss | Variance]

# Steps per compiled scan.
_CHUNK = 20
_RATES = DescentConfig()
# Temperatures of the Gumbel draws, from soft to nearly hard; Jang, Gu and Poole (2017) end at 0.5 or
# less.
_FIRST_TEMPERATURE, _LAST_TEMPERATURE = 1.0, 0.2


class State(NamedTuple):
    """State between two steps.

    Attributes:
        palette: (K, 3) float32 linear light, 0 to 1.
        logits: (H, W, K) float32, logarithms of probability up to a constant per pixel.
        moments: Adam's means of the slopes and of their squares, of the palette and the logits each.
        step: () int32, steps done.
    """

    palette: Array
    logits: Array
    moments: tuple[tuple[Array, Array], tuple[Array, Array]]
    step: Array


@dataclass(frozen=True)
class TileDescent:
    """Settings of a descent on a picture.

    Attributes:
        losses: pairs of a weight and a loss.
        assignment: input of the losses, as in `optimize_picture`.
        tile: rows and columns of a tile.
        steps: number of steps of Adam (Kingma, Ba 2015); the rates fall to 0 along a cosine.
    """

    losses: tuple[WeightedLoss, ...]
    assignment: Assignment
    tile: tuple[int, int]
    steps: int

    def loss(
        self, palette: Array, logits: Array, original: Array, key: Array, done: Array
    ) -> Array:
        """Return the weighted sum of the losses of one tile; `done` is the share of the steps done."""
        probabilities = jax.nn.softmax(logits, axis=-1)
        relaxed = product(self._assigned(logits, probabilities, key, done), palette)
        total = jnp.zeros(())
        for weight, loss in self.losses:
            if isinstance(loss, Variance):
                total += weight * loss(probabilities, palette)
            else:
                total += weight * loss(relaxed, original)
        return total

    def _assigned(self, logits: Array, probabilities: Array, key: Array, done: Array) -> Array:
        """Return the share of each colour in each pixel that the losses see."""
        if self.assignment == "expected":
            return probabilities
        if self.assignment == "straight-through":
            hard = jax.nn.one_hot(logits.argmax(axis=-1), logits.shape[-1])
            # Forward: the most probable colour. Backward: the slope of the probabilities.
            return probabilities + lax.stop_gradient(hard - probabilities)
        fall = _LAST_TEMPERATURE / _FIRST_TEMPERATURE
        temperature = _FIRST_TEMPERATURE * fall**done
        drawn = logits + jax.random.gumbel(key, logits.shape)
        return jax.nn.softmax(drawn / temperature, axis=-1)

    def step(
        self, original: Array, learned: Array, key: Array, state: State
    ) -> tuple[State, Array]:
        """Do one step of Adam on the palette and on the logits of one random tile."""
        corner_key, draw_key = jax.random.split(jax.random.fold_in(key, state.step))
        corner = self._corner(corner_key, original.shape)
        done = state.step / self.steps

        def cut(whole: Array) -> Array:
            return lax.dynamic_slice(whole, (*corner, 0), (*self.tile, whole.shape[2]))

        def put(whole: Array, part: Array) -> Array:
            return lax.dynamic_update_slice(whole, part, (*corner, 0))

        logits = cut(state.logits)
        loss, (palette_slopes, logit_slopes) = jax.value_and_grad(self.loss, argnums=(0, 1))(
            state.palette, logits, cut(original), draw_key, done
        )
        # Losses are means over pixels: scaled, so that slopes do not depend on the tile's size.
        slopes = palette_slopes, logit_slopes * (self.tile[0] * self.tile[1])
        moments = Moments(*((palette, cut(whole)) for palette, whole in state.moments))
        updates, moved_moments = adam_updates(slopes, moments, state.step)
        falling = cosine_decay(state.step, self.steps)
        moved = jnp.clip(state.palette - _RATES.palette_rate * falling * updates[0], 0, 1)
        palette = jnp.where(learned[:, None], moved, state.palette)
        logits = bounded(logits - _RATES.logit_rate * falling * updates[1])
        means, squares = (
            (new[0], put(old[1], new[1]))
            for old, new in zip(state.moments, moved_moments, strict=True)
        )
        return State(palette, put(state.logits, logits), (means, squares), state.step + 1), loss

    def _corner(self, key: Array, shape: tuple[int, ...]) -> tuple[Array, Array]:
        """Return the first row and column of a random tile, moved inside if it crosses a border."""
        corner = []
        for axis, side_key in enumerate(jax.random.split(key)):
            side, room = self.tile[axis], shape[axis] - self.tile[axis]
            drawn = jax.random.randint(side_key, (), -(side // 2), room + side // 2 + 1)
            corner.append(jnp.clip(drawn, 0, room))
        return corner[0], corner[1]


def start(descent: TileDescent, original: np.ndarray, palette: np.ndarray, seed: int) -> State:
    """Return the first state, in which near colours are more probable.

    Args:
        descent: settings.
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
    logits = first_logits(seen(original), seen(colors), _RATES.temperature)
    if drawn:
        # Random, since otherwise equal pixels would all change colour at the same step.
        logits = bounded(logits + jax.random.gumbel(key, logits.shape))
    moments = [(jnp.zeros_like(colors), jnp.zeros_like(logits)) for _ in range(2)]
    return State(colors, logits, (moments[0], moments[1]), jnp.zeros((), jnp.int32))


def compiled_steps(descent: TileDescent) -> Any:
    """Return a compiled function of state, number of steps, picture, learned colours and key."""

    # The state is as large as everything else, so its memory is reused.
    @functools.partial(jax.jit, static_argnums=1, donate_argnums=0)
    def advance(
        state: State, count: int, original: Array, learned: Array, key: Array
    ) -> tuple[State, Array]:
        return lax.scan(
            lambda carried, _: descent.step(original, learned, key, carried), state, length=count
        )

    return advance


@jax.jit
def most_probable(logits: Array) -> tuple[Array, Array]:
    """Return the probabilities of (..., K) logits and the index of the largest, (...) uint8."""
    return jax.nn.softmax(logits, axis=-1), logits.argmax(axis=-1).astype(jnp.uint8)


def trajectory(
    descent: TileDescent, original: np.ndarray, learned: np.ndarray, state: State, seed: int
) -> Iterator[tuple[State, np.ndarray]]:
    """Yield the state after each chunk of steps, and their losses; the state passed in is consumed."""
    explain_waits()
    light, may_move = jnp.asarray(original), jnp.asarray(learned)
    key = jax.random.fold_in(jax.random.key(seed), 1)
    advance = compiled_steps(descent)
    done = 0
    while done < descent.steps:
        count = min(_CHUNK, descent.steps - done)
        state, losses = jax.block_until_ready(advance(state, count, light, may_move, key))
        done += count
        yield state, np.asarray(losses)
