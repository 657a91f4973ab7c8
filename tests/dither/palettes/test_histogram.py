import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from dither.color import linear_to_oklab, srgb_to_linear
from dither.errors import InputError
from dither.palettes.histogram import color_histogram, merge_rare_bins

PICTURES = npst.arrays(
    np.float64,
    st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3)),
    elements=st.floats(0, 1),
)


@given(PICTURES, st.sampled_from([1 / 256, 1 / 48, 0.3, 1.0]))
def test_each_bin_is_the_mean_of_its_pixels_and_lies_in_one_cube(
    picture: np.ndarray, step: float
) -> None:
    histogram = color_histogram(picture, step=step)
    assert histogram.bins.dtype == np.int32
    assert histogram.counts.sum() == picture.shape[0] * picture.shape[1]
    for place in range(len(histogram.counts)):
        pixels = picture[histogram.bins == place]
        assert len(pixels) == histogram.counts[place] >= 1
        assert histogram.colors[place] == pytest.approx(pixels.mean(axis=0), abs=1e-12)
        assert (np.ptp(linear_to_oklab(pixels), axis=0) <= step * (1 + 1e-9)).all()


def test_pixels_of_one_cube_share_a_bin(photo: np.ndarray) -> None:
    linear = srgb_to_linear(photo / 255)
    cubes = np.floor((linear_to_oklab(linear) - [0, -0.4, -0.4]) * 48 + 0.5)
    distinct = np.unique(cubes.reshape(-1, 3), axis=0)
    assert len(color_histogram(linear).counts) == len(distinct)


def test_the_extremes_of_the_gamut_are_held_at_the_finest_step() -> None:
    corners = np.indices((2, 2, 2)).reshape(3, 1, 8).transpose(1, 2, 0).astype(float)
    assert len(color_histogram(corners, step=1 / 256).counts) == 8


def test_the_picture_is_read_a_few_rows_at_a_time() -> None:
    picture = np.random.default_rng(0).random((2000, 1500, 3), np.float32)
    tracemalloc.start()
    histogram = color_histogram(picture)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # The places, and blocks of 2^17 pixels in doubles.
    assert peak < histogram.bins.nbytes + (24 << 20)


@pytest.mark.parametrize(
    ("picture", "step", "message"),
    [
        (np.zeros((4, 4)), 0.1, "shape"),
        (np.zeros((0, 4, 3)), 0.1, "some pixels"),
        (np.full((1, 1, 3), np.nan), 0.1, "from 0 to 1"),
        (np.full((1, 1, 3), 1.5), 0.1, "1.5"),
        (np.zeros((1, 1, 3)), 0.001, "1/256 to 1"),
        (np.zeros((1, 1, 3)), np.nan, "1/256 to 1"),
    ],
)
def test_what_is_no_picture_is_refused(picture: np.ndarray, step: float, message: str) -> None:
    with pytest.raises(InputError, match=message):
        color_histogram(picture, step=step)


@pytest.mark.parametrize("share", [0.0, 0.02, 0.3, 1.0])
def test_merging_rare_bins_keeps_the_light_and_the_frequent_bins(share: float) -> None:
    rng = np.random.default_rng(0)
    colors, counts = rng.random((200, 3)), rng.integers(0, 50, 200).astype(float)
    merged, sums = merge_rare_bins(colors, counts, step=0.2, share=share)
    assert sums.sum() == pytest.approx(counts.sum())
    assert sums @ merged == pytest.approx(counts @ colors)
    frequent = colors[np.argsort(-counts)][: int(200 * (1 - share)) // 2]
    kept = {tuple(color) for color in merged}
    assert share == 1 or all(tuple(color) in kept for color in frequent)
    assert len(merged) <= 200 * (1 - share / 4)
