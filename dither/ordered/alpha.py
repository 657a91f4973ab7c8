"""Dither alpha: pixels become opaque or fully transparent, as a threshold matrix decides."""

from dataclasses import replace

import numpy as np

from dither.images.raster_image import RasterImage
from dither.matrix.catalog import DEFAULT_MATRIX, load_matrix
from dither.matrix.threshold_matrix import ThresholdMatrix
from dither.ordered.levels import ordered_dither

# Alpha is compared with the matrix shifted by this many rows and columns. At the place of the colours,
# the pixels that stay would be those whose thresholds make colours light, and the picture too light.
_SHIFT = (23, 41)


def dither_alpha(
    image: RasterImage,
    *,
    phase: tuple[int, int, int] = (0, 0, 0),
    matrix: ThresholdMatrix | str = DEFAULT_MATRIX,
) -> RasterImage:
    """Return an image of opaque and fully transparent pixels, whose share is that of the alpha.

    Args:
        image: with or without alpha.
        phase: frame, row and column of the first pixel.
        matrix: threshold matrix, or its name or .npy file.

    Example:
        >>> half = RasterImage(np.zeros((64, 64), np.uint8), np.full((64, 64), 51, np.uint8))
        >>> alpha = dither_alpha(half).alpha
        >>> np.unique(alpha).tolist(), float(alpha.mean().round())
        ([0, 255], 51.0)
    """
    if image.alpha is None:
        return image
    loaded = matrix if isinstance(matrix, ThresholdMatrix) else load_matrix(matrix)
    frame, row, column = phase
    shifted = frame, row + _SHIFT[0], column + _SHIFT[1]
    codes = ordered_dither(image.alpha, levels=2, matrix=loaded, phase=shifted)
    return replace(image, alpha=codes * np.uint8(255))
