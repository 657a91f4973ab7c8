"""Losses of one's own for matrices, with a weight and a text that tells two of them apart.

A loss is a function of three JAX arrays that returns a number:

    def loss(values, patterns, levels): ...

`values` is (H, W), 0 to 1. `patterns` is (L, H, W): the smoothed dot pattern of each of L greys, 1
where a pixel is white at that grey, 0 where it is black, and between them where its threshold is within
1 / L of the grey. Its mean is the grey exactly. `levels` is (L,), the greys, ascending from 0 to
1; every step has others. JAX differentiates the loss, so it must use `jax.numpy`, not numpy.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import CodeType
from typing import Any

from dither.errors import InputError
from dither.file_function import parse_file_function

MatrixLoss = Callable[[Any, Any, Any], Any]


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
        code = getattr(self.function, "__code__", None)
        if code is None:
            return f"OwnLoss({self.function!r}, {self.weight})"
        cells = [repr(cell.cell_contents) for cell in self.function.__closure__ or ()]
        defaults = repr(getattr(self.function, "__defaults__", None))
        text = "\n".join([_code_text(code), defaults, *cells])
        digest = hashlib.sha256(text.encode()).hexdigest()[:32]
        return f"OwnLoss({self.name} {digest}, {self.weight})"


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
