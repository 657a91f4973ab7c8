"""Shared behaviour of both command lines: exit codes, one-line errors, progress bars, help pages.

Exit codes: 0 success; 1 a bug in the program, or failed images of a batch; 2 unusable input; 130
stopped by Ctrl-C.
"""

import contextlib
import importlib
import io
import logging
import re
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup

from dither.errors import InputError
from dither.extras import install_hint
from dither.native import notice
from dither.option_values import convert_simply
from dither.parallel import WorkerLostError
from dither.suggestions import did_you_mean

if TYPE_CHECKING:
    from rich.progress import Progress

    from dither.progress import OnProgress

# Panels of the help, shared by both command lines.
INPUT, OUTPUT = "Input", "Output"
_NO_MEMORY = "this takes more memory than there is; smaller sizes take less"
_STOPPED = 130
# Seconds before a delayed bar appears, and between its updates.
_BAR_DELAY, _BAR_INTERVAL = 1.0, 0.1

Number = TypeVar("Number", int, float, None)


def in_range(low: float, high: float) -> Callable[[typer.CallbackParam, Number], Number]:
    """Return an option callback that refuses values outside low..high, NaN included.

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


def option(panel: str, text: str, *flags: str, value: str | None = None, **settings: Any) -> Any:
    """Return an option of a panel, with its help; `value` stands for its value in the help."""
    return typer.Option(*flags, rich_help_panel=panel, help=text, metavar=value, **settings)


def number(
    panel: str, low: float, high: float, text: str, *flags: str, value: str = "N", **settings: Any
) -> Any:
    """Return an option whose value is refused outside low..high."""
    check = in_range(low, high)
    return option(panel, text, *flags, value=value, callback=check, **settings)


ForceOption = Annotated[bool, option(OUTPUT, "Overwrite existing files.", "--force")]
QuietOption = Annotated[bool, option(OUTPUT, "Print errors only.", "--quiet")]
JsonOption = Annotated[bool, option(OUTPUT, "Print one JSON object to standard output.", "--json")]


def run(app: typer.Typer, mistake: str | None = None) -> None:
    """Run a command line and exit; unusable input and missing libraries are one-line errors.

    Args:
        app: the commands.
        mistake: a sentence about words that name no command; it is printed instead.

    Raises:
        SystemExit: always.
    """
    if hasattr(signal, "SIGPIPE"):
        # End silently when the reader closes the pipe (`| head`), as other Unix tools do.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    for stream in (sys.stdout, sys.stderr):
        # File names may hold characters that the terminal's encoding lacks.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if not sys.warnoptions:
        # Warnings and logs of libraries are for programmers.
        warnings.simplefilter("ignore")
        logging.getLogger().addHandler(logging.NullHandler())
    notice.wanted = "--quiet" not in sys.argv
    # Not every release exports UsageError; its subclass BadParameter is public.
    usage_error: type[Exception] = typer.BadParameter.__mro__[1]
    try:
        if mistake is not None:
            raise InputError(mistake)
        code = app(sys.argv[1:] or ["--help"], standalone_mode=False)
        sys.stdout.flush()
        if code == _STOPPED:  # typer turns KeyboardInterrupt into this
            print("Stopped.", file=sys.stderr)
    except usage_error as error:
        message = error.format_message()  # pyright: ignore[reportAttributeAccessIssue]
        code = _fail(with_suggestion(message))
    except (InputError, WorkerLostError) as error:
        code = _fail(str(error))
    except ModuleNotFoundError as error:
        name = (error.name or "").partition(".")[0]
        hint = install_hint(name)
        if hint is None:
            raise
        code = _fail(f"this needs {name}: {hint}")
    except (KeyboardInterrupt, typer.Abort):
        print("Stopped.", file=sys.stderr)
        code = _STOPPED
    except OSError as error:
        code = _fail(f"cannot read or write: {error.strerror or error}")
    except (MemoryError, RuntimeError) as error:
        if not lacks_memory(error):
            raise
        code = _fail(_NO_MEMORY)
    sys.exit(code or 0)


def with_suggestion(message: str) -> str:
    """Return typer's message about a wrong choice, with the question for a close one.

    Example:
        >>> with_suggestion("Value error, 'smoth' is not one of 'balanced', 'smooth'.")
        "'smoth' is not one of 'balanced', 'smooth'; did you mean 'smooth'?"
    """
    message = message.replace("Value error, ", "")
    found = re.search(r"'([^']*)' is not one of ((?:'[^']*'(?:, )?)+)\.?$", message)
    if found is None:
        return message
    question = did_you_mean(found[1], re.findall("'([^']*)'", found[2]), "")
    return f"{message.removesuffix('.')}; {question.strip()}" if question else message


def file_for_command(
    words: Iterable[str], commands: Iterable[str], endings: Iterable[str]
) -> str | None:
    """Return the first file among words that name no command, or None.

    Args:
        words: the arguments of the command line.
        commands: the names of all commands.
        endings: endings of files that commands take.

    Example:
        >>> file_for_command(["--bits", "1", "a.png"], ["ordered"], [".png"])
        'a.png'
        >>> file_for_command(["ordered", "a.png"], ["ordered"], [".png"])
    """
    words, known, taken = list(words), {*commands, "--help", "--version"}, tuple(endings)
    # A first word that is neither an option nor a file is a mistyped command.
    first = next(iter(words), "")
    if known.intersection(words) or not (first.startswith("-") or first.lower().endswith(taken)):
        return None
    files = [
        (before.startswith("-"), word)  # such as that of --output
        for before, word in zip(["", *words], words, strict=False)
        if word.lower().endswith(taken)
    ]
    return min(files, key=lambda file: file[0])[1] if files else None


def lacks_memory(error: Exception) -> bool:
    """Tell whether Python, its threads or jax ran out of memory.

    Example:
        >>> lacks_memory(MemoryError()), lacks_memory(RuntimeError("can't start new thread"))
        (True, True)
    """
    words = "start new thread", "RESOURCE_EXHAUSTED"
    return isinstance(error, MemoryError) or any(each in str(error) for each in words)


def _fail(sentence: str) -> int:
    print(f"error: {printable(sentence)}", file=sys.stderr)
    return 2


def printable(text: str) -> str:
    r"""Return text as one line without control characters, which file names may hold.

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
    """Defer Ctrl-C: raise KeyboardInterrupt when the work calls the yielded function.

    An exception thrown into a compiler or a library's callbacks can be lost or crash it; between two
    chunks of work it is safe. A second Ctrl-C interrupts at once.

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
    """Print one line to standard error, unless `quiet`."""
    if not quiet:
        print(printable(sentence), file=sys.stderr)


def stop(advice: str) -> SystemExit:
    """Print how to resume after Ctrl-C; return the exception that ends the program."""
    log(f"Stopped. {advice}")
    return SystemExit(_STOPPED)


@contextlib.contextmanager
def progress_bar(task: str, checkpoint: Path | None, quiet: bool) -> "Iterator[OnProgress]":
    """Draw a bar with the remaining time, on terminals only; Ctrl-C takes effect between updates.

    Args:
        task: a word for the work.
        checkpoint: the file from which stopped work resumes, if any.
        quiet: draw nothing.

    Yields:
        The progress callback: the share done, 0 to 1, and a short text.
    """
    progress = _bar(quiet)
    try:
        with deferred_interrupt() as check, progress:
            row = progress.add_task(task, total=1.0, word="")

            def on_progress(share: float, text: str) -> None:
                progress.update(row, completed=share, word=text)
                check()

            yield on_progress
    except KeyboardInterrupt:
        if checkpoint is not None and checkpoint.exists():
            raise stop(f"Run the same command to resume from {checkpoint}.") from None
        raise


@contextlib.contextmanager
def delayed_progress(task: str, quiet: bool) -> Iterator[Callable[..., None]]:
    """Draw a bar on terminals once the work has taken a second.

    Args:
        task: a word for the work.
        quiet: draw nothing.

    Yields:
        The progress callback: the share done, 0 to 1, and a text that is not shown. While the share is
        0, the bar only pulses.

    Example:
        >>> with delayed_progress("dither", quiet=False) as on_progress:
        ...     on_progress(0.5)
    """
    share, ended = 0.0, threading.Event()

    def on_progress(done: float, text: str = "") -> None:
        nonlocal share
        share = done

    drawing = threading.Thread(
        target=_draw_late, args=(task, quiet, ended.wait, lambda: share), daemon=True
    )
    drawing.start()
    try:
        yield on_progress
    finally:
        ended.set()
        drawing.join()


def _draw_late(
    task: str, quiet: bool, wait: Callable[[float], bool], share: Callable[[], float]
) -> None:
    """Draw a bar after a delay; `wait` sleeps and returns True when the work has ended."""
    if wait(_BAR_DELAY):
        return
    with _bar(quiet) as progress:
        row = progress.add_task(task, total=None, word="")
        while not wait(_BAR_INTERVAL):
            progress.update(row, total=1.0 if share() else None, completed=share())


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


def command_line(
    summary: str, commands: Mapping[str, tuple[str, dict[str, Any]]], words: Iterable[str]
) -> typer.Typer:
    """Return an app for these command-line words, with the option --version.

    If the first word is a command, the app has no other: their modules take time to import.

    Args:
        summary: its purpose in one sentence.
        commands: for each command, its function as "module:function", and its settings for typer.
        words: the arguments of the command line; none for an app with all commands.
    """
    app = typer.Typer(
        cls=_Group, help=summary, pretty_exceptions_enable=False, rich_markup_mode=None
    )
    app.callback()(_version_option)
    first = next(iter(words), "")
    for name, (place, settings) in commands.items():
        if name == first or first not in commands:
            module, _, function = place.partition(":")
            app.command(name=name, **settings)(getattr(importlib.import_module(module), function))
    return app


def _print_version(wanted: bool) -> None:
    if wanted:
        from dither.version import installation

        print(installation())
        raise typer.Exit


def _version_option(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version and exit.", callback=_print_version, is_eager=True
        ),
    ] = False,
) -> None:
    # No docstring: typer would show it in place of the summary.
    pass


class _Group(TyperGroup):
    """The options before the command."""

    def get_params(self, ctx: Any) -> Any:
        """Return the options, with faster conversion."""
        return convert_simply(super().get_params(ctx))


class _Command(TyperCommand):
    """A command whose help groups its arguments and options by their `rich_help_panel`.

    The page is plain text: at 80 columns, the boxes that typer draws leave a third of the width to the
    words, and their markup would swallow [brackets]. Defaults are written as [64].
    """

    def get_params(self, ctx: Any) -> Any:
        """Return the parameters, with faster conversion."""
        return convert_simply(super().get_params(ctx))

    def make_parser(self, ctx: Any) -> Any:
        """Return the parser, which refuses an option of one value that is given several times."""
        parser = super().make_parser(ctx)
        parse = parser.parse_args

        def parse_once(args: list[str]) -> tuple[Any, list[str], list[Any]]:
            values, rest, order = parse(args)
            _refuse_repeated(order)
            return values, rest, order

        parser.parse_args = parse_once
        return parser

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write a section for each panel, in the order of the parameters."""
        for title, records in help_panels(self, ctx).items():
            with formatter.section(title):
                formatter.write_dl(records)


