"""`dither optimize --recursive`, as one types it, and the value that it sends to other processes."""

import dataclasses
import json
import pickle
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dither.cli.batch.fingerprint import fingerprint
from dither.cli.batch.journal import JOURNAL_NAME
from dither.cli.optimize_task import OptimizeTask
from dither.cli.small_files import SmallFile
from dither.images.io import read_image
from dither.metrics import parse_filter
from dither.palettes.palette import Palette

# Pictures of no more colours than are asked for compile nothing.
FLAG = np.array([[[255, 0, 0], [255, 255, 255], [255, 0, 0]]], np.uint8).repeat(4, 0).repeat(5, 1)
HERE = "--recursive --jobs 1"

PLAIN = OptimizeTask(
    colors=4,
    palette=None,
    keep=None,
    preset="balanced",
    pixels="search",
    device_levels=(256, 256, 256),
    intent=None,
    viewing_filter=None,
    seed=0,
    threads=1,
    measured=False,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of two flags, one in a folder of its own, and a file that is no image."""
    (tmp_path / "in/more").mkdir(parents=True)
    Image.fromarray(FLAG).save(tmp_path / "in/flag.png")
    Image.fromarray(FLAG[:, :10]).save(tmp_path / "in/more/half.png")
    (tmp_path / "in/bad.png").write_bytes(b"no picture")
    return tmp_path


def _report(done: subprocess.CompletedProcess[str]) -> tuple[int, int, int]:
    """Numbers of images made, already up to date, and failed."""
    report = json.loads(done.stdout)
    return len(report["images"]), report["up_to_date"], len(report["failed"])


def test_a_folder_is_optimised_and_one_bad_file_stops_nothing(run: Callable, folder: Path) -> None:
    done = run(f"dither optimize in -o out {HERE} --colors auto --json", check=False)
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert report["preset"] == "balanced"
    flag, half = report["images"]
    assert (flag["input"], flag["colors"]) == ("in/flag.png", 2)
    assert flag["palette"] == ["#ff0000", "#ffffff"]
    assert flag["errors"]["blurred_1_5"] == 0
    assert (half["output"], half["colors"]) == ("out/more/half.png", 2)
    (failed,) = report["failed"]
    assert failed["input"] == "in/bad.png"
    assert (read_image(folder / "out/flag.png").color == FLAG).all()
    assert (read_image(folder / "out/more/half.png").color == FLAG[:, :10]).all()
    # An image alone is told of alike.
    alone = json.loads(run("dither optimize in/flag.png -o x.png --colors auto --json").stdout)
    assert alone["images"] == [{**flag, "output": "x.png"}]


def test_what_is_done_is_not_done_again_unless_an_option_changes(
    run: Callable, folder: Path
) -> None:
    (folder / "in/bad.png").unlink()
    command = f"dither optimize in -o out {HERE} --quiet --colors"
    run(f"{command} 8")
    assert _report(run(f"{command} 8 --json")) == (0, 2, 0)
    assert _report(run(f"{command} 8 --threads 2 --json")) == (0, 2, 0)
    for options in ("9", "9 --preset smooth", "9 --seed 1", "9 --seed 1 --scale 2"):
        assert _report(run(f"{command} {options} --json")) == (2, 0, 0)
        assert _report(run(f"{command} {options} --json")) == (0, 2, 0)


@pytest.mark.parametrize(
    "command", ["ordered", pytest.param("diffuse --raster", marks=pytest.mark.slow)]
)
def test_the_number_of_threads_makes_no_other_result(
    run: Callable, folder: Path, command: str
) -> None:
    (folder / "in/bad.png").unlink()
    command = f"dither {command} in -o out {HERE} --bits 1 --json"
    assert _report(run(f"{command} --threads 1")) == (2, 0, 0)
    assert _report(run(f"{command} --threads 2")) == (0, 2, 0)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("in -o out --colors 4 --recursive --palette-output p.gpl", "palette of one image, not of"),
        ("in -o out --colors 4", "--recursive takes the images in it"),
        ("in/flag.png -o x.png --colors 4 --jobs 2", "--jobs has no effect without --recursive"),
        ("in/flag.png -o x.png --colors 4 --scheduler tcp://x:1", "--scheduler has no effect"),
        ("in/flag.png -o out --colors 4 --recursive", "takes one folder of images"),
        ("in -o out --recursive", "choose exactly one of --palette, --panel, --colors and --cells"),
        ("in -o - --colors 4 --recursive --json", "needs a folder as --output"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    refused: Callable, folder: Path, arguments: str, words: str
) -> None:
    assert words in refused(f"dither optimize {arguments}")
    assert not (folder / "out").exists()


OTHER: dict[str, Any] = {
    "colors": "auto",
    "palette": Palette.from_hex("000000 ffffff"),
    "keep": np.zeros((1, 3), np.uint8),
    "preset": "clean",
    "pixels": "matrix",
    "device_levels": (32, 64, 32),
    "intent": "relative",
    "viewing_filter": parse_filter("nasanen:127dpi,40cm"),
    "seed": 1,
    "with_alpha": False,
    "small": SmallFile(0.5, None, None, ".png", 1),
}


def test_all_that_decides_a_result_is_in_the_fingerprint_and_the_rest_is_not() -> None:
    names = {field.name for field in dataclasses.fields(OptimizeTask)}
    assert names == {*OTHER, "threads", "measured"}
    changed = [dataclasses.replace(PLAIN, **{name: value}) for name, value in OTHER.items()]
    marks = {fingerprint(each) for each in [PLAIN, *changed]}
    assert len(marks) == 1 + len(OTHER)
    alike = dataclasses.replace(PLAIN, threads=8, measured=True)
    assert fingerprint(alike) == fingerprint(PLAIN)
    assert fingerprint(pickle.loads(pickle.dumps(changed[2]))) == fingerprint(changed[2])


@pytest.mark.slow
def test_a_batch_has_the_bytes_and_tells_what_is_told_of_images_alone(
    run: Callable, folder: Path, photo: np.ndarray
) -> None:
    for number, step in enumerate((1, -1)):
        Image.fromarray(photo[::step, ::step]).save(folder / f"in/more/{number}.png")
    frames = [Image.fromarray(np.roll(photo, shift, 1)) for shift in (0, 9)]
    frames[0].save(folder / "in/clip.gif", save_all=True, append_images=frames[1:], duration=40)
    options = "--colors 5 --keep '#204060' --device rgb565 --contrast 0.9 --name {stem}.gif --json"
    done = run(f"dither optimize in -o out --recursive --jobs 2 {options}", check=False)
    assert _report(done) == (5, 0, 1)
    images = "in/clip.gif in/flag.png in/more/0.png in/more/1.png in/more/half.png"
    alone = json.loads(run(f"dither optimize {images} --output-dir alone {options}").stdout)
    entries = json.loads(done.stdout)["images"]
    for entry in (*entries, *alone["images"]):
        entry["output"] = Path(entry["output"]).name
    assert entries == alone["images"]
    for path in (folder / "out").rglob("*.gif"):
        assert path.read_bytes() == (folder / "alone" / path.name).read_bytes()
    assert len(list((folder / "alone").iterdir())) == 5


@pytest.mark.slow
def test_pixels_of_clips_are_searched_and_the_other_images_go_on(
    run: Callable, folder: Path
) -> None:
    first, second = (Image.new("L", (4, 4), grey) for grey in (0, 255))
    first.save(folder / "in/clip.gif", save_all=True, append_images=[second], duration=40)
    command = f"dither optimize in -o out {HERE} --colors 4 --pixels matrix --name {{stem}}.webp"
    done = run(command, check=False)
    assert "clip.gif: --pixels is for still images" in done.stderr
    assert "2 dithered, 0 already up to date, 2 failed" in done.stderr
    assert (folder / "out" / JOURNAL_NAME).exists()
