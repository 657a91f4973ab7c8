"""Input images of the optimizer: 8-bit colours and a mask of pixels to ignore."""

import numpy as np

from dither.color import distinct_colors
from dither.errors import InputError
from dither.preparation.mask import check_mask, fill_masked
from dither.samples import eight_bit_colors

# The colours of about this many pixels of a larger image are counted.
_COUNTED_PIXELS = 1 << 20


def checked_picture(
    image: np.ndarray, mask: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray | None]:
    """Return an image as (H, W, 3) uint8, masked pixels filled from their neighbours, and its mask.

    Args:
        image: (H, W) or (H, W, 3); uint8, uint16, bool, or float32/float64 in 0..1, as sRGB codes.
        mask: (H, W) bool, True for pixels to ignore, or None.

    Returns:
        The image and the mask; None in place of a mask without any True.

    Raises:
        InputError: another shape, dtype or value, no pixels, or all pixels masked.
    """
    picture = eight_bit_colors(image)
    if picture.size == 0:
        raise InputError(f"an image of shape {picture.shape} has no pixels to choose colours for")
    mask = check_mask(mask, picture.shape[:2])
    return picture if mask is None else fill_masked(picture, mask), mask


def visible(picture: np.ndarray, mask: np.ndarray | None) -> np.ndarray:
    """Return the array as it is, or its unmasked pixels as one row."""
    return picture if mask is None else picture[~mask][None]


def counted_step(picture: np.ndarray, mask: np.ndarray | None = None) -> int:
    """Return the step of rows and columns at which an image's colours are counted, 1 for small images.

    Args:
        picture: (H, W, 3).
        mask: (H, W) bool, True for pixels to ignore; some others are among those counted.
    """
    pixels = picture[..., 0].size if mask is None else np.count_nonzero(~mask)
    step = max(1, round((pixels / _COUNTED_PIXELS) ** 0.5))
    return 1 if mask is not None and mask[::step, ::step].all() else step


def few_distinct_colors(picture: np.ndarray, most: int) -> np.ndarray | None:
    """Return the (N, 3) distinct colours of an image, or None if there are more than `most`.

    Some rows are counted first, because they usually show that there are too many.
    """
    for part in (picture[:: max(1, len(picture) // 16)], picture):
        distinct = distinct_colors(part.reshape(-1, 3))
        if len(distinct) > most:
            return None
    return distinct
