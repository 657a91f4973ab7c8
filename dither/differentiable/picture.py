"""Descent on a whole picture, for losses that depend on neighbouring pixels.

Every pixel has its own probabilities: where a loss sees neighbours, the histogram cannot represent the
picture. The logits of all pixels and Adam's two moments of each are stored; random tiles bound the
memory that each step needs in addition.

    >>> gray = np.full((16, 16, 3), 188, np.uint8)  # half of white's light
    >>> black_and_white = np.array([[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]])
    >>> optimized = optimize_picture(
    ...     gray, black_and_white, [(1.0, Blurred(1.5))],
    ...     assignment="straight-through", steps=200, learned=np.zeros(2, bool),
    ... )
    >>> bool(abs(optimized.indices.mean() - 0.5) < 0.05)
    True
"""

from collections.abc import Sequence
from typing import NamedTuple, get_args

import numpy as np

from dither.color import srgb_to_linear
from dither.differentiable.checks import checked_colors, checked_learned
from dither.differentiable.losses import Blurred as Blurred
from dither.differentiable.tiles import (
    Assignment,
    TileDescent,
    WeightedLoss,
    most_probable,
    start,
    trajectory,
)
from dither.errors import InputError
from dither.palettes.from_image import k_means
from dither.palettes.palette import MAX_COLORS, Palette
from dither.progress import OnProgress, no_progress
from dither.samples import as_color, checked_image, eight_bit_colors, white_code

# Arrays of 4 bytes per pixel and colour that exist at once, counted in compiled programs of all three
# assignments: for the picture, logits, moments and copies at the start and the end; for a tile, its
# part of them and the temporaries of a step.
_PICTURE_ARRAYS, _TILE_ARRAYS = 6, 11
# Arrays per pixel of a tile, whatever the number of colours, for losses that see neighbours.
_PIXEL_ARRAYS = 140
# Blurs pad smaller tiles to this side.
_MIN_SIDE = 32
_MAX_SEED = (1 << 32) - 1


