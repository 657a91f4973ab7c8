"""How many bytes packed samples unpack to, before all of them are unpacked.

A kilobyte can be packed so that it unpacks to gigabytes. Some packings say in their head how many
bytes they hold; of others the bytes are counted, a piece at a time.
"""

import bz2
import lzma
import zlib
from collections.abc import Callable, Mapping
from typing import Any

# The most that a byte of deflate stands for, by its format; and what is unpacked uncounted.
_MOST_DEFLATE, _UNCOUNTED_BYTES = 1032, 1 << 24
_PIECE = 1 << 20
# To zlib: of gzip or of its own, whichever is there.
_ANY_HEAD, _GZIP_HEAD, _ZLIB_HEAD = 47, 31, 15
_ZSTD_MAGIC, _ZSTD_BLOCK = 0xFD2FB528, 1 << 17
_NOTHING: Mapping[str, Any] = {}


def unpacked_bytes(
    codec: str, data: memoryview, most: int, options: Mapping[str, Any] = _NOTHING
) -> int:
    """What a chunk unpacks to, or a number above `most` where it is more.

    Of zstd without a size it may be up to 128 KiB less; deflate that cannot be much counts as nothing,
    and damaged bytes as far as they are whole.

    Args:
        codec: one of CODECS.
        data: packed.
        most: bytes, beyond which nothing is counted.
        options: of the codec.

    Raises:
        ValueError: it was cut short where its library would not notice.

    Example:
        >>> unpacked_bytes("bz2", memoryview(bz2.compress(bytes(1000))), 2000)
        1000
    """
    return _OF_CODECS[codec](data, most, options)


def refuse_more(found: int, most: int) -> None:
    """Refuse what unpacks to more than it should.

    Raises:
        ValueError: that is so.
    """
    if found > most:
        raise ValueError("a part of it unpacks to more than its samples")


def stored(codec: str, data: memoryview, most: int) -> bytes | None:
    """Deflated bytes unpacked here, up to `most`, and packed anew without any effort.

    So who counts them spares their library the work; None where they are no deflate, or damaged, or
    not worth while.

    Raises:
        ValueError: they unpack to more than `most`.

    Example:
        >>> stored("zlib", memoryview(zlib.compress(bytes(1000))), 2000) is None
        True
    """
    if codec not in ("gzip", "zlib") or _is_small(data, most):
        return None
    unpacking = zlib.decompressobj(wbits=_ANY_HEAD)
    try:
        whole = unpacking.decompress(data, most + 1)
    except zlib.error:
        return None
    if len(whole) <= most and (not unpacking.eof or unpacking.unused_data):
        return None
    refuse_more(len(whole), most)
    packer = zlib.compressobj(0, wbits=_GZIP_HEAD if codec == "gzip" else _ZLIB_HEAD)
    return packer.compress(whole) + packer.flush()


def _is_small(data: memoryview, most: int) -> bool:
    """Whether deflate is too short to unpack to much."""
    return len(data) * _MOST_DEFLATE <= max(most, _UNCOUNTED_BYTES)


def _deflated(data: memoryview, most: int, options: Mapping[str, Any]) -> int:
    if _is_small(data, most):
        return 0
    return _counted(lambda: zlib.decompressobj(wbits=_ANY_HEAD), data, most)


def _by_bz2(data: memoryview, most: int, options: Mapping[str, Any]) -> int:
    return _counted(bz2.BZ2Decompressor, data, most)


def _by_lzma(data: memoryview, most: int, options: Mapping[str, Any]) -> int:
    kind, filters = options.get("format", lzma.FORMAT_XZ), options.get("filters")
    return _counted(lambda: lzma.LZMADecompressor(kind, filters=filters), data, most)


def _counted(unpacker: Callable[[], Any], data: bytes | memoryview, most: int) -> int:
    """What streams that follow one another unpack to."""
    found = 0
    while data:
        unpacking = unpacker()
        while not unpacking.eof and found <= most:
            try:
                piece = unpacking.decompress(data, _PIECE)
            except (zlib.error, lzma.LZMAError, OSError, EOFError):
                return found
            data = getattr(unpacking, "unconsumed_tail", b"")
            found += len(piece)
            if not piece and not data:
                break
        if found > most or not unpacking.eof:
            return found
        data = unpacking.unused_data
    return found


def _by_blosc(data: memoryview, most: int, options: Mapping[str, Any]) -> int:
    # Its library takes what lies behind a chunk that was cut for the rest of it.
    if len(data) < 16 or len(data) < int.from_bytes(data[12:16], "little"):
        raise ValueError("a chunk ends too early")
    return int.from_bytes(data[4:8], "little")


def _by_lz4(data: memoryview, most: int, options: Mapping[str, Any]) -> int:
    return int.from_bytes(data[:4], "little")


def _by_zstd(data: memoryview, most: int, options: Mapping[str, Any]) -> int:
    """What the heads of frames say; of those that do not, so much as their blocks can hold.

    The format is that of RFC 8878 (Collet and Kucherawy, 2021).
    """
    found = held = place = 0
    while place + 6 <= len(data) and max(found, held) <= most + _ZSTD_BLOCK:
        magic = int.from_bytes(data[place : place + 4], "little")
        if magic & 0xFFFFFFF0 == 0x184D2A50:  # a frame to be skipped
            place += 8 + int.from_bytes(data[place + 4 : place + 8], "little")
            continue
        if magic != _ZSTD_MAGIC:
            break
        flags = data[place + 4]
        single = flags >> 5 & 1
        place += 5 + (not single) + (0, 1, 2, 4)[flags & 3]
        width = (single, 2, 4, 8)[flags >> 6]
        if width:
            told = int.from_bytes(data[place : place + width], "little") + 256 * (width == 2)
            if told > most:
                return told
            found += told
        place += width
        last = 0
        while not last and place + 3 <= len(data):
            head = int.from_bytes(data[place : place + 3], "little")
            last, kind, size = head & 1, head >> 1 & 3, head >> 3
            place += 3 + (1 if kind == 1 else size)
            held += 0 if width else _ZSTD_BLOCK if kind == 2 else size
        place += 4 * (flags >> 2 & 1)
    return found + max(0, held - _ZSTD_BLOCK)


_OF_CODECS: dict[str, Callable[[memoryview, int, Mapping[str, Any]], int]] = {
    "blosc": _by_blosc,
    "bz2": _by_bz2,
    "gzip": _deflated,
    "lz4": _by_lz4,
    "lzma": _by_lzma,
    "zlib": _deflated,
    "zstd": _by_zstd,
}
CODECS = frozenset(_OF_CODECS)
