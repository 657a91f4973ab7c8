"""The loop of `dither.candidates` for large images, compiled."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def pick(
    image: np.ndarray,
    table: np.ndarray,
    picks: np.ndarray,
    between: np.ndarray,
    node: np.ndarray,
    rest: np.ndarray,
    top: int,
    out: np.ndarray,
) -> None:
    """As `dither.candidates._pick`, pixel by pixel."""
    rows, width = out.shape
    height, across = picks.shape
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
                r = np.uint32(node[red]) + np.uint32(rest[red] > limit)
                g = np.uint32(node[green]) + np.uint32(rest[green] > limit)
                b = np.uint32(node[blue]) + np.uint32(rest[blue] > limit)
                place = ((r * side + g) * side + b) * count + np.uint32(cells[column])
                out[y, x] = flat[place]
                x += 1
