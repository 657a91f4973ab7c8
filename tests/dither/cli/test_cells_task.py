import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("numba")

from dither.cells.cells import Cells
from dither.cells.devices import load_cells
from dither.cells.optimize_cells import optimize_cells
from dither.palettes.palette_like import load_palette


@pytest.fixture
def folder(tmp_path: Path, photo: np.ndarray) -> Path:
    """An empty folder but for a photo, one with a hole, a clip, and a folder of photos."""
    photo = photo[:24, :32]
    Image.fromarray(photo).save(tmp_path / "photo.png")
    alpha = np.full((24, 32, 1), 255, np.uint8)
    alpha[:8, :12] = 0
    Image.fromarray(np.concatenate([photo, alpha], axis=2)).save(tmp_path / "hole.png")
    frames = [Image.fromarray(photo), Image.fromarray(photo[::-1].copy())]
    frames[0].save(tmp_path / "clip.gif", save_all=True, append_images=frames[1:])
    (tmp_path / "in").mkdir()
    Image.fromarray(photo).save(tmp_path / "in" / "a.png")
    return tmp_path


def test_a_device_by_name(folder: Path, run: Callable, photo: np.ndarray) -> None:
    command = "dither optimize photo.png -o x.png --cells game-boy-color --cells-output x.json"
    report = json.loads(run(f"{command} --palette-output x.gpl --seed 2 --json").stdout)
    expected = optimize_cells(photo[:24, :32], "game-boy-color", seed=2)
    with Image.open(folder / "x.png") as picture:
        assert picture.mode == "P"
        np.testing.assert_array_equal(np.asarray(picture), expected.indices)
        np.testing.assert_array_equal(np.asarray(picture.convert("RGB")), expected.picture)
    cells = json.loads((folder / "x.json").read_text())
    assert cells == report["images"][0]["cells"]
    assert np.shape(cells["map"]) == (3, 4)
    assert np.shape(cells["words"]) == (8, 4)
    assert report["images"][0]["errors"]["blurred_1_5"] < 3
    assert len((folder / "x.gpl").read_text().splitlines()) == 4 + 32


def test_cells_by_their_size(folder: Path, run: Callable, photo: np.ndarray) -> None:
    run(
        "dither optimize photo.png -o a.png --cells 4x8 --cell-palettes 3 --cell-colors 4 "
        "--device rgb555 --keep #000000"
    )
    cells = Cells(4, 8, 4, palettes=3, shared=1, device_levels=(32, 32, 32))
    expected = optimize_cells(photo[:24, :32], cells, keep=np.zeros((1, 3), np.uint8))
    with Image.open(folder / "a.png") as picture:
        np.testing.assert_array_equal(np.asarray(picture), expected.indices)
    run(
        "dither optimize photo.png -o b.png --cells 8x1 --cell-palettes any --cell-colors 2 -p pico-8"
    )
    expected = optimize_cells(photo[:24, :32], Cells(8, 1, 2, master=load_palette("pico-8")))
    with Image.open(folder / "b.png") as picture:
        np.testing.assert_array_equal(np.asarray(picture), expected.indices)


def test_a_screen_of_the_spectrum(folder: Path, run: Callable) -> None:
    run("dither optimize photo.png -o x.png --cells zx-spectrum --fit cover --cells-output x.scr")
    assert (folder / "x.scr").stat().st_size == 6912
    with Image.open(folder / "x.png") as picture:
        assert picture.size == load_cells("zx-spectrum").frame


def test_hidden_pixels_stay_hidden(folder: Path, run: Callable) -> None:
    run("dither optimize hole.png -o x.png --cells zx-spectrum")
    with Image.open(folder / "x.png") as picture:
        shown = np.asarray(picture.convert("RGBA"))
    assert (shown[:8, :12, 3] == 0).all()
    assert (shown[8:, :, 3] == 255).all()
    colors = {tuple(color) for color in shown[:8, 8:16].reshape(-1, 4) if color[3]}
    assert len(colors) <= 2


