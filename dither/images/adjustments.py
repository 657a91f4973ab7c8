"""Adjust an image before dithering: grey, size, saturation, brightness and contrast, in that order.

Saturation is measured from the grey of the same luminance. Brightness and contrast are the CSS filter
functions: they do not depend on the image, so all frames of an animation change alike.
Source: W3C, "Filter Effects Module Level 1" (2018), the functions brightness() and contrast().
"""

from dataclasses import dataclass

import numpy as np

from dither.color import to_gray
from dither.errors import InputError
from dither.images.fit import MAX_SCALE, Sides, resize_samples, resized_shape
from dither.images.raster_image import RasterImage
from dither.samples import checked_image, white_code

MAX_FACTOR = 10.0
# The code, between black (0) and white (1), that contrast keeps.
_MIDDLE = 0.5


@dataclass(frozen=True)
class Preparation:
    """Adjustments made before dithering; the defaults change nothing.

    Attributes:
        gray: convert colours to the grey of their luminance, mixed in linear light.
        resize: the new sides, or a scale factor for both, above 0 to 100.
        saturation: factor of each channel's distance from the grey of the same luminance, 0 to 10;
            0 is grey.
        brightness: factor of the sRGB codes, 0 to 10; 0 is black.
        contrast: factor of each code's distance from the middle code (127.5 of 255), 0 to 10; 0 is
            that grey everywhere.

    Raises:
        InputError: a number is out of range.

    Example:
        >>> Preparation(contrast=1.2).brightness
        1.0
    """

    gray: bool = False
    resize: Sides | float | None = None
    saturation: float = 1.0
    brightness: float = 1.0
    contrast: float = 1.0

    def __post_init__(self) -> None:
        for name in ("saturation", "brightness", "contrast"):
            if not 0 <= (factor := getattr(self, name)) <= MAX_FACTOR:
                raise InputError(f"{name} is {factor}; it must be from 0 to {MAX_FACTOR:g}")
        if isinstance(self.resize, int | float) and not 0 < self.resize <= MAX_SCALE:
            raise InputError(
                f"the scale factor is {self.resize}; it must be above 0 and at most {MAX_SCALE:g}"
            )


def adjusted(image: RasterImage, preparation: Preparation) -> RasterImage:
    """Adjust an image; alpha is resized with it and otherwise kept.

    Resizing averages linear light, weighted by alpha, with Pillow's bicubic filter (Catmull-Rom,
    widened where the image shrinks). Values below black or above white are clipped after resizing,
    after saturation, and after brightness and contrast together.

    Args:
        image: uint8, uint16, or floats in 0..1, as sRGB codes.
        preparation: the adjustments.

    Returns:
        Samples of the same dtype; the same arrays if nothing changes.

    Raises:
        InputError: the samples have another dtype, or are floats outside 0..1.

    Example:
        >>> half = RasterImage(np.full((2, 4), 100, np.uint8))
        >>> adjusted(half, Preparation(resize=Sides(width=2), brightness=0.5)).color.tolist()
        [[50, 50]]
    """
    color, alpha, profile = image.color, image.alpha, image.profile
    checked_image(color)
    if preparation.gray and color.ndim == 3:
        color, profile = to_gray(color), None  # the profile describes RGB samples
    shape = resized_shape((color.shape[0], color.shape[1]), preparation.resize)
    if shape != color.shape[:2]:
        color, alpha = resize_samples(color, alpha, shape)
    if preparation.saturation != 1 and color.ndim == 3:
        color = _change_saturation(color, preparation.saturation)
    if (preparation.brightness, preparation.contrast) != (1, 1):
        color = _change_tone(color, preparation.brightness, preparation.contrast)
    return RasterImage(color, alpha, profile)


def _change_saturation(color: np.ndarray, factor: float) -> np.ndarray:
    out = np.empty_like(color)
    # Row by row, so that few float64 values are in memory.
    for row, grays, out_row in zip(color, to_gray(color), out, strict=True):
        gray = grays[:, None].astype(np.float64)
        out_row[...] = _to_samples(gray + factor * (row - gray), color)
    return out


def _change_tone(color: np.ndarray, brightness: float, contrast: float) -> np.ndarray:
    white = white_code(color)
    # Integer samples go through a table of all codes.
    codes = color.astype(np.float64) if white == 1 else np.arange(white + 1) / white
    toned = _to_samples(((codes * brightness - _MIDDLE) * contrast + _MIDDLE) * white, color)
    return toned if white == 1 else toned[color]


def _to_samples(values: np.ndarray, like: np.ndarray) -> np.ndarray:
    """Clip values to black..white and convert them to the dtype of `like`, rounded if integer."""
    white = white_code(like)
    values = values.clip(0, white)
    return (np.rint(values) if white > 1 else values).astype(like.dtype)


# The former name of `adjusted`, to be removed after release 0.1.
prepared = adjusted
