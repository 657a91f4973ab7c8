"""Every ditherer shows white as the palette's white, black as its black, and greys in order.

These hold for every named palette, every shipped panel and any other palette, under the intents
"perceptual" and "relative".
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dither.color import LUMINANCE_WEIGHTS
from dither.ordered.palette import dither_to_palette
from dither.palettes.named import palette_names
from dither.palettes.palette import Intent, Palette
from dither.palettes.palette_like import load_palette
from dither.panels.files import load_panel, panel_names

pytest.importorskip("numba")
pytest.importorskip("scipy")

Ditherer = Callable[[np.ndarray, Palette, Intent], np.ndarray]
# Codes of 17 greys, and the side of the patch that each of them fills.
GREYS = np.rint(np.linspace(0, 255, 17)).astype(np.uint8)
SIDE = 64


def _mixtures_of(mix: Any) -> Ditherer:
    return lambda image, palette, intent: dither_to_palette(image, palette, mix=mix, intent=intent)


def _diffused(image: np.ndarray, palette: Palette, intent: Intent) -> np.ndarray:
    from dither.diffusion import error_diffuse

    return error_diffuse(image, palette=palette, intent=intent)


def _optimized(image: np.ndarray, palette: Palette, intent: Intent) -> np.ndarray:
    from dither.optimizer.optimize import optimize_palette

    return optimize_palette(image, palette=palette, intent=intent).indices


DITHERERS: dict[str, Ditherer] = {
    "many": _mixtures_of("many"),
    "two": _mixtures_of("two"),
    "diffuse": _diffused,
    "optimize": _optimized,
}


def _every_palette() -> dict[str, Palette]:
    """Return named palettes, palettes of panels that differ from these, and random ones."""
    found = {name: load_palette(name) for name in palette_names()}
    for name in panel_names():
        palette = load_panel(name).palette
        if palette not in found.values():
            found[f"panel {name}"] = palette
    rng = np.random.default_rng(0)
    for count in (2, 3, 4, 5, 8, 16):
        for number in range(3):
            found[f"random {count}.{number}"] = Palette(rng.integers(0, 256, (count, 3)))
    return found


PALETTES = _every_palette()
# One of each kind: a panel as measured, one with a grey white, one hue, a plane, and any colours.
SOME = ["panel spectra-6-13.3", "inky-spectra-6", "game-boy", "black-white-red", "random 5.0"]


def _check(ditherer: Ditherer, palette: Palette, intent: Intent) -> None:
    flat = np.full((SIDE, SIDE), 255, np.uint8)
    # No dots: one colour, the white or black of the palette.
    assert (ditherer(flat, palette, intent) == palette.white).all()
    assert (ditherer(flat * 0, palette, intent) == palette.black).all()
    strip = np.repeat(np.repeat(GREYS, SIDE)[None], SIDE, axis=0)
    shown = (palette.linear @ np.array(LUMINANCE_WEIGHTS))[ditherer(strip, palette, intent)]
    # The middle of each patch, because the next one begins at its border.
    light = shown.reshape(SIDE, 17, SIDE)[:, :, 8:-8].mean(axis=(0, 2))
    black, white = (palette.linear[[palette.black, palette.white]] @ LUMINANCE_WEIGHTS).tolist()
    assert np.diff(light).min() >= -0.01 * (white - black)
    assert light[-1] - light[0] >= 0.95 * (white - black)


@pytest.mark.parametrize("by", DITHERERS)
@pytest.mark.parametrize("name", SOME)
def test_white_and_black_are_plain_and_greys_rise(by: str, name: str) -> None:
    _check(DITHERERS[by], PALETTES[name], "perceptual")


# Mappings are kept for the last palettes, so all ditherers of a palette run together.
@pytest.mark.slow
@pytest.mark.parametrize("by", DITHERERS)
@pytest.mark.parametrize("intent", ["perceptual", "relative"])
@pytest.mark.parametrize("name", PALETTES)
def test_for_every_palette_too(by: str, name: str, intent: Intent) -> None:
    _check(DITHERERS[by], PALETTES[name], intent)


@pytest.mark.parametrize("method", ["ordered", "diffuse", "optimize"])
def test_the_e_ink_recipe_keeps_paper_white(run: Callable, tmp_path: Any, method: str) -> None:
    from PIL import Image

    Image.new("RGB", (64, 64), "white").save(tmp_path / "white.png")
    run(f"dither {method} white.png -o w.png --palette inky-spectra-6")
    with Image.open(tmp_path / "w.png") as image:
        assert image.convert("RGB").getcolors() == [(4096, (0xA1, 0xA4, 0xA5))]


def test_the_hue_of_cyan_is_kept_by_error_diffusion() -> None:
    from dither.diffusion import error_diffuse

    palette = load_palette("spectra-6")
    cyan = np.full((SIDE, SIDE, 3), (0, 255, 255), np.uint8)
    light = palette.linear[error_diffuse(cyan, palette=palette)].mean(axis=(0, 1))
    assert light[0] < 0.7 * light[1:].min()
    assert light[1] == pytest.approx(light[2], rel=0.1)


def test_mid_grey_without_dither_is_no_red() -> None:
    palette = load_palette("spectra-6")
    gray = np.full((4, 4), 128, np.uint8)
    found = dither_to_palette(gray, palette, strength=0)
    assert np.isin(found, [palette.black, palette.white]).all()
