import numpy as np
import pytest

from dither.color import linear_to_oklab, srgb_to_linear
from dither.palettes.available import LevelColors, PaletteColors, looks_near, with_contrast
from dither.palettes.nearest import nearest_indices
from dither.palettes.palette import load_palette
from dither.samples import level_values

RANDOM = np.random.default_rng(8).integers(0, 256, (300, 3)).astype(np.uint8)


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
    nearest = palette.colors[nearest_indices(RANDOM[None], palette)[0]]
    assert (found == nearest)[colorful].all()
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


def test_white_beyond_the_paper_is_the_paper() -> None:
    palette = load_palette("inky-spectra-6")
    near, nearest = looks_near(np.full((1, 1, 3), 255, np.uint8), PaletteColors(palette))
    assert near.all()
    assert nearest[0, 0].tolist() == palette.colors[palette.white].tolist()


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
