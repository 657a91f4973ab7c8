from collections.abc import Callable
from typing import get_args

import numpy as np
import pytest
from pages import PHOTO, TEXT, as_jpeg, as_scan, text_page
from PIL import Image, ImageDraw, ImageFont

from dither.diffusion import error_diffuse
from dither.errors import InputError
from dither.gamut.device_link import map_to_palette
from dither.gamut.line_art import keep_line_art
from dither.ordered.palette import dither_to_palette
from dither.palettes.palette import Intent, Palette
from dither.palettes.palette_like import load_palette
from dither.panels.files import load_panel
from dither.preparation.line_art import line_art_mask
from dither.samples import eight_bit_colors, level_values

BLACK_WHITE = load_palette("black-white")


def _lettering(
    background: tuple[int, ...] | int, foreground: tuple[int, ...] | int, points: int = 16
) -> tuple[np.ndarray, np.ndarray]:
    """Return a page of text, (90, 240, 3) uint8, and which pixels are mostly covered by text."""
    image, cover = Image.new("RGB", (240, 90), _rgb(background)), Image.new("L", (240, 90))
    font = ImageFont.load_default(points)
    for row in (15, 45):
        ImageDraw.Draw(image).text((12, row), "Sphinx of quartz", _rgb(foreground), font)
        ImageDraw.Draw(cover).text((12, row), "Sphinx of quartz", 255, font)
    return np.array(image), np.asarray(cover) > 127


def _rgb(color: tuple[int, ...] | int) -> tuple[int, ...]:
    return (color, color, color) if isinstance(color, int) else color


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(
    ("copy", "least"),
    [
        (lambda picture: picture, 0.98),
        (lambda picture: as_jpeg(picture, 75), 0.97),
        (lambda picture: as_jpeg(picture, 50), 0.95),
        (as_scan, 0.88),
    ],
    ids=["clean", "jpeg-75", "jpeg-50", "scan"],
)
def test_text_is_that_of_a_threshold(
    dark: bool, copy: Callable[[np.ndarray], np.ndarray], least: float
) -> None:
    page = text_page((18, 18, 18), (230, 230, 230)) if dark else text_page()
    picture = copy(page.picture)
    kept = keep_line_art(picture, line_art_mask(picture), palette=BLACK_WHITE)
    text = page.truth == TEXT
    # Dithering in place of this has 0.83 to 0.91 at best, with dots everywhere.
    same = (kept.codes == ((page.ink > 0.5) == dark)) & kept.kept
    assert same[text].mean() > least
    assert kept.kept[page.truth != PHOTO].mean() > 0.96


@pytest.mark.parametrize("gray", [90, 130, 160, 185, 200])
@pytest.mark.parametrize("name", ["black-white", "black-white-red", "spectra-6", "inky-spectra-6"])
def test_grey_text_on_white_does_not_vanish(gray: int, name: str) -> None:
    palette = load_palette(name)
    picture, text = _lettering(255, gray)
    kept = keep_line_art(picture, np.ones(text.shape, bool), palette=palette)
    assert kept.kept.all()
    assert (kept.codes[text] != palette.white).mean() > 0.97
    assert (kept.codes[~text] == palette.white).mean() > 0.97


@pytest.mark.parametrize(
    ("background", "foreground"),
    [
        (128, 255),
        (128, 0),
        ((255, 236, 179), (191, 54, 12)),
        ((235, 205, 150), (191, 54, 12)),
        ((25, 118, 210), 255),
    ],
)
def test_text_on_a_tint_has_no_dots_at_its_edge(
    background: tuple[int, int, int] | int, foreground: tuple[int, int, int] | int
) -> None:
    picture, text = _lettering(background, foreground)
    kept = keep_line_art(picture, np.ones(text.shape, bool), palette=BLACK_WHITE)
    codes = kept.put(dither_to_palette(kept.picture, BLACK_WHITE, intent="absolute"))
    light = sum(_rgb(foreground)) > sum(_rgb(background))
    assert (codes[text] == light).mean() > 0.97
    around = ~text & (np.roll(text, 1, 0) | np.roll(text, -1, 0))
    assert (codes[around] != light).mean() > 0.85
    # The tint itself is dithered.
    assert not kept.kept[:8].any()
    assert set(np.unique(codes[:8]).tolist()) == {0, 1}


