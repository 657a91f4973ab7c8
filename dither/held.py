"""Turn what callers hold into arrays: lists, images of Pillow, and anything with `__array__`."""

import os
from typing import Any

import numpy as np

from dither.errors import InputError

# Modes of Pillow whose samples are not grey, RGB, or either with alpha, and the mode they become.
_CONVERTED = {
    "CMYK": "RGB",
    "YCbCr": "RGB",
    "LAB": "RGB",
    "HSV": "RGB",
    "RGBX": "RGB",
    "La": "LA",
    "RGBa": "RGBA",
}
_MOST_SHOWN = 60


def as_array(held: Any, argument: str) -> np.ndarray:
    """Return the numbers that a caller holds as an array.

    Args:
        held: an array; nested lists of numbers; an image of Pillow, whose colour table is looked up; or
            an object with `__array__`, such as a tensor or a table of pandas. An image of Pillow's mode
            "I" is grey from 0 to 65535, because Pillow reads 16-bit grey so. If it holds 0 to 255, it
            is nearly black; convert it to mode "L" first.
        argument: name of the argument, for the message.

    Returns:
        An array of bools, integers, floats or complex numbers; not a copy if `held` is an array.

    Raises:
        InputError: `held` is none of these.

    Example:
        >>> as_array([[0, 1]], "image").shape
        (1, 2)
        >>> as_array(None, "image")
        Traceback (most recent call last):
        ...
        dither.errors.InputError: image is None; it must be an array of numbers
    """
    if held is None or isinstance(held, str | bytes | os.PathLike):
        raise InputError(f"{argument} is {_short(held)}; it must be an array of numbers")
    if hasattr(held, "getbands") and hasattr(held, "convert"):
        held = _plain_mode(held)
    try:
        array = np.asarray(held)
    except InputError:
        raise
    # Objects raise whatever they like, such as RuntimeError for tensors with gradients.
    except Exception as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise InputError(
            f"{argument}, a {type(held).__name__}, cannot be read as an array: {reason}"
        ) from None
    if array.dtype.kind not in "biufc":
        kind = type(held).__name__
        raise InputError(
            f"{argument} is {_short(held)} of type {kind}; it must be an array of numbers"
        )
    return array


def holds_only_integers(held: Any) -> bool:
    """Return whether nested lists or tuples hold only integers of Python, which have no dtype.

    Example:
        >>> holds_only_integers([[0, 1]]), holds_only_integers([np.array([0, 1], np.uint16)])
        (True, False)
    """
    if isinstance(held, list | tuple):
        return all(map(holds_only_integers, held))
    return isinstance(held, int)


def as_bytes(numbers: np.ndarray, argument: str, advice: str = "") -> np.ndarray:
    """Return integers as uint8.

    Args:
        numbers: of an integer dtype and any shape.
        argument: name of the argument, for the message.
        advice: end of the message.

    Raises:
        InputError: a number is not from 0 to 255.

    Example:
        >>> as_bytes(np.array([0, 255]), "colors").dtype
        dtype('uint8')
        >>> as_bytes(np.array([0, 300]), "colors")
        Traceback (most recent call last):
        ...
        dither.errors.InputError: colors holds 300; its whole numbers must be from 0 to 255
    """
    if numbers.size and not 0 <= numbers.min() <= numbers.max() <= 255:
        wrong = numbers.max() if numbers.min() >= 0 else numbers.min()
        raise InputError(
            f"{argument} holds {wrong}; its whole numbers must be from 0 to 255{advice}"
        )
    return numbers.astype(np.uint8)


def _plain_mode(picture: Any) -> Any:
    """Return an image of Pillow in a mode whose samples are grey, RGB, or either with alpha."""
    mode = picture.mode
    if mode == "I":  # 32 bits, in which Pillow holds grey of 16
        samples = np.asarray(picture)
        is_deep = samples.size and 0 <= samples.min() <= samples.max() <= 65535
        return samples.astype(np.uint16) if is_deep else samples
    if mode in ("P", "PA"):
        transparent = mode == "PA" or "transparency" in picture.info
        return picture.convert("RGBA" if transparent else "RGB")
    return picture.convert(_CONVERTED[mode]) if mode in _CONVERTED else picture


def _short(held: Any) -> str:
    text = " ".join(repr(held).split())
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}..."
