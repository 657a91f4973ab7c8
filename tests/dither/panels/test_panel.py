"""Values of panels are checked where they are made."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from dither.errors import InputError
from dither.metrics import Nasanen, parse_filter
from dither.panels.panel import Ink, Panel, PanelPacking

BLACK, WHITE = Ink("black", "#101010", "#000000", (0,)), Ink("white", "#dcdcdc", "#ffffff", (1,))
RED = Ink("red", "#790900", "#ff0000", (3,))
PANEL = Panel("mine", (BLACK, WHITE, RED), 16, 4, 120.5, PanelPacking(bits=2))


def test_palette_and_pure_colours_are_in_the_order_of_the_inks() -> None:
    assert PANEL.palette.hex == ["#101010", "#dcdcdc", "#790900"]
    assert PANEL.pure.tolist() == [[0, 0, 0], [255, 255, 255], [255, 0, 0]]
    assert PANEL.pure.dtype == np.uint8
    assert PANEL.palette.intent == "perceptual"
    assert (PANEL.palette.white, PANEL.palette.black) == (PANEL.white, PANEL.black) == (1, 0)


def test_white_and_black_can_be_said() -> None:
    panel = dataclasses.replace(PANEL, white=2, black=0)
    assert (panel.palette.white, panel.palette.black) == (2, 0)


def test_the_viewing_filter_is_one_of_the_metrics() -> None:
    assert parse_filter(PANEL.viewing_filter) == Nasanen(120.5, 40)


def test_sizes_of_the_buffer() -> None:
    packing = PanelPacking(bits=1, parts=(4, 8), row_bytes=3, rotation=90, planes=("a", "b"))
    inks = tuple(
        dataclasses.replace(ink, code=code)
        for ink, code in zip(PANEL.inks, [(0, 0), (0, 1), (1, 1)], strict=True)
    )
    panel = dataclasses.replace(PANEL, inks=inks, packing=packing)
    assert panel.scan_size == (4, 16)
    assert (panel.part_size, panel.part_count, panel.row_bytes) == ((4, 8), 2, 3)
    assert panel.buffer_bytes == 2 * 2 * 8 * 3
    assert (PANEL.part_size, PANEL.part_count, PANEL.row_bytes) == ((16, 4), 1, 4)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"width": 0}, "width is 0; it must be a whole number from 1 to 16384"),
        ({"width": 16385}, "width is 16385"),
        ({"height": True}, "height is True"),
        ({"height": 2.0}, r"height is 2\.0"),
        ({"width": 16384, "height": 16384}, "16384x16384 pixels; at most 67108864"),
        ({"width": 10**5000}, "width is a number of more than 64 bits"),
        ({"ppi": 19}, "ppi is 19; it must be a number from 20 to 5000"),
        ({"ppi": float("nan")}, "ppi is nan"),
        ({"ppi": "120"}, "ppi is '120'"),
        ({"distance_cm": 0.5}, r"distance_cm is 0\.5; it must be a number from 1 to 1000"),
        ({"title": 3}, "title is 3; it must be a text"),
        ({"looks": "x" * 2001}, "looks is 'x+"),
        ({"measured": 1}, "measured is 1; it must be true or false"),
        ({"white": 3}, "white is 3; it must be from 0 to 2"),
        ({"white": 0, "black": 1}, "black must be darker than white"),
        ({"inks": (BLACK,)}, "2 to 256 inks, not 1"),
        ({"inks": (BLACK, WHITE, WHITE)}, "name is 'white' for two inks"),
        (
            {"inks": (BLACK, WHITE, dataclasses.replace(RED, look="#dcdcdc"))},
            "look is '#dcdcdc' for two inks, 'white' and 'red'",
        ),
        ({"inks": (BLACK, WHITE, dataclasses.replace(RED, pure="#ffffff"))}, "pure is '#ffffff'"),
        ({"inks": (BLACK, WHITE, dataclasses.replace(RED, code=(1,)))}, r"code is \(1,\) for two"),
        ({"inks": (BLACK, WHITE, dataclasses.replace(RED, code=(4,)))}, "'red' is 4.* from 0 to 3"),
        ({"inks": (BLACK, WHITE, dataclasses.replace(RED, code=("1",)))}, "'red' is '1'"),
        ({"inks": (BLACK, WHITE, dataclasses.replace(RED, code=(1, 1)))}, "'red' has 2 numbers"),
        ({"packing": PanelPacking(2, parts=(5, 4))}, "5x4 pixels do not fill the 16x4"),
        ({"packing": PanelPacking(2, parts=(4, 8))}, "4x8 pixels do not fill"),
        ({"packing": PanelPacking(2, row_bytes=3)}, "row_bytes is 3; 16 pixels of 2 bits take 4"),
    ],
)
def test_wrong_panels_are_one_sentence(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        dataclasses.replace(PANEL, **values)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"bits": 3}, "bits is 3; it must be 1, 2, 4 or 8"),
        ({"bits": True}, "bits is True"),
        ({"order": "big"}, "order is 'big'; it must be msb or lsb"),
        ({"order": ["msb"]}, "order is"),
        ({"interleave": "bytes"}, "interleave is 'bytes'"),
        ({"rotation": 45}, "rotation is 45; it must be 0, 90, 180 or 270"),
        ({"planes": ()}, "0 planes; 1 to 4"),
        ({"planes": ("a", "A")}, "two planes have the same name"),
        ({"planes": ("a", 2)}, "a plane is 2"),
        ({"planes": ("a b c!",)}, "a plane is 'a b c!'"),
        ({"parts": (0, 4)}, "a side of parts is 0"),
        ({"row_bytes": -1}, "row_bytes is -1"),
    ],
)
def test_wrong_packings_are_one_sentence(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        PanelPacking(**{"bits": 1, **values})


@pytest.mark.parametrize("look", ["101010", "#10101", "#GG0000", "#ABCDEF", 5, None, "#101010\n"])
def test_wrong_colours_are_one_sentence(look: Any) -> None:
    with pytest.raises(InputError, match="look of the ink 'red' is"):
        Ink("red", look, "#ff0000", (0,))
