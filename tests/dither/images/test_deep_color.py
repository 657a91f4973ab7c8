"""Colours of 16 bits: every way of storing them, against tifffile and a plain writer of PNG."""

import io
import struct
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

import dither
from dither.errors import InputError
from dither.images.raster_image import RasterImage
from dither.images.row_reader import open_rows

tifffile = pytest.importorskip("tifffile")

_SHAPE = (9, 14)


def _alpha(band: RasterImage) -> np.ndarray:
    assert band.alpha is not None
    return band.alpha


def png(samples: np.ndarray, *chunks: bytes) -> bytes:
    """Return a PNG whose rows have each of the five filters."""
    rows = samples.astype(">u2").view(np.uint8).reshape(len(samples), -1).astype(int)
    step, lines, above = 2 * samples.shape[2], [], np.zeros(rows.shape[1], int)
    for number, row in enumerate(rows):
        left = np.concatenate([np.zeros(step, int), row[:-step]])
        corner = np.concatenate([np.zeros(step, int), above[:-step]])
        guess = left + above - corner
        near = np.abs(np.stack([left, above, corner]) - guess).argmin(axis=0)
        paeth = np.stack([left, above, corner])[near, np.arange(len(row))]
        kind = number % 5
        base = [0, left, above, (left + above) // 2, paeth][kind]
        lines.append(bytes([kind]) + ((row - base) % 256).astype(np.uint8).tobytes())
        above = row
    header = struct.pack(
        ">IIBBBBB", *samples.shape[1::-1], 16, {2: 4, 3: 2, 4: 6}[samples.shape[2]], 0, 0, 0
    )
    parts = [chunk(b"IHDR", header), *chunks, chunk(b"IDAT", zlib.compress(b"".join(lines)))]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts) + chunk(b"IEND", b"")


def interlaced_png(samples: np.ndarray, color_type: int) -> bytes:
    data = b""
    for top, left, down, right in (
        *((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4)),
        *((2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)),
    ):
        for row in samples[top::down, left::right]:
            data += b"\0" + row.astype(">u2").tobytes()
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 16, color_type, 0, 0, 1))
    content = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(data))
    return content + chunk(b"IEND", b"")


def chunk(name: bytes, content: bytes) -> bytes:
    head = struct.pack(">I", len(content)) + name
    return head + content + struct.pack(">I", zlib.crc32(name + content))


def tiff(samples: np.ndarray, **options: object) -> bytes:
    stream = io.BytesIO()
    if samples.shape[2] == 4:
        options["extrasamples"] = ["unassalpha"]
    tifffile.imwrite(stream, samples, photometric="rgb", **options)
    return stream.getvalue()


WRITERS: dict[str, Callable[[np.ndarray], bytes]] = {
    "png": png,
    "little": lambda samples: tiff(samples, byteorder="<"),
    "big": lambda samples: tiff(samples, byteorder=">", rowsperstrip=4),
    "deflate": lambda samples: tiff(samples, byteorder=">", compression="zlib", rowsperstrip=2),
    "predictor": lambda samples: tiff(samples, compression="zlib", predictor=True),
    "tiles": lambda samples: tiff(samples, tile=(16, 16), compression="zlib"),
}


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("name", WRITERS)
def test_all_bits_are_read_whole_and_in_rows(name: str, channels: int, tmp_path: Path) -> None:
    samples = np.random.default_rng(0).integers(0, 65536, (*_SHAPE, channels), np.uint16)
    path = tmp_path / "deep"
    path.write_bytes(WRITERS[name](samples))
    found = dither.read_image(path, deep=True)
    with open_rows(path, 1 << 20, "deep", deep=True) as rows:
        assert rows is not None
        assert not rows.notes
        bands = list(rows.bands())
    assert (found.color == samples[..., :3]).all()
    assert (np.concatenate([band.color for band in bands]) == samples[..., :3]).all()
    if channels == 4:
        alpha = np.rint(samples[..., 3] / 257)
        assert (found.alpha == alpha).all()
        assert (np.concatenate([_alpha(band) for band in bands]) == alpha).all()
    assert dither.read_image(path).color.dtype == np.uint8