def test_partial_alpha_becomes_opaque_or_clear(folder: Path, run: Callable) -> None:
    shade = np.zeros((24, 32, 4), np.uint8)
    shade[..., 3] = np.arange(32) * 8
    Image.fromarray(shade).save(folder / "shade.png")
    done = run("dither optimize shade.png -o x.png --cells zx-spectrum")
    assert "x.png: an image of cells has no partial transparency; alpha below 128" in done.stderr
    with Image.open(folder / "x.png") as picture:
        assert picture.mode == "P"
        alpha = np.asarray(picture.convert("RGBA"))[..., 3]
    assert (alpha == np.where(shade[..., 3] < 128, 0, 255)).all()
    done = run("dither optimize shade.png -o y.png --cells zx-spectrum --background red")
    assert "transparency" not in done.stderr
    with Image.open(folder / "y.png") as picture:
        assert "transparency" not in picture.info


def test_a_folder(folder: Path, run: Callable) -> None:
    run("dither optimize in -o out --recursive --cells zx-spectrum --jobs 1 --quiet")
    assert (folder / "out" / "a.png").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            "photo.png -o x.png --cells zx-spectrun",
            "no cells are named 'zx-spectrun'; did you mean",
        ),
        ("photo.png -o x.png --cells 8x8", "--cells 8x8 needs --cell-colors"),
        ("photo.png -o x.png --cells 8x8 --cell-colors 4", "--cells 8x8 needs --cell-palettes"),
        ("photo.png -o x.png --cells nes --cell-palettes x", "--cell-palettes is x"),
        ("photo.png -o x.png --cells 0x8 --cell-colors 4 --cell-palettes 2", "cells are 0x8"),
        ("photo.png -o x.png --cells nes --colors 4", "--colors has no effect with --cells"),
        ("photo.png -o x.png --cells nes --line-art", "--line-art has no effect with --cells"),
        ("photo.png -o x.png --cells nes --mask hole.png", "--mask has no effect with --cells"),
        ("photo.png -o x.png --cells nes --pixels random", "--pixels has no effect with --cells"),
        ("photo.png -o x.bin --cells nes --packed msb", "--packed has no effect with --cells"),
        ("photo.png -o x.h --cells nes", "cannot write x.h: --cells writes images, such as .png"),
        ("photo.png -o x.png --colors 4 --cell-colors 4", "--cell-colors has no effect without"),
        ("photo.png -o x.png --cells nes --cells-output x.scr", ".scr is a screen of --cells zx-"),
        ("photo.png -o x.json --cells nes", "the ending must be one of .png"),
        (
            "photo.png -o x.png --cells zx-spectrum --cells-output x.scr",
            "the picture has 32x24 pixels, and a screen of zx-spectrum has 256x192",
        ),
        (
            "hole.png -o x.png --cells zx-spectrum --cells-output x.scr --resize 256x192",
            "a screen holds no alpha; --background puts a colour behind it",
        ),
        (
            "shade.png -o x.png --cells nes --alpha keep",
            "an image of cells has no partial transparency; choose --alpha threshold, dither or",
        ),
        ("photo.png hole.png -o . --cells nes --cells-output x.json", "and there are 2"),
        ("clip.gif -o x.gif --cells nes", "--cells is for still images, and this one has 2 frames"),
        ("photo.png -o x.png --cells nes --keep #010203", "keep is not of the palette"),
        (
            "photo.png -o x.png --cells nes -p pico-8",
            "--palette has 16 colours; those of --cells nes",
        ),
        ("in -o out --recursive --cells nes --cells-output x.json", "--cells-output takes the"),
    ],
)
def test_mistakes_are_one_sentence(
    folder: Path, refused: Callable, options: str, words: str
) -> None:
    Image.fromarray(np.full((24, 32, 4), 99, np.uint8)).save(folder / "shade.png")
    assert words in refused(f"dither optimize {options}")
    assert not (folder / "x.png").exists()
    assert not (folder / "x.scr").exists()
