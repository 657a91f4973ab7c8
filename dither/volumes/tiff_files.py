"""TIFF and BigTIFF files as volumes: pages of one size, found by the library tifffile."""

from pathlib import Path

import numpy as np

from dither.errors import InputError
from dither.images.formats.tiff_storage import Compression
from dither.volumes.damage import damaged
from dither.volumes.tiff_layout import TiffLayout, tiff_layout, value_of
from dither.volumes.tiff_volume import TiffVolume, row_grid

_TYPES = ("bool", "uint8", "uint16", "float32", "float64")
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB = 0, 1, 2
# The compression of results for the number of a source's: CCITT, LZW and zstd stay; JPEG would blur.
_OF_SOURCES: dict[int, Compression] = {
    1: "none",
    2: "group4",
    3: "group4",
    4: "group4",
    5: "lzw",
    50000: "zstd",
}
_UNASSOCIATED_ALPHA = (2,)
_ORIENTATION = 274


def open_tiff(path: Path | str) -> TiffVolume:
    """Open the first image, or stack of pages of one size, in a TIFF file for reading.

    Raises:
        InputError: the file is missing, is no TIFF, is damaged, or holds anything but grey or RGB
            samples of 1, 8 or 16 bits or floats, with or without alpha.
    """
    layout = tiff_layout(path)
    try:
        return _describe(layout)
    except InputError:
        raise
    except (ValueError, TypeError, IndexError, ZeroDivisionError) as error:  # damaged entries
        raise damaged(path, error) from error


def tiff_extent(path: Path | str) -> tuple[int, int]:
    """Return the number of pages of one size at the start of a TIFF file, and their uncompressed bytes.

    Raises:
        InputError: the file is missing, no TIFF, or damaged.
    """
    layout = tiff_layout(path)
    pages = len(layout.offsets)
    return pages, pages * layout.page_bytes


def source_compression(volume: TiffVolume) -> Compression:
    """Return the compression of results for that of a source."""
    number = int(tiff_layout(volume.path).key.compression)
    return _OF_SOURCES.get(number, "deflate")


def _describe(layout: TiffLayout) -> TiffVolume:
    key = layout.key
    _check_kind(layout)
    channels = (key.samplesperpixel,) if key.samplesperpixel > 1 else ()
    shape = (len(layout.offsets), key.imagelength, key.imagewidth, *channels)
    if not all(shape):
        raise InputError(f"{layout.path} has a page without pixels")
    dtype = layout.dtype.newbyteorder("<" if layout.byteorder == "<" else ">")
    inverted = int(key.photometric) == _WHITE_IS_ZERO
    if key.is_contiguous:
        grid, offsets = row_grid(shape, dtype), layout.offsets[:, 0]
        return TiffVolume(layout.path, shape, dtype, grid, offsets, inverted)
    wide, tall = (key.tilewidth, key.tilelength) if key.is_tiled else (shape[2], key.rowsperstrip)
    if tall < 1 or wide < 1:
        raise InputError(f"{layout.path} is damaged: its parts have no size")
    # A tile may be wider than its page; a block is not.
    grid = 1, min(tall, shape[1]), min(wide, shape[2])
    return TiffVolume(layout.path, shape, dtype, grid, None, inverted)


def _check_kind(layout: TiffLayout) -> None:
    """Refuse samples that are not upright grey or RGB."""
    key, dtype = layout.key, layout.dtype
    channels, extra = key.samplesperpixel, tuple(map(int, key.extrasamples))
    bits = 1 if dtype == np.bool_ else 8 * dtype.itemsize
    kinds = (_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB)
    refusals = {
        f"its samples are {dtype}, not {', '.join(_TYPES)}": dtype.name not in _TYPES,
        f"its samples have {key.bitspersample} bits": key.bitspersample != bits,
        "its colours are neither grey nor RGB": int(key.photometric) not in kinds,
        f"it has {channels} channels": not 1 <= channels <= 4,
        "its channels are in planes of their own": channels > 1 and int(key.planarconfig) != 1,
        "its alpha is multiplied into the colours, or its extra channel is not alpha": (
            channels in (2, 4) and extra != _UNASSOCIATED_ALPHA
        ),
        "its pages are turned": int(value_of(key, _ORIENTATION, 1)) != 1,
        f"its pages have {key.imagedepth} layers each": key.imagedepth > 1,
        "it has alpha, and 0 is white": (int(key.photometric) == _WHITE_IS_ZERO and channels > 1),
    }
    for reason, refused in refusals.items():
        if refused:
            raise InputError(f"{layout.path} is not dithered in blocks: {reason}")
