"""A raster image: colour samples, alpha and colour profile."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from dither.samples import join_alpha


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

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        """Return (H, W) or (H, W, 3) colour samples, or these with alpha as the last channel."""
        samples = self.color
        if self.alpha is not None:
            samples = samples[..., None] if samples.ndim == 2 else samples
            samples = join_alpha(samples, self.alpha[..., None])
        return samples if dtype is None else samples.astype(dtype)


def is_gray(color: np.ndarray) -> bool:
    """Return whether all pixels of an image are grey.

    Example:
        >>> is_gray(np.array([[[1, 1, 1], [9, 9, 9]]])), is_gray(np.array([[[1, 1, 2]]]))
        (True, False)
    """
    return color.ndim == 2 or bool((color == color[..., :1]).all())
