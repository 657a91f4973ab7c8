"""`--recursive`, as one types it."""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dither.cli.batch.journal import JOURNAL_NAME

# Processes take a second to start; where they do not matter there is one.
HERE = "--recursive --jobs 1"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of three pictures, in two folders, and a file that is none."""
    _pictures(tmp_path / "in", 3)
    (tmp_path / "in/bad.png").write_bytes(b"no picture")
    return tmp_path


def _pictures(folder: Path, count: int, side: int = 16) -> None:
    rng = np.random.default_rng(count)
    for number in range(count):
        path = folder / f"{number % 2}" / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (side, side), np.uint8)).save(path)


def _contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != JOURNAL_NAME
    }


def _report(done: subprocess.CompletedProcess[str]) -> tuple[int, int, int]:
    """Numbers of images made, already up to date, and failed."""
    report = json.loads(done.stdout)
    return len(report["images"]), report["up_to_date"], len(report["failed"])


def test_a_folder_is_mirrored_and_one_bad_file_stops_nothing(run: Callable, folder: Path) -> None:
    done = run("dither ordered in -o new/out --bits 1 --recursive", check=False)
    assert done.returncode == 1
    failed, summary = done.stderr.splitlines()
    assert failed.startswith("failed: in/bad.png is not an image")
    assert summary == "in -> new/out: 3 dithered, 0 already up to date, 1 failed"
    contents = _contents(folder / "new/out")
    assert sorted(contents) == ["0/0.png", "0/2.png", "1/1.png"]
    run("dither ordered in/0/2.png -o alone.png --bits 1")
    assert contents["0/2.png"] == (folder / "alone.png").read_bytes()


def test_what_is_done_and_unchanged_is_not_done_again(run: Callable, folder: Path) -> None:
    (folder / "in/bad.png").unlink()
    command = f"dither ordered in -o out {HERE} --json --quiet"
    assert _report(run(f"{command} --bits 1")) == (3, 0, 0)
    stamps = {path: path.stat().st_mtime_ns for path in (folder / "out").rglob("*.png")}
    assert _report(run(f"{command} --bits 1")) == (0, 3, 0)
    assert stamps == {path: path.stat().st_mtime_ns for path in stamps}
    # A result is lost, an input changes, one is new, and one goes.
    (folder / "out/0/0.png").unlink()
    Image.new("L", (5, 5), 99).save(folder / "in/0/2.png")
    Image.new("L", (5, 5), 99).save(folder / "in/new.png")
    (folder / "in/1/1.png").unlink()
    report = json.loads(run(f"{command} --bits 1").stdout)
    assert [Path(entry["input"]).name for entry in report["images"]] == [
        "0.png",
        "2.png",
        "new.png",
    ]
    assert report["images"][1]["shape"] == [5, 5]
    assert _report(run(f"{command} --bits 2")) == (3, 0, 0)
    assert _report(run(f"{command} --bits 2 --shadows 0.5")) == (3, 0, 0)
    assert _report(run(f"{command} --bits 2 --shadows 0.5")) == (0, 3, 0)


@pytest.mark.slow
def test_what_is_in_a_file_that_options_name_counts(run: Callable, folder: Path) -> None:
    (folder / "in/bad.png").unlink()
    command = f"dither ordered in -o out {HERE} --json --quiet"
    for colors in ("000000 ffffff", "000000 ff0000"):
        (folder / "two.hex").write_text(colors.replace(" ", "\n"))
        assert _report(run(f"{command} --palette two.hex")) == (3, 0, 0)
    assert _report(run(f"{command} --palette two.hex")) == (0, 3, 0)


def test_the_work_of_others_is_not_replaced_unasked(run: Callable, folder: Path) -> None:
    (folder / "in/bad.png").unlink()
    (folder / "out/0").mkdir(parents=True)
    (folder / "out/0/0.png").write_text("mine")
    done = run(f"dither ordered in -o out {HERE} --bits 1", check=False)
    assert done.returncode == 1
    assert "give --force" in done.stderr
    assert "2 dithered, 0 already up to date, 1 failed" in done.stderr
    assert (folder / "out/0/0.png").read_text() == "mine"
    (folder / "out/1/1.png").write_text("retouched")
    done = run(f"dither ordered in -o out {HERE} --bits 2", check=False)
    assert "1 dithered, 0 already up to date, 2 failed" in done.stderr
    assert (folder / "out/1/1.png").read_text() == "retouched"
    # Asked for, they are; and what was done is still not done again.
    done = run(f"dither ordered in -o out {HERE} --bits 2 --force")
    assert "2 dithered, 1 already up to date, 0 failed" in done.stderr


@pytest.mark.slow
def test_names_keep_images_apart(run: Callable, folder: Path) -> None:
    Image.new("RGB", (4, 4)).save(folder / "in/1/1.bmp")
    done = run(f"dither ordered in -o out {HERE} --bits 1 --json", check=False)
    assert _report(done) == (2, 0, 3)
    done = run(f"dither ordered in -o out {HERE} --bits 1 --name {{name}}.gif", check=False)
    assert done.stderr.splitlines()[-1].startswith(
        "in -> out: 4 dithered, 0 already up to date, 1 failed"
    )
    assert {"1/1.png.gif", "1/1.bmp.gif"} <= set(_contents(folder / "out"))


@pytest.mark.slow
def test_packed_rows_and_palettes_of_each_image(run: Callable, folder: Path) -> None:
    (folder / "in/bad.png").unlink()
    run(f"dither ordered in -o rows {HERE} --bits 1 --packed msb")
    assert set(_contents(folder / "rows")) == {"0/0.bin", "0/2.bin", "1/1.bin"}
    report = json.loads(run(f"dither diffuse in -o two {HERE} --colors 2 --json").stdout)
    assert all(len(entry["palette"]) == 2 for entry in report["images"])


@pytest.mark.slow
def test_clips_that_become_stills_are_told_of(run: Callable, folder: Path) -> None:
    first, second = (Image.new("L", (4, 4), grey) for grey in (0, 255))
    first.save(folder / "in/clip.gif", save_all=True, append_images=[second], duration=40)
    done = run(f"dither ordered in -o out {HERE} --bits 1 --name {{stem}}.bmp --json", check=False)
    notes = {Path(e["input"]).name: e.get("notes") for e in json.loads(done.stdout)["images"]}
    assert "2 frames" in notes["clip.gif"][0]
    assert notes["0.png"] is None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("in/0/0.png -o out --bits 1 --recursive", "takes one folder of images, not in/0/0.png"),
        ("in in -o out --bits 1 --recursive", "not 2 inputs"),
        ("in -o in --bits 1 --recursive", "another folder"),
        ("in -o in/0/0.png --bits 1 --recursive", "another folder"),
        ("in -o - --bits 1 --recursive", "needs a folder"),
        ("in --bits 1 --recursive", "say where the result goes: -o FILE, or --output-dir FOLDER"),
        ("in -o out --bits 1 --recursive --name a/{stem}.png", "--name is 'a/{stem}.png'"),
        ("in -o out --bits 1 --recursive --name {stem}.jpg", "JPEG would blur"),
        ("in -o out --bits 1 --recursive --jobs 0", "--jobs is 0"),
        (
            "in -o out --bits 1 --recursive --jobs 2 --scheduler tcp://x:1",
            "give jobs or a scheduler",
        ),
        ("in/0/0.png -o a.png --bits 1 --jobs 2", "--jobs has no effect without --recursive"),
        ("empty -o out --bits 1 --recursive", "empty holds no images"),
    ],
)
@pytest.mark.slow
def test_bad_options_are_one_sentence(
    refused: Callable[[str], str], folder: Path, arguments: str, words: str
) -> None:
    (folder / "empty").mkdir()
    assert words in refused(f"dither ordered {arguments}")
    assert not _contents(folder / "out") if (folder / "out").exists() else True


def _count(folder: Path) -> int:
    return sum(1 for _ in folder.rglob("[!.]*.png"))


@pytest.mark.slow
@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGKILL])
def test_a_batch_that_is_stopped_goes_on(
    run: Callable, tmp_path: Path, signal_number: signal.Signals
) -> None:
    _pictures(tmp_path / "in", 300, side=64)
    (tmp_path / "in/bad.png").write_bytes(b"no picture")
    options = "--palette c64 --recursive --jobs 2"
    command = f"{Path(sys.executable).parent}/dither ordered in -o out {options}"
    stops, said = 0, ""
    for _ in range(40):
        # As in a terminal, all processes of the command are sent the signal of Ctrl-C.
        program = subprocess.Popen(
            shlex.split(command),
            cwd=tmp_path,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        made = _count(tmp_path / "out")
        # The last run ends by itself.
        while program.poll() is None and (made > 200 or _count(tmp_path / "out") < made + 40):
            time.sleep(0.02)
        if program.poll() is None:
            if signal_number == signal.SIGINT:
                os.killpg(program.pid, signal_number)
            else:
                program.send_signal(signal_number)
        said = program.communicate()[1]
        if program.returncode == 1:
            break
        stops += 1
        assert program.returncode == (130 if signal_number == signal.SIGINT else -9), said
        assert "Traceback" not in said
        if signal_number == signal.SIGINT:
            assert "Run the same command to resume" in said
            assert not list((tmp_path / "out").rglob(".part-*"))
        for path in (tmp_path / "out").rglob("[!.]*.png"):
            Image.open(path).load()  # whole, or it would raise
    assert stops >= 3
    assert "1 failed" in said
    run(f"dither ordered in -o once {options}", check=False)
    found = {
        name: text for name, text in _contents(tmp_path / "out").items() if ".part-" not in name
    }
    assert found == _contents(tmp_path / "once")


@pytest.mark.slow
def test_an_image_that_takes_all_memory_fails_alone(tmp_path: Path) -> None:
    _pictures(tmp_path / "in", 3)
    Image.new("RGB", (12_000, 12_000)).save(tmp_path / "in/vast.bmp")  # read whole
    done = subprocess.run(
        [
            *("bash", "-c", 'ulimit -v 1000000; exec "$@"', "bash"),
            *(f"{Path(sys.executable).parent}/dither", "ordered", "in", "-o", "out"),
            *("--recursive", "--jobs", "2", "--palette", "c64"),
        ],
        cwd=tmp_path,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "3 dithered, 0 already up to date, 1 failed" in done.stderr
    assert "memory" in done.stderr
