"""Ordered dithering: any image to a few levels by comparing it with a tiled threshold matrix.

Integers stay integers. A value v of 0..V at q + 1 levels sits at the position v q / V; the cell's
threshold decides whether it is rounded down or up:

    level = floor((v q + D) / V),   D = V - 1 - floor((2 rank + 1) V / 2N)

so that of the N cells exactly round(N f) are raised for a value with the fraction f between two
levels, and black and white stay free of dots.
"""

from collections.abc import Callable, Iterator

import numpy as np

from dither.color import srgb_to_linear
from dither.matrix import DEFAULT_MATRIX, ThresholdMatrix, load_matrix
from dither.samples import (
    Light,
    check_levels,
    check_light,
    checked_image,
    level_count,
    level_values,
    native,
    white_of,
)

# Rows worked on at once, so that a block stays in cache, and cells of the widened matrix at most.
_BLOCK_ROWS = 64
_TILED_CELLS = 1 << 20


def ordered_dither(
    image: np.ndarray,
    matrix: ThresholdMatrix | str | None = None,
    *,
    levels: int,
    light: Light = "encoded",
) -> np.ndarray:
    """The level of every sample, 0..levels-1, after ordered dithering.

    Args:
        image: (H, W) or (H, W, C); uint8, uint16, bool, or float32/float64 in 0..1. Every channel is
            dithered, with the same matrix.
        matrix: a matrix, or the name or .npy file of one; the shipped 64x64 if not given.
        levels: 2 to 65,536, spread evenly from black to white as sRGB codes.
        light: which mean of neighbouring levels is kept: that of the codes ("encoded"), or that of
            the light they emit ("linear", right for what is seen from far; sRGB is assumed).

    Returns:
        Same shape, uint8 up to 256 levels, else uint16.

    Raises:
        InputError: the image, the matrix or a number is out of range.

    Example:
        >>> image = np.full((64, 64), 128, np.uint8)
        >>> float(ordered_dither(image, levels=2).mean().round(3))
        0.502
    """
    check_levels(levels)
    check_light(light)
    image = checked_image(native(image))
    if not isinstance(matrix, ThresholdMatrix):
        matrix = load_matrix(DEFAULT_MATRIX if matrix is None else matrix)
    if image.dtype == np.uint8 and levels > 256:
        # 257 v is the same grey in 16 bits: there are no more than 255 steps in 8.
        image = image * np.uint16(257)
    channels = 1 if image.ndim == 2 else image.shape[2]
    codes = np.empty(image.shape, np.uint8 if levels <= 256 else np.uint16)
    cells, round_block = _rounding(image.dtype, matrix, levels, light)
    columns = _block_columns(matrix.shape)
    # Extended to the width once, each row of cells meets each block of the image without indexing.
    width = min(columns, image.shape[1])
    cells = np.tile(cells, (1, -(-width // matrix.shape[1])))[:, :width]
    cells = np.repeat(cells, channels, axis=1)
    for rows in _row_blocks(len(image), len(cells)):
        facing = cells[rows.start % len(cells) :][: rows.stop - rows.start]
        for x in range(0, image.shape[1], columns):
            block = image[rows, x : x + columns].reshape(len(facing), -1)
            codes[rows, x : x + columns].reshape(len(facing), -1)[...] = round_block(
                block, facing[:, : block.shape[1]]
            )
    return codes


def requantize(
    image: np.ndarray,
    matrix: ThresholdMatrix | str | None = None,
    *,
    bits: int | None = None,
    levels: int | None = None,
    light: Light = "encoded",
) -> np.ndarray:
    """The image at fewer levels, in its own dtype and full range: what one saves and looks at.

    Args:
        image: (H, W) or (H, W, C); uint8, uint16, bool, or float32/float64 in 0..1. Of 2 or 4
            channels the last is alpha and is copied untouched.
        matrix: a matrix, or the name or .npy file of one; the shipped 64x64 if not given.
        bits: 1 to 16 bits a channel, that is 2**bits levels; give this or `levels`.
        levels: 2 to 65,536 levels a channel.
        light: as in `ordered_dither`.

    Returns:
        Same shape; the dtype of the image, but uint16 for uint8 images at more than 256 levels, and
        uint8 for bool. Level i of q + 1 is the code round(i V / q), as a float i / q.

    Raises:
        InputError: the image, the matrix or a number is out of range.

    Example:
        >>> image = np.full((64, 64), 128, np.uint8)
        >>> np.unique(requantize(image, bits=1)).tolist()
        [0, 255]
    """
    levels = level_count(bits, levels)
    image = native(image)
    if image.ndim == 3 and image.shape[2] in (2, 4):
        color = requantize(image[..., :-1], matrix, levels=levels, light=light)
        alpha = image[..., -1:]
        if color.dtype != alpha.dtype:
            alpha = alpha.astype(color.dtype) * color.dtype.type(white_of(color) // white_of(alpha))
        return np.concatenate([color, alpha], axis=2)
    codes = ordered_dither(image, matrix, levels=levels, light=light)
    if np.issubdtype(image.dtype, np.floating):
        return codes.astype(image.dtype) / image.dtype.type(levels - 1)
    sixteen_bit = image.dtype == np.uint16 or levels > 256
    values = level_values(levels, np.dtype(np.uint16 if sixteen_bit else np.uint8))
    return values[codes]


def _rounding(
    dtype: np.dtype, matrix: ThresholdMatrix, levels: int, light: Light
) -> tuple[np.ndarray, Callable[[np.ndarray, np.ndarray], np.ndarray]]:
    """What stands in each cell of the matrix, and how a block of samples is rounded with it."""
    steps = levels - 1
    if np.issubdtype(dtype, np.floating):
        cells = 1 - (matrix.ranks + 0.5) / matrix.ranks.size
        codes = np.arange(levels) / steps
        emitted = srgb_to_linear(codes)

        def round_float(block: np.ndarray, cells: np.ndarray) -> np.ndarray:
            value = np.clip(block.astype(np.float64), 0, 1)
            if light == "linear":
                position = np.interp(srgb_to_linear(value), emitted, np.arange(levels))
            else:
                position = value * steps
            return np.minimum(np.floor(position + cells), steps)

        return cells, round_float
    white = int(np.iinfo(dtype).max)
    if light == "linear":
        positions = _linear_positions(levels, dtype)
        cells = _integer_thresholds(matrix, 65535)
        return 65534 - cells, lambda block, cells: _divided_by_65535(positions[block] + cells)
    thresholds = _integer_thresholds(matrix, white)
    if levels == 2:
        return thresholds.astype(dtype), np.greater
    cells = (white - 1 - thresholds).astype(np.uint16 if white == 255 else np.uint32)
    scale = cells.dtype.type(steps)
    divided = _divided_by_255 if white == 255 else _divided_by_65535
    return cells, lambda block, cells: divided(np.multiply(block, scale, dtype=cells.dtype) + cells)


def _integer_thresholds(matrix: ThresholdMatrix, white: int) -> np.ndarray:
    """floor((2 rank + 1) V / 2N): a value is raised where it exceeds this."""
    ranks = matrix.ranks.astype(np.uint64)
    return ((2 * ranks + 1) * white // (2 * ranks.size)).astype(np.uint32)


def _linear_positions(levels: int, dtype: np.dtype) -> np.ndarray:
    """For each code its position among the levels by emitted light, in units of 1/65535 of a step."""
    white = np.iinfo(dtype).max
    emitted = srgb_to_linear(np.arange(white + 1) / white)
    position = np.interp(emitted, emitted[level_values(levels, dtype)], np.arange(levels))
    return np.rint(position * 65535).astype(np.uint32)


def _divided_by_255(sums: np.ndarray) -> np.ndarray:
    """floor(x / 255), exact for x up to 65,534, without a division."""
    return (sums + 1 + (sums >> 8)) >> 8


def _divided_by_65535(sums: np.ndarray) -> np.ndarray:
    """floor(x / 65535), exact for x up to 65535^2 + 65534, without a division."""
    return (sums + 1 + (sums >> 16)) >> 16


def _block_columns(shape: tuple[int, int]) -> int:
    """How many columns of the image are worked on at once: whole matrices, few enough to stay small."""
    return shape[1] * max(1, _TILED_CELLS // (shape[0] * shape[1]))


def _row_blocks(image_rows: int, matrix_rows: int) -> Iterator[slice]:
    """Slices of at most `_BLOCK_ROWS` rows that do not run over the matrix's last row."""
    y = 0
    while y < image_rows:
        stop = min(y + _BLOCK_ROWS, y - y % matrix_rows + matrix_rows, image_rows)
        yield slice(y, stop)
        y = stop
