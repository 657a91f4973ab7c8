"""Shared by all tests: the commands as a person types them, and small images."""

import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

ROOT = Path(__file__).parent.parent

# A few of the same examples each time; `scripts/test --all` takes many.
settings.register_profile("steady", deadline=None, derandomize=True, max_examples=20)
settings.register_profile("thorough", parent=settings.get_profile("steady"), max_examples=200)
settings.load_profile("steady")

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Type a command in an empty folder, with this interpreter's commands first on the path."""

    def typed(command: str, *, check: bool = True) -> subprocess.CompletedProcess[str]:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            shlex.split(command),
            cwd=tmp_path,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert not check or done.returncode == 0, done.stderr
        return done

    return typed


@pytest.fixture
def refused(run: Run) -> Callable[[str], str]:
    """Type a command that must end with exit code 2 and one sentence, which is returned."""

    def typed(command: str) -> str:
        done = run(command, check=False)
        assert done.returncode == 2, (done.returncode, done.stderr)
        assert done.stdout == ""
        assert done.stderr.startswith("error: ")
        assert done.stderr.count("\n") == 1, done.stderr
        return done.stderr

    return typed


@pytest.fixture
def photo() -> np.ndarray:
    """A smooth colour image with noise: (48, 80, 3) uint8."""
    y, x = np.mgrid[0:48, 0:80]
    ramps = np.stack([x * 3, y * 5, 255 - x * 2], axis=2)
    noise = np.random.default_rng(5).integers(0, 8, ramps.shape)
    return np.clip(ramps + noise, 0, 255).astype(np.uint8)
