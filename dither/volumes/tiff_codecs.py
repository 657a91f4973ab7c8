"""Decompress strips and tiles with the codecs of libtiff in Pillow; tifffile alone has fewer.

A part becomes a TIFF of one row of bytes, or one picture of 1 bit for the codecs of fax machines. So
samples of all types and numbers of channels are decompressed; tifffile undoes predictors and byte
order.

Source: Adobe, "TIFF Revision 6.0" (1992), sections 2, 9 to 11 and 13.
"""

import copy
import io
import struct
from typing import TYPE_CHECKING

from dither.images.quiet_stderr import quiet_stderr

if TYPE_CHECKING:
    import tifffile

_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC, _FILL_ORDER = 256, 257, 258, 259, 262, 266
_OFFSET, _CHANNELS, _STRIP_ROWS, _COUNT = 273, 277, 278, 279
_FAX_OPTIONS = (292, 293)
# CCITT RLE, group 3 and group 4.
_FAX = (2, 3, 4)
# LZW, PackBits and Zstandard.
_BYTES = (5, 32773, 50000)
_UNPACKED_BITS, _CONTIGUOUS = (1, 8, 16, 32, 64), 1
_LONG, _UNCOMPRESSED, _BLACK_IS_ZERO = 4, 1, 1


def has_codec(key: "tifffile.TiffPage") -> bool:
    """Return whether `decompressed` can decompress the parts of a page, and tifffile read the bytes.

    tifffile unpacks no other numbers of bits without a package, which then is what is missing.
    """
    if int(key.compression) in _FAX:
        return key.bitspersample == key.samplesperpixel == 1
    is_contiguous = key.samplesperpixel == 1 or key.planarconfig == _CONTIGUOUS
    return int(key.compression) in _BYTES and key.bitspersample in _UNPACKED_BITS and is_contiguous


def misses_codec(error: Exception) -> bool:
    """Return whether an error of tifffile says that it needs imagecodecs, which has all codecs."""
    return isinstance(error, ImportError) or "imagecodecs" in str(error)


def decompressed(key: "tifffile.TiffPage", data: bytes, rows: int, columns: int) -> bytes:
    """Return the decompressed bytes of a strip or tile.

    Args:
        key: the page, for which `has_codec` is true.
        data: the compressed bytes.
        rows: of the part, without rows below the page.
        columns: of the part.

    Raises:
        OSError: they are damaged, or too few.
    """
    from PIL import TiffImagePlugin

    row_bytes = -(-columns * key.samplesperpixel * key.bitspersample // 8)
    is_fax = int(key.compression) in _FAX
    width, height, bits = (columns, rows, 1) if is_fax else (row_bytes * rows, 1, 8)
    entries = {
        **{_WIDTH: width, _HEIGHT: height, _BITS: bits, _COMPRESSION: int(key.compression)},
        **{_PHOTOMETRIC: _BLACK_IS_ZERO, _FILL_ORDER: int(key.fillorder), _OFFSET: 8},
        **{_CHANNELS: 1, _STRIP_ROWS: height, _COUNT: len(data)},
        **{tag: int(key.tags[tag].value) for tag in _FAX_OPTIONS if tag in key.tags},
    }
    padded = data + b"\0" * (len(data) % 2)
    lines = [struct.pack("<HHII", tag, _LONG, 1, entries[tag]) for tag in sorted(entries)]
    table = struct.pack("<H", len(lines)) + b"".join(lines) + bytes(4)
    file = struct.pack("<2sHI", b"II", 42, 8 + len(padded)) + padded + table
    # Image.open would compare the bytes with Pillow's limit of pixels.
    with TiffImagePlugin.TiffImageFile(io.BytesIO(file)) as picture, quiet_stderr():
        picture.load()
        return picture.tobytes()


def uncompressed_page(key: "tifffile.TiffPage") -> "tifffile.TiffPage":
    """Return a page as `key`, whose parts are as `decompressed` returns them."""
    page = copy.copy(key)
    for cached in ("decode", "hash"):
        page.__dict__.pop(cached, None)
    page.compression, page.fillorder = _UNCOMPRESSED, 1
    return page
