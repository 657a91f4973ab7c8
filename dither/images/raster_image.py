"""A raster image: colour samples, alpha and colour profile."""

from dataclasses import dataclass

import numpy as np

from dither.samples import white_code


@dataclass(frozen=True, eq=False)
class RasterImage:
    """An image as stored in a file: colour samples, alpha and colour profile.

    Attributes:
        color: (H, W) grey or (H, W, 3) RGB; uint8, uint16 or float32.
        alpha: (H, W) uint8, or None if every pixel is opaque.
        profile: ICC profile of the samples, or None for sRGB.
    """

    color: np.ndarray
    alpha: np.ndarray | None = None
    profile: bytes | None = None


def is_gray(color: np.ndarray) -> bool:
    """Return whether all pixels of an image are grey.

    Example:
        >>> is_gray(np.array([[[1, 1, 1], [9, 9, 9]]])), is_gray(np.array([[[1, 1, 2]]]))
        (True, False)
    """
    return color.ndim == 2 or bool((color == color[..., :1]).all())


def over_white(image: RasterImage) -> np.ndarray:
    """Composite an image over white, mixing sRGB codes as browsers do.

    Returns:
        The colour samples, of the same dtype and shape; those of an opaque image unchanged.

    Example:
        >>> over_white(RasterImage(np.array([[0, 9]], np.uint8), np.array([[127, 255]], np.uint8)))
        array([[128,   9]], dtype=uint8)
    """
    if image.alpha is None:
        return image.color
    color = image.color
    alpha = image.alpha if color.ndim == 2 else image.alpha[..., None]
    if np.issubdtype(color.dtype, np.floating):
        return (1 + (color - 1) * (alpha / 255)).astype(color.dtype)
    # The largest sum, 65,535 * 255 + 127, fits into 32 bits.
    white = np.uint32(white_code(color))
    mixed = color * alpha.astype(np.uint32) + white * (np.uint32(255) - alpha)
    return ((mixed + 127) // 255).astype(color.dtype)
