"""Masks of excluded pixels, such as transparent ones, whose colour must not affect the result."""

import numpy as np

from dither.errors import InputError


def check_mask(mask: np.ndarray | None, shape: tuple[int, int]) -> np.ndarray | None:
    """Check a mask of excluded pixels; return None if it excludes none.

    Args:
        mask: (H, W) bool, True = excluded, or None.
        shape: the image's H and W.

    Raises:
        InputError: the mask has another shape or dtype, or excludes all pixels.
    """
    if mask is None:
        return None
    mask = np.asarray(mask)
    if mask.shape != shape or mask.dtype != np.bool_:
        raise InputError(
            f"the mask must be bool of shape {shape}, not {mask.dtype} of shape {mask.shape}"
        )
    if mask.size and mask.all():
        raise InputError("the mask excludes all pixels; at least one must count")
    return mask if mask.any() else None


def transparent_mask(alpha: np.ndarray | None) -> np.ndarray | None:
    """Return a mask of the fully transparent pixels; None if alpha is missing or 0 everywhere.

    Args:
        alpha: (H, W) uint8, or None if all pixels are opaque.

    Returns:
        (H, W) bool, or None.

    Example:
        >>> transparent_mask(np.array([[0, 9]], np.uint8)).tolist()
        [[True, False]]
    """
    return None if alpha is None or not alpha.any() else alpha == 0


def fill_masked(image: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Fill masked pixels with the nearest unmasked one to the left, else right, else above, else below.

    Blurring or diffusing across a border then takes up nothing of the masked colours.

    Args:
        image: (H, W, ...).
        mask: (H, W) bool, True = excluded; not all True.

    Example:
        >>> image = np.array([[1, 2, 3], [4, 5, 6]])
        >>> fill_masked(image, np.array([[True, False, True], [True, True, True]])).tolist()
        [[2, 2, 2], [2, 2, 2]]
    """
    valid = np.logical_not(mask)
    rows = _nearest(np.any(valid, axis=1, keepdims=True).T)[0]
    columns = _nearest(valid)[rows]
    return image[rows[:, None], columns]


def _nearest(valid: np.ndarray) -> np.ndarray:
    """Return, for each position of a row, the index of the last valid one up to it, else the first."""
    indices = np.where(valid, np.arange(valid.shape[1]), -1)
    last = np.maximum.accumulate(indices, axis=1)
    return np.where(last < 0, valid.argmax(axis=1)[:, None], last)
