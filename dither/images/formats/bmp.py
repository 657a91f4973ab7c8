"""BMP files with a colour table, which Pillow writes only with 8 bits per pixel.

Source: Microsoft, "Windows GDI": BITMAPFILEHEADER and BITMAPINFOHEADER.
"""

import struct

import numpy as np

from dither.errors import InputError
from dither.images.bit_packing import pack_rows
from dither.images.indexed import IndexedFrames

_HEADERS = 14 + 40
_DENSITY = 14 + 24  # offset of the resolution
_PIXELS_PER_METRE = 3780  # 96 per inch
_MAX_SIDE = (1 << 31) - 1
_MAX_BYTES = (1 << 32) - 1


def bmp_bytes(found: IndexedFrames, per_metre: tuple[int, int] | None = None) -> bytes:
    """Encode the first frame as a BMP of 1, 4 or 8 bits per pixel.

    The header counts the entries of the table. The file holds 2**bits of them, the last one repeated,
    because simple readers in firmware always read that many.

    Args:
        found: a frame with opaque colours.
        per_metre: pixels per metre, across and down; 3780 if None.

    Raises:
        InputError: the file would have 4 GiB or more, or a side more than 2,147,483,647 pixels.

    Example:
        >>> table = np.array([[0, 0, 0, 255], [255, 0, 0, 255]], np.uint8)
        >>> len(bmp_bytes(IndexedFrames((np.array([[0, 1]], np.uint8),), table)))
        66
    """
    bits = next(bits for bits in (1, 4, 8) if bits >= found.bits)
    height, width = found.frames[0].shape
    blue_green_red = np.pad(found.padded_colors(bits)[:, ::-1], ((0, 0), (0, 1)))
    offset = _HEADERS + blue_green_red.size
    row_size = -(-width * bits // 32) * 4
    size = offset + row_size * height
    if size > _MAX_BYTES or max(height, width) > _MAX_SIDE:
        raise InputError(f"a BMP holds less than 4 GiB, not {size} bytes; choose .png")
    rows = found.frames[0]
    if bits < 8:
        rows = pack_rows(rows, bits, "msb")
    # From the bottom up.
    rows = np.pad(rows, ((0, 0), (0, row_size - rows.shape[1])))[::-1]
    density = per_metre or (_PIXELS_PER_METRE, _PIXELS_PER_METRE)
    return b"".join(
        [
            struct.pack("<2sIII", b"BM", size, 0, offset),
            struct.pack("<IiiHHII", 40, width, height, 1, bits, 0, rows.size),
            struct.pack("<iiII", *density, len(found.table), 0),
            blue_green_red.tobytes(),
            rows.tobytes(),
        ]
    )


def with_bmp_density(content: bytes, per_metre: tuple[int, int]) -> bytes:
    """Return a BMP with another resolution.

    Args:
        content: a BMP with a BITMAPINFOHEADER.
        per_metre: pixels per metre, across and down.
    """
    return content[:_DENSITY] + struct.pack("<ii", *per_metre) + content[_DENSITY + 8 :]
