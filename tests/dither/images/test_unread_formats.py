import io
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st

from dither.errors import InputError
from dither.images.inks import open_inks
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


@given(
    st.binary(max_size=80),
    st.sampled_from([b"", b"II*\0", b"MM\0*", b"II+\0\b\0\0\0"]),
    st.integers(0, 90),
)
def test_any_bytes_are_named_or_not(data: bytes, start: bytes, offset: int) -> None:
    named = what_it_is(io.BytesIO(start + struct.pack("<I", offset) + data))
    assert named is None or "\n" not in named


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("big", [False, True])
def test_a_tiff_of_inks_is_refused_with_the_commands_that_take_it(
    tmp_path: Path, order: str, big: bool
) -> None:
    inks = np.zeros((5, 6, 7), np.uint8)
    options: dict[str, Any] = {"bigtiff": big, "byteorder": order, "planarconfig": "contig"}
    tifffile.imwrite(tmp_path / "t.tif", inks, photometric="separated", **options)
    with pytest.raises(
        InputError,
        match=r"t\.tif is a TIFF of inks; read it with dither ordered --inks or dither diffuse --inks$",
    ):
        read_image(tmp_path / "t.tif")
    with open_inks(tmp_path / "t.tif", 30, "t.tif") as image:
        assert image.inks == 7


@pytest.mark.parametrize(
    ("dtype", "shape", "planes", "reason"),
    [
        ("u1", (7, 5, 6), "separate", "holds each ink in a plane of its own"),
        ("u2", (5, 6, 7), "contig", "has 16 bits per ink"),
        ("f4", (5, 6, 7), "contig", "has 32 bits per ink"),
        ("i1", (5, 6, 7), "contig", "has inks that are signed or fractions"),
        ("u1", (5, 6, 17), "contig", "has 17 inks"),
    ],
)
def test_a_tiff_of_inks_that_no_command_takes_is_refused_with_the_reason(
    tmp_path: Path, dtype: str, shape: tuple[int, ...], planes: str, reason: str
) -> None:
    options: dict[str, Any] = {"photometric": "separated", "planarconfig": planes}
    tifffile.imwrite(tmp_path / "t.tif", np.zeros(shape, dtype), **options)
    rule = "--inks takes up to 16 inks of 8 bits, with the inks of a pixel together"
    with pytest.raises(InputError) as refused:
        read_image(io.BytesIO((tmp_path / "t.tif").read_bytes()), name="t.tif")
    assert str(refused.value) == (
        f"t.tif is a TIFF of inks that --inks cannot read: it {reason}; {rule}"
    )
    with (
        pytest.raises(InputError, match=f"^t.tif {reason}; {rule}$"),
        open_inks(tmp_path / "t.tif", 30, "t.tif"),
    ):
        pass
