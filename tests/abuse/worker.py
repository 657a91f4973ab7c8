"""Worker process: import the modules once, then fork for each case and run it under limits.

Reads pickled (folder, words, memory, seconds) from standard input and writes pickled results.
"""

import contextlib
import functools
import gc
import math
import os
import pickle
import resource
import select
import signal
import struct
import sys
import tempfile
import time
from pathlib import Path


def _command(words: list[str]) -> None:
    """Run the named program; ends with SystemExit."""
    from dither.console.run import run

    sys.argv = words
    if words[0] == "dither":
        from dither.cli.app import app
    elif words[0] == "bluenoise":
        from bluenoise.cli import app
    elif words[0] == "misbehave":
        return _misbehave(words[1])
    else:
        import typer
        from abuse.tables import LIKE, RUN

        from bluenoise.runs.checkpoint import Checkpoint

        app = typer.Typer(pretty_exceptions_enable=False)

        @app.command()
        def read(path: Path) -> None:
            Checkpoint(path, RUN).load(LIKE)

    run(app)


def _misbehave(how: str) -> None:
    """Do what no command may do, to test that the runner notices."""
    if how == "raise":
        raise KeyError("a fault")
    elif how == "hang":
        time.sleep(60)
    elif how == "die":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif how == "change":
        Path("kept.txt").write_text("changed")
    elif how == "leave":
        Path(".part-x").write_text("left")
    elif how == "talk":
        sys.exit("error: one line\nand another")
    elif how == "escape":
        print("\x1b[31m", file=sys.stderr)
    elif how == "lie":
        Path("out.png").write_text("no image")
    elif how == "hoard":
        _ = bytearray(1 << 40)
    sys.exit(0)


def _be_child(folder: str, words: list[str], memory: int, seconds: float) -> None:
    """Become the command; do not return."""
    for number, name in ((1, "stdout"), (2, "stderr")):
        descriptor = os.open(f"{folder}.{name}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(descriptor, number)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.chdir(folder)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    whole_seconds = math.ceil(seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (whole_seconds, whole_seconds + 1))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    code = 1
    try:
        _command(words)
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 2
        if isinstance(leaving.code, str):
            print(leaving.code, file=sys.stderr)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        with contextlib.suppress(BaseException):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _outcome(folder: str, words: list[str], memory: int, seconds: float) -> tuple[int, float, int]:
    """Return exit code, or minus the signal (-9999: timeout), seconds, and peak memory in bytes."""
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        _be_child(folder, words, memory, seconds)
    watch = os.pidfd_open(child)
    late = not select.select([watch], [], [], 15 * seconds)[0]
    if late:
        os.kill(child, signal.SIGKILL)
    _, status, used = os.wait4(child, 0)
    os.close(watch)
    code = -9999 if late else os.waitstatus_to_exitcode(status)
    return code, time.monotonic() - started, used.ru_maxrss * 1024


@functools.cache
def _warm(*command: str) -> None:
    """Run a light command once here, so that all forks have the modules it imports late."""
    from abuse import volumes
    from abuse.corpus import KINDS
    from PIL import Image

    Image.init()
    before = Path.cwd()
    with (
        tempfile.TemporaryDirectory() as folder,
        Path(os.devnull).open("w") as nowhere,
        contextlib.redirect_stdout(nowhere),
        contextlib.redirect_stderr(nowhere),
    ):
        os.chdir(folder)
        Path("good.png").write_bytes(KINDS["image"].whole()["rgb.png"])
        for kind in KINDS.values():
            file, data = next(iter(kind.whole().items()))
            Path(file).write_bytes(data)
            for number, each in enumerate(kind.commands):
                words = [file if word == "{}" else word for word in each.split()]
                words = [word.replace("out", f"{number}-out") for word in words]
                if tuple(words[: len(command)]) == command:
                    with contextlib.suppress(SystemExit):
                        _command(words)
        if command == ("dither", "ordered"):
            for words in volumes.warming(Path()):
                with contextlib.suppress(SystemExit):
                    _command(list(words))
        os.chdir(before)
    gc.freeze()  # a collection in a fork would copy these pages


def main() -> None:
    """Serve cases until standard input ends."""
    incoming, outgoing = sys.stdin.buffer, sys.stdout.buffer
    while head := incoming.read(8):
        (size,) = struct.unpack("<Q", head)
        question = pickle.loads(incoming.read(size))
        words = question[1]
        _warm(*words[: 1 if words[0] == "checkpoint" else 2])
        answer = pickle.dumps(_outcome(*question))
        outgoing.write(struct.pack("<Q", len(answer)) + answer)
        outgoing.flush()


if __name__ == "__main__":
    main()
