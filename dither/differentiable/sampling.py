"""Sampling of mixtures: each pixel takes one colour, at random or by the threshold of its cell.

The unit interval is cut into one piece per colour, as long as the colour's probability; a pixel takes
the colour whose piece contains a number from 0 to 1. Independent random numbers give white noise, as in
the published method; the thresholds of a blue-noise matrix give less visible grain.

Mixtures belong to pixels, (H, W, K), or to bins: (N, K) and the bin of each pixel. Pictures are
processed in blocks of rows, so that bins never need an array of H x W x K.
"""

from collections.abc import Callable

import numpy as np

from dither.color import LUMINANCE_WEIGHTS
from dither.errors import InputError
from dither.matrix.threshold_matrix import ThresholdMatrix
from dither.ordered.tiling import at_phase, block_rows
from dither.palettes.palette import MAX_COLORS

# Rounding error of a single-precision row that sums to 1.
_TOLERANCE = 1e-3


def sampled(
    probabilities: np.ndarray, *, bins: np.ndarray | None = None, seed: int = 0
) -> np.ndarray:
    """Draw the colour of each pixel independently.

    Source: P. Stefek, "Differentiable dithering" (2020).

    Args:
        probabilities: (H, W, K) float of each pixel, or (N, K) of bins, K from 1 to 256; at least 0,
            each row with sum 1.
        bins: (H, W) integers, the bin of each pixel, if the probabilities are those of bins.
        seed: 0 or more; the same seed gives the same pixels.

    Returns:
        (H, W) uint8, the index of each pixel's colour.

    Raises:
        InputError: an array has another shape or values out of range, or `seed` is out of range.

    Example:
        >>> halves = np.full((64, 64, 2), 0.5)
        >>> bool(abs(sampled(halves, seed=1).mean() - 0.5) < 0.03)
        True
    """
    if not isinstance(seed, int | np.integer) or seed < 0:
        raise InputError(f"seed is {seed}; it must be a whole number from 0")
    mixtures, bins = _checked(probabilities, bins)
    generator = np.random.default_rng(seed)
    # Single precision, so that adding the index of a bin never rounds up to the next whole number.
    return _pieces(mixtures, bins, lambda rows, shape: generator.random(shape, dtype=np.float32))


def matrix_sampled(
    probabilities: np.ndarray,
    palette: np.ndarray,
    matrix: ThresholdMatrix,
    *,
    bins: np.ndarray | None = None,
    phase: tuple[int, int, int] = (0, 0, 0),
) -> np.ndarray:
    """Choose the colour of each pixel by the threshold of its cell, from dark to light.

    The colours are sorted by luminance, so that neighbours in the order are alike and the matrix
    spreads those that differ most.

    Args:
        probabilities: as in `sampled`.
        palette: (K, 3) float linear light, any range.
        matrix: threshold matrix; in a flat patch of its N cells the count of each colour equals its
            probability times N, to within one pixel.
        bins: as in `sampled`.
        phase: frame, row and column of the matrix at the first pixel, wrapping around.

    Returns:
        (H, W) uint8, the index of each pixel's colour.

    Raises:
        InputError: an array has another shape or values out of range.

    Example:
        >>> matrix = ThresholdMatrix(np.array([[0, 2], [3, 1]]))
        >>> white_and_black = np.array([[1.0, 1.0, 1.0], [0.0, 0.0, 0.0]])
        >>> matrix_sampled(np.full((2, 2, 2), 0.5), white_and_black, matrix).tolist()
        [[1, 0], [0, 1]]
    """
    mixtures, bins = _checked(probabilities, bins)
    palette = np.asarray(palette, np.float64)
    if palette.shape != (mixtures.shape[-1], 3):
        raise InputError(
            f"mixtures of {mixtures.shape[-1]} colours need as many in the palette, not one of shape "
            f"{palette.shape}"
        )
    order = np.argsort(palette @ np.array(LUMINANCE_WEIGHTS), kind="stable")
    thresholds = (at_phase(matrix.planes, phase) + 0.5) / matrix.ranks.size
    height, width = thresholds.shape

    def numbers(rows: slice, shape: tuple[int, int]) -> np.ndarray:
        cells = np.ix_(np.arange(rows.start, rows.stop) % height, np.arange(shape[1]) % width)
        return thresholds[cells]

    return order.astype(np.uint8)[_pieces(mixtures[..., order], bins, numbers)]


