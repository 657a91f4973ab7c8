import io
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence

from dither.color import to_gray
from dither.diffusion import dot_diffuse, error_diffuse, riemersma_dither
from dither.diffusion import requantize as diffused
from dither.images.animation import Animation, read_animation, write_animation
from dither.images.bit_packing import pack
from dither.images.io import read_image
from dither.images.raster_image import RasterImage
from dither.matrix.catalog import load_matrix
from dither.ordered.additive_noise import noise_dither
from dither.ordered.levels import ordered_dither, requantize
from dither.ordered.palette import dither_to_palette
from dither.palettes.from_image import k_means
from dither.palettes.palette_like import load_palette
from dither.preparation.adjustments import Preparation, adjusted
from dither.preparation.fit import Sides
from dither.preparation.mask import without_hidden_colors
from dither.samples import level_values


@pytest.fixture
def folder(tmp_path: Path, photo: np.ndarray) -> Path:
    """An empty folder but for a photo as PNG and JPEG, and files that are not what they say."""
    Image.fromarray(photo).save(tmp_path / "photo.png")
    Image.fromarray(photo).save(tmp_path / "photo.jpg")
    (tmp_path / "text.png").write_text("no image")
    (tmp_path / "cut.png").write_bytes((tmp_path / "photo.png").read_bytes()[:900])
    (tmp_path / "there.png").write_text("mine")
    np.save(tmp_path / "twice.npy", np.zeros((4, 4), np.uint16))
    Image.fromarray(np.full((4, 4), np.nan, np.float32)).save(tmp_path / "nan.tif")
    (tmp_path / "out").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("", "choose exactly one of --bits, --levels, --palette, --panel and --colors"),
        ("--bits 1 --palette game-boy", "choose exactly one of"),
        ("--bits 1 --kernel none", "no kernel is named 'none'"),
        ("--bits 1 --kernel text.json", "text.json"),
        ("--palette none", "none"),
        ("--palette none.gpl", "none.gpl"),
        ("--colors 1", "--colors is 1; it must be from 2 to 256"),
        ("--bits 1 --noise 2", "--threshold-noise is 2.0"),
        ("--bits 1 --strength 1", "--strength has no effect without --matrix"),
        ("--bits 1 --seed 1", "--seed has no effect without --threshold-noise"),
        ("--bits 1 --matrix none", "error: no matrix is named 'none'"),
        ("--bits 1 --clamp much", "'much'"),
        ("--bits 1 --threads -1", "--threads is -1"),
        ("--bits 1 --threads 2", "--threads has no effect without --raster"),
        ("--palette cga-1-low -k ostromoukhov", "works with --bits or --levels, not with"),
        ("--bits 1 -k ostromoukhov --raster --threads 2", "--threads has no effect with --kernel"),
        ("--bits 1 --method lines", "'lines'"),
        ("--bits 1 --method curve -k burkes", "--kernel has no effect with --method curve"),
        ("--bits 1 --method curve -m blue-16x16", "--matrix has no effect with --method curve"),
        ("--bits 1 --method dots --raster", "--raster has no effect with --method dots"),
        ("--bits 1 --method dots --serpentine", "--serpentine has no effect with"),
        ("--bits 1 --method dots --noise 0.5", "--threshold-noise has no effect with"),
        ("--bits 1 --method dots --seed 5", "--seed has no effect with --method dots"),
        ("--bits 1 --method dots --strength 1", "--strength has no effect with --method dots"),
        ("--bits 1 --method dots --threads 2", "--threads has no effect with --method dots"),
        ("--bits 1 --method dots -m none", "error: no matrix is named 'none'"),
    ],
)
def test_diffusion_that_cannot_be_is_one_sentence(
    refused: Callable, folder: Path, options: str, words: str
) -> None:
    (folder / "text.json").write_text("[1, 2")
    assert words in refused(f"dither diffuse photo.png -o out.png {options}")
    assert not (folder / "out.png").exists()


@pytest.mark.parametrize("bits", range(1, 9))
def test_bits(run: Callable, folder: Path, photo: np.ndarray, bits: int) -> None:
    run(f"dither ordered photo.png -o out.png --bits {bits}")
    assert (read_image(folder / "out.png").color == requantize(photo, bits=bits)).all()


def test_levels_light_matrix_and_gray(run: Callable, folder: Path, photo: np.ndarray) -> None:
    run("bluenoise generate 8 -o m.npy")
    run("dither ordered photo.png -o out.png --levels 5 --matrix m.npy --light linear")
    expected = requantize(photo, str(folder / "m.npy"), levels=5, light="linear")
    assert (read_image(folder / "out.png").color == expected).all()
    run("dither ordered photo.jpg -o gray.png --bits 1 --gray")
    with Image.open(folder / "gray.png") as picture:
        assert picture.mode == "1"
        assert picture.size == (80, 48)