def test_a_light_grid_is_dotted_and_a_clear_one_is_solid() -> None:
    page = np.full((120, 120), 250, np.uint8)
    page[40, 10:110], page[80, 10:110] = 222, 170
    kept = keep_line_art(page, np.ones(page.shape, bool), palette=BLACK_WHITE)
    assert not kept.kept[40, 10:110].any()
    assert (kept.codes[80, 10:110] == 0).all()
    firm = keep_line_art(page, np.ones(page.shape, bool), palette=BLACK_WHITE, tints=False)
    assert firm.kept.all()
    assert (firm.codes[40] == 1).all()


def test_grey_text_is_neither_orange_nor_blue() -> None:
    for name in ("acep-7", "inky-spectra-6"):
        palette = load_palette(name)
        for gray in (35, 60, 110):
            picture, text = _lettering(255, gray)
            kept = keep_line_art(picture, np.ones(text.shape, bool), palette=palette)
            assert set(np.unique(kept.codes).tolist()) == {palette.black, palette.white}


def test_coloured_text_takes_the_ink_of_its_hue() -> None:
    palette = load_palette("spectra-6")
    for color, ink in (((21, 101, 192), "#0000ff"), ((198, 40, 40), "#ff0000")):
        picture, text = _lettering(255, color)
        kept = keep_line_art(picture, np.ones(text.shape, bool), palette=palette)
        assert (kept.codes[text] == palette.hex.index(ink)).mean() > 0.97


def test_error_diffusion_hands_no_error_on_from_kept_pixels() -> None:
    palette = load_palette("spectra-6")
    picture, text = _lettering(245, 30)
    kept = keep_line_art(picture, np.ones(text.shape, bool), palette=palette)
    assert (palette.colors[kept.codes] == eight_bit_colors(kept.picture)).all()
    codes = error_diffuse(kept.picture, palette=palette, intent="absolute")
    assert (codes == kept.codes).all()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32, np.bool_])
@pytest.mark.parametrize("levels", [2, 4, 16, 256])
@pytest.mark.parametrize("channels", [None, 3])
def test_levels_are_exact_in_every_dtype(dtype: type, levels: int, channels: int | None) -> None:
    gray = _lettering(250, 10)[0][..., : channels or 1]
    page = gray if channels else gray[..., 0]
    if dtype == np.bool_:
        page = page > 127
    elif dtype == np.uint16:
        page = page.astype(np.uint16) * 257
    elif dtype == np.float32:
        page = (page / 255).astype(np.float32)
    kept = keep_line_art(page, np.ones(page.shape[:2], bool), levels=levels)
    assert kept.kept.all()
    assert kept.codes.shape == page.shape
    values = np.arange(levels) / (levels - 1)
    if dtype in (np.uint8, np.bool_):
        values = level_values(levels, np.dtype(np.uint8))
    elif dtype == np.uint16:
        values = level_values(levels, np.dtype(np.uint16))
    assert np.allclose(kept.picture, values[kept.codes], rtol=0, atol=1e-6)
    assert (error_diffuse(kept.picture, levels=levels) == kept.codes).all()


@pytest.mark.parametrize("intent", get_args(Intent))
@pytest.mark.parametrize("name", ["spectra-6-7.3", "black-white-red-7.5", "gray-4-4.2", "game-boy"])
@pytest.mark.parametrize("gray", [0, 110, 160])
def test_text_is_kept_as_on_black_and_white_with_every_intent(
    gray: int, name: str, intent: Intent
) -> None:
    palette = load_panel(name).palette
    picture, text = _lettering(255, gray)
    kept = keep_line_art(picture, np.ones(text.shape, bool), palette=palette, intent=intent)
    assert kept.kept.all()
    assert (kept.picture == palette.colors[kept.codes] * np.uint16(257)).all()
    # The shapes of letters are found before colours are mapped.
    shapes = keep_line_art(picture, np.ones(text.shape, bool), palette=BLACK_WHITE).codes
    assert ((kept.codes == palette.white) == (shapes == 1)).mean() > 0.995


