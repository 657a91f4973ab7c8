"""Resolutions, compared with those that Pillow and tifffile read and write."""

import io
from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import dither
from dither.cli.app import app
from dither.errors import InputError
from dither.images.animation import read_animation
from dither.images.io import encode_image
from dither.images.raster_image import RasterImage
from dither.images.resolution import file_resolution, per_metre, rational

PHOTO = np.random.default_rng(1).integers(0, 256, (24, 36, 3), np.uint8)


def run(*arguments: object) -> None:
    app([*map(str, arguments), "--quiet"], standalone_mode=False)


def dpi(path: Path) -> tuple[float, float]:
    with Image.open(path) as picture:
        across, down = picture.info["dpi"]
        return float(across), float(down)


def saved(path: Path, resolution: tuple[float, float] = (600, 300)) -> Path:
    Image.fromarray(PHOTO).save(path, dpi=resolution)
    return path


@pytest.mark.parametrize("source", ["a.tif", "a.png", "a.jpg", "a.bmp"])
@pytest.mark.parametrize("output", ["o.tif", "o.png", "o.bmp"])
@pytest.mark.parametrize("command", ["ordered", "diffuse"])
def test_files_keep_their_resolution(
    tmp_path: Path, source: str, output: str, command: str
) -> None:
    run(command, saved(tmp_path / source), "-o", tmp_path / output, "--bits", 1)
    # PNG and BMP hold whole pixels per metre.
    assert dpi(tmp_path / output) == pytest.approx((600, 300), abs=0.01)


def test_a_tiff_holds_the_exact_number_per_inch(tmp_path: Path) -> None:
    run("ordered", saved(tmp_path / "a.png"), "-o", tmp_path / "o.tif", "--bits", 1)
    with tifffile.TiffFile(tmp_path / "o.tif") as file:
        tags = file.pages.first.tags
        assert [tags[code].value for code in (282, 283, 296)] == [(600, 1), (300, 1), 2]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--resize", "50%"], (300, 150)),
        (["--resize", "12x24"], (200, 300)),
        (["--scale", 2], (1200, 600)),
        (["--rotate", 90, "--resize", "24x36"], (300, 600)),
        (["--resize", "72x72", "--fit", "contain"], (1200, 600)),
        (["--resize", "12x24", "--fit", "cover"], (600, 300)),
        (["--palette", "game-boy"], (600, 300)),
        (["--palette", "game-boy", "--resize", "200%"], (1200, 600)),
    ],
)
@pytest.mark.parametrize("output", ["o.tif", "o.png", "o.bmp"])
def test_the_size_on_paper_stays(
    tmp_path: Path, options: list, expected: tuple[float, float], output: str
) -> None:
    bits = [] if "--palette" in options else ["--bits", 1]
    run("ordered", saved(tmp_path / "a.tif"), "-o", tmp_path / output, *bits, *options)
    assert dpi(tmp_path / output) == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize("output", ["o.tif", "o.png", "o.bmp"])
def test_optimize_keeps_the_resolution(tmp_path: Path, output: str) -> None:
    saved(tmp_path / "a.jpg")
    run("optimize", tmp_path / "a.jpg", "-o", tmp_path / output, "--palette", "game-boy")
    assert dpi(tmp_path / output) == pytest.approx((600, 300), abs=0.01)


@pytest.mark.parametrize("options", [["--bits", 1], ["--palette", "game-boy"]])
def test_animations_keep_the_resolution(tmp_path: Path, options: list) -> None:
    frames = [Image.fromarray(np.full((8, 8, 3), code, np.uint8)) for code in (60, 190)]
    source, output = tmp_path / "a.png", tmp_path / "o.png"
    frames[0].save(source, save_all=True, append_images=frames[1:], duration=40, dpi=(300, 300))
    run("ordered", source, "-o", output, *options)
    assert dpi(output) == pytest.approx((300, 300), abs=0.01)
    assert len(read_animation(output).frames) == 2


