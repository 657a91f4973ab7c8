import numpy as np
import pytest

from dither.optimizer.bands import bands, widened
from dither.optimizer.blur import gaussian_blur
from dither.optimizer.config import SearchConfig
from dither.optimizer.mapped_picture import MappedPicture
from dither.optimizer.search import init

SHAPE = 300, 40, 3


@pytest.fixture(autouse=True)
def _small_bands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dither.optimizer.bands._PIXELS", 64 * 40)


@pytest.fixture(name="mapped")
def _mapped() -> MappedPicture:
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 256, SHAPE, np.uint8)
    exact = np.where(rng.random(SHAPE[:2]) < 0.1, 1, -1).astype(np.int16)
    return MappedPicture(codes, rng.random(SHAPE, np.float32), exact)


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


@pytest.mark.parametrize("mean_weight", [0.0, 6.0])
def test_a_search_begins_alike_from_rows_and_from_the_whole(
    mapped: MappedPicture, mean_weight: float
) -> None:
    palette = np.random.default_rng(2).random((20, 3))
    indices = np.random.default_rng(3).integers(0, 20, SHAPE[:2], np.uint8)
    mask = np.zeros(SHAPE[:2], bool)
    mask[100:200, :9] = True
    config = SearchConfig(mean_weight=mean_weight)
    whole = init(indices, palette, mapped.prepare(mask), config)
    rows = init(indices, palette, lambda some: mapped.prepare_rows(some, mask), config)
    assert (rows.candidates == whole.candidates).all()
    for name in ("pixels", "field", "sums"):
        assert getattr(rows, name) == pytest.approx(getattr(whole, name), abs=1e-6)
