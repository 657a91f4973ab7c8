import dataclasses
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dither.images.animation import Animation, read_animation, write_animation
from dither.images.indexed_files import read_indexed
from dither.images.io import read_image
from dither.images.raster_image import RasterImage
from dither.metrics import image_errors, parse_filter
from dither.optimizer.frames import optimize_frames
from dither.optimizer.optimize import optimize_palette
from dither.palettes.palette import Palette
from dither.palettes.palette_like import load_palette
from dither.panels.files import load_panel
from dither.preparation.adjustments import Preparation, adjusted

FLAG = np.array([[[255, 0, 0], [255, 255, 255], [0, 0, 255]]], np.uint8).repeat(4, 0).repeat(5, 1)


@pytest.fixture
def folder(tmp_path: Path, photo: np.ndarray) -> Path:
    """An empty folder but for a photo, a flag of three colours, and files that are not images."""
    Image.fromarray(photo).save(tmp_path / "photo.png")
    Image.fromarray(FLAG).save(tmp_path / "flag.png")
    Image.fromarray(np.full((4, 4), np.nan, np.float32)).save(tmp_path / "nan.tif")
    Image.fromarray(FLAG[:, :5]).save(tmp_path / "red.png")
    (tmp_path / "text.png").write_text("no image")
    (tmp_path / "there.png").write_text("mine")
    return tmp_path


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("photo.png -o x.png", "choose exactly one of --palette, --panel, --colors and --cells"),
        (
            "photo.png -o x.png --colors 4 -p game-boy",
            "choose exactly one of --palette, --panel, --colors and --cells",
        ),
        ("photo.png -o x.png --colors 0", "--colors is 0; it must be from 2 to 256, or auto"),
        ("photo.png -o x.png --colors 1", "--colors is 1"),
        ("photo.png -o x.png --colors 257", "--colors is 257"),
        ("photo.png -o x.png --colors x", "--colors is x; it must be from 2 to 256, or auto"),
        ("photo.png -o x.bin --packed msb --colors auto", "--colors auto may choose more"),
        ("photo.png -o x.png -p game-boy --keep #000000", "--keep has no effect with --palette"),
        ("photo.png -o x.png -p game-boy --device rgb565", "--device has no effect with"),
        ("photo.png -o x.png -p game-boy --seed 0", "--seed has no effect with --palette"),
        ("photo.png -o x.png -p game-boy --palette-output p.gpl", "--palette-output has no effect"),
        ("photo.png -o x.png --colors 4 --keep game-boy", "--keep fixes 4 of 4 colours"),
        ("photo.png -o x.png --colors 4 --keep none", "'none' is not a palette"),
        (
            "photo.png -o x.png --colors 4 --device rgb",
            "a device is rgb888, rgb666, rgb565, rgb555, rgb444, rgb333, rgb332, rgb111, or",
        ),
        ("photo.png -o x.png --colors 4 --device 8,8,1", "not '8,8,1'"),
        ("photo.png -o x.png --colors 4 --preset best", "'best'"),
        ("photo.png -o x.png --colors 4 --palette-output p.json", ".gpl, .pal, .hex, .act, .aco"),
        ("photo.png -o x.png --colors 4 --palette-output x.png", "would both be written as x.png"),
        ("photo.png -o x.png --colors 4 --palette-output there.png", "there.png exists"),
        ("photo.png flag.png -o . --colors 4 --palette-output p.gpl", "the palette of one image"),
        ("photo.png -o there.png --colors 4", "there.png exists; give --force"),
        ("photo.png -o - --json --colors 4", "would both write to standard output"),
        ("photo.png -o x.bin --packed pages --colors 17", "pages hold 1 bit per pixel"),
        ("photo.png -o x.png --colors 4 --max-pixels 100", "--max-pixels raises this limit"),
        ("text.png -o x.png --colors 4", "text.png is not an image"),
        ("nan.tif -o x.png --colors 4", "nan.tif: float images hold 0 to 1"),
        ("flag.png text.png --output-dir new --colors 4", "text.png is not an image"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    refused: Callable, folder: Path, options: str, words: str
) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    # A shell takes what follows # for a comment, and so does the test's reader of commands.
    options = re.sub(r"#\w+", lambda found: f"'{found[0]}'", options)
    assert words in refused(f"dither optimize {options}")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_auto_takes_the_fewest_colours_that_are_hardly_seen(run: Callable, folder: Path) -> None:
    said = run("dither optimize flag.png red.png --output-dir out --colors auto").stderr
    assert "flag.png: 3 colours is the smallest palette whose error is barely visible" in said
    assert "red.png: 2 colours" in said
    assert (read_image(folder / "out" / "flag-dithered.png").color == FLAG).all()