@pytest.mark.parametrize("is_interlaced", [False, True])
def test_grey_with_alpha_keeps_all_bits(is_interlaced: bool, tmp_path: Path) -> None:
    samples = np.random.default_rng(0).integers(0, 65536, (8, 8, 2), np.uint16)
    path = tmp_path / "deep.png"
    path.write_bytes(interlaced_png(samples, 4) if is_interlaced else png(samples))
    alpha = np.rint(samples[..., 1] / 257)
    found = dither.read_image(path)
    assert (found.color == samples[..., 0]).all()
    assert (found.alpha == alpha).all()
    with open_rows(path, 1 << 20, "deep") as rows:
        assert (rows is None) == is_interlaced
        if rows is not None:
            assert not rows.notes
            bands = list(rows.bands())
            assert (np.concatenate([band.color for band in bands]) == samples[..., 0]).all()
            assert (np.concatenate([_alpha(band) for band in bands]) == alpha).all()


@pytest.mark.parametrize("white", [65535, 1000, 300])
@pytest.mark.parametrize("is_text", [False, True])
def test_pnm_keeps_all_bits(is_text: bool, white: int, tmp_path: Path) -> None:
    samples = np.random.default_rng(0).integers(0, white + 1, (*_SHAPE, 3), np.uint16)
    numbers = " ".join(map(str, samples.ravel())).encode()
    content = numbers if is_text else samples.astype(">u2").tobytes()
    head = f"P{3 if is_text else 6}\n# made here\n{_SHAPE[1]} {_SHAPE[0]} {white}\n".encode()
    path = tmp_path / "deep.ppm"
    path.write_bytes(head + content)
    expected = samples.astype(float) * 65535 / white
    assert abs(dither.read_image(path, deep=True).color - expected).max() <= 0.5
    assert abs(dither.read_image(path).color - expected / 257).max() < 0.51
    path.write_bytes((head + content)[:-40])
    with pytest.raises(InputError, match="damaged"):
        dither.read_image(path, deep=True)


def test_eight_bits_are_the_nearest_ones_and_rounded_last(tmp_path: Path) -> None:
    # Light at half a code of 8 bits, which is 12 codes of sRGB.
    samples = np.full((*_SHAPE, 3), 128, np.uint16)
    path = tmp_path / "linear.png"
    path.write_bytes(png(samples, chunk(b"gAMA", struct.pack(">I", 100000))))
    expected = round(255 * 12.92 * 128 / 65535)
    found = dither.read_image(path).color
    assert found.dtype == np.uint8
    assert (found == expected).all()
    with open_rows(path, 1 << 20, "linear") as rows:
        assert rows is not None
        assert all((band.color == expected).all() for band in rows.bands())
    path.write_bytes(png(np.full((*_SHAPE, 3), 0x80FF, np.uint16)))
    assert (dither.read_image(path).color == 128).all()
    path.write_bytes(png(np.full((*_SHAPE, 3), 257 * 9 - 20, np.uint16)))
    assert (dither.read_image(path).color == 9).all()


def test_one_colour_may_be_transparent(tmp_path: Path) -> None:
    samples = np.random.default_rng(0).integers(0, 65536, (*_SHAPE, 3), np.uint16)
    samples[2, 3] = samples[5, 6] = 1, 2, 3
    samples[5, 7] = 1, 2, 4
    path = tmp_path / "clear.png"
    path.write_bytes(png(samples, chunk(b"tRNS", struct.pack(">HHH", 1, 2, 3))))
    found = dither.read_image(path, deep=True)
    expected = np.full(_SHAPE, 255)
    expected[[2, 5], [3, 6]] = 0
    assert (found.alpha == expected).all()
    assert (dither.read_image(path).alpha == expected).all()
    for deep in (False, True):
        with open_rows(path, 1 << 20, "clear", deep=deep) as rows:
            assert rows is not None
            assert (np.concatenate([_alpha(band) for band in rows.bands()]) == expected).all()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_turned_as_pillow_turns_those_of_8_bits(
    orientation: int, tmp_path: Path
) -> None:
    codes = np.random.default_rng(0).integers(0, 256, (*_SHAPE, 3), np.uint8)
    options = {"extratags": [(274, "H", 1, orientation, True)]}
    (tmp_path / "a.tif").write_bytes(tiff(codes, **options))
    (tmp_path / "b.tif").write_bytes(tiff(codes.astype(np.uint16) * 257, **options))
    expected = dither.read_image(tmp_path / "a.tif").color
    found = dither.read_image(tmp_path / "b.tif", deep=True).color
    assert (found == expected.astype(np.uint16) * 257).all()


def test_interlaced_pictures_keep_their_bits(tmp_path: Path) -> None:
    samples = np.random.default_rng(0).integers(0, 65536, (8, 8, 3), np.uint16)
    (tmp_path / "a.png").write_bytes(interlaced_png(samples, 2))
    assert (dither.read_image(tmp_path / "a.png", deep=True).color == samples).all()


