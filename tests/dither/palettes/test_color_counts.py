from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from dither.color import linear_to_oklab, srgb_to_linear
from dither.palettes.color_counts import coarse_cells, color_cells, color_counts

PIXELS = npst.arrays(np.uint8, st.tuples(st.integers(1, 40), st.just(3)))


@pytest.mark.parametrize("by_table", [False, True])
@given(pixels=PIXELS)
def test_colours_are_counted_as_by_a_dictionary(pixels: np.ndarray, by_table: bool) -> None:
    with pytest.MonkeyPatch.context() as patch:
        if by_table:
            patch.setattr("dither.palettes.color_counts._TABLE_PIXELS", 0)
            patch.setattr("dither.palettes.color_counts._BLOCK_PIXELS", 7)
        codes, counts = color_counts(pixels)
    expected = Counter(int.from_bytes(bytes(pixel.tolist())) for pixel in pixels)
    assert dict(zip(codes.tolist(), counts.tolist(), strict=True)) == expected
    assert (np.diff(codes) > 0).all()
    assert (codes.dtype, counts.dtype) == (np.int32, np.int64)


def test_a_table_takes_pixels_that_lie_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    image = np.random.default_rng(0).integers(0, 256, (20, 30, 4), np.uint8)[::2, ::-1, :3]
    plain = color_counts(image.reshape(-1, 3))
    monkeypatch.setattr("dither.palettes.color_counts._TABLE_PIXELS", 1)
    for found, expected in zip(color_counts(image.reshape(-1, 3)), plain, strict=True):
        assert (found == expected).all()


@given(pixels=PIXELS, bits=st.integers(1, 8))
def test_cells_are_the_means_of_their_pixels(pixels: np.ndarray, bits: int) -> None:
    cells = color_cells(*color_counts(pixels), bits)
    groups: dict[tuple[int, ...], list[np.ndarray]] = {}
    for pixel in pixels:
        groups.setdefault(tuple((pixel >> 8 - bits).tolist()), []).append(pixel)
    means = np.array([np.mean(groups[key], axis=0) for key in sorted(groups)])
    assert cells.weights.tolist() == [len(groups[key]) for key in sorted(groups)]
    assert cells.oklab == pytest.approx(linear_to_oklab(srgb_to_linear(means / 255)), abs=1e-12)


def test_cells_are_as_large_as_their_number_allows() -> None:
    codes = np.arange(1 << 15) << 5  # 16 reds, all greens and 8 blues that are 32 apart
    counts = np.ones(len(codes), np.int64)
    sizes = {least: len(coarse_cells(codes, counts, least)) for least in (2, 513, 4097, 1 << 15)}
    assert sizes == {2: 512, 513: 2048, 4097: 8192, 1 << 15: 1 << 15}
