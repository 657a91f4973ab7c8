import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest
import typer
from PIL import Image
from typer.testing import CliRunner

import bluenoise.cli
import dither.cli.app
from dither.console import progress
from dither.console.app import command_first

TOO_MUCH = """
import numpy as np
import typer
from dither.console.run import run

app = typer.Typer()
app.command()(lambda: np.empty(1 << 60, np.uint8))
run(app)
"""


def test_too_little_memory_is_one_sentence() -> None:
    done = subprocess.run(
        [sys.executable, "-c", TOO_MUCH, "--"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "error: this takes more memory than there is; smaller sizes take less"
    ]


def _drawn(quiet: bool, waits: list[bool], monkeypatch: pytest.MonkeyPatch) -> str:
    """Draw a delayed bar at 25 % until the first wait that is true, and return what it drew."""
    err = io.StringIO()
    monkeypatch.setattr(sys, "stderr", err)
    answers = iter(waits)
    progress._draw_late("dither", quiet, lambda seconds: next(answers), lambda: 0.25)
    assert not list(answers)
    return err.getvalue()


@pytest.mark.parametrize(
    ("quiet", "waits", "environment", "drawn", "colored"),
    [
        (False, [False, False, True], {"TTY_COMPATIBLE": "1"}, True, True),
        (False, [False, False, True], {"TTY_COMPATIBLE": "1", "NO_COLOR": "1"}, True, False),
        (False, [True], {"TTY_COMPATIBLE": "1"}, False, False),
        (True, [False, False, True], {"TTY_COMPATIBLE": "1"}, False, False),
        (False, [False, False, True], {}, False, False),
    ],
)
def test_a_bar_is_drawn_for_terminals_when_the_work_is_long(
    quiet: bool,
    waits: list[bool],
    environment: dict[str, str],
    drawn: bool,
    colored: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"TERM": "xterm-256color", "COLUMNS": "100", **environment}.items():
        monkeypatch.setenv(name, value)
    text = _drawn(quiet, waits, monkeypatch)
    assert ("25%" in text) == drawn
    assert ("\x1b[38" in text) == colored


def test_a_delayed_bar_waits_for_the_end_of_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    shares: list[float] = []

    def draw(
        task: str, quiet: bool, wait: Callable[[float], bool], share: Callable[[], float]
    ) -> None:
        waited.append(wait(3600))  # returns at once when the work ends
        shares.append(share())

    monkeypatch.setattr(progress, "_draw_late", draw)
    with progress.delayed_progress("dither", quiet=True) as on_progress:
        on_progress(0.25)
    assert waited == [True]
    assert shares == [0.25]


@pytest.mark.parametrize("program", ["dither", "bluenoise"])
def test_the_version_is_printed(run: Callable, program: str) -> None:
    done = run(f"{program} --version")
    assert done.stdout.startswith(f"bluenoise-dither {version('bluenoise-dither')} on Python 3.")
    assert done.stdout.count("\n") == 1
    assert "--version" in run(f"{program} --help").stdout


def test_help_groups_options_in_the_order_of_the_work(run: Callable) -> None:
    lines = run("dither ordered --help").stdout.splitlines()
    titles = [line for line in lines if line.endswith(":") and not line.startswith(" ")]
    assert titles == [
        "Input:",
        "Output:",
        "Preparation:",
        "Quantizer (choose one):",
        "Dithering:",
        "Batch:",
        "Options:",
    ]
    assert max(map(len, lines)) <= 80
    for old in ("--light", "--candidates", "--mix "):
        assert not any(old in line for line in lines)


@pytest.mark.parametrize(
    "app", [bluenoise.cli.app, dither.cli.app.app], ids=["bluenoise", "dither"]
)
def test_help_names_values_and_defaults_in_one_style(app: typer.Typer) -> None:
    for name in typer.main.get_command(app).commands:  # pyright: ignore
        page = CliRunner().invoke(app, [name, "--help"]).output
        assert not re.search(r"<(str|int|float|path|list)\b|default:", page), name
    page = CliRunner().invoke(app, ["generate" if app is bluenoise.cli.app else "colors", "--help"])
    assert "-s, --seed N" in page.output
    assert " [0]." in page.output


INTERRUPTED = """
import builtins, sys
import dither.cli

real = builtins.__import__
def interrupted(name, *rest):
    if name == {module!r}:
        raise KeyboardInterrupt
    return real(name, *rest)

builtins.__import__ = interrupted
sys.argv = ["dither", "--version"]
dither.cli.main()
"""


@pytest.mark.parametrize("module", ["dither.cli.app", "typer", "dither.console.run", "numpy"])
def test_ctrl_c_while_modules_are_imported_has_no_traceback(module: str) -> None:
    script = INTERRUPTED.format(module=module)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "Stopped.\n")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("dither ord", ["ordered"]),
        ("dither ordered x.png --palette spectra", ["spectra-6"]),
        (
            "dither diffuse x.png --matrix blue-64x64-l",
            ["blue-64x64-levels-4", "blue-64x64-levels-16"],
        ),
    ],
)
def test_shells_complete_commands_and_names(words: str, expected: list[str]) -> None:
    environment = {
        "_DITHER_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1),
    }
    done = subprocess.run(
        [str(Path(sys.executable).parent / "dither")],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )
    assert done.stdout.split() == expected


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("dither ordered a.png -o b.png --bits 1 --bits 2", "--bits"),
        ("dither ordered a.png -o b.png --bits 1 --output c.png", "--output"),
        ("dither diffuse a.png -o b.png --bits 1 --kernel stucki --kernel burkes", "--kernel"),
        ("dither optimize a.png -o b.png --colors 4 --colors 4", "--colors"),
        ("dither colors a.png -o b.png -s 1 --seed 2", "--seed"),
        ("dither compare a.png b.png -o a.html -o b.html", "--output"),
        ("dither palettes pico-8 -o a.gpl -o b.gpl", "--output"),
        ("dither studio -o a.html -o b.html", "--output"),
        ("bluenoise generate 8x8 -o a.npy --seed 1 --seed 2", "--seed"),
        ("bluenoise evaluate bayer-4x4 --sort name --sort score", "--sort"),
        ("bluenoise export bayer-4x4 -o a --format png8 --format png16", "--format"),
        ("bluenoise report bayer-4x4 -o a.html -o b.html", "--output"),
    ],
)
def test_an_option_of_one_value_is_given_once(refused: Callable, words: str, name: str) -> None:
    assert refused(words) == f"error: {name} is given several times; give it once\n"


