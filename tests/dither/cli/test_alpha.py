"""Transparent pixels on the command line: hidden colours, --alpha, --background, and formats."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dither.cli import in_rows, pipeline
from dither.cli.app import app
from dither.images import rows
from dither.images.io import read_image
from dither.images.raster_image import RasterImage, is_opaque
from dither.ordered.alpha import dither_alpha
from dither.preparation.alpha import composite

HEIGHT, WIDTH = 150, 60


def color(seed: int = 0) -> np.ndarray:
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    waves = np.stack([np.sin(x / 17 + c) + np.cos(y / 15 - c) for c in range(3)], axis=2)
    noise = np.random.default_rng(seed).normal(0, 0.1, waves.shape)
    return np.clip((waves + noise) * 60 + 128, 0, 255).astype(np.uint8)


def alpha() -> np.ndarray:
    """Hidden rows above (more than a band), a hole, a soft edge, and single hidden pixels."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    found = np.clip((np.hypot(y - 100, x - 30) - 12) * 20, 0, 255)
    found[:70] = 0
    found[130, ::3] = 0
    return found.astype(np.uint8)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    hidden = (alpha() == 0)[..., None]
    strange = np.random.default_rng(7).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    for name, other in (("one", np.zeros_like(strange)), ("two", strange)):
        shown = np.where(hidden, other, color())
        Image.fromarray(np.dstack([shown, alpha()])).save(f"{name}.png")
        gray = np.where(hidden[..., 0], other[..., 0], color()[..., 0])
        Image.fromarray(np.dstack([gray, alpha()])).save(f"gray-{name}.png")
    opaque = np.dstack([color(), np.full((HEIGHT, WIDTH), 255, np.uint8)])
    Image.fromarray(opaque).save("opaque.png")
    Image.fromarray(opaque[..., :3]).save("plain.png")
    return tmp_path


def dither(line: str) -> None:
    app([*line.split(), "--force", "--quiet"], standalone_mode=False)


DIFFUSIONS = (
    "--bits 1",
    "--levels 5 --raster",
    "--bits 2 --kernel ostromoukhov",
    "--bits 1 --threshold-noise 0.5 --kernel stucki",
    "--palette game-boy",
    "--palette pico-8 --raster --kernel atkinson",
    "--palette pico-8 --intent absolute --matrix blue-64x64",
    "--bits 1 --method curve",
    "--palette pico-8 --method curve",
    "--bits 1 --method dots",
    "--palette pico-8 --method dots",
    "--colors 6",
    "--bits 1 --resize 70%",
    "--palette pico-8 --auto-contrast 1",
    "--bits 1 --line-art",
    "--palette pico-8 --alpha dither",
    "--bits 1 --alpha threshold",
    "--bits 1 --background #ff8000",
)


@pytest.mark.parametrize("options", DIFFUSIONS)
@pytest.mark.parametrize("kind", ["", "gray-"])
def test_hidden_colours_change_nothing_in_diffuse(folder: Path, options: str, kind: str) -> None:
    for name in ("one", "two"):
        dither(f"diffuse {kind}{name}.png -o out-{name}.png {options}")
    assert Path("out-one.png").read_bytes() == Path("out-two.png").read_bytes()


@pytest.mark.parametrize("options", ["--palette pico-8", "--colors 6"])
def test_hidden_colours_change_nothing_in_optimize(folder: Path, options: str) -> None:
    for name in ("one", "two"):
        dither(f"optimize {name}.png -o out-{name}.png {options} --alpha threshold")
    assert Path("out-one.png").read_bytes() == Path("out-two.png").read_bytes()


@pytest.mark.parametrize(
    "options",
    ["--colors 6", "--bits 1 --auto-contrast 1", "--bits 2 --resize 55%", "--bits 1 --line-art"],
)
def test_hidden_colours_change_nothing_visible_in_ordered(folder: Path, options: str) -> None:
    for name in ("one", "two"):
        dither(f"ordered {name}.png -o out-{name}.png {options} --alpha threshold")
    one, two = (read_image(f"out-{name}.png") for name in ("one", "two"))
    assert one.alpha is not None
    assert two.alpha is not None
    assert np.array_equal(one.alpha, two.alpha)
    assert np.array_equal(one.color[one.alpha > 0], two.color[one.alpha > 0])


