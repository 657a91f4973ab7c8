"""A short name for all that decides a result: the same for the same numbers, on every machine."""

import dataclasses
import enum
import functools
import hashlib
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any, Generic, TypeVar

import numpy as np

Value = TypeVar("Value")


@dataclasses.dataclass(frozen=True)
class Unhashed(Generic[Value]):
    """A value that no result depends on, such as the number of threads: all have one fingerprint.

    Attributes:
        value: anything.

    Example:
        >>> fingerprint(Unhashed(1)) == fingerprint(Unhashed(8)) != fingerprint(8)
        True
    """

    value: Value


def fingerprint(value: object) -> str:
    """The first half of the SHA-256 of a value, in hexadecimal.

    Args:
        value: None, numbers, texts, bytes, paths, enumerations, arrays, functions of modules, and
            tuples, lists, dictionaries, dataclasses and partial calls of such; what is in an `Unhashed`
            does not count.

    Raises:
        TypeError: it holds something else, whose text could differ from run to run.

    Example:
        >>> fingerprint((1, "one")) == fingerprint((1, "one")) != fingerprint((1, "two"))
        True
    """
    digest = hashlib.sha256()
    for part in _parts(value):
        # With the length, no two lists of parts make the same bytes.
        digest.update(len(part).to_bytes(8, "little") + part)
    return digest.hexdigest()[:32]


def _parts(value: Any) -> Iterator[bytes]:
    yield type(value).__name__.encode()
    if isinstance(value, Unhashed):
        return
    if isinstance(value, enum.Enum):
        yield value.name.encode()
    elif value is None or isinstance(value, bool | int | float | str | PurePath):
        yield repr(value).encode()
    elif isinstance(value, bytes):
        yield value
    elif isinstance(value, np.ndarray):
        yield f"{value.dtype.str} {value.shape}".encode()
        yield np.ascontiguousarray(value).tobytes()
    elif isinstance(value, functools.partial):
        yield from _parts((value.func, value.args, value.keywords))
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        yield from _parts({field.name: getattr(value, field.name) for field in fields})
    elif isinstance(value, dict):
        for key in sorted(value):
            yield from _parts((key, value[key]))
    elif isinstance(value, tuple | list):
        yield str(len(value)).encode()
        for item in value:
            yield from _parts(item)
    elif callable(value) and "<" not in getattr(value, "__qualname__", "<"):
        yield f"{value.__module__}.{value.__qualname__}".encode()
    else:
        raise TypeError(f"{type(value).__name__} has no fingerprint")
