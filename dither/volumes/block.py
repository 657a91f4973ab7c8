"""Volumes: how a block of one is dithered wherever it lies, and into which blocks it is cut.

A volume is (Z, Y, X), or (Z, Y, X, C) with channels. Its layer z meets frame z of the matrix, after the
last frame the first again, and its rows and columns meet those of the matrix as in an image. So what
becomes of a block depends on its samples and on where it begins, and on nothing else: blocks can be
dithered in any order, by any number of machines, and fit together without a seam.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypedDict

import numpy as np

from dither.errors import InputError
from dither.images.adjustments import Preparation, adjusted
from dither.images.raster_image import RasterImage
from dither.matrix.catalog import DEFAULT_MATRIX, load_channels
from dither.matrix.threshold_matrix import ThresholdMatrix
from dither.ordered.levels import Matrices, ordered_dither, requantize
from dither.ordered.palette import Mix, dither_to_palette
from dither.palettes.palette import Palette
from dither.samples import Light, level_values, native_byte_order, white_code

_AS_IT_IS = Preparation()


class _Options(TypedDict):
    light: Light
    strength: float


class Region(NamedTuple):
    """A block's place; it indexes an array of (Z, Y, X) or (Z, Y, X, C).

    Example:
        >>> np.zeros((4, 8, 8))[Region(slice(2, 4), slice(0, 3), slice(0, 8))].shape
        (2, 3, 8)
    """

    layers: slice
    rows: slice
    columns: slice

    @property
    def origin(self) -> tuple[int, int, int]:
        """Layer, row and column of the first voxel."""
        return self.layers.start, self.rows.start, self.columns.start

    @property
    def sides(self) -> tuple[int, int, int]:
        """How many layers, rows and columns there are."""
        layers, rows, columns = (part.stop - part.start for part in self)
        return layers, rows, columns


@dataclass(frozen=True)
class LevelDither:
    """Ordered dithering of every layer to a few levels a channel; no more than numbers and ranks.

    Attributes:
        levels: 2 to 65,536, of every channel but alpha.
        matrix: as in `ordered_dither`; of one with frames, each layer takes the next.
        light: which mean is kept.
        strength: 0 to 1, how far thresholds lie apart.
        preparation: what is done to the samples first; nothing that changes the size.

    Example:
        >>> LevelDither(levels=2).light
        'encoded'
    """

    levels: int
    matrix: Matrices = DEFAULT_MATRIX
    light: Light = "encoded"
    strength: float = 1.0
    preparation: Preparation = _AS_IT_IS

    def of_image(self, image: np.ndarray, phase: tuple[int, int, int]) -> np.ndarray:
        """The values of an image that begins at a phase of the matrix."""
        options: _Options = {
            "light": self.light,
            "strength": self.strength,
        }
        matrices = _matrices(self)
        if image.dtype in (np.uint8, np.bool_):
            return requantize(image, matrices, levels=self.levels, phase=phase, **options)
        # Up to 256 levels fit 8 bits, whatever the depth was.
        shown = level_values(self.levels, np.dtype(np.uint8 if self.levels <= 256 else np.uint16))
        color, alpha = _parted(image)
        values = shown[ordered_dither(color, matrices, levels=self.levels, phase=phase, **options)]
        if alpha is None:
            return values
        return np.concatenate([values, _alpha_like(alpha, values)], axis=2)


@dataclass(frozen=True)
class PaletteDither:
    """Ordered dithering of every layer to a palette, or to materials that have its colours.

    Attributes:
        palette: 2 to 256 colours; what is stored is the index of one.
        matrix: as in `dither_to_palette`; of one with frames, each layer takes the next.
        mix: of how many colours each mixture is.
        candidates: as in `dither_to_palette`.
        light: how colours mix.
        strength: 0 to 1, as in `dither_to_palette`.
        preparation: what is done to the samples first; nothing that changes the size.

    Example:
        >>> PaletteDither(Palette.from_hex("000000 ffffff")).candidates
        32
    """

    palette: Palette
    matrix: ThresholdMatrix | str = DEFAULT_MATRIX
    mix: Mix | None = None
    candidates: int = 32
    light: Light = "linear"
    strength: float = 1.0
    preparation: Preparation = _AS_IT_IS

    def of_image(self, image: np.ndarray, phase: tuple[int, int, int]) -> np.ndarray:
        """The indices of an image that begins at a phase of the matrix."""
        color, alpha = _parted(image)
        if alpha is not None:
            raise InputError("indices of a palette have no place for alpha; this volume has it")
        return dither_to_palette(
            color,
            self.palette,
            self.matrix,
            mix=self.mix,
            candidates=self.candidates,
            light=self.light,
            strength=self.strength,
            phase=phase,
        )


VolumeDither = LevelDither | PaletteDither


def dither_block(
    block: np.ndarray, origin: tuple[int, int, int], dithering: VolumeDither
) -> np.ndarray:
    """What becomes of a block that begins at `origin` in its volume; a pure function.

    Args:
        block: (Z, Y, X), or (Z, Y, X, C) with 1 to 4 channels, of 2 or 4 the last is alpha; uint8,
            uint16, bool, or float32/float64 in 0..1.
        origin: layer, row and column of its first voxel in the volume.
        dithering: how.

    Returns:
        To levels, the block's shape, each level as its code in the full range: uint8 up to 256 levels,
        else uint16; alpha as it was, in as many bits. To a palette, (Z, Y, X) uint8 indices.

    Raises:
        InputError: the block is of another shape or type, or a number is out of range.

    Example:
        >>> volume = np.full((4, 64, 64), 128, np.uint8)
        >>> whole = dither_block(volume, (0, 0, 0), LevelDither(levels=2))
        >>> part = dither_block(volume[1:3, 10:], (1, 10, 0), LevelDither(levels=2))
        >>> bool((whole[1:3, 10:] == part).all())
        True
    """
    block = native_byte_order(block)
    if block.ndim not in (3, 4) or (block.ndim == 4 and block.shape[3] > 4) or not block.size:
        raise InputError(
            f"a volume has shape (Z, Y, X), or (Z, Y, X, C) of 1 to 4 channels, not {block.shape}"
        )
    if dithering.preparation.resize is not None:
        raise InputError("volumes are dithered block by block, and so are not resized")
    layer, row, column = origin
    matrix = _matrices(dithering)[0]
    if len(matrix.planes) == 1 and block.shape[1] % matrix.shape[-2] == 0:
        # Each layer begins at the same row of the same frame: together they are one tall image.
        tall = block.reshape(-1, *block.shape[2:])
        done = _dithered(tall, (layer, row, column), dithering)
        return done.reshape(*block.shape[:2], *done.shape[1:])
    first = _dithered(block[0], origin, dithering)
    out = np.empty((len(block), *first.shape), first.dtype)
    out[0] = first
    for index in range(1, len(block)):
        out[index] = _dithered(block[index], (layer + index, row, column), dithering)
    return out


def dithered_like(
    shape: tuple[int, ...], dtype: np.dtype, dithering: VolumeDither
) -> tuple[tuple[int, ...], np.dtype]:
    """The shape and the dtype of what becomes of a volume of (Z, Y, X) or (Z, Y, X, C).

    Raises:
        InputError: as `dither_block`, as far as shape, type and numbers are concerned.

    Example:
        >>> dithered_like((9, 64, 64), np.dtype(np.float32), LevelDither(levels=2))
        ((9, 64, 64), dtype('uint8'))
    """
    done = dither_block(np.zeros((1, 1, 1, *shape[3:]), dtype), (0, 0, 0), dithering)
    return (*shape[:3], *done.shape[3:]), done.dtype


def block_sides(
    shape: tuple[int, ...], grid: tuple[int, int, int], most_voxels: int
) -> tuple[int, int, int]:
    """The layers, rows and columns of the largest blocks that consist of whole pieces of a grid.

    A block grows along its rows first, then by more rows, then by more layers.

    Args:
        shape: (Z, Y, X) or (Z, Y, X, C) of the volume.
        grid: sides of a piece, from the volume's first voxel on.
        most_voxels: that a block may have, channels counted once.

    Raises:
        InputError: one piece has more voxels.

    Example:
        >>> block_sides((256, 2048, 2048), (16, 256, 256), 1 << 25)
        (16, 1024, 2048)
    """
    sides = [min(side, whole) for side, whole in zip(grid, shape, strict=False)]
    if math.prod(sides) > most_voxels:
        raise InputError(
            f"pieces of {' x '.join(map(str, sides))} voxels are stored as one, and {most_voxels} "
            "voxels fit into the memory that is allowed"
        )
    for axis in (2, 1, 0):
        room = most_voxels // math.prod(sides)
        pieces = min(room, -(-shape[axis] // sides[axis]))
        sides[axis] = min(shape[axis], sides[axis] * pieces)
    return sides[0], sides[1], sides[2]


def regions(shape: tuple[int, ...], sides: tuple[int, int, int]) -> Iterator[Region]:
    """The blocks of a volume, row after row and layer after layer; those at its ends may be smaller.

    Example:
        >>> [region.origin for region in regions((1, 3, 4), (1, 2, 4))]
        [(0, 0, 0), (0, 2, 0)]
    """
    steps = [
        [slice(start, min(start + side, whole)) for start in range(0, whole, side)]
        for side, whole in zip(sides, shape, strict=False)
    ]
    for layers in steps[0]:
        for rows in steps[1]:
            for columns in steps[2]:
                yield Region(layers, rows, columns)


def _dithered(
    image: np.ndarray, phase: tuple[int, int, int], dithering: VolumeDither
) -> np.ndarray:
    """An image (H, W) or (H, W, C), made ready and dithered."""
    preparation = dithering.preparation
    if preparation != _AS_IT_IS:
        color, alpha = _parted(image)
        if color.ndim == 3 and color.shape[2] == 1:
            color = color[..., 0]
        image = adjusted(RasterImage(color), preparation).color
        if alpha is not None:
            image = np.concatenate([image.reshape(*image.shape[:2], -1), alpha], axis=2)
    return dithering.of_image(image, phase)


def _parted(image: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """Colour, and alpha where it is the last of 2 or 4 channels."""
    if image.ndim == 3 and image.shape[2] in (2, 4):
        return image[..., :-1], image[..., -1:]
    return image, None


def _alpha_like(alpha: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Alpha in as many bits as the values beside it."""
    if alpha.dtype == values.dtype:
        return alpha
    white = 1 if alpha.dtype.kind == "f" else white_code(alpha)
    share = (alpha / white).clip(0, 1)
    return np.rint(share * white_code(values)).astype(values.dtype)


def _matrices(dithering: VolumeDither) -> Sequence[ThresholdMatrix]:
    """The matrix of every channel, or of each."""
    matrix = dithering.matrix
    if isinstance(matrix, ThresholdMatrix):
        return (matrix,)
    return load_channels(matrix) if isinstance(matrix, str | Path) else matrix
