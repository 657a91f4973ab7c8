"""A descent on a whole picture, for losses that see how pixels lie beside each other.

Every pixel has its own probabilities. Where a loss looks at neighbours the histogram no longer stands
for the picture, so the logits of all pixels and Adam's two moments of each are kept; random tiles may
be descended on one after the other, which bounds what each step needs beside them.

    >>> gray = np.full((16, 16, 3), 188, np.uint8)  # half of white's light
    >>> black_and_white = np.array([[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]])
    >>> optimized = optimize_picture(
    ...     gray, black_and_white, [(1.0, Blurred(1.5))],
    ...     assignment="straight-through", steps=200, learned=np.zeros(2, bool),
    ... )
    >>> bool(abs(optimized.indices.mean() - 0.5) < 0.05)
    True
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, get_args

import numpy as np

from dither.color import srgb_to_linear
from dither.differentiable.losses import Blurred as Blurred
from dither.differentiable.tiles import (
    Assignment,
    TileDescent,
    WeightedLoss,
    chosen,
    start,
    trajectory,
)
from dither.errors import InputError
from dither.palettes.from_image import k_means
from dither.palettes.palette import MAX_COLORS, Palette
from dither.samples import as_color, checked_image, eight_bit_colors, white_code

# How many arrays of 4 bytes for each pixel and colour are held at once, counted in compiled programs
# of all three assignments: of the picture, logits, their moments and copies at the start and the end;
# of a tile, its share of them and what a step makes on the way.
_OF_PICTURE, _OF_TILE = 6, 11
# Of each pixel of a tile, whatever the number of colours, for losses that see neighbours.
_OF_PIXEL = 140
# Blurs fill a smaller tile up.
_SMALLEST_SIDE = 32
_MOST_SEED = (1 << 32) - 1


class OptimizedPicture(NamedTuple):
    """The end of a descent on a picture.

    Attributes:
        palette: (K, 3) float64 linear light, 0 to 1; colours that were not learned are as they were.
        indices: (H, W) uint8, the most probable colour of each pixel.
        probabilities: (H, W, K) float32, of which each pixel's add up to 1.
        trace: (steps,) float32, the loss of each step's tile, before the step.
    """

    palette: np.ndarray
    indices: np.ndarray
    probabilities: np.ndarray
    trace: np.ndarray


def optimize_picture(
    image: np.ndarray,
    palette: Palette | np.ndarray | int,
    losses: Sequence[WeightedLoss],
    *,
    assignment: Assignment = "expected",
    tile: int | None = None,
    memory: int = 2 << 30,
    steps: int = 500,
    seed: int = 0,
    learned: np.ndarray | None = None,
    on_progress: Callable[[int, float], None] | None = None,
) -> OptimizedPicture:
    """Descend on the probabilities of every pixel and on the palette, down any sum of losses.

    Source: P. Stefek, "Differentiable dithering" (2020), where the losses are any; Y. Bengio, N.
    Leonard and A. Courville, "Estimating or propagating gradients through stochastic neurons" (2013)
    (straight through); E. Jang, S. Gu and B. Poole, "Categorical reparameterization with
    Gumbel-softmax" (2017).

    Args:
        image: (H, W) or (H, W, 3); uint8, uint16, bool, or float32/float64 in 0..1, as sRGB codes.
        palette: the first colours, as a Palette or (K, 3) linear light of 0 to 1; or how many, 2 to
            256, to begin with those of k-means.
        losses: pairs of a weight, above 0, and a loss: `Blurred`, `StructuralSimilarity`, `Variance`,
            or any function of the relaxed picture and the original, both (h, w, 3) linear light of a
            tile as jax arrays, that gives a number jax can differentiate.
        assignment: what the losses look at: the mean of each pixel's mixture ("expected"), its most
            probable colour, with the slope of the mixture ("straight-through"), or a softened random
            draw that gets harder ("gumbel").
        tile: the side, in pixels, of the square that each step goes down; the whole picture if not
            given.
        memory: how many bytes the descent may need at most.
        steps: of Adam, at rates that fall to 0 along a cosine.
        seed: 0 to 2^32 - 1, of the tiles, the draws and k-means; the same seed gives the same bytes.
        learned: (K,) bool, which colours may move; all if not given.
        on_progress: called after every twenty steps with the steps done and the last loss.

    Raises:
        InputError: an argument is out of range, or the descent would need more memory than allowed.
    """
    image = checked_image(image)
    if image.size == 0:
        raise InputError(f"a picture has some pixels, not shape {image.shape}")
    if not isinstance(steps, int | np.integer) or steps < 1:
        raise InputError(f"steps is {steps}; it must be a whole number from 1")
    if not isinstance(seed, int | np.integer) or not 0 <= seed <= _MOST_SEED:
        raise InputError(f"seed is {seed}; it must be a whole number from 0 to {_MOST_SEED}")
    if assignment not in get_args(Assignment):
        raise InputError(
            f"assignment is {assignment!r}; it must be one of {', '.join(get_args(Assignment))}"
        )
    if tile is not None and (not isinstance(tile, int | np.integer) or tile < 1):
        raise InputError(f"tile is {tile}; it must be a whole number of pixels from 1")
    for weight, loss in losses:
        if not 0 < weight < np.inf or not callable(loss):
            raise InputError(
                f"({weight}, {loss!r}) is no loss with its weight, a finite number above 0"
            )
    if not losses:
        raise InputError("there are no losses; at least one is needed to go down")
    # Before anything of the picture's size is made.
    count = palette if isinstance(palette, int | np.integer) else len(palette)
    height, width = image.shape[:2]
    sides = (height, width) if tile is None else (min(tile, height), min(tile, width))
    _check_memory((height, width), sides, int(count), memory)
    original = _linear(image)
    colors = _first_colors(image, palette, seed)
    learned = np.ones(len(colors), bool) if learned is None else np.asarray(learned)
    if learned.shape != (len(colors),) or learned.dtype != np.bool_:
        raise InputError(
            f"learned is one truth value for each of {len(colors)} colours, not {learned.dtype} of "
            f"shape {learned.shape}"
        )
    weighted = tuple((float(weight), loss) for weight, loss in losses)
    descent = TileDescent(weighted, assignment, sides, steps)
    state = start(descent, original, colors, seed)
    trace = []
    for latest, seen in trajectory(descent, original, learned, state, seed):
        state = latest
        trace.append(seen)
        if on_progress is not None:
            on_progress(int(state.step), float(seen[-1]))
    probabilities, indices = (np.asarray(each) for each in chosen(state.logits))
    moved = np.where(learned[:, None], np.asarray(state.palette, np.float64), colors)
    return OptimizedPicture(moved, indices, probabilities, np.concatenate(trace))


def needed_memory(shape: tuple[int, int], tile: tuple[int, int], colors: int) -> int:
    """About how many bytes a descent needs at most, for losses that keep some planes of each pixel.

    Example:
        >>> needed_memory((450, 900), (450, 900), 16) >> 20
        641
    """
    pixels = shape[0] * shape[1]
    of_tile = max(tile[0], _SMALLEST_SIDE) * max(tile[1], _SMALLEST_SIDE)
    return 4 * (pixels * (_OF_PICTURE * colors + 3) + of_tile * (_OF_TILE * colors + _OF_PIXEL))


def _check_memory(shape: tuple[int, int], tile: tuple[int, int], colors: int, memory: int) -> None:
    needed = needed_memory(shape, tile, colors)
    if needed <= memory:
        return
    sentence = (
        f"{shape[0]} x {shape[1]} pixels and {colors} colours in tiles of {tile[0]} x {tile[1]} need "
        f"about {needed >> 20} MiB of the {memory >> 20} MiB allowed"
    )
    side = max((s for s in range(max(tile)) if _fits(shape, s, colors, memory)), default=0)
    if side:
        raise InputError(f"{sentence}; a tile of {side} would fit")
    few = max((k for k in range(colors) if _fits(shape, 1, k, memory)), default=0)
    if few > 1:
        raise InputError(f"{sentence}; {few} colours in small tiles would fit")
    raise InputError(f"{sentence}; a smaller picture would fit")


def _fits(shape: tuple[int, int], side: int, colors: int, memory: int) -> bool:
    tile = min(side, shape[0]), min(side, shape[1])
    return needed_memory(shape, tile, colors) <= memory


def _linear(image: np.ndarray) -> np.ndarray:
    """(H, W, 3) float32 linear light, 0 to 1."""
    if np.issubdtype(image.dtype, np.integer):
        white = white_code(image)
        light = srgb_to_linear(np.arange(white + 1) / white).astype(np.float32)[image]
    else:
        light = srgb_to_linear(np.clip(image, 0, 1)).astype(np.float32)
    return np.ascontiguousarray(as_color(light))


def _first_colors(image: np.ndarray, palette: Palette | np.ndarray | int, seed: int) -> np.ndarray:
    """(K, 3) float64 linear light."""
    if isinstance(palette, int | np.integer):
        return k_means(eight_bit_colors(image), int(palette), seed=seed).linear
    colors = palette.linear if isinstance(palette, Palette) else np.asarray(palette, np.float64)
    if colors.ndim != 2 or colors.shape[1] != 3 or not 1 <= len(colors) <= MAX_COLORS:
        raise InputError(
            f"a palette is 1 to {MAX_COLORS} colours in rows of three, not shape {colors.shape}"
        )
    # Written so that NaN fails too.
    if not (colors.min() >= 0 and colors.max() <= 1):
        raise InputError(
            f"a palette is linear light from 0 to 1, not {colors.min()} to {colors.max()}"
        )
    return colors
