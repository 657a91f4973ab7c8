"""Stacks of TIFF pages: every page is dithered, or one sentence says why not."""

from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

import dither
from dither.cli.app import app
from dither.errors import InputError
from dither.images.animation import read_animation

STACK = np.random.default_rng(2).integers(0, 256, (5, 24, 33), np.uint8)
COLOR_STACK = np.random.default_rng(3).integers(0, 256, (4, 24, 33, 3), np.uint8)


def run(*arguments: object) -> None:
    app([*map(str, arguments), "--quiet", "--force"], standalone_mode=False)


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    path = tmp_path / "stack.tif"
    tifffile.imwrite(path, STACK, photometric="minisblack", resolution=(600, 300), resolutionunit=2)
    return path


@pytest.mark.parametrize("compression", ["none", "deflate", "lzw", "group4", "zstd"])
def test_diffuse_writes_every_page_as_it_writes_single_images(
    stack: Path, tmp_path: Path, compression: str
) -> None:
    run("diffuse", stack, "-o", tmp_path / "o.tif", "--bits", 1, "--compression", compression)
    pages = []
    with Image.open(tmp_path / "o.tif") as picture:
        for index in range(picture.n_frames):  # pyright: ignore[reportAttributeAccessIssue]
            picture.seek(index)
            assert picture.mode == "1"
            assert picture.info["dpi"] == (600, 300)
            pages.append(np.asarray(picture.convert("L")))
    assert len(pages) == len(STACK)
    for page, samples in zip(pages, STACK, strict=True):
        Image.fromarray(samples).save(tmp_path / "one.png")
        run("diffuse", tmp_path / "one.png", "-o", tmp_path / "one_out.png", "--bits", 1)
        np.testing.assert_array_equal(page, dither.read_image(tmp_path / "one_out.png").color)


@pytest.mark.parametrize("command", ["diffuse", "optimize", "ordered"])
def test_palettes_of_stacks(tmp_path: Path, command: str) -> None:
    path = tmp_path / "stack.tif"
    tifffile.imwrite(path, COLOR_STACK, photometric="rgb")
    run(command, path, "-o", tmp_path / "o.tif", "--palette", "pico-8")
    with Image.open(tmp_path / "o.tif") as picture:
        assert picture.n_frames == len(COLOR_STACK)  # pyright: ignore[reportAttributeAccessIssue]
        assert picture.mode == "P"
        for index in range(len(COLOR_STACK)):
            picture.seek(index)
            colors = np.asarray(picture.convert("RGB")).reshape(-1, 3)
            allowed = {tuple(color) for color in dither.load_palette("pico-8").colors.tolist()}
            assert set(map(tuple, colors.tolist())) <= allowed


def test_optimize_learns_one_palette_for_all_pages(tmp_path: Path) -> None:
    path = tmp_path / "stack.tif"
    tifffile.imwrite(path, COLOR_STACK, photometric="rgb")
    run("optimize", path, "-o", tmp_path / "o.tif", "--colors", 4)
    maps = []
    with Image.open(tmp_path / "o.tif") as picture:
        for index in range(picture.n_frames):  # pyright: ignore[reportAttributeAccessIssue]
            picture.seek(index)
            maps.append(picture.getpalette())
    assert len(maps) == len(COLOR_STACK)
    assert all(each == maps[0] for each in maps)


@pytest.mark.parametrize("command", ["diffuse", "optimize", "ordered"])
@pytest.mark.parametrize("output", ["o.png", "o.gif", "o.bmp", "o.webp"])
def test_formats_of_one_image_refuse_stacks(
    stack: Path, tmp_path: Path, command: str, output: str
) -> None:
    with pytest.raises(InputError, match=r"has 5 pages, and .* holds one image; choose \.tif"):
        run(command, stack, "-o", tmp_path / output, "--palette", "game-boy")
    assert not (tmp_path / output).exists()


def test_pages_of_different_sizes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "stack.tif"
    with tifffile.TiffWriter(path) as writer:
        writer.write(STACK[0])
        writer.write(STACK[0, :10])
    with pytest.raises(InputError, match=r"33x24, and 33x10 on page 2\); save them as files"):
        run("diffuse", path, "-o", tmp_path / "o.tif", "--bits", 1)
    assert not (tmp_path / "o.tif").exists()


def test_previews_and_masks_are_no_pages(tmp_path: Path) -> None:
    path = tmp_path / "photo.tif"
    with tifffile.TiffWriter(path) as writer:
        writer.write(STACK[0])
        writer.write(STACK[0, ::2, ::2], subfiletype=1)
        writer.write(STACK[0], extratags=[(254, 4, 1, 4, True)])
    run("diffuse", path, "-o", tmp_path / "o.png", "--bits", 1)
    assert dither.read_image(tmp_path / "o.png").color.shape == STACK[0].shape


def test_a_stack_written_to_a_folder_keeps_its_pages(stack: Path, tmp_path: Path) -> None:
    run("ordered", stack, "--output-dir", tmp_path / "out", "--name", "{stem}.tif", "--bits", 1)
    [path] = (tmp_path / "out").iterdir()
    run("ordered", stack, "-o", tmp_path / "o.tif", "--bits", 1)
    np.testing.assert_array_equal(tifffile.imread(path), tifffile.imread(tmp_path / "o.tif") > 0)


def test_resized_stacks(stack: Path, tmp_path: Path) -> None:
    run("diffuse", stack, "-o", tmp_path / "o.tif", "--bits", 1, "--resize", "200%")
    assert tifffile.imread(tmp_path / "o.tif").shape == (5, 48, 66)


def test_mixed_pages_and_alpha(tmp_path: Path) -> None:
    path = tmp_path / "stack.tif"
    rgba = np.concatenate([COLOR_STACK[0], STACK[0, ..., None]], axis=2)
    pages = [Image.fromarray(STACK[1]), Image.fromarray(rgba)]
    pages[0].save(path, save_all=True, append_images=pages[1:])
    assert [page.color.ndim for page in read_animation(path, pages=True).frames] == [3, 3]
    run("diffuse", path, "-o", tmp_path / "o.tif", "--bits", 1)
    found = tifffile.imread(tmp_path / "o.tif")
    assert found.shape == (2, 24, 33, 4)
    assert (found[0, ..., 3] == 255).all()
    np.testing.assert_array_equal(found[1, ..., 3], STACK[0])


def test_the_first_page_alone_is_read_where_nothing_else_is_asked(stack: Path) -> None:
    said: list[str] = []
    assert len(read_animation(stack, name="stack.tif", log=said.append).frames) == 1
    assert said == ["stack.tif has 5 pages; the first is read"]


def test_a_stack_counts_all_its_pixels(stack: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="more than 2000 pixels in its 5 pages"):
        run("diffuse", stack, "-o", tmp_path / "o.tif", "--bits", 1, "--max-pixels", 2000)