@pytest.mark.parametrize("intent", get_args(Intent))
def test_pixels_that_are_not_kept_are_mapped(intent: Intent) -> None:
    palette = load_panel("spectra-6-7.3").palette
    picture = np.concatenate([_lettering((25, 118, 210), 255)[0], _lettering(128, 255)[0]])
    mask = np.ones(picture.shape[:2], bool)
    mask[:, :20] = False
    kept = keep_line_art(picture, mask, palette=palette, intent=intent)
    mapped = map_to_palette(picture, palette, intent)
    assert (kept.picture[~kept.kept] == mapped[~kept.kept]).all()
    exact = palette.colors[kept.codes] * np.uint16(257)
    assert (kept.picture[kept.kept] == exact[kept.kept]).all()
    assert 0.03 < kept.kept.mean() < 0.9


def test_pure_colours_of_the_device_are_kept_as_inks() -> None:
    palette = load_panel("spectra-6-7.3").palette
    for index, color in enumerate(palette.device_colors):
        if index == palette.white:
            continue
        picture, text = _lettering(255, tuple(color.tolist()))
        kept = keep_line_art(picture, np.ones(text.shape, bool), palette=palette)
        assert (kept.codes[text] == index).mean() > 0.95


def test_the_corner_of_a_panel_with_text_belongs_to_the_panel() -> None:
    image = Image.new("RGB", (240, 120), (255, 236, 179))
    draw = ImageDraw.Draw(image)
    draw.rectangle((20, 20, 239, 119), (128, 128, 128))
    # Windows around the cells of the corner hold more of the page than of the panel and its text.
    for row in range(30, 110, 18):
        draw.text((35, row), "Sphinx of black quartz", (255, 255, 255), ImageFont.load_default(14))
    picture = np.array(image)
    kept = keep_line_art(picture, np.ones(picture.shape[:2], bool), palette=BLACK_WHITE)
    assert not kept.kept[20:33, 20:33].any()
    assert not kept.kept[:17, :].any()


def test_a_coloured_gradient_is_dithered_as_a_whole() -> None:
    palette = load_panel("spectra-6-7.3").palette
    page = np.full((120, 400, 3), 250, np.uint8)
    ramp = np.linspace(0, 1, 400)[:, None]
    page[:48] = np.rint((1 - ramp) * (26, 118, 210) + ramp * (98, 40, 160)).astype(np.uint8)
    kept = keep_line_art(page, np.ones(page.shape[:2], bool), palette=palette)
    assert not kept.kept[:46].any()
    assert (kept.codes[48:] == palette.white).all()
    # A page whose white is shaded is no coloured gradient.
    shade = np.rint(np.linspace(225, 250, 400)).astype(np.uint8)
    shaded = np.repeat(np.tile(shade, (120, 1))[..., None], 3, axis=2)
    kept = keep_line_art(shaded, np.ones(page.shape[:2], bool), palette=palette)
    assert (kept.codes == palette.white).all()


def test_pixels_outside_the_mask_are_not_changed() -> None:
    picture, _ = _lettering(240, 60)
    mask = np.zeros(picture.shape[:2], bool)
    mask[:40] = True
    kept = keep_line_art(picture, mask, palette=BLACK_WHITE)
    assert not kept.kept[40:].any()
    # Greys of black and white are mapped to themselves.
    assert (eight_bit_colors(kept.picture)[~kept.kept] == picture[~kept.kept]).all()
    dithered = np.zeros_like(kept.picture)
    assert (kept.paste(dithered)[kept.kept] == kept.picture[kept.kept]).all()
    assert not kept.paste(dithered)[~kept.kept].any()


def test_an_empty_mask_changes_nothing() -> None:
    picture, _ = _lettering(240, 60)
    kept = keep_line_art(picture, np.zeros(picture.shape[:2], bool), levels=2)
    assert not kept.kept.any()
    assert (kept.picture == picture).all()


def test_wrong_arguments_are_refused() -> None:
    picture = np.zeros((4, 5), np.uint8)
    with pytest.raises(InputError, match="either a palette or levels"):
        keep_line_art(picture, picture > 0)
    with pytest.raises(InputError, match="either a palette or levels"):
        keep_line_art(picture, picture > 0, levels=2, palette=Palette.from_hex("000000 ffffff"))
    with pytest.raises(InputError, match="bool of shape"):
        keep_line_art(picture, picture, levels=2)
    with pytest.raises(InputError, match="levels is 1"):
        keep_line_art(picture, picture > 0, levels=1)
