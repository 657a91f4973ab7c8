"""What is done to an image before it is dithered: grey, size, saturation, brightness and contrast.

The steps come in that order. Saturation is measured against the grey of the same luminance; brightness
and contrast are those of style sheets, which do not depend on the picture, so that the frames of an
animation are all treated alike.
Source: W3C, "Filter Effects Module Level 1" (2018), the functions brightness() and contrast().
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dither.color import linear_to_srgb, srgb_to_linear, to_gray
from dither.errors import InputError
from dither.images.raster_image import RasterImage
from dither.samples import checked_image, native

MOST_FACTOR = 10.0
MOST_SHARE = 100.0
MOST_SIDE = 65535
# Of black and white, 0 and 1, around which contrast turns.
_MIDDLE = 0.5


@dataclass(frozen=True)
class Sides:
    """The width and height of an image; a side that is not given follows from the other.

    Attributes:
        width: in pixels, 1 to 65,535, or None to keep the ratio of the sides.
        height: likewise; of the two at least one is given.

    Raises:
        InputError: neither is given, or one is out of range.

    Example:
        >>> Sides(width=320)
        Sides(width=320, height=None)
    """

    width: int | None = None
    height: int | None = None

    def __post_init__(self) -> None:
        given = [side for side in (self.width, self.height) if side is not None]
        if not given:
            raise InputError("a size has a width, a height or both")
        for side in given:
            if not 1 <= side <= MOST_SIDE:
                raise InputError(f"a side is {side} pixels; it must be from 1 to {MOST_SIDE}")


@dataclass(frozen=True)
class Preparation:
    """How images are made ready; as it stands, they stay as they are.

    Attributes:
        gray: whether colours become the grey of their luminance, mixed in linear light.
        resize: the new sides, or both as a share of the old ones, above 0 to 100.
        saturation: 0 to 10: how far the code of each channel is from that grey's, times this; 0 is
            grey, 1 is as it was.
        brightness: 0 to 10: the sRGB codes, times this; 0 is black.
        contrast: 0 to 10: how far the codes are from the middle one (127.5 of 255), times this; 0 is
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
            if not 0 <= (factor := getattr(self, name)) <= MOST_FACTOR:
                raise InputError(f"{name} is {factor}; it must be from 0 to {MOST_FACTOR:g}")
        if isinstance(self.resize, int | float) and not 0 < self.resize <= MOST_SHARE:
            raise InputError(
                f"the share of the sides is {self.resize}; it must be above 0 and at most "
                f"{MOST_SHARE:g}"
            )


def adjusted(image: RasterImage, preparation: Preparation) -> RasterImage:
    """The image made ready; its alpha is resized alongside, and kept otherwise.

    Resizing averages light, weighted by alpha, with Pillow's bicubic filter (Catmull-Rom, made wider
    where the image shrinks). Values that fall below black or above white are clipped after resizing,
    after saturation, and after brightness and contrast together.

    Args:
        image: uint8, uint16, or floats in 0..1, as sRGB codes.
        preparation: what to do.

    Returns:
        Samples of the same dtype; the same arrays where nothing is to be done.

    Raises:
        InputError: the samples are of another type, or floats beyond 0..1.

    Example:
        >>> half = RasterImage(np.full((2, 4), 100, np.uint8))
        >>> adjusted(half, Preparation(resize=Sides(width=2), brightness=0.5)).color.tolist()
        [[50, 50]]
    """
    color, alpha, profile = image.color, image.alpha, image.profile
    checked_image(native(color))
    if preparation.gray and color.ndim == 3:
        color, profile = to_gray(color), None  # the profile is that of the colours
    shape = resized_shape((color.shape[0], color.shape[1]), preparation.resize)
    if shape != color.shape[:2]:
        color, alpha = _resized(color, alpha, shape)
    if preparation.saturation != 1 and color.ndim == 3:
        color = _saturated(color, preparation.saturation)
    if (preparation.brightness, preparation.contrast) != (1, 1):
        color = _toned(color, preparation.brightness, preparation.contrast)
    return RasterImage(color, alpha, profile)