def test_python_keeps_the_resolution(tmp_path: Path) -> None:
    image = dither.read_image(saved(tmp_path / "a.tif"))
    assert image.resolution == (600, 300)
    image = RasterImage(image.color[:10, :10], resolution=image.resolution)
    for ending in (".tif", ".png", ".bmp", ".gif", ".ppm"):
        dither.write_image(tmp_path / f"o{ending}", image)
    for ending in (".tif", ".png", ".bmp"):
        assert dither.read_image(tmp_path / f"o{ending}").resolution == (600, 300)
        assert dpi(tmp_path / f"o{ending}") == pytest.approx((600, 300), abs=0.01)
    assert dither.read_image(tmp_path / "o.ppm").resolution is None
    indices = np.zeros((2, 2), np.uint8)
    for ending in (".tif", ".png", ".bmp"):
        path = tmp_path / f"i{ending}"
        dither.write_indexed(path, indices, PHOTO[0, :4], resolution=(150, 75))
        assert dpi(path) == pytest.approx((150, 75), abs=0.02)


def test_files_without_a_resolution_have_none(tmp_path: Path) -> None:
    for ending in (".png", ".jpg", ".webp", ".gif"):
        Image.fromarray(PHOTO).save(tmp_path / f"a{ending}")
        assert dither.read_image(tmp_path / f"a{ending}").resolution is None
    run("ordered", tmp_path / "a.png", "-o", tmp_path / "o.png", "--bits", 1)
    with Image.open(tmp_path / "o.png") as picture:
        assert "dpi" not in picture.info


def test_centimetres_and_ratios(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, PHOTO, resolution=(100, 50), resolutionunit=3, photometric="rgb")
    assert dither.read_image(path).resolution == pytest.approx((254, 127))
    tifffile.imwrite(path, PHOTO, resolution=(1, 1), resolutionunit=1, photometric="rgb")
    assert dither.read_image(path).resolution is None


def exif_of(across: float, unit: int, orientation: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[282], exif[283], exif[296], exif[0x0112] = across, across / 2, unit, orientation
    return exif


@pytest.mark.parametrize("ending", [".jpg", ".webp"])
def test_exif_and_turned_photos(tmp_path: Path, ending: str) -> None:
    for unit, orientation, expected in [
        (2, 1, (400, 200)),
        (2, 6, (200, 400)),
        (3, 1, (1016, 508)),
    ]:
        path = tmp_path / f"a{ending}"
        Image.fromarray(PHOTO).save(path, exif=exif_of(400, unit, orientation))
        assert dither.read_image(path).resolution == pytest.approx(expected)
        run("ordered", path, "-o", tmp_path / "o.tif", "--bits", 1, "--force")
        assert dpi(tmp_path / "o.tif") == pytest.approx(expected)


@pytest.mark.parametrize("value", [(0, 0), (float("nan"), 1), (-1, 1)])
def test_impossible_resolutions_are_refused_in_python(value: tuple[float, float]) -> None:
    with pytest.raises(InputError, match="pixels per inch above 0"):
        RasterImage(PHOTO, resolution=value)


def test_a_damaged_resolution_is_no_resolution() -> None:
    picture = Image.fromarray(PHOTO)
    for found in [(0, 300), (float("inf"), 1), ("x", 2), (1,)]:
        picture.format, picture.info["dpi"] = "TIFF", found
        assert file_resolution(picture) is None


@given(st.integers(1, 5000))
def test_whole_numbers_survive_png_and_bmp(number: int) -> None:
    image = RasterImage(PHOTO[:1, :1], resolution=(number, 5001 - number))
    for ending in (".png", ".bmp"):
        file = io.BytesIO(encode_image(image, ending))
        assert dither.read_image(file).resolution == image.resolution


@given(st.floats(1e-3, 1e12))
def test_numbers_fit_their_fields(value: float) -> None:
    top, bottom = rational(value)
    assert 0 < top < 1 << 32
    assert 0 < bottom < 1 << 32
    if value < 1e6:
        assert top / bottom == pytest.approx(value, rel=1e-3)
    assert all(0 < each < 1 << 31 for each in per_metre((value, value)))
