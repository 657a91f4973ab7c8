import numpy as np
import pytest

from dither.color import srgb_to_linear
from dither.errors import InputError
from dither.optimizer.palette_request import PaletteRequest
from dither.palettes.palette import Palette

TWO = Palette.from_hex("000000 ffffff")


def test_a_request_has_a_number_of_colours() -> None:
    assert PaletteRequest().count == 16
    assert PaletteRequest(5).count == 5
    assert PaletteRequest(palette=TWO).count == 2


def test_kept_colours_are_distinct_linear_light() -> None:
    keep = np.array([[255, 0, 10], [255, 0, 10]], np.uint8)
    np.testing.assert_array_equal(
        PaletteRequest(4, keep=keep).kept(), srgb_to_linear(keep[:1] / 255)
    )
    assert PaletteRequest(4).kept().shape == (0, 3)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"colors": 1}, "colors is 1; it must be a whole number from 2 to 256"),
        ({"colors": 2.5}, "colors is 2.5"),
        ({"colors": 4, "palette": TWO}, "either a palette"),
        ({"keep": TWO, "palette": TWO}, "either a palette"),
        ({"colors": 2, "keep": TWO}, "keep has 2 of 2 colours"),
        ({"keep": np.full((2, 3), -0.5)}, "keep holds floats outside 0 to 1 and 0 to 255"),
        ({"device_levels": (1, 8, 8)}, "device_levels is"),
    ],
)
def test_contradictions_are_one_sentence(options: dict, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        PaletteRequest(**options)
