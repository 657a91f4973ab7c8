"""Bands of rows together are the image that Pillow reads whole."""

import io
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from dither.errors import InputError
from dither.images import rows
from dither.images.io import read_image
from dither.images.raster_image import RasterImage, without_opaque_alpha
from dither.images.row_reader import open_rows


@pytest.fixture(autouse=True)
def small_bands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "BAND_PIXELS", 200)


def photo(width: int, height: int, channels: int = 3, seed: int = 0) -> np.ndarray:
    """A smooth picture with noise, for which encoders choose all row filters."""
    y, x = np.mgrid[0:height, 0:width]
    waves = np.stack([np.sin(x / 7 + c) + np.cos(y / 5 - c) for c in range(channels)], axis=2)
    noise = np.random.default_rng(seed).normal(0, 0.1, waves.shape)
    samples = np.clip((waves + noise) * 60 + 128, 0, 255).astype(np.uint8)
    return samples[..., 0] if channels == 1 else samples


def joined(content: bytes) -> RasterImage | None:
    with open_rows(io.BytesIO(content), 1 << 20, "it") as source:
        if source is None:
            return None
        bands = list(source.bands())
        assert source.shape[0] == sum(len(band.color) for band in bands)
    alphas = [band.alpha for band in bands if band.alpha is not None]
    color = np.concatenate([band.color for band in bands])
    alpha = np.concatenate(alphas) if alphas else None
    return without_opaque_alpha([RasterImage(color, alpha, bands[0].profile)])[0]


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def check(content: bytes) -> None:
    found, whole = joined(content), read_image(io.BytesIO(content))
    assert found is not None
    np.testing.assert_array_equal(found.color, whole.color)
    assert found.color.dtype == whole.color.dtype
    assert (found.alpha is None) == (whole.alpha is None)
    if whole.alpha is not None and found.alpha is not None:
        np.testing.assert_array_equal(found.alpha, whole.alpha)
    assert found.profile == whole.profile


def pictures() -> Iterator[tuple[str, Image.Image]]:
    size = 37, 41
    colors = Image.fromarray(photo(*size))
    yield "RGB", colors
    yield "L", Image.fromarray(photo(*size, channels=1))
    yield "LA", Image.fromarray(photo(*size, channels=2))
    yield "RGBA", Image.fromarray(photo(*size, channels=4))
    yield "1", colors.convert("1")
    yield "P", colors.quantize(7)
    yield "P 200", colors.quantize(200)
    yield "grey P", colors.convert("L").quantize(16)
    yield "I;16", Image.fromarray(photo(*size, channels=1).astype(np.uint16) * 251)
    black = colors.quantize(2)
    black.putpalette([0, 0, 0, 9, 9, 9, 255, 0, 0])
    yield "P with a colour that no pixel shows", black
    yield "one row", colors.crop((0, 0, 37, 1))
    yield "one column", colors.crop((0, 0, 1, 41))


@pytest.mark.parametrize(("name", "picture"), list(pictures()))
def test_png(name: str, picture: Image.Image) -> None:
    for level in (0, 6):
        check(encoded(picture, "PNG", compress_level=level))
    if picture.mode in ("L", "RGB", "P", "I;16"):
        corner = picture.getpixel((0, 0))
        transparent = 1 if picture.mode == "P" else corner
        check(encoded(picture, "PNG", transparency=transparent))
        check(encoded(picture, "PNG", icc_profile=b"profile"))


def test_png_with_all_filters_and_depths() -> None:
    """Rows of random filters and bytes, whatever the type: Pillow takes all."""
    generator = np.random.default_rng(2)
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
    for kind, bits in ((0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (3, 2), (3, 4), (4, 8), (6, 8)):
        row = -(-29 * bits * channels[kind] // 8)
        lines = generator.integers(0, 256, (50, row + 1), np.uint8)
        lines[:, 0] = generator.integers(0, 5, 50)
        parts = [(b"IHDR", struct.pack(">IIBBBBB", 29, 50, bits, kind, 0, 0, 0))]
        if kind == 3:
            colors = generator.integers(0, 256, 3 << bits, np.uint8)
            parts.append((b"PLTE", colors.tobytes()))
        stream = zlib.compress(lines.tobytes())
        parts += [(b"IDAT", stream[:99]), (b"IDAT", stream[99:]), (b"IEND", b"")]
        content = b"\x89PNG\r\n\x1a\n"
        for name, part in parts:
            content += struct.pack(">I", len(part)) + name + part
            content += struct.pack(">I", zlib.crc32(name + part))
        check(content)


@pytest.mark.parametrize("bits", [1, 2, 4, 8, 16])
@pytest.mark.parametrize("kind", [0, 2])
def test_the_transparent_colour_of_a_png(kind: int, bits: int) -> None:
    if kind == 2 and bits < 8:
        return
    channels = 3 if kind else 1
    samples = np.arange(16 * channels).reshape(4, 4, channels) * 1300 >> (16 - bits)
    if bits < 8:
        samples = samples % (1 << bits)
    key = samples[1, 2]
    if bits == 16:
        rows = [line.astype(">u2").tobytes() for line in samples]
    elif bits == 8:
        rows = [line.astype(np.uint8).tobytes() for line in samples]
    else:
        digits = (samples[..., 0, None] >> np.arange(bits)[::-1] & 1).reshape(4, -1)
        rows = [np.packbits(line).tobytes() for line in digits]
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", 4, 4, bits, kind, 0, 0, 0)),
        (b"tRNS", struct.pack(f">{channels}H", *key.tolist())),
        (b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows))),
        (b"IEND", b""),
    ]
    content = b"\x89PNG\r\n\x1a\n"
    for name, part in parts:
        content += struct.pack(">I", len(part)) + name + part
        content += struct.pack(">I", zlib.crc32(name + part))
    if (kind, bits) != (2, 16):  # which is read whole
        check(content)
    found = read_image(io.BytesIO(content))
    assert found.alpha is not None
    assert np.array_equal(found.alpha == 0, (samples == key).all(axis=2))
    assert np.isin(found.alpha, [0, 255]).all()
    assert found.color.dtype == (np.uint16 if (kind, bits) == (0, 16) else np.uint8)


