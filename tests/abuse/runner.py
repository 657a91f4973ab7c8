"""Run cases under limits, and find what is wrong with their results."""

import contextlib
import hashlib
import io
import os
import pickle
import queue
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from abuse.cases import FOLDER, PIPE, Case, Content, Link
from abuse.volumes import is_whole
from PIL import Image

# The size of a file, which is shorter if bytes that mean nothing are cut off.
_SIZE = re.compile(rb'"file_bytes": \d+')
# Address space in bytes: numpy, Pillow and numba need a part; jax reserves more on import.
MEMORY, HEAVY_MEMORY = 4 << 30, 24 << 30
# CPU time; the wall time may be 15 times as long, for busy machines.
SECONDS, HEAVY_SECONDS = 20.0, 120.0
TIME_IS_UP = -9999


@dataclass(frozen=True)
class Outcome:
    """Result of a case.

    Attributes:
        code: exit code, or minus the signal, or TIME_IS_UP.
        stdout: standard output.
        stderr: standard error.
        seconds: wall time.
        memory: peak memory in bytes.
        result: new files, name to content.
        fault: what is wrong, in words; None if nothing is.
    """

    code: int
    stdout: bytes
    stderr: str
    seconds: float
    memory: int
    result: dict[str, bytes]
    fault: str | None


