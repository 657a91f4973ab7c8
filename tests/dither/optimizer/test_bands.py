from collections.abc import Callable

import numpy as np
import pytest

from dither.optimizer.bands import bands, widened
from dither.optimizer.blur import gaussian_blur
from dither.optimizer.config import SearchConfig
from dither.optimizer.gamut_target import gamut_target
from dither.optimizer.mapped_picture import MappedPicture
from dither.optimizer.search import init

SHAPE = 300, 40, 3


@pytest.fixture(name="in_bands", autouse=True)
def _in_bands(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """Return a function that chooses bands of 64 rows, as at first, or one band for all rows."""

    def choose(in_bands: bool) -> None:
        monkeypatch.setattr("dither.optimizer.bands._PIXELS", 64 * 40 if in_bands else 1 << 20)

    choose(True)
    return choose


@pytest.fixture(name="mapped")
def _mapped() -> MappedPicture:
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 256, SHAPE, np.uint8)
    exact = np.where(rng.random(SHAPE[:2]) < 0.1, 1, -1).astype(np.int16)
    return MappedPicture(codes, rng.random(SHAPE, np.float32).__getitem__, exact)


def test_bands_are_all_rows_once() -> None:
    for height in (1, 64, 300):
        rows = [np.arange(height)[band.rows] for band in bands((height, 40), 5)]
        assert np.concatenate(rows).tolist() == list(range(height))
        for band in bands((height, 40), 5):
            assert (
                np.arange(height)[band.wide][band.inner].tolist()
                == np.arange(height)[band.rows].tolist()
            )


def test_a_blur_of_a_band_is_that_of_the_image() -> None:
    image = np.random.default_rng(1).random((40, 9, 3))
    whole = gaussian_blur(image, 1.5)
    for start, stop in ((0, 7), (9, 20), (30, 40)):
        band = widened(slice(start, stop), 40, 5)
        assert gaussian_blur(image[band.wide], 1.5)[band.inner] == pytest.approx(whole[band.rows])


def test_a_gamut_target_is_alike_in_bands(in_bands: Callable[[bool], None]) -> None:
    picture = np.random.default_rng(4).integers(0, 256, SHAPE, np.uint8)
    rows = gamut_target(picture, 8, sigma=1.5)
    in_bands(False)
    whole = gamut_target(picture, 8, sigma=1.5)
    assert np.abs(rows.blurred.astype(int) - whole.blurred).max() <= 1
    assert np.abs(rows.histogram.counts - whole.histogram.counts).sum() <= 0.01 * picture.size


@pytest.mark.parametrize("mean_weight", [0.0, 6.0])
def test_a_search_begins_alike_from_rows_and_from_the_whole(
    mapped: MappedPicture, mean_weight: float, in_bands: Callable[[bool], None]
) -> None:
    palette = np.random.default_rng(2).random((20, 3))
    indices = np.random.default_rng(3).integers(0, 20, SHAPE[:2], np.uint8)
    mask = np.zeros(SHAPE[:2], bool)
    mask[100:200, :9] = True
    config = SearchConfig(mean_weight=mean_weight)
    in_bands(False)
    whole = init(indices, palette, mapped.prepare(mask), config)
    in_bands(True)
    rows = init(indices, palette, lambda some: mapped.prepare_rows(some, mask), config)
    assert (rows.candidates == whole.candidates).all()
    for name in ("field", "sums"):
        assert getattr(rows, name) == pytest.approx(getattr(whole, name), abs=1e-6)
    assert (rows.pixels[..., 6:] == whole.pixels[..., 6:]).all()
    slopes, expected = (state.pixels.view(np.float32)[..., :3] for state in (rows, whole))
    assert slopes == pytest.approx(expected, abs=1e-6)
