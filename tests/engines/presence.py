"""Commands of the runtimes' programs; a missing runtime skips or fails its tests."""

import os
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

import pytest
from engines.jobs import PROGRAMS

_XVFB = ("xvfb-run", "-a", "-s", "-screen 0 640x480x24")


def missing(sentence: str) -> NoReturn:
    """Skip the test, or fail it if scripts/test --engines requires every runtime."""
    if os.environ.get("BLUENOISE_REQUIRE_ENGINES"):
        pytest.fail(sentence)
    pytest.skip(sentence)


def program(name: str) -> str:
    """Return the path of an installed program."""
    return shutil.which(name) or missing(
        f"{name} is not installed; scripts/test --engines installs it"
    )


def python_program(library: str) -> list[str | Path]:
    """Return the command of a program that needs a Python library."""
    if find_spec(library) is None:
        missing(f"{library} is not installed: pip install 'bluenoise-dither[engines]'")
    return [sys.executable, PROGRAMS / f"{library}_program.py"]


def windowed(name: str, *arguments: str | Path) -> list[str | Path]:
    """Return the command of a program that needs a screen, under Xvfb."""
    return [program(_XVFB[0]), *_XVFB[1:], program(name), *arguments]


def browser_library(name: str) -> None:
    """Skip or fail if an npm package is not installed."""
    if not (PROGRAMS.parent / "node_modules" / name).is_dir():
        missing(f"{name} is not installed; scripts/test --engines installs it")