@pytest.mark.slow
@pytest.mark.parametrize("options", ["", "--viewing-filter gaussian:1"])
def test_auto_writes_what_its_number_writes(run: Callable, folder: Path, options: str) -> None:
    (entry,) = json.loads(
        run(f"dither optimize photo.png -o auto.png --colors auto --json {options}").stdout
    )["images"]
    run(f"dither optimize photo.png -o number.png --colors {entry['colors']} {options}")
    assert (folder / "auto.png").read_bytes() == (folder / "number.png").read_bytes()


def test_colors_keep_device_and_all_that_is_told(
    run: Callable, folder: Path, photo: np.ndarray
) -> None:
    done = run(
        "dither optimize photo.png -o out.png --colors 6 --keep '#000000' --device rgb565 --seed 3 "
        "--preset clean --threads 2 --contrast 0.9 --palette-output best.gpl --json"
    )
    assert done.stderr.splitlines() == [
        "photo.png -> best.gpl: 6 colours",
        "photo.png -> out.png",
    ]
    ready = adjusted(RasterImage(photo), Preparation(contrast=0.9)).color
    black = np.zeros((1, 3), np.uint8)
    options = {"device_levels": (32, 64, 32), "seed": 3, "preset": "clean"}
    expected = optimize_palette(ready, 6, keep=black, **options)
    assert (read_image(folder / "out.png").color == expected.picture).all()
    assert load_palette(folder / "best.gpl").hex == expected.palette.hex
    assert "#000000" in expected.palette.hex
    with Image.open(folder / "out.png") as picture:
        assert picture.mode == "P"
    assert (folder / "out.png").read_bytes()[24] == 4  # bits a pixel, in the header
    report = json.loads(done.stdout)
    assert (report["preset"], report["palettes"]) == ("clean", [expected.palette.hex])
    (entry,) = report["images"]
    errors = dataclasses.asdict(image_errors(ready, expected.picture))
    assert entry == {
        "input": "photo.png",
        "output": "out.png",
        "shape": [48, 80, 3],
        "palette": expected.palette.hex,
        "usage": pytest.approx(expected.usage.tolist()),
        "loss": pytest.approx(float(expected.trace[-1])),
        "errors": {**errors, "lost_hues": list(errors["lost_hues"])},
    }


def test_packed_indices_are_those_of_the_palette_as_given(
    run: Callable, folder: Path, photo: np.ndarray
) -> None:
    palette = Palette.from_hex("ffffff 000000 c04040")
    run("dither optimize photo.png -o out.bin -p ffffff,000000,c04040 --packed msb --quiet")
    rows = np.frombuffer((folder / "out.bin").read_bytes(), np.uint8).reshape(48, 20)
    indices = (rows[..., None] >> np.array([6, 4, 2, 0]) & 3).reshape(48, 80)
    assert (indices == optimize_palette(photo, palette=palette).indices).all()


@pytest.mark.slow
def test_few_colors_stay_through_pipes_folders_and_one_pixel(run: Callable, folder: Path) -> None:
    program = str(Path(sys.executable).parent / "dither")
    piped = subprocess.run(
        [program, *["optimize", "-", "-o", "-", "--colors", "4", "--palette-output", "p.hex"]],
        cwd=folder,
        input=(folder / "flag.png").read_bytes(),
        capture_output=True,
    )
    assert piped.returncode == 0, piped.stderr
    (folder / "piped.png").write_bytes(piped.stdout)
    assert (read_image(folder / "piped.png").color == FLAG).all()
    assert load_palette(folder / "p.hex").hex == ["#0000ff", "#ff0000", "#ffffff"]
    Image.fromarray(FLAG[:1, :1]).save(folder / "pixel.png")
    run("dither optimize flag.png red.png pixel.png --output-dir new --name {stem}.gif --colors 9")
    for name, picture in (("flag", FLAG), ("red", FLAG[:, :5]), ("pixel", FLAG[:1, :1])):
        assert (read_image(folder / "new" / f"{name}.gif").color == picture).all()
    run("dither optimize red.png pixel.png --output-dir kept --colors 3 --keep '#000000'")
    for name, picture in (("red", FLAG[:, :5]), ("pixel", FLAG[:1, :1])):
        assert (read_image(folder / "kept" / f"{name}-dithered.png").color == picture).all()


@pytest.mark.slow
def test_clear_pixels_have_no_say_and_alpha_is_kept(
    run: Callable, folder: Path, photo: np.ndarray
) -> None:
    alpha = np.full(photo.shape[:2], 255, np.uint8)
    alpha[:24, :50] = 0
    strange = np.where(alpha[..., None] == 0, np.uint8(photo[::-1, ::-1]), photo)
    for name, color in (("one", photo), ("two", strange)):
        Image.fromarray(np.dstack([color, alpha])).save(folder / f"{name}.png")
    done = run("dither optimize one.png two.png --output-dir new --colors 5 --json")
    one, two = (read_image(folder / "new" / f"{name}-dithered.png") for name in ("one", "two"))
    assert (one.alpha == alpha).all()
    assert (one.color == two.color)[alpha > 0].all()
    first, second = json.loads(done.stdout)["images"]
    assert first["errors"] == second["errors"]
    assert first["usage"] == second["usage"]


