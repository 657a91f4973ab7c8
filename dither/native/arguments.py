"""Arguments of compiled loops: their types as text, and their values as 64-bit words."""

import re
import struct
from collections import namedtuple
from collections.abc import Sequence
from typing import Any

import numpy as np


def type_key(value: Any) -> Any:
    """Return a hashable key that is equal for arguments of the same type; faster than `type_text`.

    Example:
        >>> type_key((1, 2)) == type_key((3, 4)), type_key(1) == type_key(True)
        (True, False)
    """
    if isinstance(value, np.ndarray):
        return value.dtype, value.ndim, value.flags.c_contiguous
    if isinstance(value, tuple):
        return type(value), *map(type_key, value)
    return type(value)


def type_text(value: Any) -> str:
    """Return the type of an argument, which decides about its machine code.

    Args:
        value: a number, an array, or a (named) tuple of them.

    Raises:
        TypeError: a loop cannot take such a value.

    Example:
        >>> type_text((1, 2.5, np.zeros((2, 3), np.uint8)))
        '(int64, float64, uint8[2C])'
    """
    if isinstance(value, np.ndarray):
        return f"{value.dtype}[{value.ndim}{'C' if value.flags.c_contiguous else 'A'}]"
    if isinstance(value, tuple):
        names = getattr(value, "_fields", None)
        parts = [type_text(part) for part in value]
        if names is not None:
            parts = [f"{name}={part}" for name, part in zip(names, parts, strict=True)]
        return f"{type(value).__name__ if names else ''}({', '.join(parts)})"
    return str(scalar_dtype(value))


def examples(text: str) -> tuple[Any, ...]:
    """Return arguments of the types in a text: the inverse of `type_text`.

    Arrays are small, and a named tuple is of a new class with the same name and fields.

    Raises:
        ValueError: no argument has such a type.

    Example:
        >>> type_text(examples("(int64, Pair(one=uint8[2A], two=(bool, float32)))"))
        '(int64, Pair(one=uint8[2A], two=(bool, float32)))'
    """
    tokens = re.findall(r"[(),=]|[^(),=\s]+", text)[::-1]
    try:
        found = _example(tokens)
    except (IndexError, TypeError) as error:
        raise ValueError(f"no arguments have the types {text}") from error
    if tokens or not isinstance(found, tuple) or type_text(found) != text:
        raise ValueError(f"no arguments have the types {text}")
    return found


def _example(tokens: list[str]) -> Any:
    """Take the tokens of one type from the end of a list; return a value of the type."""
    token = tokens.pop()
    if token == "(" or tokens[-1:] == ["("]:
        return _example_tuple(token, tokens)
    array = re.fullmatch(r"(\w+)\[([1-9])([AC])\]", token)
    if array is None:
        return np.dtype(token).type(0)
    dtype, axes, order = array.groups()
    whole = np.zeros((2,) * int(axes), dtype)
    return whole if order == "C" else np.repeat(whole, 2, axis=-1)[..., ::2]


def _example_tuple(first: str, tokens: list[str]) -> Any:
    """Return the tuple that begins with its bracket, or with the name of its class."""
    names: list[str] = []
    values: list[Any] = []
    named = first != "("
    if named:
        tokens.pop()
    while tokens[-1] != ")":
        if named:
            names.append(tokens.pop())
            tokens.pop()
        values.append(_example(tokens))
        if tokens[-1] == ",":
            tokens.pop()
    tokens.pop()
    return namedtuple(first, names)(*values) if named else tuple(values)


def scalar_dtype(value: Any) -> np.dtype:
    """Return the dtype of a number: bool, int64 and float64 for Python's own.

    Raises:
        TypeError: it is not a number.

    Example:
        >>> scalar_dtype(3), scalar_dtype(np.float32(3))
        (dtype('int64'), dtype('float32'))
    """
    if isinstance(value, bool | np.generic):
        return np.dtype(type(value))
    if isinstance(value, int):
        return np.dtype(np.int64)
    if isinstance(value, float):
        return np.dtype(np.float64)
    raise TypeError(f"a compiled loop cannot take a {type(value).__name__}")


def words(values: Sequence[Any]) -> list[int]:
    """Return the words of the arguments of a loop, from left to right.

    A number is one word; a float is the bits of its float64. An array is its address and its shape, and
    its strides in bytes unless it is contiguous. A tuple is its items.

    Example:
        >>> words((3, (True, 0.0)))
        [3, 1, 0]
    """
    found: list[int] = []
    for value in values:
        if isinstance(value, np.ndarray):
            found.append(value.__array_interface__["data"][0])
            found += value.shape
            if not value.flags.c_contiguous:
                found += value.strides
        elif isinstance(value, tuple):
            found += words(value)
        elif isinstance(value, float | np.floating):
            found.append(struct.unpack("q", struct.pack("d", value))[0])
        else:
            found.append(int(value))
    return found
