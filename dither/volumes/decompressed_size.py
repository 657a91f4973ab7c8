"""Refuse compressed chunks that decompress to far more than their samples, before a library tries.

A kilobyte can decompress to gigabytes, and most libraries have no limit. Some formats state the size in
a header; for others the bytes are counted by decompressing piece by piece.
"""

import bz2
import lzma
import zlib
from collections.abc import Callable, Mapping
from typing import Any

# A byte of deflate stands for at most 1032 bytes; what cannot exceed 16 MiB needs no counting.
_MAX_DEFLATE_RATIO, _UNCOUNTED_BYTES = 1032, 1 << 24
_PIECE_BYTES = 1 << 20
_GZIP_OR_ZLIB = 47  # zlib's wbits for either header
_ZSTD_MAGIC, _ZSTD_BLOCK = 0xFD2FB528, 1 << 17
_NO_OPTIONS: Mapping[str, Any] = {}


def check_decompressed_size(
    codec: str, data: memoryview, limit: int, options: Mapping[str, Any] = _NO_OPTIONS
) -> None:
    """Refuse a compressed chunk that decompresses to more than `limit` bytes.

    Deflate data that cannot exceed 16 MiB is accepted without a look; zstd frames without a size may
    exceed the limit by up to 128 KiB. Damaged data is left to the library that decompresses it.

    Args:
        codec: one of CODECS.
        data: the compressed bytes.
        limit: bytes.
        options: of the codec.

    Raises:
        ValueError: it decompresses to more, or is cut short where its library would not notice.

    Example:
        >>> check_decompressed_size("bz2", memoryview(bz2.compress(bytes(1000))), 2000)
    """
    if codec in ("gzip", "zlib"):
        if len(data) * _MAX_DEFLATE_RATIO <= max(limit, _UNCOUNTED_BYTES):
            return
        size = _count(lambda: zlib.decompressobj(wbits=_GZIP_OR_ZLIB), data, limit)
    elif codec == "bz2":
        size = _count(bz2.BZ2Decompressor, data, limit)
    elif codec == "lzma":
        kind, filters = options.get("format", lzma.FORMAT_XZ), options.get("filters")
        size = _count(lambda: lzma.LZMADecompressor(kind, filters=filters), data, limit)
    else:
        size = _STATED_SIZE[codec](data, limit)
    if size > limit:
        raise ValueError("a chunk decompresses to more than its samples")


def _count(new_decompressor: Callable[[], Any], data: bytes | memoryview, limit: int) -> int:
    """Return the decompressed size of consecutive streams, or a number above `limit`."""
    size = 0
    while data and size <= limit:
        stream = new_decompressor()
        while not stream.eof and size <= limit:
            try:
                piece = stream.decompress(data, _PIECE_BYTES)
            except (zlib.error, lzma.LZMAError, OSError, EOFError):
                return size
            data = getattr(stream, "unconsumed_tail", b"")
            size += len(piece)
            if not piece and not data:
                return size
        data = stream.unused_data
    return size


def _blosc_size(data: memoryview, limit: int) -> int:
    # The library would read beyond the end of a chunk that was cut short.
    if len(data) < 16 or len(data) < int.from_bytes(data[12:16], "little"):
        raise ValueError("a chunk ends too early")
    return int.from_bytes(data[4:8], "little")


def _lz4_size(data: memoryview, limit: int) -> int:
    return int.from_bytes(data[:4], "little")


def _zstd_size(data: memoryview, limit: int) -> int:
    """Return the size that frames state, or what the blocks of frames without a size can hold.

    The format is that of RFC 8878 (Collet and Kucherawy, 2021).
    """
    stated = held = start = 0
    while start + 6 <= len(data) and max(stated, held) <= limit + _ZSTD_BLOCK:
        magic = int.from_bytes(data[start : start + 4], "little")
        if magic & 0xFFFFFFF0 == 0x184D2A50:  # a skippable frame
            start += 8 + int.from_bytes(data[start + 4 : start + 8], "little")
            continue
        if magic != _ZSTD_MAGIC:
            break
        flags = data[start + 4]
        single_segment = flags >> 5 & 1
        start += 5 + (not single_segment) + (0, 1, 2, 4)[flags & 3]
        width = (single_segment, 2, 4, 8)[flags >> 6]
        if width:
            stated += int.from_bytes(data[start : start + width], "little") + 256 * (width == 2)
        start += width
        last = 0
        while not last and start + 3 <= len(data):
            header = int.from_bytes(data[start : start + 3], "little")
            last, kind, size = header & 1, header >> 1 & 3, header >> 3
            start += 3 + (1 if kind == 1 else size)
            held += 0 if width else _ZSTD_BLOCK if kind == 2 else size
        start += 4 * (flags >> 2 & 1)
    return stated + max(0, held - _ZSTD_BLOCK)


_STATED_SIZE: dict[str, Callable[[memoryview, int], int]] = {
    "blosc": _blosc_size,
    "lz4": _lz4_size,
    "zstd": _zstd_size,
}
COUNTED_CODECS = frozenset({"bz2", "gzip", "lzma", "zlib"})
CODECS = COUNTED_CODECS | set(_STATED_SIZE)
