"""Read a PNG in bands of rows.

The file's own stream of filtered rows is decompressed piece by piece. Each band becomes a short stream
of its own for Pillow's decoder: the last row before it without a filter, then its filtered rows.

Source: W3C, "Portable Network Graphics (PNG) Specification (Third Edition)" (2025), sections 5, 9, 11.
"""

import struct
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from dither.images.deep_color import unfiltered
from dither.images.rows import band_height

if TYPE_CHECKING:
    from PIL import Image

# Compressed bytes that are read, and filtered bytes that are decompressed, at a time.
_READ_BYTES, _PIECE_BYTES = 1 << 16, 1 << 18
_MAX_STORED = 65535
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
# Filters subtract the byte of the pixel before, so Pillow's modes stand for bytes per pixel.
_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
# Modes of colours of 16 bits, by bytes per pixel.
_DEEP_MODES = {6: "RGB", 8: "RGBA"}
# Chunks that can hold an orientation.
_TEXTS = (b"eXIf", b"tEXt", b"zTXt", b"iTXt")


def is_read_in_rows(picture: "Image.Image", file: BinaryIO) -> bool:
    """Return whether the rows of an open PNG follow each other and Pillow can undo their filters.

    Rows of colours of 16 bits are read with all their bits.
    """
    if getattr(picture, "n_frames", 1) > 1 or len(getattr(picture, "tile", ())) != 1:
        return False
    bits, kind, interlaced = _header(file)
    pixel_bytes = max(1, bits * _CHANNELS[kind] // 8)
    if interlaced or not (pixel_bytes in _MODES or pixel_bytes in _DEEP_MODES):
        return False
    after_pixels = False
    for name, _, _ in png_chunks(file):
        after_pixels |= name == b"IDAT"
        if after_pixels and name in _TEXTS:
            return False
    return True


def packed_rows(file: BinaryIO, width: int, height: int) -> Iterator[np.ndarray]:
    """Yield bands of the rows of a PNG as bytes, without filters.

    Args:
        file: a checked PNG for which `is_read_in_rows` is true.
        width: in pixels.
        height: in pixels.

    Yields:
        (rows, bytes) uint8.

    Raises:
        ValueError: the rows are damaged.
        EOFError: there are fewer rows.
    """
    bits, kind, _ = _header(file)
    pixel_bytes = max(1, bits * _CHANNELS[kind] // 8)
    row_bytes = -(-width * bits * _CHANNELS[kind] // 8)
    step, line = band_height(width), row_bytes + 1
    above = bytes(row_bytes)
    waiting = bytearray(b"\0" + above)
    left = height
    for piece in _decompressed(file):
        waiting += piece
        while left and len(waiting) >= (min(step, left) + 1) * line:
            count = min(step, left)
            rows = _without_filters(waiting[: (count + 1) * line], row_bytes, pixel_bytes)[1:]
            yield rows
            left -= count
            waiting[: (count + 1) * line] = b"\0" + rows[-1].tobytes()
        if not left:
            return
    raise EOFError("it ends too early")


def _without_filters(filtered: bytearray, row_bytes: int, pixel_bytes: int) -> np.ndarray:
    from PIL import Image

    count = len(filtered) // (row_bytes + 1)
    size = row_bytes // pixel_bytes, count
    if pixel_bytes in _DEEP_MODES:
        samples = unfiltered(_stored(memoryview(filtered)), size, _DEEP_MODES[pixel_bytes])
        return samples.astype(">u2").view(np.uint8).reshape(count, row_bytes)
    mode = _MODES[pixel_bytes]
    rows = Image.frombytes(mode, size, _stored(memoryview(filtered)), "zip", mode)
    return np.asarray(rows).reshape(count, row_bytes)


def _stored(content: memoryview) -> bytes:
    """Return a zlib stream of uncompressed blocks, which takes no time to make."""
    parts: list[bytes | memoryview] = [b"\x78\x01"]
    for start in range(0, len(content), _MAX_STORED):
        part = content[start : start + _MAX_STORED]
        is_last = start + _MAX_STORED >= len(content)
        parts += [struct.pack("<BHH", is_last, len(part), len(part) ^ 0xFFFF), part]
    parts.append(struct.pack(">I", zlib.adler32(content)))
    return b"".join(parts)


def _decompressed(file: BinaryIO) -> Iterator[bytes]:
    """Yield the filtered rows as they come."""
    stream = zlib.decompressobj()
    for name, start, size in png_chunks(file):
        if name != b"IDAT":
            continue
        file.seek(start)
        while size:
            data = file.read(min(size, _READ_BYTES))
            if not data:
                return
            size -= len(data)
            while data and not stream.eof:
                try:
                    yield stream.decompress(data, _PIECE_BYTES)
                except zlib.error as error:
                    raise ValueError(str(error)) from error
                data = stream.unconsumed_tail


def _header(file: BinaryIO) -> tuple[int, int, bool]:
    """Return the bits per sample, the colour type and whether the rows are interlaced."""
    file.seek(24)
    bits, kind, _, _, interlaced = struct.unpack(">BBBBB", file.read(5))
    return bits, kind, bool(interlaced)


def png_chunks(file: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """Yield the name, the start and the size of each chunk of a PNG."""
    place = 8
    while True:
        file.seek(place)
        head = file.read(8)
        if len(head) < 8:
            return
        size, name = struct.unpack(">I4s", head)
        yield name, place + 8, size
        place += size + 12
