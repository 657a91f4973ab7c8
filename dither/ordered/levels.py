"""Ordered dithering: any image to a few levels by comparing it with a tiled threshold matrix."""

import functools
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from dither.errors import InputError
from dither.matrix.catalog import DEFAULT_MATRIX, load_channels
from dither.matrix.threshold_matrix import ThresholdMatrix
from dither.ordered.bit_packing import BitOrder, check_packing, packed
from dither.ordered.rounding import rounding
from dither.ordered.tiling import at_phase, for_each_tile
from dither.samples import (
    Light,
    check_levels,
    check_light,
    checked_image,
    level_count,
    level_values,
    native_byte_order,
    white_code,
)

# One matrix for every channel, one for each, or the name or .npy file of either.
Matrices = ThresholdMatrix | Sequence[ThresholdMatrix] | str | Path
# One number of levels for every channel, or one for each.
Levels = int | Sequence[int]


def ordered_dither(
    image: np.ndarray,
    matrix: Matrices | None = None,
    *,
    levels: Levels,
    light: Light = "encoded",
    phase: tuple[int, int, int] = (0, 0, 0),
    strength: float = 1.0,
    threads: int = 1,
) -> np.ndarray:
    """The level of every sample, 0..levels-1, after ordered dithering.

    Args:
        image: (H, W) or (H, W, C); uint8, uint16, bool, or float32/float64 in 0..1. Every channel is
            dithered.
        matrix: a matrix for all channels, one for each of them, or the name or .npy file of either; the
            shipped 64x64 if not given.
        levels: 2 to 65,536, spread evenly from black to white as sRGB codes; one number for all
            channels, or one for each: (32, 64, 32) is RGB565.
        light: which mean of neighbouring levels is kept: that of the codes ("encoded"), or that of
            the light they emit ("linear", right for what is seen from far; sRGB is assumed).
        phase: frame, row and column of the matrix at the image's first pixel, around the torus: frame
            numbers of an animation, or a tile's place in a larger image.
        strength: 0 to 1; how far the thresholds lie apart: 0 rounds to the nearest level, and only 1
            keeps the mean.
        threads: 1 or more, 0 for as many as there are processors; the result does not depend on it.

    Returns:
        Same shape, uint8 up to 256 levels, else uint16.

    Raises:
        InputError: the image, the matrix or a number is out of range.

    Example:
        >>> image = np.full((64, 64), 128, np.uint8)
        >>> float(ordered_dither(image, levels=2).mean().round(3))
        0.502
    """
    image = checked_image(image)
    counts = _checked_levels(levels, image)
    if image.dtype == np.uint8 and max(counts) > 256:
        # 257 v is the same grey in 16 bits: there are no more than 255 steps in 8.
        image = image * np.uint16(257)
    codes = np.empty(image.shape, np.uint8 if max(counts) <= 256 else np.uint16)
    ones = [np.ones(count - 1, codes.dtype) for count in counts]
    _dither(image, matrix, codes, counts, ones, light, phase, strength, threads)
    return codes


