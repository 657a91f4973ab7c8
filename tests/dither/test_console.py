import os
import subprocess
import sys
from pathlib import Path

import pytest

TOO_MUCH = """
import numpy as np
import typer
from dither.console import run

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


WAITING = """
import time
from dither.console import delayed_progress

with delayed_progress("dither", quiet={quiet}) as on_progress:
    on_progress(0.25)
    time.sleep({seconds})
"""


@pytest.mark.parametrize(
    ("quiet", "seconds", "environment", "drawn", "colored"),
    [
        (False, 3.0, {"TTY_COMPATIBLE": "1", "TERM": "xterm-256color"}, True, True),
        (
            False,
            1.5,
            {"TTY_COMPATIBLE": "1", "TERM": "xterm-256color", "NO_COLOR": "1"},
            True,
            False,
        ),
        (False, 0.0, {"TTY_COMPATIBLE": "1", "TERM": "xterm-256color"}, False, False),
        (True, 1.2, {"TTY_COMPATIBLE": "1", "TERM": "xterm-256color"}, False, False),
        (False, 1.2, {}, False, False),
    ],
)
def test_a_bar_is_drawn_for_terminals_when_the_work_is_long(
    quiet: bool, seconds: float, environment: dict[str, str], drawn: bool, colored: bool
) -> None:
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE")
    }
    done = subprocess.run(
        [sys.executable, "-c", WAITING.format(quiet=quiet, seconds=seconds)],
        capture_output=True,
        text=True,
        check=True,
        env={**kept, **environment},
    )
    assert ("25%" in done.stderr) == drawn
    assert ("\x1b[38" in done.stderr) == colored


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
