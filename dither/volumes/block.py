"""Dither one block of a volume: a pure function of its samples and its origin.

A volume is (Z, Y, X), or (Z, Y, X, C) with channels. Layer z uses frame z of the matrix, modulo the
number of frames; rows and columns match those of the matrix as in an image. The result depends only on
the block's samples and its origin, so blocks can be dithered in any order and on any machine, and fit
together without a seam.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dither.errors import InputError
from dither.images.raster_image import RasterImage
from dither.matrix.catalog import DEFAULT_MATRIX
from dither.matrix.matrix_like import MatrixLike, as_matrices
from dither.matrix.threshold_matrix import ThresholdMatrix
from dither.ordered.levels import Matrices, ordered_dither, requantize
from dither.ordered.palette import Mix, check_mixture, dither_to_palette
from dither.palettes.palette import Intent, Palette, check_intent
from dither.palettes.palette_like import as_palette
from dither.preparation.adjustments import Preparation, adjusted
from dither.samples import (
    Light,
    check_levels,
    check_light,
    check_strength,
    join_alpha,
    level_values,
    native_byte_order,
    split_alpha,
)

_UNCHANGED = Preparation()


@dataclass(frozen=True)
class LevelDither:
    """Ordered dithering of every layer to a few levels per channel.

    Attributes:
        levels: 2 to 65,536, for every channel except alpha.
        matrix: as in `ordered_dither`; with frames, each layer takes the next.
        light: which mean is kept, as in `ordered_dither`.
        strength: 0 to 1, how far the thresholds are spread, as in `ordered_dither`.
        preparation: adjustments before dithering that need neither the whole image nor another
            size: grey, and tones except automatic contrast.

    Raises:
        InputError: a setting is out of range, or the preparation needs the whole image.

    Example:
        >>> LevelDither(levels=2).light
        'encoded'
    """

    levels: int
    matrix: Matrices = DEFAULT_MATRIX
    light: Light = "encoded"
    strength: float = 1.0
    preparation: Preparation = _UNCHANGED

    def __post_init__(self) -> None:
        check_levels(self.levels)
        check_light(self.light)
        check_strength(self.strength)
        _refuse_whole_images(self.preparation)

    def dither_image(self, image: np.ndarray, phase: tuple[int, int, int]) -> np.ndarray:
        """Return the values of an image whose first pixel is at `phase` of the matrix."""
        matrices = _load_matrices(self)
        if image.dtype in (np.uint8, np.bool_):
            return requantize(
                *(image, matrices),
                levels=self.levels,
                light=self.light,
                phase=phase,
                strength=self.strength,
            )
        color, alpha = split_alpha(image)
        codes = ordered_dither(
            *(color, matrices),
            levels=self.levels,
            light=self.light,
            phase=phase,
            strength=self.strength,
        )
        # Up to 256 levels fit 8 bits, whatever the depth of the input.
        values = level_values(self.levels, codes.dtype)[codes]
        return join_alpha(values, alpha)


@dataclass(frozen=True)
class PaletteDither:
    """Ordered dithering of every layer to a palette, such as the colours of materials.

    Attributes:
        palette: 2 to 256 colours, or what `as_palette` takes, such as a name; the index of one is
            stored per voxel.
        matrix: as in `dither_to_palette`; with frames, each layer takes the next.
        mix: as in `dither_to_palette`.
        candidates: as in `dither_to_palette`.
        light: how colours mix.
        strength: 0 to 1, as in `dither_to_palette`.
        intent: rendering intent; the palette's own if None.
        preparation: adjustments before dithering that need neither the whole image nor another
            size: grey, and tones except automatic contrast.

    Raises:
        InputError: a setting is out of range, or the preparation needs the whole image.

    Example:
        >>> PaletteDither(Palette.from_hex("000000 ffffff")).strength
        1.0
    """

    palette: Palette
    matrix: MatrixLike = DEFAULT_MATRIX
    mix: Mix | None = None
    candidates: int | None = None
    light: Light = "linear"
    strength: float = 1.0
    intent: Intent | None = None
    preparation: Preparation = _UNCHANGED

    def __post_init__(self) -> None:
        object.__setattr__(self, "palette", as_palette(self.palette))
        if self.intent is not None:
            check_intent(self.intent)
        check_mixture(self.mix, self.candidates, self.light, self.strength)
        _refuse_whole_images(self.preparation)

    def dither_image(self, image: np.ndarray, phase: tuple[int, int, int]) -> np.ndarray:
        """Return the indices of an image whose first pixel is at `phase` of the matrix."""
        color, alpha = split_alpha(image)
        if alpha is not None:
            raise InputError("palette indices cannot hold alpha, but this volume has it")
        return dither_to_palette(
            color,
            self.palette,
            self.matrix,
            mix=self.mix,
            candidates=self.candidates,
            light=self.light,
            strength=self.strength,
            intent=self.intent,
            phase=phase,
        )


VolumeDither = LevelDither | PaletteDither


def dither_block(
    block: np.ndarray, origin: tuple[int, int, int], dithering: VolumeDither
) -> np.ndarray:
    """Dither a block that starts at `origin` in its volume.

    Args:
        block: (Z, Y, X), or (Z, Y, X, C) with 1 to 4 channels; with 2 or 4, the last is alpha. uint8,
            uint16, bool, or float32/float64 in 0..1.
        origin: layer, row and column of its first voxel in the volume.
        dithering: a `LevelDither` or `PaletteDither`.

    Returns:
        For levels, the block's shape: full-range codes, uint8 up to 256 levels, else uint16, with alpha
        unchanged but in as many bits. For a palette, (Z, Y, X) uint8 indices.

    Raises:
        InputError: the block has another shape or dtype, or a number is out of range.

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
            f"a volume has shape (Z, Y, X), or (Z, Y, X, C) with 1 to 4 channels, not {block.shape}"
        )
    layer, row, column = origin
    matrix = _load_matrices(dithering)[0]
    if len(matrix.planes) == 1 and block.shape[1] % matrix.shape[-2] == 0:
        # Each layer starts at the same row of the same frame: together they are one tall image.
        done = _dither_image(block.reshape(-1, *block.shape[2:]), origin, dithering)
        return done.reshape(*block.shape[:2], *done.shape[1:])
    first = _dither_image(block[0], origin, dithering)
    out = np.empty((len(block), *first.shape), first.dtype)
    out[0] = first
    for index in range(1, len(block)):
        out[index] = _dither_image(block[index], (layer + index, row, column), dithering)
    return out


