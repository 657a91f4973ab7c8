import struct
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dither.errors import InputError
from dither.palettes.files import read_colors

COLORS = st.lists(st.tuples(*[st.integers(0, 255)] * 3), min_size=2, max_size=40, unique=True)


def _read(name: str, data: bytes) -> list[list[int]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        return read_colors(path).tolist()


def _chunk(kind: int, content: bytes) -> bytes:
    return struct.pack("<IH", len(content) + 6, kind) + content


def _file(*chunks: bytes, old_count: bool = False) -> bytes:
    """Aseprite File Format Specifications: a header of 128 bytes, and one frame."""
    content = b"".join(chunks)
    counts = (len(chunks), 100, 0) if old_count else (0xFFFF, 100, len(chunks))
    frame = struct.pack("<IHHHxxI", len(content) + 16, 0xF1FA, *counts) + content
    header = struct.pack("<IHHHHH", 128 + len(frame), 0xA5E0, 1, 8, 8, 32)
    return header.ljust(128, b"\0") + frame


def _palette(*colors: tuple[int, ...], named: bool = False) -> bytes:
    entries = [
        struct.pack("<H4B", named, *color, *([255] if len(color) == 3 else []))
        + (struct.pack("<H", 3) + b"ink" if named else b"")
        for color in colors
    ]
    head = struct.pack("<III8x", len(colors), 0, len(colors) - 1)
    return _chunk(0x2019, head + b"".join(entries))


@given(COLORS, st.booleans(), st.booleans(), st.sampled_from(["p.ase", "p.aseprite", "P.ASE"]))
def test_colours_come_back(
    colors: list[tuple[int, int, int]], named: bool, old_count: bool, name: str
) -> None:
    layer = _chunk(0x2004, bytes(30))
    old = _chunk(0x0004, struct.pack("<HBB", 1, 0, 1) + bytes([9, 9, 9]))
    data = _file(layer, _palette(*colors, named=named), old, old_count=old_count)
    assert _read(name, data) == [list(color) for color in colors]


def test_transparent_entries_have_no_colour() -> None:
    data = _file(_palette((0, 0, 0, 0), (1, 2, 3), (4, 5, 6, 9)))
    assert _read("p.aseprite", data) == [[1, 2, 3], [4, 5, 6]]


def test_old_palettes_are_read_where_there_is_no_new_one() -> None:
    packets = struct.pack("<H", 2) + bytes([0, 1, 10, 20, 30, 1, 1, 40, 50, 60])
    assert _read("p.ase", _file(_chunk(0x0004, packets))) == [[10, 20, 30], [40, 50, 60]]
    six_bits = struct.pack("<H", 1) + bytes([0, 2, 0, 0, 0, 63, 63, 0])
    assert _read("p.ase", _file(_chunk(0x0011, six_bits))) == [[0, 0, 0], [255, 255, 0]]
    all_of_them = struct.pack("<HBB", 1, 0, 0) + b"".join(bytes([i, 0, 0]) for i in range(256))
    assert len(_read("p.ase", _file(_chunk(0x0004, all_of_them)))) == 256


TWO = _file(_palette((0, 0, 0), (255, 255, 255)))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is not an Aseprite file"),
        (TWO[:130], "ends before its first frame"),
        (TWO[:-1], "a part of its first frame has a wrong length"),
        (TWO[:146], "ends before its palette is complete"),
        (TWO[:132] + b"\0\0" + TWO[134:], "its first frame has no mark"),
        (_file(_chunk(0x2004, b"")), "has no palette"),
        (_file(_chunk(0x2019, struct.pack("<III8x", 9, 0, 8))), "its palette ends too early"),
        (_file(_chunk(0x2019, struct.pack("<III8x", 9, 0, 0xFFFFFFFF))), "ends too early"),
    ],
)
def test_damaged_files_are_refused_in_one_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence) as raised:
        _read("p.aseprite", data)
    assert "\n" not in str(raised.value)
