"""Convert the samples of a TIFF volume to sRGB, block by block, by the profile of its first page."""

from pathlib import Path

import numpy as np

from dither.images.color_management import UNMANAGED, ColorSource, managed, profile_source
from dither.images.raster_image import RasterImage
from dither.samples import native_byte_order
from dither.volumes.tiff_layout import tiff_layout, value_of

PROFILE_TAG = 34675


def tiff_colors(path: Path | str, channels: int) -> ColorSource:
    """Return the colour space of a TIFF.

    Args:
        path: the file.
        channels: samples per pixel, alpha included; up to 2 are grey.

    Raises:
        InputError: as `tiff_layout`.
    """
    profile = value_of(tiff_layout(path).key, PROFILE_TAG, None)
    if not isinstance(profile, bytes):
        return UNMANAGED
    return profile_source(profile, "RGB" if channels > 2 else "L", str(path))


def in_srgb(samples: np.ndarray, source: ColorSource) -> np.ndarray:
    """Return a block in sRGB; alpha, floats, and black and white of 1 bit stay as they are.

    Colours of 16 bits keep their depth if the profile consists of curves and a matrix. By others they
    are converted as their nearest 8 bits.

    Args:
        samples: (Z, Y, X), or (Z, Y, X, C) with alpha last if C is 2 or 4.
        source: of the file.
    """
    if source.space is None or samples.dtype.kind != "u":
        return samples
    out = native_byte_order(samples).copy()
    if out.ndim == 3 or out.shape[3] <= 2:
        gray = out if out.ndim == 3 else out[..., 0]
        gray[...] = managed(RasterImage(gray.reshape(-1, gray.shape[2])), source).color.reshape(
            gray.shape
        )
        return out
    color = out[..., :3]
    rows = color.reshape(-1, *color.shape[2:])
    color[...] = managed(RasterImage(rows), source).color.reshape(color.shape)
    return out
