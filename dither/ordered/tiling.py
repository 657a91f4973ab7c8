"""Visit an image and the tiled matrix together, in tiles that stay in a processor's cache.

A few rows of the matrix are repeated to the width of the image once; then they meet all image rows that
they face. No temporary array is as large as the image.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

# Bytes of the repeated matrix rows that are reused; about half a core's second-level cache.
_TILE_BYTES = 1 << 19
# Largest number of samples in a row of a tile, and smallest number in a tile if the image has as many.
_MAX_ROW_SAMPLES, _MIN_TILE_SAMPLES = 1 << 16, 1 << 14
_MIN_ROWS = 64
# Pixels of the blocks of `block_rows`.
_BLOCK_PIXELS = 1 << 17

# Called with the samples of a tile, the values of the matrix cells that they face, the output, and
# scratch bytes of the tile's shape.
TileWork = Callable[[np.ndarray, Sequence[np.ndarray], np.ndarray, np.ndarray], None]


def for_each_tile(
    image: np.ndarray,
    cells: Sequence[np.ndarray],
    out: np.ndarray,
    work: TileWork,
    *,
    threads: int = 1,
    samples_per_element: int = 1,
) -> None:
    """Call `work` once for every tile of the image.

    Args:
        image: (H, W) or (H, W, C).
        cells: arrays (h, w, 1) or (h, w, C) of one value for each cell; they tile the image from its
            first pixel.
        out: the image's shape, or (H, ceil(W / samples_per_element)); written.
        work: gets 2-D arrays, with the channels of a pixel side by side.
        threads: number of tiles worked on at once; the result does not depend on it.
        samples_per_element: 1, 2, 4 or 8 samples of a row of (H, W) that share an element of `out`.
    """
    if image.size == 0:
        return
    height, width = image.shape[:2]
    channels = image.size // (height * width)
    cell_rows, cell_columns = cells[0].shape[:2]
    across = 8 * cell_columns * max(1, _MAX_ROW_SAMPLES // (8 * channels * cell_columns))
    samples = min(across, width) * channels
    # The few rows of a small matrix are repeated, so that a tile is worth its call.
    repeats = -(-max(_MIN_ROWS, _MIN_TILE_SAMPLES // samples) // cell_rows)
    period = repeats * cell_rows
    row_bytes = samples * sum(values.itemsize for values in cells)
    rows = min(period, max(1, _TILE_BYTES // row_bytes), max(1, -(-period // threads)))
    full_rows = across >= width and image.flags.c_contiguous and out.flags.c_contiguous
    if full_rows:
        image, out = image.reshape(height, -1), out.reshape(height, -1)

    def visit(corner: tuple[int, int]) -> None:
        """Visit the tiles that face the same rows of the matrix, one below the other."""
        left, top = corner
        columns = min(across, width - left)
        cell_row = np.arange(top, min(top + rows, period, height)) % cell_rows
        facing = [_repeated(values[cell_row], columns, channels) for values in cells]
        scratch = np.empty((len(cell_row), columns * channels), np.uint8)
        for y in range(top, height, period):
            count = min(len(cell_row), height - y)
            met = facing if count == len(cell_row) else [values[:count] for values in facing]
            if full_rows:
                work(image[y : y + count], met, out[y : y + count], scratch[:count])
                continue
            tile = image[y : y + count, left : left + columns]
            elements = slice(
                left // samples_per_element, -(-(left + columns) // samples_per_element)
            )
            target = out[y : y + count, elements]
            flat = target.reshape(count, -1)
            work(tile.reshape(count, -1), met, flat, scratch[:count])
            if not np.may_share_memory(flat, target):  # reshape made a copy
                target[...] = flat.reshape(target.shape)

    corners = [(x, y) for x in range(0, width, across) for y in range(0, min(period, height), rows)]
    if threads == 1:
        for corner in corners:
            visit(corner)
        return
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(visit, corners):
            pass  # an error in a thread is raised here


def _repeated(values: np.ndarray, columns: int, channels: int) -> np.ndarray:
    """Return (rows, columns * channels): the cells repeated to the width, channels side by side."""
    rows, width, own = values.shape
    times = -(-columns // width)
    wide = np.empty((rows, times, width, channels // own, own), values.dtype)
    wide[...] = values[:, None, :, None, :]
    # numpy compares rows without gaps between them in one loop.
    return np.ascontiguousarray(wide.reshape(rows, -1)[:, : columns * channels])


def at_phase(planes: np.ndarray, phase: tuple[int, int, int]) -> np.ndarray:
    """Return one frame, rolled so that its first cell faces the image's first pixel.

    Args:
        planes: (T, h, w, ...).
        phase: frame, row and column at that pixel; they wrap around.

    Example:
        >>> at_phase(np.array([[[1, 2, 3]], [[4, 5, 6]]]), (1, 0, 2)).tolist()
        [[6, 4, 5]]
    """
    frame, row, column = phase
    return np.roll(planes[frame % len(planes)], (-row, -column), (0, 1))


def block_rows(height: int, width: int) -> Iterator[slice]:
    """Yield slices of rows that are worth a call and small enough to stay in cache.

    Example:
        >>> [(rows.start, rows.stop) for rows in block_rows(300, 1000)]
        [(0, 131), (131, 262), (262, 300)]
    """
    rows = max(1, _BLOCK_PIXELS // max(1, width))
    for start in range(0, height, rows):
        yield slice(start, min(height, start + rows))
