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
def test_hidden_pixels_take_up_what_is_seen_beside_them(hidden: np.ndarray) -> None:
    if hidden.all():
        return
    image = np.arange(hidden.size).reshape(hidden.shape)
    rows = [y for y in range(len(hidden)) if not hidden[y].all()]
    for y, x in np.ndindex(*hidden.shape):
        row = _nearest(rows, y)
        column = _nearest([c for c in range(hidden.shape[1]) if not hidden[row, c]], x)
        assert fill_masked(image, hidden)[y, x] == image[row, column]
    assert (fill_masked(image, hidden) == image)[~hidden].all()


def test_what_counts_is_a_truth_value_for_each_pixel() -> None:
    assert check_mask(None, (2, 3)) is None
    assert check_mask(np.zeros((2, 3), bool), (2, 3)) is None
    for wrong in (np.zeros((3, 2), bool), np.zeros((2, 3), int), np.ones((2, 3), bool)):
        with pytest.raises(InputError, match="ignored"):
            check_mask(wrong, (2, 3))
