"""A contact sheet: matrices with their spectra, and a photo dithered with each."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from bluenoise.matrix_set import MatrixSet
from bluenoise.report.layout import below, beside, framed, grid, text_block
from bluenoise.report.pictures import matrix_planes, spectrum_colors
from dither.matrix.threshold_matrix import ThresholdMatrix
from dither.metrics.spectrum import power_spectrum
from dither.ordered.levels import requantize

if TYPE_CHECKING:
    from PIL import Image

# Matrices are enlarged to about this many pixels.
_MATRIX_SIZE = 128


def contact_sheet(
    photo: np.ndarray, matrices: Mapping[str, ThresholdMatrix], *, bits: Sequence[int] = (1, 2)
) -> "Image.Image":
    """Draw a column per matrix: the matrix and its spectrum, then the photo at each bit depth.

    View the sheet without scaling: each pixel of a dithered photo is one pixel of the sheet.

    Args:
        photo: (H, W) or (H, W, 3) uint8.
        matrices: label to matrix of two sides.
        bits: bit depths per channel, one row each.

    Returns:
        An RGB Pillow image.

    Example:
        >>> from dither.matrix.classical import bayer
        >>> contact_sheet(np.zeros((64, 96), np.uint8), {"Bayer": bayer(8, 8)}, bits=[1]).width
        292
    """
    from PIL import Image

    pictures = [
        {f"{name} and its spectrum": _matrix_and_spectrum(m) for name, m in matrices.items()}
    ]
    for depth in bits:
        pictures.append(
            {
                f"{name}, {depth} bit{'s' * (depth > 1)}": requantize(photo, m, bits=depth)
                for name, m in matrices.items()
            }
        )
    rows = [[_labelled(label, block) for label, block in row.items()] for row in pictures]
    return Image.fromarray(framed(grid(rows), 12))


def _labelled(label: str, block: np.ndarray) -> np.ndarray:
    return below([text_block(label, width=block.shape[1]), block], 4)


def _matrix_and_spectrum(matrix: ThresholdMatrix) -> np.ndarray:
    factor = max(1, _MATRIX_SIZE // max(matrix.shape))
    values = matrix_planes(MatrixSet((matrix,)))[0]
    spectrum = spectrum_colors(power_spectrum(matrix.ranks)[None])[0]
    return beside([each.repeat(factor, 0).repeat(factor, 1) for each in (values, spectrum)], 12)
