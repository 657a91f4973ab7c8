"""Compiled loops of ordered dithering to a palette, for large images."""

import numpy as np

from dither.native.loop import compiled
from dither.ordered.palette_plan import PalettePlan


@compiled
def _node(
    nodes: np.ndarray, rests: np.ndarray, color: np.ndarray, limit: int, side: np.uint32
) -> np.uint32:
    """Return the flat index of the grid node that a colour takes in a cell."""
    node = np.uint32(0)
    for channel in range(3):
        code = color[channel]
        # Unsigned, so that numba adds no code for negative indices.
        node = node * side + np.uint32(nodes[code]) + np.uint32(rests[code] > limit)
    return node


def pick_of_many(image: np.ndarray, plan: PalettePlan, top: int, out: np.ndarray) -> None:
    """Pick one of N candidates for each pixel; see `dither.ordered.palette._pick_of_many`."""
    (table,) = plan.tables
    sizes = np.uint32(table.shape[1]), np.uint32(table.shape[3])
    write_of_many(image, plan, table.ravel(), sizes, top, out)


@compiled
def write_of_many(
    image: np.ndarray,
    plan: PalettePlan,
    flat: np.ndarray,
    sizes: tuple[np.uint32, np.uint32],
    top: int,
    out: np.ndarray,
) -> None:
    """Write what `pick_of_many` does; `flat` and `sizes` are the table's items and two of its sides."""
    rows, width = out.shape
    height, across = plan.picks.shape
    nodes, rests = plan.nodes, plan.rests
    keys, indices, factor, shift = plan.exact
    side, count = sizes
    for y in range(rows):
        cells = plan.picks[(top + y) % height]
        limits = plan.node_thresholds[(top + y) % height]
        x = 0
        while x < width:
            for column in range(min(across, width - x)):
                red, green, blue = image[y, x, 0], image[y, x, 1], image[y, x, 2]
                code = np.uint32(np.uint32(red) << 16 | np.uint32(green) << 8 | np.uint32(blue))
                slot = np.uint32(code * factor) >> shift
                node = _node(nodes, rests, image[y, x], limits[column], side)
                entry = flat[node * count + np.uint32(cells[column])]
                out[y, x] = indices[slot] if keys[slot] == code else entry
                x += 1


def pick_of_two(image: np.ndarray, plan: PalettePlan, top: int, out: np.ndarray) -> None:
    """Pick one colour of a pair for each pixel; see `dither.ordered.palette._pick_of_two`."""
    pairs, shares = plan.tables
    side = np.uint32(shares.shape[1])
    write_of_two(image, plan, pairs.ravel(), shares.ravel(), side, top, out)


@compiled
def write_of_two(
    image: np.ndarray,
    plan: PalettePlan,
    flat: np.ndarray,
    flat_shares: np.ndarray,
    side: np.uint32,
    top: int,
    out: np.ndarray,
) -> None:
    """Write what `pick_of_two` does; `flat_shares` has as many nodes along each axis as `side`."""
    rows, width = out.shape
    height, across = plan.picks.shape
    nodes, rests = plan.nodes, plan.rests
    keys, indices, factor, shift = plan.exact
    two = np.uint32(2)
    for y in range(rows):
        cells = plan.picks[(top + y) % height]
        limits = plan.node_thresholds[(top + y) % height]
        x = 0
        while x < width:
            for column in range(min(across, width - x)):
                red, green, blue = image[y, x, 0], image[y, x, 1], image[y, x, 2]
                code = np.uint32(np.uint32(red) << 16 | np.uint32(green) << 8 | np.uint32(blue))
                slot = np.uint32(code * factor) >> shift
                node = _node(nodes, rests, image[y, x], limits[column], side)
                lighter = np.uint32(flat_shares[node] > cells[column])
                out[y, x] = indices[slot] if keys[slot] == code else flat[node * two + lighter]
                x += 1