def test_images_take_successive_frames(run: Callable, folder: Path, photo: np.ndarray) -> None:
    ranks = np.random.default_rng(0).permutation(128).reshape(2, 8, 8)
    np.save(folder / "m.npy", ranks.astype(np.uint16))
    Image.fromarray(photo).save(folder / "second.png")
    run("dither ordered photo.png second.png -o out --bits 1 --matrix m.npy")
    for frame, name in enumerate(("photo", "second")):
        expected = requantize(photo, folder / "m.npy", bits=1, phase=(frame, 0, 0))
        assert (read_image(folder / "out" / f"{name}-dithered.png").color == expected).all()


def test_strength_and_threads(run: Callable, folder: Path, photo: np.ndarray) -> None:
    run("dither ordered photo.png -o out.png --levels 3 --strength 0.5 --threads 2")
    expected = requantize(photo, levels=3, strength=0.5)
    assert (read_image(folder / "out.png").color == expected).all()


def test_diffusion_to_levels(run: Callable, folder: Path, photo: np.ndarray) -> None:
    run("dither diffuse photo.png -o out.png --bits 2")
    assert (read_image(folder / "out.png").color == diffused(photo, bits=2)).all()
    run("dither diffuse photo.png -o raster.png --levels 3 --raster --threads 2 -k atkinson --gray")
    expected = diffused(to_gray(photo), levels=3, serpentine=False, kernel="atkinson")
    assert (read_image(folder / "raster.png").color == expected).all()
    options = {"noise": 0.5, "seed": 3, "clamp": "range", "light": "linear"}
    run(
        "dither diffuse photo.png -o noise.png --bits 1 --noise 0.5 --seed 3 --clamp range "
        "--light linear"
    )
    assert (read_image(folder / "noise.png").color == diffused(photo, bits=1, **options)).all()
    run("dither diffuse photo.png -o m.png --bits 1 --matrix blue-16x16 --strength 0.3")
    expected = diffused(photo, bits=1, matrix="blue-16x16", strength=0.3)
    assert (read_image(folder / "m.png").color == expected).all()


def test_diffusion_to_palettes(run: Callable, folder: Path, photo: np.ndarray) -> None:
    (folder / "mine.hex").write_text("102030\nf0e0d0\n80a090\n")
    for palette in ("game-boy", "mine.hex", "#000000,#ffffff,#ff0000"):
        run(f"dither diffuse photo.png -o out.png --force --palette {palette}")
        loaded = load_palette(folder / palette if palette == "mine.hex" else palette)
        expected = diffused(photo, palette=loaded)
        assert (read_image(folder / "out.png").color == expected).all()
        with Image.open(folder / "out.png") as picture:
            assert picture.mode == "P"
    report = json.loads(run("dither diffuse photo.png -o k.png --colors 5 --json").stdout)
    assert report["palettes"] == [k_means(photo, 5).hex]
    assert len(np.unique(read_image(folder / "k.png").color.reshape(-1, 3), axis=0)) <= 5


def test_noise_is_added_before_rounding(run: Callable, folder: Path, photo: np.ndarray) -> None:
    run("bluenoise generate 16 -o noise.npy --distribution triangular --method void-and-cluster")
    run("dither ordered photo.png -o out.png --bits 4 --add-noise noise.npy")
    codes = noise_dither(photo, np.load(folder / "noise.npy"), levels=16)
    assert (read_image(folder / "out.png").color == codes * 17).all()


def test_ordered_dithering_to_palettes(run: Callable, folder: Path, photo: np.ndarray) -> None:
    run("dither ordered photo.png -o two.png --palette c64 --mix two")
    pairs = load_palette("c64").colors[dither_to_palette(photo, load_palette("c64"), mix="two")]
    assert (read_image(folder / "two.png").color == pairs).all()
    run("dither ordered photo.png -o out.png --palette c64")
    c64 = load_palette("c64")
    expected = c64.colors[dither_to_palette(photo, c64)]
    assert (read_image(folder / "out.png").color == expected).all()
    options = {"candidates": 4, "light": "encoded", "strength": 0.5, "matrix": "blue-16x16"}
    run(
        "dither ordered photo.png -o k.png --colors 6 --candidates 4 --light encoded --strength 0.5 "
        "-m blue-16x16 --gray"
    )
    grey = to_gray(photo)
    own = k_means(np.stack([grey] * 3, axis=2), 6)
    expected = own.colors[dither_to_palette(grey, own, **options)][..., 0]
    assert (read_image(folder / "k.png").color == expected).all()


