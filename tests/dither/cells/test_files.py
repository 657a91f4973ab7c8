import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from dither.cells.colors import CellColors, device_words
from dither.cells.devices import load_cells
from dither.cells.files import encode_cells
from dither.errors import InputError


def _random(name: str) -> tuple[np.ndarray, CellColors]:
    """Return an image of a whole screen in which each cell has random colours of its own."""
    rng = np.random.default_rng(4)
    cells = load_cells(name)
    assert cells.frame is not None
    assert cells.master is not None
    width, height = cells.frame
    shared = (6,) if cells.shared else ()
    sets = cells.sets(shared)
    choice = rng.integers(len(sets), size=cells.grid((height, width))).astype(np.uint16)
    places = rng.integers(cells.colors, size=(height, width))
    rows, columns = np.arange(height) // cells.height, np.arange(width) // cells.width
    indices = np.take_along_axis(sets[choice][rows][:, columns], places[..., None], 2)[..., 0]
    return indices, CellColors(cells, cells.master.colors, sets, choice)


def test_a_spectrum_shows_the_screen() -> None:
    indices, table = _random("zx-spectrum")
    screen = encode_cells(Path("a.scr"), indices, table)
    assert len(screen) == 6912
    # As the ULA reads the memory: bits of the address are y7 y6 y2 y1 y0 y5 y4 y3 x7 ... x3.
    shown = np.empty((192, 256), np.uint8)
    for y in range(192):
        for x in range(256):
            address = (y & 0xC0) << 5 | (y & 7) << 8 | (y & 0x38) << 2 | x >> 3
            attribute = screen[6144 + (y >> 3) * 32 + (x >> 3)]
            ink, paper, bright = attribute & 7, attribute >> 3 & 7, attribute >> 6 & 1
            color = ink if screen[address] >> (7 - (x & 7)) & 1 else paper
            shown[y, x] = color + 7 if bright and color else color
            assert attribute < 128  # does not flash
    np.testing.assert_array_equal(shown, indices)


def test_a_c64_shows_the_screen_in_high_resolution() -> None:
    indices, table = _random("c64-hires")
    screen = encode_cells(Path("a.art"), indices, table)
    assert (len(screen), screen[:2]) == (9009, b"\x00\x20")
    bitmap, colors = screen[2:8002], screen[8002:9002]
    shown = np.empty((200, 320), np.uint8)
    for y in range(200):
        for x in range(320):
            byte = bitmap[(y // 8) * 320 + (x // 8) * 8 + y % 8]
            color = colors[(y // 8) * 40 + x // 8]
            shown[y, x] = color >> 4 if byte >> (7 - x % 8) & 1 else color & 15
    np.testing.assert_array_equal(shown, indices)


def test_a_c64_shows_the_screen_in_many_colours() -> None:
    indices, table = _random("c64-multicolor")
    screen = encode_cells(Path("a.kla"), indices, table)
    assert (len(screen), screen[:2], screen[-1]) == (10003, b"\x00\x60", 6)
    bitmap, colors, memory = screen[2:8002], screen[8002:9002], screen[9002:10002]
    shown = np.empty((200, 160), np.uint8)
    for y in range(200):
        for x in range(160):
            byte = bitmap[(y // 8) * 320 + (x // 4) * 8 + y % 8]
            cell = (y // 8) * 40 + x // 4
            choices = (screen[-1], colors[cell] >> 4, colors[cell] & 15, memory[cell])
            shown[y, x] = choices[byte >> (6 - 2 * (x % 4)) & 3]
    np.testing.assert_array_equal(shown, indices)


def test_palettes_and_map_are_json() -> None:
    indices, table = _random("zx-spectrum")
    found = json.loads(encode_cells(Path("a.json"), indices, table))
    assert (found["device"], found["width"], found["height"]) == ("zx-spectrum", 256, 192)
    number = found["map"][3][5]
    assert set(np.unique(indices[24:32, 40:48])) <= set(found["entries"][number])
    assert found["palettes"][number] == [table.hex[entry] for entry in found["entries"][number]]


@pytest.mark.parametrize(
    ("name", "color", "word"),
    [
        ("game-boy-color", (255, 0, 0), 0x001F),
        ("snes", (0, 255, 0), 0x03E0),
        ("snes", (0, 0, 255), 0x7C00),
        ("mega-drive", (255, 0, 0), 0x000E),
        ("mega-drive", (0, 36, 255), 0x0E20),
        ("nes", (0, 0, 0), 0x0F),
        ("nes", (0xEC, 0xEE, 0xEC), 0x20),
        ("nes", (0xA0, 0xA2, 0xA0), 0x3D),
        ("nes", (0x98, 0x96, 0x98), 0x10),
    ],
)
def test_words_are_those_of_the_hardware(name: str, color: tuple, word: int) -> None:
    table = CellColors(
        load_cells(name), np.array([color], np.uint8), np.zeros((1, 1), np.uint8), np.zeros((1, 1))
    )
    words = device_words(table)
    assert words is not None
    assert words.tolist() == [word]


def test_other_files_are_refused() -> None:
    indices, table = _random("c64-hires")
    for path, words in {
        "a.txt": "palettes and cells are written as .json, or as a screen in .scr",
        "a.scr": ".scr is a screen of --cells zx-spectrum",
    }.items():
        with pytest.raises(InputError) as error:
            encode_cells(Path(path), indices, table)
        assert words in str(error.value)
    small = dataclasses.replace(table, choice=table.choice[:1, :1])
    with pytest.raises(InputError, match="has 8x8 pixels, and a screen of c64-hires has 320x200"):
        encode_cells(Path("a.art"), indices[:8, :8], small)