@pytest.mark.slow
def test_hidden_colours_change_nothing_in_colors(run: Callable, folder: Path) -> None:
    found = [
        json.loads(run(f"dither colors {name}.png --json --permutations 2").stdout)
        for name in ("one", "two")
    ]
    for report in found:
        del report["input"]
    assert found[0] == found[1]


@pytest.mark.parametrize("pixels", [64, 300, 4000])
@pytest.mark.parametrize("ending", ["png", "tif", "bmp", "gif", "ppm"])
@pytest.mark.parametrize(
    "options",
    [
        "",
        "--alpha dither",
        "--alpha background",
        "--resize 50%",
        "--background teal",
        "--alpha keep",
    ],
)
def test_bands_give_the_bytes_of_the_whole(
    folder: Path, monkeypatch: pytest.MonkeyPatch, pixels: int, ending: str, options: str
) -> None:
    if options in ("--alpha keep", "--alpha dither") and ending not in ("png", "tif"):
        return
    monkeypatch.setattr(rows, "BAND_PIXELS", pixels)
    monkeypatch.setattr(in_rows, "_STORE_SHARE", 1 << 17 if pixels == 300 else 8)
    for command in ("diffuse one.png --bits 1", "ordered two.png --palette pico-8"):
        with monkeypatch.context() as patch:
            dither(f"{command} {options} -o banded.{ending}")
            patch.setattr(pipeline, "_needs_whole", lambda *_: "the test")
            dither(f"{command} {options} -o whole.{ending}")
        assert Path(f"banded.{ending}").read_bytes() == Path(f"whole.{ending}").read_bytes()


@pytest.mark.parametrize("ending", ["png", "tif", "bmp", "ppm", "webp", "gif"])
@pytest.mark.parametrize("options", ["", "--resize 90x90 --fit contain", "--resize 50%"])
@pytest.mark.parametrize("command", ["ordered", "diffuse"])
def test_an_opaque_alpha_is_none(folder: Path, command: str, ending: str, options: str) -> None:
    for name in ("opaque", "plain"):
        dither(f"{command} {name}.png -o {name}.{ending} --bits 1 {options} --alpha keep")
    assert Path(f"opaque.{ending}").read_bytes() == Path(f"plain.{ending}").read_bytes()


def test_an_opaque_alpha_is_packed_and_reported_as_none(run: Callable, folder: Path) -> None:
    for name in ("opaque", "plain"):
        done = run(f"dither ordered {name}.png -o {name}.bin --bits 1 --gray --packed msb --json")
        assert "alpha" not in done.stdout
        assert "alpha" not in done.stderr
    assert Path("opaque.bin").read_bytes() == Path("plain.bin").read_bytes()


def test_an_opaque_part_of_a_transparent_picture_has_no_alpha(folder: Path) -> None:
    picture = np.array(Image.open("opaque.png"))
    picture[:40, :, 3] = 0
    Image.fromarray(picture).save("top.png")
    dither("ordered top.png -o out.bmp --bits 1 --alpha keep --resize 60x60 --fit cover")
    assert read_image("out.bmp").color.shape == (60, 60, 3)


def test_threshold_dither_and_background(run: Callable, folder: Path) -> None:
    source = read_image("one.png")
    assert source.alpha is not None
    for command in ("ordered", "diffuse"):
        for mode in ("keep", "threshold", "dither", "background"):
            done = run(
                f"dither {command} one.png -o out.png --force --bits 3 --alpha {mode} --json"
            )
            (entry,) = json.loads(done.stdout)["images"]
            assert entry["alpha"] == mode
            found: Any = read_image("out.png").alpha
            expected: Any = {
                "keep": source.alpha,
                "threshold": np.where(source.alpha >= 128, 255, 0),
                "dither": dither_alpha(source).alpha,
                "background": None,
            }[mode]
            assert (found is None) == (expected is None)
            assert np.array_equal(found, expected) or mode == "background"
    run("dither ordered one.png -o out.png --force --levels 256 --alpha background")
    white = composite(source, "#ffffff").color
    assert np.abs(read_image("out.png").color.astype(int) - white).max() <= 1
    run(
        "dither ordered one.png -o out.png --force --levels 256 --background red --alpha background"
    )
    red = composite(source, "red").color
    assert np.abs(read_image("out.png").color.astype(int) - red).max() <= 1


