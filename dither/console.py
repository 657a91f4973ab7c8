"""How both command lines behave: one sentence for bad input, exit codes, nothing half done.

Exit codes: 0 done, 1 a fault of the program, 2 input that cannot be used, 130 stopped by Ctrl-C.
"""

import os
import sys
from collections.abc import Callable
from typing import Annotated, TypeVar

import typer

from dither.errors import InputError

ForceOption = Annotated[bool, typer.Option("--force", help="Replace an output file that exists.")]
QuietOption = Annotated[bool, typer.Option("--quiet", help="Say nothing but errors.")]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print one JSON object on standard output.")
]

Number = TypeVar("Number", int, float, None)


def within(low: float, high: float) -> Callable[[typer.CallbackParam, Number], Number]:
    """An option's callback that refuses what lies outside low..high, NaN included, in one sentence.

    Example:
        >>> import types
        >>> within(1, 16)(types.SimpleNamespace(opts=["--bits", "-b"]), 17)
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
    # UsageError and its kin are not public in every release; BadParameter is, and stands below them.
    usage_error: type[Exception] = typer.BadParameter.__mro__[1]
    try:
        code = app(standalone_mode=False)
        sys.stdout.flush()
    except usage_error as error:
        code = _say(error.format_message())  # pyright: ignore[reportAttributeAccessIssue]
    except InputError as error:
        code = _say(str(error))
    except ModuleNotFoundError as error:
        extra = {
            "jax": "optimize",
            "jaxlib": "optimize",
            "optax": "optimize",
            "matplotlib": "report",
        }
        name = (error.name or "").partition(".")[0]
        if name not in extra:
            raise
        code = _say(f"this needs {name}: pip install 'bluenoise-dither[{extra[name]}]'")
    except (KeyboardInterrupt, typer.Abort):
        code = _say("stopped", 130)
    except BrokenPipeError:
        # The reader has seen enough (`| head`): keep Python from complaining when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    sys.exit(code or 0)


def _say(sentence: str, code: int = 2) -> int:
    print(f"error: {' '.join(sentence.split())}" if code == 2 else sentence, file=sys.stderr)
    return code


def note(sentence: str, *, quiet: bool = False) -> None:
    """Tell the person, on standard error, unless `quiet`."""
    if not quiet:
        print(sentence, file=sys.stderr)