def resized_shape(shape: tuple[int, int], resize: Sides | float | None) -> tuple[int, int]:
    """The height and width after resizing, halves rounded upward, at least 1.

    Example:
        >>> resized_shape((48, 80), Sides(width=40)), resized_shape((48, 80), 0.25)
        ((24, 40), (12, 20))
    """
    height, width = shape
    if resize is None:
        return shape
    if not isinstance(resize, Sides):
        wanted_height, wanted_width = height * resize, width * resize
    else:
        wanted_height = resize.height or height * (resize.width or width) / width
        wanted_width = resize.width or width * (resize.height or height) / height
    return max(1, int(wanted_height + 0.5)), max(1, int(wanted_width + 0.5))


def _resized(
    color: np.ndarray, alpha: np.ndarray | None, shape: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray | None]:
    white = _white(color)
    weights = None if alpha is None else (alpha / np.float32(255)).astype(np.float32)
    share = None if weights is None else _bicubic(weights, shape)
    layers = color[..., None] if color.ndim == 2 else color
    out = np.empty((*shape, layers.shape[2]), color.dtype)
    for channel in range(layers.shape[2]):
        light = _per_code(layers[..., channel], srgb_to_linear)
        if weights is not None:
            light *= weights
        mixed = _bicubic(light, shape)
        if share is not None:
            # Where all is clear there is no colour to tell.
            mixed = np.divide(mixed, share, out=np.zeros_like(mixed), where=share > 1 / 512)
        if white > 1:
            out[..., channel] = np.searchsorted(code_limits(white), mixed, side="right")
        else:
            out[..., channel] = linear_to_srgb(mixed.clip(0, 1))
    clear = None if share is None else np.rint(share.clip(0, 1) * 255).astype(np.uint8)
    return out[..., 0] if color.ndim == 2 else out, clear


@functools.lru_cache(maxsize=2)
def code_limits(white: int) -> np.ndarray:
    """(white,) float64, read-only: the light from which on the next code is nearer; ascending.

    A light rounds to the number of limits that it reaches: the same on every machine, which powers of
    32-bit floats are not.

    Example:
        >>> np.searchsorted(code_limits(255), [0.0, 0.214, 1.0], side="right").tolist()
        [0, 127, 255]
    """
    limits = srgb_to_linear((np.arange(white) + 0.5) / white)
    limits.flags.writeable = False
    return limits


def _bicubic(samples: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    from PIL import Image

    picture = Image.fromarray(np.ascontiguousarray(samples, np.float32))
    return np.asarray(picture.resize((shape[1], shape[0]), Image.Resampling.BICUBIC))


def _saturated(color: np.ndarray, factor: float) -> np.ndarray:
    out = np.empty_like(color)
    # A row at a time, to hold few floats.
    for row, grays, wanted in zip(color, to_gray(color), out, strict=True):
        gray = grays[:, None].astype(np.float64)
        wanted[...] = _as_samples(gray + factor * (row - gray), color)
    return out


def _toned(color: np.ndarray, brightness: float, contrast: float) -> np.ndarray:
    white = _white(color)

    def tone(values: np.ndarray) -> np.ndarray:
        return (values * brightness - _MIDDLE) * contrast + _MIDDLE

    if white == 1:
        return _as_samples(tone(color.astype(np.float64)), color)
    return _as_samples(tone(np.arange(white + 1) / white) * white, color)[color]


def _per_code(samples: np.ndarray, function: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Float32 of a function of 0..1, by a table for integer samples."""
    white = _white(samples)
    if white == 1:
        return function(samples.clip(0, 1)).astype(np.float32)
    return function(np.arange(white + 1) / white).astype(np.float32)[samples]


def _white(samples: np.ndarray) -> int:
    return int(np.iinfo(samples.dtype).max) if np.issubdtype(samples.dtype, np.integer) else 1


def _as_samples(values: np.ndarray, like: np.ndarray) -> np.ndarray:
    """The values clipped to black..white, and rounded where samples are whole."""
    values = values.clip(0, _white(like))
    return (np.rint(values) if _white(like) > 1 else values).astype(like.dtype)


# The former name of `adjusted`, to be removed after release 0.1.
prepared = adjusted
