from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from dither.errors import InputError
from dither.held import as_array


class Tensor:
    """An object with `__array__`, as tensors are."""

    def __init__(self, values: Any) -> None:
        self._values = np.array(values)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return self._values.astype(dtype) if dtype else self._values


class WithGradient(Tensor):
    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        raise RuntimeError("Can't call numpy() on Tensor that requires grad.\nUse detach().")


def test_an_array_stays_itself() -> None:
    array = np.zeros((2, 3), np.uint8)
    assert as_array(array, "image") is array


@pytest.mark.parametrize("held", [[[1, 2], [3, 4]], ((1, 2), (3, 4)), Tensor([[1, 2], [3, 4]])])
def test_what_holds_numbers_is_taken(held: Any) -> None:
    assert as_array(held, "image").tolist() == [[1, 2], [3, 4]]


def test_images_of_pillow_give_the_colours_that_they_show() -> None:
    red = Image.new("RGB", (2, 1), (255, 0, 0))
    assert as_array(red, "image").tolist() == [[[255, 0, 0]] * 2]
    assert as_array(red.quantize(2), "image").tolist() == [[[255, 0, 0]] * 2]
    assert as_array(red.convert("CMYK"), "image").tolist() == [[[255, 0, 0]] * 2]
    assert as_array(red.convert("RGBX"), "image").shape == (1, 2, 3)
    assert as_array(Image.new("1", (2, 1), 1), "image").tolist() == [[True, True]]
    clear = Image.new("P", (1, 1))
    clear.info["transparency"] = 0
    assert as_array(clear, "image").tolist() == [[[0, 0, 0, 0]]]
    assert as_array(Image.new("RGBa", (1, 1)), "image").shape == (1, 1, 4)


def test_grey_of_32_bits_of_pillow_has_16_bits() -> None:
    grey = Image.new("I", (1, 1), 200)
    assert as_array(grey, "image").dtype == np.uint16
    assert as_array(grey, "image").tolist() == [[200]]
    assert as_array(grey.convert("L"), "image").dtype == np.uint8


@pytest.mark.parametrize(
    ("held", "sentence"),
    [
        (None, "^image is None; it must be an array of numbers$"),
        ("photo.png", "^image is 'photo.png'; it must"),
        (Path("photo.png"), "^image is .*photo.png"),
        (b"abc", "^image is b'abc'"),
        ({"a": 1}, "^image is {'a': 1} of type dict; it must"),
        ([["a", "b"]], "of type list; it must be an array of numbers"),
        ([[1], [1, 2]], "^image, a list, cannot be read as an array: .*inhomogeneous"),
        (object(), "of type object; it must"),
        (WithGradient(1), "^image, a WithGradient, cannot be read as an array: .*detach"),
        (np.array(["2020-01-01"], "M8[D]"), "of type ndarray; it must"),
    ],
)
def test_what_holds_none_is_named(held: Any, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence) as raised:
        as_array(held, "image")
    assert "\n" not in str(raised.value)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=3) | st.integers(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
        max_leaves=8,
    )
)
def test_anything_is_numbers_or_one_sentence(held: Any) -> None:
    sentence, kind = "", "b"
    try:
        kind = as_array(held, "image").dtype.kind
    except InputError as error:
        sentence = str(error)
    assert kind in "biufc"
    assert "\n" not in sentence
