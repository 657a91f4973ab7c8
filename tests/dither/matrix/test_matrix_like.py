from pathlib import Path

import numpy as np
import pytest

import dither
from dither.errors import InputError
from dither.matrix.classical import bayer
from dither.matrix.matrix_like import as_matrices, as_matrix

BAYER = bayer(8, 8)


class Tensor:
    def __array__(self, dtype: object = None, copy: object = None) -> np.ndarray:
        return BAYER.ranks + 1


@pytest.mark.parametrize(
    "held",
    [
        BAYER,
        "bayer-8x8",
        Path("bayer-8x8"),
        BAYER.ranks,
        BAYER.ranks[..., None],
        BAYER.ranks.astype(">i4") + 1,
        BAYER.thresholds,
        BAYER.ranks.tolist(),
        Tensor(),
        [BAYER],
        (BAYER.ranks,),
    ],
)
def test_what_people_hold_is_one_matrix(held: object) -> None:
    assert (as_matrix(held).ranks == BAYER.ranks).all()
    image = np.random.default_rng(0).integers(0, 256, (20, 30)).astype(np.uint8)
    expected = dither.requantize(image, BAYER, bits=1)
    assert (dither.requantize(image, held, bits=1) == expected).all()  # pyright: ignore
    palette = dither.load_palette("black-white")
    expected = dither.dither_to_palette(image, palette, BAYER)
    assert (dither.dither_to_palette(image, palette, held) == expected).all()  # pyright: ignore


def test_a_sequence_holds_a_matrix_for_each_channel() -> None:
    found = as_matrices([BAYER, "white-8x8", np.arange(64).reshape(8, 8)])
    assert [matrix.shape for matrix in found] == [(8, 8)] * 3
    with pytest.raises(InputError, match="matrix holds 3 channels; one matrix is needed here"):
        as_matrix(found)


@pytest.mark.parametrize(
    ("held", "sentence"),
    [
        (None, "matrix is None"),
        (3, "matrix"),
        ([[1, 2], [3]], "matrix, a list, cannot be read"),
        (np.zeros((3, 8, 8)), r"matrix .*\(3, 8, 8\)"),
        (np.random.default_rng(0).random((3, 8, 8)), "3 channels or 3 frames"),
        ("bayer-7x7", "powers of two"),
        ("blu-64x64", r"did you mean 'blue-64x64'"),
        (np.full((4, 4), np.inf), "finite"),
        ([], "matrix"),
    ],
)
def test_what_is_no_matrix_is_one_sentence(held: object, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence) as raised:
        as_matrices(held)
    assert "\n" not in str(raised.value)
