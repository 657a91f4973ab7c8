"""Structural similarity (SSIM) of luma, at one scale and over five.

Source: Z. Wang, A. Bovik, H. Sheikh and E. Simoncelli, "Image quality assessment: from error
visibility to structural similarity" (2004); Z. Wang, E. Simoncelli and A. Bovik, "Multi-scale
structural similarity for image quality assessment" (2003).

Luma is the sRGB code of the luminance. Pictures are reduced in linear light, as the eye does from afar:
two dots become their mean light, not their mean code.

`similarity_maps` and `multi_scale_product` take numpy or jax arrays; the losses of
`dither.differentiable` use them too, with their own blur.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from dither.color import LUMINANCE_WEIGHTS, array_namespace, linear_to_srgb
from dither.errors import InputError
from dither.metrics.blur import gaussian_blurred
from dither.metrics.light import linear_lights

# Wang et al. 2004: a Gaussian window of 11 by 11 pixels, and the constants that keep quotients finite
# near black, for luma from 0 to 1.
WINDOW_SIGMA, WINDOW_RADIUS = 1.5, 5
_LUMINANCE_FLOOR, _CONTRAST_FLOOR = 0.01**2, 0.03**2
# Wang, Simoncelli and Bovik 2003: exponents of the five scales, each half the size of the one before.
_SCALE_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
_MAX_SCALE = 64


def structural_similarity(original: np.ndarray, dithered: np.ndarray, *, scale: int = 2) -> float:
    """Return the SSIM of the luma of both pictures after reduction; higher is better.

    The mean is over the pixels whose window lies inside; if there are none, over all pixels, mirrored
    at the borders.

    Args:
        original: (H, W) or (H, W, 3) sRGB codes, as in `image_errors`.
        dithered: same rows and columns.
        scale: side of the squares that are reduced to their mean light, 1 to 64 pixels; squares at the
            right and lower border may be smaller.

    Returns:
        1 for equal pictures; 0 or slightly below for unrelated ones.

    Raises:
        InputError: as `image_errors`, or `scale` is out of range.

    Example:
        >>> checks = np.indices((64, 64)).sum(axis=0) % 2 == 0
        >>> gray = np.full((64, 64), 188, np.uint8)
        >>> round(structural_similarity(gray, checks), 3)
        1.0
        >>> round(structural_similarity(gray, checks, scale=1), 3)
        0.003
    """
    if not isinstance(scale, int | np.integer) or not 1 <= scale <= _MAX_SCALE:
        raise InputError(f"scale is {scale}; it must be a whole number from 1 to {_MAX_SCALE}")
    reduced = [_box_reduced(plane, scale) for plane in _luminances(original, dithered)]
    luminance, structure = similarity_maps(*reduced, blurred=_window_blurred)
    return float(np.mean(luminance * structure))


def multi_scale_structural_similarity(original: np.ndarray, dithered: np.ndarray) -> float:
    """Return the MS-SSIM of luma over five scales, full size to a sixteenth; higher is better.

    The mean contrast and structure of each scale, and the whole SSIM of the smallest, are raised to the
    published exponents and multiplied. Unlike in the paper, sizes are halved in linear light and
    negative means count as 0.

    Args:
        original: (H, W) or (H, W, 3) sRGB codes, as in `image_errors`.
        dithered: same rows and columns.

    Returns:
        0 to 1; 1 for equal pictures.

    Raises:
        InputError: as `image_errors`.

    Example:
        >>> picture = np.random.default_rng(0).random((200, 200))
        >>> multi_scale_structural_similarity(picture, picture)
        1.0
    """
    planes = _luminances(original, dithered)
    return float(multi_scale_product(planes, _window_blurred, lambda plane: _box_reduced(plane, 2)))


def similarity_maps(first: Any, second: Any, *, blurred: Callable[[Any], Any]) -> tuple[Any, Any]:
    """Return the similarity of luma, and that of contrast and structure, at each pixel.

    Args:
        first: (H, W) luminance, a numpy or jax array.
        second: as `first`.
        blurred: blurs (H, W, C) planes with the Gaussian window.
    """
    xp = array_namespace(first)
    first, second = linear_to_srgb(first), linear_to_srgb(second)
    products = xp.stack([first, second, first**2, second**2, first * second], axis=-1)
    means = blurred(products)
    if min(first.shape) > 2 * WINDOW_RADIUS:
        means = means[WINDOW_RADIUS:-WINDOW_RADIUS, WINDOW_RADIUS:-WINDOW_RADIUS]
    one, other, one_square, other_square, both = xp.moveaxis(means, -1, 0)
    luminance = (2 * one * other + _LUMINANCE_FLOOR) / (one**2 + other**2 + _LUMINANCE_FLOOR)
    variances = one_square - one**2 + other_square - other**2
    return luminance, (2 * (both - one * other) + _CONTRAST_FLOOR) / (variances + _CONTRAST_FLOOR)


def multi_scale_product(
    planes: Sequence[Any],
    blurred: Callable[[Any], Any],
    halved: Callable[[Any], Any],
    least: float = 0.0,
) -> Any:
    """Return the MS-SSIM of two planes of luminance.

    Args:
        planes: two (H, W) numpy or jax arrays.
        blurred: as in `similarity_maps`.
        halved: reduces a plane to half its size.
        least: lower bound of each scale's mean.
    """
    xp = array_namespace(planes[0])
    product: Any = 1.0
    for number, weight in enumerate(_SCALE_WEIGHTS, start=1):
        luminance, similarity = similarity_maps(*planes, blurred=blurred)
        if number == len(_SCALE_WEIGHTS):
            similarity = luminance * similarity
        product = product * xp.maximum(similarity.mean(), least) ** weight
        planes = [halved(plane) for plane in planes]
    return product


def _luminances(original: np.ndarray, dithered: np.ndarray) -> list[np.ndarray]:
    return [light @ np.array(LUMINANCE_WEIGHTS) for light in linear_lights(original, dithered)]


def _window_blurred(planes: np.ndarray) -> np.ndarray:
    return gaussian_blurred(planes, WINDOW_SIGMA, reach=WINDOW_RADIUS / WINDOW_SIGMA)


def _box_reduced(plane: np.ndarray, scale: int) -> np.ndarray:
    """Return the mean of each square of `scale` pixels; the last ones may be smaller."""
    for axis in (0, 1):
        starts = np.arange(0, plane.shape[axis], scale)
        lengths = np.diff(starts, append=plane.shape[axis])
        plane = np.add.reduceat(plane, starts, axis=axis) / np.expand_dims(lengths, 1 - axis)
    return plane
