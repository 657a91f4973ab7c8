"""Convert simple values of options without pydantic, whose import costs more than a small image.

Typer 0.29 makes a pydantic adapter for each option, given or not. Here the values that need none are
converted directly, and all others are left to Typer, but for words that are no numbers.
"""

import enum
import os
import re
from pathlib import Path
from typing import Any, get_args, get_origin

import typer

_NUMBERS = {int: r"[+-]?\d{1,18}", float: r"[+-]?\d{1,18}(\.\d{1,18})?"}


def convert_simply(parameters: list[Any]) -> list[Any]:
    """Let the parameters of a command convert simple values directly, and return them.

    Parameters of releases of Typer that convert values in another way stay as they are.
    """
    for parameter in parameters:
        descriptor = getattr(parameter, "type_descriptor", None)
        usual = getattr(parameter, "get_runtime_param", None)
        if descriptor is not None and usual is not None and not isinstance(usual, _Converter):
            parameter.get_runtime_param = _Converter(descriptor, usual)
    return parameters


class _Converter:
    """Stands in for the method `get_runtime_param` and for the converter that it returns."""

    def __init__(self, descriptor: Any, usual: Any) -> None:
        self.annotation, self.info = descriptor.annotation, descriptor.parameter_info
        self.usual = usual

    def __call__(self) -> "_Converter":
        return self

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """Return the value of a parameter in its type."""
        several = param.multiple or param.nargs == -1
        if value is None:
            return () if several else None
        kind = self.annotation
        try:
            if get_origin(kind) is list and isinstance(value, list | tuple):
                (item,) = get_args(kind)
                return [simple_value(each, item, self.info) for each in value]
            if not several:
                return simple_value(value, kind, self.info)
        except ValueError:
            pass
        item = next(iter(get_args(kind)), kind)
        if item in (Path, str) and "" in ([value] if isinstance(value, str) else value):
            # Python would take an empty path for the current folder.
            noun = "path" if item is Path else "value"
            raise typer.BadParameter(f"the {noun} is empty", ctx=ctx, param=param)
        if kind in _NUMBERS and isinstance(value, str) and not _is_number(value, kind):
            # Typer's own sentence is for programmers.
            words = "a whole number" if kind is int else "a number"
            raise typer.BadParameter(f"{value[:80]!r} is not {words}", ctx=ctx, param=param)
        return self.usual().coerce(value, param=param, ctx=ctx)


def _is_number(text: str, kind: type) -> bool:
    if not text.isascii():
        return False
    try:
        kind(text)
    except ValueError:
        return False
    return True


def simple_value(value: Any, kind: Any, info: Any) -> Any:
    """Return a value in its type.

    Args:
        value: a word of the command line, or a default.
        kind: the type.
        info: limits of the value, as Typer's `OptionInfo`.

    Raises:
        ValueError: Typer must convert this value.

    Example:
        >>> import typer
        >>> simple_value("-3", int, typer.Option())
        -3
    """
    limited = info.parser is not None or info.min is not None or info.max is not None
    if not limited and type(value) is kind and value != "":
        return value
    if limited or not isinstance(value, str):
        raise ValueError
    if kind in _NUMBERS and re.fullmatch(_NUMBERS[kind], value, re.ASCII):
        return kind(value)
    if kind is Path and value and _is_any_path(value, info):
        return Path(value)
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return kind(value)
    raise ValueError


def _is_any_path(value: str, info: Any) -> bool:
    """Tell whether nothing is asked of a path, or it may be read as is asked."""
    if info.exists or info.resolve_path or info.writable or info.path_type is not None:
        return False
    try:
        Path(value).stat()
    except (OSError, ValueError):
        return "\0" not in value
    return info.file_okay and info.dir_okay and (not info.readable or os.access(value, os.R_OK))
