"""Matching by lightness: a gradient map through the entries of a palette."""

import numpy as np

from dither.color import LUMINANCE_WEIGHTS, srgb_to_linear
from dither.gamut.exact_colors import exact_colors
from dither.gamut.intent import map_light
from dither.gamut.lightness import match_lightness
from dither.ordered.palette import dither_to_palette
from dither.palettes.palette import Palette
from dither.palettes.palette_like import load_palette

WEIGHTS = np.array(LUMINANCE_WEIGHTS)


def test_tones_are_kept_and_hues_are_those_of_the_palette() -> None:
    palette = load_palette("c64")
    light = np.random.default_rng(0).random((200, 3))
    mapped = match_lightness(light, palette)
    own = palette.linear @ WEIGHTS
    wanted = own.min() + light @ WEIGHTS * (own.max() - own.min())
    assert np.allclose(mapped @ WEIGHTS, wanted)
    # The independent way: interpolation of each channel by luminance.
    order = np.argsort(own)
    expected = [np.interp(wanted, own[order], palette.linear[order, lane]) for lane in range(3)]
    assert np.allclose(mapped, np.stack(expected, axis=1), atol=1e-6)


def test_colours_of_equal_lightness_become_equal() -> None:
    red, gray = np.array([[1.0, 0, 0]]), np.full((1, 3), 0.2126)
    palette = Palette.from_hex("102030 c04020 f0e8d0")
    assert np.allclose(map_light(red, palette, "lightness"), map_light(gray, palette, "lightness"))


def test_one_luminance_is_one_colour() -> None:
    twice = Palette.from_hex("7f7f7f 7f7f80")
    assert match_lightness(np.eye(3), twice).shape == (3, 3)


def test_saturated_entries_are_not_kept_by_their_colour() -> None:
    palette = Palette.from_hex("000000 ff0000 00ff00 ffffff")
    kept = exact_colors(palette, "lightness").keys
    assert set(kept[kept != 0xFFFFFFFF].tolist()) == {0, 0xFF0000, 0x00FF00, 0xFFFFFF}
    dim = Palette.from_hex("202020 ff0000 00ff00 c0c0c0")
    kept = exact_colors(dim, "lightness").keys
    assert 0xFF0000 not in kept


def test_a_dithered_ramp_keeps_its_light() -> None:
    palette = load_palette("game-boy")
    image = np.full((64, 64, 3), 150, np.uint8)
    shown = palette.linear[dither_to_palette(image, palette, intent="lightness")]
    wanted = match_lightness(srgb_to_linear(image[:1, 0] / 255), palette)[0]
    assert np.allclose(shown.mean(axis=(0, 1)), wanted, atol=0.01)


def test_white_is_the_paper_though_a_yellow_ink_is_lighter() -> None:
    palette = Palette.from_hex("202020 b0b0b0 d8c030")
    ends = match_lightness(np.array([[0.0] * 3, [1.0] * 3]), palette)
    assert np.allclose(ends, palette.linear[:2])
