"""Shared by all tests: the commands as a person types them, and small images."""

import contextlib
import importlib
import io
import os
import shlex
import signal
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
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Type a command in an empty folder.

    It runs in this process, which saves starting another and importing all that it needs, unless it is
    to be `fresh`, or no command of ours.
    """

    def typed(
        command: str, *, check: bool = True, fresh: bool = False
    ) -> subprocess.CompletedProcess[str]:
        words = shlex.split(command)
        if fresh or words[0] not in ("bluenoise", "dither"):
            done = _started(words, tmp_path)
        else:
            done = _called(words, tmp_path, monkeypatch)
        assert not check or done.returncode == 0, done.stderr
        return done

    return typed


@pytest.fixture
def refused(run: Run) -> Callable[..., str]:
    """Type a command that must end with exit code 2 and one sentence, which is returned."""

    def typed(command: str, *, fresh: bool = False) -> str:
        done = run(command, check=False, fresh=fresh)
        assert done.returncode == 2, (done.returncode, done.stderr)
        assert done.stdout == ""
        assert done.stderr.startswith("error: ")
        assert done.stderr.count("\n") == 1, done.stderr
        return done.stderr

    return typed


def _started(words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """In a process of its own, with this interpreter's commands first on the path."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        words,
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=300,
    )


def _called(
    words: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> subprocess.CompletedProcess[str]:
    """In this process, to which what the command changes is put back."""
    out, err = io.TextIOWrapper(io.BytesIO()), io.TextIOWrapper(io.BytesIO())
    pipe = signal.getsignal(signal.SIGPIPE) if hasattr(signal, "SIGPIPE") else None
    with (
        monkeypatch.context() as changed,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        changed.chdir(folder)
        changed.setattr(sys, "argv", words)
        changed.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
        main = importlib.import_module(f"{words[0]}.cli").main
        with pytest.raises(SystemExit) as ended:
            main()
    if pipe is not None:
        signal.signal(signal.SIGPIPE, pipe)
    texts = []
    for stream in (out, err):
        stream.flush()
        stream.seek(0)
        texts.append(stream.read())
    code = ended.value.code
    assert isinstance(code, int)
    return subprocess.CompletedProcess(words, code, *texts)


@pytest.fixture
def photo() -> np.ndarray:
    """A smooth colour image with noise: (48, 80, 3) uint8."""
    y, x = np.mgrid[0:48, 0:80]
    ramps = np.stack([x * 3, y * 5, 255 - x * 2], axis=2)
    noise = np.random.default_rng(5).integers(0, 8, ramps.shape)
    return np.clip(ramps + noise, 0, 255).astype(np.uint8)
