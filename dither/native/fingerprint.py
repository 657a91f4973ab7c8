"""Fingerprints of functions: equal as long as their code and all that it depends on are."""

import hashlib
import types
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np


def referenced(function: Callable[..., Any]) -> Iterator[tuple[str, Any]]:
    """Yield the global names that a function reads, in order, with their values; not the builtins.

    Example:
        >>> [name for name, _ in referenced(referenced)]
        ['_names']
    """
    known = function.__globals__
    for name in sorted(_names(function.__code__)):
        if name in known:
            yield name, known[name]


def fingerprint(parts: Iterator[Any]) -> str:
    """Return 32 hexadecimal digits for a sequence of code objects, numbers, texts and tuples.

    Other values, such as modules and classes, count by their names alone.

    Example:
        >>> fingerprint(iter(["text", 1])) == fingerprint(iter(["text", 2]))
        False
    """
    digest = hashlib.sha256()
    for part in parts:
        for text in _texts(part):
            digest.update(len(text).to_bytes(8, "little") + text)
    return digest.hexdigest()[:32]


def _names(code: types.CodeType) -> set[str]:
    inner = [each for each in code.co_consts if isinstance(each, types.CodeType)]
    return set(code.co_names).union(*map(_names, inner))


def _texts(part: Any) -> Iterator[bytes]:
    if isinstance(part, types.CodeType):
        yield part.co_code
        for names in (part.co_names, part.co_varnames, part.co_freevars):
            yield " ".join(names).encode()
        yield from _texts(part.co_consts)
    elif isinstance(part, tuple):
        yield str(len(part)).encode()
        for each in part:
            yield from _texts(each)
    elif isinstance(part, str | bytes | int | float | np.generic | None):
        yield f"{type(part).__name__} {part!r}".encode()
    else:
        yield str(getattr(part, "__qualname__", type(part).__qualname__)).encode()
