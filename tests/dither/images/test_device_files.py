import io
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Run
from PIL import Image

from dither.errors import InputError
from dither.images.device_files import device_file, escpos_raster, xbm

CODES = np.random.default_rng(0).integers(0, 2, (21, 19), np.uint8)


def test_pillow_reads_an_xbm() -> None:
    with Image.open(io.BytesIO(xbm(CODES, "my picture"))) as picture:
        assert picture.format == "XBM"
        # For Pillow a set bit is white; in X, and for ImageMagick and netpbm, it is black.
        assert (np.array(picture) == (CODES == 0)).all()


def test_a_printer_gets_parts_of_few_rows() -> None:
    tall = np.random.default_rng(1).integers(0, 2, (2000, 19), np.uint8)
    data, found = escpos_raster(tall), []
    while data:
        head, data = data[:8], data[8:]
        assert head[:4] == b"\x1dv0\0"
        width, height = (int.from_bytes(head[at : at + 2], "little") for at in (4, 6))
        part, data = data[: width * height], data[width * height :]
        bits = np.unpackbits(np.frombuffer(part, np.uint8).reshape(height, width), axis=1)
        assert height <= 960
        found.append(bits[:, :19])
    assert (np.concatenate(found) == (tall == 0)).all()


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")
@pytest.mark.parametrize("layout", ["msb", "lsb", "pages", "planes"])
def test_a_compiler_takes_the_array(tmp_path: Path, layout: str) -> None:
    (tmp_path / "a.h").write_bytes(device_file("a.h", CODES, 2, layout))  # pyright: ignore[reportArgumentType]
    (tmp_path / "main.c").write_text(
        '#include "a.h"\n#include <stdio.h>\nint main(void) { fwrite(a, 1, sizeof a, stdout); return '
        "A_WIDTH == 19 && A_HEIGHT == 21 ? 0 : 1; }\n"
    )
    subprocess.run(["cc", "-Wall", "-Werror", "main.c", "-o", "main"], cwd=tmp_path, check=True)
    done = subprocess.run(["./main"], cwd=tmp_path, check=True, capture_output=True)
    from dither.images.raw_layout import raw_bytes

    assert done.stdout == raw_bytes(CODES, 2, layout).tobytes()  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(("name", "levels"), [("a.xbm", 4), ("a.escpos", 3), ("a.txt", 2)])
def test_refused(name: str, levels: int) -> None:
    with pytest.raises(InputError):
        device_file(name, CODES, levels)


def gray(folder: Path) -> np.ndarray:
    ramp = np.tile(np.arange(0, 256, 4, dtype=np.uint8), (24, 1))
    Image.fromarray(ramp).save(folder / "a.png")
    return ramp


@pytest.mark.parametrize("command", ["ordered", "diffuse"])
def test_files_of_devices_hold_what_the_image_holds(run: Run, tmp_path: Path, command: str) -> None:
    gray(tmp_path)
    run(f"dither {command} a.png -o a1.png --bits 1")
    codes = (np.array(Image.open(tmp_path / "a1.png").convert("L")) > 0).astype(np.uint8)
    for name in ("b.xbm", "b.escpos", "b.c"):
        run(f"dither {command} a.png -o {name} --bits 1")
        assert (tmp_path / name).read_bytes() == device_file(name, codes, 2)
    run(f"dither {command} a.png -o b.bin --bits 1 --packed pages")
    run(f"dither {command} a.png -o p.xbm --palette '#ffffff #000000' --mix-in encoded --force")
    assert Image.open(tmp_path / "p.xbm").size == (64, 24)


def test_the_lighter_of_two_colours_is_white(run: Run, tmp_path: Path) -> None:
    Image.new("L", (16, 8), 255).save(tmp_path / "a.png")
    for palette in ("#fffff0,#101040", "#101040,#fffff0"):
        run(f"dither ordered a.png -o a.xbm --palette {palette} --force")
        assert not np.array(Image.open(tmp_path / "a.xbm")).any()  # no bit is set


@pytest.mark.parametrize("command", ["ordered", "diffuse"])
def test_levels_of_each_channel(run: Run, tmp_path: Path, command: str) -> None:
    photo = np.random.default_rng(0).integers(0, 256, (40, 30, 3), np.uint8)
    Image.fromarray(photo).save(tmp_path / "a.png")
    run(f"dither {command} a.png -o a.bin --levels rgb565 --packed lsb")
    run(f"dither {command} a.png -o b.png --levels 32,64,32")
    words = np.fromfile(tmp_path / "a.bin", "<u2").reshape(40, 30)
    shown = np.array(Image.open(tmp_path / "b.png")).astype(int)
    for channel, (shift, steps) in enumerate(((11, 31), (5, 63), (0, 31))):
        codes = words >> shift & steps
        assert (shown[..., channel] == (2 * codes * 255 + steps) // (2 * steps)).all()
    gray(tmp_path)
    run(f"dither {command} a.png -o g.bin --levels rgb332 --packed msb")
    assert (tmp_path / "g.bin").stat().st_size == 24 * 64


@pytest.mark.parametrize("words", ["--levels 1,2", "--levels rgb", "--levels 70000", "--levels 1"])
def test_levels_that_are_refused(refused: Run, tmp_path: Path, words: str) -> None:
    gray(tmp_path)
    assert "levels is" in str(refused(f"dither ordered a.png -o b.png {words}"))


@pytest.mark.parametrize(
    "words",
    ["-o b.xbm --bits 2", "-o b.bin --packed pages --bits 2", "-o b.xbm --bits 1 --packed msb"],
)
def test_layouts_that_do_not_fit_are_refused(refused: Run, tmp_path: Path, words: str) -> None:
    gray(tmp_path)
    refused(f"dither ordered a.png {words}")
    assert not list(tmp_path.glob("b.*"))


@pytest.mark.parametrize(
    ("codes", "levels", "layout", "words"),
    [
        (CODES, 2, "msb", "1 bit per pixel, the leftmost pixel in the highest bits"),
        (CODES, 4, "lsb", "2 bits per pixel, the leftmost pixel in the lowest bits"),
        (CODES, 256, "msb", "8 bits per pixel, rows of "),
        (CODES, 300, "lsb", "16 bits per pixel, the lowest byte first"),
        (CODES, 2, "pages", "1 bit per pixel, in pages of 8 rows"),
        (CODES, 4, "planes", "a plane for each bit, the lowest first"),
        (
            np.dstack([CODES] * 3),
            (32, 64, 32),
            "msb",
            "red 5, green 6, blue 5 bits in 16, red highest, the highest byte first, rows of",
        ),
        (
            np.dstack([CODES] * 3),
            (8, 8, 4),
            "msb",
            "red 3, green 3, blue 2 bits in 8, red highest, rows of",
        ),
        (
            np.dstack([CODES] * 3),
            4,
            "lsb",
            "red 2, green 2, blue 2 bits in 8, red highest, rows of",
        ),
        (np.zeros((3, 60), np.uint8), 2, "msb", "highest bits, rows of 8 bytes; 24 bytes."),
        (np.zeros((3, 60), np.uint8), 4, "planes", "highest bits, rows of 8 bytes; 48 bytes."),
        (np.zeros((16, 60), np.uint8), 2, "pages", "the lowest bit of a byte; 120 bytes."),
    ],
)
def test_a_c_array_says_how_its_pixels_lie(
    codes: np.ndarray, levels: Any, layout: Any, words: str
) -> None:
    first = device_file("a.h", codes, levels, layout).decode().splitlines()[0]
    assert words in first