def test_an_opaque_alpha_is_dropped_before_bars_are_drawn() -> None:
    opaque = np.dstack([photo(30, 60), np.full((60, 30), 255, np.uint8)])
    for last, kept in ((255, False), (254, True)):
        opaque[-1, -1, 3] = last
        with open_rows(
            io.BytesIO(encoded(Image.fromarray(opaque), "PNG")), 1 << 20, "it"
        ) as source:
            assert source is not None
            found = list(rows.without_opaque_bands(source).bands())
        assert all((band.alpha is not None) == kept for band in found)
        assert np.array_equal(np.concatenate([band.color for band in found]), opaque[..., :3])


def test_jpeg() -> None:
    for channels in (1, 3):
        picture = Image.fromarray(photo(90, 123, channels))
        for options in ({}, {"subsampling": 0}, {"quality": 20}, {"restart_marker_rows": 2}):
            check(encoded(picture, "JPEG", **options))
    dark = Image.new("L", (64, 64))  # black is not taken for rows that are missing
    check(encoded(dark, "JPEG"))
    check(encoded(dark.convert("RGB"), "JPEG", icc_profile=b"profile"))


@pytest.mark.parametrize(("name", "picture"), list(pictures()))
def test_tiff(name: str, picture: Image.Image) -> None:
    for compression in (None, "tiff_adobe_deflate", "tiff_lzw", "packbits"):
        for size in (64, 1 << 16):
            check(encoded(picture, "TIFF", compression=compression, strip_size=size))
    check(encoded(picture, "TIFF", big_tiff=True))
    if picture.mode == "1":
        check(encoded(picture, "TIFF", compression="group4"))
        check(encoded(picture, "TIFF", compression="group3"))
    if picture.mode in ("L", "RGB"):
        check(encoded(picture, "TIFF", compression="jpeg"))


def test_tiff_in_tiles(tmp_path: Path) -> None:
    tifffile = pytest.importorskip("tifffile")
    for channels in (1, 3, 4):
        for options in ({}, {"compression": "zlib"}, {"compression": "zlib", "predictor": True}):
            for order in "<>":
                samples = photo(75, 50, channels)
                kind = {"photometric": "rgb"} if channels > 1 else {}
                extra = {"extrasamples": ["unassalpha"]} if channels == 4 else {}
                file = tmp_path / "it.tif"
                tifffile.imwrite(
                    file, samples, tile=(32, 16), byteorder=order, **options, **kind, **extra
                )
                check(file.read_bytes())
                tifffile.imwrite(
                    file, samples, rowsperstrip=7, byteorder=order, **options, **kind, **extra
                )
                check(file.read_bytes())


def test_what_is_read_whole() -> None:
    picture = Image.fromarray(photo(40, 40))
    exif = Image.Exif()
    exif[0x0112] = 6
    assert joined(encoded(picture, "JPEG", progressive=True)) is None
    assert joined(encoded(picture, "JPEG", exif=exif)) is None
    assert joined(encoded(picture, "PNG", exif=exif)) is None
    assert joined(encoded(picture, "TIFF", exif=exif)) is None
    assert joined(encoded(picture, "BMP")) is None
    assert joined(encoded(picture.convert("CMYK"), "JPEG")) is None
    frames = [picture, Image.new("RGB", (40, 40))]
    assert joined(encoded(frames[0], "PNG", save_all=True, append_images=frames[1:])) is None


@given(st.integers(0, 2**31), st.sampled_from(["PNG", "JPEG", "TIFF", "deflate"]))
@settings(max_examples=60, deadline=None)
def test_damage_is_one_sentence(seed: int, kind: str) -> None:
    generator = np.random.default_rng(seed)
    options = {"compression": "tiff_adobe_deflate"} if kind == "deflate" else {}
    content = bytearray(
        encoded(Image.fromarray(photo(60, 60)), "TIFF" if kind == "deflate" else kind, **options)
    )
    if generator.integers(2):
        del content[generator.integers(len(content)) :]
    else:
        content[generator.integers(len(content))] ^= 1 << generator.integers(8)
    content = bytes(content)
    try:
        whole = read_image(io.BytesIO(content), max_pixels=1 << 20)
    except InputError:
        with pytest.raises(InputError):
            _ = joined(content) or read_image(io.BytesIO(content), max_pixels=1 << 20)
        return
    found = joined(content)
    if found is not None:
        np.testing.assert_array_equal(found.color, whole.color)
