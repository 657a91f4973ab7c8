"""What a texture holds: the numbers of a matrix or of noise, as one pixel format takes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from bluenoise.export.codes import eight_bit_codes, float_thresholds, sixteen_bit_codes
from dither.errors import InputError
from dither.matrix.threshold_matrix import ThresholdMatrix, as_channels
from dither.ordered.additive_noise import checked_noise

PixelFormat = Literal["r8", "rg8", "r16", "r16ui", "r32f"]
PIXEL_FORMATS: tuple[PixelFormat, ...] = get_args(PixelFormat)
_MOST_RANKS = 1 << 16
_MOST_SIDE = 1 << 14


@dataclass(frozen=True, eq=False)
class Texels:
    """A texture's numbers: rows from the top, the first row first.

    Attributes:
        values: (T, H, W, C) uint8, uint16 or float32; T is 1 without frames.
        pixel_format: what they mean to a graphics processor.
        has_frames: whether T counts frames.
    """

    values: np.ndarray
    pixel_format: PixelFormat
    has_frames: bool


@dataclass(frozen=True, eq=False)
class Source:
    """A matrix, one for each channel of an image, or noise to be added before rounding.

    Attributes:
        matrices: none for noise.
        noise: (T, H, W, C) float32, in steps between levels; None for matrices.
        has_frames: whether the first axis counts frames.
    """

    matrices: tuple[ThresholdMatrix, ...]
    noise: np.ndarray | None
    has_frames: bool

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Frames, rows, columns and channels."""
        if self.noise is not None:
            frames, rows, columns, channels = self.noise.shape
            return frames, rows, columns, channels
        frames, rows, columns = self.matrices[0].planes.shape
        return frames, rows, columns, len(self.matrices)

    @property
    def ranks(self) -> int | None:
        """How many ranks a matrix has; None for noise."""
        return self.matrices[0].ranks.size if self.matrices else None


def source(matrix: ThresholdMatrix | Sequence[ThresholdMatrix] | np.ndarray) -> Source:
    """What is exported, told from a matrix, several, or an array.

    Args:
        matrix: a matrix; one for each of 2 to 4 channels; an array of integer ranks, of thresholds
            (rank + 1/2) / N, or of floats that are noise: (H, W), (T, H, W), or (H, W, C) where the
            last axis is of 2 to 4.

    Raises:
        InputError: an array is none of these, or a side is larger than a texture can be.

    Example:
        >>> source(np.array([[0, 1], [3, 2]])).shape
        (1, 2, 2, 1)
    """
    found = _source(matrix)
    if max(found.shape) > _MOST_SIDE:
        raise InputError(f"a texture has sides up to {_MOST_SIDE}, not {found.shape}")
    return found


def _source(matrix: ThresholdMatrix | Sequence[ThresholdMatrix] | np.ndarray) -> Source:
    if isinstance(matrix, ThresholdMatrix):
        return Source((matrix,), None, matrix.ranks.ndim == 3)
    if not isinstance(matrix, np.ndarray):
        return _channels(tuple(matrix))
    if matrix.dtype.kind in "iu":
        return _source(ThresholdMatrix(matrix))
    if matrix.dtype.kind != "f":
        raise InputError(f"ranks, thresholds or noise are exported, not {matrix.dtype}")
    noise = checked_noise(matrix).astype(np.float32)
    channels = noise.ndim == 3 and 2 <= noise.shape[2] <= 4
    if channels or noise.min() > 0:
        try:
            return _source(as_channels(noise) if channels else _as_matrix(noise))
        except InputError:
            pass  # values that are no thresholds are noise
    if channels:
        return Source((), noise[None], False)
    return Source((), noise.reshape(-1, *noise.shape[-2:], 1), noise.ndim == 3)


def _channels(matrices: tuple[ThresholdMatrix, ...]) -> Source:
    if not all(isinstance(each, ThresholdMatrix) for each in matrices):
        raise InputError("a matrix, one for each channel or an array of numbers is exported")
    shapes = {each.shape for each in matrices}
    if not 1 <= len(matrices) <= 4 or len(shapes) > 1:
        raise InputError(
            f"1 to 4 matrices of one shape are exported together, not {len(matrices)} of shapes "
            f"{', '.join(map(str, sorted(shapes)))}"
        )
    has_frames = len(shapes.pop()) == 3
    if len(matrices) > 1 and has_frames:
        raise InputError(
            "frames of one matrix are exported, or matrices of channels without frames"
        )
    return Source(matrices, None, has_frames)


def _as_matrix(values: np.ndarray) -> ThresholdMatrix:
    matrix = ThresholdMatrix.from_values(values)
    if not np.allclose(matrix.thresholds, values, rtol=0, atol=1e-6):
        raise InputError("the values are not the thresholds (rank + 1/2) / N of any matrix")
    return matrix


def texels(source: Source, pixel_format: PixelFormat) -> Texels:
    """The numbers that a texture of this pixel format holds.

    Raises:
        InputError: the format cannot hold them.

    Example:
        >>> texels(source(np.array([[0, 1]])), "rg8").values.tolist()
        [[[[63, 255], [191, 255]]]]
    """
    return Texels(_values(source, pixel_format), pixel_format, source.has_frames)


def _values(source: Source, pixel_format: PixelFormat) -> np.ndarray:
    if source.noise is not None:
        if pixel_format != "r32f":
            raise InputError(
                f"noise of floats does not fit {pixel_format}, which holds thresholds; take r32f"
            )
        return source.noise
    planes = [matrix.planes for matrix in source.matrices]
    count = planes[0].size
    if pixel_format == "r32f":
        return np.stack([float_thresholds(plane, count) for plane in planes], axis=-1)
    if pixel_format == "r8":
        return np.stack([eight_bit_codes(plane, count) for plane in planes], axis=-1)
    if count > _MOST_RANKS:
        raise InputError(
            f"a matrix of {count} ranks does not fit 16 bits, which tell {_MOST_RANKS} apart; take r32f"
        )
    if len(planes) > 1:
        raise InputError(
            f"{pixel_format} holds one matrix, not those of {len(planes)} channels; take r8 or r32f"
        )
    codes = sixteen_bit_codes(planes[0], count)[..., None]
    if pixel_format == "rg8":
        return np.concatenate([codes >> 8, codes & 255], axis=-1).astype(np.uint8)
    return codes
