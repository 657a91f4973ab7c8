import io
import struct
import zlib

import numpy as np
import pytest
from icc_profiles import cmyk_profile, gray_profile, rgb_profile
from PIL import Image, ImageCms

from dither.errors import InputError
from dither.images.color_management import ColorSource, color_source, managed, profile_conversion
from dither.images.described_colors import (
    ADOBE_RGB,
    SRGB_PRIMARIES,
    DescribedColors,
    from_h273,
    to_srgb,
)
from dither.images.raster_image import RasterImage

P3 = from_h273(12, 13).primaries
NOISE = np.random.default_rng(0).integers(0, 256, (40, 30, 3), np.uint8)
SRGB_PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def source_of(picture: Image.Image, format_name: str = "PNG", **options: object) -> ColorSource:
    stream = io.BytesIO()
    picture.save(stream, format_name, **options)
    return source_of_bytes(stream.getvalue())


def source_of_bytes(data: bytes) -> ColorSource:
    stream = io.BytesIO(data)
    with Image.open(stream) as opened:
        return color_source(opened, "a.png")


def with_chunks(*chunks: tuple[bytes, bytes]) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(NOISE).save(stream, "PNG")
    data = stream.getvalue()
    added = b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )
    return data[:33] + added + data[33:]


def test_a_profile_gives_what_its_primaries_and_exponent_say() -> None:
    gamma = 563 / 256
    conversion = profile_conversion(rgb_profile(P3, gamma), "RGB")
    assert conversion is not None
    wanted = to_srgb(NOISE, DescribedColors(P3, gamma))
    assert np.abs(conversion(NOISE).astype(int) - wanted).max() <= 1


def test_profiles_of_srgb_change_nothing() -> None:
    assert profile_conversion(SRGB_PROFILE, "RGB") is None
    assert profile_conversion(SRGB_PROFILE, "L") is None
    assert source_of(Image.fromarray(NOISE), icc_profile=SRGB_PROFILE).space is None


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_profile_of_grey(dtype: type) -> None:
    conversion = profile_conversion(gray_profile(1.75), "L")
    assert conversion is not None
    white = np.iinfo(dtype).max
    ramp = np.linspace(0, white, 256).astype(dtype)[None]
    wanted = to_srgb(ramp, DescribedColors(transfer=1.75)).astype(int)
    assert np.abs(conversion(ramp).astype(int) - wanted).max() <= 1.6 * white / 255


def test_a_profile_of_inks() -> None:
    conversion = profile_conversion(cmyk_profile(), "CMYK")
    assert conversion is not None
    inks = np.array([[[0, 0, 0, 0], [0, 0, 0, 255], [255, 0, 0, 0]]], np.uint8)
    white, black, cyan = conversion(inks)[0].astype(int)
    assert white.tolist() == [255] * 3
    assert black == pytest.approx(28, abs=2)  # L* 10
    assert cyan[0] < 30 < 180 < cyan[1]


def test_the_chunks_of_a_png_in_their_order() -> None:
    code_points = (b"cICP", bytes([12, 13, 0, 1]))
    gamma = (b"gAMA", struct.pack(">I", 100000))
    adobe = [round(value * 100000) for point in ADOBE_RGB.primaries for value in point]
    places = (b"cHRM", struct.pack(">8I", *adobe))
    assert source_of_bytes(with_chunks()).space is None
    assert source_of_bytes(with_chunks(code_points, gamma)).space == from_h273(12, 13)
    assert source_of_bytes(with_chunks(gamma)).space == DescribedColors(transfer=1.0)
    found = source_of_bytes(with_chunks(gamma, places)).space
    assert isinstance(found, DescribedColors)
    assert np.allclose(found.primaries, ADOBE_RGB.primaries)
    assert source_of_bytes(with_chunks((b"sRGB", b"\0"), gamma, places)).space is None
    usual = (b"gAMA", struct.pack(">I", 45455))
    assert source_of_bytes(with_chunks(usual)).space is None


@pytest.mark.parametrize(
    "chunk",
    [(b"gAMA", bytes(4)), (b"cHRM", bytes(32)), (b"cHRM", b"\xff" * 32), (b"cICP", bytes(4))],
)
def test_impossible_chunks_are_ignored(chunk: tuple[bytes, bytes]) -> None:
    assert source_of_bytes(with_chunks(chunk)).space is None


def test_a_profile_for_other_samples_is_named() -> None:
    found = source_of(Image.fromarray(NOISE), icc_profile=gray_profile(2.2))
    assert found.space is None
    assert found.note == "a.png has a colour profile that is for GRAY, not for RGB; it is ignored"


@pytest.mark.parametrize("length", [0, 1, 60, 128, 140, 300])
def test_damaged_profiles_are_refused(length: int) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        profile_conversion(rgb_profile(P3, 2.2)[:length], "RGB")


def test_a_camera_that_marks_adobe_rgb() -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0xA001] = 0xFFFF
    exif.get_ifd(0x8769)[0xA005] = {1: "R03"}
    found = source_of(Image.fromarray(NOISE), "JPEG", exif=exif)
    assert found.space == ADOBE_RGB


def test_inks_without_a_profile_are_named() -> None:
    inks = Image.new("CMYK", (4, 4))
    assert "no colour profile" in source_of(inks, "TIFF").note
    assert source_of(inks, "TIFF", icc_profile=cmyk_profile()).note == ""


def test_bands_are_converted_as_the_whole() -> None:
    for source in (ColorSource(rgb_profile(P3, 2.2)), ColorSource(ADOBE_RGB)):
        whole = managed(RasterImage(NOISE), source).color
        bands = [
            managed(RasterImage(NOISE[top : top + 7]), source).color for top in range(0, 40, 7)
        ]
        assert (np.concatenate(bands) == whole).all()
        assert (whole != NOISE).any()
    assert SRGB_PRIMARIES[0] == (0.3127, 0.3290)
