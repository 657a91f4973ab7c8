"""Functions of Python files, named FILE.py:NAME, such as losses of one's own for the commands."""

import functools
import hashlib
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dither.errors import InputError
from dither.suggestions import did_you_mean

_MAX_BYTES = 1 << 20


@dataclass(frozen=True)
class FileFunction:
    """A function of a Python file; calling it calls the function. Can be sent to other processes.

    Attributes:
        path: of the file.
        name: of the function.
        digest: first half of the file's SHA-256, so that a changed file makes another value.
    """

    path: str
    name: str
    digest: str

    def __call__(self, *arguments: Any) -> Any:
        """Call the function; the file's code is run once per process, when it is needed first."""
        return _loaded(self)(*arguments)


def parse_file_function(text: str) -> tuple[FileFunction, float]:
    """Return the function and the weight that a text names, and run the file's code.

    Args:
        text: "FILE.py:NAME", or "FILE.py:NAME,WEIGHT" with a weight above 0; else the weight is 1.

    Raises:
        InputError: the text is not of this form, the file cannot be read or run, or it has no such
            function.
    """
    place, _, last = text.rpartition(":")
    name, comma, number = last.partition(",")
    if not place.endswith(".py") or not name.isidentifier():
        raise InputError(
            f"{text!r} is no function of a file; write FILE.py:NAME or FILE.py:NAME,WEIGHT"
        )
    weight = parse_weight(number, repr(text)) if comma else 1.0
    function = FileFunction(place, name, hashlib.sha256(_content(place)).hexdigest()[:32])
    _loaded(function)
    return function, weight


def parse_weight(number: str, place: str) -> float:
    """Return the weight that a text gives to a loss.

    Args:
        number: text of the weight.
        place: where it stands, for the message.

    Raises:
        InputError: it is no number above 0.

    Example:
        >>> parse_weight("0.5", "--loss ssim,0.5")
        0.5
    """
    try:
        weight = float(number)
    except ValueError:
        weight = -1.0
    if not 0 < weight < 1e12:
        raise InputError(f"the weight {number!r} in {place} must be a number above 0")
    return weight


def _content(path: str) -> bytes:
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
    if len(content) > _MAX_BYTES:
        raise InputError(
            f"{path} has {len(content)} bytes; a file of losses has at most {_MAX_BYTES}"
        )
    return content


@functools.lru_cache(maxsize=32)
def _loaded(function: FileFunction) -> Callable[..., Any]:
    """Return the function; a file that changed since it was named is refused."""
    path = function.path
    if hashlib.sha256(_content(path)).hexdigest()[:32] != function.digest:
        raise InputError(f"{path} changed while the command ran; start again")
    spec = importlib.util.spec_from_file_location(f"file_function_{function.digest}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # the code of a file may raise anything
        raise InputError(f"{path} fails: {type(error).__name__}: {error}") from error
    found = getattr(module, function.name, None)
    if not callable(found):
        names = [name for name, value in vars(module).items() if callable(value)]
        advice = f"it has {', '.join(names) or 'none'}"
        raise InputError(
            f"{path} has no function {function.name}; {did_you_mean(function.name, names, advice)}"
        )
    return found
