"""How much of a picture's structure is left: SSIM, at one size and over several.

Source: Z. Wang, A. Bovik, H. Sheikh and E. Simoncelli, "Image quality assessment: from error
visibility to structural similarity" (2004); Z. Wang, E. Simoncelli and A. Bovik, "Multi-scale
structural similarity for image quality assessment" (2003).

Both are measured on luma, the sRGB code of the luminance. Pictures are made smaller in linear light, as
the eye does from afar: what lies between two dots is their mean light, not their mean code.
"""

import numpy as np

from dither.color import LUMINANCE_WEIGHTS, linear_to_srgb
from dither.errors import InputError
from dither.metrics.blur import gaussian_blurred
from dither.metrics.light import linear_lights

# Wang et al. 2004: a Gaussian window of 11 by 11, and what keeps the quotients finite near black, for
# luma from 0 to 1.
_SIGMA, _RADIUS = 1.5, 5
_LUMINANCE_FLOOR, _CONTRAST_FLOOR = 0.01**2, 0.03**2
# Wang, Simoncelli and Bovik 2003: the exponents of the five scales, each half as large as the last.
_SCALE_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
_LARGEST_SCALE = 64


def structural_similarity(original: np.ndarray, dithered: np.ndarray, *, scale: int = 2) -> float:
    """SSIM of the luma of both pictures made smaller: 1 for equal pictures.

    The mean is over the pixels whose window lies inside, and over all, mirrored at the borders, in a
    picture that has no such pixel.

    Args:
        original: (H, W) or (H, W, 3) sRGB codes, as for `image_errors`.
        dithered: as many rows and columns.
        scale: the side of the squares, 1 to 64 pixels, whose mean light becomes one pixel; at the right
            and lower border they are cut off.

    Returns:
        At most 1; near 0, or a little below, where no structure is alike.

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
    if not isinstance(scale, int | np.integer) or not 1 <= scale <= _LARGEST_SCALE:
        raise InputError(f"scale is {scale}; it must be a whole number from 1 to {_LARGEST_SCALE}")
    luminances = [_luminance(light) for light in linear_lights(original, dithered)]
    luminance, structure = _similarities(*(_box_reduced(plane, scale) for plane in luminances))
    return float(np.mean(luminance * structure))


def multi_scale_structural_similarity(original: np.ndarray, dithered: np.ndarray) -> float:
    """SSIM over five sizes, from full to a sixteenth, weighted as the eye weights them.

    The product of powers of the mean contrast and structure at each size, and of the whole of SSIM at
    the smallest. Unlike the authors', sizes are halved in linear light, and a mean below 0 counts as 0.

    Args:
        original: (H, W) or (H, W, 3) sRGB codes, as for `image_errors`.
        dithered: as many rows and columns.

    Returns:
        0 to 1, which is for equal pictures.

    Raises:
        InputError: as `image_errors`.

    Example:
        >>> picture = np.random.default_rng(0).random((200, 200))
        >>> multi_scale_structural_similarity(picture, picture)
        1.0
    """
    planes = [_luminance(light) for light in linear_lights(original, dithered)]
    product = 1.0
    for halving, weight in enumerate(_SCALE_WEIGHTS, start=1):
        luminance, similarity = _similarities(*planes)
        if halving == len(_SCALE_WEIGHTS):
            similarity = luminance * similarity
        product *= max(float(similarity.mean()), 0.0) ** weight
        planes = [_box_reduced(plane, 2) for plane in planes]
    return product


def _luminance(light: np.ndarray) -> np.ndarray:
    return light @ np.array(LUMINANCE_WEIGHTS)


def _box_reduced(plane: np.ndarray, scale: int) -> np.ndarray:
    """The mean of each square of `scale` pixels; the last ones are as large as what is left."""
    for axis in (0, 1):
        starts = np.arange(0, plane.shape[axis], scale)
        held = np.diff(starts, append=plane.shape[axis])
        plane = np.add.reduceat(plane, starts, axis=axis) / np.expand_dims(held, 1 - axis)
    return plane


def _similarities(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of two planes of luminance, at each pixel: of luma; of contrast and structure."""
    first, second = linear_to_srgb(first), linear_to_srgb(second)
    products = np.stack([first, second, first**2, second**2, first * second], axis=2)
    blurred = gaussian_blurred(products, _SIGMA, reach=_RADIUS / _SIGMA)
    if min(first.shape) > 2 * _RADIUS:
        blurred = blurred[_RADIUS:-_RADIUS, _RADIUS:-_RADIUS]
    one, other, one_square, other_square, product = np.moveaxis(blurred, 2, 0)
    luminance = (2 * one * other + _LUMINANCE_FLOOR) / (one**2 + other**2 + _LUMINANCE_FLOOR)
    variances = one_square - one**2 + other_square - other**2
    return luminance, (2 * (product - one * other) + _CONTRAST_FLOOR) / (
        variances + _CONTRAST_FLOOR
    )
