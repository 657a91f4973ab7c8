"""The verb `compare`: everything that is measured of one dithered picture."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dither.images.io import encode_image
from dither.images.raster_image import RasterImage
from dither.metrics.image import ImageErrors, image_errors
from dither.samples import checked_image, eight_bit_colors

# Of the time that comparing takes, the errors' share.
_ERRORS_SHARE = 0.95


@dataclass(frozen=True)
class Comparison:
    """How near a dithered picture is to its original, and what it takes.

    Attributes:
        errors: as `dither.metrics.image_errors` has them.
        colors: how many different colours the dithered picture has.
        png_bytes: its size as a PNG in the fewest bits that hold it.
    """

    errors: ImageErrors
    colors: int
    png_bytes: int


def compare(
    original: np.ndarray,
    dithered: np.ndarray,
    *,
    on_progress: Callable[[float, str], None] | None = None,
) -> Comparison:
    """Measure a dithered picture against its original.

    Args:
        original: (H, W) or (H, W, 3); uint8, uint16, bool, or float32/float64 in 0..1, as sRGB codes.
        dithered: as many rows and columns; its type and number of channels may be others.
        on_progress: called with the share done, 0 to 1, and a word on what is measured.

    Returns:
        The measures, which `dataclasses.asdict` makes ready for JSON.

    Raises:
        InputError: another shape or type, no pixels, NaN, or two different sizes.

    Example:
        >>> checks = np.indices((64, 64)).sum(axis=0) % 2 == 0
        >>> found = compare(np.full((64, 64), 188, np.uint8), checks)
        >>> found.colors, round(found.errors.blurred_1_5, 1)
        (2, 0.2)
    """

    def measuring(share: float, word: str) -> None:
        if on_progress is not None:
            on_progress(_ERRORS_SHARE * share, word)

    errors = image_errors(original, dithered, on_progress=measuring)
    measuring(1, "file size")
    samples = checked_image(dithered)
    return Comparison(errors, _color_count(samples), len(png_bytes(samples)))


def png_bytes(samples: np.ndarray) -> bytes:
    """A picture as a PNG in the fewest bits; grey keeps 16 of them, colours and floats become 8.

    Args:
        samples: (H, W), (H, W, 1) or (H, W, 3), as `checked_image` returns them.

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
    """The number of different colours."""
    pixels = samples.reshape(samples.shape[0] * samples.shape[1], -1)
    if np.issubdtype(pixels.dtype, np.floating):
        return len(np.unique(pixels, axis=0))
    # One integer for each pixel sorts much faster than rows.
    codes = np.zeros(len(pixels), np.uint64)
    for channel in pixels.T:
        codes = codes << np.uint64(16) | channel
    return len(np.unique(codes))
