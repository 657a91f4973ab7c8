"""The way of one image from the command to the pixels."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import numpy as np
import pytest
from PIL import Image

import dither

PACKAGES = (str(Path(dither.__file__).parent),)


def _own_functions(frame: FrameType | None) -> list[str]:
    """The names of our functions on the stack, from the command to `frame`."""
    names: list[str] = []
    while frame is not None:
        # Python 3.11 has a frame for each comprehension, later ones have none.
        if frame.f_code.co_filename.startswith(PACKAGES) and "comp>" not in frame.f_code.co_name:
            names.append(frame.f_code.co_name)
            if frame.f_code.co_filename.endswith("commands/ordered.py") and names[-1] == "ordered":
                return names[::-1]
        frame = frame.f_back
    return []


def test_few_frames_lie_between_the_command_and_the_pixels(
    run: Callable, tmp_path: Path, photo: np.ndarray
) -> None:
    Image.fromarray(photo).save(tmp_path / "photo.jpg")
    longest: list[str] = []

    def profile(frame: FrameType, event: str, argument: object) -> None:
        nonlocal longest
        if event == "call" and "ordered" in Path(frame.f_code.co_filename).parts:
            names = _own_functions(frame)
            if "for_each_tile" in names and len(names) > len(longest):
                longest = names

    sys.setprofile(profile)
    try:
        run("dither ordered photo.jpg -o out.png --bits 1")
    finally:
        sys.setprofile(None)
    assert longest[0] == "ordered"
    assert longest.index("for_each_tile") < len(longest) - 1
    assert len(longest) <= 8, longest


LOADED = """
import sys
from dither.cli import main
sys.argv = ["dither", "ordered", "photo.jpg", "-o", "out.png", "--bits", "1"]
try:
    main()
finally:
    print(*sys.modules)
"""


def test_one_image_loads_no_code_for_batches_and_volumes(tmp_path: Path, photo: np.ndarray) -> None:
    Image.fromarray(photo).save(tmp_path / "photo.jpg")
    done = subprocess.run(
        [sys.executable, "-c", LOADED], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert (tmp_path / "out.png").exists()
    loaded = done.stdout.split()
    assert "dither.ordered.levels" in loaded
    unwanted = ("dither.cli.batch", "dither.cli.volumes", "dither.volumes", "dither.optimizer")
    assert [name for name in loaded if name.startswith(unwanted)] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("ordered --bits 1 --light linear", "ordered --bits 1 --mix-in linear"),
        ("ordered -p c64 --mix two", "ordered -p c64 --mixture-size 2"),
        ("ordered -p c64 --candidates 5", "ordered -p c64 --mixture-size 5"),
        ("ordered -p c64 --mix many", "ordered -p c64 --mixture-size 32"),
        (
            "diffuse -b 1 --noise 0.5 --light=linear",
            "diffuse -b 1 --threshold-noise 0.5 --mix-in linear",
        ),
        (
            "optimize -p game-boy --pixels draws",
            "optimize -p game-boy --pixels random",
        ),
    ],
)
def test_former_spellings_do_the_same(
    run: Callable, tmp_path: Path, photo: np.ndarray, old: str, new: str
) -> None:
    Image.fromarray(photo).save(tmp_path / "photo.png")
    for name, words in (("old", old), ("new", new)):
        command, options = words.split(" ", 1)
        run(f"dither {command} photo.png -o {name}.png {options}")
    assert (tmp_path / "old.png").read_bytes() == (tmp_path / "new.png").read_bytes()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("ordered -p c64 --mixture-size 1", "--mixture-size is 1; it must be from 2 to 64"),
        ("ordered -p c64 --mixture-size 4 --mix two", "--mix has no effect with --mixture-size"),
        ("ordered -b 1 --mixture-size 4", "--mixture-size has no effect without --palette"),
        ("ordered -b 1 --jobs 2", "--jobs has no effect without --recursive"),
    ],
)
def test_new_spellings_are_checked(refused: Callable, options: str, words: str) -> None:
    command, rest = options.split(" ", 1)
    assert words in refused(f"dither {command} photo.png -o out.png {rest}")


def test_zero_threads_are_one_per_processor(
    run: Callable, tmp_path: Path, photo: np.ndarray
) -> None:
    Image.fromarray(photo).save(tmp_path / "photo.png")
    for command in ("ordered", "diffuse --raster"):
        run(f"dither {command} photo.png -o one.png --bits 1 --force")
        run(f"dither {command} photo.png -o all.png --bits 1 --force --threads 0")
        assert (tmp_path / "one.png").read_bytes() == (tmp_path / "all.png").read_bytes()
