"""Search for pixels that compress well: the loss of `loss.py` plus the bits of deflate times a weight.

A pass goes over the rows from top to bottom and chooses each anew, by literals and repetitions of
pixels before it (`match_loops`). The error of a repetition enters the blurred error of its
neighbours, so the rows below make up for it. After a pass, the bits of literals, lengths and distances
are counted anew from what it chose (`match_bits`). One pass is enough for opaque images.

Each pixel's part of the loss is weighted by the activity around it: the eye sees less in texture.

Source: M. Analoui and J. Allebach, "Model-based halftoning using direct binary search" (1992), for the
blurred error; the shortest path through literals and repetitions is that of Zopfli (J. Alakuijala and
L. Vandevenne, "Data compression using Zopfli", 2013); the idea to repeat what is nearly equal is that
of lossy LZ77 (Z. Atallah and others, 1999).
"""

from typing import NamedTuple

import numpy as np

from dither.color import linear_to_oklab
from dither.optimizer import search
from dither.optimizer.blur import autocorrelation_taps, gaussian_blur, mirrored_taps
from dither.optimizer.config import SearchConfig
from dither.optimizer.loss import palette_cones, roots_to_error
from dither.optimizer.search_image import SearchImage
from dither.small_files.match_bits import MatchBits, counted_bits, first_bits, no_counts

# Distances inside a row that are tried, and rows and columns from a pixel to those in rows above.
_NEAR = np.array([1, 2, 3, 4, 5, 6, 7, 8, 12, 16])
_ABOVE = ((1, 0), (1, 1), (1, -1), (1, 2), (1, -2), (2, 0))
# Earlier places with the same two indices that are tried.
_CHAIN = 6
# Activity is the variance of lightness under a Gaussian of _ACTIVITY_SIGMA pixels; a flat area has that
# of a deviation of _FLOOR. The loss is weighted by its power.
_ACTIVITY_SIGMA, _FLOOR, _POWER = 1.5, 0.02, -0.25
# The penalty for grain is so many times larger in flat areas.
_FLAT_PENALTY = 3.0


class MatchState(NamedTuple):
    """State of a search.

    Attributes:
        indices: (H, W) uint8.
        pixels: as from `search.float_pixels`.
        field: as in `search.SearchState`.
        candidates: as there.
        weights: (H, W) float32, of the penalty of each pixel.
        bits: of each symbol.
    """

    indices: np.ndarray
    pixels: np.ndarray
    field: np.ndarray
    candidates: np.ndarray
    weights: np.ndarray
    bits: MatchBits


class MatchInfo(NamedTuple):
    """Result of a pass.

    Attributes:
        bits: estimate of the bits of the compressed pixels.
    """

    bits: float


def activity_weights(image: SearchImage) -> tuple[np.ndarray, np.ndarray]:
    """Return two (H, W) float32: the weights of each pixel's blurred error and of its penalty.

    Both fall with the activity around the pixel, that of the penalty more: grain is seen in flat areas.
    The first have a geometric mean of 1. Masked pixels have 0.
    """
    lightness = image.original[..., :1]
    mean, square = (
        gaussian_blur(values, _ACTIVITY_SIGMA)[..., 0] for values in (lightness, lightness**2)
    )
    flat = np.float32(_FLOOR**2)
    activity = np.maximum(square - mean**2, 0) + flat
    weights = activity ** np.float32(_POWER)
    counted = image.slopes[..., 0] > 0
    weights /= np.exp(np.log(weights[counted]).mean())
    weights = np.where(counted, weights, np.float32(0))
    return weights, weights * (1 + np.float32(_FLAT_PENALTY) * flat / activity)


def weighted(image: SearchImage, weights: np.ndarray) -> SearchImage:
    """Return an image in which each pixel's blurred error has a weight."""
    return image._replace(slopes=image.slopes * np.sqrt(weights)[..., None])


def init(
    indices: np.ndarray,
    palette: np.ndarray,
    image: SearchImage,
    weights: np.ndarray,
    config: SearchConfig,
    bits: MatchBits | None = None,
) -> MatchState:
    """Start a search.

    Args:
        indices: (H, W) uint8.
        palette: (K, 3) linear light.
        image: from `weighted`.
        weights: (H, W) float32, of the penalties, from `activity_weights`.
        config: blur, penalties and candidates.
        bits: of an earlier state; estimated if None.
    """
    state = search.init(indices, palette, image, config)
    return MatchState(
        indices.copy(),
        *(search.float_pixels(indices, image), state.field, state.candidates, weights),
        first_bits(indices) if bits is None else bits,
    )


def step(
    state: MatchState, palette: np.ndarray, config: SearchConfig, bit_weight: float
) -> tuple[MatchState, MatchInfo]:
    """Do one pass, overwriting the arrays of `state`.

    Args:
        state: from `init` or the pass before.
        palette: (K, 3) linear light, or (V, K, 3) for several views.
        config: blur, penalties and candidates.
        bit_weight: loss that a bit is worth, above 0.
    """
    from dither.small_files.match_loops import choose_rows
    from dither.small_files.match_pixels import Picture

    taps = autocorrelation_taps(config.sigma)
    height, width = state.indices.shape
    views = palette.reshape(-1, *palette.shape[-2:])
    row_taps, column_taps = (mirrored_taps(taps, length) for length in (height, width))
    picture = Picture(
        *(state.pixels, state.indices, state.weights, state.field, state.candidates),
        np.concatenate([palette_cones(view) for view in views], axis=1),
        np.concatenate([linear_to_oklab(view).astype(np.float32) for view in views], axis=1),
        roots_to_error(config),
        *(row_taps, column_taps, taps, config.penalty.astype(np.float32)),
    )
    far = np.array([rows * (width + 1) + columns for rows, columns in _ABOVE])
    counts = no_counts()
    choose_rows(picture, bit_weight, *state.bits, _NEAR, far, _CHAIN, *counts)
    bits, total = counted_bits(counts)
    return state._replace(bits=bits), MatchInfo(total)
