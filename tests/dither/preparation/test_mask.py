import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dither.errors import InputError
from dither.images import rows
from dither.images.raster_image import RasterImage
from dither.preparation.mask import check_mask, fill_masked, filled_bands, without_hidden_colors

MASKS = st.tuples(st.integers(1, 5), st.integers(1, 5)).flatmap(
    lambda shape: st.lists(
        st.booleans(), min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]
    ).map(lambda values: np.array(values).reshape(shape))
)


def _nearest(places: list[int], wanted: int) -> int:
    """The last of the places up to the wanted one, else the first after it."""
    return max((place for place in places if place <= wanted), default=min(places))


@given(MASKS)
def test_masked_pixels_take_the_nearest_unmasked_colour(mask: np.ndarray) -> None:
    if mask.all():
        return
    image = np.arange(mask.size).reshape(mask.shape)
    rows = [y for y in range(len(mask)) if not mask[y].all()]
    for y, x in np.ndindex(*mask.shape):
        row = _nearest(rows, y)
        column = _nearest([c for c in range(mask.shape[1]) if not mask[row, c]], x)
        assert fill_masked(image, mask)[y, x] == image[row, column]
    assert (fill_masked(image, mask) == image)[~mask].all()


def test_a_mask_is_one_bool_per_pixel() -> None:
    assert check_mask(None, (2, 3)) is None
    assert check_mask(np.zeros((2, 3), bool), (2, 3)) is None
    for wrong in (np.zeros((3, 2), bool), np.zeros((2, 3), int), np.ones((2, 3), bool)):
        with pytest.raises(InputError, match="mask"):
            check_mask(wrong, (2, 3))


@given(MASKS, st.integers(1, 3), st.sampled_from([(), (3,)]))
def test_bands_are_filled_like_the_whole(
    mask: np.ndarray, step: int, channels: tuple[int, ...]
) -> None:
    shape = *mask.shape, *channels
    image = np.arange(1, np.prod(shape) + 1, dtype=np.uint16).reshape(shape)
    alpha = np.where(mask, 0, 77).astype(np.uint8)
    bands = [
        RasterImage(image[top : top + step], alpha[top : top + step])
        for top in range(0, len(mask), step)
    ]
    found = list(filled_bands(iter(bands)))
    expected = np.zeros_like(image) if mask.all() else fill_masked(image, mask)
    assert np.array_equal(np.concatenate([band.color for band in found]), expected)
    assert np.array_equal(np.concatenate([np.array(band.alpha) for band in found]), alpha)


def test_hidden_colours_are_filled_in_bands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "BAND_PIXELS", 8)
    generator = np.random.default_rng(0)
    color = generator.integers(0, 256, (9, 4), np.uint8)
    alpha = generator.choice(np.array([0, 9], np.uint8), (9, 4), p=[0.8, 0.2])
    alpha[:3] = 0
    found = without_hidden_colors(RasterImage(color, alpha))
    assert np.array_equal(found.color, fill_masked(color, alpha == 0))
    opaque = RasterImage(color)
    assert without_hidden_colors(opaque) is opaque
