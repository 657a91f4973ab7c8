"""Masks of excluded pixels, such as transparent ones, whose colour must not affect the result."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from dither.errors import InputError
from dither.images.raster_image import RasterImage
from dither.images.rows import band_height, cut, joined


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


def filled_bands(bands: Iterator[RasterImage]) -> Iterator[RasterImage]:
    """Fill the fully transparent pixels of an image in bands, as `fill_masked` fills a whole one.

    Bands above the first visible pixel wait as a number of rows only. An image without any visible
    pixel becomes black.

    Args:
        bands: the image, from top to bottom.

    Example:
        >>> clear, shown = np.zeros((1, 2), np.uint8), np.array([[0, 9]], np.uint8)
        >>> bands = [RasterImage(shown + 1, clear), RasterImage(shown, shown)]
        >>> [band.color.tolist() for band in filled_bands(iter(bands))]
        [[[9, 9]], [[9, 9]]]
    """
    above, waiting = None, list[RasterImage]()
    for band in bands:
        if band.alpha is None:
            yield band
            continue
        mask, color = band.alpha == 0, band.color
        if above is None and mask.all():
            # A view of one row takes no memory.
            black = np.broadcast_to(np.zeros_like(color[:1]), color.shape)
            waiting.append(
                replace(band, color=black, alpha=np.broadcast_to(band.alpha[:1], mask.shape))
            )
            continue
        if above is not None and mask.any():
            mask = np.concatenate([np.zeros_like(mask[:1]), mask])
            color = fill_masked(np.concatenate([above, color]), mask)[1:]
        elif mask.any():
            color = fill_masked(color, mask)
        for rows in waiting:
            first = np.repeat(color[:1], len(rows.color), axis=0)
            yield replace(rows, color=first, alpha=np.array(rows.alpha))
        waiting.clear()
        above = color[-1:]
        yield replace(band, color=color)
    for rows in waiting:
        yield replace(rows, color=np.array(rows.color), alpha=np.array(rows.alpha))


def without_hidden_colors(image: RasterImage) -> RasterImage:
    """Return an image whose fully transparent pixels have the colours of their neighbours.

    The colours that a file stores in transparent pixels are arbitrary. Where pixels influence their
    neighbours, they must not count.

    Args:
        image: with or without alpha.

    Returns:
        The same image if no pixel is fully transparent.

    Example:
        >>> image = RasterImage(np.array([[7, 200]], np.uint8), np.array([[255, 0]], np.uint8))
        >>> without_hidden_colors(image).color.tolist()
        [[7, 7]]
    """
    if image.alpha is None or image.alpha.all():
        return image
    height, width = image.alpha.shape
    step = band_height(width)
    bands = (cut(image, top, min(height, top + step)) for top in range(0, height, step))
    return replace(image, color=joined(list(filled_bands(bands))).color)
