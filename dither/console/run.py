"""Run a command line: exit codes, and errors in one line.

Exit codes: 0 success; 1 a bug in the program, or failed images of a batch; 2 unusable input; 130
stopped by Ctrl-C.
"""

import io
import logging
import re
import signal
import sys
import warnings

import typer

from dither.console.messages import STOPPED, printable
from dither.errors import InputError
from dither.extras import install_hint
from dither.native import notice
from dither.parallel import WorkerLostError
from dither.suggestions import did_you_mean

_NO_MEMORY = "this takes more memory than there is; smaller sizes take less"


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
        if code == STOPPED:  # typer turns KeyboardInterrupt into this
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
        code = STOPPED
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