def test_diffusion_takes_successive_frames(run: Callable, folder: Path, photo: np.ndarray) -> None:
    Image.fromarray(photo).save(folder / "second.png")
    run("dither diffuse photo.png second.png -o out --bits 1 -m blue-16x64x64")
    for frame, name in enumerate(("photo", "second")):
        expected = diffused(photo, bits=1, matrix="blue-16x64x64", frame=frame)
        assert (read_image(folder / "out" / f"{name}-dithered.png").color == expected).all()


def test_palettes_are_chosen_for_images_of_any_depth(
    run: Callable, folder: Path, photo: np.ndarray
) -> None:
    grey = to_gray(photo)
    Image.fromarray((grey / 255).astype(np.float32)).save(folder / "float.tif")
    Image.fromarray(grey.astype(np.uint16) * 257).save(folder / "deep.png")
    Image.fromarray(grey).save(folder / "grey.png")
    made = {}
    for name in ("float.tif", "deep.png", "grey.png"):
        for command in ("ordered", "diffuse"):
            run(f"dither {command} {name} -o out.png --colors 4 --force")
            made[name, command] = read_image(folder / "out.png").color
    assert (made["float.tif", "ordered"] == made["grey.png", "ordered"]).all()
    assert (made["deep.png", "ordered"] == made["grey.png", "ordered"]).all()
    assert (made["deep.png", "diffuse"] == made["grey.png", "diffuse"]).all()


def test_diffuse_by_other_methods_and_by_tone(
    run: Callable, folder: Path, photo: np.ndarray
) -> None:
    run("dither diffuse photo.png -o out.png --bits 1 --kernel ostromoukhov --raster")
    expected = diffused(photo, bits=1, kernel="ostromoukhov", serpentine=False)
    assert (read_image(folder / "out.png").color == expected).all()
    run("dither diffuse photo.png -o curve.png --levels 3 --method curve --light linear")
    expected = diffused(photo, levels=3, by=riemersma_dither, light="linear")
    assert (read_image(folder / "curve.png").color == expected).all()
    report = json.loads(
        run("dither diffuse photo.png -o dots.png --palette cga-1-low --method dots --json").stdout
    )
    assert report["method"] == "dots"
    assert "kernel" not in report
    expected = diffused(photo, palette=load_palette("cga-1-low"), by=dot_diffuse)
    assert (read_image(folder / "dots.png").color == expected).all()
    run("dither diffuse photo.png -o one.png --bits 1 --method dots -m blue-16x16")
    expected = diffused(photo, bits=1, by=dot_diffuse, matrix="blue-16x16")
    assert (read_image(folder / "one.png").color == expected).all()


def test_the_help_shows_what_is_taken_by_default(run: Callable) -> None:
    assert "[encoded for levels, linear for palettes]" in " ".join(
        run("dither ordered --help").stdout.replace("│", " ").split()
    )


def test_a_kernel_of_ones_own(run: Callable, folder: Path, photo: np.ndarray) -> None:
    (folder / "k.json").write_text('{"weights": [[0, 1], [1, 1]], "origin": 0, "divisor": 4}')
    run("dither diffuse photo.png -o out.png --bits 1 --kernel k.json")
    expected = diffused(photo, bits=1, kernel=str(folder / "k.json"))
    assert (read_image(folder / "out.png").color == expected).all()


def test_the_palettes_are_named(run: Callable) -> None:
    text = run("dither palettes").stdout
    assert text.splitlines()[0].split()[:2] == ["game-boy", "4"]
    assert json.loads(run("dither palettes --json").stdout)["palettes"]["gray-4"][0] == "#000000"


def test_alpha_is_kept(run: Callable, folder: Path, photo: np.ndarray) -> None:
    rgba = np.concatenate([photo, photo[..., :1]], axis=2)
    Image.fromarray(rgba).save(folder / "rgba.png")
    run("dither ordered rgba.png -o out.webp --bits 2")
    image = read_image(folder / "out.webp")
    assert image.alpha is not None
    assert (image.alpha == photo[..., 0]).all()
    assert (image.color == requantize(photo, bits=2)).all()


def test_16_bit_grey_keeps_its_depth(run: Callable, folder: Path, photo: np.ndarray) -> None:
    deep = photo[..., 0].astype(np.uint16) * 200
    Image.fromarray(deep).save(folder / "deep.png")
    run("dither ordered deep.png -o out.png --bits 10")
    assert (read_image(folder / "out.png").color == requantize(deep, bits=10)).all()


def test_depth_follows_the_levels_and_not_the_input(
    run: Callable, folder: Path, photo: np.ndarray
) -> None:
    gray = photo[..., 0]
    Image.fromarray(gray.astype(np.uint16) * 257).save(folder / "deep.png")
    Image.fromarray((gray / 255).astype(np.float32)).save(folder / "real.tif")
    for source, deep in (("deep.png", gray.astype(np.uint16) * 257), ("real.tif", gray / 255)):
        run(f"dither ordered {source} -o one.png --bits 1 --force")
        with Image.open(folder / "one.png") as picture:
            assert picture.mode == "1"
        run(f"dither ordered {source} -o out.bmp --levels 5 --force")
        codes = ordered_dither(deep, levels=5)
        assert (
            read_image(folder / "out.bmp").color == level_values(5, np.dtype("u1"))[codes]
        ).all()


