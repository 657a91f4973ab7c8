"""DDS, Direct3D's texture container, with the version 10 header, which can name 16-bit formats.

Source: Microsoft, "Programming guide for DDS" (DDS_HEADER, DDS_PIXELFORMAT, DDS_HEADER_DXT10).
"""

import struct

from bluenoise.export.texels import PixelFormat, Texels
from dither.errors import InputError
from dither.wording import counted

_HEADER = struct.Struct("<4s 7I 44x 2I4s20x 4I4x")
_HEADER_10 = struct.Struct("<5I")
# DXGI_FORMAT by the number of channels; none of them is sRGB.
_DXGI: dict[PixelFormat, dict[int, int]] = {
    "r8": {1: 61, 2: 49, 4: 28},
    "rg8": {2: 49},
    "rgba8": {4: 28},
    "rgb10a2": {4: 24},
    "r16": {1: 56},
    "rg16": {2: 35},
    "rgba16": {4: 11},
    "rgba16f": {4: 10},
    "r16ui": {1: 57},
    "r32f": {1: 41, 2: 16, 3: 6, 4: 2},
}
_CAPS_HEIGHT_WIDTH_PITCH_FORMAT = 0x100F
_FOUR_CHARACTER_CODE = 4
_DEPTH = 0x800000
_TEXTURE, _COMPLEX, _VOLUME = 0x1000, 0x8, 0x200000
_TEXTURE_2D, _TEXTURE_3D = 3, 4


def dds(texels: Texels, *, volume: bool = False) -> bytes:
    """Encode one plane, or an array with a layer per frame, without mipmaps.

    Args:
        texels: of any pixel format.
        volume: write a 3-D texture, with a slice per frame, instead of an array.

    Raises:
        InputError: DXGI has no format for this number of channels; or a volume without frames, or with
            a side above 2048.

    Example:
        >>> import numpy as np
        >>> from bluenoise.export.texels import texels
        >>> from bluenoise.matrix_set import matrix_set_of
        >>> dds(texels(matrix_set_of(np.array([[0, 1]])), "r16"))[:4]
        b'DDS '
    """
    if volume:
        texels.checked_volume()
    frames, rows, columns, samples = texels.values.shape
    number = _DXGI[texels.pixel_format].get(texels.channels)
    if number is None:
        raise InputError(
            f"DDS has no {texels.pixel_format} format of {counted(texels.channels, 'channel')}"
        )
    header = _HEADER.pack(
        b"DDS ",
        124,
        _CAPS_HEIGHT_WIDTH_PITCH_FORMAT | (_DEPTH if volume else 0),
        rows,
        columns,
        columns * samples * texels.values.itemsize,
        frames if volume else 0,
        0,  # mipmaps
        32,
        _FOUR_CHARACTER_CODE,
        b"DX10",
        _TEXTURE | (_COMPLEX if volume else 0),
        _VOLUME if volume else 0,
        0,
        0,
    )
    kind, layers = (_TEXTURE_3D, 1) if volume else (_TEXTURE_2D, frames)
    return header + _HEADER_10.pack(number, kind, 0, layers, 0) + texels.raw()
