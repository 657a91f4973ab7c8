"""PNG: 8 or 16 bits of grey, or 16 bits in the red and green of 8; frames in a grid.

Nothing in these files speaks of gamma or of sRGB: who asks for the numbers gets them.
"""

import io

import numpy as np

from bluenoise.export.texels import Texels
from dither.errors import InputError


def png(texels: Texels) -> bytes:
    r"""A PNG file: one plane, or all frames in a grid, as `flipbook` lays them.

    Args:
        texels: "r8" of 1 or 3 channels, "rg8", whose blue is 0, or "r16".

    Raises:
        InputError: PNG holds no such numbers.

    Example:
        >>> from bluenoise.export.texels import source, texels
        >>> png(texels(source(np.array([[0, 1]])), "r16"))[:4]
        b'\x89PNG'
    """
    from PIL import Image

    plane = flipbook(texels.values)
    if texels.values.dtype == np.float32:
        raise InputError("a PNG holds whole numbers, not floats; take raw-f32, ktx2-r32f or exr")
    if texels.pixel_format == "rg8":
        plane = np.concatenate([plane, np.zeros_like(plane[..., :1])], axis=-1)
    if plane.shape[-1] not in (1, 3):
        raise InputError(f"a PNG of thresholds has 1 or 3 channels, not {plane.shape[-1]}")
    stream = io.BytesIO()
    plane = plane[..., 0] if plane.shape[-1] == 1 else plane
    Image.fromarray(np.ascontiguousarray(plane)).save(stream, format="PNG", optimize=True)
    return stream.getvalue()


def grid(frames: int) -> tuple[int, int]:
    """Columns and rows of a flipbook: near a square, without empty places where that is possible.

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
    """(T, H, W, C) as one plane: frame t in row t // columns and column t % columns of the grid."""
    frames, height, width, channels = values.shape
    columns, rows = grid(frames)
    filled = np.zeros((rows * columns, height, width, channels), values.dtype)
    filled[:frames] = values
    placed = filled.reshape(rows, columns, height, width, channels).swapaxes(1, 2)
    return placed.reshape(rows * height, columns * width, channels)