def test_another_input_is_not_overwritten(refused: Callable, folder: Path) -> None:
    Image.new("L", (5, 5), 99).save(folder / "out" / "photo-dithered.png")
    before = (folder / "out" / "photo-dithered.png").read_bytes()
    for images in ("photo.png out/photo-dithered.png", "out/photo-dithered.png photo.png"):
        words = refused(f"dither ordered {images} -o out -b 1 --force")
        assert "would be overwritten" in words
        assert (folder / "out" / "photo-dithered.png").read_bytes() == before
    (folder / "out" / "small.png").symlink_to("photo.png")
    Image.new("L", (5, 5), 99).save(folder / "small.png")
    words = refused("dither ordered small.png photo.png -o out --name {stem}.png -b 1 --force")
    assert "two inputs would both be written as out/photo.png" in words


def test_several_images_go_into_a_folder(run: Callable, folder: Path) -> None:
    Image.new("L", (5, 5), 99).save(folder / "small.bmp")
    report = json.loads(run("dither ordered photo.jpg small.bmp -o out -b 1 --force --json").stdout)
    assert [entry["output"] for entry in report["images"]] == [
        "out/photo-dithered.png",
        "out/small-dithered.png",
    ]
    assert report["levels"] == 2
    assert (folder / "out" / "small-dithered.png").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("text.png -o out.png --bits 1", "not an image"),
        ("cut.png -o out.png --bits 1", "damaged"),
        ("none.png -o out.png --bits 1", "no such file"),
        ("out -o out.png --bits 1", "out holds no images"),
        ("nan.tif -o out.png --bits 1", "nan"),
        ("photo.png -o out.png --bits 0", "--bits is 0; it must be from 1 to 16"),
        ("photo.png -o out.png --bits 17", "--bits is 17; it must be from 1 to 16"),
        (
            "photo.png -o out.png --levels 1",
            "levels is 1; it must be a whole number from 2 to 65536",
        ),
        (
            "photo.png -o out.png",
            "choose exactly one of --bits, --levels, --palette, --panel and --colors",
        ),
        ("photo.png -o out.png --bits 1 --levels 2", "choose exactly one of --bits"),
        ("photo.png -o out.png --bits 1 --candidates 3", "--candidates has no effect"),
        ("photo.png -o out.png --bits 1 --mix two", "--mix has no effect"),
        ("photo.png -o out.png --palette c64 --mix two --candidates 3", "with --mix two"),
        ("photo.png -o out.png --palette c64 --mix three", "'three'"),
        ("photo.png -o out.png --bits 1 --add-noise nan.tif", "nan.tif"),
        ("photo.png -o out.png --bits 1 --add-noise twice.npy", "noise must be an array of floats"),
        (
            "photo.png -o out.png --bits 1 --add-noise x.npy --strength 1",
            "--strength has no effect",
        ),
        ("photo.png -o out.png --bits 1 --add-noise x.npy -m blue-16x16", "--matrix has no effect"),
        ("photo.png -o out.png --palette game-boy --add-noise x.npy", "--add-noise has no effect"),
        ("photo.png -o out.png --palette game-boy --threads 2", "--threads has no effect"),
        ("photo.png -o out.png --palette game-boy -m blue-64x64-rgb", "3 channels; one matrix"),
        ("photo.png -o out.png --bits 12", "8 bits"),
        ("photo.png -o out.jpg --bits 1", "blur"),
        ("photo.png -o out.xyz --bits 1", ".png"),
        ("photo.png -o none/out.png --bits 1", "the folder none does not exist"),
        ("photo.png -o /proc/out.png --bits 1", "cannot write /proc/out.png"),
        ("photo.png -o there.png --bits 1", "--force"),
        ("photo.png -o there.png --bits 17 --force", "17"),
        ("cut.png -o there.png --bits 1 --force", "damaged"),
        ("photo.png photo.jpg -o out.png --bits 1", "folder"),
        ("photo.png photo.jpg -o out --bits 1", "two inputs"),
        ("photo.png -o out.png --bits 1 --matrix red", "blue-64x64"),
        ("photo.png -o out.png --bits 1 --matrix twice.npy", "twice.npy: "),
        ("photo.png -o out.png --bits 1 --matrix none.npy", "none.npy"),
        ("photo.png -o out.png --bits 1 --light dim", "'encoded', 'linear'"),
        ("photo.png -o out.png --bits 1 --max-pixels 100", "more than 100 pixels"),
        ("photo.png --bits 1", "--output"),
    ],
)
def test_bad_input_is_one_sentence(
    refused: Callable[[str], str], folder: Path, arguments: str, words: str
) -> None:
    before = sorted(folder.rglob("*"))
    assert words in refused(f"dither ordered {arguments}")
    assert (folder / "there.png").read_text() == "mine"
    assert sorted(folder.rglob("*")) == before


