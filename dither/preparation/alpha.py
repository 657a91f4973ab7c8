"""Treat partial transparency: keep it, decide it for each pixel, or composite it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from dither.images.raster_image import RasterImage, is_opaque
from dither.preparation.background import on_background

Alpha = Literal["keep", "threshold", "dither", "background"]

# From this alpha on, pixels become opaque.
_OPAQUE_FROM = 128
# Entries of the colour table of a file.
_MAX_ENTRIES = 256


def is_partly_transparent(alpha: np.ndarray | None) -> bool:
    """Return whether a pixel is neither opaque nor fully transparent.

    Args:
        alpha: (H, W) uint8, or None.
    """
    return alpha is not None and bool(((alpha > 0) & (alpha < 255)).any())


def beside_clear(colors: int, images: Sequence[RasterImage]) -> int:
    """Return how many colours to learn so that an entry for transparent pixels fits into the table.

    Args:
        colors: number of colours that was asked for.
        images: with or without alpha.

    Example:
        >>> clear = RasterImage(np.zeros((1, 1), np.uint8), np.zeros((1, 1), np.uint8))
        >>> beside_clear(256, [clear]), beside_clear(255, [clear])
        (255, 255)
    """
    is_clear = any(image.alpha is not None and not image.alpha.all() for image in images)
    return min(colors, _MAX_ENTRIES - is_clear)


def threshold_alpha(image: RasterImage) -> RasterImage:
    """Return an image whose pixels are opaque from alpha 128 on, and fully transparent below.

    Args:
        image: with or without alpha.

    Example:
        >>> image = RasterImage(np.zeros((1, 2), np.uint8), np.array([[127, 128]], np.uint8))
        >>> threshold_alpha(image).alpha.tolist()
        [[0, 255]]
    """
    if image.alpha is None:
        return image
    return replace(image, alpha=np.where(image.alpha < _OPAQUE_FROM, np.uint8(0), np.uint8(255)))


def composite(image: RasterImage, background: str, *, gray: bool = False) -> RasterImage:
    """Return an image over an opaque colour; one without transparent pixels stays as it is.

    Args:
        image: with or without alpha.
        background: as in `on_background`.
        gray: as in `on_background`.
    """
    if is_opaque(image.alpha):
        return replace(image, alpha=None)
    return on_background(image, background, gray=gray)
