"""Ordered dithering: any image to a few levels by comparing it with a tiled threshold matrix.

Integers stay integers. A value v of 0..V at q + 1 levels sits at the position v q / V; the cell's
threshold decides whether it is rounded down or up:

    level = floor((v q + D) / V),   D = V - 1 - floor((2 rank + 1) V / 2N)

so that of the N cells exactly round(N f) are raised for a value with the fraction f between two
levels, and black and white stay free of dots.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from dither.color import srgb_to_linear
from dither.errors import InputError
from dither.matrix import DEFAULT_MATRIX, ThresholdMatrix, load_channels

Light = Literal["encoded", "linear"]
# One matrix for every channel, one for each, or the name or .npy file of either.
Matrices = ThresholdMatrix | Sequence[ThresholdMatrix] | str | Path

# Rows worked on at once, so that a block stays in cache, and cells of the widened matrix at most.
_BLOCK_ROWS = 64
_TILED_CELLS = 1 << 20
_MOST_LEVELS = 1 << 16


def ordered_dither(
    image: np.ndarray,
    matrix: Matrices | None = None,
    *,
    levels: int,
    light: Light = "encoded",
    phase: tuple[int, int, int] = (0, 0, 0),
) -> np.ndarray:
    """The level of every sample, 0..levels-1, after ordered dithering.

    Args:
        image: (H, W) or (H, W, C); uint8, uint16, bool, or float32/float64 in 0..1. Every channel is
            dithered.
        matrix: a matrix for all channels, one for each of them, or the name or .npy file of either; the
            shipped 64x64 if not given.
        levels: 2 to 65,536, spread evenly from black to white as sRGB codes.
        light: which mean of neighbouring levels is kept: that of the codes ("encoded"), or that of
            the light they emit ("linear", right for what is seen from far; sRGB is assumed).
        phase: frame, row and column of the matrix at the image's first pixel, around the torus: frame
            numbers of an animation, or a tile's place in a larger image.

    Returns:
        Same shape, uint8 up to 256 levels, else uint16.

    Raises:
        InputError: the image, the matrix or a number is out of range.

    Example:
        >>> image = np.full((64, 64), 128, np.uint8)
        >>> float(ordered_dither(image, levels=2).mean().round(3))
        0.502
    """
    if not isinstance(levels, int | np.integer) or not 2 <= levels <= _MOST_LEVELS:
        raise InputError(f"levels is {levels}; it must be a whole number from 2 to {_MOST_LEVELS}")
    if light not in ("encoded", "linear"):
        raise InputError(f"light is {light!r}; it must be 'encoded' or 'linear'")
    image = _checked_image(_native(image))
    channels = 1 if image.ndim == 2 else image.shape[2]
    matrices = _checked_matrices(DEFAULT_MATRIX if matrix is None else matrix, channels)
    if image.dtype == np.uint8 and levels > 256:
        # 257 v is the same grey in 16 bits: there are no more than 255 steps in 8.
        image = image * np.uint16(257)
    codes = np.empty(image.shape, np.uint8 if levels <= 256 else np.uint16)
    ranks = _facing_ranks(matrices, phase)
    cells, round_block = _rounding(image.dtype, ranks, matrices[0].ranks.size, levels, light)
    columns = _block_columns(ranks.shape[:2])
    # Extended to the width once, each row of cells meets each block of the image without indexing.
    width = min(columns, image.shape[1])
    cells = np.tile(cells, (1, -(-width // ranks.shape[1]), channels // ranks.shape[2]))
    cells = cells[:, :width].reshape(len(cells), -1)
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
    matrix: Matrices | None = None,
    *,
    bits: int | None = None,
    levels: int | None = None,
    light: Light = "encoded",
    phase: tuple[int, int, int] = (0, 0, 0),
) -> np.ndarray:
    """The image at fewer levels, in its own dtype and full range: what one saves and looks at.

    Args:
        image: (H, W) or (H, W, C); uint8, uint16, bool, or float32/float64 in 0..1. Of 2 or 4
            channels the last is alpha and is copied untouched.
        matrix: as in `ordered_dither`.
        bits: 1 to 16 bits a channel, that is 2**bits levels; give this or `levels`.
        levels: 2 to 65,536 levels a channel.
        light: as in `ordered_dither`.
        phase: as in `ordered_dither`.

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
    levels = _level_count(bits, levels)
    image = _native(image)
    if image.ndim == 3 and image.shape[2] in (2, 4):
        color = requantize(image[..., :-1], matrix, levels=levels, light=light, phase=phase)
        alpha = image[..., -1:]
        if color.dtype != alpha.dtype:
            alpha = alpha.astype(color.dtype) * color.dtype.type(_white(color) // _white(alpha))
        return np.concatenate([color, alpha], axis=2)
    codes = ordered_dither(image, matrix, levels=levels, light=light, phase=phase)
    if np.issubdtype(image.dtype, np.floating):
        return codes.astype(image.dtype) / image.dtype.type(levels - 1)
    sixteen_bit = image.dtype == np.uint16 or levels > 256
    values = level_values(levels, np.dtype(np.uint16 if sixteen_bit else np.uint8))
    return values[codes]


def level_values(levels: int, dtype: np.dtype) -> np.ndarray:
    """The full-range code of each level: round(i V / (levels - 1)), halves upward.

    Example:
        >>> level_values(4, np.dtype(np.uint8)).tolist()
        [0, 85, 170, 255]
    """
    white, steps = int(np.iinfo(dtype).max), levels - 1
    return ((2 * np.arange(levels, dtype=np.int64) * white + steps) // (2 * steps)).astype(dtype)


def _white(array: np.ndarray) -> int:
    return 1 if array.dtype == np.bool_ else int(np.iinfo(array.dtype).max)


def _level_count(bits: int | None, levels: int | None) -> int:
    if (bits is None) == (levels is None):
        raise InputError("give either bits or levels")
    if levels is not None:
        return levels
    if bits is None or not 1 <= bits <= 16:
        raise InputError(f"bits is {bits}; it must be from 1 to 16")
    return 1 << bits


def _native(image: np.ndarray) -> np.ndarray:
    """The image in this machine's byte order."""
    image = np.asarray(image)
    return image.astype(image.dtype.newbyteorder("="), copy=False)


def _checked_image(image: np.ndarray) -> np.ndarray:
    if image.ndim not in (2, 3):
        raise InputError(f"an image has shape (H, W) or (H, W, C), not {image.shape}")
    if image.dtype == np.bool_:
        return image.astype(np.uint8) * np.uint8(255)
    if image.dtype in (np.float32, np.float64):
        # Written so that NaN fails too; resampling filters overshoot by a hair, which is clipped.
        if image.size and not (image.min() >= -1e-3 and image.max() <= 1 + 1e-3):
            raise InputError(
                f"float images hold 0 to 1; this one reaches from {image.min()} to {image.max()}"
            )
        return image
    if image.dtype not in (np.uint8, np.uint16):
        raise InputError(
            f"images of uint8, uint16, bool, float32 or float64 are dithered, not {image.dtype}"
        )
    return image


def _checked_matrices(matrix: Matrices, channels: int) -> Sequence[ThresholdMatrix]:
    """The matrix of every channel, or the matrices of each, all of one shape."""
    if isinstance(matrix, str | Path):
        matrix = load_channels(matrix)
    matrices = [matrix] if isinstance(matrix, ThresholdMatrix) else list(matrix)
    if len(matrices) not in (1, channels):
        raise InputError(
            f"there are {len(matrices)} matrices for an image of {channels} "
            f"channel{'s' if channels > 1 else ''}; one for all or one for each is wanted"
        )
    if len({each.shape for each in matrices}) > 1:
        raise InputError("the matrices of the channels have different shapes; they must have one")
    return matrices


def _facing_ranks(matrices: Sequence[ThresholdMatrix], phase: tuple[int, int, int]) -> np.ndarray:
    """(H, W, matrices) the ranks that face an image whose first pixel meets the cell at `phase`."""
    frame, row, column = phase
    return np.stack(
        [
            np.roll(each.planes[frame % len(each.planes)], (-row, -column), (0, 1))
            for each in matrices
        ],
        axis=2,
    )


def _rounding(
    dtype: np.dtype, ranks: np.ndarray, count: int, levels: int, light: Light
) -> tuple[np.ndarray, Callable[[np.ndarray, np.ndarray], np.ndarray]]:
    """What stands in each cell, of `count` ranks, and how a block of samples is rounded with it."""
    steps = levels - 1
    if np.issubdtype(dtype, np.floating):
        cells = 1 - (ranks + 0.5) / count
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
        cells = _integer_thresholds(ranks, count, 65535)
        return 65534 - cells, lambda block, cells: _divided_by_65535(positions[block] + cells)
    thresholds = _integer_thresholds(ranks, count, white)
    if levels == 2:
        return thresholds.astype(dtype), np.greater
    cells = (white - 1 - thresholds).astype(np.uint16 if white == 255 else np.uint32)
    scale = cells.dtype.type(steps)
    divided = _divided_by_255 if white == 255 else _divided_by_65535
    return cells, lambda block, cells: divided(np.multiply(block, scale, dtype=cells.dtype) + cells)


def _integer_thresholds(ranks: np.ndarray, count: int, white: int) -> np.ndarray:
    """floor((2 rank + 1) V / 2N): a value is raised where it exceeds this."""
    return ((2 * ranks.astype(np.uint64) + 1) * white // (2 * count)).astype(np.uint32)


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
