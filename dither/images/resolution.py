"""Resolutions of files: read them from Pillow's images, and convert them for each format.

PNG and BMP hold whole pixels per metre, so that 600 per inch becomes 23,622 per metre, which is
599.9988 per inch. Such a number is read as the whole number per inch that it stands for.

Source: W3C PNG (third edition), section 11.3.4.3 (pHYs); ITU-T T.871 (2011), section 10.1 (JFIF);
Exif 2.32 (2019), section 4.6.4, and TIFF 6.0 (1992), section 8: units 2 (inch) and 3 (centimetre).
"""

import math
import struct
from fractions import Fraction
from typing import TYPE_CHECKING

from dither.images.raster_image import Resolution

if TYPE_CHECKING:
    from PIL import Image

_INCH = 0.0254  # metres
# Pillow's factor for BMP, which is not exact.
_PILLOW_INCHES = 39.3701
_X, _Y, _UNIT, _ORIENTATION = 282, 283, 296, 0x0112
_PER_INCH = {2: 1.0, 3: 2.54}
# EXIF orientations that exchange width and height.
_LYING = (5, 6, 7, 8)
_MOST = (1 << 32) - 1


def file_resolution(picture: "Image.Image") -> Resolution | None:
    """Return the pixels per inch of a file as its image is shown, or None if the file has none.

    Args:
        picture: opened by Pillow, before it is turned by its EXIF orientation.

    Example:
        >>> from PIL import Image
        >>> picture = Image.new("L", (1, 1))
        >>> picture.format, picture.info["dpi"] = "PNG", (11811 * 0.0254, 11811 * 0.0254)
        >>> file_resolution(picture)
        (300.0, 300.0)
    """
    found = _stored(picture)
    if found is None or not all(math.isfinite(each) and each > 0 for each in found):
        return None
    # A PNG would read its pixels to look for an orientation behind them.
    turned = picture.format in ("JPEG", "TIFF", "WEBP") and picture.getexif().get(_ORIENTATION)
    return (found[1], found[0]) if turned in _LYING else found


def _stored(picture: "Image.Image") -> Resolution | None:
    info = picture.info
    if picture.format == "JPEG" and info.get("jfif_unit") not in (1, 2):
        return _of_exif(picture)
    if picture.format == "WEBP":
        return _of_exif(picture)
    if picture.format not in ("PNG", "JPEG", "TIFF", "BMP") or "dpi" not in info:
        return None
    try:
        across, down = (float(each) for each in info["dpi"])
        if picture.format == "PNG":
            return _of_metres(round(across / _INCH)), _of_metres(round(down / _INCH))
        if picture.format == "BMP":
            return _of_metres(round(across * _PILLOW_INCHES)), _of_metres(
                round(down * _PILLOW_INCHES)
            )
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return across, down


def _of_exif(picture: "Image.Image") -> Resolution | None:
    """Return the resolution of EXIF; Pillow takes 72 for files whose EXIF has none."""
    try:
        exif = picture.getexif()
        factor = _PER_INCH.get(exif.get(_UNIT, 2))
        if factor is None or _X not in exif:
            return None
        across = float(exif[_X]) * factor
        return across, float(exif.get(_Y, exif[_X])) * factor
    except (TypeError, ValueError, ZeroDivisionError, OverflowError, SyntaxError, struct.error):
        return None


def _of_metres(count: int) -> float:
    """Return pixels per inch for pixels per metre; whole if they stand for a whole number."""
    found = count * _INCH
    return float(round(found)) if round(round(found) / _INCH) == count else found


def per_metre(resolution: Resolution) -> tuple[int, int]:
    """Return pixels per metre as PNG and BMP store them, 1 to 2^31 - 1.

    Example:
        >>> per_metre((600, 300))
        (23622, 11811)
    """
    across, down = (min(max(1, round(each / _INCH)), _MOST >> 1) for each in resolution)
    return across, down


def rational(value: float) -> tuple[int, int]:
    """Return pixels per inch as the numerator and denominator of a TIFF, 32 bits each.

    Example:
        >>> rational(600.0), rational(299.9994)
        ((600, 1), (1499997, 5000))
    """
    if value >= _MOST:
        return _MOST, 1
    # The numerator has to fit too.
    found = Fraction(value).limit_denominator(max(1, min(1_000_000, int(_MOST / (value + 1)))))
    return (found.numerator, found.denominator) if found.numerator else (1, 1_000_000)


def scaled(resolution: Resolution | None, across: float, down: float) -> Resolution | None:
    """Return the resolution of an image that has so many times the pixels on the same paper.

    Example:
        >>> scaled((300, 300), 0.5, 2)
        (150.0, 600)
    """
    return None if resolution is None else (resolution[0] * across, resolution[1] * down)
