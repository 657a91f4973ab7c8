"""Images that are dithered in bands of rows: the bytes of those that are read whole, in less memory."""

import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from peak_memory import peak_memory
from PIL import Image

from dither.cli import in_rows, pipeline
from dither.cli.app import app
from dither.images import rows
from dither.preparation import resampling


def photo(width: int, height: int, channels: int = 3, seed: int = 0) -> np.ndarray:
    y, x = np.mgrid[0:height, 0:width]
    waves = np.stack([np.sin(x / 17 + c) + np.cos(y / 15 - c) for c in range(channels)], axis=2)
    noise = np.random.default_rng(seed).normal(0, 0.1, waves.shape)
    samples = np.clip((waves + noise) * 60 + 128, 0, 255).astype(np.uint8)
    return samples[..., 0] if channels == 1 else samples


COMMANDS = (
    "ordered {} --bits 1",
    "ordered {} --bits 1 --gray",
    "ordered {} --levels 4 --gray --mix-in linear",
    "ordered {} --levels 7",
    "ordered {} --bits 9 --gray",
    "ordered {} --palette pico-8",
    "ordered {} --palette black-white --mixture-size 2",
    "ordered {} --palette game-boy --strength 0",
    "diffuse {} --bits 1",
    "diffuse {} --levels 3 --gray --threshold-noise 0.3",
    "diffuse {} --palette pico-8",
    "diffuse {} --palette pico-8 --raster --kernel stucki",
    "diffuse {} --bits 1 --kernel ostromoukhov --gray",
)
PREPARATIONS = (
    "",
    "--resize 50%",
    "--resize 37x",
    "--resize 150%",
    "--resize 40x40 --fit cover",
    "--resize 60x60 --fit contain",
    "--resize 30x80 --fit stretch",
    "--contrast 1.3 --exposure 0.5",
    "--shadows 0.4 --saturation 2 --gamma 1.2",
    "--background #ff8000",
    "--scale 3",
)
SOURCES = ("rgb.png", "gray.png", "rgba.png", "rgb.jpg", "rgb.tif", "deflate.tif", "deep.png")
ENDINGS = (".png", ".tif", ".bmp", ".ppm")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("in-rows")
    Image.fromarray(photo(75, 150)).save(made / "rgb.png")
    Image.fromarray(photo(75, 150, 1)).save(made / "gray.png")
    Image.fromarray(photo(75, 150, 4)).save(made / "rgba.png")
    Image.fromarray(photo(75, 150)).save(made / "rgb.jpg", icc_profile=b"profile")
    Image.fromarray(photo(75, 150)).save(made / "rgb.tif")
    Image.fromarray(photo(75, 150)).save(
        made / "deflate.tif", compression="tiff_adobe_deflate", strip_size=4000
    )
    Image.fromarray(photo(75, 150, 1).astype(np.uint16) * 250).save(made / "deep.png")
    return made


def result(line: str, output: Path) -> bytes | str:
    try:
        app([*line.split(), "-o", str(output), "--force", "--quiet"], standalone_mode=False)
    except Exception as error:
        return str(error)
    return output.read_bytes()


@given(
    st.sampled_from(COMMANDS),
    st.sampled_from(PREPARATIONS),
    st.sampled_from(SOURCES),
    st.sampled_from(ENDINGS),
    st.sampled_from([64, 300, 75 * 64, 75 * 100]),
)
@settings(max_examples=40, deadline=None)
def test_bytes_are_those_of_an_image_that_is_read_whole(
    folder: Path, command: str, preparation: str, source: str, ending: str, pixels: int
) -> None:
    line = f"{command.format(folder / source)} {preparation}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rows, "BAND_PIXELS", pixels)
        patch.setattr(resampling, "_BAND_PIXELS", 5 * pixels)
        patch.setattr(in_rows, "_STORE_SHARE", 1 << 17 if pixels == 300 else 8)
        banded = result(line, folder / f"banded{ending}")
        patch.setattr(pipeline, "_needs_whole", lambda *_: "the test")
        whole = result(line, folder / f"whole{ending}")
    if isinstance(whole, str):
        whole = whole.replace("whole.", "banded.")
    assert banded == whole


