"""TIFF files with a colour map; Pillow writes a white of 65,280 instead of 65,535 into the map.

Source: Adobe, "TIFF Revision 6.0" (1992), section 5: Palette-color Images.
"""

import struct

from dither.errors import InputError
from dither.images.indexed import IndexedFrames

_SHORT, _LONG, _RATIONAL = 3, 4, 5
_PALETTE_COLOR = 3
_BITS = 8
_MAX_BYTES = (1 << 32) - 1


def tiff_bytes(found: IndexedFrames) -> bytes:
    """Encode the first frame as an uncompressed TIFF of 8 bits per pixel, as all readers take.

    The format has no count of colours: the map holds 256 of them, the last one repeated.

    Args:
        found: a frame with opaque colours.

    Raises:
        InputError: the file would have 4 GiB or more.
    """
    height, width = found.frames[0].shape
    rows = found.frames[0]
    # 16 bits per value; 257 makes white 65,535.
    color_map = (found.padded_colors(_BITS).T.astype("<u2") * 257).tobytes()
    tags = [
        (256, _LONG, 1, width),
        (257, _LONG, 1, height),
        (258, _SHORT, 1, _BITS),
        (259, _SHORT, 1, 1),  # no compression
        (262, _SHORT, 1, _PALETTE_COLOR),
        (273, _LONG, 1, 0),  # offset of the rows, set below
        (277, _SHORT, 1, 1),  # samples per pixel
        (278, _LONG, 1, height),  # rows per strip
        (279, _LONG, 1, rows.size),
        (282, _RATIONAL, 1, 0),
        (283, _RATIONAL, 1, 0),
        (296, _SHORT, 1, 2),  # resolution per inch
        (320, _SHORT, 3 << _BITS, 0),
    ]
    start = 8 + 2 + 12 * len(tags) + 4
    resolution = struct.pack("<II", 72, 1)
    offsets = {282: start, 283: start, 320: start + len(resolution)}
    offsets[273] = start + len(resolution) + len(color_map)
    if offsets[273] + rows.size > _MAX_BYTES:
        raise InputError(f"a TIFF holds less than 4 GiB, not {rows.size} bytes; choose .png")
    entries = [
        struct.pack("<HHII", tag, kind, count, offsets.get(tag, value))
        for tag, kind, count, value in tags
    ]
    return b"".join(
        [
            struct.pack("<2sHIH", b"II", 42, 8, len(tags)),
            *entries,
            struct.pack("<I", 0),
            resolution,
            color_map,
            rows.tobytes(),
        ]
    )