class OptimizedPicture(NamedTuple):
    """Result of a descent on a picture.

    Attributes:
        palette: (K, 3) float64 linear light, 0 to 1; colours that were not learned are unchanged.
        indices: (H, W) uint8, the most probable colour of each pixel.
        probabilities: (H, W, K) float32; those of a pixel sum to 1.
        trace: (steps,) float32, the loss of each step's tile before the step.
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
    on_progress: OnProgress = no_progress,
) -> OptimizedPicture:
    """Minimize any sum of losses over the probabilities of every pixel and the palette.

    Source: P. Stefek, "Differentiable dithering" (2020), with any losses; Y. Bengio, N. Leonard and
    A. Courville, "Estimating or propagating gradients through stochastic neurons" (2013) (straight
    through); E. Jang, S. Gu and B. Poole, "Categorical reparameterization with Gumbel-softmax" (2017).

    Args:
        image: (H, W) or (H, W, 3); uint8, uint16, bool, or float32/float64 in 0..1, as sRGB codes.
        palette: the first colours, as a Palette or (K, 3) linear light, 0 to 1; or their number, 2 to
            256, to start from k-means.
        losses: pairs of a weight, above 0, and a loss: `Blurred`, `StructuralSimilarity`, `Variance`,
            or any function of the relaxed picture and the original, both (h, w, 3) linear light of a
            tile as jax arrays, that returns a number that jax can differentiate.
        assignment: input of the losses: the mean of each pixel's mixture ("expected"), its most
            probable colour, with the slope of the mixture ("straight-through"), or a softened random
            draw that becomes harder ("gumbel").
        tile: side of the square optimized in each step, in pixels; the whole picture if not given.
        memory: largest memory that the descent may need, in bytes.
        steps: number of steps of Adam; the rates fall to 0 along a cosine.
        seed: seed of the tiles, the draws and k-means, 0 to 2^32 - 1; the same seed gives the same
            bytes.
        learned: (K,) bool, True for the colours that may move; all if not given.
        on_progress: called every twenty steps with the share done, 0 to 1, and the last loss as text.

    Raises:
        InputError: an argument is out of range, or the descent would need more memory than allowed.
    """
    image = checked_image(image)
    if image.size == 0:
        raise InputError(f"a picture must have some pixels, not shape {image.shape}")
    if not isinstance(steps, int | np.integer) or steps < 1:
        raise InputError(f"steps is {steps}; it must be a whole number from 1")
    if not isinstance(seed, int | np.integer) or not 0 <= seed <= _MAX_SEED:
        raise InputError(f"seed is {seed}; it must be a whole number from 0 to {_MAX_SEED}")
    if assignment not in get_args(Assignment):
        raise InputError(
            f"assignment is {assignment!r}; it must be one of {', '.join(get_args(Assignment))}"
        )
    if tile is not None and (not isinstance(tile, int | np.integer) or tile < 1):
        raise InputError(f"tile is {tile}; it must be a whole number of pixels from 1")
    for weight, loss in losses:
        if not 0 < weight < np.inf or not callable(loss):
            raise InputError(
                f"({weight}, {loss!r}) must be a finite weight above 0 and a loss function"
            )
    if not losses:
        raise InputError("losses is empty; give at least one pair of a weight and a loss")
    # Checked before any array of the picture's size is made.
    count = palette if isinstance(palette, int | np.integer) else len(palette)
    height, width = image.shape[:2]
    sides = (height, width) if tile is None else (min(tile, height), min(tile, width))
    _check_memory((height, width), sides, int(count), memory)
    original = _linear(image)
    if isinstance(palette, int | np.integer):
        colors = k_means(eight_bit_colors(image), int(palette), seed=seed).linear
    else:
        colors = palette.linear if isinstance(palette, Palette) else palette
        colors = checked_colors("palette", colors, most=MAX_COLORS)
    learned = checked_learned(learned, len(colors))
    weighted = tuple((float(weight), loss) for weight, loss in losses)
    descent = TileDescent(weighted, assignment, sides, steps)
    state = start(descent, original, colors, seed)
    trace = []
    for latest, tile_losses in trajectory(descent, original, learned, state, seed):
        state = latest
        trace.append(tile_losses)
        on_progress(int(state.step) / steps, f"loss {tile_losses[-1]:.3g}")
    probabilities, indices = (np.asarray(each) for each in most_probable(state.logits))
    moved = np.where(learned[:, None], np.asarray(state.palette, np.float64), colors)
    return OptimizedPicture(moved, indices, probabilities, np.concatenate(trace))


def needed_memory(shape: tuple[int, int], tile: tuple[int, int], colors: int) -> int:
    """Return about how many bytes a descent needs, for losses that store some planes of each pixel.

    Example:
        >>> needed_memory((450, 900), (450, 900), 16) >> 20
        641
    """
    of_picture = shape[0] * shape[1] * (_PICTURE_ARRAYS * colors + 3)
    of_tile = (
        max(tile[0], _MIN_SIDE) * max(tile[1], _MIN_SIDE) * (_TILE_ARRAYS * colors + _PIXEL_ARRAYS)
    )
    return 4 * (of_picture + of_tile)


def largest_tile(shape: tuple[int, ...], colors: int, memory: int) -> int | None:
    """Return the side of the largest tile that fits into some memory; None if the whole picture fits.

    Returns 1 if none fits, which `optimize_picture` refuses with its reason.

    Example:
        >>> largest_tile((450, 900), 16, 1 << 30), largest_tile((450, 900), 16, 400 << 20)
        (None, 455)
    """
    height, width = shape
    if needed_memory((height, width), (height, width), colors) <= memory:
        return None
    fitting = (
        side
        for side in range(max(shape) - 1, 0, -1)
        if needed_memory((height, width), (min(side, height), min(side, width)), colors) <= memory
    )
    return next(fitting, 1)


def _check_memory(shape: tuple[int, int], tile: tuple[int, int], colors: int, memory: int) -> None:
    """Refuse a descent that needs too much memory, and name a size that would fit."""
    needed = needed_memory(shape, tile, colors)
    if needed <= memory:
        return

    def fits(side: int, colors: int) -> bool:
        return needed_memory(shape, (min(side, shape[0]), min(side, shape[1])), colors) <= memory

    sentence = (
        f"{shape[0]} x {shape[1]} pixels and {colors} colours in tiles of {tile[0]} x {tile[1]} need "
        f"about {needed >> 20} MiB of the {memory >> 20} MiB allowed"
    )
    side = max((side for side in range(max(tile)) if fits(side, colors)), default=0)
    if side:
        raise InputError(f"{sentence}; a tile of {side} would fit")
    count = max((count for count in range(colors) if fits(1, count)), default=0)
    if count > 1:
        raise InputError(f"{sentence}; {count} colours in small tiles would fit")
    raise InputError(f"{sentence}; a smaller picture would fit")


def _linear(image: np.ndarray) -> np.ndarray:
    """Return (H, W, 3) float32 linear light, 0 to 1."""
    if np.issubdtype(image.dtype, np.integer):
        white = white_code(image)
        light = srgb_to_linear(np.arange(white + 1) / white).astype(np.float32)[image]
    else:
        light = srgb_to_linear(np.clip(image, 0, 1)).astype(np.float32)
    return np.ascontiguousarray(as_color(light))