def test_standard_input_and_packed_rows(
    run: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.fromarray(photo(75, 150)).save(tmp_path / "in.png")
    monkeypatch.setattr(rows, "BAND_PIXELS", 1000)
    run("dither ordered in.png -o rows.bin --bits 1 --gray --packed msb")
    run("dither ordered in.png -o out.png --bits 1 --gray")
    with Image.open(tmp_path / "out.png") as picture:
        packed = np.packbits(np.asarray(picture), axis=1)
    assert (tmp_path / "rows.bin").read_bytes() == packed.tobytes()


def test_what_does_not_fit_is_refused(
    refused: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = Image.fromarray(photo(1200, 1000))
    picture.save(tmp_path / "progressive.jpg", progressive=True)
    picture.save(tmp_path / "plain.png")
    picture.save(tmp_path / "one.tif", compression="tiff_adobe_deflate", strip_size=1 << 24)
    said = refused("dither ordered progressive.jpg -o out.png --bits 1 --memory 16MB")
    assert "takes about 24 MB, because a file of its kind is decoded whole" in said
    said = refused("dither ordered plain.png -o out.png --colors 4 --memory 16MB")
    assert "because --colors needs the whole image; --memory is 16 MB" in said
    said = refused("dither diffuse plain.png -o out.png --bits 1 --method curve --memory 16MB")
    assert "because --method curve needs the whole image" in said
    assert not list(tmp_path.glob("out*"))


def test_nothing_is_left_of_an_image_that_ends_too_early(
    refused: Callable[[str], str], tmp_path: Path
) -> None:
    content = io.BytesIO()
    Image.fromarray(photo(400, 400)).save(content, "JPEG")
    (tmp_path / "cut.jpg").write_bytes(content.getvalue()[:-3000])
    said = refused("dither ordered cut.jpg -o out.png --bits 1")
    assert said == "error: cut.jpg is damaged or cannot be read: it ends too early\n"
    assert [path.name for path in tmp_path.iterdir()] == ["cut.jpg"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [
        "ordered {} --bits 1",
        "ordered {} --palette pico-8",
        "ordered {} --bits 2 --resize 50%",
        "diffuse {} --bits 1",
        "diffuse {} --palette pico-8",
    ],
)
@pytest.mark.parametrize("ending", [".png", ".jpg", ".tif"])
def test_a_hundred_megapixels_stay_within_the_memory(
    tmp_path: Path, arguments: str, ending: str
) -> None:
    name = tmp_path / f"large{ending}"
    drawing = (
        "import sys, numpy as np; from PIL import Image\n"
        "tile = np.random.default_rng(0).integers(0, 256, (80, 125, 3), np.uint8)\n"
        "tile = Image.fromarray(tile).resize((1250, 800))\n"
        "large = Image.new('RGB', (12500, 8000))\n"
        "for place in range(100): large.paste(tile, (place % 10 * 1250, place // 10 * 800))\n"
        "large.save(sys.argv[1])\n"
    )
    subprocess.run([sys.executable, "-c", drawing, str(name)], check=True)
    line = [*arguments.format(name).split(), "-o", "out.png", "--quiet", "--memory", "256M"]
    command = [sys.executable, "-m", "dither.cli", *line]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    assert peak_memory(command, cwd=tmp_path, env=environment) < 256_000_000


def test_a_tiff_keeps_the_compression_of_its_source_by_both_ways(
    run: Callable, refused: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = Image.fromarray(photo(300, 200))
    picture.save(tmp_path / "lzw.tif", compression="tiff_lzw", strip_size=3000)
    picture.save(tmp_path / "in.png")
    line = "dither ordered lzw.tif -o {}.tif --gray --bits 1"
    run(line.format("rows"))
    monkeypatch.setattr(pipeline, "_needs_whole", lambda *_: "the test")
    run(line.format("whole"))
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    assert (tmp_path / "rows.tif").read_bytes() == (tmp_path / "whole.tif").read_bytes()
    run("dither ordered lzw.tif -o group4.tif --gray --bits 1 --compression group4")
    run("dither ordered in.png -o plain.tif --gray --bits 1")
    run("dither ordered in.png -o palette.tif --palette pico-8 --compression zstd")
    for name, compression, mode in (
        ("rows", "tiff_lzw", "1"),
        ("group4", "group4", "1"),
        ("plain", "raw", "1"),
        ("palette", "zstd", "P"),
    ):
        with Image.open(tmp_path / f"{name}.tif") as made:
            assert (made.info["compression"], made.mode) == (compression, mode)
    said = refused("dither ordered in.png -o x.png --bits 1 --compression lzw")
    assert "--compression is for .tif; x.png is none" in said
    said = refused("dither ordered in.png -o x.tif --bits 1 --compression group4")
    assert "group4 compresses 1 bit per pixel, and this result has 24" in said
