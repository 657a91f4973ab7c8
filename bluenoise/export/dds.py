"""DDS, the container of Direct3D, with the header of version 10, which names formats of 16 bits.

Source: Microsoft, "Programming guide for DDS" (DDS_HEADER, DDS_PIXELFORMAT, DDS_HEADER_DXT10).
"""

import struct

from bluenoise.export.ktx2 import check_volume
from bluenoise.export.texels import PixelFormat, Texels
from dither.errors import InputError

_HEADER = struct.Struct("<4s 7I 44x 2I4s20x 4I4x")
_HEADER_10 = struct.Struct("<5I")
# DXGI_FORMAT by the number of channels.
_DXGI: dict[PixelFormat, dict[int, int]] = {
    "r8": {1: 61, 2: 49, 4: 28},
    "rg8": {2: 49},
    "r16": {1: 56},
    "r16ui": {1: 57},
    "r32f": {1: 41, 2: 16, 3: 6, 4: 2},
}
_CAPS_HEIGHT_WIDTH_PITCH_FORMAT, _DEPTH = 0x100F, 0x800000
_FOUR_LETTERS = 4
_TEXTURE, _COMPLEX, _VOLUME = 0x1000, 0x8, 0x200000
_TEXTURE_2D, _TEXTURE_3D = 3, 4


def dds(texels: Texels, *, volume: bool = False) -> bytes:
    """A DDS file: one plane, an array of frames, or a volume whose depth is time.

    Args:
        texels: what it holds; none of the formats is one of sRGB, and there is one level.
        volume: whether frames become a 3-D texture in place of an array.

    Raises:
        InputError: it is to be a volume and there are no frames, or no format has so many channels.

    Example:
        >>> import numpy as np
        >>> from bluenoise.export.texels import source, texels
        >>> dds(texels(source(np.array([[0, 1]])), "r16"))[:4]
        b'DDS '
    """
    check_volume(texels, volume)
    frames, rows, columns, channels = texels.values.shape
    number = _DXGI[texels.pixel_format].get(channels)
    if number is None:
        raise InputError(f"a DDS file has no {texels.pixel_format} of {channels} channels")
    data = texels.values.astype(texels.values.dtype.newbyteorder("<"))
    header = _HEADER.pack(
        b"DDS ",
        124,
        _CAPS_HEIGHT_WIDTH_PITCH_FORMAT | (_DEPTH if volume else 0),
        rows,
        columns,
        columns * channels * data.itemsize,
        frames if volume else 0,
        0,  # no mipmaps
        32,
        _FOUR_LETTERS,
        b"DX10",
        _TEXTURE | (_COMPLEX if volume else 0),
        _VOLUME if volume else 0,
        0,
        0,
    )
    layers = 1 if volume else frames
    more = _HEADER_10.pack(number, _TEXTURE_3D if volume else _TEXTURE_2D, 0, layers, 0)
    return header + more + data.tobytes()
