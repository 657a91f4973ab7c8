"""The loops of `dither.ordered.palette` for large images, compiled."""

import numpy as np
from numba import njit

from dither.ordered.exact_colors import ExactColors

Arrays = tuple[np.ndarray, ...]


@njit(cache=True, nogil=True)
def pick_of_many(
    image: np.ndarray,
    tables: Arrays,
    picks: np.ndarray,
    between: np.ndarray,
    grid: Arrays,
    exact: ExactColors,
    top: int,
    out: np.ndarray,
) -> None:
    """As `dither.ordered.palette._pick_of_many`, pixel by pixel."""
    rows, width = out.shape
    height, across = picks.shape
    (table,) = tables
    node, rest = grid
    keys, indices, factor, shift = exact
    # In whole numbers without a sign, so that no index is looked at twice.
    side = np.uint32(table.shape[1])
    count = np.uint32(table.shape[3])
    flat = table.ravel()
    for y in range(rows):
        cells, limits = picks[(top + y) % height], between[(top + y) % height]
        x = 0
        while x < width:
            for column in range(min(across, width - x)):
                limit = limits[column]
                red, green, blue = image[y, x, 0], image[y, x, 1], image[y, x, 2]
                r, g, b = np.uint32(node[red]), np.uint32(node[green]), np.uint32(node[blue])
                code = np.uint32(np.uint32(red) << 16 | np.uint32(green) << 8 | np.uint32(blue))
                hashed = np.uint32(code * factor) >> shift
                r += np.uint32(rest[red] > limit)
                g += np.uint32(rest[green] > limit)
                b += np.uint32(rest[blue] > limit)
                place = ((r * side + g) * side + b) * count + np.uint32(cells[column])
                out[y, x] = indices[hashed] if keys[hashed] == code else flat[place]
                x += 1


@njit(cache=True, nogil=True)
def pick_of_two(
    image: np.ndarray,
    tables: Arrays,
    picks: np.ndarray,
    between: np.ndarray,
    grid: Arrays,
    exact: ExactColors,
    top: int,
    out: np.ndarray,
) -> None:
    """As `dither.ordered.palette._pick_of_two`, pixel by pixel."""
    rows, width = out.shape
    height, across = picks.shape
    pairs, shares = tables
    node, rest = grid
    keys, indices, factor, shift = exact
    side, two = np.uint32(shares.shape[1]), np.uint32(2)
    flat, flat_shares = pairs.ravel(), shares.ravel()
    for y in range(rows):
        cells, limits = picks[(top + y) % height], between[(top + y) % height]
        x = 0
        while x < width:
            for column in range(min(across, width - x)):
                limit = limits[column]
                red, green, blue = image[y, x, 0], image[y, x, 1], image[y, x, 2]
                r, g, b = np.uint32(node[red]), np.uint32(node[green]), np.uint32(node[blue])
                code = np.uint32(np.uint32(red) << 16 | np.uint32(green) << 8 | np.uint32(blue))
                hashed = np.uint32(code * factor) >> shift
                r += np.uint32(rest[red] > limit)
                g += np.uint32(rest[green] > limit)
                b += np.uint32(rest[blue] > limit)
                place = (r * side + g) * side + b
                lighter = np.uint32(flat_shares[place] > cells[column])
                out[y, x] = indices[hashed] if keys[hashed] == code else flat[place * two + lighter]
                x += 1
