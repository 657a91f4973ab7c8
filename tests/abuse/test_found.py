"""Regression tests: faults that damaged files once caused."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

if not sys.platform.startswith("linux"):
    pytest.skip("needs Linux", allow_module_level=True)

from abuse.bombs import checkpoint_bombs
from abuse.corpus import PIPE, Case, Link, good
from abuse.images import TAGS, tiff, whole_images
from abuse.runner import Runner
from abuse.tables import LIKE

RGB = whole_images()["rgb.png"]
ORDERED = "dither ordered {} -o out.png -b 1"
COMPARE = "dither compare good.png {}"


def _flipped(data: bytes) -> bytes:
    """Return a PNG with one flipped bit in its samples; only libpng checks the checksum."""
    place = data.index(b"IDAT") + 12
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def _sparse() -> bytes:
    """Write a header that asks for 4 GiB; a sparse file of that size takes no room on disk."""
    text = b"{'descr': '|u1', 'fortran_order': False, 'shape': (65536, 65536)}\n"
    return b"\x93NUMPY\1\0" + len(text).to_bytes(2, "little") + text


def _frames(count: int) -> bytes:
    head = b"GIF89a\1\0\1\0\x80\0\0" + bytes(6)
    return head + b",\0\0\0\0\1\0\1\0\0\2\2\x4c\1\0" * count + b";"


# What the file was, the command, its name and content, and what it is told now.
FOUND = [
    ("a pipe was waited for for ever", ORDERED, "a.png", PIPE, "nobody writes into"),
    ("another one too", COMPARE, "a.png", PIPE, "nobody writes into"),
    ("a device was read until memory ended", COMPARE, "a.png", Link("/dev/zero"), "a device"),
    ("a changed bit went unnoticed", ORDERED, "a.png", _flipped(RGB), "checksum"),
    ("a lost end went unnoticed", ORDERED, "a.png", RGB[:-12], "it ends too early"),
    (
        "libtiff talked too",
        ORDERED,
        "a.tif",
        whole_images()["group4.tif"][:120],
        "is damaged or cannot be read",
    ),
    (
        "Pillow's log was shown too",
        ORDERED,
        "a.tif",
        tiff(TAGS | {277: (4, 1, 0xFFFFFFFF)}),
        "is not an image",
    ),
    (
        "a TIFF without offsets had no least one",
        "dither ordered {} -o out.tif -b 1",
        "a.tif",
        tiff({tag: TAGS[tag] for tag in TAGS if tag != 273}),
        "is not an image",
    ),
    ("frames beyond count took memory", ORDERED, "a.gif", _frames(16385), "at most 16384"),
    (
        "a matrix of zeros filled the memory",
        "dither ordered good.png -o out.png -b 1 -m {}",
        "a.npy",
        _sparse(),
        "at most 67108864 values",
    ),
    (
        "a checkpoint unpacked to a thousand times its size",
        "checkpoint {}",
        "a.npz",
        dict(checkpoint_bombs())["bomb-values.npz"],
        "is not a checkpoint",
    ),
]


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with Runner() as started:
        yield started


def _case(command: str, file: str, content: bytes | str | Link) -> Case:
    words = tuple(file if word == "{}" else word for word in command.split())
    return Case(file, words, good() | {file: content}, "out.png" if "-o" in words else None)


@pytest.mark.parametrize(
    ("command", "file", "content", "told"),
    [each[1:] for each in FOUND],
    ids=[each[0] for each in FOUND],
)
def test_it_is_refused_in_a_sentence(
    runner: Runner, command: str, file: str, content: bytes | str | Link, told: str
) -> None:
    outcome = runner.run(_case(command, file, content))
    assert outcome.fault is None
    assert outcome.code == 2
    assert told in outcome.stderr
    assert outcome.memory < 600 << 20


@pytest.mark.parametrize(
    ("command", "output"),
    [
        ("dither compare good.png {} -o out.html", "out.html"),
        ("dither compare good.png {}", None),
        ("dither ordered {} -o out.png -b 1", "out.png"),
    ],
)
@pytest.mark.parametrize("name", ["\udcff\udcfe.png", "a\nb\x1b[31m.png", "[red]$\\frac.png"])
def test_names_are_shown_as_one_line_of_signs(
    runner: Runner, command: str, output: str | None, name: str
) -> None:
    words = tuple(name if word == "{}" else word for word in command.split())
    outcome = runner.run(Case(name, words, good() | {name: RGB}, output))
    assert outcome.fault is None
    assert outcome.code == 0
    assert outcome.stdout.count(b"\n") in (0, 2)


def test_reports_take_any_name() -> None:
    from bluenoise.cli.report import labels

    assert labels(["\udcff.npy", "a/\x1b.npy", "b/\x1b.npy"]) == [
        "\\udcff",
        "a/\\x1b.npy",
        "b/\\x1b.npy",
    ]


@pytest.mark.parametrize("path", ["/dev/null", "pipe.bin"])
def test_a_device_is_no_output(runner: Runner, path: str) -> None:
    """Root could rename over /dev/null, which would break the machine."""
    words = f"dither ordered good.png -o {path} -b 1 --gray --packed msb --force"
    outcome = runner.run(Case(path, tuple(words.split()), good() | {"pipe.bin": PIPE}, None))
    assert outcome.fault is None
    assert "is a device, pipe or socket, not a file" in outcome.stderr
    assert Path("/dev/null").is_char_device()


TOO_MUCH = """
import typer
from dither.console.run import run

app = typer.Typer(pretty_exceptions_enable=False)

@app.command()
def fail(words: str) -> None:
    raise RuntimeError(words)

import sys
for words in ("can't start new thread", "RESOURCE_EXHAUSTED: Out of memory", "another fault"):
    sys.argv = ["fail", words]
    try:
        run(app)
    except SystemExit as ending:
        assert ending.code == 2
"""


def test_too_little_memory_is_a_sentence_wherever_it_ends() -> None:
    """Threads that cannot start and failed allocations of JAX do not raise MemoryError."""
    done = subprocess.run([sys.executable, "-c", TOO_MUCH], capture_output=True, text=True)
    sentence = "error: this takes more memory than there is; smaller sizes take less\n"
    assert done.stderr.startswith(2 * sentence + "Traceback")
    assert done.stderr.endswith("RuntimeError: another fault\n")


def test_a_checkpoint_keeps_what_it_kept(tmp_path: Path) -> None:
    """Check that the sizes which reveal a bomb differ from those of a whole file."""
    from bluenoise.runs.checkpoint import Checkpoint

    large = {name: np.resize(array, (300, 300)) for name, array in LIKE.items()}
    kept = Checkpoint(tmp_path / "run.npz", {"seed": 1})
    kept.save(large)
    found = kept.load(large)
    assert found is not None
    assert all((found[name] == large[name]).all() for name in large)


def test_a_pipe_of_an_image_is_dithered(tmp_path: Path) -> None:
    (tmp_path / "good.png").write_bytes(RGB)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(
        ["bash", "-c", "dither ordered <(cat good.png) -o out.png -b 1"],
        cwd=tmp_path,
        env={**os.environ, "PATH": path},
        check=True,
        capture_output=True,
    )
    assert (tmp_path / "out.png").exists()
