"""Check every line of docs/limits.md at its limit and one beyond it."""

import inspect
import io
import re
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT
from PIL import Image
from volume_limits import REFUSED, VOLUME_LIMITS, began

from bluenoise.generate import check_shape
from dither.cli.app import app
from dither.cli.commands.compare import compare
from dither.cli.commands.ordered import ordered
from dither.diffusion.kernel_files import load_kernel
from dither.diffusion.kernels import DiffusionKernel
from dither.errors import InputError
from dither.files.npy import read_npy
from dither.files.safe_open import MAX_BYTES, read_all
from dither.images.animation import read_animation
from dither.images.formats.gif import gif_bytes
from dither.images.io import MAX_PIXELS, open_image
from dither.images.pillow_conversion import check_webp
from dither.images.raster_image import RasterImage
from dither.matrix.arrays import matrices_of
from dither.matrix.threshold_matrix import ThresholdMatrix, channel_thresholds
from dither.palettes.files import read_colors
from dither.palettes.palette import Palette
from dither.panels.files import load_panel
from dither.panels.panel import Ink, Panel, PanelPacking
from dither.preparation.fit import Sides
from dither.samples import check_levels

PAGE = ROOT / "docs" / "limits.md"
pytestmark = pytest.mark.skipif(not PAGE.exists(), reason="the docs are in the sources")


def _rows() -> dict[str, int]:
    """Return the limits of the first two tables by their descriptions."""
    limits, _, _ = PAGE.read_text("utf-8").partition("## Memory")
    found = re.findall(r"^\| ([^|]+) \| ([\d,]+) \| [^|]", limits, re.MULTILINE)
    return {what: int(limit.replace(",", "")) for what, limit in found}


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png(width: int, height: int, more: bytes = b"") -> bytes:
    """Return a grey PNG with a header of this size and samples missing."""
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    samples = _chunk(b"IDAT", zlib.compress(bytes(width + 1))) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + header + more + samples


def _pixels(limit: int, most: int) -> None:
    """Open an image whose header has this many pixels, rounded up to a row; decode none."""
    width = 1 << 12
    with open_image(io.BytesIO(_png(width, -(-limit // width))), most):
        pass


def _default(command: Callable[..., object], limit: int) -> None:
    """Check the default of --max-pixels without reading that many pixels."""
    most = inspect.signature(command).parameters["max_pixels"].default
    _pixels(limit, most)


def _typed(words: str, option: str) -> None:
    """Run a command that must fail; raise only if the error is about this option."""
    try:
        app(words.split(), standalone_mode=False)
    except InputError as error:
        if option in str(error):
            raise


def _result(pixels: int, folder: Path) -> None:
    """Check the limit of a result with 100 pixels in place of the default number."""
    limit = inspect.signature(ordered).parameters["max_pixels"].default
    Image.new("L", (10, 10)).save(folder / "p.png")
    height = 10 + (pixels > limit)
    words = f"ordered {folder}/p.png -o {folder}/{height}.png -b 1 --resize 10x{height}!"
    _typed(f"{words.replace('!', '')} --quiet --max-pixels 100", "--max-pixels")


def _frames(count: int) -> None:
    moving = _chunk(b"acTL", struct.pack(">II", count, 0))
    control = _chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, 1, 1, 0, 0, 1, 25, 0, 0))
    try:
        read_animation(io.BytesIO(_png(1, 1, moving + control)))
    except InputError as error:
        if "damaged" not in str(error):  # the file has fewer frames than its header promises
            raise


def _whole(size: int) -> None:
    """Read 10 bytes plus the excess over the limit, with a limit of 10."""
    read_all(io.BytesIO(bytes(10 + size - MAX_BYTES)), "standard input", most=10)


def _sized(path: Path, content: bytes, size: int) -> Path:
    """Write a sparse file of this size that starts with the content."""
    with path.open("wb") as file:
        file.write(content)
        file.truncate(size)
    return path


def _matrix(path: Path, *shape: int) -> None:
    text = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}}}\n".encode()
    content = b"\x93NUMPY\1\0" + struct.pack("<H", len(text)) + text
    read_npy(_sized(path, content, len(content) + int(np.prod(shape))))


def _palette_file(path: Path, size: int) -> None:
    path.write_bytes(b"000000\nffffff".ljust(size, b"\n"))
    read_colors(path)


def _kernel_file(path: Path, size: int) -> None:
    path.write_bytes(b'{"weights": [[0, 1]], "origin": 0}'.ljust(size))
    load_kernel(path)


