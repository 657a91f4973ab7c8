import struct
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from dither.errors import InputError
from dither.palettes.files import encode_colors, read_colors

COLORS = st.lists(st.tuples(*[st.integers(0, 255)] * 3), min_size=2, max_size=40, unique=True)


def _read(name: str, data: bytes) -> list[list[int]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        return read_colors(path).tolist()


def _aco(*colors: tuple[int, ...], names: bool = False) -> bytes:
    """Adobe Photoshop File Formats Specification, "Color Swatches"."""
    data = struct.pack(">HH", 1, len(colors)) + b"".join(
        struct.pack(">5H", *each) for each in colors
    )
    if names:
        data += struct.pack(">HH", 2, len(colors)) + _named(colors)
    return data


def _named(colors: tuple[tuple[int, ...], ...]) -> bytes:
    name = "ink\0".encode("utf-16-be")
    return b"".join(struct.pack(">5HI", *each, len(name) // 2) + name for each in colors)


def _ase(*colors: tuple[bytes, tuple[float, ...]], group: bool = True) -> bytes:
    """The layout that Illustrator writes: signature, version 1.0, blocks in a named group."""
    name = "ink\0".encode("utf-16-be")
    text = struct.pack(">H", len(name) // 2) + name
    blocks = []
    for model, values in colors:
        content = text + model + struct.pack(f">{len(values)}fH", *values, 2)
        blocks.append(struct.pack(">HI", 1, len(content)) + content)
    if group:
        blocks = [
            struct.pack(">HI", 0xC001, len(text)) + text,
            *blocks,
            struct.pack(">HI", 0xC002, 0),
        ]
    return b"ASEF" + struct.pack(">HHI", 1, 0, len(blocks)) + b"".join(blocks)


@given(COLORS)
def test_colours_in_rgb_come_back(colors: list[tuple[int, int, int]]) -> None:
    rows = [list(color) for color in colors]
    shares = [(b"RGB ", tuple(code / 255 for code in color)) for color in colors]
    wide = [(0, *(257 * code for code in color), 0) for color in colors]
    assert _read("p.ase", _ase(*shares)) == rows
    assert _read("p.ase", _ase(*shares, group=False)) == rows
    assert _read("p.aco", _aco(*wide)) == rows
    assert _read("p.aco", _aco(*wide, names=True)) == rows
    second = struct.pack(">HH", 2, len(wide)) + _named(tuple(wide))
    assert _read("p.aco", second) == rows


def test_other_colour_spaces_are_converted() -> None:
    black_red_gray = [[0, 0, 0], [255, 0, 0], [128, 128, 128]]
    cmyk = [(b"CMYK", (0.0, 0.0, 0.0, 1.0)), (b"CMYK", (0.0, 1.0, 1.0, 0.0))]
    assert _read("p.ase", _ase(*cmyk, (b"Gray", (0.5,)))) == black_red_gray
    hsb = [(1, 0, 0, 0, 0), (1, 0, 65535, 65535, 0)]
    assert _read("p.aco", _aco(*hsb, (8, 5000, 0, 0, 0))) == black_red_gray
    inks = [(2, 65535, 65535, 65535, 0), (2, 65535, 0, 0, 65535)]
    assert _read("p.aco", _aco(*inks)) == black_red_gray[:2]
    wide = [(9, 0, 0, 0, 10000), (9, 0, 10000, 10000, 0)]
    assert _read("p.aco", _aco(*wide)) == black_red_gray[:2]


def test_lab_is_converted_as_littlecms_does() -> None:
    lab = [(53, 40, 30), (50, -30, 20), (90, 0, 0), (60, 20, -50)]
    picture = Image.new("LAB", (len(lab), 1))
    picture.putdata([(round(2.55 * light), a + 128, b + 128) for light, a, b in lab])
    profiles = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    expected = np.asarray(ImageCms.profileToProfile(picture, *profiles, outputMode="RGB"))[0]
    ase = _read("p.ase", _ase(*((b"LAB ", (light / 100, a, b)) for light, a, b in lab)))
    aco = _read(
        "p.aco",
        _aco(*((7, 100 * light, 100 * a & 65535, 100 * b & 65535, 0) for light, a, b in lab)),
    )
    assert ase == aco
    assert np.abs(np.array(ase) - expected).max() <= 2  # the L of Pillow has 8 bits


def _blocks(data: bytes) -> list[tuple[int, bytes]]:
    """The blocks of a swatch exchange file, by the layout alone."""
    signature, major, minor, count = struct.unpack_from(">4sHHI", data)
    assert (signature, major, minor) == (b"ASEF", 1, 0)
    found, at = [], 12
    while at < len(data):
        kind, length = struct.unpack_from(">HI", data, at)
        found.append((kind, data[at + 6 : at + 6 + length]))
        at += 6 + length
    assert at == len(data)
    assert len(found) == count
    return found


@given(COLORS)
def test_written_swatch_exchange_follows_the_layout(colors: list[tuple[int, int, int]]) -> None:
    data = encode_colors("p.ase", np.array(colors, np.uint8))
    for (kind, block), color in zip(_blocks(data), colors, strict=True):
        name = "#{:02x}{:02x}{:02x}".format(*color)
        assert kind == 1
        assert block[:18] == struct.pack(">H", 8) + f"{name}\0".encode("utf-16-be")
        model, *shares, role = struct.unpack(">4s3fH", block[18:])
        assert (model, role) == (b"RGB ", 2)
        assert [round(255 * share) for share in shares] == list(color)
    assert _read("p.ase", data) == [list(color) for color in colors]


@given(COLORS)
def test_written_swatches_follow_the_layout(colors: list[tuple[int, int, int]]) -> None:
    data = encode_colors("p.aco", np.array(colors, np.uint8))
    end = 4 + 10 * len(colors)
    first = np.frombuffer(data[4:end], ">u2").reshape(-1, 5)
    assert struct.unpack_from(">HH", data) == (1, len(colors))
    assert (first[:, 1:4] == 257 * np.array(colors)).all()
    assert not first[:, [0, 4]].any()
    assert struct.unpack_from(">HH", data, end) == (2, len(colors))
    rest = data[end + 4 :]
    assert len(rest) == 30 * len(colors)
    for number, color in enumerate(colors):
        part = rest[30 * number : 30 * number + 30]
        name = "#{:02x}{:02x}{:02x}\0".format(*color).encode("utf-16-be")
        assert part == first[number].tobytes() + struct.pack(">I", 8) + name
    assert _read("p.aco", data) == _read("p.aco", data[:end]) == [list(color) for color in colors]


ACO = _aco((0, 0, 0, 0, 0), (0, 65535, 0, 0, 0))
ASE = _ase((b"RGB ", (0.0, 0.0, 0.0)), (b"CMYK", (0.0, 0.0, 0.0, 0.0)))


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("p.aco", b"", "has 0 bytes"),
        ("p.aco", ACO[:-1], "announces 2 colours and holds 1"),
        ("p.aco", b"\0\3" + ACO[2:], "its version is 3"),
        ("p.aco", _aco((3, 1, 2, 3, 4)), "colour 1 of .* is in colour space 3; RGB"),
        ("p.ase", b"", "does not begin with 'ASEF'"),
        ("p.ase", ASE[:-1], "announces 4 blocks and ends before block 4"),
        ("p.ase", ASE[:-20], "ends within block 3"),
        ("p.ase", _ase((b"HSB ", (0.0, 0.0, 0.0))), "block 2 of .* model b'HSB '"),
        ("p.ase", _ase((b"RGB ", (0.0, 0.0))), "ends before its 3 numbers"),
        ("p.ase", _ase((b"Gray", (float("nan"),))), "not finite"),
    ],
)
def test_damaged_files_are_refused_in_one_sentence(name: str, data: bytes, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence) as raised:
        _read(name, data)
    assert "\n" not in str(raised.value)


def test_files_of_other_programs_are_read() -> None:
    """Written by the packages swatch 0.4.0 and adobe-color-swatch 1.0.0 of the Python Package Index."""
    ase = (
        "415345460001000000000006c0010000000600020067000000010000001c00040072006500640000524742203f80"
        "0000000000000000000000020001000000"
        "1e0005007400650061006c000052474220000000003f0083123f0083120000c00200000000000100000018000600"
        "7000610070006500720000477261793f800000000100010000002400060062006c00610063006b0000434d594b00"
        "00000000000000000000003f8000000002"
    )
    assert _read("p.ase", bytes.fromhex(ase)) == [
        [255, 0, 0],
        [0, 128, 128],
        [255, 255, 255],
        [0, 0, 0],
    ]
    aco = (
        "000100040000ffff000000000000000000008080808000000002000000000000ffff000813880000000000000000"
        "000200040000ffff0000000000000000000400720065006400000000000080808080000000000005007400650061"
        "006c00000002000000000000ffff00000004006b006500790000000813880000000000000000000500670072006100"
        "790000"
    )
    # Here 0 is all of an ink, so the third is cyan, magenta and yellow without black.
    assert _read("p.aco", bytes.fromhex(aco)) == [
        [255, 0, 0],
        [0, 128, 128],
        [0, 0, 0],
        [128, 128, 128],
    ]
