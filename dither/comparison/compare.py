"""Measure a dithered image against its original: the function `compare`."""

from dataclasses import dataclass, replace

import numpy as np

from dither.errors import InputError
from dither.images.io import encode_image
from dither.images.raster_image import RasterImage, is_opaque
from dither.metrics.image import ImageErrors, image_errors
from dither.metrics.look import look, look_with_alpha
from dither.preparation.adjustments import Preparation, adjusted
from dither.preparation.background import on_background
from dither.preparation.fit import Sides
from dither.progress import OnProgress, no_progress
from dither.samples import checked_image, eight_bit_colors, split_alpha, white_code

# Share of the work that measuring errors takes.
_ERRORS_SHARE = 0.95


@dataclass(frozen=True)
class Comparison:
    """Measures of a dithered image.

    Attributes:
        errors: from `dither.metrics.image_errors`.
        colors: number of distinct colours.
        png_bytes: size as a PNG with the fewest bits per pixel.
        look: from `dither.metrics.look`, 100 for the original; about the scale of SSIMULACRA2. Of
            pictures with alpha the least over black, grey and white.
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
        original: (H, W) or (H, W, C), with alpha last if there are 2 or 4 channels; uint8, uint16,
            bool, or float32/float64 in 0..1, as sRGB codes. Pictures with alpha are measured over
            white, and their look over black, grey and white.
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
    before, after = _picture(original), _picture(dithered)
    before = _resized(before, after.color.shape)
    has_alpha = not (is_opaque(before.alpha) and is_opaque(after.alpha))
    original, samples = _over_white(before), _over_white(after)
    errors = image_errors(
        *(original, samples),
        on_progress=lambda share, text: on_progress(_ERRORS_SHARE * share, text),
    )
    on_progress(_ERRORS_SHARE, "file size")
    size = len(png_bytes(samples))
    seen = look_with_alpha(_codes(before), _codes(after)) if has_alpha else look(original, samples)
    return Comparison(errors, _color_count(samples), size, seen)


def _picture(held: np.ndarray) -> RasterImage:
    """Return the colours of a picture in their dtype, and alpha if it has some."""
    color, alpha = split_alpha(checked_image(held))
    if alpha is not None:
        shares = alpha[..., 0] / white_code(alpha)
        alpha = np.rint(shares.clip(0, 1) * 255).astype(np.uint8)
    return RasterImage(color, alpha)


def _over_white(picture: RasterImage) -> np.ndarray:
    return picture.color if is_opaque(picture.alpha) else on_background(picture, "#ffffff").color


def _codes(picture: RasterImage) -> np.ndarray:
    """Return (H, W, 4) uint8 codes and alpha."""
    color, alpha = eight_bit_colors(picture.color), picture.alpha
    alpha = np.full(color.shape[:2], 255, np.uint8) if alpha is None else alpha
    return np.concatenate([color, alpha[..., None]], axis=2)


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
    return _resized(RasterImage(checked_image(original)), shape).color


def _resized(picture: RasterImage, shape: tuple[int, ...]) -> RasterImage:
    color, (height, width) = picture.color, shape[:2]
    if color.shape[:2] == (height, width):
        return picture
    if color.ndim == 3 and color.shape[2] not in (1, 3):
        raise InputError(f"original has {color.shape[2]} channels; it must have 1 or 3")
    color = color[..., 0] if color.ndim == 3 and color.shape[2] == 1 else color
    return adjusted(replace(picture, color=color), Preparation(resize=Sides(width, height)))


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
