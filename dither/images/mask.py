"""Pixels that nobody sees, such as those of no alpha: what lies under them must not matter."""

import numpy as np

from dither.errors import InputError


def check_mask(ignored: np.ndarray | None, shape: tuple[int, int]) -> np.ndarray | None:
    """The pixels that do not count, or None where all do.

    Args:
        ignored: (H, W) bool, or None.
        shape: the image's H and W.

    Raises:
        InputError: it is no such array, or all pixels are ignored.
    """
    if ignored is None:
        return None
    ignored = np.asarray(ignored)
    if ignored.shape != shape or ignored.dtype != np.bool_:
        raise InputError(
            f"ignored is one truth value for each pixel, of shape {shape}, not {ignored.dtype} of "
            f"shape {ignored.shape}"
        )
    if ignored.size and ignored.all():
        raise InputError("all pixels are ignored; at least one must count")
    return ignored if ignored.any() else None


def transparent_mask(alpha: np.ndarray | None) -> np.ndarray | None:
    """The pixels that nobody sees; of a picture that is clear all over, all count.

    Args:
        alpha: (H, W) uint8, or None where all are opaque.

    Returns:
        (H, W) bool, or None.

    Example:
        >>> transparent_mask(np.array([[0, 9]], np.uint8)).tolist()
        [[True, False]]
    """
    return None if alpha is None or not alpha.any() else alpha == 0


def fill_masked(image: np.ndarray, hidden: np.ndarray) -> np.ndarray:
    """The image with hidden pixels like the last seen one to their left, else right, else above, below.

    So that what is blurred or diffused across a border takes up nothing of what is hidden.

    Args:
        image: (H, W, ...).
        hidden: (H, W) bool, not all true.

    Example:
        >>> image = np.array([[1, 2, 3], [4, 5, 6]])
        >>> fill_masked(image, np.array([[True, False, True], [True, True, True]])).tolist()
        [[2, 2, 2], [2, 2, 2]]
    """
    shown = np.logical_not(hidden)
    rows = _nearest(np.any(shown, axis=1, keepdims=True).T)[0]
    columns = _nearest(shown)[rows]
    return image[rows[:, None], columns]


def _nearest(shown: np.ndarray) -> np.ndarray:
    """For each place of a row the last that is shown up to there, else the first; 0 if none is."""
    places = np.where(shown, np.arange(shown.shape[1]), -1)
    last = np.maximum.accumulate(places, axis=1)
    return np.where(last < 0, shown.argmax(axis=1)[:, None], last)
