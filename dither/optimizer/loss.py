"""The loss of the pixel search: the squared error of the blurred image, and a penalty for grain.

    E = sum over pixels of |(G * u)(x)|^2 + sum over pixels and L, a, b of w |OKLab(c) -
    OKLab(original)|^2 + sum over corners of tiles of m / n |sum over pixels of t u|^2

u is the difference between the pixel's colour c and its target in OKLab, linearised at the target, with
a and b times the root of `color_weight`: the cube roots of the cone responses change by their slope
times the change of the responses. G is a Gaussian, the blur of the eye, mirrored at the borders. The
first sum is a quadratic form: the change of E by one pixel needs only the error under the
autocorrelation of G at that pixel (`error_field`).

The second sum, the own error of each pixel times small weights w, limits grain. Alone, it would trade
the right mean of a flat area for less grain: grey would become pink on black, white and red, and a few
dots on black would vanish, since G keeps about as much of a lonely dot as of the grey that it stands
for. The third sum, the squared mean error around each corner of a tile times a weight m, keeps the
means right. t falls from 1 at the corner to 0 at its neighbours along both axes (bilinear
interpolation), and n is its sum. So no pixel is at the border of a mean; means of the tiles themselves
would leave seams.

`dither.optimizer.search` lowers E by changing pixels, `dither.optimizer.palette_refit` by moving the
palette. The loss by which the palette is learned first is in `dither.differentiable`.

Source: M. Analoui and J. Allebach, "Model-based halftoning using direct binary search" (1992), for one
bit; B. Ottosson, "A perceptual color space for image processing" (2020), OKLab.
"""

import functools

import numpy as np

from dither.color import LINEAR_TO_CONES, ROOTS_TO_OKLAB, linear_to_oklab
from dither.optimizer.blur import autocorrelation_taps
from dither.optimizer.config import SearchConfig
from dither.optimizer.search_image import SearchImage

# Sides of the tiles. The kernel has 23 taps at most.
_TILE_SIDES = (16, 32)


def search_loss(
    indices: np.ndarray,
    palette: np.ndarray,
    image: SearchImage,
    config: SearchConfig,
    weights: np.ndarray | None = None,
) -> float:
    """Return E. No sweep of the search raises it.

    Args:
        indices: (H, W) uint8.
        palette: (K, 3) linear light.
        image: from `prepare_search`.
        config: blur and weights.
        weights: (H, W) float32, of the own error of each pixel; 1 if None.
    """
    error = pixel_errors(indices, palette, image, config)
    means = 0.0
    if config.mean_weight > 0:
        sums = corner_sums(error, tile_side(config))
        row_weights, column_weights = corner_weights(error.shape[1:], config)
        means = float(row_weights @ (sums**2).sum(axis=2) @ column_weights)
    own = np.square(linear_to_oklab(palette)[indices] - image.original) @ config.penalty
    own *= image.slopes[..., 0] > 0  # masked pixels have slope 0, and no error
    if weights is not None:
        own *= weights
    field = error_field(error.copy(), config)
    return float(np.vdot(field.astype(np.float64), error) + own.sum() + means)


def pixel_errors(
    indices: np.ndarray, palette: np.ndarray, image: SearchImage, config: SearchConfig
) -> np.ndarray:
    """Return u, (3, H, W) float32: the linearised OKLab error of each pixel, with its weights."""
    from dither.optimizer import search_loops

    out = np.empty((3, *indices.shape), np.float32)
    cones = palette_cones(palette)
    search_loops.errors(indices, image.target, image.slopes, cones, roots_to_error(config), out)
    return out


def error_field(errors: np.ndarray, config: SearchConfig) -> np.ndarray:
    """Convolve pixel errors (3, H, W) with the autocorrelation of the blur, in place."""
    from dither.optimizer import search_loops

    search_loops.convolve(errors, autocorrelation_taps(config.sigma))
    return errors


def tile_side(config: SearchConfig) -> int:
    """Return the side of the square tiles of the search: the least that the kernel does not cross."""
    return next(side for side in _TILE_SIDES if len(autocorrelation_taps(config.sigma)) <= side)


def corner_sums(errors: np.ndarray, side: int) -> np.ndarray:
    """Return (rows + 1, columns + 1, 3) float32: the weighted sum of errors around corners of tiles.

    Args:
        errors: (3, H, W), of pixels.
        side: height and width of a tile.
    """
    for axis in (1, 2):
        length = errors.shape[axis]
        starts = np.arange(0, length, side)
        shares = (np.arange(length) % side + 0.5) / side
        shares = shares[:, None] if axis == 1 else shares
        before = np.add.reduceat(errors * (1 - shares), starts, axis=axis)
        behind = np.add.reduceat(errors * shares, starts, axis=axis)
        pads = [(0, 0)] * 3
        pads[axis] = (0, 1)
        errors = np.pad(before, pads)
        pads[axis] = (1, 0)
        errors += np.pad(behind, pads)
    return np.ascontiguousarray(np.moveaxis(errors, 0, -1), np.float32)


def corner_weights(shape: tuple[int, ...], config: SearchConfig) -> tuple[np.ndarray, np.ndarray]:
    """Return (rows + 1,) and (columns + 1,) float32; their products weigh squares of `corner_sums`.

    A corner at the border of an image of `shape` has fewer pixels around it; each has as much weight.
    """
    side = tile_side(config)
    counts = [_corner_counts(length, side) for length in shape]
    return np.float32(config.mean_weight) / counts[0], 1 / counts[1]


@functools.lru_cache(maxsize=4)
def _corner_counts(length: int, side: int) -> np.ndarray:
    """Return (tiles + 1,) float32: the weight of the pixels around each corner along one axis."""
    return corner_sums(np.ones((1, 1, length)), side).sum(axis=0)[:, 0]


def roots_to_error(config: SearchConfig) -> np.ndarray:
    """Return (3, 3) float32: cube roots of cone responses to L, a and b times roots of weights."""
    roots = np.sqrt([[1.0], [config.color_weight], [config.color_weight]])
    return (roots * ROOTS_TO_OKLAB).astype(np.float32)


def palette_cones(palette: np.ndarray) -> np.ndarray:
    """Return the (K, 3) float32 cone responses of a palette in linear light."""
    return (palette @ LINEAR_TO_CONES.T).astype(np.float32)
