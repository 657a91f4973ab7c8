"""Device links: interpolation against a slow twin, every kind of image, and exact colours."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dither.color import linear_to_srgb, srgb_to_linear
from dither.errors import InputError
from dither.gamut import device_link, device_link_loop
from dither.gamut.device_link import (
    STEPS,
    WHITE,
    ClipLink,
    link_table,
    map_to_palette,
    palette_mapping,
)
from dither.gamut.gamut import mixture_gamut
from dither.gamut.gamut_mapping import EQUAL, clip_to_gamut
from dither.gamut.intent import map_light
from dither.palettes.palette import Intent, Palette
from dither.palettes.palette_like import load_palette
from dither.samples import eight_bit_colors

PANEL = Palette.from_hex(
    "1a0d23 b9cacd cab800 790900 00458b 285239",
    device=np.array(
        [[0] * 3, [255] * 3, [255, 255, 0], [255, 0, 0], [0, 0, 255], [0, 255, 0]], np.uint8
    ),
)


def _table() -> np.ndarray:
    table = link_table(PANEL, "perceptual")
    assert table is not None
    return table


def _slow(code: tuple[int, ...], table: np.ndarray) -> list[int]:
    """Return the interpolated code: from the node below, one step for each channel in turn."""
    nodes, fractions = zip(*(divmod(value * STEPS, WHITE) for value in code), strict=True)
    place, before = list(nodes), WHITE
    total, path = np.zeros(3, object), sorted(range(3), key=lambda axis: -fractions[axis])
    for axis in [*path, None]:
        share = 0 if axis is None else fractions[axis]
        red, green, blue = (min(value, STEPS) for value in place)
        row = table[(red * (STEPS + 1) + green) * (STEPS + 1) + blue]
        total = total + np.array(row.tolist(), object) * (before - share)
        before = share
        if axis is not None:
            place[axis] += 1
    return [(int(value) + WHITE // 2) // WHITE for value in total]


# Codes at and around the nodes, and any others.
CODES = st.one_of(
    st.integers(0, WHITE), st.integers(0, STEPS).map(lambda node: node * WHITE // STEPS)
)


@given(st.lists(st.tuples(CODES, CODES, CODES), min_size=1, max_size=20))
def test_codes_are_interpolated_in_tetrahedra(codes: list[tuple[int, int, int]]) -> None:
    expected = [_slow(code, _table()) for code in codes]
    image = np.array(codes, np.int64)
    found = np.empty((len(codes), 3), np.uint16)
    device_link._interpolate(image, _table(), found)
    assert found.tolist() == expected


@pytest.mark.parametrize("bits", [8, 16])
def test_compiled_and_plain_loops_agree(bits: int, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba")
    rng = np.random.default_rng(0)
    image = rng.integers(0, 1 << 16, (120, 90, 3), np.uint16)
    image[:20] = (np.arange(33) * WHITE // STEPS)[image[:20] % 33]
    image[20:30] = image[20:30, :, :1]  # equal fractions
    if bits == 8:
        image = (image >> 8).astype(np.uint8)
    plain = map_to_palette(image, PANEL)
    monkeypatch.setattr(device_link, "_COMPILED_PIXELS", 0)
    monkeypatch.setattr(device_link, "_interpolate", None)
    assert (map_to_palette(image, PANEL) == plain).all()


def test_nodes_are_exact_and_colours_between_them_are_near() -> None:
    rng = np.random.default_rng(0)
    nodes = rng.integers(0, STEPS + 1, (200, 3))
    expected = linear_to_srgb(map_light(srgb_to_linear(nodes / STEPS), PANEL, "perceptual"))
    found = map_to_palette((nodes / STEPS)[None], PANEL)[0] / WHITE
    # The node's code is rounded to 16 bits.
    assert found == pytest.approx(expected, abs=2e-4)
    between = rng.random((2000, 3))
    expected = linear_to_srgb(map_light(srgb_to_linear(between), PANEL, "perceptual"))
    away = abs(map_to_palette(between[None], PANEL)[0] / WHITE - expected).max(axis=1)
    assert np.median(away) < 0.003
    assert np.quantile(away, 0.99) < 0.04


@pytest.mark.parametrize("intent", ["perceptual", "relative"])
@pytest.mark.parametrize("bits", [8, 16])
def test_white_black_and_greys_are_exact(intent: Any, bits: int) -> None:
    top = (1 << bits) - 1
    greys = np.linspace(0, top, 256).round().astype(np.uint8 if bits == 8 else np.uint16)[None]
    found = map_to_palette(greys, PANEL, intent)[0]
    assert found[0].tolist() == (PANEL.colors[PANEL.black] * np.uint16(257)).tolist()
    assert found[-1].tolist() == (PANEL.colors[PANEL.white] * np.uint16(257)).tolist()
    assert (np.diff(found.astype(int), axis=0) >= 0).all()
    light = map_light(srgb_to_linear(greys[0, :, None] / top * np.ones(3)), PANEL, intent)
    # Between nodes, codes run straight.
    assert srgb_to_linear(found / WHITE) == pytest.approx(light, abs=1e-3)


def test_greys_depend_on_greys_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    table = _table().copy()
    side = STEPS + 1
    grey = np.arange(side) * (side * side + side + 1)
    other = np.ones(len(table), bool)
    other[grey] = False
    table[other] = 0
    greys = np.arange(0, 65536, 7).astype(np.uint16)[None]
    expected = map_to_palette(greys, PANEL, "perceptual")
    monkeypatch.setattr(device_link.DeviceLink, "table_for", lambda *_: table)
    assert (map_to_palette(greys, PANEL, "perceptual") == expected).all()


@given(
    st.tuples(st.integers(1, 5), st.integers(1, 9)),
    st.sampled_from(["uint8", "uint16", "float32", "float64", "bool"]),
    st.sampled_from([None, 1, 3]),
)
def test_every_kind_of_image(size: tuple[int, int], dtype: str, channels: int | None) -> None:
    shape = size if channels is None else (*size, channels)
    values = np.random.default_rng(1).random(shape)
    if dtype == "bool":
        image = values > 0.5
    elif dtype.startswith("float"):
        image = values.astype(dtype)
    else:
        image = (values * np.iinfo(dtype).max).astype(dtype)
    found = map_to_palette(image, PANEL)
    assert found.shape == (*size, 3)
    assert found.dtype == np.uint16
    top = {"uint8": 255, "uint16": WHITE}.get(dtype, 1)
    sixteen = np.rint(image.astype(np.float64) / top * WHITE).astype(np.uint16)
    if channels != 3:
        sixteen = np.repeat(sixteen.reshape(*size, 1), 3, axis=2)
    for place in np.ndindex(*size):
        code = tuple(int(value) for value in sixteen[place])
        eight = eight_bit_colors(sixteen[place][None, None])[0, 0].tolist()
        named = PANEL.device_colors.tolist()
        if eight in named[2:] or eight in PANEL.colors.tolist()[2:]:
            continue  # a saturated colour of the panel keeps its entry
        assert found[place].tolist() == _slow(code, _table())


def test_a_palette_that_shows_all_colours_returns_the_image() -> None:
    cube = Palette(np.array([[x, y, z] for x in (0, 255) for y in (0, 255) for z in (0, 255)]))
    image = np.random.default_rng(0).random((7, 9, 3)).astype(np.float32)
    for intent in ("perceptual", "relative", "absolute"):
        assert link_table(cube, intent) is None
        assert map_to_palette(image, cube, intent) is not None
        assert (map_to_palette(image, cube, intent) == image).all()
        assert map_to_palette(image, cube, intent).dtype == np.float32
    assert map_to_palette(image[..., 0] > 0.5, cube).shape == (7, 9, 3)


def test_saturated_colours_of_the_panel_and_its_device_take_their_entry() -> None:
    image = np.concatenate([PANEL.device_colors, PANEL.colors[2:]])[None]
    expected = np.concatenate([PANEL.colors, PANEL.colors[2:]])
    for intent in ("perceptual", "relative"):
        assert (map_to_palette(image, PANEL, intent)[0] == expected * np.uint16(257)).all()
    # Absolute: as they look.
    own = PANEL.colors[None]
    assert (map_to_palette(own, PANEL, "absolute")[0] == PANEL.colors * np.uint16(257)).all()


def test_rows_at_a_time_leave_no_seams(monkeypatch: pytest.MonkeyPatch) -> None:
    image = np.random.default_rng(0).integers(0, 256, (40, 33, 3), np.uint8)
    whole = map_to_palette(image, PANEL)
    for pixels in (1, 100, 33 * 7):
        monkeypatch.setattr(device_link, "_PIXELS_AT_ONCE", pixels)
        assert (map_to_palette(image, PANEL) == whole).all()


@pytest.mark.parametrize("name", ["pico-8", "game-boy", "c64", "panel"])
@pytest.mark.parametrize("intent", ["perceptual", "relative", "absolute"])
def test_nodes_are_the_same_alone_and_together(name: str, intent: Intent) -> None:
    palette = PANEL if name == "panel" else load_palette(name)
    whole = link_table(palette, intent)
    assert whole is not None
    rng = np.random.default_rng(3)
    link = device_link.DeviceLink(palette, intent)
    valid = np.zeros(len(whole), bool)
    for share in (0.001, 0.02, 0.1):
        cells = rng.random((STEPS + 1,) * 3) < share
        table = link.table_for(cells)
        for corner in np.ndindex(2, 2, 2):
            places = np.minimum(np.argwhere(cells) + corner, STEPS)
            valid[np.ravel_multi_index(tuple(places.T), cells.shape)] = True
        assert (table[valid] == whole[valid]).all()
        assert (table[~valid] == 0).all()


def test_tables_are_read_only_and_kept() -> None:
    assert not _table().flags.writeable
    assert _table() is _table()
    other = load_palette("game-boy")
    assert link_table(other, "perceptual") is not None


def test_bad_images_are_one_sentence() -> None:
    with pytest.raises(InputError, match="1 or 3 channels; this one has 4"):
        map_to_palette(np.zeros((2, 2, 4), np.uint8), PANEL)
    with pytest.raises(InputError, match="intent is 'photo'"):
        map_to_palette(np.zeros((2, 2), np.uint8), PANEL, "photo")  # pyright: ignore


def test_division_by_white_is_exact() -> None:
    multiples = np.arange(0, 2**32 - 1, 65535)
    numbers = np.concatenate([multiples - 1, multiples, multiples + 1, [2**32 - 2]])
    numbers = numbers[(numbers >= 0) & (numbers <= 2**32 - 2)]
    assert (device_link_loop.over_white.python(numbers) == numbers // 65535).all()


def test_a_clip_link_of_several_images_answers_as_one_of_each() -> None:
    gamut = mixture_gamut(load_palette("inky-spectra-6").linear)
    generator = np.random.default_rng(0)
    first, second = generator.integers(0, 65536, (2, 40, 30, 3)).astype(np.uint16)
    shared = ClipLink(gamut)
    shared.clip(first)
    assert (shared.clip(second) == ClipLink(gamut).clip(second)).all()
    greys = np.full((4, 4, 3), 20000, np.uint16)
    assert shared.clip(greys) is greys
    wanted = clip_to_gamut(srgb_to_linear(second / 65535).reshape(-1, 3), gamut, EQUAL).clip(0, 1)
    clipped = srgb_to_linear(shared.clip(second) / 65535).reshape(-1, 3)
    assert np.abs(clipped - wanted).mean() < 0.01


def test_rows_are_mapped_as_in_the_whole_image() -> None:
    image = np.random.default_rng(0).integers(0, 256, (30, 40, 3), np.uint8)
    mapping = palette_mapping(image, PANEL)
    assert mapping is not None
    parts = [mapping(image[start : start + 7]) for start in range(0, 30, 7)]
    assert (np.concatenate(parts) == map_to_palette(image, PANEL)).all()
    assert palette_mapping(image, Palette.from_hex("000 f00 0f0 00f ff0 0ff f0f fff")) is None