def packed_dither(
    image: np.ndarray,
    matrix: Matrices | None = None,
    *,
    bits: int = 1,
    order: BitOrder = "msb",
    light: Light = "encoded",
    phase: tuple[int, int, int] = (0, 0, 0),
    strength: float = 1.0,
    threads: int = 1,
) -> np.ndarray:
    """The levels of a grey image, several in a byte, as displays and printers take them.

    The same as `pack(ordered_dither(image, levels=2**bits), bits=bits, order=order)`, but faster and
    with nothing of the image's size in between.

    Args:
        image: (H, W); uint8, uint16, bool, or float32/float64 in 0..1.
        matrix: a matrix, or the name or .npy file of one; the shipped 64x64 if not given.
        bits: of a pixel: 1, 2 or 4, that is 2, 4 or 16 levels; 0 is black.
        order: as in `pack`.
        light: as in `ordered_dither`.
        phase: as in `ordered_dither`.
        strength: as in `ordered_dither`.
        threads: as in `ordered_dither`.

    Returns:
        (H, ceil(W bits / 8)) uint8; what is left of the last byte of a row is 0.

    Raises:
        InputError: the image is not grey, or the matrix or a number is out of range.

    Example:
        >>> packed_dither(np.full((2, 16), 255, np.uint8), bits=1).tolist()
        [[255, 255], [255, 255]]
    """
    check_packing(bits, order)
    image = checked_image(image)
    if image.ndim != 2:
        raise InputError(f"a grey image is packed, (H, W), not one of shape {image.shape}")
    shared = 8 // bits
    out = np.empty((len(image), -(-image.shape[1] // shared)), np.uint8)
    ones = [np.ones((1 << bits) - 1, np.uint8)]
    pack_block = functools.partial(packed, bits=bits, order=order)
    options = (light, phase, strength, threads)
    _dither(image, matrix, out, [1 << bits], ones, *options, packing=(shared, pack_block))
    return out


def requantize(
    image: np.ndarray,
    matrix: Matrices | None = None,
    *,
    bits: int | None = None,
    levels: Levels | None = None,
    light: Light = "encoded",
    phase: tuple[int, int, int] = (0, 0, 0),
    strength: float = 1.0,
    threads: int = 1,
) -> np.ndarray:
    """The image at fewer levels, in its own dtype and full range: what one saves and looks at.

    Args:
        image: (H, W) or (H, W, C); uint8, uint16, bool, or float32/float64 in 0..1. Of 2 or 4
            channels the last is alpha and is copied untouched.
        matrix: as in `ordered_dither`.
        bits: 1 to 16 bits a channel, that is 2**bits levels; give this or `levels`.
        levels: 2 to 65,536 levels a channel, or a number for each channel but alpha.
        light: as in `ordered_dither`.
        phase: as in `ordered_dither`.
        strength: as in `ordered_dither`.
        threads: as in `ordered_dither`.

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
    wanted = level_count(bits, levels)
    image = native_byte_order(image)
    if image.ndim == 3 and image.shape[2] in (2, 4):
        color = requantize(
            image[..., :-1],
            matrix,
            levels=wanted,
            light=light,
            phase=phase,
            strength=strength,
            threads=threads,
        )
        alpha = image[..., -1:]
        if color.dtype != alpha.dtype:
            alpha = alpha.astype(color.dtype) * color.dtype.type(
                white_code(color) // white_code(alpha)
            )
        return np.concatenate([color, alpha], axis=2)
    image = checked_image(image)
    counts = _checked_levels(wanted, image)
    if np.issubdtype(image.dtype, np.floating):
        codes = np.empty(image.shape, np.uint8 if max(counts) <= 256 else np.uint16)
        ones = [np.ones(count - 1, codes.dtype) for count in counts]
        _dither(image, matrix, codes, counts, ones, light, phase, strength, threads)
        steps = np.array(counts, image.dtype) - 1
        return codes.astype(image.dtype) / (steps if image.ndim == 3 else steps[0])
    if image.dtype == np.uint8 and max(counts) > 256:
        image = image * np.uint16(257)
    values = np.empty(image.shape, image.dtype)
    rises = [np.diff(level_values(count, image.dtype)) for count in counts]
    _dither(image, matrix, values, counts, rises, light, phase, strength, threads)
    return values


def _dither(
    image: np.ndarray,
    matrix: Matrices | None,
    out: np.ndarray,
    counts: Sequence[int],
    rises: Sequence[np.ndarray],
    light: Light,
    phase: tuple[int, int, int],
    strength: float,
    threads: int,
    packing: tuple[int, Callable[[np.ndarray], np.ndarray]] | None = None,
) -> None:
    """Write into `out` the sum of as many rises as the sample's level has steps, by channel.

    With `packing`, so many samples share an element of `out`, and this packs a block of them.
    """
    check_light(light)
    if not 0 <= strength <= 1:
        raise InputError(f"strength is {strength}; it must be from 0 to 1")
    if not isinstance(threads, int | np.integer) or not 0 <= threads <= 1024:
        raise InputError(f"threads is {threads}; it must be a whole number from 0 to 1024")
    matrices = _checked_matrices(DEFAULT_MATRIX if matrix is None else matrix, len(counts))
    ranks = np.stack([at_phase(each.planes, phase) for each in matrices], axis=2)
    count = matrices[0].ranks.size
    workers = int(threads) or os.cpu_count() or 1
    if len(set(counts)) == 1:
        faces, work = rounding(image.dtype, ranks, count, counts[0], rises[0], light, strength)
        if packing is None:
            for_each_tile(image, faces, out, work, threads=workers)
            return
        shared, pack_block = packing

        def packed_work(
            block: np.ndarray, faces: Sequence[np.ndarray], out: np.ndarray, spare: np.ndarray
        ) -> None:
            codes = np.empty(block.shape, np.uint8)
            work(block, faces, codes, spare)
            out[...] = pack_block(codes)

        for_each_tile(image, faces, out, packed_work, threads=workers, shared=shared)
        return
    for channel, levels in enumerate(counts):
        mine = ranks[..., [channel % ranks.shape[2]]]
        faces, work = rounding(image.dtype, mine, count, levels, rises[channel], light, strength)
        for_each_tile(image[..., channel], faces, out[..., channel], work, threads=workers)


def _checked_levels(levels: Levels, image: np.ndarray) -> list[int]:
    """The number of levels of each channel."""
    channels = 1 if image.ndim == 2 else image.shape[2]
    given = [levels] * channels if isinstance(levels, int | float | np.number) else list(levels)
    if len(given) != channels:
        raise InputError(
            f"there are {len(given)} numbers of levels for an image of {channels} channels"
        )
    for count in given:
        check_levels(count)
    return [int(count) for count in given] or [2]


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