class Runner:
    """A worker process that runs each case in a new folder; use it as a context manager."""

    def __init__(self) -> None:
        self._root = tempfile.TemporaryDirectory(prefix="abuse-")
        here = Path(__file__).parent
        path = os.pathsep.join([str(here.parent), str(here.parent.parent)])
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": path}
        self._worker = subprocess.Popen(
            [sys.executable, "-m", "abuse.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        )
        self._number = 0
        self._results: dict[str, Outcome] = {}

    def __enter__(self) -> "Runner":
        return self

    def __exit__(self, *_: object) -> None:
        assert self._worker.stdin
        with contextlib.suppress(BrokenPipeError):
            self._worker.stdin.close()
        self._worker.wait(30)
        if self._worker.stdout:
            self._worker.stdout.close()
        self._root.cleanup()

    def run(self, case: Case) -> Outcome:
        """Run a case in a new folder, and look for faults."""
        outcome = self._run(case.command, case.files, case.heavy, case.output)
        fault = outcome.fault or self._wrong(case, outcome)
        return Outcome(**{**vars(outcome), "fault": fault})

    def _run(
        self,
        command: tuple[str, ...],
        files: dict[str, Content],
        heavy: bool,
        output: str | None,
    ) -> Outcome:
        self._number += 1
        folder = Path(self._root.name) / str(self._number)
        _fill(folder, files)
        before = _seen(folder)
        question = (
            str(folder),
            list(command),
            HEAVY_MEMORY if heavy else MEMORY,
            HEAVY_SECONDS if heavy else SECONDS,
        )
        code, seconds, memory = self._ask(question)
        stdout = Path(f"{folder}.stdout").read_bytes()
        stderr = Path(f"{folder}.stderr").read_bytes().decode(errors="replace")
        after = _seen(folder)
        changed = sorted(name for name in before if after.get(name) != before[name])
        if code == 0 and "--force" in command:
            changed = [name for name in changed if name.split("/")[0] != output]
        new = {
            name: (folder / name).read_bytes() if (folder / name).is_file() else b""
            for name in after
            if after[name] != before.get(name) and name not in changed
        }
        fault = _fault(code, stdout, stderr)
        if fault is None and changed:
            fault = f"changed {', '.join(changed)}"
        strange = [name for name in new if output is None or name.split("/")[0] != output]
        if fault is None and (strange or (new and code != 0)):
            fault = f"left {', '.join(strange or new)}"
        shutil.rmtree(folder)
        for name in ("stdout", "stderr"):
            Path(f"{folder}.{name}").unlink()
        return Outcome(code, stdout, stderr, seconds, memory, new, fault)

    def _ask(self, question: object) -> tuple[int, float, int]:
        assert self._worker.stdin
        assert self._worker.stdout
        data = pickle.dumps(question)
        self._worker.stdin.write(struct.pack("<Q", len(data)) + data)
        self._worker.stdin.flush()
        (size,) = struct.unpack("<Q", self._worker.stdout.read(8))
        return pickle.loads(self._worker.stdout.read(size))

    def _wrong(self, case: Case, outcome: Outcome) -> str | None:
        """Return what is wrong with a success or with the memory used; None if nothing is."""
        if case.most is not None and outcome.memory > case.most:
            return f"held {outcome.memory >> 20} MiB"
        if outcome.code != 0:
            return None
        if case.refused:
            return "was not refused"
        if case.output is not None and not outcome.result:
            return "succeeded and left nothing"
        for name, content in outcome.result.items():
            if name.endswith((".png", ".gif", ".tif")) and not _is_image(content):
                return f"{name} is an incomplete image"
            if name.endswith(".zarr") and not is_whole(name, outcome.result):
                return f"{name} is an incomplete array"
        if case.intact is not None and case.intact != case.files:
            key = repr((case.command, sorted((k, hash(v)) for k, v in case.intact.items())))
            if key not in self._results:
                self._results[key] = self._run(case.command, case.intact, case.heavy, case.output)
            whole = self._results[key]
            said, expected = (_SIZE.sub(b"", each.stdout) for each in (outcome, whole))
            if (expected, whole.result) != (said, outcome.result):
                return "accepted a part of a file"
        return None


def _fault(code: int, stdout: bytes, stderr: str) -> str | None:
    if code == TIME_IS_UP or code == -signal.SIGXCPU:
        return "hung"
    if code < 0:
        return f"was killed by signal {-code}"
    if "Traceback" in stderr or code not in (0, 2):
        return f"exit code {code}, traceback: {stderr.strip().splitlines()[-1:]}"
    if not all(sign.isprintable() or sign == "\n" for sign in stderr):
        return f"printed unprintable characters: {stderr!r}"
    if code == 2:
        if stdout:
            return "printed something before it failed"
        if not stderr.startswith("error: ") or stderr.count("\n") != 1 or len(stderr) > 1500:
            return f"stderr is not one sentence: {stderr!r}"
    return None


def _is_image(content: bytes) -> bool:
    try:
        with Image.open(io.BytesIO(content)) as picture:
            picture.load()
    except Exception:  # any exception means an incomplete image
        return False
    return True


def _fill(folder: Path, files: dict[str, Content]) -> None:
    folder.mkdir()
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Link):
            path.symlink_to(content.to)
        elif content == FOLDER:
            path.mkdir()
        elif content == PIPE:
            os.mkfifo(path)
        else:
            assert isinstance(content, bytes)
            path.write_bytes(content)


def _seen(folder: Path) -> dict[str, str]:
    """Return mode and content digest of each path in a folder; pipes are not opened."""
    seen = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        status = path.lstat()
        seen[name] = f"{status.st_mode:o}"
        if path.is_symlink():
            seen[name] += str(path.readlink())
        elif path.is_file():
            with contextlib.suppress(OSError):
                seen[name] += hashlib.sha256(path.read_bytes()).hexdigest()
    return seen


def run_all(cases: Sequence[Case], jobs: int) -> Iterator[tuple[Case, Outcome]]:
    """Yield each case with its outcome, in order, from `jobs` processes at once."""
    waiting: queue.SimpleQueue[Runner] = queue.SimpleQueue()

    def one(case: Case) -> tuple[Case, Outcome]:
        runner = waiting.get()
        try:
            return case, runner.run(case)
        finally:
            waiting.put(runner)

    with contextlib.ExitStack() as stack, ThreadPoolExecutor(jobs) as pool:
        for _ in range(jobs):
            waiting.put(stack.enter_context(Runner()))
        yield from pool.map(one, cases)
