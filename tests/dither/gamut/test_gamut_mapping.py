"""Gamut mapping: nothing jumps, colours well inside stay, and hues are kept."""

import colorsys

import numpy as np
import pytest

from dither.color import linear_to_oklab, oklab_to_linear, srgb_to_linear
from dither.gamut.adaptation import adaptation
from dither.gamut.gamut import Gamut, convex_hull
from dither.gamut.gamut_mapping import (
    EQUAL,
    KEEP_HUE,
    clip_to_gamut,
    compress_to_gamut,
)
from dither.gamut.intent import map_light
from dither.palettes.palette import Intent, Palette
from dither.palettes.palette_like import load_palette

color = pytest.importorskip("skimage.color")

# Spectra 6 as measured.
MEASURED = Palette.from_hex("1a0d23 b9cacd cab800 790900 00458b 285239")
CUBE = np.array([[x, y, z] for x in (0.0, 1.0) for y in (0.0, 1.0) for z in (0.0, 1.0)])
# sRGB's linear light to XYZ (IEC 61966-2-1).
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def _palette(name: str) -> Palette:
    return MEASURED if name == "measured" else load_palette(name)


def _adapted_gamut(palette: Palette) -> Gamut:
    """Return the gamut as the adapted eye sees it, a little thicker so that none is flat."""
    light = adaptation(palette).from_palette(palette.linear)
    return convex_hull(np.concatenate([light, 0.5 + 1e-3 * np.eye(3), 0.5 - 1e-3 * np.eye(3)]))


