"""A raster image: colour samples, alpha and colour profile."""

from dataclasses import dataclass

import numpy as np


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
