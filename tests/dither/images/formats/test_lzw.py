import io
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from dither.images.formats.gif import indexed_gif
from dither.images.formats.lzw import compress, packed_codes
from dither.images.formats.lzw_loops import parse_codes, write_codes
from dither.images.indexed import IndexedFrames

pytest.importorskip("numba")


def decoded(content: bytes, shape: tuple[int, int], bits: int) -> np.ndarray:
    height, width = shape
    ramp = np.repeat(np.arange(1 << bits, dtype=np.uint8), 3)
    head = struct.pack("<6sHHBBB", b"GIF89a", width, height, 0xF0 | bits - 1, 0, 0) + ramp.tobytes()
    head += struct.pack("<cHHHHB", b",", 0, 0, width, height, 0)
    return np.array(Image.open(io.BytesIO(head + content + b";")).convert("L"))


def nothing_free(pixels: np.ndarray) -> np.ndarray:
    return np.zeros(pixels.size, bool)


@given(st.integers(2, 8), st.integers(1, 300), st.integers(1, 60), st.integers(0, 9))
def test_pillow_reads_every_size(bits: int, width: int, height: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 1 << bits, (height, width)).astype(np.uint8)
    pixels[rng.random((height, width)) < 0.1 * seed] = 1
    content = compress(pixels.ravel(), nothing_free(pixels), 0)
    assert (decoded(content, (height, width), bits) == pixels).all()


@pytest.mark.parametrize("bits", [2, 5, 8])
def test_a_full_table_is_kept_or_cleared(bits: int) -> None:
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 1 << bits, (300, 400)).astype(np.uint8)
    pixels[150:] = np.arange(400) // 7 % (1 << bits)
    content = compress(pixels.ravel(), nothing_free(pixels), 0)
    assert (decoded(content, (300, 400), bits) == pixels).all()


@given(st.integers(0, 20))
def test_free_pixels_take_either_value(seed: int) -> None:
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 3, (40, 50)).astype(np.uint8)
    free = rng.random((40, 50)) < 0.05 * seed
    content = compress(pixels.ravel(), free.ravel(), 3)
    found = decoded(content, (40, 50), 2)
    assert (found == np.where(free & (found == 3), 3, pixels)).all()


def test_freedom_makes_files_smaller() -> None:
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 16, 20_000).astype(np.uint8)
    free = np.repeat(rng.random(200) < 0.7, 100)
    tight = len(compress(pixels, free, 16))
    assert tight < 0.5 * len(compress(pixels, np.zeros(20_000, bool), 16))


def test_pillow_compresses_without_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = np.random.default_rng(0).integers(0, 4, (20, 30)).astype(np.uint8)
    free = np.random.default_rng(1).random((20, 30)) < 0.3
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    content = compress(pixels.ravel(), free.ravel(), 4)
    monkeypatch.undo()
    assert (decoded(content, (20, 30), 3) == np.where(free, 4, pixels)).all()


@pytest.mark.parametrize("looks_ahead", [False, True])
def test_python_chooses_the_same_codes(looks_ahead: bool) -> None:
    pixels = np.random.default_rng(0).integers(0, 4, 300).astype(np.uint8)
    free = np.random.default_rng(1).random(300) < 0.3
    places = np.array([40, 170])
    results = []
    for parse in (parse_codes, parse_codes.python):
        codes = np.zeros((2, 600), np.int32)
        table = np.zeros((4096, 8), np.int16)
        count = parse(pixels, free, 4, False, 3, looks_ahead, True, places, table, codes)
        results.append(codes[:, :count])
        assert not table.any()
    assert (results[0] == results[1]).all()
    assert (results[0][0] == 8).sum() == len(places)


def test_python_writes_the_same_bits() -> None:
    codes = np.append(np.tile(np.append(4, np.arange(6000) % 4096), 2), 5).astype(np.int32)
    codes[codes == 4] = [4, 3, 3, 4, 3, 3]
    written = np.zeros((2, 20_000), np.uint8)
    used = [write_codes(codes, 2, written[0]), write_codes.python(codes, 2, written[1])]
    assert used[0] == used[1] == write_codes(codes, 2, np.empty(0, np.uint8))
    assert (written[0] == written[1]).all()


def test_a_frame_whose_own_indices_take_fewer_bits_shows_them() -> None:
    pixels = np.random.default_rng(0).integers(0, 4, 8000).astype(np.uint8)
    free = np.random.default_rng(1).random(8000) < 0.1
    assert compress(pixels, free, 4) == compress(pixels, np.zeros_like(free), 0)


def test_a_table_that_starts_anew_where_pictures_change_saves_bytes() -> None:
    rng = np.random.default_rng(0)
    parts = [rng.choice(rng.choice(256, 6, replace=False), 9000).astype(np.uint8) for _ in range(6)]
    apart = sum(len(compress(part, np.zeros(9000, bool), 0)) for part in parts)
    pixels = np.concatenate(parts)
    assert len(compress(pixels, nothing_free(pixels), 0)) < 1.06 * apart


def test_a_full_table_is_kept_where_nothing_changes() -> None:
    thresholds = np.random.default_rng(0).permutation(256).reshape(16, 16)
    ramp = np.linspace(0, 256, 600)
    pixels = (np.tile(thresholds, (32, 38))[:, :600] < ramp).astype(np.uint8).ravel()
    kept = np.zeros((2, len(pixels)), np.int32)
    table = np.zeros((4096, 4), np.int16)
    free, places = nothing_free(pixels), np.empty(0, np.int64)
    used = parse_codes(pixels, free, 0, False, 2, False, True, places, table, kept)
    assert used > 4096
    assert len(compress(pixels, free, 0)) <= len(packed_codes(kept[0, :used], 2))


def test_a_background_that_appears_anew_is_kept_where_it_was() -> None:
    rng = np.random.default_rng(0)
    pixels = np.full((60, 80), 1, np.uint8)
    free = np.zeros(pixels.shape, bool)
    free[:, 30:] = True
    pixels[20:50, 40:70] = rng.integers(
        2, 9, (30, 30)
    )  # unchanged, noisy, on an unchanged background
    flat, none = pixels.ravel(), np.zeros(pixels.size, bool)
    chosen = len(compress(flat, free.ravel(), 0))
    own = len(compress(flat, none, 0))
    skipped = len(compress(np.where(free, 0, pixels).astype(np.uint8).ravel(), none, 0))
    noise_skipped = np.where(free & (pixels != 1), 0, pixels).astype(np.uint8).ravel()
    assert chosen <= len(compress(noise_skipped, none, 0)) < min(own, skipped)


def test_rows_are_interlaced_where_that_is_shorter() -> None:
    # Rows of an 8x8 matrix are alike at a distance of 8, as they follow one another interlaced.
    rng = np.random.default_rng(0)
    phases = rng.integers(0, 64, (8, 160)).astype(np.uint8)
    frames = {
        0x40: np.tile(phases, (20, 1)),
        0: np.repeat(phases, 20, axis=0),
    }
    table = np.pad(np.arange(192, dtype=np.uint8).reshape(64, 3), ((0, 0), (0, 1)))
    table[:, 3] = 255
    for flag, pixels in frames.items():
        content = indexed_gif(IndexedFrames((pixels,), table), durations=[0], plays=1)
        place = content.index(b",", 13 + 3 * 64)
        assert content[place + 9] == flag
        with Image.open(io.BytesIO(content)) as shown:
            assert (np.array(shown.convert("RGB")) == table[pixels, :3]).all()