def test_dithered_alpha_keeps_its_mean_and_that_of_the_colours() -> None:
    gray = np.full((256, 256), 128, np.uint8)
    for wanted in (1, 64, 127, 128, 200, 254):
        found = dither_alpha(RasterImage(gray, np.full((256, 256), wanted, np.uint8))).alpha
        assert found is not None
        assert set(np.unique(found)) <= {0, 255}
        assert abs(found.mean() - wanted) < 0.5
    from dither.ordered.levels import ordered_dither

    half = dither_alpha(RasterImage(gray, np.full((256, 256), 128, np.uint8)))
    assert half.alpha is not None
    shown = ordered_dither(gray, levels=2)[half.alpha > 0]
    assert abs(shown.mean() - 128 / 255) < 0.03


def test_the_frames_of_a_clip_take_theirs_of_the_matrix() -> None:
    half = RasterImage(np.zeros((64, 64), np.uint8), np.full((64, 64), 128, np.uint8))
    frames = [
        np.array(dither_alpha(half, phase=(number, 0, 0), matrix="blue-16x64x64").alpha)
        for number in (0, 1, 16)
    ]
    assert not np.array_equal(frames[0], frames[1])
    assert np.array_equal(frames[0], frames[2])


@pytest.mark.parametrize(
    ("output", "mode", "said"),
    [
        ("out.png", "keep", None),
        ("out.webp", "keep", None),
        ("out.tif", "keep", None),
        (
            "out.gif",
            "threshold",
            "out.gif: a GIF has no partial transparency; alpha below 128 becomes transparent, the rest "
            "opaque (--background COLOUR blends soft edges, and makes all pixels opaque)\n",
        ),
        (
            "out.bmp",
            "background",
            "out.bmp: .bmp holds no alpha; transparent pixels are composited on",
        ),
        (
            "out.ppm",
            "background",
            "out.ppm: .ppm holds no alpha; transparent pixels are composited on",
        ),
        (
            "out.bin --packed msb --gray",
            "background",
            "out.bin: packed rows hold no alpha; transparent",
        ),
    ],
)
@pytest.mark.parametrize("command", ["ordered", "diffuse"])
def test_what_suits_the_format(
    run: Callable, folder: Path, command: str, output: str, mode: str, said: str | None
) -> None:
    done = run(f"dither {command} one.png -o {output} --bits 1 --json")
    (entry,) = json.loads(done.stdout)["images"]
    assert entry["alpha"] == mode
    if said is None:
        assert "notes" not in entry
    else:
        assert said in done.stderr
        assert said.rstrip() in entry["notes"][0]
    name = output.split(maxsplit=1)[0]
    if mode == "background" and name != "out.bin":
        assert is_opaque(read_image(name).alpha)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            "-o x.bmp --alpha keep",
            "cannot write x.bmp: .bmp holds no alpha; choose --alpha background",
        ),
        ("-o x.ppm --alpha dither", "cannot write x.ppm: .ppm holds no alpha"),
        (
            "-o x.gif --alpha keep",
            "a GIF has no partial transparency; choose --alpha threshold, dither",
        ),
        ("-o x.png --alpha keep --background red", "--background composites transparent pixels"),
        ("-o x.png --alpha no", "'no'"),
    ],
)
def test_refusals(refused: Callable, folder: Path, options: str, words: str) -> None:
    assert words in refused(f"dither ordered one.png --bits 1 {options}")
    assert not list(folder.glob("x.*"))


def test_the_gif_preview_of_a_result_with_soft_edges_is_treated_as_a_gif_result(
    run: Callable, refused: Callable, folder: Path
) -> None:
    command = "dither ordered one.png --panel inky-impression-4.0 --fit cover --preview p.gif"
    done = run(f"{command} -o out.png")
    assert "p.gif: a GIF has no partial transparency; alpha below 128 becomes" in done.stderr
    assert "(--background COLOUR blends soft edges" in done.stderr
    (folder / "out.png").unlink()
    (folder / "p.gif").unlink()
    sentence = refused(f"{command} -o out.png --alpha keep")
    assert "cannot write p.gif: a GIF has no partial transparency; choose --alpha" in sentence
    assert not (folder / "out.png").exists()
    assert not (folder / "p.gif").exists()


