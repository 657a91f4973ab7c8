import colorsys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageColor

from dither.color_text import css_colors, find_color, parse_color, parse_colors, split_colors
from dither.errors import InputError


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_all_forms_of_a_colour_are_equal(color: tuple[int, int, int]) -> None:
    code = "{:02x}{:02x}{:02x}".format(*color)
    forms = (code, f"#{code}", f"#{code.upper()}", f"#{code}ff", "rgb({},{}, {})".format(*color))
    assert {find_color(form) for form in forms} == {color}


@given(st.text("0123456789abcdefABCDEF", min_size=3, max_size=3))
def test_three_digits_are_six(digits: str) -> None:
    assert find_color(f"#{digits}") == ImageColor.getrgb(f"#{digits}")
    assert parse_colors(f"{digits},#{digits}f") == 2 * [ImageColor.getrgb(f"#{digits}")]


def test_names_are_those_of_css() -> None:
    assert len(css_colors()) == 148
    for name in css_colors():
        assert find_color(name.upper()) == ImageColor.getrgb(name)
    assert colorsys.rgb_to_hsv(*(find_color("red") or ()))[0] == 0


@pytest.mark.parametrize(
    "text",
    [
        "black, white, tomato",
        "black white tomato",
        "'black' 'white' 'tomato'",
        '["#000", "#FFFFFF", "#ff6347"]',
        " #000 ;\t#fff;rgb(255, 99, 71),",
        "000 fff ff6347",
    ],
)
def test_lists_are_read_as_people_write_them(text: str) -> None:
    assert parse_colors(text) == [(0, 0, 0), (255, 255, 255), (255, 99, 71)]


def test_names_may_hold_blanks() -> None:
    assert split_colors("dark slate gray, red blue") == ["darkslategray", "red", "blue"]
    assert split_colors("green yellow") == ["green", "yellow"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("#12345", "'#12345' is not a colour in hexadecimal; give hexadecimal"),
        ("whtie", r"'whtie' is not a colour in hexadecimal; did you mean 'white'\?"),
        ("#ffffff80", "'#ffffff80' is transparent"),
        ("rgb(0, 0, 256)", "is not a colour"),
        ("", "'' is not a colour"),
    ],
)
def test_what_is_no_colour_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        parse_color(text)


@given(st.text(max_size=60))
def test_any_text_gives_colours_or_one_sentence(text: str) -> None:
    colors, sentence = [], ""
    try:
        colors = parse_colors(text)
    except InputError as error:
        sentence = str(error)
    assert all(len(color) == 3 for color in colors)
    assert "\n" not in sentence
