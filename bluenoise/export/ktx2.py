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
    "r16": {1: 70},
    "r16ui": {1: 74},
    "r32f": {1: 100, 2: 103, 3: 106, 4: 109},
}
# Data format descriptor: channel numbers of red, green, blue and alpha; the flags of signed floats; and
# the float bits of 1 and -1.
_CHANNEL_IDS = (0, 1, 2, 15)
_SIGNED_FLOAT = 0xC0
_ONE, _MINUS_ONE = 0x3F800000, 0xBF800000
_RGB_MODEL, _BT709, _LINEAR = 1, 1, 1


def ktx2(texels: Texels) -> bytes:
    """Encode one plane, or an array with a layer per frame: linear, one mipmap level.

    Example:
        >>> import numpy as np
        >>> from bluenoise.export.texels import texels
        >>> from bluenoise.matrix_set import matrix_set_of
        >>> ktx2(texels(matrix_set_of(np.array([[0, 1]])), "r16"))[1:7]
        b'KTX 20'
    """
    frames, rows, columns, channels = texels.values.shape
    size = texels.values.itemsize
    descriptor = _descriptor(texels.pixel_format, channels, size)
    metadata = _metadata({"KTXorientation": "rd", "KTXwriter": "bluenoise-dither"})
    before = _HEADER.size + _LEVEL.size
    header = _HEADER.pack(
        _IDENTIFIER,
        _VULKAN[texels.pixel_format][channels],
        size,
        columns,
        rows,
        0,  # depth
        frames if texels.has_frames else 0,
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
    alignment = math.lcm(channels * size, 4)
    start = -(-(before + len(descriptor) + len(metadata)) // alignment) * alignment
    data = texels.raw()
    level = _LEVEL.pack(start, len(data), len(data))
    return (header + level + descriptor + metadata).ljust(start, b"\0") + data


def _descriptor(pixel_format: PixelFormat, channels: int, size: int) -> bytes:
    """Return the basic block of the data format descriptor, with one sample per channel."""
    bits = 8 * size
    samples = []
    for index in range(channels):
        channel, low, high = _CHANNEL_IDS[index], 0, (1 << bits) - 1
        if pixel_format == "r32f":
            channel, low, high = channel | _SIGNED_FLOAT, _MINUS_ONE, _ONE
        elif pixel_format == "r16ui":
            high = 1
        samples.append(struct.pack("<HBB4xII", index * bits, bits - 1, channel, low, high))
    block_size = 24 + sum(map(len, samples))
    bytes_per_plane = bytes([channels * size]) + bytes(7)
    block = struct.pack("<IHHBBBB4x", 0, 2, block_size, _RGB_MODEL, _BT709, _LINEAR, 0)
    return struct.pack("<I", 4 + block_size) + block + bytes_per_plane + b"".join(samples)


def _metadata(pairs: dict[str, str]) -> bytes:
    """Return keys and values, each zero-terminated and padded to a multiple of 4 bytes."""
    packed = b""
    for key, value in sorted(pairs.items()):
        entry = f"{key}\0{value}\0".encode()
        packed += struct.pack("<I", len(entry)) + entry + bytes(-len(entry) % 4)
    return packed
