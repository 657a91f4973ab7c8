"""Colours of fully transparent pixels, which must not pass errors to visible ones."""

import numpy as np

from dither.preparation.mask import fill_masked
from dither.samples import native_byte_order


def without_hidden(image: np.ndarray) -> np.ndarray:
    """Return an image whose fully transparent pixels have the colours of their neighbours.

    Args:
        image: (H, W) or (H, W, C), integers or floats; with 2 or 4 channels, the last is alpha.

    Returns:
        The same array if no pixel is fully transparent, and black if all are.

    Example:
        >>> image = np.array([[[7, 255], [200, 0]]], np.uint8)
        >>> without_hidden(image)[..., 0].tolist()
        [[7, 7]]
    """
    image = native_byte_order(image)
    if image.ndim != 3 or image.shape[2] not in (2, 4) or image.dtype.kind not in "uf":
        return image
    hidden = image[..., -1] <= 0
    if not hidden.any():
        return image
    filled = image.copy()
    color = image[..., :-1]
    filled[..., :-1] = 0 if hidden.all() else fill_masked(color, hidden)
    return filled
