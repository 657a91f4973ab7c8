"""Turn what callers hold into threshold matrices: names, files, arrays of ranks or values."""

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from dither.errors import InputError
from dither.held import as_array
from dither.matrix.arrays import matrices_of
from dither.matrix.catalog import load_channels
from dither.matrix.threshold_matrix import ThresholdMatrix

# A matrix, the name or file of one, or an array as `matrices_of` takes it.
MatrixLike = ThresholdMatrix | str | os.PathLike[str] | np.ndarray
# One matrix for all channels, or one for each.
MatricesLike = MatrixLike | Sequence[MatrixLike]


def as_matrices(held: Any, argument: str = "matrix") -> tuple[ThresholdMatrix, ...]:
    """Return the matrices that a caller holds: one, or one per channel.

    Args:
        held: a matrix; the name or file of one, as `load_channels` takes it; an array of ranks or
            values, as `matrices_of` takes it; or a sequence of these, one per channel.
        argument: name of the argument, for the message.

    Raises:
        InputError: `held` is none of these.

    Example:
        >>> [matrix.shape for matrix in as_matrices(["bayer-8x8", np.eye(8), np.eye(8)])]
        [(8, 8), (8, 8), (8, 8)]
    """
    if isinstance(held, ThresholdMatrix):
        return (held,)
    if isinstance(held, str | os.PathLike):
        return load_channels(os.fspath(held))
    if isinstance(held, list | tuple) and any(map(_is_whole, held)):
        return tuple(as_matrix(each, argument) for each in held)
    try:
        return matrices_of(as_array(held, argument))
    except InputError as error:
        raise error if argument in str(error) else InputError(f"{argument}: {error}") from None


def as_matrix(held: Any, argument: str = "matrix") -> ThresholdMatrix:
    """Return the one matrix that a caller holds; see `as_matrices`.

    Raises:
        InputError: `held` holds no matrix, or several.

    Example:
        >>> as_matrix([[0.9, 0.1], [0.3, 0.5]]).ranks.tolist()
        [[3, 0], [1, 2]]
    """
    first, *others = as_matrices(held, argument)
    if others:
        raise InputError(f"{argument} holds {1 + len(others)} channels; one matrix is needed here")
    return first


def _is_whole(item: Any) -> bool:
    """Return whether an item of a sequence is a matrix itself, not a row of one."""
    return isinstance(item, ThresholdMatrix | str | os.PathLike) or getattr(item, "ndim", 0) >= 2
