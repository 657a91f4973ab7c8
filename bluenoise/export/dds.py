"""DDS, Direct3D's texture container, with the version 10 header, which can name 16-bit formats.

Source: Microsoft, "Programming guide for DDS" (DDS_HEADER, DDS_PIXELFORMAT, DDS_HEADER_DXT10).
"""

import struct

from bluenoise.export.texels import PixelFormat, Texels
from dither.errors import InputError

_HEADER = struct.Struct("<4s 7I 44x 2I4s20x 4I4x")
_HEADER_10 = struct.Struct("<5I")
# DXGI_FORMAT by the number of channels; none of them is sRGB.
_DXGI: dict[PixelFormat, dict[int, int]] = {
    "r8": {1: 61, 2: 49, 4: 28},
    "rg8": {2: 49},
    "r16": {1: 56},
    "r16ui": {1: 57},
    "r32f": {1: 41, 2: 16, 3: 6, 4: 2},
}
_CAPS_HEIGHT_WIDTH_PITCH_FORMAT = 0x100F
_FOUR_CHARACTER_CODE = 4
_TEXTURE = 0x1000
_TEXTURE_2D = 3


def dds(texels: Texels) -> bytes:
    """Encode one plane, or an array with a layer per frame, without mipmaps.

    Raises:
        InputError: DXGI has no format for this number of channels.

    Example:
        >>> import numpy as np
        >>> from bluenoise.export.texels import texels
        >>> from bluenoise.matrix_set import matrix_set_of
        >>> dds(texels(matrix_set_of(np.array([[0, 1]])), "r16"))[:4]
        b'DDS '
    """
    frames, rows, columns, channels = texels.values.shape
    number = _DXGI[texels.pixel_format].get(channels)
    if number is None:
        raise InputError(f"DDS has no {texels.pixel_format} format of {channels} channels")
    header = _HEADER.pack(
        b"DDS ",
        124,
        _CAPS_HEIGHT_WIDTH_PITCH_FORMAT,
        rows,
        columns,
        columns * channels * texels.values.itemsize,
        0,  # depth
        0,  # mipmaps
        32,
        _FOUR_CHARACTER_CODE,
        b"DX10",
        _TEXTURE,
        0,
        0,
        0,
    )
    return header + _HEADER_10.pack(number, _TEXTURE_2D, 0, frames, 0) + texels.raw()
