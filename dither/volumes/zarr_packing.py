"""How a stranger's Zarr array is packed, and that its chunks unpack to no more than they should.

A kilobyte can be packed so that it unpacks to gigabytes. What a chunk unpacks to is therefore read
from its head, or counted piece by piece, before a library unpacks it as a whole.
"""

import bz2
import lzma
import math
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from dither.errors import InputError

MOST_METADATA = 1 << 24
# What may be packed with. Others may run code (pickle), or are not for samples.
_UNPACKED = {"blosc", "bz2", "gzip", "lz4", "lzma", "zlib", "zstd"}
_KEPT = {"bytes", "bitround", "crc32", "crc32c", "delta", "shuffle", "transpose"}
_SHARDS = "sharding_indexed"
# No packing makes samples twice as long; heads and check sums come on top.
_LONGER, _BESIDE = 2, 4096
# The most that a byte of deflate stands for, by its format; and what is unpacked uncounted.
_MOST_DEFLATE, _UNCOUNTED_BYTES = 1032, 1 << 24
_PIECE = 1 << 20
_ZSTD_MAGIC, _ZSTD_BLOCK = 0xFD2FB528, 1 << 17
_NO_CHUNK = (1 << 64) - 1


@dataclass(frozen=True)
class Packing:
    """What the files of an array's chunks hold.

    Attributes:
        size: bytes of a chunk, unpacked.
        unpacks: the codec that a chunk is unpacked with first; None where samples are plain.
        options: of that codec.
        wider: how many times as long filters make samples.
        inner: chunks in a file: more than one of a shard.
        index_bytes: of the index in the file of a shard; 0 where there are no shards.
        index_first: whether the index comes before the chunks.
    """

    size: int
    unpacks: str | None
    options: Mapping[str, Any] = field(default_factory=dict)
    wider: int = 1
    inner: int = 1
    index_bytes: int = 0
    index_first: bool = False

    @property
    def most(self) -> int:
        """Bytes that a chunk may have on the way, packed or unpacked."""
        return _LONGER * self.wider * self.size + _BESIDE

    @property
    def most_in_file(self) -> int:
        """Bytes that the file of a chunk, or of a shard of them, may have."""
        return self.inner * self.most + self.index_bytes


