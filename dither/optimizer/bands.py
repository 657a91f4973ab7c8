"""Bands of rows, and the rows around them that a blur reads: large images are worked on in parts."""

from collections.abc import Iterator
from typing import NamedTuple

# Rows of a band: a multiple of these, which the sides of the search's tiles and the rows that error
# diffusion takes at a time divide, with about so many pixels.
_ROWS, _PIXELS = 64, 1 << 18


class Band(NamedTuple):
    """A band of rows.

    Attributes:
        rows: of the image, that are made.
        wide: of the image, that are read.
        inner: `rows` within `wide`.
    """

    rows: slice
    wide: slice
    inner: slice


def widened(rows: slice, height: int, reach: int) -> Band:
    """Return a band whose rows are made from up to `reach` more rows above and below.

    Where `wide` ends before the image does, a blur sees its mirrors there, in rows that are not made.

    Args:
        rows: of the image.
        height: number of rows of the image.
        reach: number of rows on each side.

    Example:
        >>> widened(slice(2, 5), 9, 3)
        Band(rows=slice(2, 5, None), wide=slice(0, 8, None), inner=slice(2, 5, None))
    """
    start, stop = max(0, rows.start - reach), min(height, rows.stop + reach)
    return Band(rows, slice(start, stop), slice(rows.start - start, rows.stop - start))


def bands(shape: tuple[int, ...], reach: int = 0) -> Iterator[Band]:
    """Yield the bands of an image from top to bottom.

    Args:
        shape: of the image, height and width first.
        reach: as in `widened`.

    Example:
        >>> [(band.wide.start, band.wide.stop) for band in bands((300, 8000, 3), 7)]
        [(0, 71), (57, 135), (121, 199), (185, 263), (249, 300)]
    """
    height, width = shape[:2]
    rows = _ROWS * max(1, _PIXELS // (_ROWS * width))
    for top in range(0, height, rows):
        yield widened(slice(top, min(top + rows, height)), height, reach)
