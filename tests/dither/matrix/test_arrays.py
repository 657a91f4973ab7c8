import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dither.errors import InputError
from dither.matrix.arrays import matrices_of
from dither.matrix.threshold_matrix import ThresholdMatrix, channel_thresholds

RANKS = np.random.default_rng(4).permutation(48).reshape(6, 8)


@pytest.mark.parametrize("dtype", ["u1", ">u2", "<i4", ">i8", "f2", ">f4", "f8", "g"])
@pytest.mark.parametrize("first", [0, 1, 7])
def test_ranks_of_any_type_and_start_are_taken_by_their_order(dtype: str, first: int) -> None:
    (matrix,) = matrices_of((RANKS + first).astype(dtype))
    assert (matrix.ranks == RANKS).all()
    (matrix,) = matrices_of(((RANKS + first).astype(dtype))[..., None])
    assert (matrix.ranks == RANKS).all()


@given(hnp.arrays(np.int64, hnp.array_shapes(min_dims=2, max_dims=2), elements=st.integers(-9, 9)))
def test_ties_are_broken_row_by_row(values: np.ndarray) -> None:
    if values.size > 1 and len(np.unique(values)) == 1:
        with pytest.raises(InputError, match="no order"):
            matrices_of(values)
        return
    (matrix,) = matrices_of(values)
    flat = [(value, place) for place, value in enumerate(values.ravel().tolist())]
    places = [place for _, place in sorted(flat)]
    expected = np.empty(values.size, int)
    expected[places] = range(values.size)
    assert matrix.ranks.ravel().tolist() == expected.tolist()


def test_the_last_axis_holds_channels_and_the_first_frames() -> None:
    values = np.random.default_rng(1).random((5, 6, 3))
    for array in (values, np.floor(values * 200), (values * 60000).astype(np.uint16)):
        found = matrices_of(array)
        assert [matrix.shape for matrix in found] == [(5, 6)] * 3
        for channel, matrix in enumerate(found):
            assert (matrix.ranks == ThresholdMatrix.from_values(array[..., channel]).ranks).all()
    again = matrices_of(channel_thresholds(found))
    assert [each.ranks.tolist() for each in again] == [each.ranks.tolist() for each in found]
    frames = np.random.default_rng(1).random((5, 6, 7))
    (matrix,) = matrices_of(frames)
    assert (matrix.ranks == ThresholdMatrix.from_values(frames).ranks).all()
    ranks = np.random.default_rng(1).permutation(60).reshape(3, 10, 2)
    assert matrices_of(ranks)[0].shape == (3, 10, 2)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (np.zeros((4, 4), bool), "integers or floats, not bool"),
        (np.zeros((4, 4), complex), "integers or floats, not complex128"),
        (np.full((4, 4), np.nan), "finite"),
        (np.full((4, 4), 7), "all 16 values of the matrix are 7: no order"),
        (np.arange(16), r"not \(16,\)"),
        (np.zeros((0, 4)), r"no empty side; not \(0, 4\)"),
        (np.zeros((2, 2, 2, 2)), r"not \(2, 2, 2, 2\)"),
        (np.random.default_rng(0).random((3, 8, 8)), "could hold 3 channels or 3 frames"),
        (
            np.stack([RANKS] * 3),
            r"shape \(3, 6, 8\) could hold 3 channels or 3 frames; give channels",
        ),
    ],
)
def test_other_arrays_are_refused(values: np.ndarray, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        matrices_of(values)
