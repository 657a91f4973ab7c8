"""Colour spaces of files, as commands and the Python API read them."""

import io
from pathlib import Path

import numpy as np
import pytest
from conftest import Run
from icc_profiles import cmyk_profile, gray_profile, rgb_profile
from PIL import Image, ImageSequence

import dither
from dither.images.animation import read_animation
from dither.images.described_colors import DescribedColors, from_h273, to_srgb

P3 = from_h273(12, 13).primaries
PROFILE = rgb_profile(P3, 2.2)
SPACE = DescribedColors(P3, round(2.2 * 256) / 256)
PHOTO = np.random.default_rng(0).integers(0, 256, (24, 20, 3), np.uint8)
PATCH = np.array([0xC8, 0x3C, 0x28], np.uint8)
WANTED = to_srgb(PHOTO, SPACE).astype(int)


def saved(format_name: str, **options: object) -> io.BytesIO:
    stream = io.BytesIO()
    Image.fromarray(PHOTO).save(stream, format_name, icc_profile=PROFILE, **options)
    stream.seek(0)
    return stream


@pytest.mark.parametrize(
    ("format_name", "options"), [("PNG", {}), ("TIFF", {}), ("WEBP", {"lossless": True})]
)
def test_every_format_is_converted(format_name: str, options: dict[str, object]) -> None:
    stream = saved(format_name, **options)
    image = dither.read_image(stream)
    assert np.abs(image.color.astype(int) - WANTED).max() <= 1
    assert image.profile is None
    stream.seek(0)
    unmanaged = dither.read_image(stream, color_management=False)
    assert (unmanaged.color == PHOTO).all()
    assert unmanaged.profile == PROFILE


def test_frames_are_converted() -> None:
    stream = io.BytesIO()
    frames = [Image.fromarray(PHOTO), Image.fromarray(PHOTO[::-1])]
    frames[0].save(stream, "PNG", save_all=True, append_images=frames[1:], icc_profile=PROFILE)
    animation = read_animation(stream)
    for frame, wanted in zip(animation.frames, (WANTED, WANTED[::-1]), strict=True):
        assert np.abs(frame.color.astype(int) - wanted).max() <= 1


def test_alpha_stays(tmp_path: Path) -> None:
    alpha = np.arange(480, dtype=np.uint8).reshape(24, 20, 1)
    Image.fromarray(np.concatenate([PHOTO, alpha], axis=2)).save(
        tmp_path / "a.png", icc_profile=PROFILE
    )
    image = dither.read_image(tmp_path / "a.png")
    assert image.alpha is not None
    assert (image.alpha == alpha[..., 0]).all()
    assert np.abs(image.color.astype(int) - WANTED).max() <= 1


def test_inks_are_converted_by_their_profile(tmp_path: Path) -> None:
    inks = Image.new("CMYK", (4, 4), (0, 0, 0, 255))
    inks.save(tmp_path / "a.tif", icc_profile=cmyk_profile())
    assert dither.read_image(tmp_path / "a.tif").color[0, 0] == pytest.approx([28] * 3, abs=2)
    assert (
        dither.read_image(tmp_path / "a.tif", color_management=False).color[0, 0].tolist()
        == [0] * 3
    )


def test_cielab_is_converted(tmp_path: Path) -> None:
    Image.new("LAB", (4, 4), (136, 128, 128)).save(tmp_path / "a.tif")
    # L* 53.4 is about the code 128.
    assert dither.read_image(tmp_path / "a.tif").color[0, 0] == pytest.approx([128] * 3, abs=2)


def test_grey_of_16_bits_is_converted(tmp_path: Path) -> None:
    ramp = np.linspace(0, 65535, 480).astype(np.uint16).reshape(24, 20)
    Image.fromarray(ramp).save(tmp_path / "a.png", icc_profile=gray_profile(1.0))
    found = dither.read_image(tmp_path / "a.png").color
    assert found.dtype == np.uint16
    wanted = to_srgb(ramp, DescribedColors(transfer=1.0)).astype(int)
    assert np.abs(found.astype(int) - wanted)[1:].max() < 300


@pytest.mark.parametrize("command", ["ordered", "diffuse"])
def test_commands_convert_and_the_option_does_not(run: Run, tmp_path: Path, command: str) -> None:
    patch = np.broadcast_to(np.array([0xC8, 0x3C, 0x28], np.uint8), (16, 16, 3))
    Image.fromarray(np.ascontiguousarray(patch)).save(tmp_path / "a.png", icc_profile=PROFILE)
    words = (
        f"dither {command} a.png -o out.png --palette '#d92a17 #c83c28' --intent absolute --force"
    )
    run(words)
    converted = np.array(Image.open(tmp_path / "out.png").convert("RGB"))
    assert (converted == [0xD9, 0x2A, 0x17]).all(axis=2).mean() > 0.8
    run(f"{words} --no-color-management")
    assert (np.array(Image.open(tmp_path / "out.png").convert("RGB")) == patch).all()


