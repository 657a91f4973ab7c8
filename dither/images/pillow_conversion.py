"""Convert between Pillow images and RasterImage, choosing the smallest mode that is lossless.

The pixels decide the mode, not the source: black and white takes 1 bit, a PNG of 4 or 16 even greys 2
or 4 bits, and one of at most 256 colours (alpha included) a palette of 1, 2, 4 or 8 bits.
"""

from typing import TYPE_CHECKING

import numpy as np

from dither.errors import InputError
from dither.images.indexed import to_indexed
from dither.images.raster_image import RasterImage, is_gray

if TYPE_CHECKING:
    from PIL import Image

MAX_WEBP_SIDE = 16383
# Modes whose samples the embedded profile describes; others are converted, which makes it wrong.
_PROFILED_MODES = ("1", "L", "LA", "P", "PA", "RGB", "RGBA")


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
        return RasterImage(samples.astype(np.uint16), None, profile)
    if image.mode == "F":
        return RasterImage(np.array(image, np.float32), None, profile)
    if image.mode not in _PROFILED_MODES:
        profile = None
    gray = image.mode in ("1", "L", "LA", "La")
    if "transparency" in image.info or image.mode in ("LA", "La", "PA", "RGBA", "RGBa"):
        if image.mode == "P" and isinstance(image.info.get("transparency"), bytes):
            image.apply_transparency()
        rgba = np.array(image.convert("RGBA"))
        samples, alpha = rgba[..., 0] if gray else rgba[..., :3], rgba[..., 3].copy()
    else:
        samples, alpha = np.array(image.convert("L" if gray else "RGB")), None
    # Programs (this one too) store few greys as a palette. A profile for RGB would not fit grey.
    if image.mode in ("P", "PA") and profile is None and is_gray(samples):
        samples = samples[..., 0]
    return RasterImage(np.ascontiguousarray(samples), alpha, profile)


def to_pillow(image: RasterImage, ending: str, format_name: str) -> tuple["Image.Image", int]:
    """Convert an image to the smallest Pillow mode that is lossless.

    Args:
        image: uint8 samples, or uint16 grey without alpha.
        ending: file name extension in lower case, with its dot.
        format_name: Pillow's name of the format.

    Returns:
        The Pillow image, and its bits per sample or index.

    Raises:
        InputError: the format cannot store such samples.
    """
    from PIL import Image

    color, alpha = image.color, image.alpha
    if color.dtype == np.uint16:
        if color.ndim == 3 or alpha is not None or format_name not in ("PNG", "TIFF", "PPM"):
            raise InputError(
                "more than 8 bits are only written for grey without alpha, as PNG, TIFF or PNM"
            )
        little = color.astype("<u2")
        return Image.frombytes("I;16", (color.shape[1], color.shape[0]), little.tobytes()), 16
    if color.dtype != np.uint8:
        raise InputError(f"samples must be uint8 or uint16, not {color.dtype}")
    if alpha is not None and format_name in ("BMP", "PPM"):
        raise InputError(f"{format_name} cannot store alpha; choose .png")
    bits = _gray_bits(color) if alpha is None and color.ndim == 2 else 8
    if (ending == ".pbm" and bits > 1) or (ending == ".pgm" and color.ndim == 3):
        raise InputError(f"{ending} cannot store this image; choose .pnm")
    if bits == 1 and ending not in (".webp", ".pgm", ".ppm"):
        return to_pillow_8_bit(image).convert("1", dither=Image.Dither.NONE), 1
    if format_name == "PNG" and bits in (2, 4) and _pillow_packs_gray():
        return to_pillow_8_bit(image), bits
    # A palette holds RGB, so a grey image with a profile for grey cannot use one.
    if format_name == "PNG" and (color.ndim == 3 or image.profile is None):
        found = to_indexed([image])
        # 8-bit grey is as small without a palette.
        if found is not None and (color.ndim == 3 or alpha is not None or found.bits < 8):
            return found.to_pillow(0), found.bits
    picture = to_pillow_8_bit(image)
    return (picture.convert("RGB") if ending == ".ppm" else picture), 8


def to_pillow_8_bit(image: RasterImage) -> "Image.Image":
    """Convert uint8 samples to a Pillow image of mode L, LA, RGB or RGBA."""
    from PIL import Image

    if image.alpha is None:
        return Image.fromarray(np.ascontiguousarray(image.color))
    color = image.color[..., None] if image.color.ndim == 2 else image.color
    return Image.fromarray(np.concatenate([color, image.alpha[..., None]], axis=2))


def _pillow_packs_gray() -> bool:
    """Return whether Pillow writes grey of 2 and 4 bits (from 13 on); a palette is hardly larger."""
    import PIL

    return int(PIL.__version__.partition(".")[0]) >= 13


def _gray_bits(gray: np.ndarray) -> int:
    """Return the fewest bits whose evenly spaced greys include all greys of the image."""
    present = np.flatnonzero(to_pillow_8_bit(RasterImage(gray)).histogram())
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