def test_help(run: Callable) -> None:
    summary = run("dither --help").stdout
    assert "ordered" in summary
    assert "..." not in summary.partition("Commands:")[2]  # no sentence is cut off
    assert "--matrix" in run("dither ordered --help").stdout


def test_results_in_a_folder_come_together_or_not_at_all(
    run: Callable, refused: Callable, folder: Path
) -> None:
    words = refused("dither ordered photo.png cut.png --output-dir a/b -b 1")
    assert "damaged" in words
    assert not (folder / "a").exists()
    refused("dither ordered photo.png cut.png -o out -b 1")
    assert list((folder / "out").iterdir()) == []
    Image.new("L", (5, 5), 99).save(folder / "small.bmp")
    run("dither ordered photo.jpg small.bmp --output-dir a/b -b 1")
    assert {path.name for path in (folder / "a" / "b").iterdir()} == {
        "photo-dithered.png",
        "small-dithered.png",
    }
    run("dither diffuse photo.jpg small.bmp --output-dir a -b 1 --name {stem}.tif")
    assert read_image(folder / "a" / "small.tif").color.shape == (5, 5)


def test_images_are_prepared_and_enlarged(run: Callable, folder: Path, photo: np.ndarray) -> None:
    rgba = np.dstack([photo, np.where(photo[..., :1] < 99, 0, 255)]).astype(np.uint8)
    Image.fromarray(rgba).save(folder / "rgba.png")
    for command, dithered in (("ordered", requantize), ("diffuse", diffused)):
        run(
            f"dither {command} rgba.png -o out.png --force --bits 2 --resize 40x --saturation 1.5 "
            "--brightness 0.9 --contrast 1.2 --scale 3"
        )
        ready = adjusted(
            RasterImage(photo, rgba[..., 3]), Preparation(False, Sides(40), 1.5, 0.9, 1.2)
        )
        assert ready.alpha is not None
        image = read_image(folder / "out.png")
        assert image.alpha is not None
        ones = np.ones((3, 3, 1), np.uint8)
        color = ready.color
        if command == "diffuse":  # hidden colours influence no others
            color = without_hidden_colors(ready).color
        shown = image.alpha > 0
        assert (image.color == np.kron(dithered(color, bits=2), ones))[shown].all()
        assert (image.alpha == np.kron(ready.alpha, ones[..., 0])).all()


@pytest.mark.parametrize(
    ("resize", "shape"), [("20x30", (30, 20)), ("x24", (24, 40)), ("12.5%", (6, 10))]
)
def test_sizes(run: Callable, folder: Path, resize: str, shape: tuple[int, int]) -> None:
    report = json.loads(
        run(f"dither ordered photo.png -o o.png -b 1 --gray --resize {resize} --json").stdout
    )
    assert read_image(folder / "o.png").color.shape == shape
    assert report["images"][0]["shape"] == list(shape)


