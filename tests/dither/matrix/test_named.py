import pytest
from hypothesis import given
from hypothesis import strategies as st

from dither.errors import InputError
from dither.matrix.classical import bayer, clustered_dot, playstation, r2_sequence, white_noise
from dither.matrix.named import CLASSICAL, classical_matrix
from dither.matrix.threshold_matrix import ThresholdMatrix


@pytest.mark.parametrize(
    ("name", "matrix"),
    [
        ("bayer-8x8", bayer(8, 8)),
        ("bayer", bayer(8, 8)),
        ("Bayer-4", bayer(4, 4)),
        ("bayer-2x16", bayer(2, 16)),
        ("white", white_noise(64, 64)),
        ("white-noise-5x7", white_noise(5, 7)),
        ("clustered-dot", clustered_dot(6, 45)),
        ("clustered-dot-45", clustered_dot(6, 45)),
        ("clustered-dot-15-10", clustered_dot(10, 15)),
        ("dots-8x8", clustered_dot(6)),
        ("playstation", playstation()),
        ("r2-9x8", r2_sequence(9, 8)),
    ],
)
def test_names_describe_matrices(name: str, matrix: ThresholdMatrix) -> None:
    made = classical_matrix(name)
    assert made is not None
    assert (made.ranks == matrix.ranks).all()


def test_listed_names_say_their_size() -> None:
    for name in CLASSICAL:
        made = classical_matrix(name)
        assert made is not None
        assert name.endswith("{}x{}".format(*made.shape))


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("bayer-6x6", "bayer-6x6: a Bayer matrix has sides that are powers of two, not 6"),
        ("white-0x5", "a side is 0; it must be from 1 to 4096"),
        ("r2-5000", "a side is 5000"),
        ("clustered-dot-45-99", "size is 99"),
    ],
)
def test_sizes_out_of_range_are_refused(name: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        classical_matrix(name)


@given(st.text(max_size=12))
def test_other_texts_describe_none(name: str) -> None:
    assert classical_matrix(f"{name}?") is None