@pytest.mark.slow
def test_clips_have_one_palette(run: Callable, folder: Path, photo: np.ndarray) -> None:
    frames = [photo, photo ^ 1, np.roll(photo, 9, 1)]
    clip = Animation(tuple(RasterImage(frame) for frame in frames), (40, 60, 80), 0)
    write_animation(folder / "clip.webp", clip)
    done = run("dither optimize clip.webp -o out.gif --colors 5 --json --quiet")
    assert done.stderr == ""
    made = read_animation(folder / "out.gif")
    assert made.durations == (40, 60, 80)
    expected = optimize_frames(
        [frame.color for frame in read_animation(folder / "clip.webp").frames], 5
    )
    for frame, result in zip(made.frames, expected, strict=True):
        assert (frame.color == result.picture).all()
    (entry,) = json.loads(done.stdout)["images"]
    assert (entry["frames"], len(entry["errors"])) == (3, 3)
    assert entry["palette"] == expected[0].palette.hex
    assert sum(entry["usage"]) == pytest.approx(1)


@pytest.mark.parametrize("missing", ["jax", "numba"])
def test_a_missing_library_is_one_sentence(
    refused: Callable, folder: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    (folder / "blocked").mkdir()
    (folder / "blocked" / "sitecustomize.py").write_text(
        f"import sys; sys.modules[{missing!r}] = None"
    )
    path = [str(folder / "blocked"), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path))
    said = refused("dither optimize photo.png -o x.png --colors 4", fresh=True)
    assert missing in said
    assert "pip install 'bluenoise-dither[optimize]'" in said
    assert not (folder / "x.png").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
def test_ctrl_c_leaves_nothing_half_written(folder: Path, photo: np.ndarray) -> None:
    Image.fromarray(np.tile(photo, (6, 4, 1))).save(folder / "large.png")
    program = str(Path(sys.executable).parent / "dither")
    started = subprocess.Popen(
        [program, *["optimize", "large.png", "--output-dir", "new", "--colors", "64"]],
        cwd=folder,
        stderr=subprocess.PIPE,
        # Otherwise the bar is drawn for terminals alone.
        env={**os.environ, "COLUMNS": "100", "TTY_COMPATIBLE": "1"},
    )
    assert started.stderr is not None
    said = ""
    while "colours" not in said:
        read = os.read(started.stderr.fileno(), 4096).decode(errors="replace")
        assert read, said
        said += read
    started.send_signal(signal.SIGINT)
    said += started.communicate(timeout=60)[1].decode()
    assert started.returncode == 130, said
    assert "Traceback" not in said
    assert not (folder / "new").exists()


@pytest.mark.slow
def test_pixels_may_be_drawn_where_the_image_is_still(
    run: Callable, refused: Callable, folder: Path, photo: np.ndarray
) -> None:
    run("dither optimize photo.png -o drawn.png -p game-boy --pixels draws --force")
    expected = optimize_palette(photo, palette=load_palette("game-boy"), pixels="draws")
    assert (read_image(folder / "drawn.png").color == expected.picture).all()
    clip = Animation((RasterImage(photo), RasterImage(photo[::-1])), (100, 100))
    write_animation(folder / "two.webp", clip)
    words = refused("dither optimize two.webp -o out.webp -p game-boy --pixels matrix")
    assert "--pixels is for still images" in words


@pytest.mark.parametrize(
    ("options", "viewing"),
    [
        ("-p panel.hex", "gaussian:1.5"),
        ("--panel spectra-6-7.3", load_panel("spectra-6-7.3").viewing_filter),
        ("--panel spectra-6-7.3 --viewing-filter gaussian:0.8", "gaussian:0.8"),
        ("--panel spectra-6-7.3 --preset clean", "gaussian:0.65"),
    ],
)
def test_the_viewing_filter_is_the_one_given_or_the_panels(
    run: Callable, folder: Path, photo: np.ndarray, options: str, viewing: str
) -> None:
    palette = load_panel("spectra-6-7.3").palette
    (folder / "panel.hex").write_text("\n".join(palette.hex))
    run(f"dither optimize photo.png -o out.png {options}")
    preset = "clean" if "clean" in options else "balanced"
    expected = optimize_palette(
        photo,
        palette=palette,
        preset=preset,
        viewing_filter=parse_filter(viewing),
    )
    assert (read_indexed(folder / "out.png")[0] == expected.indices).all()


def test_a_viewing_filter_that_is_none_is_one_sentence(run: Callable, folder: Path) -> None:
    done = run("dither optimize photo.png -o out.png --colors 4 --viewing-filter far", check=False)
    assert done.returncode == 2
    assert "'far'" in done.stderr
    assert not (folder / "out.png").exists()
