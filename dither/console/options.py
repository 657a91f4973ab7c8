"""Declare options with their help and their range, and the options of all commands."""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import typer

from dither.errors import InputError

# Panels of the help, shared by both command lines.
INPUT, OUTPUT = "Input", "Output"
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
