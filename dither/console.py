"""How both command lines behave: one sentence for bad input, exit codes, nothing half done.

Exit codes: 0 done, 1 a fault of the program or images of a batch that failed, 2 input that cannot be
used, 130 stopped by Ctrl-C.
"""

import contextlib
import io
import logging
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from dither.errors import InputError
from dither.parallel import WorkerLostError

if TYPE_CHECKING:
    from rich.progress import Progress

ForceOption = Annotated[bool, typer.Option("--force", help="Replace an output file that exists.")]
QuietOption = Annotated[bool, typer.Option("--quiet", help="Say nothing but errors.")]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print one JSON object on standard output.")
]

_NO_MEMORY = "this takes more memory than there is; smaller sizes take less"

Number = TypeVar("Number", int, float, None)


def in_range(low: float, high: float) -> Callable[[typer.CallbackParam, Number], Number]:
    """An option's callback that refuses what lies outside low..high, NaN included, in one sentence.

    Example:
        >>> import types
        >>> in_range(1, 16)(types.SimpleNamespace(opts=["--bits", "-b"]), 17)
        Traceback (most recent call last):
        ...
        dither.errors.InputError: --bits is 17; it must be from 1 to 16
    """

    def check(parameter: typer.CallbackParam, value: Number) -> Number:
        if value is not None and not low <= value <= high:
            name = max(parameter.opts, key=len)
            raise InputError(f"{name} is {value}; it must be from {low:,} to {high:,}")
        return value

    return check


def run(app: typer.Typer) -> None:
    """Run a command line to its exit code; bad input and a missing extra are one sentence each.

    Raises:
        SystemExit: always.
    """
    if hasattr(signal, "SIGPIPE"):
        # A reader that has seen enough (`| head`) ends the program, as it ends other Unix tools.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    for stream in (sys.stdout, sys.stderr):
        # Not every terminal, and no UTF-8, can say every name that a file may have.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if not sys.warnoptions:
        # Libraries warn programmers, and keep logs for them, not for those who type commands.
        warnings.simplefilter("ignore")
        logging.getLogger().addHandler(logging.NullHandler())
    # UsageError and its kin are not public in every release; BadParameter is, and stands below them.
    usage_error: type[Exception] = typer.BadParameter.__mro__[1]
    try:
        # Whoever types the name alone wants to know what there is.
        code = app(sys.argv[1:] or ["--help"], standalone_mode=False)
        sys.stdout.flush()
        if code == 130:  # typer's word for Ctrl-C
            _say("stopped", code)
    except usage_error as error:
        code = _say(error.format_message())  # pyright: ignore[reportAttributeAccessIssue]
    except InputError as error:
        code = _say(str(error))
    except ModuleNotFoundError as error:
        extra = {"matplotlib": "report", "jinja2": "report"}
        extra.update(dict.fromkeys(("jax", "jaxlib", "optax", "numba"), "optimize"))
        extra.update(dict.fromkeys(("zarr", "tifffile"), "scale"))
        name = (error.name or "").partition(".")[0]
        if name not in extra:
            raise
        code = _say(f"this needs {name}: pip install 'bluenoise-dither[{extra[name]}]'")
    except MemoryError:
        code = _say(_NO_MEMORY)
    except (KeyboardInterrupt, typer.Abort):
        code = _say("stopped", 130)
    except OSError as error:
        code = _say(f"cannot read or write: {error.strerror or error}")
    except WorkerLostError as error:
        code = _say(str(error))
    except RuntimeError as error:
        if not lacks_memory(error):
            raise
        code = _say(_NO_MEMORY)
    sys.exit(code or 0)


def lacks_memory(error: Exception) -> bool:
    """Whether an error is how Python, its threads or jax say that there is no more memory.

    Example:
        >>> lacks_memory(MemoryError()), lacks_memory(RuntimeError("can't start new thread"))
        (True, True)
    """
    words = "start new thread", "RESOURCE_EXHAUSTED"
    return isinstance(error, MemoryError) or any(each in str(error) for each in words)


