import os
import struct
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.GimpPaletteFile import GimpPaletteFile

from dither.errors import InputError
from dither.palettes.files import READ_ENDINGS, WRITE_ENDINGS, encode_colors, read_colors
from dither.palettes.palette import Palette
from dither.palettes.palette_like import save_palette

THREE = np.array([[0, 0, 0], [255, 128, 1], [9, 10, 255]], np.uint8)
GIMP = b"GIMP Palette\nName: three\nColumns: 3\n# made by hand\n"
ROWS = b"  0   0   0\tBlack\n255 128   1\n9 10 255 Untitled: 7\n"
JASC = b"JASC-PAL\r\n0100\r\n3\r\n0 0 0\r\n255 128 1\r\n9 10 255\r\n"
RIFF = (
    b"RIFF"
    + struct.pack("<I", 28)
    + b"PAL data"
    + struct.pack("<IHH", 16, 0x300, 3)
    + b"".join(bytes([*color, 4]) for color in THREE.tolist())
)
TABLE = THREE.tobytes().ljust(768, b"\0")
ASE = b"ASEF" + struct.pack(">HHIHIHH4s4fH", 1, 0, 1, 1, 26, 1, 0, b"CMYK", 0, 0.5, 1, 0, 2)
_PALETTE = struct.pack("<III8x", 2, 0, 1) + struct.pack(
    "<H4BH4BH3s", 0, 1, 2, 3, 255, 1, 9, 8, 7, 255, 3, b"ink"
)
ASEPRITE = (
    struct.pack("<IHHHHH", 0, 0xA5E0, 1, 8, 8, 32).ljust(128, b"\0")
    + struct.pack("<IHHHxxI", 22 + len(_PALETTE), 0xF1FA, 1, 100, 1)
    + struct.pack("<IH", 6 + len(_PALETTE), 0x2019)
    + _PALETTE
)


def _file(folder: Path, name: str, data: bytes) -> Path:
    (folder / name).write_bytes(data)
    return folder / name


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("p.gpl", GIMP + ROWS),
        ("p.GPL", b"\xef\xbb\xbf" + (GIMP + ROWS).replace(b"\n", b"\r\n")),
        ("latin.gpl", GIMP.replace(b"three", b"caf\xe9") + ROWS),
        ("p.pal", JASC),
        ("unix.pal", JASC.replace(b"\r", b"").strip()),
        ("alpha.pal", JASC.replace(b"0 0 0", b"0 0 0 255")),
        ("riff.pal", RIFF),
        ("longer.pal", RIFF + b"\0\0"),
        ("p.hex", b"000000\nff8001\n090aFF\n"),
        ("sharp.hex", b"\n#000000\r\n#ff8001\r\n\r\n#090aff"),
        ("old.act", TABLE),
        ("new.act", TABLE + struct.pack(">HH", 3, 0xFFFF)),
        ("clear.act", THREE.tobytes().ljust(768, b"\7") + struct.pack(">HH", 3, 0)),
    ],
)
def test_every_format_is_read(tmp_path: Path, name: str, data: bytes) -> None:
    colors = read_colors(_file(tmp_path, name, data))
    assert colors.dtype == np.uint8
    assert colors.tolist() == THREE.tolist()


def test_the_colours_of_a_swatch_come_in_reading_order(tmp_path: Path) -> None:
    picture = THREE[np.array([[1, 1, 2], [0, 1, 2]])]
    for ending in ("png", "gif", "bmp", "tiff", "ppm", "webp"):
        options: dict[str, Any] = {"lossless": True} if ending == "webp" else {}
        Image.fromarray(picture).save(tmp_path / f"p.{ending}", **options)
        assert read_colors(tmp_path / f"p.{ending}").tolist() == THREE[[1, 2, 0]].tolist()
    Image.fromarray(picture[..., 0]).save(tmp_path / "gray.png")
    assert read_colors(tmp_path / "gray.png").tolist() == [[255] * 3, [9] * 3, [0] * 3]
    Image.fromarray(picture).quantize(8).save(tmp_path / "indexed.png")
    assert len(read_colors(tmp_path / "indexed.png")) == 3