def test_a_profile_is_applied_to_all_bits(tmp_path: Path) -> None:
    from dither.images.color_management import managed, profile_source
    from dither.images.raster_image import RasterImage

    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    # Red and green of the matrix change places.
    place = profile.index(b"rXYZ"), profile.index(b"gXYZ")
    profile[place[0] : place[0] + 4], profile[place[1] : place[1] + 4] = b"gXYZ", b"rXYZ"
    samples = np.random.default_rng(0).integers(0, 65536, (*_SHAPE, 3), np.uint16)
    iccp = chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(profile)))
    (tmp_path / "a.png").write_bytes(png(samples, iccp))
    found = dither.read_image(tmp_path / "a.png", deep=True)
    source = profile_source(bytes(profile), "RGB", "a.png")
    assert source.space is not None
    assert (found.color == managed(RasterImage(samples), source).color).all()
    assert len(np.unique(found.color % 257)) > 100


@pytest.mark.parametrize(
    "command", ["ordered", "diffuse", "diffuse --method curve", "diffuse --raster"]
)
@pytest.mark.parametrize("target", ["--bits 1", "--levels 2 --gray", "--levels rgb565"])
def test_commands_dither_all_bits(run: Callable, tmp_path: Path, command: str, target: str) -> None:
    # Black in 8 bits.
    samples = np.full((128, 128, 3), 200, np.uint16)
    (tmp_path / "a.png").write_bytes(png(samples))
    (tmp_path / "a.tif").write_bytes(tiff(samples))
    for name in ("a.png", "a.tif"):
        done = run(f"dither {command} {name} -o out.png --force {target}")
        assert "8 bits" not in done.stderr
        with Image.open(tmp_path / "out.png") as picture:
            values = np.asarray(picture.convert("RGB"))
        levels = np.array([31, 63, 31]) if "rgb565" in target else np.ones(3)
        mean = (values / 255 * levels).mean(axis=(0, 1))
        assert (mean > 0.2 * 200 / 65535 * levels).all()
        assert (mean < 1.2 * 200 / 65535 * levels).all()
    assert "rounded to 8" in run("dither ordered a.png -o p.png -p pico-8").stderr


@pytest.mark.parametrize("white", [300, 1000, 4095])
def test_pnm_of_text_and_of_bytes_are_the_same(white: int, tmp_path: Path) -> None:
    samples = np.resize(np.arange(white + 1, dtype=np.uint16), (1, -(-white // 3), 3))
    head = f"{samples.shape[1]} 1 {white}\n"
    (tmp_path / "text.ppm").write_text(f"P3 {head}" + " ".join(map(str, samples.ravel())))
    (tmp_path / "bytes.ppm").write_bytes(f"P6 {head}".encode() + samples.astype(">u2").tobytes())
    text, binary = (
        dither.read_image(tmp_path / f"{name}.ppm", deep=True).color for name in ("text", "bytes")
    )
    assert (text == binary).all()


@pytest.mark.parametrize("kind", ["png", "tiff", "ppm"])
def test_pictures_of_16_bits_are_not_held_whole_before_they_are_rounded(
    kind: str, tmp_path: Path
) -> None:
    samples = np.broadcast_to(np.uint16(1000), (1 << 11, 1 << 12, 3))
    path = tmp_path / "large"
    if kind == "png":
        rows = bytes(1 + (6 << 12)) * len(samples)
        header = struct.pack(">IIBBBBB", *samples.shape[1::-1], 16, 2, 0, 0, 0)
        parts = chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows, 1)), chunk(b"IEND", b"")
        path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))
    elif kind == "tiff":
        path.write_bytes(tiff(samples))
    else:
        path.write_bytes(b"P6 4096 2048 65535\n" + samples.astype(">u2").tobytes())
    tracemalloc.start()
    try:
        result = dither.read_image(path).color
        # What Pillow holds is not counted.
        assert tracemalloc.get_traced_memory()[1] < 2.5 * result.nbytes
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("compression", [None, "zlib"])
def test_planes_of_16_bits_are_refused(tmp_path: Path, compression: str | None) -> None:
    samples = np.random.default_rng(0).integers(0, 65536, (3, *_SHAPE), np.uint16)
    path = tmp_path / "planes.tif"
    options = {"photometric": "rgb", "planarconfig": "separate", "compression": compression}
    tifffile.imwrite(path, samples, **options)
    for deep in (False, True):
        with pytest.raises(InputError, match="in planes of their own"):
            dither.read_image(path, deep=deep)
