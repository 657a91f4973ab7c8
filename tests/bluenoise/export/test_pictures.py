"""PNG, TIFF, EXR and bare numbers, read back by Pillow, OpenEXR and numpy."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bluenoise.export.exr import exr
from bluenoise.export.png import flipbook, grid, png
from bluenoise.export.raw import npy, raw
from bluenoise.export.texels import PixelFormat, source, texels
from bluenoise.export.tiff import tiff
from dither import InputError
from dither.matrix.catalog import load_channels, load_matrix
from dither.matrix.threshold_matrix import channel_thresholds

MATRIX = load_matrix("blue-60x68")
PLANE = source(MATRIX)
FRAMES = source(np.random.default_rng(2).permutation(7 * 5 * 6).reshape(7, 5, 6))
COLOURS = source(load_channels("blue-64x64-rgb"))
NOISE = source(np.linspace(-1, 1, 30).reshape(5, 6))


def _opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def test_png_of_16_bits_and_of_8() -> None:
    modes: dict[PixelFormat, str] = {"r16": "I;16", "r8": "L"}
    for pixel_format, mode in modes.items():
        held = texels(PLANE, pixel_format)
        picture = _opened(png(held))
        assert (picture.format, picture.mode, picture.size) == ("PNG", mode, (68, 60))
        assert np.array_equal(np.asarray(picture), held.values[0, ..., 0])
        # Nothing that a reader could take for a colour space.
        assert picture.info == {}


def test_png_of_two_channels_has_a_third_and_no_alpha() -> None:
    picture = _opened(png(texels(PLANE, "rg8")))
    assert picture.mode == "RGB"
    red, green, blue = np.moveaxis(np.asarray(picture).astype(int), -1, 0)
    assert np.array_equal(red * 256 + green, texels(PLANE, "r16").values[0, ..., 0])
    assert not blue.any()


def test_png_of_the_channels_of_colours() -> None:
    held = texels(COLOURS, "r8")
    assert np.array_equal(np.asarray(_opened(png(held))), held.values[0])
    pair = source(load_channels("blue-64x64-rgb")[:2])
    with pytest.raises(InputError, match="1 or 3 channels, not 2"):
        png(texels(pair, "r8"))
    with pytest.raises(InputError, match="not floats"):
        png(texels(PLANE, "r32f"))


@pytest.mark.parametrize("frames", [1, 2, 3, 5, 7, 8, 16, 17, 64, 255, 256])
def test_frames_lie_in_a_grid(frames: int) -> None:
    columns, rows = grid(frames)
    assert columns * rows >= frames
    assert rows <= columns <= 2 * np.ceil(np.sqrt(frames))
    values = np.arange(frames * 2 * 3 * 2).reshape(frames, 2, 3, 2)
    sheet = flipbook(values)
    for t in range(frames):
        top, left = t // columns * 2, t % columns * 3
        assert np.array_equal(sheet[top : top + 2, left : left + 3], values[t])


def test_tiff_has_a_page_for_each_frame() -> None:
    for made_of in (PLANE, FRAMES):
        held = texels(made_of, "r16")
        picture = _opened(tiff(held))
        pages = []
        for frame in range(len(held.values)):
            picture.seek(frame)
            assert picture.mode == "I;16"
            pages.append(np.asarray(picture))
        assert np.array_equal(pages, held.values[..., 0])
        with pytest.raises(EOFError):
            picture.seek(len(held.values))


@pytest.mark.parametrize("made_of", [PLANE, FRAMES, COLOURS, NOISE])
def test_exr_holds_floats(made_of, tmp_path: Path) -> None:
    openexr = pytest.importorskip("OpenEXR", reason="from the extra textures")
    held = texels(made_of, "r32f")
    (tmp_path / "m.exr").write_bytes(exr(held))
    with openexr.File(str(tmp_path / "m.exr"), separate_channels=True) as file:
        channels = file.channels()
        names = "RGB" if held.values.shape[-1] == 3 else "Y"
        assert set(channels) == set(names)
        read = np.stack([channels[name].pixels for name in names], axis=-1)
    assert read.dtype == np.float32
    assert np.array_equal(read, flipbook(held.values))


def test_exr_without_its_library_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"pip install 'bluenoise-dither\[textures\]'"):
        exr(texels(PLANE, "r32f"))


def test_bare_numbers_are_little_endian() -> None:
    types: dict[PixelFormat, str] = {"r8": "u1", "r16ui": "<u2", "r32f": "<f4"}
    for pixel_format, dtype in types.items():
        held = texels(FRAMES, pixel_format)
        read = np.frombuffer(raw(held), dtype).reshape(held.values.shape)
        assert np.array_equal(read, held.values)


@pytest.mark.parametrize(
    ("made_of", "array"),
    [
        (PLANE, MATRIX.ranks),
        (FRAMES, FRAMES.matrices[0].ranks),
        (COLOURS, channel_thresholds(COLOURS.matrices)),
        (NOISE, np.linspace(-1, 1, 30).reshape(5, 6).astype(np.float32)),
        (source(np.linspace(-1, 1, 30).reshape(1, 5, 6)), np.linspace(-1, 1, 30).reshape(1, 5, 6)),
        (source(np.linspace(-1, 1, 30).reshape(5, 2, 3)), np.linspace(-1, 1, 30).reshape(5, 2, 3)),
    ],
)
def test_npy_is_what_generate_writes(made_of, array: np.ndarray) -> None:
    read = np.load(io.BytesIO(npy(made_of)))
    expected = array.astype(np.float32) if array.dtype.kind == "f" else array
    assert read.dtype == expected.dtype
    assert np.array_equal(read, expected)