def test_what_is_wholly_transparent_has_no_colour(tmp_path: Path) -> None:
    pixels = np.array([[[1, 2, 3, 0], [4, 5, 6, 255], [7, 8, 9, 1]]], np.uint8)
    Image.fromarray(pixels).save(tmp_path / "p.png")
    assert read_colors(tmp_path / "p.png").tolist() == [[4, 5, 6], [7, 8, 9]]


@given(
    st.lists(st.tuples(*[st.integers(0, 255)] * 3), min_size=2, max_size=256, unique=True),
    st.sampled_from(WRITE_ENDINGS),
)
def test_what_is_written_is_read_again(colors: list[tuple[int, ...]], ending: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"some name{ending}"
        save_palette(path, Palette(np.array(colors)))
        assert read_colors(path).tolist() == [list(color) for color in colors]


def test_others_read_what_is_written(tmp_path: Path) -> None:
    save_palette(tmp_path / "p.gpl", Palette(THREE))
    with (tmp_path / "p.gpl").open("rb") as file:
        palette, mode = GimpPaletteFile(file).getpalette()
    assert mode == "RGB"
    assert palette[:9] == THREE.tobytes()
    save_palette(tmp_path / "p.png", Palette(THREE))
    assert np.asarray(Image.open(tmp_path / "p.png").convert("RGB")).tolist() == [THREE.tolist()]
    save_palette(tmp_path / "p.pal", Palette(THREE))
    assert (tmp_path / "p.pal").read_bytes() == JASC
    save_palette(tmp_path / "p.hex", Palette(THREE))
    assert (tmp_path / "p.hex").read_text() == "000000\nff8001\n090aff\n"
    save_palette(tmp_path / "p.act", Palette(THREE))
    assert (tmp_path / "p.act").read_bytes() == TABLE + b"\0\3\xff\xff"


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("p.gpl", b"", "first line is not 'GIMP Palette'"),
        ("p.gpl", GIMP + b"0 0 256\n", "line 5 of .* from 0 to 255: '0 0 256'"),
        ("p.gpl", GIMP + b"0 0\n", "line 5"),
        ("p.gpl", GIMP + b"-1 0 0\n", "line 5"),
        ("p.gpl", GIMP + "\N{FULLWIDTH DIGIT ONE} 0 0\n".encode(), "line 5"),
        ("p.pal", b"", "neither with 'JASC-PAL' nor with 'RIFF'"),
        ("p.pal", JASC[:16], "no JASC-PAL header"),
        ("p.pal", JASC.replace(b"0100", b"0200"), "no JASC-PAL header"),
        ("p.pal", JASC[:-10], "announces 3 colours and holds 2"),
        ("p.pal", JASC + b"1 1 1\r\n", "announces 3 colours and holds 4"),
        ("p.pal", RIFF[:-1], "announces 3 colours and holds 2"),
        ("p.pal", RIFF[:20], "not a simple RIFF palette"),
        ("p.pal", RIFF.replace(b"data", b"plth"), "not a simple RIFF palette"),
        (
            "p.hex",
            b"000000\n12345\n",
            "line 2 of .* is '12345'; a .hex palette has a colour RRGGBB",
        ),
        ("p.act", TABLE[:-1], "has 767 bytes; .* 768 or 772"),
        ("p.act", TABLE + b"\0\0\0\0", "announces 0 colours"),
        ("p.act", TABLE + b"\1\1\0\0", "announces 257 colours"),
        ("p.png", b"GIMP Palette", "is not an image"),
        ("p.kpl", b"", "[Tt]he ending must be one of .gpl"),
    ],
)
def test_damaged_files_are_refused_in_one_sentence(
    tmp_path: Path, name: str, data: bytes, sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence) as raised:
        read_colors(_file(tmp_path, name, data))
    assert "\n" not in str(raised.value)


