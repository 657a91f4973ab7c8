"""Measure a dithered image against its original: the function `compare`."""

from dataclasses import dataclass

import numpy as np

from dither.errors import InputError
from dither.images.adjustments import Preparation, adjusted
from dither.images.fit import Sides
from dither.images.io import encode_image
from dither.images.raster_image import RasterImage
from dither.metrics.image import ImageErrors, image_errors
from dither.metrics.look import look
from dither.progress import OnProgress, no_progress
from dither.samples import checked_image, eight_bit_colors

# Share of the work that measuring errors takes.
_ERRORS_SHARE = 0.95


@dataclass(frozen=True)
class Comparison:
    """Measures of a dithered image.

    Attributes:
        errors: from `dither.metrics.image_errors`.
        colors: number of distinct colours.
        png_bytes: size as a PNG with the fewest bits per pixel.
        look: from `dither.metrics.look`, 100 for the original; about the scale of SSIMULACRA2.
        file_bytes: size of the file that was compared, or None if there is none.
    """

    errors: ImageErrors
    colors: int
    png_bytes: int
    look: float
    file_bytes: int | None = None


def compare(
    original: np.ndarray,
    dithered: np.ndarray,
    *,
    on_progress: OnProgress = no_progress,
) -> Comparison:
    """Measure a dithered image against its original.

    Args:
        original: (H, W) or (H, W, 3); uint8, uint16, bool, or float32/float64 in 0..1, as sRGB codes.
        dithered: dtype and number of channels may differ. If it has another size, the original is
            resized to it (see `resized_to`).
        on_progress: called with the share of the work done, 0 to 1, and a short text.

    Returns:
        The measures; `dataclasses.asdict` makes them ready for JSON.

    Raises:
        InputError: another shape or dtype, no pixels, or NaN.

    Example:
        >>> checks = np.indices((64, 64)).sum(axis=0) % 2 == 0
        >>> found = compare(np.full((64, 64), 188, np.uint8), checks)
        >>> found.colors, round(found.errors.blurred_1_5, 1)
        (2, 0.2)
    """
    samples = checked_image(dithered)
    original = resized_to(original, samples.shape[:2])
    errors = image_errors(
        *(original, samples),
        on_progress=lambda share, text: on_progress(_ERRORS_SHARE * share, text),
    )
    on_progress(_ERRORS_SHARE, "file size")
    size = len(png_bytes(samples))
    return Comparison(errors, _color_count(samples), size, look(original, samples))


def resized_to(original: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return an original in the size of a dithered image, resized as `--resize WxH` resizes.

    Args:
        original: (H, W), (H, W, 1) or (H, W, 3); a dtype that `checked_image` accepts.
        shape: rows and columns of the result; other proportions distort the image.

    Raises:
        InputError: the original is not such an image.

    Example:
        >>> resized_to(np.full((4, 8), 9, np.uint8), (2, 4)).tolist()
        [[9, 9, 9, 9], [9, 9, 9, 9]]
    """
    samples = checked_image(original)
    if samples.shape[:2] == tuple(shape):
        return samples
    if samples.ndim == 3 and samples.shape[2] not in (1, 3):
        raise InputError(f"original has {samples.shape[2]} channels; it must have 1 or 3")
    color = samples[..., 0] if samples.ndim == 3 and samples.shape[2] == 1 else samples
    height, width = shape
    return adjusted(RasterImage(color), Preparation(resize=Sides(width, height))).color


def png_bytes(samples: np.ndarray) -> bytes:
    """Encode an image as a PNG with the fewest bits; 16 for deep grey, 8 for other deep images.

    Args:
        samples: (H, W), (H, W, 1) or (H, W, 3), from `checked_image`.

    Example:
        >>> png_bytes(np.zeros((2, 2), np.uint8))[1:4]
        b'PNG'
    """
    if samples.ndim == 3 and samples.shape[2] == 1:
        samples = samples[..., 0]
    if samples.dtype != np.uint8 and not (samples.dtype == np.uint16 and samples.ndim == 2):
        codes = eight_bit_colors(samples)
        samples = np.ascontiguousarray(codes if samples.ndim == 3 else codes[..., 0])
    return encode_image(RasterImage(samples), ".png")


def _color_count(samples: np.ndarray) -> int:
    """Return the number of distinct colours."""
    pixels = samples.reshape(samples.shape[0] * samples.shape[1], -1)
    if np.issubdtype(pixels.dtype, np.floating):
        return len(np.unique(pixels, axis=0))
    # Sorting one integer per pixel is much faster than sorting rows.
    codes = np.zeros(len(pixels), np.uint64)
    for channel in pixels.T:
        codes = codes << np.uint64(16) | channel
    return len(np.unique(codes))
