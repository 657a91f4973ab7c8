import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dither.errors import InputError
from dither.matrix.classical import white_noise
from dither.matrix.threshold_matrix import ThresholdMatrix, is_permutation


def test_ranks_are_compact_and_read_only() -> None:
    matrix = ThresholdMatrix(np.arange(12).reshape(3, 4))
    assert matrix.ranks.dtype == np.uint16
    assert not matrix.ranks.flags.writeable
    large = white_noise(257, 256)
    assert large.ranks.dtype == np.uint32


def test_the_callers_array_stays_its_own() -> None:
    ranks = np.arange(4, dtype=np.uint16).reshape(2, 2)
    matrix = ThresholdMatrix(ranks)
    ranks[0, 0] = 3
    assert matrix.ranks[0, 0] == 0


@pytest.mark.parametrize(
    "ranks",
    [
        np.zeros((2, 2), int),
        np.array([[0, 1], [2, 4]]),
        np.array([[-1, 1], [2, 0]]),
        np.arange(4),
        np.zeros((0, 4), int),
        np.array([[0.0, 1.0]]),
        np.arange(16).reshape(2, 2, 2, 2),
    ],
)
def test_what_is_no_permutation_is_refused(ranks: np.ndarray) -> None:
    with pytest.raises(InputError):
        ThresholdMatrix(ranks)


@given(st.permutations(range(12)))
def test_values_give_their_ranks(order: list[int]) -> None:
    ranks = np.array(order).reshape(3, 4)
    matrix = ThresholdMatrix.from_values(np.exp(ranks / 5.0))
    assert (matrix.ranks == ranks).all()
    assert is_permutation(ranks)


def test_equal_values_rank_in_reading_order() -> None:
    assert ThresholdMatrix.from_values(np.zeros((2, 2))).ranks.tolist() == [[0, 1], [2, 3]]
    with pytest.raises(InputError, match="NaN"):
        ThresholdMatrix.from_values(np.array([[np.nan, 1.0]]))
