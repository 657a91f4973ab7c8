"""Convert between Pillow images and RasterImage, choosing the smallest mode that is lossless."""

from typing import TYPE_CHECKING

import numpy as np

from dither.errors import InputError
from dither.images.raster_image import RasterImage, is_gray
from dither.images.rows import RowArray, row_spans

if TYPE_CHECKING:
    from PIL import Image

MAX_WEBP_SIDE = 16383
_BAND_PIXELS = 1 << 18
# Modes whose samples the embedded profile describes; others are converted, which makes it wrong.
PROFILED_MODES = ("1", "L", "LA", "P", "PA", "RGB", "RGBA")


def from_pillow(image: "Image.Image") -> RasterImage:
    """Convert a loaded Pillow image of any mode.

    Raises:
        ValueError: 32-bit grey has values outside 0..65535. Not an InputError, because the caller adds
            the file's name.
    """
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I"):
        samples = np.asarray(image)
        if samples.min() < 0 or samples.max() > 65535:
            raise ValueError(
                f"32-bit grey must have values from 0 to 65535, not {samples.min()} to "
                f"{samples.max()}"
            )
        clear, alpha = image.info.get("transparency"), None
        if isinstance(clear, int):  # of a PNG; Pillow itself has no mode for it
            alpha = np.where(samples == clear, np.uint8(0), np.uint8(255))
        return RasterImage(samples.astype(np.uint16), alpha, profile)
    if image.mode == "F":
        return RasterImage(np.array(image, np.float32), None, profile)
    if image.mode not in PROFILED_MODES:
        profile = None
    gray = image.mode in ("1", "L", "LA", "La")
    if "transparency" in image.info or image.mode in ("LA", "La", "PA", "RGBA", "RGBa"):
        if image.mode == "P" and isinstance(image.info.get("transparency"), bytes):
            image.apply_transparency()
        rgba = np.array(image.convert("RGBA"))
        samples, alpha = rgba[..., 0] if gray else rgba[..., :3], rgba[..., 3].copy()
    else:
        samples, alpha = _samples(image, "L" if gray else "RGB"), None
    # Programs (this one too) store few greys as a palette. A profile for RGB would not fit grey.
    if image.mode in ("P", "PA") and profile is None and is_gray(samples):
        samples = samples[..., 0]
    return RasterImage(np.ascontiguousarray(samples), alpha, profile)


def _samples(image: "Image.Image", mode: str) -> np.ndarray:
    """Return the samples in mode L or RGB, converted a few rows at a time to hold no second image."""
    width, height = image.size
    samples = np.empty((height, width, 3) if mode == "RGB" else (height, width), np.uint8)
    step = max(1, _BAND_PIXELS // max(1, width))
    for top in range(0, height, step):
        band = image.crop((0, top, width, min(top + step, height)))
        samples[top : top + step] = np.asarray(band if band.mode == mode else band.convert(mode))
    return samples


def to_pillow(image: RasterImage, ending: str, format_name: str) -> "Image.Image":
    """Convert an image to the smallest Pillow mode that is lossless: 1 bit for black and white.

    Args:
        image: uint8 samples, or uint16 grey without alpha.
        ending: file name extension in lower case, with its dot.
        format_name: Pillow's name of the format.

    Raises:
        InputError: the format cannot store such samples.
    """
    from PIL import Image

    color, alpha = image.color, image.alpha
    check_samples(color, alpha, format_name)
    if color.dtype == np.uint16:
        little = color.astype("<u2")
        return Image.frombytes("I;16", (color.shape[1], color.shape[0]), little.tobytes())
    if alpha is not None and format_name in ("BMP", "PPM"):
        raise InputError(f"{format_name} cannot store alpha; choose .png")
    bits = gray_bits(color) if alpha is None and color.ndim == 2 else 8
    if (ending == ".pbm" and bits > 1) or (ending == ".pgm" and color.ndim == 3):
        raise InputError(f"{ending} cannot store this image; choose .pnm")
    picture = to_pillow_8_bit(image)
    if bits == 1 and ending not in (".webp", ".pgm", ".ppm"):
        return picture.convert("1", dither=Image.Dither.NONE)
    return picture.convert("RGB") if ending == ".ppm" else picture


def check_samples(color: RowArray, alpha: RowArray | None, format_name: str) -> None:
    """Check that a format can store the type of an image's samples.

    Raises:
        InputError: it cannot.
    """
    if color.dtype == np.uint16:
        if color.ndim == 3:
            raise InputError(
                "colour is written with up to 8 bits per channel; choose fewer bits or levels, or grey"
            )
        if format_name not in (("PNG", "TIFF", "PPM") if alpha is None else ("PNG",)):
            raise InputError(
                "grey with more than 8 bits is written as .png, and without alpha as .tif or .pnm"
            )
    elif color.dtype != np.uint8:
        raise InputError(f"samples must be uint8 or uint16, not {color.dtype}")


def to_pillow_8_bit(image: RasterImage) -> "Image.Image":
    """Convert uint8 samples to a Pillow image of mode L, LA, RGB or RGBA."""
    from PIL import Image

    if image.alpha is None:
        return Image.fromarray(np.ascontiguousarray(image.color))
    color = image.color[..., None] if image.color.ndim == 2 else image.color
    return Image.fromarray(np.concatenate([color, image.alpha[..., None]], axis=2))


def gray_bits(gray: RowArray) -> int:
    """Return the fewest bits, 1, 2, 4 or 8, whose evenly spaced greys include all of an image.

    Args:
        gray: (H, W) uint8.

    Example:
        >>> gray_bits(np.array([[0, 85, 255]], np.uint8))
        2
    """
    return fewest_bits(np.flatnonzero(value_counts(gray)))


def value_counts(samples: RowArray) -> np.ndarray:
    """Return (256,) int64 how often each value is in (H, W) uint8 samples."""
    counts = np.zeros(256, np.int64)
    for rows in row_spans(samples):
        counts += to_pillow_8_bit(RasterImage(samples[rows])).histogram()
    return counts


def transparency_of_file(picture: "Image.Image") -> object:
    """Return the transparent grey or colour of a PNG in the depth in which Pillow decodes its pixels.

    Pillow reports it in the depth of the file, and compares it with pixels of 8 bits. A colour of 16
    bits a channel loses its low bytes, as the pixels do.

    Args:
        picture: a PNG, not loaded yet.

    Returns:
        Its `info["transparency"]`, scaled; None if there is none.
    """
    found = picture.info.get("transparency")
    rawmode = next((tile[3] for tile in getattr(picture, "tile", ())), None)
    if isinstance(found, int) and rawmode in ("L;2", "L;4"):
        return found * (255 // ((1 << int(rawmode[-1])) - 1))
    if isinstance(found, tuple) and rawmode == "RGB;16B":
        return tuple(value >> 8 for value in found)
    return found


def fewest_bits(present: np.ndarray) -> int:
    """Return the fewest bits, 1, 2, 4 or 8, whose evenly spaced greys include some values."""
    return next(bits for bits in (1, 2, 4, 8) if not (present % (255 // ((1 << bits) - 1))).any())


def check_webp(image: RasterImage) -> None:
    """Check that WebP can store an image.

    Raises:
        InputError: a side is longer than 16,383 pixels.
    """
    height, width = image.color.shape[:2]
    if max(height, width) > MAX_WEBP_SIDE:
        raise InputError(
            f"WebP sides must be at most {MAX_WEBP_SIDE} pixels, not {width}x{height}; choose .png"
        )
