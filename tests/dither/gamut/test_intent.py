"""Rendering intents: white and black are the palette's, greys rise, and all fits the gamut."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dither.color import LUMINANCE_WEIGHTS, linear_to_oklab, srgb_to_linear
from dither.errors import InputError
from dither.gamut.gamut import convex_hull
from dither.gamut.intent import map_light
from dither.palettes.named import palette_names
from dither.palettes.palette import Intent, Palette
from dither.palettes.palette_like import load_palette
from dither.panels.files import load_panel, panel_names

WEIGHTS = np.array(LUMINANCE_WEIGHTS)
GREYS = srgb_to_linear(np.repeat(np.linspace(0, 1, 65)[:, None], 3, axis=1))
ADAPTED: list[Intent] = ["perceptual", "relative"]


def palettes() -> st.SearchStrategy[Palette]:
    """Return any palettes, also of one hue, on a line, in a plane, and of nearly equal luminance."""
    byte = st.integers(0, 255)
    kinds = [
        st.tuples(byte, byte, byte),
        st.builds(lambda value: (value, value, value), byte),
        st.builds(lambda value: (value // 4, value, value // 3), byte),  # a line in one hue
        st.builds(lambda one, two: (one, two, 0), byte, byte),  # a plane
        st.tuples(*[st.integers(120, 122)] * 3),
        # Nearly one luminance.
        st.builds(lambda red: (red, 128 - round(red * 0.297), 128), st.integers(0, 200)),
    ]
    colors = st.one_of(*(st.lists(kind, min_size=2, max_size=16, unique=True) for kind in kinds))
    return colors.map(lambda items: Palette(np.array(items)))


def _check_ends_and_greys(palette: Palette, intent: Intent) -> None:
    mapped = map_light(GREYS, palette, intent)
    # Exact to half a code of 16 bits.
    assert mapped[0] == pytest.approx(palette.linear[palette.black], abs=5e-6)
    assert mapped[-1] == pytest.approx(palette.linear[palette.white], abs=5e-6)
    light = mapped @ WEIGHTS
    assert (np.diff(light) > 0).all()
    # Greys take their share of the palette's contrast.
    share = (light - light[0]) / (light[-1] - light[0])
    assert share == pytest.approx(GREYS[:, 0], abs=1e-6)


@given(palettes(), st.sampled_from(ADAPTED))
def test_any_palette_shows_its_white_and_black_and_all_greys(
    palette: Palette, intent: Intent
) -> None:
    _check_ends_and_greys(palette, intent)


@pytest.mark.parametrize("intent", ADAPTED)
def test_so_does_every_named_palette_and_panel(intent: Intent) -> None:
    named = [load_palette(name) for name in palette_names() if name != "web-safe"]
    for palette in {*named, *(load_panel(name).palette for name in panel_names())}:
        _check_ends_and_greys(palette, intent)


@given(palettes(), st.sampled_from(["perceptual", "relative", "absolute"]), st.integers(0, 99))
def test_colours_become_mixtures_of_the_palette(
    palette: Palette, intent: Intent, seed: int
) -> None:
    light = np.random.default_rng(seed).random((50, 3))
    mapped = map_light(light, palette, intent)
    assert mapped.shape == (50, 3)
    assert np.isfinite(mapped).all()
    assert mapped.min() >= 0
    assert mapped.max() <= 1
    middle = palette.linear[[palette.black, palette.white]].mean(axis=0)
    near = np.concatenate([palette.linear, middle + 2e-3 * np.eye(3), middle - 2e-3 * np.eye(3)])
    assert convex_hull(near).outside(mapped).max() < 0.03


def test_absolute_keeps_what_mixtures_can_show() -> None:
    palette = load_palette("inky-spectra-6")
    light = np.random.default_rng(0).dirichlet(np.ones(6), 200) @ palette.linear
    assert map_light(light, palette, "absolute") == pytest.approx(light, abs=1e-6)
    # White is lighter than every mixture, so that it is clipped to a colour of the surface.
    white = map_light(np.ones((1, 3)), palette, "absolute")
    assert abs(convex_hull(palette.linear).outside(white)[0]) < 2e-3


def test_cyan_keeps_its_hue_on_inks_without_cyan() -> None:
    palette = load_palette("spectra-6")
    cyan = np.array([[0.0, 1.0, 1.0]])
    before = np.arctan2(*linear_to_oklab(cyan)[0, :0:-1])
    for intent in ADAPTED:
        lab = linear_to_oklab(map_light(cyan, palette, intent))[0]
        assert np.hypot(lab[1], lab[2]) > 0.04
        assert np.arctan2(lab[2], lab[1]) == pytest.approx(before, abs=np.radians(8))


def test_the_ends_may_be_chosen() -> None:
    palette = Palette.from_hex("000000 ffffff ff0000 ffff00", white=3)
    mapped = map_light(GREYS[[0, -1]], palette, "perceptual")
    assert mapped == pytest.approx(palette.linear[[0, 3]], abs=1e-6)


def test_an_unknown_intent_is_one_sentence() -> None:
    unknown: Intent = "saturation"  # pyright: ignore[reportAssignmentType]
    with pytest.raises(InputError, match="intent is 'saturation'; it must be perceptual"):
        map_light(np.ones((1, 3)), load_palette("c64"), unknown)
