import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dither.errors import InputError
from dither.images.mask import check_mask, fill_masked

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