def _pieces(
    mixtures: np.ndarray,
    bins: np.ndarray,
    numbers: Callable[[slice, tuple[int, int]], np.ndarray],
) -> np.ndarray:
    """Return the piece of each pixel's mixture that contains its number, (H, W) uint8.

    Args:
        mixtures: (H, W, K) of pixels, or (N, K) of bins.
        bins: (H, W) bin of each pixel; for mixtures of pixels only its shape matters.
        numbers: returns the numbers, 0 to 1, of some rows, given the rows and their shape.
    """
    height, width = bins.shape
    out = np.empty((height, width), np.uint8)
    bounds_per_bin = mixtures.shape[-1] - 1
    cumulative = _cumulative_bins(mixtures) if mixtures.ndim == 2 else np.empty(0)
    for rows in block_rows(height, width):
        shape = len(out[rows]), width
        if mixtures.ndim == 2:
            own = bins[rows].astype(np.int64)
        else:
            cumulative = _cumulative_bins(mixtures[rows].reshape(-1, bounds_per_bin + 1))
            own = np.arange(shape[0] * width).reshape(shape)
        found = np.searchsorted(cumulative, own + numbers(rows, shape), side="right")
        out[rows] = found - own * bounds_per_bin
    return out


def _cumulative_bins(mixtures: np.ndarray) -> np.ndarray:
    """Return the N (K - 1) bounds of all pieces, those of mixture i plus i, in ascending order.

    So one binary search over all bounds finds the piece of each pixel.
    """
    bounds = np.cumsum(mixtures, axis=1, dtype=np.float64)
    # Divided by the sum, so that rounding leaves no piece for a last colour of probability 0.
    bounds = bounds[:, :-1] / bounds[:, -1:]
    return (bounds + np.arange(len(bounds))[:, None]).ravel()


def _checked(probabilities: np.ndarray, bins: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Return the mixtures unchanged, and the (H, W) bin of each pixel, 0 without bins."""
    probabilities = np.asarray(probabilities)
    if probabilities.ndim != (3 if bins is None else 2) or 0 in probabilities.shape:
        raise InputError(
            "probabilities must be (H, W, K), or (N, K) with the bins of pixels, not "
            f"{probabilities.shape} {'without' if bins is None else 'with'} bins"
        )
    count = probabilities.shape[-1]
    if count > MAX_COLORS:
        raise InputError(f"{count} colours are too many; at most {MAX_COLORS} are allowed")
    mixtures = probabilities.reshape(-1, count)
    sums = mixtures.sum(axis=1)
    # Written so that NaN fails too.
    if not (mixtures.min() >= 0 and abs(sums - 1).max() <= _TOLERANCE):
        raise InputError(
            "probabilities must be at least 0 and add up to 1 in each row; the smallest here is "
            f"{mixtures.min()}, and sums are {sums.min()} to {sums.max()}"
        )
    if bins is None:
        return probabilities, np.broadcast_to(0, probabilities.shape[:2])
    bins = np.asarray(bins)
    if bins.ndim != 2 or not np.issubdtype(bins.dtype, np.integer):
        raise InputError(f"bins must be (H, W) integers, not {bins.dtype} of {bins.shape}")
    if bins.size and not 0 <= bins.min() <= bins.max() < len(mixtures):
        raise InputError(
            f"bins must be from 0 to {len(mixtures) - 1}, not {bins.min()} to {bins.max()}"
        )
    return probabilities, bins
