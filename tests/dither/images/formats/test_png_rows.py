import tracemalloc
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from dither.images.formats.png_rows import WAYS, PngRows, Way, compressed_rows, filter_rows


def _paeth(left: int, above: int, corner: int) -> int:
    """The predictor as the specification writes it (W3C, PNG, section 9.4)."""
    guess = left + above - corner
    if abs(guess - left) <= abs(guess - above) and abs(guess - left) <= abs(guess - corner):
        return left
    return above if abs(guess - above) <= abs(guess - corner) else corner


@given(
    image=npst.arrays(np.uint8, st.tuples(st.integers(2, 6), st.integers(1, 12))),
    back=st.integers(1, 4),
)
def test_filters_are_those_of_the_specification(image: np.ndarray, back: int) -> None:
    block, above = image[1:], image[:1]
    for filter_type in (0, 2, 4):
        out = np.empty_like(block)
        filter_rows(block, above, filter_type, back, out)
        values = image.tolist()
        for y in range(1, len(values)):
            for x in range(len(values[0])):
                left, corner = (
                    (values[y][x - back], values[y - 1][x - back]) if x >= back else (0, 0)
                )
                up = values[y - 1][x]
                predicted = {0: 0, 2: up, 4: _paeth(left, up, corner)}[filter_type]
                assert out[y - 1, x] == (values[y][x] - predicted) % 256


def _rows(image: np.ndarray) -> PngRows:
    return PngRows(lambda start, stop: image[start:stop], *image.shape)


@pytest.mark.parametrize("way", WAYS)
def test_blocks_of_rows_join(monkeypatch: pytest.MonkeyPatch, way: Way) -> None:
    image = np.random.default_rng(0).integers(0, 9, (23, 40), np.uint8)
    whole = b"".join(way.compressed(_rows(image), 0, 23))
    monkeypatch.setattr("dither.images.formats.png_rows._BLOCK_BYTES", 150)
    parts = b"".join(way.compressed(_rows(image), 0, 23))
    assert zlib.decompress(whole) == zlib.decompress(parts)


def _chosen(image: np.ndarray) -> Way:
    """Return the way whose stream all rows have."""
    found = b"".join(compressed_rows(_rows(image)))
    return next(
        way for way in WAYS if b"".join(way.compressed(_rows(image), 0, len(image))) == found
    )


@pytest.mark.parametrize("size", [96, 700])
def test_the_rows_decide_the_way(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    # With zlib, whose effort does not depend on what is installed.
    monkeypatch.setattr("dither.images.formats.png_rows._libdeflate", lambda: None)
    y, x = np.mgrid[:size, :size]
    generator = np.random.default_rng(0)
    smooth = (128 + 99 * np.sin(x / 37) * np.cos(y / 29) + generator.normal(0, 1, x.shape)).astype(
        np.uint8
    )
    assert _chosen(smooth) == Way(4, False)
    assert _chosen(generator.integers(0, 3, (size, size), np.uint8)) == Way(0, False)
    assert _chosen(generator.integers(0, 256, (size, 8), np.uint8)[:, x[0] % 8]) == Way(0, True)
    streaks = np.repeat(generator.integers(0, 256, (1, size), np.uint8), size, axis=0)
    flips = (generator.random((size, size)) < 0.05).astype(np.uint8)
    assert _chosen(np.cumsum(flips, axis=0).astype(np.uint8) + streaks) == Way(2, False)


def _packed(height: int, row_bytes: int) -> PngRows:
    """Return a noisy ramp after 1-bit ordered dithering."""
    thresholds = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]])
    ramp = np.linspace(0, 16, row_bytes * 8)
    noise = np.random.default_rng(0).normal(0, 1, (height, row_bytes * 8))
    image = np.packbits(ramp + noise > np.tile(thresholds, (height // 4, row_bytes * 2)), axis=1)
    return PngRows(lambda start, stop: image[start:stop], height, row_bytes, pixel_bits=1)


def _stream(rows: PngRows) -> bytes:
    return b"".join(compressed_rows(rows))


def test_packed_pixels_have_no_neighbours_to_predict_from() -> None:
    y, x = np.mgrid[:99, :99]
    noise = np.random.default_rng(0).normal(0, 1, x.shape)
    smooth = (128 + 99 * np.sin(x / 37) * np.cos(y / 29) + noise).astype(np.uint8)

    def filter_of(pixel_bits: int) -> int:
        rows = PngRows(lambda start, stop: smooth[start:stop], 99, 99, pixel_bits)
        return zlib.decompress(_stream(rows))[0]

    assert filter_of(8) == 4
    assert filter_of(2) in (0, 2)


@pytest.mark.parametrize("height", [64, 2048, 5000, 17000])
def test_libdeflate_searches_buffers_of_a_bounded_size(
    monkeypatch: pytest.MonkeyPatch, height: int
) -> None:
    rows, taken = _packed(height, 512), []

    def compress(content: bytes, level: int) -> bytes:
        taken.append(len(content))
        return zlib.compress(content, min(level, 9))

    monkeypatch.setattr("dither.images.formats.png_rows._libdeflate", lambda: None)
    without = zlib.decompress(_stream(rows))
    monkeypatch.setattr("dither.images.formats.png_rows._libdeflate", lambda: compress)
    assert zlib.decompress(_stream(rows)) == without
    assert max(taken, default=0) <= (1 << 23) + height
    assert bool(taken) == (rows.size <= 1 << 23)


def test_libdeflate_makes_smaller_files(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("deflate")
    rows = _packed(300, 96)
    better = _stream(rows)
    monkeypatch.setattr("dither.images.formats.png_rows._libdeflate", lambda: None)
    assert len(better) < len(_stream(rows))
    assert zlib.decompress(better) == zlib.decompress(_stream(rows))


def test_a_large_image_is_not_held_twice() -> None:
    image = np.broadcast_to(np.zeros((1, 1), np.uint8), (1 << 12, 1 << 13))  # 32 MiB if held
    tracemalloc.start()
    try:
        size = sum(map(len, compressed_rows(_rows(image))))
        assert tracemalloc.get_traced_memory()[1] < 2 << 20
    finally:
        tracemalloc.stop()
    assert size < 1 << 17