def _random_light(count: int, seed: int = 0) -> np.ndarray:
    """Return (count, 3) linear light: half of it saturated, with one channel at 0."""
    rng = np.random.default_rng(seed)
    codes = rng.random((count, 3))
    half = np.arange(count // 2)
    codes[half, rng.integers(0, 3, count // 2)] = 0
    return srgb_to_linear(codes)


@pytest.mark.parametrize("name", ["measured", "c64", "inky-spectra-6", "pico-8"])
def test_colours_well_inside_stay(name: str) -> None:
    gamut = _adapted_gamut(_palette(name))
    light = _random_light(3000)
    inside = gamut.outside(light) < -1e-9
    assert inside.any()
    for weights in (EQUAL, KEEP_HUE):
        assert (clip_to_gamut(light, gamut, weights)[inside] == light[inside]).all()
    lab = linear_to_oklab(light)
    # Inside with a chroma of 1.3 times its own: below 0.77 of the gamut's.
    core = gamut.outside(oklab_to_linear(lab * (1, 1.3, 1.3))) < -1e-3
    assert core.sum() > 20
    assert (compress_to_gamut(light, gamut, KEEP_HUE)[core] == light[core]).all()
    greys = np.repeat(np.linspace(0, 1, 33)[:, None], 3, axis=1)
    assert (compress_to_gamut(greys, gamut, KEEP_HUE) == greys).all()


@pytest.mark.parametrize(
    "name", ["measured", "c64", "inky-spectra-6", "black-white-red", "game-boy", "cga-1-low"]
)
def test_results_are_inside_the_gamut(name: str) -> None:
    gamut = _adapted_gamut(_palette(name))
    light = _random_light(3000, seed=1)
    for weights in (EQUAL, KEEP_HUE):
        assert gamut.outside(clip_to_gamut(light, gamut, weights)).max() < 1e-9
    # Compressed colours lie between others in OKLab, where the gamut is not quite convex.
    beyond = gamut.outside(compress_to_gamut(light, gamut, KEEP_HUE))
    assert beyond.max() < 0.03
    assert np.quantile(beyond, 0.95) < 0.002


def test_the_whole_of_srgb_changes_nothing() -> None:
    gamut, light = convex_hull(CUBE), _random_light(2000)
    assert (compress_to_gamut(light, gamut, KEEP_HUE) == light).all()
    assert (clip_to_gamut(light, gamut, EQUAL) == light).all()


def _weighted(
    lab: np.ndarray, other: np.ndarray, weights: tuple[float, float, float]
) -> np.ndarray:
    """Return the weighted difference in lightness, chroma and hue."""
    unit = lab[..., 1:] / np.linalg.norm(lab[..., 1:], axis=-1, keepdims=True)
    apart = other - lab
    chroma = (apart[..., 1:] * unit).sum(axis=-1)
    hue = apart[..., 2] * unit[..., 0] - apart[..., 1] * unit[..., 1]
    return np.sqrt(
        (weights[0] * apart[..., 0]) ** 2 + (weights[1] * chroma) ** 2 + (weights[2] * hue) ** 2
    )


@pytest.mark.parametrize("weights", [EQUAL, KEEP_HUE])
@pytest.mark.parametrize("name", ["measured", "c64", "inky-spectra-6", "acep-7"])
def test_clipped_colours_are_nearly_the_nearest_of_all_mixtures(
    name: str, weights: tuple[float, float, float]
) -> None:
    gamut = _adapted_gamut(_palette(name))
    light = _random_light(200)
    light = light[gamut.outside(light) > 1e-4]
    found = linear_to_oklab(clip_to_gamut(light, gamut, weights))
    lab = linear_to_oklab(light)
    steps = np.arange(31)
    places = np.array([(i / 30, j / 30) for i in steps for j in steps if i + j <= 30])
    start, one, two = np.moveaxis(gamut.triangles[:, None], 2, 0)
    surface = start + places[:, :1] * (one - start) + places[:, 1:] * (two - start)
    mixtures = linear_to_oklab(surface.reshape(-1, 3))
    best = np.array([_weighted(each, mixtures, weights).min() for each in lab])
    excess = _weighted(lab, found, weights) - best
    # A few steps of Gauss-Newton are not the exact minimum; samples of the surface are not either.
    assert excess.mean() < 0.002
    assert np.quantile(excess, 0.97) < 0.01


def _lines(count: int = 40, steps: int = 300) -> np.ndarray:
    """Return (count, steps, 3) linear light along lines through sRGB, half of them from its corners."""
    rng = np.random.default_rng(0)
    start, end = rng.random((2, count, 3))
    start[::2] = rng.integers(0, 2, start[::2].shape)
    shares = np.linspace(0, 1, steps)[:, None]
    return srgb_to_linear(start[:, None] + shares * (end - start)[:, None])


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("measured", 0.012),
        ("c64", 0.005),
        ("inky-spectra-6", 0.006),
        ("acep-7", 0.006),
        ("black-white", 0.006),
        ("black-white-red", 0.014),
        # The hull of its greens is thin, and adaptation multiplies its differences in blue by 11.
        ("game-boy", 0.031),
    ],
)
@pytest.mark.parametrize("intent", ["perceptual", "relative"])
def test_gradations_have_no_jumps(name: str, most: float, intent: Intent) -> None:
    palette, lines = _palette(name), _lines()
    mapped = map_light(lines.reshape(-1, 3), palette, intent)
    seen = linear_to_oklab(adaptation(palette).from_palette(mapped)).reshape(lines.shape)
    source = linear_to_oklab(lines)
    steps = np.linalg.norm(np.diff(seen, axis=1), axis=2)
    # Steps of the source are below 0.007, away from black, where OKLab is steep.
    light = source[:, 1:, 0] > 0.15
    assert np.linalg.norm(np.diff(source, axis=1), axis=2)[light].max() < 0.007
    assert steps[light].max() < most


def _lab(light: np.ndarray) -> np.ndarray:
    return color.xyz2lab(np.clip(light, 0, None) @ XYZ.T, illuminant="D65")


def _hue_and_order(palette: Palette, intent: Intent) -> tuple[float, int]:
    """Return the mean CIEDE2000 hue difference of 24 saturated patches, and lightness inversions.

    Lightness counts as inverted if of two patches that differ by more than 1, the lighter one becomes
    darker by more than 0.5. The eye is adapted to the palette.
    """
    codes = np.array([colorsys.hsv_to_rgb(hue / 24, 1, 1) for hue in range(24)])
    light = srgb_to_linear(codes)
    mapped = map_light(light, palette, intent)
    before, after = _lab(light), _lab(adaptation(palette).from_palette(mapped))
    hue = color.deltaE_ciede2000(before, after, kL=1e9, kC=1e9).mean()
    lighter = before[:, None, 0] - before[None, :, 0] > 1
    darker = after[:, None, 0] - after[None, :, 0] < -0.5
    return float(hue), int((lighter & darker).sum())


@pytest.mark.parametrize("intent", ["perceptual", "relative"])
@pytest.mark.parametrize(
    "name",
    ["measured", "inky-spectra-6", "inky-acep-7", "spectra-6", "acep-7", "black-white-yellow"],
)
def test_hues_are_kept_twice_as_well_as_by_clipping(name: str, intent: Intent) -> None:
    palette = _palette(name)
    clipped, inverted = _hue_and_order(palette, "absolute")
    hue, worse = _hue_and_order(palette, intent)
    assert hue <= clipped / 2
    assert worse <= inverted


def test_lightness_wins_where_a_palette_has_one_hue() -> None:
    palette = load_palette("game-boy")
    codes = np.array([colorsys.hsv_to_rgb(hue / 24, 1, 1) for hue in range(24)])
    mapped = map_light(srgb_to_linear(codes), palette, "perceptual")
    before = linear_to_oklab(srgb_to_linear(codes))[:, 0]
    after = linear_to_oklab(adaptation(palette).from_palette(mapped))[:, 0]
    assert after == pytest.approx(before, abs=0.06)
    assert np.corrcoef(before, after)[0, 1] > 0.97
