"""The loss of the pixel search: the squared error of the blurred image, and a penalty for grain.

    E = sum over pixels of |(G * u)(x)|^2 + sum over pixels and L, a, b of w |OKLab(c) -
    OKLab(original)|^2

u is the difference between the pixel's colour c and its target in OKLab, linearised at the target: the
cube roots of the cone responses change by their slope times the change of the responses. G is a
Gaussian, the blur of the eye. The second sum, the own error of each pixel times small weights w, limits
grain. The first sum is a quadratic form: the change of E by one pixel needs only the error under the
autocorrelation of G at that pixel (`error_field`).

`dither.optimizer.search` lowers E by changing pixels, `dither.optimizer.palette_refit` by moving the
palette. The loss by which the palette is learned first is in `dither.differentiable`.

Source: M. Analoui and J. Allebach, "Model-based halftoning using direct binary search" (1992), for one
bit; B. Ottosson, "A perceptual color space for image processing" (2020), OKLab.
"""

import numpy as np

from dither.color import LINEAR_TO_CONES, ROOTS_TO_OKLAB, linear_to_oklab
from dither.optimizer.blur import autocorrelation_taps
from dither.optimizer.config import SearchConfig
from dither.optimizer.search_image import SearchImage

# Cube roots of cone responses to OKLab, in the precision of the loops.
ROOTS_TO_OKLAB_32 = ROOTS_TO_OKLAB.astype(np.float32)


def search_loss(
    indices: np.ndarray, palette: np.ndarray, image: SearchImage, config: SearchConfig
) -> float:
    """Return E. No sweep of the search raises it.

    Args:
        indices: (H, W) uint8.
        palette: (K, 3) linear light.
        image: from `prepare_search`.
        config: blur and weights.
    """
    error = pixel_errors(indices, palette, image)
    own = np.square(linear_to_oklab(palette)[indices] - image.original) @ config.penalty
    own *= image.slopes[..., 0] > 0  # masked pixels have slope 0, and no error
    field = error_field(error.copy(), config)
    return float(np.vdot(field.astype(np.float64), error) + own.sum())


def pixel_errors(indices: np.ndarray, palette: np.ndarray, image: SearchImage) -> np.ndarray:
    """Return u, (3, H, W) float32: the linearised OKLab error of each pixel."""
    from dither.optimizer import search_loops

    out = np.empty((3, *indices.shape), np.float32)
    cones = palette_cones(palette)
    search_loops.errors(indices, image.target, image.slopes, cones, ROOTS_TO_OKLAB_32, out)
    return out


def error_field(errors: np.ndarray, config: SearchConfig) -> np.ndarray:
    """Convolve pixel errors (3, H, W) with the autocorrelation of the blur, in place."""
    from dither.optimizer import search_loops

    search_loops.convolve(errors, autocorrelation_taps(config.sigma), repeat=False)
    return errors


def palette_cones(palette: np.ndarray) -> np.ndarray:
    """Return the (K, 3) float32 cone responses of a palette in linear light."""
    return (palette @ LINEAR_TO_CONES.T).astype(np.float32)