def test_deep_and_vast_images_are_no_swatches(tmp_path: Path) -> None:
    Image.fromarray(np.arange(9, dtype=np.uint16).reshape(3, 3)).save(tmp_path / "deep.png")
    with pytest.raises(InputError, match="uint16 samples; an image swatch has 8 bits"):
        read_colors(tmp_path / "deep.png")
    Image.new("1", (5000, 4000)).save(tmp_path / "vast.png")
    with pytest.raises(InputError, match=r"has more than 16777216 pixels$"):
        read_colors(tmp_path / "vast.png")


@pytest.mark.parametrize("ending", ["gpl", "pal", "hex", "act", "png"])
def test_large_files_are_refused_before_they_are_read(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"large.{ending}"
    path.touch()
    os.truncate(path, 1 << 40)  # a sparse file: no byte of it lies on the disk
    with pytest.raises(InputError, match="bytes"):
        read_colors(path)


def test_folders_and_missing_files_are_refused(tmp_path: Path) -> None:
    for ending in (".gpl", ".pal", ".hex", ".act", ".png"):
        with pytest.raises(InputError, match=r"cannot read .*no such file"):
            read_colors(tmp_path / f"missing{ending}")
        (tmp_path / f"folder{ending}").mkdir()
        with pytest.raises(InputError, match="cannot read"):
            read_colors(tmp_path / f"folder{ending}")
    with pytest.raises(InputError, match=r"palettes in \.aseprite are only read"):
        save_palette(tmp_path / "p.aseprite", Palette(THREE))
    with pytest.raises(InputError, match="does not exist"):
        save_palette(tmp_path / "nowhere" / "p.gpl", Palette(THREE))


WHOLE = {
    ".gpl": [GIMP + ROWS],
    ".pal": [JASC, RIFF],
    ".hex": [b"000000\nff8001\n"],
    ".act": [TABLE, TABLE + b"\0\3\xff\xff"],
    ".png": [encode_colors("p.png", THREE)],
    ".txt": [b"; paint.net\nFF000000\nFFff8001 ; orange\n"],
    ".json": [b'{"name": "three", "colors": ["000000", "#fff", [9, 10, 255]]}'],
    ".aco": [
        struct.pack(">HH5H5H", 1, 2, 0, 0, 0, 0, 0, 7, 5000, 100, 65000, 0),
        struct.pack(">HH5HI2H", 2, 1, 8, 5000, 0, 0, 0, 2, 97, 0),
    ],
    ".ase": [ASE, ASEPRITE],
    ".aseprite": [ASEPRITE],
}


@given(
    ending=st.sampled_from(READ_ENDINGS),
    data=st.binary(max_size=900),
)
def test_random_bytes_give_colours_or_one_sentence(ending: str, data: bytes) -> None:
    _reads_or_refuses(ending, data)


@pytest.mark.parametrize("ending", WHOLE)
def test_every_truncation_gives_colours_or_one_sentence(ending: str) -> None:
    for whole in WHOLE[ending]:
        for length in range(0, len(whole), 1 if len(whole) < 200 else 7):
            _reads_or_refuses(ending, whole[:length])


@given(
    choice=st.sampled_from([(ending, whole) for ending in WHOLE for whole in WHOLE[ending]]),
    place=st.floats(0, 1, exclude_max=True),
    patch=st.binary(min_size=1, max_size=6),
)
def test_patched_files_give_colours_or_one_sentence(
    choice: tuple[str, bytes], place: float, patch: bytes
) -> None:
    ending, whole = choice
    start = int(place * len(whole))
    _reads_or_refuses(ending, whole[:start] + patch + whole[start + len(patch) :])
    _reads_or_refuses(ending, whole[:start] + patch + whole[start:])


def _reads_or_refuses(ending: str, data: bytes) -> None:
    sentence = ""
    colors = np.zeros((0, 3), np.uint8)
    with tempfile.TemporaryDirectory() as folder:
        try:
            colors = read_colors(_file(Path(folder), f"p{ending}", data))
        except InputError as error:
            sentence = str(error)
    assert "\n" not in sentence
    assert colors.dtype == np.uint8
    assert colors.shape == (len(np.unique(colors, axis=0)), 3)
