import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dither.candidates import dither_to_palette
from dither.color import to_gray
from dither.diffusion import diffused, dot_diffuse, riemersma_dither
from dither.io import read_image
from dither.noise import noise_dither
from dither.ordered import ordered_dither, requantize
from dither.palette import load_palette
from dither.quantize import k_means
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
        ("", "give one of --bits, --levels, --palette and --colors"),
        ("--bits 1 --palette game-boy", "give one of"),
        ("--bits 1 --kernel none", "no kernel is named 'none'"),
        ("--bits 1 --kernel text.json", "text.json"),
        ("--palette none", "none"),
        ("--palette none.gpl", "none.gpl"),
        ("--colors 1", "--colors is 1; it must be from 2 to 256"),
        ("--bits 1 --noise 2", "--noise is 2.0"),
        ("--bits 1 --strength 1", "--strength has no effect without --matrix"),
        ("--bits 1 --seed 1", "--seed has no effect without --noise"),
        ("--bits 1 --matrix none", "no matrix is named 'none'"),
        ("--bits 1 --clamp much", "'much'"),
        ("--bits 1 --threads 0", "--threads is 0"),
        ("--bits 1 --threads 2", "--threads has no effect without --raster"),
        ("--palette cga-1-low -k ostromoukhov", "goes to --bits or --levels, not to a palette"),
        ("--bits 1 -k ostromoukhov --raster --threads 2", "--threads has no effect with --kernel"),
        ("--bits 1 --method lines", "'lines'"),
        ("--bits 1 --method curve -k burkes", "--kernel has no effect with --method curve"),
        ("--bits 1 --method curve -m blue-16x16", "--matrix has no effect with --method curve"),
        ("--bits 1 --method dots --raster", "--raster has no effect with --method dots"),
        ("--bits 1 --method dots --serpentine", "--serpentine has no effect with"),
        ("--bits 1 --method dots --noise 0.5", "--noise has no effect with --method dots"),
        ("--bits 1 --method dots --seed 5", "--seed has no effect with --method dots"),
        ("--bits 1 --method dots --strength 1", "--strength has no effect with --method dots"),
        ("--bits 1 --method dots --threads 2", "--threads has no effect with --method dots"),
        ("--bits 1 --method dots -m none", "no matrix is named 'none'"),
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
    expected = own.colors[dither_to_palette(grey, own, **options)]
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


def test_an_input_is_not_overwritten_before_it_is_read(run: Callable, folder: Path) -> None:
    Image.new("L", (5, 5), 99).save(folder / "out" / "photo-dithered.png")
    before = (folder / "out" / "photo-dithered.png").read_bytes()
    done = run("dither ordered photo.png out/photo-dithered.png -o out -b 1 --force", check=False)
    assert done.returncode == 2
    assert "before it is read" in done.stderr
    assert (folder / "out" / "photo-dithered.png").read_bytes() == before


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
        ("out -o out.png --bits 1", "folder"),
        ("nan.tif -o out.png --bits 1", "nan"),
        ("photo.png -o out.png --bits 0", "--bits is 0; it must be from 1 to 16"),
        ("photo.png -o out.png --bits 17", "--bits is 17; it must be from 1 to 16"),
        ("photo.png -o out.png --levels 1", "--levels is 1; it must be from 2 to 65,536"),
        ("photo.png -o out.png", "give one of --bits, --levels, --palette and --colors"),
        ("photo.png -o out.png --bits 1 --levels 2", "give one of --bits"),
        ("photo.png -o out.png --bits 1 --candidates 3", "--candidates has no effect"),
        ("photo.png -o out.png --bits 1 --add-noise nan.tif", "nan.tif"),
        ("photo.png -o out.png --bits 1 --add-noise twice.npy", "noise is an array of floats"),
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
    assert "ordered" in run("dither --help").stdout
    assert "--matrix" in run("dither ordered --help").stdout
