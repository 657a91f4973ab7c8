"""Settings and fixtures of all tests: compilation caches, expected skips, commands, a small image."""

import contextlib
import importlib
import io
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from dither.native import notice

ROOT = Path(__file__).parent.parent

# JAX keeps compiled programs between tests, workers, processes that tests start, and runs of one
# checkout; so do compiled loops (`dither.native`). Set before anything imports JAX.
os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(ROOT / "build" / "jax-cache"))
os.environ.setdefault("DITHER_CACHE_DIR", str(ROOT / "build" / "native-cache"))
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")

# No line of a command depends on the clock here.
notice.patience = 3600.0

# The default profile repeats a few examples; `scripts/test --all` draws many.
# Neither depends on the clock.
settings.register_profile(
    "steady",
    deadline=None,
    derandomize=True,
    max_examples=20,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("thorough", parent=settings.get_profile("steady"), max_examples=200)
settings.load_profile("steady")

Run = Callable[..., subprocess.CompletedProcess[str]]
Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)

# Reasons for which a running test or pytest.importorskip may skip. Anything else fails: a missing
# library would leave tests out unnoticed. Marks (skipif) state their condition and need no entry.
EXPECTED_SKIPS = re.compile(
    "needs (Linux|fork)"
    "|nothing can be mounted here"
    "|every folder is open to this user"  # root
    "|a tool of the checks, not of users"  # import-linter, from the extra "check"
    "|an independent reader"  # Panda3D, from the extra "engines"
    "|.* is not installed"  # an engine, a browser or its libraries; only tests/engines say so
)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    marked = call.when == "setup" and any(item.iter_markers("skipif"))
    return report if marked else _without_unexpected_skip(report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _without_unexpected_skip((yield))


def _without_unexpected_skip(report: Report) -> Report:
    """Turn a report of an unexpected skip into a failure."""
    if not report.skipped or hasattr(report, "wasxfail"):
        return report
    assert isinstance(report.longrepr, tuple)
    reason = report.longrepr[2].removeprefix("Skipped: ")
    if not EXPECTED_SKIPS.match(reason):
        report.outcome = "failed"
        report.longrepr = (
            f"unexpected skip: {reason}. scripts/test installs what the tests need; a reason that is "
            "right belongs in EXPECTED_SKIPS in tests/conftest.py"
        )
    return report


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command line in an empty folder.

    `bluenoise` and `dither` run in this process, which saves a start of Python and all imports;
    `fresh=True` and every other program start a process.
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
    """Run a command line that must end with exit code 2 and one sentence; return the sentence."""

    def typed(command: str, *, fresh: bool = False) -> str:
        done = run(command, check=False, fresh=fresh)
        assert done.returncode == 2, (done.returncode, done.stderr)
        assert done.stdout == ""
        assert done.stderr.startswith("error: ")
        assert done.stderr.count("\n") == 1, done.stderr
        return done.stderr

    return typed


def _started(words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run in a new process, with this interpreter's commands first on the path."""
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
    """Run in this process, and restore what the command changes in it."""
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
    """Return a smooth colour image with noise: (48, 80, 3) uint8."""
    y, x = np.mgrid[0:48, 0:80]
    ramps = np.stack([x * 3, y * 5, 255 - x * 2], axis=2)
    noise = np.random.default_rng(5).integers(0, 8, ramps.shape)
    return np.clip(ramps + noise, 0, 255).astype(np.uint8)
