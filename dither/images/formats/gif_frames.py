"""Find the rectangle that each frame of a GIF draws; its unchanged pixels may be transparent.

Source: CompuServe, "Graphics Interchange Format, version 89a" (1990), section 23: disposal.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class DrawnFrame:
    """A frame as it is stored.

    Attributes:
        top: first row of the rectangle.
        left: its first column.
        pixels: (h, w) uint8 indices.
        free: (h, w) bool, True for pixels that may be stored as transparent instead.
        clears: whether the rectangle becomes transparent before the next frame.
    """

    top: int
    left: int
    pixels: np.ndarray
    free: np.ndarray
    clears: bool = False


def drawn_frames(frames: Sequence[np.ndarray], transparent: int | None) -> Iterator[DrawnFrame]:
    """Yield what each frame draws over those before it.

    Args:
        frames: (H, W) uint8 indices.
        transparent: index of pixels that are transparent when shown, or None if all are opaque.

    Example:
        >>> still, moved = np.zeros((9, 9), np.uint8), np.zeros((9, 9), np.uint8)
        >>> moved[2, 3:5] = 1
        >>> first, second = drawn_frames([still, moved], None)
        >>> second.top, second.left, second.pixels.shape
        (2, 3, (1, 2))
    """
    height, width = frames[0].shape
    # Rectangles as top, left, bottom and right. The first frame draws all.
    area, before, shown = (0, 0, height, width), None, frames[0]
    for following in frames[1:]:
        vanished = np.zeros_like(shown, bool)
        if transparent is not None:
            vanished = (shown != transparent) & (following == transparent)
        if vanished.any():
            area = _around(area, _box(vanished))
        yield _drawn(shown, before, area, bool(vanished.any()))
        before = shown
        if vanished.any():
            before = shown.copy()
            before[area[0] : area[2], area[1] : area[3]] = transparent
        area, shown = _box(before != following), following
    yield _drawn(shown, before, area, False)


def _drawn(
    shown: np.ndarray,
    before: np.ndarray | None,
    area: tuple[int, int, int, int],
    clears: bool,
) -> DrawnFrame:
    rows, columns = slice(area[0], area[2]), slice(area[1], area[3])
    pixels = shown[rows, columns]
    free = np.zeros(pixels.shape, bool)
    if before is not None:
        free = before[rows, columns] == pixels
    return DrawnFrame(area[0], area[1], pixels, free, clears)


def _box(changed: np.ndarray) -> tuple[int, int, int, int]:
    """Return the smallest rectangle around pixels; the first pixel if there are none."""
    rows, columns = (np.flatnonzero(changed.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return 0, 0, 1, 1
    return int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1


def _around(
    one: tuple[int, int, int, int], two: tuple[int, int, int, int]
) -> tuple[int, int, int, int]:
    return min(one[0], two[0]), min(one[1], two[1]), max(one[2], two[2]), max(one[3], two[3])
