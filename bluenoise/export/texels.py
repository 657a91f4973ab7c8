"""Texels of matrices and of noise in each pixel format, and the layout of frames as one image."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from bluenoise.export.codes import eight_bit_codes, float_thresholds, sixteen_bit_codes
from bluenoise.matrix_set import MatrixSet
from dither.errors import InputError
from dither.ordered.additive_noise import checked_noise
from dither.wording import sides_text

PixelFormat = Literal[
    "r8", "rg8", "rgba8", "rgb10a2", "r16", "rg16", "rgba16", "rgba16f", "r16ui", "r32f"
]
PIXEL_FORMATS: tuple[PixelFormat, ...] = get_args(PixelFormat)
# Those of thresholds; "rg8" holds their 16 bits.
THRESHOLD_FORMATS: tuple[PixelFormat, ...] = ("r8", "rg8", "r16", "r16ui", "r32f")
_MAX_RANKS = 1 << 16
_MAX_SIDE = 1 << 14
# Sides of a volume, and layers of an array, that Direct3D 11 and desktop Vulkan allow.
_MAX_VOLUME_SIDE = 1 << 11


@dataclass(frozen=True, eq=False)
class Texels:
    """The values of a texture.

    Attributes:
        values: (T, H, W, C) uint8, uint16, float16 or float32, top row first; T is 1 without frames.
            (T, H, W, 1) uint32 for "rgb10a2", red in the lowest bits.
        pixel_format: their meaning for a GPU.
        has_frames: whether T counts frames.
    """

    values: np.ndarray
    pixel_format: PixelFormat
    has_frames: bool

    @property
    def channels(self) -> int:
        """Channels that a shader sees, 1 to 4."""
        return 4 if self.pixel_format == "rgb10a2" else self.values.shape[-1]

    def checked_volume(self) -> "Texels":
        """Return these texels if they are a 3-D texture with a slice per frame.

        Raises:
            InputError: there are no frames, or a side is above 2048.
        """
        sides = self.values.shape[:3]
        if not self.has_frames:
            raise InputError("a volume needs frames, and this texture has none; use ktx2 or dds")
        if max(sides) > _MAX_VOLUME_SIDE:
            raise InputError(
                f"sides of a volume are at most {_MAX_VOLUME_SIDE}, not {sides_text(sides)}"
            )
        return self

    def raw(self) -> bytes:
        """Return the bare values in C order, little-endian."""
        return self.values.astype(self.values.dtype.newbyteorder("<")).tobytes()


def texels(matrix_set: MatrixSet, pixel_format: PixelFormat) -> Texels:
    """Return the values of a texture in a pixel format.

    Raises:
        InputError: the format cannot hold them, or a side is too long for a texture.

    Example:
        >>> from bluenoise.matrix_set import matrix_set_of
        >>> texels(matrix_set_of(np.array([[0, 1]])), "rg8").values.tolist()
        [[[[63, 255], [191, 255]]]]
    """
    check_sides(matrix_set.shape)
    return Texels(_values(matrix_set, pixel_format), pixel_format, matrix_set.has_frames)


def check_sides(shape: tuple[int, ...]) -> None:
    """Refuse sides that no texture has.

    Raises:
        InputError: one is above 16384.
    """
    if max(shape) > _MAX_SIDE:
        raise InputError(f"texture sides are at most {_MAX_SIDE}, not {sides_text(shape)}")


def _values(matrix_set: MatrixSet, pixel_format: PixelFormat) -> np.ndarray:
    if pixel_format not in THRESHOLD_FORMATS:
        raise InputError(
            f"{pixel_format} holds values such as vectors, not thresholds; use png16 or rg8"
        )
    height, width = matrix_set.shape[-2:]
    if matrix_set.values is not None:
        if pixel_format != "r32f":
            raise InputError(
                f"float noise does not fit {pixel_format}, which holds thresholds; use npy, raw-f32, "
                "ktx2-r32f, dds-r32f or exr"
            )
        planes = [checked_noise(values) for values in matrix_set.values]
        return np.stack(planes, axis=-1).reshape(-1, height, width, len(planes)).astype(np.float32)
    ranks = np.stack([matrix.planes for matrix in matrix_set.matrices], axis=-1)
    count = matrix_set.matrices[0].ranks.size
    if pixel_format == "r32f":
        return float_thresholds(ranks, count)
    if pixel_format == "r8":
        return eight_bit_codes(ranks, count)
    if count > _MAX_RANKS:
        raise InputError(
            f"a matrix of {count} ranks does not fit 16 bits (at most {_MAX_RANKS}); use raw-f32, "
            "ktx2-r32f, dds-r32f or exr"
        )
    if ranks.shape[-1] > 1:
        raise InputError(
            f"{pixel_format} holds one matrix, not {ranks.shape[-1]} channels; use png8, raw-u8 or a "
            "format of floats"
        )
    codes = sixteen_bit_codes(ranks, count)
    if pixel_format == "rg8":
        return np.concatenate([codes >> 8, codes & 255], axis=-1).astype(np.uint8)
    return codes


def grid(frames: int) -> tuple[int, int]:
    """Return columns and rows of a flipbook: near a square, without empty cells if possible.

    Example:
        >>> grid(1), grid(8), grid(16), grid(7)
        ((1, 1), (4, 2), (4, 4), (3, 3))
    """
    side = int(np.ceil(np.sqrt(frames)))
    for columns in range(side, min(frames, 2 * side - 1) + 1):
        if frames % columns == 0:
            return columns, frames // columns
    return side, -(-frames // side)


def flipbook(values: np.ndarray) -> np.ndarray:
    """Return (T, H, W, C) frames as one plane: frame t in row t // columns, column t % columns."""
    frames, height, width, channels = values.shape
    columns, rows = grid(frames)
    filled = np.zeros((rows * columns, height, width, channels), values.dtype)
    filled[:frames] = values
    placed = filled.reshape(rows, columns, height, width, channels).swapaxes(1, 2)
    return placed.reshape(rows * height, columns * width, channels)
