"""Volumes of a few kilobytes that unpack to gigabytes."""

import bz2
import contextlib
import gzip
import json
import lzma
import struct
import zlib
from collections.abc import Iterator
from typing import Any

from abuse.images import TAGS, tiff
from abuse.whole_volumes import Files, chunks_of, in_folder, whole_arrays


def bombs() -> Iterator[tuple[str, str, Files]]:
    """Yield chunks and strips of a few kilobytes that unpack to gigabytes, with their metadata."""
    arrays, size = whole_arrays(), 3 << 28
    chunks = {
        "zstd": [_zstd_frame(size, told=True), _zstd_frame(size, told=False),
                 _zstd_frame(1 << 24, told=False) * 90, _zstd_frame(1 << 60 >> 30, told=True)[:20]],
        "gzip": [gzip.compress(b"")[:10] + _zeros(size, zlib.compressobj(9, wbits=-15)) + bytes(8),
                 gzip.compress(bytes(1 << 24)) * 90],
        "blosc": [_blosc_header((1 << 31) - 17) + bytes(40)],
        "old-zlib": [_zeros(size, zlib.compressobj(9))],
        "old-filter": [bz2.compress(bytes(1 << 24)) * 90],
        "old-lzma": [lzma.compress(bytes(1 << 24), preset=0) * 50],
        "old-lz4": [struct.pack("<I", 0x7FFFFFFF) + bytes(30), struct.pack("<I", 1 << 30) + bytes(9)],
    }  # fmt: skip
    for name, contents in chunks.items():
        first = chunks_of(arrays[name])[0]
        for number, content in enumerate(contents):
            files = in_folder(arrays[name]) | {f"in.zarr/{first}": content}
            yield f"bomb/{name}-{number}", "in.zarr", files
    # The same in a shard, whose index stands at its end: all of its chunks are one bomb.
    first = chunks_of(arrays["shards"])[0]
    for told in (False, True):
        bomb = _zstd_frame(1 << 30, told=told)
        index = struct.pack("<QQ", 0, len(bomb)) * 8
        shard = bomb + index + struct.pack("<I", _crc32c(index))
        yield (
            f"bomb/shard-{told}",
            "in.zarr",
            in_folder(arrays["shards"]) | {f"in.zarr/{first}": shard},
        )
    index = struct.pack("<QQ", (1 << 63), 1 << 62) * 8
    shard = index + struct.pack("<I", _crc32c(index))
    yield "bomb/shard-index", "in.zarr", in_folder(arrays["shards"]) | {f"in.zarr/{first}": shard}
    described = json.loads(arrays["zstd"]["zarr.json"])
    # Packed twice, each time a thousand times smaller.
    described["codecs"] = described["codecs"][:1] + [
        {"name": "gzip", "configuration": {"level": 5}}] * 2  # fmt: skip
    data = gzip.compress(gzip.compress(b"")[:10] + _zeros(size, zlib.compressobj(9, wbits=-15)))
    meta = json.dumps(described).encode()
    yield "bomb/twice", "in.zarr", {"in.zarr/zarr.json": meta, "in.zarr/c/0/0/0": data}
    packed = _zeros(1 << 30, zlib.compressobj(9))
    tags = TAGS | {256: (4, 1, 64), 257: (4, 1, 64), 259: (3, 1, 8), 278: (4, 1, 64)}
    for number, (width, height) in enumerate(((64, 64), (30_000, 30_000))):
        data = tiff(tags | {256: (4, 1, width), 257: (4, 1, height), 278: (4, 1, height)})
        start = len(data)
        data = tiff(
            tags
            | {256: (4, 1, width), 257: (4, 1, height), 278: (4, 1, height), 273: (4, 1, start),
               279: (4, 1, len(packed))}
        )  # fmt: skip
        yield f"bomb/strip-{number}", "in.tif", {"in.tif": data + packed}


def _zeros(count: int, packer: Any) -> bytes:
    """`count` zero bytes packed by a compressor object, a piece at a time."""
    piece = bytes(1 << 24)
    parts = [packer.compress(piece) for _ in range(count >> 24)]
    return b"".join([*parts, packer.flush()])


def _blosc_header(size: int) -> bytes:
    return struct.pack("<BBBBIII", 2, 1, 0x33, 1, size, 1 << 18, 40)


def _zstd_frame(size: int, *, told: bool) -> bytes:
    """Return a stream of one-byte blocks, repeated, with or without the total size."""
    blocks = [b"\0"] * (size >> 17)
    body = b"".join(
        struct.pack("<I", ((1 << 17) << 3 | 2 | (place == len(blocks) - 1)))[:3] + each
        for place, each in enumerate(blocks)
    )
    head = b"\xc0" + b"\x70" + struct.pack("<Q", size) if told else b"\0\x70"
    return b"\x28\xb5\x2f\xfd" + head + body


def _crc32c(data: bytes) -> int:
    with contextlib.suppress(ImportError):
        import google_crc32c

        return google_crc32c.value(data)
    from numcodecs.checksum32 import CRC32C

    return int(CRC32C.checksum(data))  # pyright: ignore[reportAttributeAccessIssue]