def _refuse_repeated(given: list[Any]) -> None:
    """Refuse an option that is given several times; only its last value would count.

    Args:
        given: the parameters of a command line in its order.

    Raises:
        InputError: there is such an option. A flag may be repeated, but not contradicted.
    """
    for parameter in given:
        is_single = parameter.param_type_name == "option" and not parameter.multiple
        is_flag = getattr(parameter, "is_flag", False) and not parameter.secondary_opts
        if is_single and not is_flag and given.count(parameter) > 1:
            names = [
                max(each, key=len) for each in (parameter.opts, parameter.secondary_opts) if each
            ]
            raise InputError(f"{' or '.join(names)} is given several times; give it once")


def help_panels(command: Any, context: Any) -> dict[str, list[tuple[str, str]]]:
    """Return what a command's help says of its parameters: name and text, by panel.

    The reference pages of the commands are written from it too.

    Args:
        command: of click.
        context: of the command.
    """
    panels: dict[str, list[tuple[str, str]]] = {}
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None:
            name, text = record
            if parameter.param_type_name == "argument":
                name = name.partition(" <")[0]  # without its Python type
            text = re.sub(r"\.?  \[default: (.*)\]$", r" [\1].", text)
            panel = getattr(parameter, "rich_help_panel", None)
            usual = f"{parameter.param_type_name.capitalize()}s"  # Arguments or Options
            panels.setdefault(panel or usual, []).append((name, text))
    return panels


def former_spellings(**names: str) -> dict[str, Any]:
    """Return the arguments of `typer.Typer.command` that keep former names of options and choices.

    Args:
        names: the present name, without dashes in front, by the former one.
    """
    return {"context_settings": {"token_normalize_func": lambda word: names.get(word, word)}}


def examples(*commands: str) -> dict[str, Any]:
    r"""Return the arguments of `typer.Typer.command` that show examples below a command's help.

    Example:
        >>> examples("dither palettes")["epilog"]
        '\x08\nExamples:\n  dither palettes'
    """
    # The character \b makes click keep the line breaks.
    return {"epilog": "\n  ".join(("\b\nExamples:", *commands)), "cls": _Command}