def output_layout(
    shape: tuple[int, ...], dtype: np.dtype, dithering: VolumeDither
) -> tuple[tuple[int, ...], np.dtype]:
    """Return the shape and dtype of the result for a volume of (Z, Y, X) or (Z, Y, X, C).

    Raises:
        InputError: as `dither_block`, as far as it can be known without the samples.

    Example:
        >>> output_layout((9, 64, 64), np.dtype(np.float32), LevelDither(levels=2))
        ((9, 64, 64), dtype('uint8'))
    """
    done = dither_block(np.zeros((1, 1, 1, *shape[3:]), dtype), (0, 0, 0), dithering)
    return (*shape[:3], *done.shape[3:]), done.dtype


def _dither_image(
    image: np.ndarray, phase: tuple[int, int, int], dithering: VolumeDither
) -> np.ndarray:
    """Adjust and dither an image, (H, W) or (H, W, C)."""
    if dithering.preparation != _UNCHANGED:
        color, alpha = split_alpha(image)
        if color.ndim == 3 and color.shape[2] == 1:
            color = color[..., 0]
        image = adjusted(RasterImage(color), dithering.preparation).color
        if alpha is not None:
            image = np.concatenate([image.reshape(*image.shape[:2], -1), alpha], axis=2)
    return dithering.dither_image(image, phase)


def _refuse_whole_images(preparation: Preparation) -> None:
    """Refuse adjustments that need all of an image, or change its size or its channels."""
    for name in ("resize", "fit", "rotate", "background", "auto_contrast"):
        if getattr(preparation, name) != getattr(_UNCHANGED, name):
            raise InputError(
                f"volumes are dithered block by block; {name.replace('_', ' ')} is for images only"
            )


def _load_matrices(dithering: VolumeDither) -> Sequence[ThresholdMatrix]:
    """Return the matrix of all channels, or one per channel."""
    return as_matrices(dithering.matrix)
