"""A raster image: colour samples, alpha, colour profile and resolution."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dither.errors import InputError
from dither.samples import join_alpha

# Pixels per inch, across and down.
Resolution = tuple[float, float]


@dataclass(frozen=True, eq=False)
class RasterImage:
    """An image as stored in a file: colour samples, alpha, colour profile and resolution.

    Attributes:
        color: (H, W) grey or (H, W, 3) RGB; uint8, uint16 or float32.
        alpha: (H, W) uint8, or None if every pixel is opaque.
        profile: ICC profile of the samples, or None for sRGB.
        resolution: pixels per inch, across and down, above 0; None if unknown. TIFF, PNG and BMP
            hold it.

    Raises:
        InputError: the resolution is no such pair.
    """

    color: np.ndarray
    alpha: np.ndarray | None = None
    profile: bytes | None = None
    resolution: Resolution | None = None

    def __post_init__(self) -> None:
        found = self.resolution
        if found is not None and not (
            len(found) == 2 and all(math.isfinite(each) and each > 0 for each in found)
        ):
            raise InputError(
                f"the resolution is {found}; it must be two numbers of pixels per inch above 0"
            )

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


def is_opaque(alpha: np.ndarray | None) -> bool:
    """Return whether all pixels are opaque.

    Args:
        alpha: (H, W) uint8, or None.
    """
    return alpha is None or int(alpha.min(initial=255)) == 255


def without_opaque_alpha(frames: Sequence[RasterImage]) -> tuple[RasterImage, ...]:
    """Return images without their alpha if every pixel of every image is opaque.

    Programs store opaque pictures as RGBA; formats without alpha can hold these.

    Args:
        frames: one image, or the frames of an animation.

    Example:
        >>> image = RasterImage(np.zeros((1, 1), np.uint8), np.full((1, 1), 255, np.uint8))
        >>> without_opaque_alpha([image])[0].alpha is None
        True
    """
    if all(frame.alpha is None for frame in frames) or not all(
        is_opaque(frame.alpha) for frame in frames
    ):
        return tuple(frames)
    return tuple(replace(frame, alpha=None) for frame in frames)
