"""Codecs of a Zarr array: an allow-list, and limits on the size of encoded and decoded chunks."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from dither.errors import InputError
from dither.volumes.decompressed_size import CODECS, check_decompressed_size

MAX_METADATA_BYTES = 1 << 24
# Allowed codecs that do not compress. Others may run code (pickle) or are not for samples.
_OTHER_CODECS = {"bytes", "bitround", "crc32", "crc32c", "delta", "shuffle", "transpose"}
_SHARDS = "sharding_indexed"
# No codec makes samples twice as long; headers and checksums come on top.
_MAX_GROWTH, _OVERHEAD_BYTES = 2, 4096
_EMPTY_CHUNK = (1 << 64) - 1


@dataclass(frozen=True)
class ChunkCodecs:
    """Encoding of an array's chunks in files.

    Attributes:
        size: decoded bytes of a chunk.
        codec: the compressor, or None.
        options: of that compressor.
        widening: factor by which filters make samples longer.
        chunks: number of chunks per file; more than 1 in shards.
        index_bytes: size of a shard's index; 0 without shards.
        index_first: whether the index comes before the chunks.
    """

    size: int
    codec: str | None
    options: Mapping[str, Any] = field(default_factory=dict)
    widening: int = 1
    chunks: int = 1
    index_bytes: int = 0
    index_first: bool = False

    @property
    def max_chunk_bytes(self) -> int:
        """Return the largest allowed size of a chunk, compressed or decompressed."""
        return _MAX_GROWTH * self.widening * self.size + _OVERHEAD_BYTES

    @property
    def max_file_bytes(self) -> int:
        """Return the largest allowed size of a file with a chunk, or with a shard of chunks."""
        return self.chunks * self.max_chunk_bytes + self.index_bytes

    def check_file(self, data: memoryview) -> None:
        """Refuse a file in which a chunk decompresses to more than the limit.

        Other damage is left to the library that decodes it.

        Raises:
            ValueError: a chunk decompresses to more, or a shard is shorter than its index states.
        """
        if not self.index_bytes:
            self.check_chunk(data)
            return
        checksum_bytes = self.index_bytes % 16
        end = self.index_bytes if self.index_first else len(data)
        start = end - self.index_bytes
        if start < 0 or end > len(data):
            raise ValueError("a shard is shorter than its index")
        index = np.frombuffer(data[start : end - checksum_bytes], "<u8").reshape(-1, 2)
        for offset, size in np.unique(index[(index != _EMPTY_CHUNK).all(axis=1)], axis=0).tolist():
            if offset + size > len(data):
                raise ValueError("a shard is shorter than its index states")
            self.check_chunk(data[offset : offset + size])

    def check_chunk(self, data: memoryview) -> None:
        """Refuse a chunk that decompresses to more than the limit.

        Raises:
            ValueError: it decompresses to more.
        """
        if self.codec is not None:
            check_decompressed_size(self.codec, data, self.max_chunk_bytes, self.options)


def chunk_codecs(
    path: Path,
    metadata: Mapping[str, Any],
    itemsize: int,
    chunk: Sequence[int],
    shard: Sequence[int] | None,
) -> ChunkCodecs:
    """Return how the chunks of an array are encoded.

    Args:
        path: of the array, for errors.
        metadata: of format 2 or 3.
        itemsize: bytes of a sample.
        chunk: the sides of a chunk.
        shard: the sides of a shard, or None.

    Raises:
        InputError: a codec is not allowed, or chunks are compressed twice.
    """
    if metadata.get("zarr_format") == 2:
        encoded = [*(metadata.get("filters") or ()), metadata.get("compressor")]
        checksum_bytes, index_first = 0, False
    else:
        encoded, checksum_bytes, index_first = _format_3(path, metadata.get("codecs") or ())
    codecs = [_name_and_options(each) for each in encoded if each is not None]
    for name, _ in codecs:
        if name not in CODECS | _OTHER_CODECS:
            raise InputError(
                f"{path} uses the codec {name!r}, which is not allowed; use zstd, gzip or blosc"
            )
    # The last codec is decoded first. A checksum at the end of a chunk does not matter.
    decoding = [each for each in reversed(codecs) if not _is_checksum_at_end(*each)]
    for name, _ in decoding[1:]:
        if name in CODECS:
            both = f"{name}, then {decoding[0][0]}"
            raise InputError(f"{path} is compressed twice ({both}); compress it once")
    first, options = decoding[0] if decoding else (None, {})
    chunks, index_bytes = 1, 0
    if shard is not None:
        chunks = math.prod(whole // part for whole, part in zip(shard, chunk, strict=True))
        index_bytes = 16 * chunks + checksum_bytes
    return ChunkCodecs(
        size=math.prod(chunk) * itemsize,
        codec=first if first in CODECS else None,
        options=options,
        widening=max(
            [1, *(_widening(path, options) for name, options in codecs if name == "delta")]
        ),
        chunks=chunks,
        index_bytes=index_bytes,
        index_first=index_first,
    )


def _format_3(path: Path, codecs: Sequence[Any]) -> tuple[list[Any], int, bool]:
    """Return the codecs of chunks, the checksum bytes of a shard's index, and if it comes first."""
    *before, last = codecs or [None]
    if any(_name_and_options(each)[0] == _SHARDS for each in before):
        raise InputError(f"{path} has compressed shards; compress their chunks instead")
    if last is None or _name_and_options(last)[0] != _SHARDS:
        return list(codecs), 0, False
    options = _name_and_options(last)[1]
    inner, index = (
        options["codecs"],
        [_name_and_options(each)[0] for each in options["index_codecs"]],
    )
    if any(_name_and_options(each)[0] == _SHARDS for each in inner):
        raise InputError(f"{path} has shards within shards; use one level of shards")
    if index not in (["bytes"], ["bytes", "crc32c"]):
        raise InputError(f"{path} has shards with a compressed index; store the index plainly")
    return [*before, *inner], 4 * (len(index) - 1), options.get("index_location") == "start"


def _name_and_options(codec: Any) -> tuple[str, dict[str, Any]]:
    """Return a codec's name, the same for both formats, and its options."""
    if not isinstance(codec, dict):
        return str(codec), {}
    name = str(codec.get("name", codec.get("id")))
    options = codec.get("configuration", codec)
    return name.removeprefix("numcodecs."), options if isinstance(options, dict) else {}


def _is_checksum_at_end(name: str, options: Mapping[str, Any]) -> bool:
    return name == "crc32c" and options.get("location", "end") == "end"


def _widening(path: Path, options: Mapping[str, Any]) -> int:
    """Return the factor by which a delta filter makes samples longer."""
    types = [np.dtype(options[key]) for key in ("dtype", "astype") if options.get(key)]
    if any(each.kind not in "biuf" for each in types):
        raise InputError(f"{path} has a delta filter whose dtype is not a number")
    sizes = [each.itemsize for each in types] or [1]
    return -(-max(sizes) // min(sizes))
