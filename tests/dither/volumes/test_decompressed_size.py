import bz2
import gzip
import lzma
import struct
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dither.volumes.decompressed_size import CODECS, check_decompressed_size

numcodecs = pytest.importorskip("numcodecs")

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "blosc": numcodecs.Blosc().encode,
    "bz2": bz2.compress,
    "gzip": gzip.compress,
    "lz4": numcodecs.LZ4().encode,
    "lzma": lzma.compress,
    "zlib": zlib.compress,
    "zstd": numcodecs.Zstd(level=1, checksum=True).encode,
}
# Short ones cannot unpack to much.
UNCOUNTED = {"gzip", "zlib"}
NOISE = np.random.default_rng(1).bytes(1 << 19)


def _zstd(blocks: list[bytes], told: int | None) -> bytes:
    """A frame of blocks as they are, made by hand after RFC 8878."""
    head = b"\0\x70" if told is None else b"\xc0\x70" + struct.pack("<Q", told)
    body = [
        struct.pack("<I", len(block) << 3 | (place == len(blocks) - 1))[:3] + block
        for place, block in enumerate(blocks)
    ]
    return b"\x28\xb5\x2f\xfd" + head + b"".join(body)


def test_every_codec_is_looked_at() -> None:
    assert set(PACKERS) == CODECS


@pytest.mark.parametrize("codec", PACKERS)
@settings(max_examples=10, deadline=None)
@given(size=st.integers(1, 400_000), share=st.sampled_from([0.0, 0.3, 1.0]))
def test_what_was_packed_is_what_is_unpacked(codec: str, size: int, share: float) -> None:
    noisy = int(size * share)
    packed = memoryview(bytes(PACKERS[codec](NOISE[:noisy] + bytes(size - noisy))))
    check_decompressed_size(codec, packed, size)
    if codec not in UNCOUNTED or len(packed) > 17_000:
        with pytest.raises(ValueError, match="more than its samples"):
            check_decompressed_size(codec, packed, size - 1)


@pytest.mark.parametrize("codec", PACKERS)
def test_more_than_there_should_be_is_found_without_unpacking_it(codec: str) -> None:
    packed = memoryview(bytes(PACKERS[codec](bytes(1 << 25))))
    with pytest.raises(ValueError, match="more than its samples"):
        check_decompressed_size(codec, packed, 1000)


@pytest.mark.parametrize("codec", ["bz2", "gzip", "lzma"])
def test_streams_behind_one_another_are_added_up(codec: str) -> None:
    packed = memoryview(bytes(PACKERS[codec](NOISE)) * 3)
    check_decompressed_size(codec, packed, 3 << 19)
    with pytest.raises(ValueError, match="more than its samples"):
        check_decompressed_size(codec, packed, (3 << 19) - 1)


def test_zstd_without_a_size_is_as_much_as_its_blocks_hold() -> None:
    blocks = [NOISE[:100_000]] * 5
    for frame in (_zstd(blocks, None), _zstd(blocks[:1], 500_000)):
        assert numcodecs.Zstd().decode(_zstd(blocks, None)) == b"".join(blocks)
        check_decompressed_size("zstd", memoryview(frame), 500_000)
        for more, limit in ((frame, 499_999 - (1 << 17)), (frame * 9, 500_000)):
            with pytest.raises(ValueError, match="more than its samples"):
                check_decompressed_size("zstd", memoryview(more), limit)
    skipped = b"\x50\x2a\x4d\x18" + struct.pack("<I", 3) + b"abc"
    check_decompressed_size("zstd", memoryview(skipped + _zstd([b""], 7)), 9)


def test_no_bytes_are_a_fault() -> None:
    for codec in CODECS - {"blosc"}:
        for length in range(40):
            check_decompressed_size(codec, memoryview(b"\x28\xb5\x2f\xfd" + bytes(length)), 1 << 60)


def test_a_cut_chunk_of_blosc_is_not_read_beyond_its_end() -> None:
    packed = memoryview(bytes(PACKERS["blosc"](bytes(10_000) + NOISE[:10_000])))
    for most in (0, 15, len(packed) - 1):
        with pytest.raises(ValueError, match="ends too early"):
            check_decompressed_size("blosc", packed[:most], 20_000)
