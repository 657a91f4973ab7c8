"""Every example that --help ends with does what it says."""

import itertools
import re
import shlex
import struct
from pathlib import Path

import numpy as np
import pytest
import typer
from PIL import Image
from video_files import encoded

import bluenoise.cli
import dither.cli.app

HEAVY = re.compile(r"optimize|colors photo|generate|evaluate|report")
COMMANDS = {
    (program, name): command
    for program, app in (("bluenoise", bluenoise.cli.app), ("dither", dither.cli.app.app))
    for name, command in typer.main.get_command(app).commands.items()  # pyright: ignore
}
EXAMPLES = [
    line.strip() for command in COMMANDS.values() for line in command.epilog.splitlines()[2:]
]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_examples_of_itself(command: tuple[str, str]) -> None:
    lines = COMMANDS[command].epilog.splitlines()
    assert lines[:2] == ["\b", "Examples:"]
    assert all(line.startswith(f"  {' '.join(command)}") for line in lines[2:])
    assert all(len(line) <= 100 for line in lines)


@pytest.mark.parametrize(
    "example",
    [pytest.param(each, marks=pytest.mark.slow if HEAVY.search(each) else ()) for each in EXAMPLES],
)
def test_examples_run(
    example: str, tmp_path: Path, photo: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    first, second = Image.fromarray(photo), Image.fromarray(photo[::-1])
    first.save("photo.jpg")
    first.save("clip.gif", save_all=True, append_images=[second], duration=40)
    for name in ("one-bit", "game-boy", "frame1", "frame2"):
        first.save(f"{name}.png")
    if "clip.mp4" in example:
        video = encoded([photo, photo[::-1]], container="mp4", codec="libx264rgb", pixels="rgb24")
        Path("clip.mp4").write_bytes(video)
    Path("mine.gpl").write_text("GIMP Palette\n0 0 0 black\n255 0 0 red\n")
    # An Adobe Swatch Exchange file of two colours.
    swatches = [
        struct.pack(">HIHH4s3fH", 1, 22, 1, 0, b"RGB ", *c, 2) for c in ((0, 0, 0), (1, 0, 0))
    ]
    Path("mine.ase").write_bytes(b"ASEF\0\1\0\0\0\0\0\2" + b"".join(swatches))
    np.save("mine.npy", np.random.default_rng(1).permutation(64).reshape(8, 8).astype(np.uint16))
    vectors = np.random.default_rng(1).random((8, 8, 2), np.float32)
    np.save("vectors.npy", vectors)
    Path("photos").mkdir()
    first.save("photos/photo.jpg")
    Path("others").mkdir()
    codes = np.rint(255 * vectors).astype(np.uint8)
    Image.fromarray(np.dstack([codes, np.zeros((8, 8), np.uint8)])).save("others/other.png")
    outputs = [word for option, word in itertools.pairwise(shlex.split(example)) if "-o" in option]
    for path in map(Path, outputs):
        path.unlink(missing_ok=True)
    before = set(tmp_path.iterdir())
    program, *words = shlex.split(
        example.replace("*.jpg", "photo.jpg").replace("frame*.png", "frame1.png frame2.png")
    )
    app = {"bluenoise": bluenoise.cli.app, "dither": dither.cli.app.app}[program]
    app(words, standalone_mode=False)
    assert {path.name for path in set(tmp_path.iterdir()) - before} >= set(outputs)
