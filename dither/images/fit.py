"""Resize images: mix linear light, weighted by alpha."""

from dataclasses import dataclass

import numpy as np

from dither.color import code_boundaries, linear_to_srgb, srgb_to_linear
from dither.errors import InputError
from dither.samples import white_code

MAX_SCALE = 100.0
MAX_SIDE = 65535
# Below this alpha (0 to 1) a resized pixel is transparent, and its colour is set to black.
_MIN_ALPHA = 1 / 512


@dataclass(frozen=True)
class Sides:
    """Width and height of an image; if only one is given, the aspect ratio is kept.

    Attributes:
        width: in pixels, 1 to 65,535, or None.
        height: in pixels, 1 to 65,535, or None; at least one of the two is given.

    Raises:
        InputError: neither side is given, or one is out of range.

    Example:
        >>> Sides(width=320)
        Sides(width=320, height=None)
    """

    width: int | None = None
    height: int | None = None

    def __post_init__(self) -> None:
        given = [side for side in (self.width, self.height) if side is not None]
        if not given:
            raise InputError("a size needs a width, a height or both")
        for side in given:
            if not 1 <= side <= MAX_SIDE:
                raise InputError(f"a side is {side} pixels; it must be from 1 to {MAX_SIDE}")


def resized_shape(shape: tuple[int, int], resize: Sides | float | None) -> tuple[int, int]:
    """Return the height and width after resizing, rounded to the nearest pixel (halves up), at least 1.

    Args:
        shape: height and width.
        resize: new sides, a scale factor for both sides, or None to keep them.

    Example:
        >>> resized_shape((48, 80), Sides(width=40)), resized_shape((48, 80), 0.25)
        ((24, 40), (12, 20))
    """
    height, width = shape
    if resize is None:
        return shape
    if not isinstance(resize, Sides):
        new_height, new_width = height * resize, width * resize
    else:
        new_height = resize.height or height * (resize.width or width) / width
        new_width = resize.width or width * (resize.height or height) / height
    return max(1, int(new_height + 0.5)), max(1, int(new_width + 0.5))


def resize_samples(
    color: np.ndarray, alpha: np.ndarray | None, shape: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray | None]:
    """Resize an image with Pillow's bicubic filter, averaging linear light weighted by alpha.

    Args:
        color: (H, W) or (H, W, C) uint8, uint16 or float32 sRGB codes.
        alpha: (H, W) uint8, or None.
        shape: the new height and width.

    Returns:
        Colour and alpha of the same dtypes.

    Example:
        >>> resize_samples(np.full((2, 4), 100, np.uint8), None, (1, 2))[0].tolist()
        [[100, 100]]
    """
    white = white_code(color)
    weights = None if alpha is None else (alpha / np.float32(255)).astype(np.float32)
    new_alpha = None if weights is None else _bicubic(weights, shape)
    channels = color[..., None] if color.ndim == 2 else color
    out = np.empty((*shape, channels.shape[2]), color.dtype)
    for channel in range(channels.shape[2]):
        light = _to_light(channels[..., channel])
        if weights is not None:
            light *= weights
        mixed = _bicubic(light, shape)
        if new_alpha is not None:
            mixed = np.divide(
                mixed, new_alpha, out=np.zeros_like(mixed), where=new_alpha > _MIN_ALPHA
            )
        if white > 1:
            out[..., channel] = np.searchsorted(code_boundaries(white), mixed, side="right")
        else:
            out[..., channel] = linear_to_srgb(mixed.clip(0, 1))
    if new_alpha is not None:
        new_alpha = np.rint(new_alpha.clip(0, 1) * 255).astype(np.uint8)
    return out.reshape(*shape, *color.shape[2:]), new_alpha


def _bicubic(samples: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    from PIL import Image

    picture = Image.fromarray(np.ascontiguousarray(samples, np.float32))
    return np.asarray(picture.resize((shape[1], shape[0]), Image.Resampling.BICUBIC))


def _to_light(samples: np.ndarray) -> np.ndarray:
    """Return float32 linear light; integer samples go through a table."""
    white = white_code(samples)
    if white == 1:
        return srgb_to_linear(samples.clip(0, 1)).astype(np.float32)
    return srgb_to_linear(np.arange(white + 1) / white).astype(np.float32)[samples]
