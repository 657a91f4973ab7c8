"""Ordered dithering to a palette with alpha: each pixel is one of a few entries that average to it.

The entries of a pixel's mixture are found one after the other, each the nearest to what is missing.
They are sorted by their luminance over grey, and the threshold selects one.

Source: T. Knoll, "Pattern dithering", US patent 6,606,166 (filed in 1999, since expired).
"""

import numpy as np

from dither.color import LUMINANCE_WEIGHTS
from dither.extras import require_extra
from dither.images.raster_image import RasterImage
from dither.matrix.catalog import load_matrix
from dither.matrix.threshold_matrix import ThresholdMatrix
from dither.palettes.rgba import RgbaPalette, premultiplied, rgba_codes

# Entries per mixture.
_MIXED = 16
# Units of light and of alpha.
_WHITE = 1 << 16
# Linear light of the grey over which entries are sorted.
_GRAY = 0.2
_ROWS = 64


def ordered_rgba(
    image: RasterImage,
    palette: RgbaPalette,
    matrix: ThresholdMatrix | str,
    *,
    phase: tuple[int, int, int] = (0, 0, 0),
) -> np.ndarray:
    """Dither an image with alpha by a threshold matrix.

    Opaque pixels become opaque entries, and fully transparent ones the transparent entry, if the
    palette has such.

    Args:
        image: with alpha.
        palette: the entries.
        matrix: threshold matrix, or its name or .npy file.
        phase: frame, row and column of the first pixel.

    Returns:
        (H, W) uint8 indices.

    Raises:
        InputError: numba is not installed.

    Example:
        >>> half = RasterImage(np.zeros((64, 64), np.uint8), np.full((64, 64), 128, np.uint8))
        >>> two = RgbaPalette(np.array([[0, 0, 0, 0], [0, 0, 0, 255]], np.uint8))
        >>> float(ordered_rgba(half, two, "blue-64x64").mean())
        0.5
    """
    require_extra("ordered dithering to a palette with alpha", "diffuse", "numba")
    from dither.ordered.rgba_loops import mix_rows

    loaded = matrix if isinstance(matrix, ThresholdMatrix) else load_matrix(matrix)
    plane = loaded.planes[phase[0] % len(loaded.planes)].astype(np.int64)
    picks = (plane * _MIXED // plane.size).astype(np.int64)
    picks = np.roll(picks, (-phase[1], -phase[2]), axis=(0, 1))
    entries = np.rint(palette.premultiplied * _WHITE).astype(np.int64)
    light = palette.premultiplied
    seen = light[:, :3] @ np.array(LUMINANCE_WEIGHTS) + (1 - light[:, 3]) * _GRAY
    ranks = np.argsort(np.argsort(seen, kind="stable"), kind="stable").astype(np.int64)
    codes = rgba_codes(image)
    indices = np.zeros(codes.shape[:2], np.uint8)
    for top in range(0, len(codes), _ROWS):
        part = codes[top : top + _ROWS]
        wanted = np.rint(premultiplied(part) * _WHITE).astype(np.int64)
        mix_rows(
            wanted,
            np.ascontiguousarray(part[..., 3]),
            indices[top : top + _ROWS],
            top,
            picks,
            entries,
            ranks,
            palette.first_opaque,
            np.zeros(_MIXED, np.int64),
        )
    return indices
