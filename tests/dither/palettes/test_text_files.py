import json
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dither.errors import InputError
from dither.palettes.files import encode_colors, read_colors

COLORS = st.lists(st.tuples(*[st.integers(0, 255)] * 3), min_size=2, max_size=40, unique=True)
# As paint.net writes it: dotPDN, "Working With Palettes".
PAINT_NET = (
    b"; paint.net Palette File\r\n; Lines that start with a semicolon are comments\r\n"
    b"FF0F380F\r\nFF306230\r\nff8bac0f ; light\r\n\r\n00FFFFFF\r\n"
)
# The answer of lospec.com/palette-list/NAME.json.
LOSPEC = (
    b'{"name":"Nostalgia","author":"WildLeoKnight","colors":["d0d058","a0a840","708028","405010"]}'
)


def _read(name: str, data: bytes) -> list[list[int]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        return read_colors(path).tolist()


def test_a_palette_of_paint_net_is_read_without_comments_and_transparent_entries() -> None:
    colors = [[15, 56, 15], [48, 98, 48], [139, 172, 15]]
    assert _read("p.txt", PAINT_NET) == colors
    assert _read("p.TXT", b"\xef\xbb\xbf" + PAINT_NET) == colors
    assert _read("p.txt", PAINT_NET.decode().encode("utf-16")) == colors
    assert _read("p.txt", b"0f380f\n#306230\n8bac0f") == colors


@pytest.mark.parametrize(
    "data",
    [
        LOSPEC,
        b'["#d0d058", "A0A840", "#708028", "#405010", "#405010"]',
        b'{"colors": [[208, 208, 88], [160, 168, 64], [112, 128, 40], [64, 80, 16]]}',
        b'{"colors": [{"hex": "#d0d058"}, {"hex": "#a0a840"}, {"hex": "708028"}, {"hex": "405010"}]}',
    ],
)
def test_json_is_read_as_lospec_gives_it(data: bytes) -> None:
    colors = [[208, 208, 88], [160, 168, 64], [112, 128, 40], [64, 80, 16]]
    assert _read("p.json", data) == colors


@given(COLORS)
def test_colours_come_back_from_every_text(colors: list[tuple[int, int, int]]) -> None:
    rows = [list(color) for color in colors]
    codes = ["{:02x}{:02x}{:02x}".format(*color) for color in colors]
    assert _read("p.txt", "".join(f"FF{code}\n" for code in codes).encode()) == rows
    assert _read("p.json", json.dumps({"colors": codes}).encode()) == rows
    assert _read("p.json", json.dumps(rows).encode()) == rows


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("p.txt", b"FF0F380\n", "line 1 of .* is 'FF0F380'; a palette of paint.net has"),
        ("p.txt", b";\nthe quick brown fox", "line 2 of .* AARRGGBB"),
        ("p.json", b"", "is not valid JSON"),
        ("p.json", LOSPEC[:-1], "is not valid JSON"),
        ("p.json", b"[" * 100_000, "is not valid JSON"),
        ("p.json", b'{"name": "x"}', "is not a palette: it has no list of colours"),
        ("p.json", b'"000000"', "is not a palette: it has no list of colours"),
        ("p.json", b'["000000", "fffff"]', "colour 2 of .* is 'fffff'"),
        ("p.json", b"[[0, 0, 256]]", r"colour 1 of .* is '\[0, 0, 256\]'"),
        ("p.json", b"[[0, 0, true]]", "colour 1 of"),
        ("p.json", b"[null]", "colour 1 of .* is 'None'"),
    ],
)
def test_damaged_texts_are_refused_in_one_sentence(name: str, data: bytes, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence) as raised:
        _read(name, data)
    assert "\n" not in str(raised.value)


def test_a_palette_of_paint_net_is_written_as_it_writes_it() -> None:
    written = encode_colors("two words.txt", np.array([[15, 56, 15], [255, 0, 1]], np.uint8))
    assert written.decode().split("\r\n") == [
        "; paint.net Palette File",
        "; Palette Name: two words",
        "; Colors: 2",
        "FF0F380F",
        "FFFF0001",
        "",
    ]
