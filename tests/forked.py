"""Run commands in forks of one process, under a file-size limit, or killed after some time.

`python forked.py MODULE...` imports the modules, then reads jobs and writes results as lines of JSON.
Starting Python for each of hundreds of commands would take many times as long.
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
    """Result of a command: exit code (negative: the signal), its output, and its seconds."""

    code: int
    output: str
    seconds: float


class Forking:
    """A process that forks to run commands; use it as a context manager.

    Args:
        modules: imported before the first command.
        before: a wrapper command, such as setpriv with its options.
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
            command: program and arguments.
            folder: working folder.
            most_bytes: largest file size; writing more fails as on a full disk.
            killed_after: seconds after which the command is killed.
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
        # Reopen: streams remember whether their first file was seekable.
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
        # Write a checkpoint at every step; by default they are half a minute apart.
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
