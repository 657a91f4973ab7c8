import itertools

import pytest

from dither.cells.cells import Cells
from dither.cells.devices import as_cells, cell_names, load_cells
from dither.errors import InputError
from dither.palettes.palette_like import load_palette

PICO = load_palette("pico-8")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"width": 0}, "cells are 0x8; each side must be from 1 to 256"),
        ({"height": 300}, "cells are 8x300"),
        ({"colors": 1}, "a cell has 1 colour; it must have from 2 to 256"),
        ({"shared": 4}, "4 of the 4 colours of a cell are shared; it must be from 0 to 3"),
        ({"palettes": 0}, "there are 0 palettes of 4 colours; it must be one or more"),
        ({"palettes": 65}, "there are 65 palettes of 4 colours; it must be one or more, with 256"),
        ({"palettes": None}, "cells that choose any colours need a palette to choose from"),
        (
            {"palettes": None, "master": PICO, "colors": 8},
            "12870 palettes of 8 colours; at most 4096",
        ),
        ({"master": PICO, "colors": 17}, "a cell has 17 colours, and there are only 16 to take"),
        ({"device_levels": (1, 2, 3)}, "device_levels is (1, 2, 3)"),
    ],
)
def test_wrong_numbers_are_refused(options: dict, words: str) -> None:
    given = {"width": 8, "height": 8, "colors": 4, "palettes": 2, **options}
    with pytest.raises(InputError) as error:
        Cells(**given)
    assert words in str(error.value)


def test_all_pairs_of_one_brightness_are_tried_for_a_spectrum() -> None:
    cells = load_cells("zx-spectrum")
    basic, bright = range(8), (0, *range(8, 15))
    expected = {*itertools.combinations(basic, 2), *itertools.combinations(bright, 2)}
    assert {tuple(each) for each in cells.sets().tolist()} == expected


def test_shared_colours_come_first_in_every_set() -> None:
    sets = load_cells("c64-multicolor").sets((6,))
    assert (sets[:, 0] == 6).all()
    assert len({tuple(sorted(each)) for each in sets.tolist()}) == len(sets) == 455  # 3 of 15


def test_devices_have_the_colours_of_their_hardware() -> None:
    limits = {name: load_cells(name) for name in cell_names()}
    assert {name: cells.total for name, cells in limits.items()} == {
        "zx-spectrum": 15,
        "nes": 16,
        "game-boy-color": 32,
        "c64-hires": 16,
        "c64-multicolor": 16,
        "mega-drive": 64,
        "snes": 128,
    }
    assert all(cells.name == name for name, cells in limits.items())


def test_unknown_devices_are_refused() -> None:
    with pytest.raises(InputError, match="no cells are named 'zx-spectrun'; did you mean"):
        load_cells("zx-spectrun")
    with pytest.raises(InputError, match="or the name of a device, not int"):
        as_cells(8)  # pyright: ignore[reportArgumentType]
