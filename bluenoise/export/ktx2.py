"""KTX 2, the Khronos Group's container of textures: a header, what the texels mean, and the texels.

Source: The Khronos Group, "KTX File Format Specification", version 2.0 (2021), and "Khronos Data Format
Specification", version 1.3 (2019), for the descriptor; the numbers of formats are Vulkan's.
"""

import struct

import numpy as np

from bluenoise.export.texels import PixelFormat, Texels
from dither.errors import InputError

_IDENTIFIER = b"\xabKTX 20\xbb\r\n\x1a\n"
_HEADER = struct.Struct("<12s 9I 4I 2Q")
_LEVEL = struct.Struct("<3Q")
# VkFormat by the number of channels.
_VULKAN: dict[PixelFormat, dict[int, int]] = {
    "r8": {1: 9, 2: 16, 3: 23, 4: 37},
    "rg8": {2: 16},
    "r16": {1: 70},
    "r16ui": {1: 74},
    "r32f": {1: 100, 2: 103, 3: 106, 4: 109},
}
# Of the data format descriptor: red, green, blue and alpha; a signed float; and white and black.
_CHANNEL_IDS = (0, 1, 2, 15)
_SIGNED_FLOAT = 0xC0
_ONE, _MINUS_ONE = 0x3F800000, 0xBF800000
_RGB_MODEL, _BT709, _LINEAR = 1, 1, 1


def ktx2(texels: Texels, *, volume: bool = False) -> bytes:
    """A KTX 2 file: one plane, an array of frames, or a volume whose depth is time.

    Args:
        texels: what it holds; the transfer function is linear, and there is one level.
        volume: whether frames become a 3-D texture in place of an array.

    Raises:
        InputError: it is to be a volume, and there are no frames.

    Example:
        >>> from bluenoise.export.texels import source, texels
        >>> ktx2(texels(source(np.array([[0, 1]])), "r16"))[1:7]
        b'KTX 20'
    """
    check_volume(texels, volume)
    frames, rows, columns, channels = texels.values.shape
    data = texels.values.astype(texels.values.dtype.newbyteorder("<")).tobytes()
    depth, layers = 0, 0
    if texels.has_frames:
        depth, layers = (frames, 0) if volume else (0, frames)
    size = texels.values.itemsize
    descriptor = _descriptor(texels.pixel_format, channels, size)
    pairs = _pairs({"KTXorientation": "rdi" if volume else "rd", "KTXwriter": "bluenoise-dither"})
    before = _HEADER.size + _LEVEL.size
    header = _HEADER.pack(
        _IDENTIFIER,
        _VULKAN[texels.pixel_format][channels],
        size,
        columns,
        rows,
        depth,
        layers,
        1,  # face
        1,  # level
        0,  # not compressed
        before,
        len(descriptor),
        before + len(descriptor),
        len(pairs),
        0,
        0,
    )
    alignment = int(np.lcm(channels * size, 4))
    start = -(-(before + len(descriptor) + len(pairs)) // alignment) * alignment
    level = _LEVEL.pack(start, len(data), len(data))
    return (header + level + descriptor + pairs).ljust(start, b"\0") + data


def check_volume(texels: Texels, volume: bool) -> None:
    """Refuse a volume of one plane.

    Raises:
        InputError: there are no frames that could be its depth.
    """
    if volume and not texels.has_frames:
        raise InputError("a 3-D texture needs a matrix with frames, and this one has none")


def _descriptor(pixel_format: PixelFormat, channels: int, size: int) -> bytes:
    """The basic block of the data format descriptor, with a sample for each channel."""
    bits = 8 * size
    samples = []
    for index in range(channels):
        kind, low, high = _CHANNEL_IDS[index], 0, (1 << bits) - 1
        if pixel_format == "r32f":
            kind, low, high = kind | _SIGNED_FLOAT, _MINUS_ONE, _ONE
        elif pixel_format == "r16ui":
            high = 1
        samples.append(struct.pack("<HBB4xII", index * bits, bits - 1, kind, low, high))
    block_size = 24 + sum(map(len, samples))
    planes = bytes([channels * size]) + bytes(7)
    block = struct.pack("<IHHBBBB4x", 0, 2, block_size, _RGB_MODEL, _BT709, _LINEAR, 0) + planes
    return struct.pack("<I", 4 + block_size) + block + b"".join(samples)


def _pairs(pairs: dict[str, str]) -> bytes:
    """Keys and values, each ended by a zero and filled up to a multiple of four."""
    packed = b""
    for key, value in sorted(pairs.items()):
        entry = f"{key}\0{value}\0".encode()
        packed += struct.pack("<I", len(entry)) + entry + bytes(-len(entry) % 4)
    return packed