def _say(sentence: str, code: int = 2) -> int:
    print(f"error: {printable(sentence)}" if code == 2 else sentence, file=sys.stderr)
    return code


def printable(text: str) -> str:
    r"""Text as one line of signs alone: names of files may hold what commands a terminal.

    Example:
        >>> printable("a line\nand another\x1b[31m")
        'a line and another\\x1b[31m'
    """
    line = " ".join(text.split())
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in line
    )


@contextlib.contextmanager
def deferred_interrupt() -> Iterator[Callable[[], None]]:
    """Ctrl-C is remembered, and raised as KeyboardInterrupt where the work calls what this yields.

    An exception thrown into a compiler or a library's callbacks can be lost, or can crash it; between
    two chunks of work it is safe. A second Ctrl-C does not wait.

    Example:
        >>> with deferred_interrupt() as check:
        ...     check()
    """
    stopped = False

    def remember(number: int, frame: FrameType | None) -> None:
        nonlocal stopped
        if stopped:
            signal.default_int_handler(number, frame)
        stopped = True

    def check() -> None:
        if stopped:
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, remember)
    try:
        yield check
    finally:
        signal.signal(signal.SIGINT, before)


def log(sentence: str, *, quiet: bool = False) -> None:
    """Tell the person, on standard error, unless `quiet`."""
    if not quiet:
        print(printable(sentence), file=sys.stderr)


@contextlib.contextmanager
def progress_bar(
    task: str, checkpoint: Path | None, quiet: bool
) -> Iterator[Callable[[float, str], None]]:
    """A bar with the time left, drawn for terminals alone, where Ctrl-C takes effect between updates.

    Args:
        task: a word for what goes on.
        checkpoint: the file that the work leaves when it is stopped, if any.
        quiet: draw nothing.

    Yields:
        What the work calls with the share done, 0 to 1, and a word on how it goes.
    """
    progress = _bar(quiet)
    try:
        with deferred_interrupt() as check, progress:
            row = progress.add_task(task, total=1.0, word="")

            def on_progress(share: float, word: str) -> None:
                progress.update(row, completed=share, word=word)
                check()

            yield on_progress
    except KeyboardInterrupt:
        if checkpoint is not None and checkpoint.exists():
            log(f"the same command goes on from {checkpoint}")
        raise


@contextlib.contextmanager
def delayed_progress(task: str, quiet: bool) -> Iterator[Callable[[float], None]]:
    """A bar for work that is mostly quick: drawn, for terminals alone, once it has taken a second.

    Args:
        task: a word for what goes on.
        quiet: draw nothing.

    Yields:
        What the work calls with the share done, 0 to 1; as long as that is 0 the bar only moves.

    Example:
        >>> with delayed_progress("dither", quiet=False) as on_progress:
        ...     on_progress(0.5)
    """
    share, ended = 0.0, threading.Event()

    def on_progress(done: float) -> None:
        nonlocal share
        share = done

    def draw() -> None:
        if ended.wait(1.0):
            return
        with _bar(quiet) as progress:
            row = progress.add_task(task, total=None, word="")
            while not ended.wait(0.1):
                progress.update(row, total=1.0 if share else None, completed=share)

    drawing = threading.Thread(target=draw, daemon=True)
    drawing.start()
    try:
        yield on_progress
    finally:
        ended.set()
        drawing.join()


def _bar(quiet: bool) -> "Progress":
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[word]}"),
        console=console,
        disable=quiet or not console.is_terminal,
    )


def command_line(summary: str) -> typer.Typer:
    """An app without commands as yet.

    Args:
        summary: what it is for, in one sentence.
    """
    return typer.Typer(
        help=summary,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,  # which would take [defaults] for its own
    )


def examples(*commands: str) -> dict[str, Any]:
    r"""What `typer.Typer.command` takes to end a command's help with examples, one a line.

    Example:
        >>> examples("dither palettes")
        {'epilog': '\x08\nExamples:\n  dither palettes'}
    """
    # The character tells click to leave the lines as they are.
    return {"epilog": "\n  ".join(("\b\nExamples:", *commands))}
