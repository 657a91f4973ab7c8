import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pages import FLAT, PHOTO, TEXT, text_page
from PIL import Image

from dither.gamut.line_art import keep_line_art
from dither.images.animation import Animation, read_animation, write_animation
from dither.images.io import read_image
from dither.images.raster_image import RasterImage
from dither.ordered.levels import ordered_dither
from dither.ordered.palette import dither_to_palette
from dither.palettes.palette_like import load_palette
from dither.preparation.line_art import line_art_mask

PAGE = text_page()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a page, a mask of its photo, and a mask of another size."""
    Image.fromarray(PAGE.picture).save(tmp_path / "page.png")
    Image.fromarray(np.where(PAGE.truth == PHOTO, 255, 0).astype(np.uint8)).save(
        tmp_path / "mask.png"
    )
    Image.new("L", (10, 20)).save(tmp_path / "small.png")
    return tmp_path


def _codes(path: Path) -> np.ndarray:
    return np.asarray(read_image(path).color).reshape(*PAGE.truth.shape, -1)


@pytest.mark.parametrize(
    "command",
    [
        "ordered --bits 1 --gray",
        "ordered --palette black-white",
        "ordered --colors 4 --gray",
        "diffuse --bits 1 --gray",
        "diffuse --palette black-white-red",
        "diffuse --palette black-white --method curve",
        "optimize --palette black-white",
        "optimize --colors 4",
    ],
)
def test_text_is_undithered_and_the_photo_is_dithered(
    run: Callable, folder: Path, command: str
) -> None:
    name, _, options = command.partition(" ")
    run(f"dither {name} page.png -o kept.png {options} --line-art")
    found = _codes(folder / "kept.png")
    white = found[0, 0]
    ink = PAGE.ink > 0.5
    # Text has one colour on one background: no dots.
    plain = (found == white).all(axis=2)
    assert plain[(PAGE.truth == FLAT)].mean() > 0.98
    assert (plain != ink)[PAGE.truth == TEXT].mean() > 0.97
    assert len(np.unique(found[PAGE.truth == PHOTO], axis=0)) > 1
    # The photo, away from its border, is dithered as without the option, where no error is handed on.
    if name == "ordered":
        run(f"dither ordered page.png -o all.png {options}")
        inner = np.s_[90:220, 260:430]
        other = (found[inner] != _codes(folder / "all.png")[inner]).any(axis=2)
        # A palette gets a picture that is mapped; without the option, the nodes are mapped.
        assert other.mean() <= (0.01 if "palette" in options else 0)


def test_a_mask_decides_instead(run: Callable, folder: Path) -> None:
    run("dither ordered page.png -o out.png --palette spectra-6 --mask mask.png")
    palette = load_palette("spectra-6")
    kept = keep_line_art(PAGE.picture, PAGE.truth != PHOTO, palette=palette, tints=False)
    assert kept.kept.tolist() == (PAGE.truth != PHOTO).tolist()
    codes = kept.put(dither_to_palette(kept.picture, palette, intent="absolute"))
    expected = palette.colors[codes]
    assert (_codes(folder / "out.png") == expected).all()


def test_a_mask_is_resized_with_the_image(run: Callable, folder: Path) -> None:
    run("dither ordered page.png -o out.png --bits 1 --gray --resize 50% --mask mask.png")
    half = read_image(folder / "out.png").color
    assert half.shape == (200, 240)
    assert (half[130:, :100] == 255).mean() > 0.6
    Image.new("L", (240, 200), 255).save(folder / "half.png")
    run("dither ordered page.png -o all.png --bits 1 --gray --resize 50%")
    run("dither ordered page.png -o same.png --bits 1 --gray --resize 50% --mask half.png")
    assert (folder / "all.png").read_bytes() == (folder / "same.png").read_bytes()


def test_each_frame_has_its_own_lines(run: Callable, folder: Path) -> None:
    second = PAGE.picture[:, ::-1].copy()
    frames = tuple(RasterImage(np.asarray(each)) for each in (PAGE.picture, second))
    write_animation(folder / "clip.png", Animation(frames, (90, 90), plays=0))
    run("dither ordered clip.png -o out.png --bits 1 --line-art")
    found = read_animation(folder / "out.png").frames
    for number, (before, after) in enumerate(zip(frames, found, strict=True)):
        kept = keep_line_art(before.color, line_art_mask(before.color), levels=2)
        codes = ordered_dither(kept.picture, levels=2, phase=(number, 0, 0))
        assert (after.color == kept.put(codes) * 255).all()


def test_a_batch_dithers_again_when_the_option_or_the_mask_changes(
    run: Callable, folder: Path
) -> None:
    (folder / "in").mkdir()
    (folder / "page.png").rename(folder / "in" / "page.png")
    made = []
    for options in ("", "--line-art", "--line-art", "--mask mask.png", "--mask mask.png"):
        command = f"dither ordered in -o out --recursive --bits 1 --json --jobs 1 {options}"
        made.append(len(json.loads(run(command).stdout)["images"]))
    Image.new("L", (480, 400), 9).save(folder / "mask.png")
    made.append(len(json.loads(run(command).stdout)["images"]))
    assert made == [1, 1, 0, 1, 0, 1]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--line-art --mask mask.png", "choose one of --line-art and --mask"),
        ("--mask none.png", "none.png"),
        (
            "--mask small.png",
            "--mask small.png has 10x20 pixels; it needs those of the image, 480x400",
        ),
    ],
)
def test_masks_that_do_not_fit_are_refused(
    refused: Callable, folder: Path, options: str, words: str
) -> None:
    assert words in refused(f"dither ordered page.png -o out.png --bits 1 {options}")
    assert not (folder / "out.png").exists()


@pytest.mark.parametrize("option", ["--line-art", "--mask mask.png"])
def test_volumes_refuse_them(refused: Callable, folder: Path, option: str) -> None:
    pytest.importorskip("tifffile").imwrite(folder / "v.tif", np.zeros((5, 8, 8), np.uint8))
    words = refused(f"dither ordered v.tif -o out.tif --bits 1 {option}")
    assert f"{option.split()[0]} is not for volumes" in words