def test_rgba_instead_of_indices_names_the_options_that_keep_them(
    run: Callable, folder: Path
) -> None:
    values = np.random.default_rng(0).integers(0, 256, (40, 60, 4), np.uint8)
    Image.fromarray(values).save("soft.png")
    line = "dither ordered soft.png --palette spectra-6 --force"
    reason = "need more than 256 entries, the most of a PNG; the file holds RGBA instead of indices"
    hint = "; --alpha background, or --alpha threshold with up to 255 colours, keeps indices"
    assert f"{reason}{hint}\n" in run(f"{line} -o out.png").stderr
    assert f"{reason}\n" in run(f"{line} -o out.png --alpha keep").stderr
    for mode in ("background", "threshold"):
        assert "RGBA" not in run(f"{line} -o out.png --alpha {mode}").stderr
        assert Image.open("out.png").mode == "P"


def test_a_transparent_grey_of_16_bits_is_kept(run: Callable, folder: Path) -> None:
    deep = np.arange(HEIGHT * WIDTH).reshape(HEIGHT, WIDTH).astype(np.uint16) * 7
    Image.fromarray(deep).save("deep.png", transparency=700)
    for bits in (1, 16):
        for command in ("ordered", "diffuse"):
            run(f"dither {command} deep.png -o out.png --bits {bits} --force")
            found = read_image("out.png")
            assert found.alpha is not None
            assert np.array_equal(found.alpha == 0, deep == 700)
    assert found.color.dtype == np.uint16


def soft_shadow(size: int = 256) -> np.ndarray:
    y, x = np.mgrid[0:size, 0:size] - size / 2
    found = np.zeros((size, size, 4), np.uint8)
    found[..., 3] = np.clip(1.6 * (size / 2 - np.hypot(y, x)), 0, 200)
    return found