def test_levels_keep_only_a_profile_that_is_right(run: Run, tmp_path: Path) -> None:
    Image.fromarray(PHOTO).save(tmp_path / "a.png", icc_profile=PROFILE)
    run("dither ordered a.png -o out.png --bits 1")
    assert "icc_profile" not in Image.open(tmp_path / "out.png").info
    run("dither ordered a.png -o out.png --bits 1 --force --no-color-management")
    assert Image.open(tmp_path / "out.png").info["icc_profile"] == PROFILE


def test_a_colour_table_is_converted(tmp_path: Path) -> None:
    table = Image.fromarray(np.array([[0, 1]], np.uint8)).convert("P")
    table.putpalette([0xC8, 0x3C, 0x28, 255, 255, 255])
    table.save(tmp_path / "a.png", icc_profile=PROFILE)
    found = dither.load_palette(tmp_path / "a.png").hex
    wanted = to_srgb(np.array([[[0xC8, 0x3C, 0x28]]], np.uint8), SPACE)[0, 0].astype(int)
    assert np.abs(np.array([int(found[0][i : i + 2], 16) for i in (1, 3, 5)]) - wanted).max() <= 1


def test_inks_without_a_profile_are_said_to_be_converted_simply(run: Run, tmp_path: Path) -> None:
    Image.new("CMYK", (8, 8), (0, 90, 0, 20)).save(tmp_path / "a.tif")
    said = run("dither ordered a.tif -o b.png --bits 1").stderr
    assert "has CMYK samples and no colour profile" in said


def test_a_file_read_in_rows_is_converted_alike(tmp_path: Path) -> None:
    from dither.images.row_reader import open_rows
    from dither.images.rows import joined

    for name in ("a.png", "a.tif", "a.jpg"):
        picture = Image.fromarray(np.tile(PHOTO, (40, 40, 1)))
        picture.save(tmp_path / name, icc_profile=PROFILE)
        with open_rows(tmp_path / name, 1 << 24, name) as rows:
            assert rows is not None
            image = joined(list(rows.bands()))
        whole = dither.read_image(tmp_path / name)
        assert (image.color == whole.color).all()
        assert image.profile is whole.profile is None


@pytest.mark.parametrize("kind", ["pages", "zarr", pytest.param("layers", marks=pytest.mark.slow)])
def test_volumes_are_converted_and_the_option_does_not(run: Run, tmp_path: Path, kind: str) -> None:
    tile = np.ascontiguousarray(np.broadcast_to(PATCH, (16, 16, 3)))
    pictures = [Image.fromarray(tile)] * 3
    source, output = "stack.tif", "out.zarr" if kind == "zarr" else "out.tif"
    options = {"save_all": True, "append_images": pictures[1:], "icc_profile": PROFILE}
    pictures[0].save(tmp_path / "stack.tif", **options)
    if kind == "layers":
        source, output = "layers", "out"
        (tmp_path / "layers").mkdir()
        for number, picture in enumerate(pictures):
            picture.save(tmp_path / "layers" / f"{number}.tif", icc_profile=PROFILE)
    words = f"dither ordered {source} -o {output} --force --intent absolute"
    words += " --palette '#d92a17 #c83c28'"
    run(words)
    assert shown(tmp_path / output).mean() < 0.2
    run(f"{words} --no-color-management")
    assert shown(tmp_path / output).mean() == 1


def shown(path: Path) -> np.ndarray:
    """Return where each layer shows the second colour."""
    if path.suffix == ".zarr":
        import zarr

        return np.asarray(zarr.open_array(path, mode="r"))
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    pages = [
        np.asarray(page.convert("RGB"))
        for file in files
        if not file.name.startswith(".")
        for page in ImageSequence.Iterator(Image.open(file))
    ]
    assert len(pages) == 3
    return (np.array(pages) == PATCH).all(axis=3)


def test_a_stack_and_an_image_in_p3_give_the_same(run: Run, tmp_path: Path) -> None:
    picture = Image.fromarray(np.tile(PHOTO, (2, 2, 1)))
    picture.save(tmp_path / "one.tif", icc_profile=PROFILE)
    picture.save(tmp_path / "two.tif", icc_profile=PROFILE, save_all=True, append_images=[picture])
    for words in ("--bits 1", "--levels 4 --gray"):
        run(f"dither ordered one.tif -o one.png --force {words}")
        run(f"dither ordered two.tif -o pages.tif --force {words}")
        wanted = np.asarray(Image.open(tmp_path / "one.png").convert("RGB"))
        assert (np.asarray(Image.open(tmp_path / "pages.tif").convert("RGB")) == wanted).all()
