"""Resample images: mix linear light, weighted by alpha."""

import numpy as np

from dither.color import code_boundaries, linear_to_srgb, srgb_to_linear
from dither.samples import white_code

# Left, top, right and bottom edges in pixels; fractions cut through pixels.
Box = tuple[float, float, float, float]
# Below this alpha (0 to 1) a resized pixel is transparent, and its colour is set to black.
_MIN_ALPHA = 1 / 512


def resize_samples(
    color: np.ndarray,
    alpha: np.ndarray | None,
    shape: tuple[int, int],
    box: Box | None = None,
) -> tuple[np.ndarray, np.ndarray | None]:
    """Resize an image with Pillow's bicubic filter, averaging linear light weighted by alpha.

    Args:
        color: (H, W) or (H, W, C) uint8, uint16 or float32 sRGB codes.
        alpha: (H, W) uint8, or None.
        shape: the new height and width.
        box: the part of the image that is resized; all of it unless given. The filter also reads
            pixels beyond the edges of the box, so that they are as sharp as the rest.

    Returns:
        Colour and alpha of the same dtypes.

    Example:
        >>> resize_samples(np.full((2, 4), 100, np.uint8), None, (1, 2))[0].tolist()
        [[100, 100]]
    """
    white = white_code(color)
    height, width = color.shape[:2]
    box = box or (0, 0, width, height)
    weights = None if alpha is None else (alpha / np.float32(255)).astype(np.float32)
    new_alpha = None if weights is None else _bicubic(weights, shape, box)
    channels = color[..., None] if color.ndim == 2 else color
    out = np.empty((*shape, channels.shape[2]), color.dtype)
    for channel in range(channels.shape[2]):
        light = _to_light(channels[..., channel])
        if weights is not None:
            light *= weights
        mixed = _bicubic(light, shape, box)
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


def _bicubic(samples: np.ndarray, shape: tuple[int, int], box: Box) -> np.ndarray:
    from PIL import Image

    picture = Image.fromarray(np.ascontiguousarray(samples, np.float32))
    return np.asarray(picture.resize((shape[1], shape[0]), Image.Resampling.BICUBIC, box))


def _to_light(samples: np.ndarray) -> np.ndarray:
    """Return float32 linear light; integer samples go through a table."""
    white = white_code(samples)
    if white == 1:
        return srgb_to_linear(samples.clip(0, 1)).astype(np.float32)
    return srgb_to_linear(np.arange(white + 1) / white).astype(np.float32)[samples]
