"""KTX 2, Khronos' texture container: header, data format descriptor, metadata and texels.

Source: The Khronos Group, "KTX File Format Specification", version 2.0 (2021), and "Khronos Data Format
Specification", version 1.3 (2019), for the descriptor; format numbers are Vulkan's.
"""

import math
import struct

from bluenoise.export.texels import PixelFormat, Texels

_IDENTIFIER = b"\xabKTX 20\xbb\r\n\x1a\n"
_HEADER = struct.Struct("<12s 9I 4I 2Q")
_LEVEL = struct.Struct("<3Q")
# VkFormat by the number of channels; none of them is sRGB.
_VULKAN: dict[PixelFormat, dict[int, int]] = {
    "r8": {1: 9, 2: 16, 3: 23, 4: 37},
    "rg8": {2: 16},
    "rgba8": {4: 37},
    "rgb10a2": {4: 64},
    "r16": {1: 70},
    "rg16": {2: 77},
    "rgba16": {4: 91},
    "rgba16f": {4: 97},
    "r16ui": {1: 74},
    "r32f": {1: 100, 2: 103, 3: 106, 4: 109},
}
# Data format descriptor: channel numbers of red, green, blue and alpha; the flags of signed floats; and
# the float bits of 1 and -1.
_CHANNEL_IDS = (0, 1, 2, 15)
_SIGNED_FLOAT = 0xC0
_ONE, _MINUS_ONE = 0x3F800000, 0xBF800000
# Bits of the channels of formats that pack several into one number.
_PACKED: dict[PixelFormat, tuple[int, ...]] = {"rgb10a2": (10, 10, 10, 2)}
_RGB_MODEL, _BT709, _LINEAR = 1, 1, 1


def ktx2(texels: Texels, *, volume: bool = False) -> bytes:
    """Encode one plane, or an array with a layer per frame: linear, one mipmap level.

    Args:
        texels: of any pixel format.
        volume: write a 3-D texture, with a slice per frame, instead of an array.

    Raises:
        InputError: a volume without frames, or with a side above 2048.

    Example:
        >>> import numpy as np
        >>> from bluenoise.export.texels import texels
        >>> from bluenoise.matrix_set import matrix_set_of
        >>> ktx2(texels(matrix_set_of(np.array([[0, 1]])), "r16"))[1:7]
        b'KTX 20'
    """
    if volume:
        texels.checked_volume()
    frames, rows, columns, samples = texels.values.shape
    size = texels.values.itemsize
    descriptor = _descriptor(texels, samples * size)
    orientation = "rdi" if volume else "rd"
    metadata = _metadata({"KTXorientation": orientation, "KTXwriter": "bluenoise-dither"})
    before = _HEADER.size + _LEVEL.size
    header = _HEADER.pack(
        _IDENTIFIER,
        _VULKAN[texels.pixel_format][texels.channels],
        size,
        columns,
        rows,
        frames if volume else 0,
        frames if texels.has_frames and not volume else 0,
        1,  # face
        1,  # level
        0,  # not compressed
        before,
        len(descriptor),
        before + len(descriptor),
        len(metadata),
        0,
        0,
    )
    alignment = math.lcm(samples * size, 4)
    start = -(-(before + len(descriptor) + len(metadata)) // alignment) * alignment
    data = texels.raw()
    level = _LEVEL.pack(start, len(data), len(data))
    return (header + level + descriptor + metadata).ljust(start, b"\0") + data


def _descriptor(texels: Texels, texel_size: int) -> bytes:
    """Return the basic block of the data format descriptor, with one sample per channel."""
    widths = _PACKED.get(texels.pixel_format, (8 * texels.values.itemsize,) * texels.channels)
    samples, at = [], 0
    for index, bits in enumerate(widths):
        channel, low, high = _CHANNEL_IDS[index], 0, (1 << bits) - 1
        if texels.values.dtype.kind == "f":
            channel, low, high = channel | _SIGNED_FLOAT, _MINUS_ONE, _ONE
        elif texels.pixel_format == "r16ui":
            high = 1
        samples.append(struct.pack("<HBB4xII", at, bits - 1, channel, low, high))
        at += bits
    block_size = 24 + sum(map(len, samples))
    bytes_per_plane = bytes([texel_size]) + bytes(7)
    block = struct.pack("<IHHBBBB4x", 0, 2, block_size, _RGB_MODEL, _BT709, _LINEAR, 0)
    return struct.pack("<I", 4 + block_size) + block + bytes_per_plane + b"".join(samples)


def _metadata(pairs: dict[str, str]) -> bytes:
    """Return keys and values, each zero-terminated and padded to a multiple of 4 bytes."""
    packed = b""
    for key, value in sorted(pairs.items()):
        entry = f"{key}\0{value}\0".encode()
        packed += struct.pack("<I", len(entry)) + entry + bytes(-len(entry) % 4)
    return packed
