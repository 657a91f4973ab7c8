"""How a stranger's Zarr array is packed, and that its chunks unpack to no more than they should."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from dither.errors import InputError
from dither.volumes.decompressed_size import CODECS, refuse_more, unpacked_bytes

MOST_METADATA = 1 << 24
# What may be packed with. Others may run code (pickle), or are not for samples.
_KEPT = {"bytes", "bitround", "crc32", "crc32c", "delta", "shuffle", "transpose"}
_SHARDS = "sharding_indexed"
# No packing makes samples twice as long; heads and check sums come on top.
_LONGER, _BESIDE = 2, 4096
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
        if name not in CODECS | _KEPT:
            raise InputError(f"{path} is packed with {name!r}, which is not unpacked here")
    # The last one is undone first. A check sum behind its end is in nobody's way.
    unpacking = [each for each in reversed(codecs) if not _is_sum_behind(*each)]
    for name, _ in unpacking[1:]:
        if name in CODECS:
            both = f"{name}, then {unpacking[0][0]}"
            raise InputError(f"{path} is packed with {both}; what is packed once is unpacked here")
    first, options = unpacking[0] if unpacking else (None, {})
    counts = (
        [1] if shard is None else [whole // part for whole, part in zip(shard, chunk, strict=True)]
    )
    return Packing(
        size=math.prod(chunk) * itemsize,
        unpacks=first if first in CODECS else None,
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
    if packing.unpacks is not None:
        found = unpacked_bytes(packing.unpacks, data, packing.most, packing.options)
        refuse_more(found, packing.most)
