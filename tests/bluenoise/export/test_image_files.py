"""PNG, TIFF and EXR, read back by Pillow and OpenEXR."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bluenoise.export.image_files import exr, png, tiff
from bluenoise.export.texels import PixelFormat, flipbook, texels
from bluenoise.matrix_set import matrix_set_of
from dither import InputError
from dither.matrix.catalog import load_channels, load_matrix

MATRIX = load_matrix("blue-60x68")
PLANE = matrix_set_of(MATRIX)
FRAMES = matrix_set_of(np.random.default_rng(2).permutation(7 * 5 * 6).reshape(7, 5, 6))
COLOURS = matrix_set_of(load_channels("blue-64x64-rgb"))
NOISE = matrix_set_of(np.linspace(-1, 1, 30).reshape(5, 6))


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
    pair = matrix_set_of(load_channels("blue-64x64-rgb")[:2])
    with pytest.raises(InputError, match="1 or 3 channels, not 2"):
        png(texels(pair, "r8"))


def test_tiff_has_a_page_for_each_frame() -> None:
    for matrix_set in (PLANE, FRAMES):
        held = texels(matrix_set, "r16")
        picture = _opened(tiff(held))
        pages = []
        for frame in range(len(held.values)):
            picture.seek(frame)
            assert picture.mode == "I;16"
            pages.append(np.asarray(picture))
        assert np.array_equal(pages, held.values[..., 0])
        with pytest.raises(EOFError):
            picture.seek(len(held.values))


@pytest.mark.parametrize("matrix_set", [PLANE, FRAMES, COLOURS, NOISE])
def test_exr_holds_floats(matrix_set, tmp_path: Path) -> None:
    openexr = pytest.importorskip("OpenEXR", reason="from the extra textures")
    held = texels(matrix_set, "r32f")
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
