"""Mixtures made into pixels: each takes one colour, by chance or by the threshold of its cell.

The unit interval is cut into as many pieces as there are colours, each as long as the colour is
probable; a pixel takes the colour whose piece holds a number of 0 to 1. Independent numbers give white
noise, as the method was published; those of a blue-noise matrix give grain that is harder to see.

A mixture may belong to one pixel, (H, W, K), or to many: (N, K) and the place of each pixel's mixture.
A big picture is made a few rows at a time, so that of the latter nothing of H x W x K is made.
"""

from collections.abc import Callable

import numpy as np

from dither.color import LUMINANCE_WEIGHTS
from dither.errors import InputError
from dither.matrix.threshold_matrix import ThresholdMatrix
from dither.ordered.tiling import at_phase, block_rows

_MOST_COLORS = 256
# A row of single precision adds up to 1 but for rounding.
_SLACK = 1e-3


def sampled(
    probabilities: np.ndarray, *, bins: np.ndarray | None = None, seed: int = 0
) -> np.ndarray:
    """Each pixel draws its colour by itself.

    Source: P. Stefek, "Differentiable dithering" (2020).

    Args:
        probabilities: (H, W, K) float of each pixel, or (N, K) of bins, K from 1 to 256; at least 0,
            each row adding up to 1.
        bins: (H, W) integers, the bin of each pixel, if probabilities are those of bins.
        seed: 0 or more; the same seed gives the same pixels.

    Returns:
        (H, W) uint8, the index of each pixel's colour.

    Raises:
        InputError: an array has another shape or holds other values, or `seed` is out of range.

    Example:
        >>> halves = np.full((64, 64, 2), 0.5)
        >>> bool(abs(sampled(halves, seed=1).mean() - 0.5) < 0.03)
        True
    """
    if not isinstance(seed, int | np.integer) or seed < 0:
        raise InputError(f"seed is {seed}; it must be a whole number from 0")
    mixtures, bins = _checked(probabilities, bins)
    generator = np.random.default_rng(seed)
    # Single precision: 1 itself is never drawn, nor made by adding the place of a bin.
    return _chosen(mixtures, bins, lambda rows, shape: generator.random(shape, dtype=np.float32))


def matrix_sampled(
    probabilities: np.ndarray,
    palette: np.ndarray,
    matrix: ThresholdMatrix,
    *,
    bins: np.ndarray | None = None,
    phase: tuple[int, int, int] = (0, 0, 0),
) -> np.ndarray:
    """The threshold of each pixel's cell chooses its colour, from dark to light.

    Sorted by luminance, neighbours in the order are alike, and the matrix spreads what differs much.

    Args:
        probabilities: as in `sampled`.
        palette: (K, 3) float linear light, of whatever range.
        matrix: with N cells, a flat patch of N pixels has each colour as often as its probability
            says, to within one pixel.
        bins: as in `sampled`.
        phase: frame, row and column of the matrix at the first pixel, around the torus.

    Returns:
        (H, W) uint8, the index of each pixel's colour.

    Raises:
        InputError: an array has another shape or holds other values.

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
            f"mixtures of {mixtures.shape[-1]} colours need as many in the palette, not "
            f"{palette.shape}"
        )
    order = np.argsort(palette @ np.array(LUMINANCE_WEIGHTS), kind="stable")
    thresholds = (at_phase(matrix.planes, phase) + 0.5) / matrix.ranks.size
    height, width = thresholds.shape

    def numbers(rows: slice, shape: tuple[int, int]) -> np.ndarray:
        cells = np.ix_(np.arange(rows.start, rows.stop) % height, np.arange(shape[1]) % width)
        return thresholds[cells]

    return order.astype(np.uint8)[_chosen(mixtures[..., order], bins, numbers)]


def _chosen(
    mixtures: np.ndarray,
    bins: np.ndarray,
    numbers: Callable[[slice, tuple[int, int]], np.ndarray],
) -> np.ndarray:
    """(H, W) uint8: in which piece of the mixture of each pixel its number of 0..1 lies.

    Args:
        mixtures: (H, W, K) of the pixels, or (N, K) of bins.
        bins: (H, W) the bin of each pixel; of the pixels' own mixtures the size alone counts.
        numbers: of some rows and their shape.
    """
    height, width = bins.shape
    out = np.empty((height, width), np.uint8)
    joints = mixtures.shape[-1] - 1
    ladder = _ladder(mixtures) if mixtures.ndim == 2 else np.empty(0)
    for rows in block_rows(height, width):
        shape = len(out[rows]), width
        if mixtures.ndim == 2:
            here = bins[rows].astype(np.int64)
        else:
            ladder = _ladder(mixtures[rows].reshape(-1, joints + 1))
            here = np.arange(shape[0] * width).reshape(shape)
        rungs = np.searchsorted(ladder, here + numbers(rows, shape), side="right")
        out[rows] = rungs - here * joints
    return out


def _ladder(mixtures: np.ndarray) -> np.ndarray:
    """Where the pieces of mixture i meet, plus i, of one mixture after the other: N (K - 1), rising.

    One search in all of them at once finds the piece without a table of what each pixel's meet at.
    """
    meet = np.cumsum(mixtures, axis=1, dtype=np.float64)
    # A colour that is never to be chosen at the end leaves nothing by rounding.
    meet = meet[:, :-1] / meet[:, -1:]
    return (meet + np.arange(len(meet))[:, None]).ravel()


def _checked(probabilities: np.ndarray, bins: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """The mixtures as they are, and the place (H, W) of each pixel's among bins."""
    probabilities = np.asarray(probabilities)
    if probabilities.ndim != (3 if bins is None else 2) or 0 in probabilities.shape:
        raise InputError(
            f"probabilities are (H, W, K), or (N, K) with the bins of pixels, not "
            f"{probabilities.shape} {'without' if bins is None else 'with'} bins"
        )
    count = probabilities.shape[-1]
    if count > _MOST_COLORS:
        raise InputError(f"{count} colours are too many; at most {_MOST_COLORS}")
    mixtures = probabilities.reshape(-1, count)
    sums = mixtures.sum(axis=1)
    # Written so that NaN fails too.
    if not (mixtures.min() >= 0 and abs(sums - 1).max() <= _SLACK):
        raise InputError(
            "probabilities are at least 0 and add up to 1 in each row; the least here is "
            f"{mixtures.min()}, and sums are {sums.min()} to {sums.max()}"
        )
    if bins is None:
        return probabilities, np.broadcast_to(0, probabilities.shape[:2])
    bins = np.asarray(bins)
    if bins.ndim != 2 or not np.issubdtype(bins.dtype, np.integer):
        raise InputError(f"bins are (H, W) integers, not {bins.dtype} of {bins.shape}")
    if bins.size and not 0 <= bins.min() <= bins.max() < len(mixtures):
        raise InputError(
            f"bins run from 0 to {len(mixtures) - 1}, not {bins.min()} to {bins.max()}"
        )
    return probabilities, bins
