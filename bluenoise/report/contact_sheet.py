"""One picture that shows a matrix at work: a photo dithered with it and with the classical ones."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from dither.matrix.threshold_matrix import ThresholdMatrix
from dither.metrics.spectrum import power_spectrum
from dither.ordered.levels import requantize

if TYPE_CHECKING:
    from PIL import Image

_MARGIN = 12
_LABEL_HEIGHT = 22
# Matrices are drawn about as large as this.
_FINGERPRINT = 128
_PAPER, _INK = 244, 24
# Spectra are drawn from 0.001 to 10 times white noise's power, on a logarithmic scale.
_DECADES = (-3.0, 1.0)


def contact_sheet(
    photo: np.ndarray, matrices: Mapping[str, ThresholdMatrix], *, bits: Sequence[int] = (1, 2)
) -> "Image.Image":
    """A column for each matrix: itself and its spectrum, then the photo at each bit depth.

    Every pixel of the dithered photos is a pixel of the sheet: look at it without scaling.

    Args:
        photo: (H, W) or (H, W, 3) uint8.
        matrices: names, which become labels, and matrices.
        bits: bits a channel, one row each.

    Returns:
        An RGB Pillow image.

    Example:
        >>> from dither.matrix.classical import bayer
        >>> contact_sheet(np.zeros((64, 96), np.uint8), {"Bayer": bayer(8, 8)}, bits=[1]).width
        292
    """
    fingerprints = [_fingerprint(matrix) for matrix in matrices.values()]
    width = max(photo.shape[1], *(picture.shape[1] for picture in fingerprints))
    height = max(len(picture) for picture in fingerprints)
    labels = [f"{name}, and its spectrum" for name in matrices]
    rows = [list(zip(labels, fingerprints, strict=True))]
    for depth in bits:
        rows.append(
            [
                (f"{depth} bit, {name}", requantize(photo, matrix, bits=depth))
                for name, matrix in matrices.items()
            ]
        )
    heights = [height] + [photo.shape[0]] * len(bits)
    return _pasted(
        [
            np.concatenate([_labelled(*cell, (tall, width)) for cell in row], axis=1)
            for row, tall in zip(rows, heights, strict=True)
        ]
    )


def _fingerprint(matrix: ThresholdMatrix) -> np.ndarray:
    """The matrix and its power spectrum side by side, at the same whole multiple of their size."""
    low, high = _DECADES
    power = np.fft.fftshift(power_spectrum(matrix.ranks))
    shade = (np.log10(np.maximum(power, 10**low)) - low) / (high - low)
    factor = max(1, _FINGERPRINT // max(matrix.shape))
    pictures = (matrix.thresholds, np.clip(shade, 0, 1))
    tiles = [np.kron(picture * 255, np.ones((factor, factor))) for picture in pictures]
    gap = np.full((len(tiles[0]), _MARGIN), _PAPER)
    return np.concatenate([tiles[0], gap, tiles[1]], axis=1).astype(np.uint8)


def _labelled(label: str, picture: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The picture on paper of this height and width, its label above and a margin around."""
    from PIL import Image, ImageDraw, ImageFont

    height, width = size
    sheet = Image.new("RGB", (width + 2 * _MARGIN, height + _LABEL_HEIGHT + _MARGIN), (_PAPER,) * 3)
    font = ImageFont.load_default(size=14)
    ImageDraw.Draw(sheet).text((_MARGIN, 3), label, fill=(_INK,) * 3, font=font)
    sheet.paste(Image.fromarray(picture), (_MARGIN, _LABEL_HEIGHT))
    return np.asarray(sheet)


def _pasted(rows: list[np.ndarray]) -> "Image.Image":
    from PIL import Image

    return Image.fromarray(np.concatenate(rows, axis=0))