@pytest.mark.parametrize("kind", ["deep", "float"])
def test_grey_of_any_depth_is_prepared(
    run: Callable, folder: Path, photo: np.ndarray, kind: str
) -> None:
    gray = to_gray(photo)
    image = gray.astype(np.uint16) * 257 if kind == "deep" else (gray / 255).astype(np.float32)
    Image.fromarray(image).save(folder / "in.tif")
    run("dither ordered in.tif -o out.png -b 1 --resize 50% --contrast 2")
    ready = adjusted(RasterImage(image), Preparation(resize=0.5, contrast=2)).color
    assert (read_image(folder / "out.png").color // 255 == ordered_dither(ready, levels=2)).all()


@pytest.fixture
def clip(folder: Path, photo: np.ndarray) -> list[np.ndarray]:
    """clip.gif of three frames and clear pixels, as Pillow composes them; still.gif of equal ones."""
    pictures = [Image.fromarray(np.roll(photo, 7 * step, 1)).quantize(60) for step in range(3)]
    options = {"save_all": True, "duration": [50, 70, 200], "loop": 3, "disposal": 2}
    pictures[0].save(
        folder / "clip.gif", append_images=pictures[1:], transparency=5, optimize=False, **options
    )
    frames = [RasterImage(photo // 64 * 64)] * 3
    write_animation(folder / "still.gif", Animation(tuple(frames), (50, 70, 200), 0))
    with Image.open(folder / "clip.gif") as picture:
        return [np.asarray(frame.convert("RGBA")) for frame in ImageSequence.Iterator(picture)]


def _frames(path: Path) -> list[np.ndarray]:
    with Image.open(path) as picture:
        return [np.asarray(frame.convert("RGBA")) for frame in ImageSequence.Iterator(picture)]


@pytest.mark.parametrize("ending", ["gif", "png", "webp"])
def test_animations_stay_animations(
    run: Callable, folder: Path, clip: list[np.ndarray], ending: str
) -> None:
    run(f"dither ordered clip.gif -o out.{ending} -b 2 -m blue-16x64x64")
    made = read_animation(folder / f"out.{ending}")
    assert made.durations == (50, 70, 200)
    assert made.plays == read_animation(folder / "clip.gif").plays == 4
    assert any((frame[..., 3] == 0).any() for frame in clip)
    matrix = load_matrix("blue-16x64x64")
    for index, (source, seen) in enumerate(
        zip(clip, _frames(folder / f"out.{ending}"), strict=True)
    ):
        opaque = source[..., 3] == 255
        expected = ordered_dither(source[..., :3], matrix, levels=4, phase=(index, 0, 0)) * 85
        assert (seen[..., :3] == expected)[opaque].all()
        assert (seen[..., 3] == source[..., 3]).all()


def test_still_scenes_stay_still(run: Callable, folder: Path, clip: list[np.ndarray]) -> None:
    run("dither ordered still.gif -o out.gif -b 1")
    run("dither diffuse still.gif -o diffused.gif -b 1")
    for name in ("out.gif", "diffused.gif"):
        first, *others = _frames(folder / name)
        assert len(others) == 2
        assert all((frame == first).all() for frame in others)
        assert read_animation(folder / name).durations == (50, 70, 200)
    run("dither ordered still.gif -o moving.gif -b 1 -m blue-16x64x64")
    first, second, _ = _frames(folder / "moving.gif")
    assert (first != second).any()


def test_diffusion_takes_frames_too(run: Callable, folder: Path, clip: list[np.ndarray]) -> None:
    run("dither diffuse clip.gif -o out.gif --palette game-boy")
    palette = load_palette("game-boy")
    for source, seen in zip(clip, _frames(folder / "out.gif"), strict=True):
        opaque = source[..., 3] == 255
        filled = without_hidden_colors(RasterImage(source[..., :3], source[..., 3])).color
        assert (seen[..., :3] == diffused(filled, palette=palette))[opaque].all()


def test_an_animation_has_one_palette(run: Callable, folder: Path, clip: list[np.ndarray]) -> None:
    report = json.loads(run("dither ordered clip.gif -o out.gif --colors 5 --json").stdout)
    pixels = np.concatenate([frame[frame[..., 3] > 0][:, :3] for frame in clip])
    (palette,) = report["palettes"]
    assert palette == k_means(pixels[None], 5).hex
    assert report["images"][0]["frames"] == 3
    colors = np.concatenate([frame[frame[..., 3] > 0] for frame in _frames(folder / "out.gif")])
    assert len(np.unique(colors, axis=0)) == 5


def test_frames_of_all_inputs_are_counted(
    run: Callable, folder: Path, photo: np.ndarray, clip: list[np.ndarray]
) -> None:
    run("dither ordered still.gif photo.png -o out -b 1 -m blue-16x64x64")
    expected = requantize(photo, "blue-16x64x64", bits=1, phase=(3, 0, 0))
    assert (read_image(folder / "out" / "photo-dithered.png").color == expected).all()


def test_formats_that_stand_still_take_the_first_frame(
    run: Callable, folder: Path, clip: list[np.ndarray]
) -> None:
    done = run("dither ordered still.gif -o out.bmp -b 1")
    assert "still.gif has 3 frames; out.bmp holds the first" in done.stderr
    expected = ordered_dither(read_image(folder / "still.gif").color, levels=2) * 255
    assert (read_image(folder / "out.bmp").color == expected).all()


def test_partial_alpha_in_a_gif_is_mentioned(
    run: Callable, folder: Path, photo: np.ndarray
) -> None:
    Image.fromarray(np.dstack([photo, photo[..., 0]])).save(folder / "rgba.png")
    done = run("dither ordered rgba.png -o out.gif -b 1")
    assert "no partial transparency" in done.stderr
    alpha = read_image(folder / "out.gif").alpha
    assert alpha is not None
    assert (alpha == np.where(photo[..., 0] < 128, 0, 255)).all()
    assert run("dither ordered photo.png -o p.gif -b 1").stderr.count("\n") == 1


def _piped(folder: Path, arguments: str, content: bytes) -> subprocess.CompletedProcess[bytes]:
    command = Path(sys.executable).parent / "dither"
    return subprocess.run(
        [command, *shlex.split(arguments)], cwd=folder, input=content, capture_output=True
    )


def test_pipes(run: Callable, folder: Path, photo: np.ndarray, clip: list[np.ndarray]) -> None:
    content = (folder / "photo.png").read_bytes()
    done = _piped(folder, "ordered - -o - -b 1", content)
    assert done.returncode == 0
    assert done.stderr == b"standard input -> standard output\n"
    run("dither ordered photo.png -o out.png -b 1")
    assert done.stdout == (folder / "out.png").read_bytes()
    done = _piped(folder, "diffuse - --output-dir new -b 1", content)
    assert done.returncode == 0
    expected = diffused(photo, bits=1)
    assert (read_image(folder / "new" / "stdin-dithered.png").color == expected).all()
    gif = _piped(folder, "ordered - -o - -b 2 --format gif", (folder / "clip.gif").read_bytes())
    assert len(read_animation(io.BytesIO(gif.stdout)).frames) == 3
    packed = _piped(folder, "ordered - -o - -b 1 --gray --packed msb", content)
    assert len(packed.stdout) == 48 * 10
    for broken in (content[:900], b"", b"text"):
        done = _piped(folder, "ordered - -o - -b 1", broken)
        assert (done.returncode, done.stdout) == (2, b"")
        assert done.stderr.startswith(b"error: standard input is ")
        assert done.stderr.count(b"\n") == 1


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="terminals are made by openpty")
def test_terminals_take_and_give_no_images(folder: Path) -> None:
    command = [Path(sys.executable).parent / "dither", "ordered", "-b", "1"]
    manager, terminal = os.openpty()
    try:
        for arguments, streams, words in (
            (["photo.png", "-o", "-"], {"stdout": terminal}, "standard output is a terminal"),
            (["-", "-o", "x.png"], {"stdin": terminal}, "standard input is a terminal"),
        ):
            done = subprocess.run(
                [*command, *arguments],
                cwd=folder,
                stderr=subprocess.PIPE,
                text=True,
                timeout=60,
                stdin=streams.get("stdin"),
                stdout=streams.get("stdout"),
            )
            assert done.returncode == 2
            assert words in done.stderr
    finally:
        os.close(manager)
        os.close(terminal)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a disk that is always full")
@pytest.mark.parametrize(
    ("ends", "words"),
    [
        ("- -o x.png <&-", "standard input is closed"),
        ("photo.png -o - >&-", "standard output is closed"),
        ("photo.png -o - >/dev/full", "No space left"),
    ],
)
def test_broken_ends_of_pipes_are_one_sentence(
    refused: Callable, folder: Path, ends: str, words: str
) -> None:
    assert words in refused(f"sh -c 'dither ordered -b 1 {ends}'", fresh=True)


@pytest.mark.parametrize("order", ["msb", "lsb"])
@pytest.mark.parametrize(("options", "bits"), [("-b 1", 1), ("-l 3", 2), ("-b 4", 4)])
def test_packed_rows_of_levels(
    run: Callable, folder: Path, photo: np.ndarray, order: str, options: str, bits: int
) -> None:
    done = run(f"dither ordered photo.png -o out.bin --gray {options} --packed {order} --json")
    levels = 3 if "-l" in options else 1 << bits
    codes = ordered_dither(to_gray(photo), levels=levels)
    rows = np.fromfile(folder / "out.bin", np.uint8).reshape(48, -1)
    assert (rows == pack(codes, bits=bits, order="lsb" if order == "lsb" else "msb")).all()
    (entry,) = json.loads(done.stdout)["images"]
    assert (entry["shape"], entry["bits"], entry["order"]) == ([48, 80], bits, order)
    assert entry["bytes_per_row"] == 10 * bits
    each = f"{bits} bit{'' if bits == 1 else 's'} each"
    assert f"80x48 pixels, {each}, {10 * bits} bytes a row" in done.stderr


def test_packed_rows_of_palettes(run: Callable, folder: Path, photo: np.ndarray) -> None:
    for palette, bits in (("black-white-red", 2), ("c64", 4), ("#000000,#ffffff", 1)):
        run(f"dither diffuse photo.png -o out.raw --force --packed msb --scale 2 -p {palette}")
        codes = error_diffuse(photo, palette=load_palette(palette)).repeat(2, 0).repeat(2, 1)
        assert (folder / "out.raw").read_bytes() == pack(codes, bits=bits).tobytes()


def test_outputs_of_few_levels_are_small(run: Callable, folder: Path) -> None:
    Image.fromarray(np.tile(np.arange(256, dtype=np.uint8), (16, 1))).save(folder / "ramp.png")
    for levels, bits in ((2, 1), (4, 2), (16, 4), (5, 4), (64, 8)):
        run(f"dither ordered ramp.png -o out.png --force --gray -l {levels}")
        assert (folder / "out.png").read_bytes()[24] == bits


@pytest.mark.parametrize("command", ["ordered", "diffuse"])
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("photo.png -b 1", "say where the result goes: -o FILE, or --output-dir FOLDER"),
        (
            "photo.png new.png -b 1",
            "say where the result goes with -o (new.png does not exist); to write it: -o new.png",
        ),
        (
            "photo.png -b 1 -o x.png --output-dir y",
            "choose one of --output and --output-dir, not both",
        ),
        ("photo.png -b 1 --output-dir there.png", "there.png: it is a file"),
        ("photo.png -b 1 --output-dir -", "standard output is --output -"),
        ("photo.png -b 1 -o x.png --name {stem}.png", "--name has no effect"),
        ("photo.png -b 1 -o out --name a/{stem}.png", "--name is 'a/{stem}.png'"),
        ("photo.png -b 1 -o out --name {page}.png", "--name is '{page}.png'"),
        ("photo.png photo.jpg -b 1 -o out --name x.png", "two inputs would both"),
        ("photo.png -b 1 -o out --name {stem}.jpg", "blur"),
        ("photo.png -b 1 -o 'new folder'", "for a folder, give --output-dir 'new folder'"),
        ("photo.png -b 10 -o x.tif", "colour is written with up to 8 bits per channel"),
        ("photo.png -b 10 --gray -o x.bmp", "grey with more than 8 bits is written as .png"),
        ("s3://a/photo.png -b 1 -o x.png", "it is an address, and only files are read"),
        ("photo.png -b 1 -o x.png --format png", "--format has no effect without --output -"),
        ("photo.png -b 1 -o - --format xyz", "--format is 'xyz': the ending must be one of"),
        ("photo.png -b 1 -o - --packed msb --gray --format png", "no effect with --packed"),
        ("photo.png -b 1 -o - --json", "both write to standard output"),
        ("photo.png photo.jpg -b 1 -o -", "several inputs need a folder for --output (- is"),
        ("- - -b 1 -o out", "read only once"),
        ("photo.png -b 1 -o x.png --resize 0x5", "--resize is '0x5': a side is 0"),
        ("photo.png -b 1 -o x.png --resize x", "--resize is 'x'"),
        ("photo.png -b 1 -o x.png --resize big", "must be like 320x240, 320x, x240 or 50%"),
        ("photo.png -b 1 -o x.png --resize nan%", "--resize is 'nan%': "),
        ("photo.png -b 1 -o x.png --resize 0%", "--resize is '0%': "),
        ("photo.png -b 1 -o x.png --resize 10001%", "--resize is '10001%': "),
        ("photo.png -b 1 -o x.png --resize 60000x60000", "--max-pixels raises this limit"),
        ("photo.png -b 1 -o x.png --scale 3 --max-pixels 34559", "have 34560 pixels, more than"),
        ("photo.png -b 1 -o x.png --scale 65", "--scale is 65; it must be from 1 to 64"),
        ("photo.png -b 1 -o x.png --contrast 11", "contrast is 11.0; it must be from 0 to 10"),
        ("photo.png -b 1 -o x.png --gray --saturation 2", "--saturation has no effect with --gray"),
        ("photo.png -b 1 -o x.png --max-pixels 9", "9 pixels; --max-pixels raises this limit"),
        ("photo.png -b 1 -o x.bin --packed msb", "--gray makes grey of colours"),
        ("photo.png -b 1 -o x.png --packed msb --gray", "such as in .bin"),
        ("photo.png -b 1 -o x.bin --packed mid --gray", "'mid'"),
        ("rgba.png -b 1 -o x.bin --packed msb --gray --alpha keep", "packed rows hold no alpha"),
        ("photo.png -b 6 -o x.gif", "at most 256 colours"),
        ("cut.gif -b 1 -o x.gif", "cut.gif is damaged"),
        ("end.gif -b 1 -o x.gif", "end.gif is damaged or cannot be read: it ends too early"),
        ("still.gif -b 1 -o x.gif --max-pixels 11519", "frames; --max-pixels raises this limit"),
    ],
)
def test_refusals_of_both_commands(
    refused: Callable,
    folder: Path,
    photo: np.ndarray,
    clip: list[np.ndarray],
    command: str,
    arguments: str,
    words: str,
) -> None:
    Image.fromarray(np.dstack([photo, photo[..., 0]])).save(folder / "rgba.png")
    content = (folder / "still.gif").read_bytes()
    (folder / "cut.gif").write_bytes(content[: len(content) * 2 // 3])
    (folder / "end.gif").write_bytes(content[:-1])
    before = sorted(folder.rglob("*"))
    assert words in refused(f"dither {command} {arguments}")
    assert sorted(folder.rglob("*")) == before