def packing_of(
    path: Path,
    described: Mapping[str, Any],
    itemsize: int,
    chunk: Sequence[int],
    shard: Sequence[int] | None,
) -> Packing:
    """How the chunks of an array are packed.

    Args:
        path: of the array, for errors.
        described: its metadata, of format 2 or 3.
        itemsize: bytes of a sample.
        chunk: the sides of a chunk.
        shard: those of a shard, if there are shards.

    Raises:
        InputError: they are packed with what could run code, or could unpack to anything.
    """
    if described.get("zarr_format") == 2:
        packed = [*(described.get("filters") or ()), described.get("compressor")]
        index: dict[str, Any] = {}
    else:
        packed, index = _of_chunks(path, described.get("codecs") or ())
    codecs = [_named(each) for each in packed if each is not None]
    for name, _ in codecs:
        if name not in _UNPACKED | _KEPT:
            raise InputError(f"{path} is packed with {name!r}, which is not unpacked here")
    # The last one is undone first. A check sum behind its end is in nobody's way.
    unpacking = [each for each in reversed(codecs) if not _is_sum_behind(*each)]
    if any(name in _UNPACKED for name, _ in unpacking[1:]):
        names = ", then ".join(name for name, _ in codecs)
        raise InputError(f"{path} is packed with {names}; packed samples are not changed here again")
    first, options = unpacking[0] if unpacking else (None, {})
    counts = [1] if shard is None else [whole // part for whole, part in zip(shard, chunk, strict=True)]
    return Packing(
        size=math.prod(chunk) * itemsize,
        unpacks=first if first in _UNPACKED else None,
        options=options,
        wider=max([1, *(_wider(path, options) for name, options in codecs if name == "delta")]),
        inner=math.prod(counts),
        index_bytes=0 if shard is None else 16 * math.prod(counts) + 4 * bool(index.get("sums")),
        index_first=index.get("place") == "start",
    )


def _of_chunks(path: Path, codecs: Sequence[Any]) -> tuple[list[Any], dict[str, Any]]:
    """What packs the chunks of an array of format 3, and how the index of their shards is stored."""
    *before, last = codecs or [None]
    if any(_named(each)[0] == _SHARDS for each in before):
        raise InputError(f"{path} has shards that are packed again, which are not unpacked here")
    if last is None or _named(last)[0] != _SHARDS:
        return list(codecs), {}
    options = _named(last)[1]
    inner, index = list(options["codecs"]), [_named(each)[0] for each in options["index_codecs"]]
    if any(_named(each)[0] == _SHARDS for each in inner):
        raise InputError(f"{path} has shards within shards, which are not unpacked here")
    if index not in (["bytes"], ["bytes", "crc32c"]):
        raise InputError(f"{path} has shards whose index is packed, which is not unpacked here")
    return [*before, *inner], {"sums": len(index) > 1, "place": options.get("index_location")}


def _named(codec: Any) -> tuple[str, dict[str, Any]]:
    """A codec's name, the same in both formats, and its options."""
    if not isinstance(codec, dict):
        return str(codec), {}
    name = str(codec.get("name", codec.get("id")))
    options = codec.get("configuration", codec)
    return name.removeprefix("numcodecs."), options if isinstance(options, dict) else {}


def _is_sum_behind(name: str, options: Mapping[str, Any]) -> bool:
    return name == "crc32c" and options.get("location", "end") == "end"


def _wider(path: Path, options: Mapping[str, Any]) -> int:
    """How many times as long differences are stored."""
    types = [np.dtype(options[key]) for key in ("dtype", "astype") if options.get(key)]
    if any(each.kind not in "biuf" for each in types):
        raise InputError(f"{path} is packed with differences that are no numbers")
    sizes = [each.itemsize for each in types] or [1]
    return -(-max(sizes) // min(sizes))


def check_file(packing: Packing, data: memoryview) -> None:
    """Refuse the content of a chunk's or a shard's file that unpacks to more than it should.

    What is damaged otherwise is left to who unpacks it.

    Raises:
        ValueError: that is so.
    """
    if not packing.index_bytes:
        check_chunk(packing, data)
        return
    sums = packing.index_bytes % 16
    end = packing.index_bytes if packing.index_first else len(data)
    start = end - packing.index_bytes
    if start < 0 or end > len(data):
        raise ValueError("a shard is shorter than its index")
    index = np.frombuffer(data[start : end - sums], "<u8").reshape(-1, 2)
    for offset, count in np.unique(index[(index != _NO_CHUNK).all(axis=1)], axis=0).tolist():
        if offset + count > len(data):
            raise ValueError("a shard is shorter than its index says")
        check_chunk(packing, data[offset : offset + count])


def check_chunk(packing: Packing, data: memoryview) -> None:
    """Refuse the bytes of a chunk that unpack to more than it should.

    Raises:
        ValueError: that is so.
    """
    unpacked = len(data)
    if packing.unpacks is not None:
        unpacked = max(unpacked, _UNPACKED_BYTES[packing.unpacks](data, packing))
    if unpacked > packing.most:
        raise ValueError("a chunk unpacks to more than its samples")


def _deflated(data: memoryview, packing: Packing) -> int:
    if len(data) * _MOST_DEFLATE <= max(packing.most, _UNCOUNTED_BYTES):
        return 0
    # A head of gzip or of zlib, whichever is there.
    return _counted(lambda: zlib.decompressobj(wbits=47), data, packing.most)


def _by_bz2(data: memoryview, packing: Packing) -> int:
    return _counted(bz2.BZ2Decompressor, data, packing.most)


def _by_lzma(data: memoryview, packing: Packing) -> int:
    kind, filters = packing.options.get("format", lzma.FORMAT_XZ), packing.options.get("filters")
    return _counted(lambda: lzma.LZMADecompressor(kind, filters=filters), data, packing.most)


def _counted(unpacker: Callable[[], Any], data: bytes | memoryview, most: int) -> int:
    """What streams that follow one another unpack to, as far as they are whole; more than `most` ends it."""
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


def _by_blosc(data: memoryview, packing: Packing) -> int:
    # Its library takes what lies behind a chunk that was cut for the rest of it.
    if len(data) < 16 or len(data) < int.from_bytes(data[12:16], "little"):
        raise ValueError("a chunk ends too early")
    return int.from_bytes(data[4:8], "little")


def _by_lz4(data: memoryview, packing: Packing) -> int:
    return int.from_bytes(data[:4], "little")


def _by_zstd(data: memoryview, packing: Packing) -> int:
    """What its first frame says; where it does not, so much as the blocks of all can hold.

    The format is that of RFC 8878.
    """
    most, place = 0, 0
    while place + 6 <= len(data):
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
            told = int.from_bytes(data[place : place + width], "little")
            most += told + 256 * (width == 2)
            if most > packing.most:
                break
        place += width
        last = 0
        while not last and place + 3 <= len(data):
            head = int.from_bytes(data[place : place + 3], "little")
            last, kind, size = head & 1, head >> 1 & 3, head >> 3
            place += 3 + (1 if kind == 1 else size)
            most += 0 if width else _ZSTD_BLOCK if kind == 2 else size
        place += 4 * (flags >> 2 & 1)
    return max(0, most - _ZSTD_BLOCK) if most <= packing.most + _ZSTD_BLOCK else most


_UNPACKED_BYTES: dict[str, Callable[[memoryview, Packing], int]] = {
    "blosc": _by_blosc,
    "bz2": _by_bz2,
    "gzip": _deflated,
    "lz4": _by_lz4,
    "lzma": _by_lzma,
    "zlib": _deflated,
    "zstd": _by_zstd,
}
