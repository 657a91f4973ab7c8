"""Losses of one's own for matrices, with a weight and a text that tells two of them apart.

A loss is a function of three JAX arrays that returns a number:

    def loss(values, patterns, levels): ...

`values` is (H, W), 0 to 1. `patterns` is (L, H, W): the smoothed dot pattern of each of L greys, 1
where a pixel is white at that grey, 0 where it is black, and between them where its threshold is within
1 / L of the grey. Its mean is the grey exactly. `levels` is (L,), the greys, ascending from 0 to
1; every step has others. JAX differentiates the loss, so it must use `jax.numpy`, not numpy.
"""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import CodeType
from typing import Any

import numpy as np

from dither.errors import InputError
from dither.file_function import parse_file_function

MatrixLoss = Callable[[Any, Any, Any], Any]
# The text of an object that has none of its own ends so.
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")


@dataclass(frozen=True, repr=False)
class OwnLoss:
    """A loss with its weight.

    Attributes:
        function: differentiable function of values, patterns and levels; see the module.
        weight: above 0; 1 pulls on white noise as strongly as the pair energy does.

    Raises:
        InputError: the function is none, or the weight is out of range.

    Example:
        >>> def even(values, patterns, levels):
        ...     return (values[:, 1:] - values[:, :-1]).mean()
        >>> OwnLoss(even, 2.0).name
        'even'
    """

    function: MatrixLoss
    weight: float = 1.0

    def __post_init__(self) -> None:
        if not callable(self.function):
            raise InputError(f"loss is {self.function!r}; it must be a function, or FILE.py:NAME")
        try:
            hash(self.function)
        except TypeError:
            raise InputError(
                f"the loss {self.name} cannot be hashed; make its class a frozen dataclass"
            ) from None
        if not 0 < self.weight < 1e12:
            raise InputError(f"the weight of {self.name} is {self.weight}; it must be above 0")

    @property
    def name(self) -> str:
        """Name of the function, for messages."""
        name = getattr(self.function, "__name__", None) or getattr(self.function, "name", None)
        return str(name or type(self.function).__name__)

    def __repr__(self) -> str:
        # Checkpoints record this text to recognise their run: a function by its code.
        if not _is_python(self.function):
            return f"OwnLoss({self.function!r}, {self.weight})"
        digest = hashlib.sha256("\n".join(_function_texts(self.function)).encode()).hexdigest()[:32]
        return f"OwnLoss({self.name} {digest}, {self.weight})"

    def check_recorded(self) -> None:
        """Raise InputError if another process could not recognise this loss, as resuming needs."""
        texts = (
            _function_texts(self.function) if _is_python(self.function) else [repr(self.function)]
        )
        unnamed = next(filter(_ADDRESS.search, texts), None)
        if unnamed is not None:
            raise InputError(
                f"the loss {self.name} holds {unnamed:.60}, which another process cannot recognise, so "
                "that a run with a checkpoint could not resume; let it hold numbers, arrays and "
                "functions only, or write it as FILE.py:NAME"
            )


def _is_python(function: Any) -> bool:
    return isinstance(getattr(function, "__code__", None), CodeType)


def _function_texts(function: Any, seen: tuple[Any, ...] = ()) -> list[str]:
    """Return texts of everything that decides what a function of Python does, except its globals."""
    if function in seen:  # it calls itself
        return [function.__name__]
    seen = (*seen, function)
    held = [
        *(getattr(function, "__defaults__", None) or ()),
        *(getattr(function, "__kwdefaults__", None) or {}).values(),
        *(cell.cell_contents for cell in getattr(function, "__closure__", None) or ()),
    ]
    return [
        _code_text(function.__code__),
        *(text for each in held for text in _held_texts(each, seen)),
    ]


def _held_texts(held: Any, seen: tuple[Any, ...]) -> list[str]:
    """Return texts of a value: of a function its code, of an array all its bytes."""
    if _is_python(held):
        return _function_texts(held, seen)
    if hasattr(held, "__array__") and hasattr(held, "dtype"):
        array = np.asarray(held)
        digest = hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()
        return [f"{array.dtype} {array.shape} {digest}"]
    return [repr(held)]


def _code_text(code: CodeType) -> str:
    """Return everything that decides what code does, without its file and lines."""
    constants = [
        _code_text(each) if isinstance(each, CodeType) else repr(each) for each in code.co_consts
    ]
    return repr((code.co_code, constants, code.co_names, code.co_varnames))


def own_losses(
    losses: "MatrixLoss | str | OwnLoss | Sequence[MatrixLoss | str | OwnLoss]",
) -> tuple[OwnLoss, ...]:
    """Return losses from one or several functions, texts FILE.py:NAME[,WEIGHT], or `OwnLoss` values.

    Raises:
        InputError: there are none, or one cannot be used.
    """
    each = losses if isinstance(losses, list | tuple) else (losses,)
    if not each:
        raise InputError("loss is empty; give at least one")
    return tuple(_own_loss(loss) for loss in each)


def _own_loss(loss: Any) -> OwnLoss:
    if isinstance(loss, OwnLoss):
        return loss
    if isinstance(loss, str):
        return OwnLoss(*parse_file_function(loss))
    return OwnLoss(loss)