def test_flags_and_options_of_several_values_are_repeated(run: Callable) -> None:
    run("bluenoise evaluate bayer-4x4 --filter box:2 --filter box:3 --json --json")


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("dither ordered '' -o b.png --bits 1", "IMAGE"),
        ("dither ordered a.png -o '' --bits 1", "--output"),
        ("dither diffuse a.png --output-dir '' --bits 1", "--output-dir"),
        ("dither optimize a.png -o b.png --colors 4 --mask ''", "--mask"),
        ("dither compare a.png ''", "DITHERED"),
        ("dither studio -o ''", "--output"),
        ("bluenoise generate 8x8 -o ''", "--output"),
        ("bluenoise export bayer-4x4 -o ''", "--output"),
        ("dither ordered a.png -o b.png --bits 1 --matrix ''", "--matrix"),
        ("bluenoise evaluate ''", "MATRIX"),
    ],
)
def test_an_empty_path_is_not_the_current_folder(refused: Callable, words: str, name: str) -> None:
    sentence = refused(words)
    assert name in sentence
    assert re.search(r"the (path|value) is empty\n$", sentence)


def test_help_and_completion_come_before_what_is_refused(run: Callable) -> None:
    assert "Usage" in run("dither ordered --bits 1 --bits 2 --help").stdout


@pytest.mark.parametrize(
    "words",
    [
        "-- ordered a.png -o x.png --bits 1",
        "--bits 1 -- ordered a.png",
        "-h ordered",
        "--help ordered",
        "--bits 1 --help ordered",
        "--version ordered",
        "--install-completion ordered",
        "--install-completion=bash ordered",
        "--show-completion ordered",
        "-o compare ordered a.png",  # one of the two is a value
        "--bits 1 ordered ordered",
        "ordered --bits 1 a.png",
        "photo.png --bits 1 ordered",
    ],
)
def test_a_command_is_put_first_only_where_that_helps(words: str) -> None:
    assert command_first("dither", words.split(), ["ordered", "compare"]) is None


def test_two_dashes_before_a_command_do_nothing(run: Callable, tmp_path: Path) -> None:
    Image.new("L", (4, 4)).save(tmp_path / "a.png")
    run("dither -- ordered a.png -o x.png --bits 1")
    assert (tmp_path / "x.png").exists()
