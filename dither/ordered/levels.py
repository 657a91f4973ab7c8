"""Ordered dithering to levels: compare each sample with the threshold of its cell in a tiled matrix.

`requantize` returns a picture, `ordered_dither` the levels as codes, and `packed_dither` rows of bits.
All three fill an output with `_dither`, which looks up the thresholds once and visits the image tile by
tile; the decision itself is in `dither.ordered.rounding`.
"""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from dither.errors import InputError
from dither.images.bit_packing import BitOrder, check_packing, pack_rows
from dither.matrix.catalog import DEFAULT_MATRIX
from dither.matrix.matrix_like import MatricesLike, as_matrices
from dither.matrix.threshold_matrix import ThresholdMatrix
from dither.ordered.rounding import rounding
from dither.ordered.tiling import TileWork, at_phase, for_each_tile
from dither.parallel.processors import thread_count
from dither.samples import (
    Levels,
    Light,
    check_light,
    check_strength,
    checked_image,
    join_alpha,
    level_count,
    level_picture,
    level_values,
    levels_of,
    split_alpha,
)
from dither.wording import counted

# One matrix for all channels, one for each, or the names, files or arrays of either.
Matrices = MatricesLike


@dataclass(frozen=True)
class LevelSpec:
    """Settings of ordered dithering to levels, checked when they are made.

    Attributes:
        levels: 2 to 65,536 for all channels, or a number for each.
        light: which mean of neighbouring levels is kept: that of the codes ("encoded"), or that of the
            light they emit ("linear").
        phase: frame, row and column of the matrix at the image's first pixel.
        strength: 0 to 1, how far the thresholds are spread; 0 rounds to the nearest level.
        threads: at least 1; 0 becomes the number of usable processors.

    Raises:
        InputError: a value is out of range.

    Example:
        >>> LevelSpec((32, 64, 32)).levels_of(3)
        (32, 64, 32)
    """

    levels: Levels
    light: Light = "encoded"
    phase: tuple[int, int, int] = (0, 0, 0)
    strength: float = 1.0
    threads: int = 1

    def __post_init__(self) -> None:
        levels_of(self.levels)
        check_light(self.light)
        check_strength(self.strength)
        object.__setattr__(self, "threads", thread_count(self.threads))

    def levels_of(self, channels: int) -> tuple[int, ...]:
        """Return the number of levels of each channel; see `dither.samples.levels_of`."""
        return levels_of(self.levels, channels)


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
    """Dither an image and return the level of every sample, 0..levels-1.

    Args:
        image: (H, W) or (H, W, C); uint8, uint16, bool, or float32/float64 in 0..1. Every channel is
            dithered, alpha too.
        matrix: a matrix for all channels, or a sequence of one for each; or its name, file, or array of
            ranks or values, (H, W), (T, H, W) or (H, W, C); the shipped 64x64 by default.
        levels: 2 to 65,536, spread evenly from black to white as sRGB codes; one number for all
            channels, or one for each: (32, 64, 32) is RGB565.
        light: which mean of neighbouring levels is kept: that of the codes ("encoded"), or that of
            the light they emit ("linear", right for viewing from a distance; sRGB is assumed).
        phase: frame, row and column of the matrix at the image's first pixel; they wrap around. Use it
            for the frames of an animation, or for a tile of a larger image.
        strength: 0 to 1, how far the thresholds are spread: 0 rounds to the nearest level, and only 1
            keeps the mean.
        threads: 1 or more, 0 for one per processor; the result does not depend on it.

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
    return _codes(image, matrix, LevelSpec(_plain(levels), light, phase, strength, threads))


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
    """Dither an image to fewer levels and return it in its own dtype and full range, ready to save.

    Args:
        image: (H, W) or (H, W, C); uint8, uint16, bool, or float32/float64 in 0..1. With 2 or 4
            channels, the last is alpha and is copied.
        matrix: as in `ordered_dither`.
        bits: 1 to 16 bits per channel, that is 2**bits levels; give this or `levels`.
        levels: 2 to 65,536 levels per channel, or a number for each channel except alpha.
        light: as in `ordered_dither`.
        phase: as in `ordered_dither`.
        strength: as in `ordered_dither`.
        threads: as in `ordered_dither`.

    Returns:
        Same shape and dtype, except uint16 for uint8 images at more than 256 levels, and uint8 for
        bool. Level i of q + 1 has the code round(i V / q), in a float image i / q.

    Raises:
        InputError: the image, the matrix or a number is out of range.

    Example:
        >>> image = np.full((64, 64), 128, np.uint8)
        >>> np.unique(requantize(image, bits=1)).tolist()
        [0, 255]
    """
    spec = LevelSpec(_plain(level_count(bits, levels)), light, phase, strength, threads)
    color, alpha = split_alpha(image)
    color = checked_image(color)
    counts = spec.levels_of(_channels(color))
    if np.issubdtype(color.dtype, np.floating):
        picture = level_picture(_codes(color, matrix, spec), counts, color.dtype)
    else:
        color = _deep_enough(color, counts)
        picture = np.empty(color.shape, color.dtype)
        increments = [np.diff(level_values(count, color.dtype)) for count in counts]
        _dither(color, matrix, spec, increments, picture)
    return join_alpha(picture, alpha)


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
    """Dither a grey image and pack several pixels into a byte, as displays and printers expect.

    The result equals `pack(ordered_dither(image, levels=2**bits), bits=bits, order=order)`, without a
    temporary array of the image's size.

    Args:
        image: (H, W); uint8, uint16, bool, or float32/float64 in 0..1.
        matrix: a matrix, or its name, file, or array; the shipped 64x64 by default.
        bits: bits per pixel: 1, 2 or 4, that is 2, 4 or 16 levels; 0 is black.
        order: as in `pack`.
        light: as in `ordered_dither`.
        phase: as in `ordered_dither`.
        strength: as in `ordered_dither`.
        threads: as in `ordered_dither`.

    Returns:
        (H, ceil(W bits / 8)) uint8; unused bits of the last byte of a row are 0.

    Raises:
        InputError: the image is not grey, or the matrix or a number is out of range.

    Example:
        >>> packed_dither(np.full((2, 16), 255, np.uint8), bits=1).tolist()
        [[255, 255], [255, 255]]
    """
    check_packing(bits, order)
    image = checked_image(image)
    if image.ndim != 2:
        raise InputError(f"only grey images (H, W) can be packed; this one has shape {image.shape}")
    per_byte = 8 // bits
    rows = np.empty((len(image), -(-image.shape[1] // per_byte)), np.uint8)
    spec = LevelSpec(1 << bits, light, phase, strength, threads)
    ones = np.ones((1 << bits) - 1, np.uint8)
    pack_tile = functools.partial(pack_rows, bits=bits, order=order)
    _dither(image, matrix, spec, [ones], rows, packing=(per_byte, pack_tile))
    return rows


def _codes(image: np.ndarray, matrix: Matrices | None, spec: LevelSpec) -> np.ndarray:
    """Return the level of every sample of a checked image."""
    counts = spec.levels_of(_channels(image))
    codes = np.empty(image.shape, np.uint8 if max(counts, default=2) <= 256 else np.uint16)
    increments = [np.ones(count - 1, codes.dtype) for count in counts]
    _dither(_deep_enough(image, counts), matrix, spec, increments, codes)
    return codes


def _dither(
    image: np.ndarray,
    matrix: Matrices | None,
    spec: LevelSpec,
    increments: Sequence[np.ndarray],
    out: np.ndarray,
    packing: tuple[int, Callable[[np.ndarray], np.ndarray]] | None = None,
) -> None:
    """Write into `out` the sum of the increments that each sample's level contains.

    Args:
        image: (H, W) or (H, W, C).
        matrix: as in `ordered_dither`.
        spec: the settings.
        increments: for each channel, (levels - 1,): what each step to the next level adds.
        out: the image's shape, or its shape when packed.
        packing: how many samples share an element of `out`, and what packs the codes of a tile.
    """
    matrices = _matrices(DEFAULT_MATRIX if matrix is None else matrix, len(increments))
    ranks = np.stack([at_phase(each.planes, spec.phase) for each in matrices], axis=2)
    count = matrices[0].ranks.size
    if len({len(each) for each in increments}) <= 1:  # all channels at once
        planes = [(image, ranks, out)]
    else:
        own = [ranks[..., [c % ranks.shape[2]]] for c in range(len(increments))]
        planes = [(image[..., c], own[c], out[..., c]) for c in range(len(increments))]
    for (samples, its_ranks, result), its_increments in zip(planes, increments, strict=False):
        cells, work = rounding(
            image.dtype, its_ranks, count, its_increments, spec.light, spec.strength
        )
        per_element = 1
        if packing is not None:
            per_element, pack_tile = packing
            work = functools.partial(_pack, work, pack_tile)
        for_each_tile(
            samples,
            cells,
            result,
            work,
            threads=spec.threads,
            samples_per_element=per_element,
        )


def _pack(
    work: TileWork,
    pack_tile: Callable[[np.ndarray], np.ndarray],
    tile: np.ndarray,
    cells: Sequence[np.ndarray],
    out: np.ndarray,
    scratch: np.ndarray,
) -> None:
    """Dither a tile to codes and write them packed."""
    codes = np.empty(tile.shape, np.uint8)
    work(tile, cells, codes, scratch)
    out[...] = pack_tile(codes)


def _plain(levels: Levels) -> Levels:
    """Return a number as it is, and any collection of numbers as a tuple, which can be hashed."""
    return levels if isinstance(levels, int | float | np.number | str) else tuple(levels)


def _channels(image: np.ndarray) -> int:
    return 1 if image.ndim == 2 else image.shape[2]


def _deep_enough(image: np.ndarray, counts: Sequence[int]) -> np.ndarray:
    """Return an 8-bit image in 16 bits where it goes to more levels than 8 bits have."""
    if image.dtype == np.uint8 and max(counts, default=2) > 256:
        return image * np.uint16(257)  # 257 v of 65535 is the same grey as v of 255
    return image


def _matrices(matrix: Matrices, channels: int) -> Sequence[ThresholdMatrix]:
    """Return one matrix for all channels or one for each, all of one shape."""
    matrices = as_matrices(matrix)
    if len(matrices) not in (1, channels):
        raise InputError(
            f"{len(matrices)} matrices were given for an image of {counted(channels, 'channel')}; "
            "give one for all channels or one for each"
        )
    if len({each.shape for each in matrices}) > 1:
        raise InputError("the matrices of the channels differ in shape; give matrices of one shape")
    return matrices
