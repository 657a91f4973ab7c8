"""Threshold matrices of arrays: ranks or values of any type, taken by their order."""

import numpy as np

from dither.errors import InputError
from dither.matrix.threshold_matrix import ThresholdMatrix, is_permutation

_CHANNELS = (2, 3, 4)


def matrices_of(values: np.ndarray) -> tuple[ThresholdMatrix, ...]:
    """Return the matrices whose ranks are the order of an array: one, or one per channel.

    Ranks may start at 0, 1 or elsewhere, and values may be of any integer or float type. Equal values
    rank row by row, from left to right, and in frames from the first to the last.

    Args:
        values: (H, W); (T, H, W) with frames; or (H, W, C) with C from 2 to 4. A last axis of one is
            dropped. Integers that hold each of 0 to N - 1 once are frames even if the last axis is 2
            to 4. (C, H, W) with C from 2 to 4 is refused unless it is such ranks: it may mean channels.

    Raises:
        InputError: the array has another shape or type, holds NaN or infinity, or a matrix of several
            cells would hold one value only.

    Example:
        >>> matrices_of(np.array([[1, 4], [3, 2]], ">i4"))[0].ranks.tolist()
        [[0, 3], [2, 1]]
    """
    values = _checked(values)
    has_ranks = values.dtype.kind in "iu" and is_permutation(values)
    if values.ndim == 2 or has_ranks:
        return (_ordered(values),)
    if values.shape[2] in _CHANNELS:
        return tuple(_ordered(values[..., channel]) for channel in range(values.shape[2]))
    if values.shape[0] in _CHANNELS:
        count = values.shape[0]
        raise InputError(
            f"a matrix of shape {values.shape} could hold {count} channels or {count} frames; give "
            f"channels as (H, W, {count}), or frames as ranks 0 to {values.size - 1}, each once"
        )
    return (_ordered(values),)


def _checked(values: np.ndarray) -> np.ndarray:
    """Return values of an allowed type and shape, in native byte order and without last axes of one."""
    if values.dtype.kind not in "iuf":
        raise InputError(f"a matrix holds integers or floats, not {values.dtype}")
    shape = values.shape
    while values.ndim > 2 and values.shape[-1] == 1:
        values = values[..., 0]
    if values.ndim not in (2, 3) or not values.size:
        raise InputError(
            f"a matrix has the shape (H, W), (T, H, W) with frames, or (H, W, C) with 2 to 4 channels, "
            f"and no empty side; not {shape}"
        )
    return values.astype(values.dtype.newbyteorder("="), copy=False)


def _ordered(values: np.ndarray) -> ThresholdMatrix:
    check_order(values)
    return ThresholdMatrix.from_values(values)


def check_order(values: np.ndarray) -> None:
    """Refuse values that are all equal, and so have no order.

    Raises:
        InputError: they are, and there are several.
    """
    if values.size > 1 and np.isfinite(values.flat[0]) and values.min() == values.max():
        raise InputError(f"all {values.size} values of the matrix are {values.flat[0]}: no order")
