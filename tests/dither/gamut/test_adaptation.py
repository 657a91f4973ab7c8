"""Adaptation: the ends are exact for every palette, greys stay greys of the panel, and it inverts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dither.color import LUMINANCE_WEIGHTS
from dither.gamut.adaptation import adaptation
from dither.palettes.palette import Palette
from dither.palettes.palette_like import load_palette

WEIGHTS = np.array(LUMINANCE_WEIGHTS)


def _palettes() -> st.SearchStrategy[Palette]:
    """Return any palettes, also of one hue, of nearly equal colours and of greys."""
    color = st.tuples(*[st.integers(0, 255)] * 3)
    near = st.tuples(*[st.integers(100, 103)] * 3)
    green = st.builds(lambda value: (0, value, 0), st.integers(0, 255))
    gray = st.builds(lambda value: (value,) * 3, st.integers(0, 255))
    colors = st.one_of(
        *(
            st.lists(each, min_size=2, max_size=16, unique=True)
            for each in (color, near, green, gray)
        )
    )
    return colors.map(lambda items: Palette(np.array(items)))


@given(_palettes())
def test_white_and_black_become_those_of_the_palette(palette: Palette) -> None:
    found = adaptation(palette)
    ends = found.to_palette(np.array([[1.0, 1.0, 1.0], [0.0, 0.0, 0.0]]))
    expected = palette.linear[[palette.white, palette.black]]
    assert ends == pytest.approx(expected, abs=1e-12)


@given(_palettes())
def test_greys_run_straight_from_black_to_white(palette: Palette) -> None:
    shares = np.linspace(0, 1, 9)
    light = adaptation(palette).to_palette(np.repeat(shares[:, None], 3, axis=1))
    black, white = palette.linear[palette.black], palette.linear[palette.white]
    assert light == pytest.approx(black + shares[:, None] * (white - black), abs=1e-12)


@given(_palettes(), st.integers(0, 99))
def test_the_inverse_gives_the_colour_back(palette: Palette, seed: int) -> None:
    light, found = np.random.default_rng(seed).random((20, 3)), adaptation(palette)
    assert found.from_palette(found.to_palette(light)) == pytest.approx(light, abs=1e-6)


@given(_palettes())
def test_no_colour_of_the_palette_is_thrown_far_away(palette: Palette) -> None:
    found = adaptation(palette)
    black, white = palette.linear[palette.black], palette.linear[palette.white]
    gain = 1 / float((white - black) @ WEIGHTS)
    norm = np.linalg.norm(np.linalg.inv(found.matrix), 2)
    # Gains are at most 4 times that of luminance; the line from black to white may lie aslant.
    assert norm < 40 * gain


def test_a_neutral_panel_scales_every_channel_alike() -> None:
    found = adaptation(Palette.from_hex("101010 c0c0c0 ff0000"))
    contrast = found.to_palette(np.ones((1, 3))) - found.black
    assert found.matrix == pytest.approx(contrast[0, 0] * np.eye(3))


def test_a_tinted_panel_scales_each_channel_by_its_own_contrast() -> None:
    # White is a little blue: colours that differ from grey are scaled by the gain of their channel.
    panel = Palette.from_hex("1a0d23 b9cacd 790900")
    contrast = panel.linear[panel.white] - panel.linear[panel.black]
    red_less_blue = np.array([[1.0, 0.0, -WEIGHTS[0] / WEIGHTS[2]]])  # of no luminance
    found = adaptation(panel)
    moved = found.to_palette(red_less_blue) - found.black
    assert moved == pytest.approx(contrast * red_less_blue)


def test_gains_are_limited_for_a_panel_of_one_hue() -> None:
    panel = load_palette("game-boy")
    contrast = panel.linear[panel.white] - panel.linear[panel.black]
    luminance = contrast @ WEIGHTS
    assert contrast[2] < luminance / 4  # hardly any blue
    found = adaptation(panel)
    yellow_to_blue = np.array([[0.0, -WEIGHTS[2] / WEIGHTS[1], 1.0]])
    moved = found.to_palette(yellow_to_blue) - found.black
    assert moved[0, 2] == pytest.approx(luminance / 4)