@pytest.mark.parametrize("command", ["ordered", "diffuse", "optimize"])
def test_colours_with_alpha(run: Callable, folder: Path, command: str) -> None:
    Image.fromarray(soft_shadow()).save("shadow.png")
    for source in ("shadow", "one"):
        done = run(f"dither {command} {source}.png -o out.png --force --colors 32 --json")
        report = json.loads(done.stdout)
        (palette,) = report["palettes"]
        assert 20 < len(palette) <= 32
        assert palette[0] == "#00000000"
        before = np.array(Image.open(f"{source}.png"))
        with Image.open("out.png") as picture:
            assert picture.mode == "P"
            found = np.array(picture.convert("RGBA"))
        assert (found[before[..., 3] == 0] == 0).all()
        assert (found[before[..., 3] == 255, 3] == 255).all()
        assert len(np.unique(found.reshape(-1, 4), axis=0)) <= 32
        shown = found[..., 3].astype(float) - before[..., 3]
        blurred = shown[: len(shown) // 8 * 8, : shown.shape[1] // 4 * 4]
        blurred = blurred.reshape(len(blurred) // 8, 8, -1, 4).mean(axis=(1, 3))
        assert np.abs(blurred).mean() < 4


def test_a_soft_edge_takes_less_than_half_of_what_it_took(folder: Path) -> None:
    y, x = np.mgrid[0:200, 0:200]
    soft = np.clip(8 * (90 - np.hypot(y - 100, x - 100)), 0, 255)
    waves = np.stack([np.sin(x / 17 + c) + np.cos(y / 15 - c) for c in range(3)], axis=2)
    picture = np.dstack([np.clip(waves * 60 + 128, 0, 255), soft]).astype(np.uint8)
    Image.fromarray(picture).save("soft.png")
    dither("diffuse soft.png -o with.png --colors 64")
    dither("diffuse soft.png -o without.png --colors 64 --intent absolute")
    assert Path("with.png").stat().st_size < 0.5 * Path("without.png").stat().st_size


@pytest.mark.parametrize("ending", ["webp", "tif"])
def test_colours_with_alpha_in_formats_without_a_palette(folder: Path, ending: str) -> None:
    dither("diffuse one.png -o out.png --colors 20")
    dither(f"diffuse one.png -o out.{ending} --colors 20")
    expected = np.array(Image.open("out.png").convert("RGBA"))
    found = np.array(Image.open(f"out.{ending}").convert("RGBA"))
    assert np.array_equal(found, expected)


def test_the_palette_of_a_clip_has_alpha(run: Callable, folder: Path) -> None:
    first, second = (Image.fromarray(np.roll(soft_shadow(96), step, axis=1)) for step in (0, 9))
    first.save("clip.png", save_all=True, append_images=[second], duration=50)
    for command in ("ordered", "diffuse", "optimize"):
        run(f"dither {command} clip.png -o out.png --colors 16 --force")
        with Image.open("out.png") as picture:
            assert getattr(picture, "n_frames", 1) == 2
            for number, step in ((0, 0), (1, 9)):
                picture.seek(number)
                found = np.array(picture.convert("RGBA"))[..., 3].astype(int)
                wanted = np.roll(soft_shadow(96), step, axis=1)[..., 3]
                assert np.abs(found - wanted).mean() < 15


def test_a_palette_with_alpha_is_written_as_png_only(
    run: Callable, refused: Callable, folder: Path
) -> None:
    run("dither optimize one.png -o out.png --colors 12 --palette-output colors.png")
    swatch = np.array(Image.open("colors.png").convert("RGBA"))
    assert swatch.shape[0] == 1
    assert set(map(tuple, np.array(Image.open("out.png").convert("RGBA")).reshape(-1, 4))) <= set(
        map(tuple, swatch[0])
    )
    said = refused("dither optimize one.png -o x.png --colors 12 --palette-output colors.gpl")
    assert (
        "cannot write colors.gpl: the palette has colours with alpha, which only a .png holds"
        in said
    )
    assert not Path("x.png").exists()


def test_other_options_keep_the_alpha_as_it_is(folder: Path) -> None:
    for options in (
        "--colors 6 --method curve",
        "--colors 6 --intent absolute",
        "--palette pico-8",
    ):
        dither(f"diffuse one.png -o out.png {options}")
        found = read_image("out.png").alpha
        assert found is not None
        assert np.array_equal(found, alpha())


@pytest.mark.parametrize("command", ["ordered", "diffuse", "optimize"])
def test_256_colours_leave_an_entry_for_transparent_pixels(
    run: Callable, folder: Path, command: str
) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (60, 60, 4), np.uint8)
    noise[..., 3] = np.where(noise[..., 3] < 60, 0, 255)
    Image.fromarray(noise).save("binary.png")
    for ending in ("png", "gif"):
        run(f"dither {command} binary.png -o out.{ending} --colors 256")
        with Image.open(f"out.{ending}") as picture:
            assert picture.mode == "P"
            found = np.array(picture.convert("RGBA"))
        assert np.array_equal(found[..., 3], noise[..., 3])
        assert len(np.unique(found[found[..., 3] > 0][:, :3], axis=0)) <= 255


@pytest.mark.parametrize("ending", ["png", "tif", "bmp"])
def test_the_resolution_is_that_of_the_printer(
    folder: Path, refused: Callable[[str], str], ending: str
) -> None:
    for options in ("--bits 1", "--colors 12 --resize 31x", "--palette pico-8 --scale 2"):
        dither(f"ordered one.png -o out.{ending} {options} --dpi 203 --force")
        with Image.open(f"out.{ending}") as picture:
            wanted = 406 if "--scale" in options else 203
            assert picture.info["dpi"][0] == pytest.approx(wanted, abs=0.1), options
    for output in ("out.gif", "out.bin --packed msb", "out.escpos"):
        sentence = refused(f"dither ordered one.png -o {output} --bits 1 --dpi 203")
        assert "--dpi needs an image in .png, .tif or .bmp" in sentence


@pytest.mark.parametrize("ending", ["png", "tif", "bmp"])
@pytest.mark.parametrize("options", ["--bits 1", "--colors 12", "--bits 2 --alpha background"])
def test_the_resolution_stays(folder: Path, ending: str, options: str) -> None:
    with Image.open("one.png") as picture:
        picture.save("dense.png", dpi=(300, 300))
    dither(f"diffuse dense.png -o out.{ending} {options}")
    with Image.open(f"out.{ending}") as picture:
        assert picture.info["dpi"][0] == pytest.approx(300, abs=0.1)
