"""Buffers of panels against hand-written bytes, Pillow's 1-bit images and a slow version."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from dither.errors import InputError
from dither.panels.buffer import pack_panel, unpack_panel
from dither.panels.files import load_panel, panel_names
from dither.panels.panel import Ink, Panel, PanelPacking


def _small(name: str, width: int, height: int, **packing: object) -> Panel:
    """Return a shipped panel with another size."""
    panel = load_panel(name)
    changed = dataclasses.replace(panel.packing, **packing)
    return dataclasses.replace(panel, width=width, height=height, packing=changed)


def _random(panel: Panel, seed: int = 0) -> np.ndarray:
    shape = panel.height, panel.width
    return np.random.default_rng(seed).integers(0, len(panel.inks), shape, np.uint8)


@pytest.mark.parametrize("name", panel_names())
def test_shipped_panels_pack_and_unpack(name: str) -> None:
    panel = load_panel(name)
    indices = _random(panel)
    buffer = pack_panel(panel, indices)
    assert len(buffer) == panel.buffer_bytes
    assert (unpack_panel(panel, buffer) == indices).all()


def test_spectra_6_is_half_bytes_of_the_codes() -> None:
    panel = _small("spectra-6-7.3", 4, 2)
    # black white yellow red / blue green white white
    indices = np.array([[0, 1, 2, 3], [4, 5, 1, 1]])
    assert pack_panel(panel, indices).hex() == "01235611"


def test_spectra_6_of_two_controllers_is_the_left_half_then_the_right() -> None:
    panel = _small("spectra-6-13.3", 4, 2, parts=(2, 2))
    indices = np.array([[0, 1, 2, 3], [4, 5, 1, 1]])
    assert pack_panel(panel, indices).hex() == "01562311"


def test_the_driver_of_spectra_6_of_two_controllers_sends_the_same_halves() -> None:
    panel = load_panel("spectra-6-13.3")
    indices = _random(panel)
    codes = np.array([0, 1, 2, 3, 5, 6], np.uint8)[indices]
    whole = (codes[:, ::2] << 4 | codes[:, 1::2]).tobytes()
    left, right = b"", b""
    for row in range(1600):
        left += whole[row * 600 : row * 600 + 300]
        right += whole[row * 600 + 300 : row * 600 + 600]
    assert pack_panel(panel, indices) == left + right


def test_a_landscape_picture_is_turned_clockwise() -> None:
    panel = _small("inky-impression-13.3", 2, 4, parts=(2, 2))
    # As seen:   0 1     Turned clockwise:   5 2 4 0
    #            4 5                         2 3 5 1
    #            2 3
    #            5 2
    indices = np.array([[0, 1], [4, 5], [2, 3], [5, 2]])
    assert pack_panel(panel, indices).hex() == "62235061"


def test_game_boy_is_tiles_of_two_bits_as_in_its_video_memory() -> None:
    panel = _small("game-boy", 16, 8)
    indices = np.zeros((8, 16), int)
    # The row of the example in Pan Docs: 0 2 3 3 3 3 2 0 is 3c 7e.
    indices[0, 8:] = [0, 2, 3, 3, 3, 3, 2, 0]
    indices[7, 0] = 1
    expected = bytes(14) + bytes([0x80, 0]) + bytes([0x3C, 0x7E]) + bytes(14)
    assert pack_panel(panel, indices) == expected


def test_black_white_and_red_is_two_planes() -> None:
    panel = _small("black-white-red-7.5", 8, 1)
    indices = np.array([[0, 1, 2, 0, 1, 2, 1, 1]])
    assert pack_panel(panel, indices) == bytes([0b01101111, 0b00100100])
    inverted = _small("black-white-red-4.2", 8, 1)
    assert pack_panel(inverted, indices) == bytes([0b01101111, 0b11011011])


@pytest.mark.parametrize("name", ["black-white-red-7.5", "black-white-yellow-4.2"])
def test_planes_are_one_bit_images_of_pillow(name: str) -> None:
    panel = load_panel(name)
    indices = _random(panel)
    picture = Image.fromarray(panel.pure[indices])
    # As the examples of makers do it: one image is black where ink is black, the other where coloured.
    black = picture.convert("L").point([0, *[255] * 255]).convert("1", dither=Image.Dither.NONE)
    color = np.where(np.asarray(picture)[..., [2]] == 0, np.asarray(picture)[..., [0]], 0)[..., 0]
    colored = Image.fromarray(color).point([255, *[0] * 255]).convert("1")
    first = black.tobytes()
    second = colored.tobytes()
    if name == "black-white-red-7.5":
        second = bytes(~byte & 255 for byte in second)
    assert pack_panel(panel, indices) == first + second


def test_four_greys_are_the_two_bits_of_the_grey() -> None:
    panel = _small("gray-4-4.2", 8, 1)
    indices = np.array([[0, 1, 2, 3, 3, 2, 1, 0]])
    assert pack_panel(panel, indices) == bytes([0b01011010, 0b00111100])


def test_words_of_sixteen_greys_begin_with_their_low_byte() -> None:
    panel = _small("gray-16-9.7", 4, 1)
    words = np.frombuffer(pack_panel(panel, np.array([[1, 2, 3, 4]])), "<u2")
    assert words.tolist() == [1 | 2 << 4 | 3 << 8 | 4 << 12]


def test_rows_are_filled() -> None:
    buffer = pack_panel(load_panel("playdate"), np.ones((240, 400), int))
    assert buffer == (b"\xff" * 50 + bytes(2)) * 240
    buffer = pack_panel(load_panel("black-white-yellow-red-2.13"), np.full((250, 122), 3))
    assert buffer == (b"\xff" * 30 + b"\xf0\0") * 250


@st.composite
def _panels(draw: st.DrawFn) -> Panel:
    bits = draw(st.sampled_from([1, 2, 4, 8]))
    planes = draw(st.integers(1, 3))
    part = draw(st.tuples(st.integers(1, 9), st.integers(1, 3)))
    across, down = draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    rotation = draw(st.sampled_from([0, 90, 180, 270]))
    size = [part[0] * across, part[1] * down]
    width, height = size[::-1] if rotation in (90, 270) else size
    code = st.tuples(*[st.integers(0, (1 << bits) - 1)] * planes)
    codes = draw(st.lists(code, min_size=2, max_size=9, unique=True))
    inks = tuple(
        Ink(f"ink {number}", f"#{number:02x}0000", f"#00{number:02x}00", each)
        for number, each in enumerate(codes)
    )
    extra = draw(st.none() | st.integers(0, 2))
    packing = PanelPacking(
        bits,
        draw(st.sampled_from(["msb", "lsb"])),
        tuple(f"p{number}" for number in range(planes)),
        part,
        draw(st.sampled_from(["planes", "rows"])),
        None if extra is None else -(-part[0] * bits // 8) + extra,
        rotation,
    )
    return Panel("any", inks, width, height, 100, packing)


def _slow(panel: Panel, indices: np.ndarray) -> bytes:
    """Pack pixel by pixel, as the words of `PanelPacking` say."""
    packing = panel.packing
    scan = indices.tolist()
    for _ in range(packing.rotation // 90):
        scan = [list(column)[::-1] for column in zip(*scan, strict=True)]
    (width, height), out = panel.part_size, []

    def row_of(plane: int, top: int, left: int) -> list[int]:
        row = [0] * panel.row_bytes
        for x in range(width):
            code = panel.inks[scan[top][left + x]].code[plane]
            place = x * packing.bits % 8
            shift = 8 - packing.bits - place if packing.order == "msb" else place
            row[x * packing.bits // 8] |= code << shift
        return row

    for top in range(0, len(scan), height):
        for left in range(0, len(scan[0]), width):
            planes, rows = range(len(packing.planes)), range(top, top + height)
            if packing.interleave == "planes":
                order = [(plane, row) for plane in planes for row in rows]
            else:
                order = [(plane, row) for row in rows for plane in planes]
            for plane, row in order:
                out += row_of(plane, row, left)
    return bytes(out)


@given(panel=_panels(), seed=st.integers(0, 99))
def test_any_panel_packs_like_a_slow_version_and_unpacks(panel: Panel, seed: int) -> None:
    indices = _random(panel, seed)
    buffer = pack_panel(panel, indices)
    assert buffer == _slow(panel, indices)
    assert (unpack_panel(panel, buffer) == indices).all()


@pytest.mark.parametrize(
    ("indices", "sentence"),
    [
        (np.zeros((480, 799), int), r"takes \(480, 800\) integer indices, not \(480, 799\)"),
        (np.zeros((480, 800)), "integer indices, not .* float64"),
        (np.full((480, 800), 6), "run from 0 to 5, not 6 to 6"),
        (np.full((480, 800), -1), "run from 0 to 5, not -1"),
    ],
)
def test_wrong_indices_are_one_sentence(indices: np.ndarray, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        pack_panel(load_panel("spectra-6-7.3"), indices)


def test_wrong_buffers_are_one_sentence() -> None:
    panel = load_panel("spectra-6-7.3")
    with pytest.raises(InputError, match="a buffer of 192000 bytes, not 3"):
        unpack_panel(panel, b"abc")
    with pytest.raises(InputError, match="holds the code 4, which no ink"):
        unpack_panel(panel, b"\x14" + bytes(191999))
    planes = load_panel("black-white-red-7.5")
    with pytest.raises(InputError, match="holds the code 0, 1, which no ink"):
        unpack_panel(planes, bytes(48000) + b"\x01" + bytes(47999))
