import io
import struct
from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st

from dither.errors import InputError
from dither.images.io import read_image
from dither.images.unread_formats import what_it_is


@pytest.mark.parametrize(
    ("dtype", "channels", "words"),
    [
        ("f4", 3, "a TIFF of 3 channels of 32-bit floats"),
        (">f4", 4, "a TIFF of 4 channels of 32-bit floats"),
        ("f8", 3, "a TIFF of 3 channels of 64-bit floats"),
        ("f2", 1, "a TIFF of 1 channel of 16-bit floats"),
        ("u4", 3, "a TIFF of 3 channels of 32-bit unsigned integers"),
        ("i2", 3, "a TIFF of 3 channels of 16-bit signed integers"),
    ],
)
def test_a_tiff_of_other_samples_is_named(
    tmp_path: Path, dtype: str, channels: int, words: str
) -> None:
    shape = (5, 6) if channels == 1 else (5, 6, channels)
    order = ">" if dtype.startswith(">") else "<"
    image = np.zeros(shape, np.dtype(dtype))
    photometric = "minisblack" if channels == 1 else "rgb"
    tifffile.imwrite(tmp_path / "t.tif", image, photometric=photometric, byteorder=order)
    with (tmp_path / "t.tif").open("rb") as file:
        assert what_it_is(file) == words


def test_a_float_rgb_tiff_is_refused_as_what_it_is(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "t.tif", np.zeros((5, 6, 3), np.float32), photometric="rgb")
    with pytest.raises(InputError, match="but a TIFF of 3 channels of 32-bit floats; convert it"):
        read_image(tmp_path / "t.tif")
    with pytest.raises(InputError, match="but a TIFF of 3 channels of 32-bit floats; convert it"):
        read_image(io.BytesIO((tmp_path / "t.tif").read_bytes()))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"%PDF-1.7\n", "a PDF document"),
        (b"\0\0\0\x20ftypavif", "an AVIF image"),
        (b"\0\0\0\x20ftypheic", "a HEIC image"),
        (b"8BPS\0\1", "a Photoshop document"),
        (b"<svg xmlns", "an SVG drawing"),
    ],
)
def test_other_formats_are_named(content: bytes, words: str) -> None:
    with pytest.raises(InputError, match=f", but {words}; convert it"):
        read_image(io.BytesIO(content))


def test_unknown_bytes_are_not_named() -> None:
    with pytest.raises(InputError, match=r"PPM$"):
        read_image(io.BytesIO(b"no image at all"))


@given(st.binary(max_size=80), st.sampled_from([b"", b"II*\0", b"MM\0*"]), st.integers(0, 90))
def test_any_bytes_are_named_or_not(data: bytes, start: bytes, offset: int) -> None:
    named = what_it_is(io.BytesIO(start + struct.pack("<I", offset) + data))
    assert named is None or "\n" not in named


def test_a_tiff_of_inks_is_refused_with_the_option_that_takes_it(tmp_path: Path) -> None:
    inks = np.zeros((5, 6, 7), np.uint8)
    tifffile.imwrite(tmp_path / "t.tif", inks, photometric="separated")
    with pytest.raises(
        InputError, match=r"but a TIFF of inks; dither .* take its inks with --inks"
    ):
        read_image(tmp_path / "t.tif")
