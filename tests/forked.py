"""Commands in forks of one process that has loaded them, under a limit or killed at a moment.

Started as `python forked.py MODULE...`: loads the modules, reads a job as one line of JSON, and answers
with one. A start of Python for each of hundreds of commands would take many times as long.
"""

import importlib
import json
import os
import resource
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple


class Ended(NamedTuple):
    """How a command ended: its exit code (negative: the signal), what it said, and its seconds."""

    code: int
    said: str
    seconds: float


class Forking:
    """A process that runs commands; to be used as a context manager.

    Args:
        modules: that it loads beforehand.
        before: words before its own command, such as those of a program that lowers its rights.
    """

    def __init__(self, *modules: str, before: Sequence[str] = ()) -> None:
        self._command = [*before, sys.executable, "-W", "ignore", __file__, *modules]

    def __enter__(self) -> "Forking":
        self._server = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        with self._server as server:
            assert server.stdin is not None
            server.stdin.close()

    def run(
        self,
        command: list[str],
        folder: Path,
        *,
        most_bytes: int | None = None,
        killed_after: float | None = None,
    ) -> Ended:
        """Run a command in `folder`.

        Args:
            command: the program and its arguments.
            folder: where it runs.
            most_bytes: that a file may have; beyond, writing fails as on a full disk.
            killed_after: seconds after which it is killed, if it has not ended.
        """
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        job = [command, str(folder), most_bytes, killed_after]
        self._server.stdin.write(json.dumps(job) + "\n")
        self._server.stdin.flush()
        return Ended(*json.loads(self._server.stdout.readline()))


def _serve(modules: list[str]) -> None:
    for module in ("dither.files.temp_files", *modules):
        importlib.import_module(module)
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        print(json.dumps(_ended(*json.loads(line))), file=answers, flush=True)


def _ended(command: list[str], folder: str, most: int | None, killed_after: float | None) -> Ended:
    reading, writing = os.pipe()
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        os.dup2(writing, 1)
        os.dup2(writing, 2)
        # Streams remember whether what they were opened on could be sought in.
        sys.stdout, sys.stderr = (open(number, "w", closefd=False) for number in (1, 2))  # noqa: SIM115
        os.chdir(folder)
        if most is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
        _command(command, week_later=killed_after is None)
    os.close(writing)
    ended = status = 0
    while not ended:
        ended, status = os.waitpid(child, os.WNOHANG)
        if not ended and killed_after is not None and time.monotonic() > started + killed_after:
            os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
            break
        time.sleep(0.0005)
    seconds = time.monotonic() - started
    with os.fdopen(reading, errors="replace") as said:
        return Ended(os.waitstatus_to_exitcode(status), said.read(), seconds)


def _command(command: list[str], *, week_later: bool) -> Any:
    code = 70
    try:
        if week_later:  # temporary files of killed commands are stale then
            sys.modules["dither.files.temp_files"].__dict__["STALE_SECONDS"] = -1
        # A checkpoint at every step, where otherwise half a minute lies between two.
        if "bluenoise.runs.checkpoint" in sys.modules:
            sys.modules["bluenoise.runs.checkpoint"].__dict__["_INTERVAL"] = 0.0
        sys.argv = command
        sys.modules[f"{command[0]}.cli"].main()
    except SystemExit as ended:
        code = ended.code
    except BaseException:
        traceback.print_exc()
    finally:
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(code if isinstance(code, int) else 70)


if __name__ == "__main__":
    _serve(sys.argv[1:])
