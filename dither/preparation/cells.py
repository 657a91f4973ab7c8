"""Square cells of an image: statistics for each, over windows of neighbours, and connected regions."""

from collections.abc import Callable

import numpy as np

Combine = Callable[..., np.ndarray]


def split_cells(samples: np.ndarray, size: int) -> np.ndarray:
    """Group the pixels of each cell; an image whose sides are no multiples is extended at its edges.

    Args:
        samples: (H, W).
        size: side of a cell, in pixels.

    Returns:
        (rows, columns, size * size).

    Example:
        >>> split_cells(np.array([[1, 2, 3, 4], [5, 6, 7, 8]]), 2).tolist()
        [[[1, 2, 5, 6], [3, 4, 7, 8]]]
    """
    height, width = samples.shape
    extra = -height % size, -width % size
    if any(extra):
        samples = np.pad(samples, [(0, each) for each in extra], mode="edge")
    rows, columns = (side // size for side in samples.shape)
    blocks = samples.reshape(rows, size, columns, size).swapaxes(1, 2)
    return blocks.reshape(rows, columns, size * size)


def join_cells(values: np.ndarray, size: int, shape: tuple[int, int]) -> np.ndarray:
    """Return an image in which all pixels of a cell have the cell's value.

    Args:
        values: (rows, columns, ...).
        size: side of a cell, in pixels.
        shape: height and width of the image.

    Example:
        >>> join_cells(np.array([[1, 2]]), 2, (2, 3)).tolist()
        [[1, 1, 2], [1, 1, 2]]
    """
    height, width = shape
    rows, columns = np.arange(height) // size, np.arange(width) // size
    return values[rows][:, columns]


def window(values: np.ndarray, radius: int, combine: Combine) -> np.ndarray:
    """Combine each value with all in a square around it; edges are extended.

    Args:
        values: (H, W, ...).
        radius: the square has 2 radius + 1 values a side.
        combine: a ufunc, such as `np.maximum`.

    Returns:
        An array of the same shape and dtype.

    Example:
        >>> window(np.array([[0, 5, 1, 0]]), 1, np.maximum).tolist()
        [[5, 5, 5, 1]]
    """
    for axis in (0, 1):
        widths = [(radius, radius) if each == axis else (0, 0) for each in range(values.ndim)]
        padded = np.moveaxis(np.pad(values, widths, mode="edge"), axis, 0)
        count = values.shape[axis]
        out = padded[:count].copy()
        for offset in range(1, 2 * radius + 1):
            combine(out, padded[offset : offset + count], out=out)
        values = np.moveaxis(out, 0, axis)
    return values


def window_mean(values: np.ndarray, radius: int) -> np.ndarray:
    """Return the mean of each square of values, as float64; edges are extended.

    Example:
        >>> window_mean(np.array([[0, 3, 6]]), 1).tolist()
        [[1.0, 3.0, 5.0]]
    """
    return window(np.asarray(values, np.float64), radius, np.add) / (2 * radius + 1) ** 2


def connected_regions(right: np.ndarray, down: np.ndarray) -> np.ndarray:
    """Find the regions of connected cells.

    The smallest number of two connected cells spreads to both until nothing changes, with shortcuts.
    Source: Y. Shiloach, U. Vishkin, "An O(log n) parallel connectivity algorithm" (1982).

    Args:
        right: (rows, columns - 1) bool, True where a cell is connected with the next in its row.
        down: (rows - 1, columns) bool, True where it is connected with the one below.

    Returns:
        (rows, columns) int64 numbers of regions, from 0 on, in the order of their first cells.

    Example:
        >>> right = np.array([[True, False], [False, False]])
        >>> connected_regions(right, np.array([[False, False, True]])).tolist()
        [[0, 0, 1], [2, 3, 1]]
    """
    rows, columns = right.shape[0], down.shape[1]
    cells = np.arange(rows * columns).reshape(rows, columns)
    first = np.concatenate([cells[:, :-1][right], cells[:-1][down]])
    second = np.concatenate([cells[:, 1:][right], cells[1:][down]])
    parent = cells.ravel().copy()
    while len(first):
        low = np.minimum(parent[first], parent[second])
        high = np.maximum(parent[first], parent[second])
        apart = low != high
        if not apart.any():
            break
        first, second = first[apart], second[apart]
        np.minimum.at(parent, high[apart], low[apart])
        while (shorter := parent[parent]).tobytes() != parent.tobytes():
            parent = shorter
    return np.unique(parent, return_inverse=True)[1].reshape(rows, columns)


def regions_of(cells: np.ndarray) -> np.ndarray:
    """Find the regions of neighbouring cells of equal value; see `connected_regions`.

    Example:
        >>> regions_of(np.array([[True, False, True]])).tolist()
        [[0, 1, 2]]
    """
    return connected_regions(cells[:, 1:] == cells[:, :-1], cells[1:] == cells[:-1])
