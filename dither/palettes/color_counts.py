"""Count the colours of a picture, and gather them in small cells of sRGB codes.

Palettes are extracted from counts instead of pixels: a photo of 12 megapixels has some 100,000 distinct
colours, in some thousand cells.
"""

from dataclasses import dataclass

import numpy as np

from dither.color import linear_to_oklab, packed_codes, srgb_to_linear

# A table with a counter for each of the 2^24 colours (64 MiB) is faster than sorting from here on.
_TABLE_PIXELS = 1 << 21
# Pixels counted at a time; their codes stay in cache.
_BLOCK_PIXELS = 1 << 16


@dataclass(frozen=True, eq=False)
class ColorCells:
    """Cells of similar colours, ordered by red, then green, then blue, without empty ones.

    Attributes:
        oklab: (N, 3) float64 OKLab of the mean sRGB code of each cell.
        weights: (N,) float64: pixels in each cell, at least 1.
    """

    oklab: np.ndarray
    weights: np.ndarray

    def __len__(self) -> int:
        return len(self.weights)


def color_counts(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct colours of pixels and how many pixels have each.

    Args:
        pixels: (N, 3) uint8 sRGB codes.

    Returns:
        (M,) int32 colours as 0xRRGGBB in ascending order, and (M,) int64 counts.

    Example:
        >>> codes, counts = color_counts(np.array([[9, 0, 1], [0, 0, 5], [9, 0, 1]], np.uint8))
        >>> [hex(code) for code in codes], counts.tolist()
        (['0x5', '0x90001'], [1, 2])
    """
    if len(pixels) < _TABLE_PIXELS:
        codes, counts = np.unique(packed_codes(pixels), return_counts=True)
        return codes, counts.astype(np.int64)
    flat = np.ascontiguousarray(pixels).reshape(-1)
    table = np.zeros(1 << 24, np.uint32)
    # Each pixel is read as 4 bytes, of which the last belongs to the next pixel and is shifted out.
    for start in range(0, len(pixels) - 1, _BLOCK_PIXELS):
        count = min(_BLOCK_PIXELS, len(pixels) - 1 - start)
        block = np.ndarray((count,), ">u4", flat.data, 3 * start, (3,)) >> np.uint32(8)
        np.add.at(table, block.astype(np.intp), np.uint32(1))
    table[packed_codes(flat[-3:])] += 1
    codes = np.flatnonzero(table != 0)  # 5 times as fast as from the counters
    return codes.astype(np.int32), table[codes].astype(np.int64)


def color_cells(codes: np.ndarray, counts: np.ndarray, bits: int) -> ColorCells:
    """Gather colours in cubic cells of sRGB codes.

    Args:
        codes: (M,) integers 0xRRGGBB, distinct and ascending, such as `color_counts` returns.
        counts: (M,) pixels of each colour.
        bits: cells per channel are 2^bits, 1 to 8; with 8, each colour is a cell.

    Example:
        >>> cells = color_cells(np.array([0x000000, 0x010101, 0xFFFFFF]), np.array([1, 1, 2]), 5)
        >>> cells.weights.tolist(), cells.oklab[:, 0].round(2).tolist()
        ([2.0, 2.0], [0.05, 1.0])
    """
    channels = [codes >> shift & 255 for shift in (16, 8, 0)]
    if bits == 8:
        means, weights = np.stack(channels, axis=1), counts.astype(np.float64)
    else:
        red, green, blue = (channel >> 8 - bits for channel in channels)
        keys = (red << bits | green) << bits | blue
        # Cells are numbered in the order of their keys, without sorting.
        cell_of = np.zeros(1 << 3 * bits, np.int32)
        cell_of[keys] = 1
        found = np.flatnonzero(cell_of)
        cell_of[found] = np.arange(len(found), dtype=np.int32)
        cells = cell_of[keys]
        weights = np.bincount(cells, counts)
        sums = [np.bincount(cells, counts * channel) for channel in channels]
        means = np.stack(sums, axis=1) / weights[:, None]
    return ColorCells(linear_to_oklab(srgb_to_linear(means / 255)), weights)


def coarse_cells(codes: np.ndarray, counts: np.ndarray, least: int) -> ColorCells:
    """Gather colours in the largest cells, of 8 codes per side or less, that are at least `least`.

    Args:
        codes: as in `color_cells`.
        counts: as in `color_cells`.
        least: number of cells wanted; colours that are fewer are cells of their own.

    Example:
        >>> len(coarse_cells(np.arange(300), np.ones(300), 50))
        64
    """
    if len(codes) <= least:
        return color_cells(codes, counts, 8)
    for bits in (5, 6, 7):
        cells = color_cells(codes, counts, bits)
        if len(cells) >= least:
            return cells
    return color_cells(codes, counts, 8)