def _swatch(path: Path, pixels: int) -> None:
    path.write_bytes(_png(1 << 12, -(-pixels // (1 << 12))))
    try:
        read_colors(path)
    except InputError as error:
        if "damaged" not in str(error):
            raise


def _channels(count: int) -> None:
    matrix = ThresholdMatrix(np.arange(6).reshape(2, 3))
    matrices_of(channel_thresholds([matrix] * count))


def _kernel(side: int) -> None:
    DiffusionKernel(((0,) * side,) * side, origin=0)


def _colors(count: int) -> None:
    codes = np.arange(count)
    Palette(np.stack([codes >> 8, codes & 255, codes & 255], axis=1))


def _panel_file(path: Path, size: int) -> None:
    path.write_bytes(b'base = "playdate"\n'.ljust(size, b"\n"))
    load_panel(path)


def _panel(width: int, height: int) -> None:
    inks = (Ink("black", "#000000", "#000000", (0,)), Ink("white", "#ffffff", "#ffffff", (1,)))
    Panel("large", inks, width, height, 100, PanelPacking(1))


Limited = Callable[[int, Path], object]
LIMITS: dict[str, Limited] = {
    "pixels of an input image, all frames together": lambda n, _: (
        _pixels(n, MAX_PIXELS),
        _default(ordered, n),
    ),
    "pixels of an output, after `--resize` and `--scale`": _result,
    "pixels of each image in `dither compare`": lambda n, _: _default(compare, n),
    "frames of an animation": lambda n, _: _frames(n),
    "bytes of standard input, of a pipe, and of an image in `dither compare`": (
        lambda n, _: _whole(n)
    ),
    "pixels per side in `--resize`": lambda n, _: Sides(width=n),
    "pixels per side of a GIF output": lambda n, _: gif_bytes(
        [RasterImage(np.zeros((1, n), np.uint8))], durations=[0], plays=1
    ),
    "pixels per side of a WebP output": lambda n, _: check_webp(
        RasterImage(np.zeros((1, n), np.uint8))
    ),
    "factor of `--scale`": lambda n, _: _typed(f"ordered p.png -b 1 --scale {n}", "--scale"),
    "levels per channel": lambda n, _: check_levels(n),
    "colours of a palette": lambda n, _: _colors(n),
    "bytes of a palette file": lambda n, folder: _palette_file(folder / "p.hex", n),
    "bytes of an image used as a palette": lambda n, folder: read_colors(
        _sized(folder / "p.bmp", _bmp(), n)
    ),
    "pixels of an image used as a palette": lambda n, folder: _swatch(folder / "p.png", n),
    "bytes of a panel file": lambda n, folder: _panel_file(folder / "p.toml", n),
    "pixels per side of a panel": lambda n, _: _panel(n, 1),
    "pixels of a panel": lambda n, _: _panel(1 << 13, -(-n // (1 << 13))),
    "planes of a panel": lambda n, _: PanelPacking(1, planes=tuple("abcdefgh"[:n])),
    "values in a matrix or noise file": lambda n, folder: _matrix(
        folder / "m.npy", 1 << 12, -(-n // (1 << 12))
    ),
    "rows, columns or frames of a matrix file": lambda n, folder: _matrix(folder / "m.npy", 1, n),
    "rows and columns of a generated matrix": lambda n, _: check_shape((n, n)),
    "frames of a generated matrix": lambda n, _: check_shape((n, 8, 8)),
    "cells of a generated matrix, all frames together": lambda n, _: check_shape(
        (-(-n // (128 * 128)), 128, 128)
    ),
    "channels of a matrix": lambda n, _: _channels(n),
    "rows and columns of a diffusion kernel": lambda n, _: _kernel(n),
    "bytes of a kernel file": lambda n, folder: _kernel_file(folder / "k.json", n),
    "palette entries per mixture, `--mixture-size`": lambda n, _: _typed(
        f"ordered p.png -p game-boy --mixture-size {n}", "--mixture-size"
    ),
    **VOLUME_LIMITS,
}


def _bmp() -> bytes:
    stream = io.BytesIO()
    Image.new("L", (2, 1)).save(stream, "BMP")
    return stream.getvalue()


@pytest.mark.parametrize("what", LIMITS)
def test_the_limit_is_taken_and_one_beyond_it_refused(tmp_path: Path, what: str) -> None:
    limit = _rows()[what]
    for each in ("at", "beyond"):
        (tmp_path / each).mkdir()
    LIMITS[what](limit, tmp_path / "at")
    with pytest.raises(InputError) as refused:
        LIMITS[what](limit + 1, tmp_path / "beyond")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("what", REFUSED)
def test_what_the_page_says_is_refused(tmp_path: Path, what: str) -> None:
    assert f"| {what} |" in PAGE.read_text("utf-8")
    made, sentence = REFUSED[what]
    with pytest.raises(InputError, match=sentence) as refused:
        began(made(tmp_path))
    assert "\n" not in str(refused.value)


def test_all_that_the_page_says_is_refused_is_tested() -> None:
    _, _, table = PAGE.read_text("utf-8").partition("| refused | use instead |\n|---|---|\n")
    rows = table.partition("\n\n")[0].splitlines()
    assert {row.split(" | ")[0].removeprefix("| ") for row in rows} == set(REFUSED)


def test_what_is_left_out_of_a_file_is_said(tmp_path: Path) -> None:
    samples = bytes([0, *range(6)])
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 16, 2, 0, 0, 0))
    data = _chunk(b"IDAT", zlib.compress(samples)) + _chunk(b"IEND", b"")
    (tmp_path / "deep.png").write_bytes(b"\x89PNG\r\n\x1a\n" + header + data)
    page = Image.new("RGB", (2, 1))
    page.save(tmp_path / "two.tif", save_all=True, append_images=[page])
    page.save(tmp_path / "one.tif")
    (tmp_path / "deep.ppm").write_bytes(b"P6 1 1 65535\n" + bytes(6))
    said: list[str] = []
    for name in ("deep.png", "two.tif", "one.tif", "deep.ppm"):
        read_animation(tmp_path / name, name=name, log=said.append)
    assert said == [
        "deep.png has more than 8 bits per channel; they are rounded to 8",
        "two.tif has 2 pages; the first is read",
        "deep.ppm has more than 8 bits per channel; they are rounded to 8",
    ]


def test_each_line_of_the_page_is_tested() -> None:
    said = {
        "bits per channel of a grey input, or RGB for levels": 16,
        "pages of a TIFF, unless written to `.tif` or `.zarr`": 1,
    }
    rows = _rows()
    assert set(rows) == {*LIMITS, *said}
    assert said.items() <= rows.items()
