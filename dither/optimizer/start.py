"""Start a search in bands of rows: of a large target, only some rows are in memory at a time."""

import ctypes
import sys
from collections.abc import Callable

import numpy as np

from dither.optimizer import search
from dither.optimizer.config import SearchConfig
from dither.optimizer.learned_palette import diffuse_target_rows, target_diffusion
from dither.optimizer.mapped_picture import MappedPicture
from dither.optimizer.search_image import SearchImage

# Error diffusion takes a multiple of this number of rows; the search reads fewer rows around a band.
_ROWS = 64


class RowWindow:
    """Rows of an image that are made once, in order, and kept until they are dropped.

    Example:
        >>> window = RowWindow(lambda rows: np.arange(rows.start, rows.stop))
        >>> window(slice(0, 3)).tolist()
        [0, 1, 2]
        >>> window.drop_before(2)
        >>> window(slice(2, 6)).tolist()
        [2, 3, 4, 5]
    """

    def __init__(self, make: Callable[[slice], np.ndarray]) -> None:
        self._make = make
        self._first = 0
        self._rows: np.ndarray | None = None

    def __call__(self, rows: slice) -> np.ndarray:
        """Return rows.

        Raises:
            ValueError: some of them were dropped.
        """
        if rows.start < self._first:
            raise ValueError(f"row {rows.start} was dropped; the first row kept is {self._first}")
        made = 0 if self._rows is None else self._first + len(self._rows)
        if rows.stop > made:
            new = self._make(slice(made, rows.stop))
            self._rows = new if self._rows is None else np.concatenate([self._rows, new])
        assert self._rows is not None
        return self._rows[rows.start - self._first : rows.stop - self._first]

    def drop_before(self, row: int) -> None:
        """Free the rows before a row."""
        if self._rows is not None and row > self._first:
            self._rows = self._rows[row - self._first :].copy()
            self._first = row


def start_search(
    mapped: MappedPicture,
    palette: np.ndarray,
    config: SearchConfig,
    *,
    indices: np.ndarray | None = None,
    mask: np.ndarray | None = None,
) -> search.SearchState:
    """Return the state in which the search of an image starts.

    Args:
        mapped: the image.
        palette: (K, 3) linear light.
        config: options of the search.
        indices: (H, W) uint8 to start from; error diffusion of the target if None.
        mask: (H, W) bool, True for pixels to ignore.
    """
    height = len(mapped.codes)
    window = RowWindow(mapped.target_rows)
    image = mapped._replace(target_rows=window)
    diffuse, diffused = target_diffusion(palette), 0
    if indices is None:
        start = np.empty(mapped.codes.shape[:2], np.uint8)
    else:
        start, diffused = mapped.keep_exact(indices), height

    def prepared(rows: slice) -> SearchImage:
        nonlocal diffused
        if rows.stop > diffused:
            more = slice(diffused, min(height, -(-rows.stop // _ROWS) * _ROWS))
            start[more] = mapped.keep_exact(diffuse(window(more)), more)
            diffused = more.stop
        part = image.prepare_rows(rows, mask)
        # The next band begins before the end of this one.
        window.drop_before(rows.stop - _ROWS)
        return part

    return search.init(start, palette, prepared, config)


def diffuse_rows(mapped: MappedPicture, palette: np.ndarray) -> np.ndarray:
    """Return (H, W) uint8: error diffusion of the target of an image.

    Args:
        mapped: the image.
        palette: (K, 3) linear light.
    """
    return diffuse_target_rows(mapped.target_rows, mapped.codes.shape[:2], palette)


def return_freed_memory() -> None:
    """Give freed memory back to the system, where the C library keeps it (glibc).

    After a palette has been learned, this is 150 MB.
    """
    if sys.platform == "linux":
        # The C library of Alpine has no such function.
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
