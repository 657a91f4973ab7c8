"""Checks of colours and of which colours may move, shared by all descents."""

import numpy as np

from dither.errors import InputError


def checked_colors(name: str, colors: np.ndarray, *, most: int | None = None) -> np.ndarray:
    """Return (N, 3) float64 linear light, 0 to 1.

    Args:
        name: subject of the error messages.
        colors: the colours.
        most: largest number of colours, if there is a limit.

    Raises:
        InputError: another shape, values outside 0..1, or too many colours.
    """
    colors = np.asarray(colors, np.float64)
    if colors.ndim != 2 or colors.shape[1] != 3 or len(colors) == 0:
        raise InputError(f"{name} must be colours in rows of three, not an array of {colors.shape}")
    # Written so that NaN fails too.
    if not (colors.min() >= 0 and colors.max() <= 1):
        raise InputError(
            f"{name} must be linear light from 0 to 1, not {colors.min()} to {colors.max()}"
        )
    if most is not None and len(colors) > most:
        raise InputError(f"{name} has {len(colors)} colours; at most {most} are allowed")
    return colors


def checked_learned(learned: np.ndarray | None, count: int) -> np.ndarray:
    """Return (count,) bool, True for the colours that may move; all of them if None.

    Raises:
        InputError: another shape or dtype.
    """
    if learned is None:
        return np.ones(count, bool)
    learned = np.asarray(learned)
    if learned.shape != (count,) or learned.dtype != np.bool_:
        raise InputError(
            f"learned must be one bool for each of {count} colours, not {learned.dtype} of shape "
            f"{learned.shape}"
        )
    return learned
