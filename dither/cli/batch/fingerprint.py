"""Fingerprints of values: equal for equal values, in every process and on every machine."""

import dataclasses
import enum
import functools
import hashlib
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

import numpy as np

from dither.cli.pipeline import Unhashed


def fingerprint(value: object) -> str:
    """Return the first half of the SHA-256 of a value, in hexadecimal.

    Args:
        value: None, numbers, strings, bytes, paths, enumerations, arrays, module-level functions, and
            tuples, lists, dictionaries, dataclasses and partial calls of them. The content of an
            `Unhashed` is ignored.

    Raises:
        TypeError: the value holds something else, whose text could differ from run to run.

    Example:
        >>> fingerprint((1, "one")) == fingerprint((1, "one")) != fingerprint((1, "two"))
        True
        >>> fingerprint(Unhashed(1)) == fingerprint(Unhashed(8)) != fingerprint(8)
        True
    """
    digest = hashlib.sha256()
    for part in _parts(value):
        # With its length, no other list of parts gives the same bytes.
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
