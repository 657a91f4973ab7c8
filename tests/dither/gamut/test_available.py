from typing import get_args

import numpy as np
import pytest

from dither.color import linear_to_oklab, srgb_to_linear
from dither.gamut.available import LevelColors, PaletteColors, looks_near, with_contrast
from dither.gamut.device_link import map_to_palette
from dither.palettes.palette import Intent, Palette
from dither.palettes.palette_like import load_palette
from dither.panels.files import load_panel
from dither.samples import eight_bit_colors, level_values

RANDOM = np.random.default_rng(8).integers(0, 256, (300, 3)).astype(np.uint8)


def _palette(name: str) -> Palette:
    """Return a panel's palette if the name ends with a size in inches, else a named palette."""
    return load_panel(name).palette if name[-1].isdigit() and "." in name else load_palette(name)


@pytest.mark.parametrize("levels", [2, 3, 7, 16, 256])
def test_levels_are_rounded_to_the_nearest(levels: int) -> None:
    found = LevelColors(levels).nearest(RANDOM)
    values = level_values(levels, np.dtype(np.uint8)).astype(int)
    distances = abs(RANDOM.astype(int)[..., None] - values).min(axis=2)
    assert (abs(found.astype(int) - RANDOM) <= distances + 1).all()


@pytest.mark.parametrize("name", ["spectra-6", "inky-acep-7", "game-boy", "c64"])
def test_coloured_pixels_take_the_nearest_and_greys_a_neutral_entry(name: str) -> None:
    palette = load_palette(name)
    available = PaletteColors(palette)
    found = available.nearest(RANDOM)
    chroma = np.hypot(*linear_to_oklab(srgb_to_linear(RANDOM / 255))[:, 1:].T)
    colorful = chroma > 0.2
    # Neutral entries remain for colours that the palette shows as greys.
    mapped = eight_bit_colors(map_to_palette(RANDOM[None], palette))[0]
    black, white = palette.oklab[[palette.black, palette.white]]
    axis = (white - black)[1:] / (white - black)[0]
    lab = linear_to_oklab(srgb_to_linear(mapped / 255))
    colorful &= np.hypot(*(lab[:, 1:] - black[1:] - (lab[:, :1] - black[0]) * axis).T) > 0.05
    doubled = np.array([1, 2, 2])
    apart = np.linalg.norm(doubled * (lab[:, None] - palette.oklab), axis=2)
    assert (found == palette.colors[apart.argmin(axis=1)])[colorful].all()
    grays = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    shown = available.nearest(grays)
    lightness = linear_to_oklab(srgb_to_linear(shown / 255))[:, 0]
    # From black to white without a step back.
    assert (np.diff(lightness) >= -1e-9).all()
    assert shown[0].tolist() == palette.colors[palette.black].tolist()
    assert shown[-1].tolist() == palette.colors[palette.white].tolist()


def test_a_colour_looks_near_to_itself_and_grey_not_to_white() -> None:
    available = PaletteColors(load_palette("black-white"))
    row = np.array([[[255] * 3, [240] * 3, [128] * 3, [30] * 3, [0] * 3]], np.uint8)
    near, nearest = looks_near(row, available)
    assert near.tolist() == [[True, True, False, True, True]]
    assert nearest[0, :, 0].tolist() == [255, 255, 255, 0, 0]


@pytest.mark.parametrize("intent", get_args(Intent))
@pytest.mark.parametrize("name", ["inky-spectra-6", "spectra-6-7.3", "game-boy", "black-white-red"])
def test_white_and_black_are_those_of_the_paper(name: str, intent: Intent) -> None:
    palette = _palette(name)
    ends = np.array([[255] * 3, [0] * 3], np.uint8)
    near, nearest = looks_near(ends, PaletteColors(palette, intent))
    assert near.all()
    assert (nearest == palette.colors[[palette.white, palette.black]]).all()


@pytest.mark.parametrize("intent", ["perceptual", "relative"])
@pytest.mark.parametrize("name", ["spectra-6-7.3", "black-white-4.26", "inky-spectra-6"])
def test_greys_look_near_as_they_do_on_black_and_white(name: str, intent: Intent) -> None:
    grays = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    expected, _ = looks_near(grays, PaletteColors(load_palette("black-white")))
    near, _ = looks_near(grays, PaletteColors(_palette(name), intent))
    # An eye adapted to the panel. Rounding to codes moves the bounds a little.
    assert (near != expected).sum() <= 6


def test_a_tint_that_is_shown_as_grey_does_not_look_like_white() -> None:
    available = PaletteColors(load_palette("black-white"))
    cream = np.array([[255, 236, 179], [236, 236, 236]], np.uint8)
    assert looks_near(cream, available)[0].tolist() == [False, True]


def test_white_text_is_black_where_white_would_not_be_seen() -> None:
    palette = load_palette("game-boy")
    available = PaletteColors(palette, "absolute")
    white, gray = np.full((1, 3), 255, np.uint8), np.full((1, 3), 128, np.uint8)
    behind = palette.colors[2][None]
    found = with_contrast(white, gray, behind, available)
    assert found.tolist() == [palette.colors[palette.black].tolist()]
    # On the dark side of the ramp it stays white.
    found = with_contrast(white, gray, palette.colors[1][None], available)
    assert found.tolist() == [palette.colors[palette.white].tolist()]


def test_each_contrast_is_decided_by_itself() -> None:
    available = PaletteColors(load_palette("spectra-6"))
    rows = np.random.default_rng(3).integers(0, 256, (3, 40, 3)).astype(np.uint8)
    one, two, three = (np.concatenate([each, each[::-1]]) for each in rows)
    found = with_contrast(one, two, three, available)
    assert (found[:40] == found[:39:-1]).all()
    one, two, three = rows[:, :, None]
    alone = [with_contrast(*each, available) for each in zip(one, two, three, strict=True)]
    assert (np.concatenate(alone) == found[:40]).all()


@pytest.mark.parametrize("name", ["black-white", "spectra-6", "gray-4", "game-boy"])
def test_the_lighter_side_stays_lighter(name: str) -> None:
    available = PaletteColors(load_palette(name))
    others = RANDOM[::-1]
    lightness = [linear_to_oklab(srgb_to_linear(each / 255))[:, 0] for each in (RANDOM, others)]
    wanted = lightness[0] - lightness[1]
    shown = available.nearest(others)
    found = with_contrast(RANDOM, others, shown, available)
    given = linear_to_oklab(srgb_to_linear(found / 255))[:, 0]
    given = given - linear_to_oklab(srgb_to_linear(shown / 255))[:, 0]
    # Nothing is lighter than the palette's white or darker than its black.
    ends = linear_to_oklab(
        srgb_to_linear(available.nearest(np.array([[0] * 3, [255] * 3], np.uint8)) / 255)
    )
    own = linear_to_oklab(srgb_to_linear(shown / 255))[:, 0]
    possible = np.where(wanted > 0, own < ends[1, 0] - 0.05, own > ends[0, 0] + 0.05)
    sure = (abs(wanted) > 0.15) & possible
    assert (given * wanted > 0)[sure].all()
    # Elsewhere, black and white change places.
    assert (given != 0)[abs(wanted) > 0.15].all()
