"""What textures hold beside the plane of thresholds: a matrix with frames, and values.

A matrix with frames dithers the landscape with one of them. Values are drawn as numbers: each runtime
decodes every value of every frame with the exported snippet, and writes its parts x, y, z and pdf side
by side, in 22 bits of fixed point.
"""

from functools import cache

import numpy as np
from engines.expected import LEVELS, landscape

import dither
from bluenoise.export.formats import TEXTURES
from bluenoise.export.value_texels import ValueFormat, decoded, value_texels
from bluenoise.value_texture import ValueTexture, value_texture_of

MATRIX = "blue-16x64x64"
# The frame that dithers the landscape.
FRAME = 5
# Frames, rows and columns of values; a flipbook of 7 frames has empty cells.
SHAPE = (7, 12, 20)
PARTS = 4
# Steps of a number, -2 to 2; and how many of them a decoded number may be off: a code of 16 bits is 32.
SCALE = 1 << 20
TOLERANCE = 2


@cache
def values_of(content: str) -> ValueTexture:
    """Return values: "scalar", "circle", "sphere", or "weighted", which are pairs with their pdf."""
    rng = np.random.default_rng(len(content))
    if content in ("circle", "sphere"):
        vectors = rng.normal(size=(*SHAPE, 2 if content == "circle" else 3))
        return value_texture_of(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True), content)
    if content == "weighted":
        return value_texture_of(rng.random((*SHAPE, 3)) * [1, 1, 1.9], "vec2")
    return value_texture_of(rng.random((*SHAPE, 1)), "scalar")


def matrix() -> dither.ThresholdMatrix:
    """Return the matrix with frames."""
    return dither.load_matrix(MATRIX)


def blank() -> np.ndarray:
    """Return the picture of which values take the place: (T H, 4 W) uint8."""
    frames, height, width = SHAPE
    return np.zeros((frames * height, PARTS * width), np.uint8)


def wrong_pixels(content: str, texture: str, drawn: np.ndarray) -> int:
    """Return how many pixels, of (H, W, 3) uint8, are not what the texture holds."""
    if content == "frames":
        phase = (FRAME, 0, 0)
        shown = [
            dither.requantize(landscape(), matrix(), levels=each, phase=phase) for each in LEVELS
        ]
        return int((drawn != np.stack(shown, axis=2)).any(axis=2).sum())
    found = drawn.astype(int) @ [1 << 16, 1 << 8, 1]
    return int((np.abs(found - _wanted(content, texture)) > TOLERANCE).sum())


def _wanted(content: str, texture: str) -> np.ndarray:
    """Return the decoded numbers of a texture in fixed point: (T H, 4 W)."""
    held = values_of(content)
    value_format: ValueFormat = TEXTURES[texture].texel_format  # pyright: ignore[reportAssignmentType]
    numbers = np.zeros((*SHAPE, PARTS))
    numbers[..., : held.components] = decoded(value_texels(held, value_format), held, value_format)
    if held.pdf is not None:
        last = {"rgba8": 255, "rgba16": 65535}.get(value_format)
        most = held.pdf_range
        pdf = np.rint(held.pdf.astype(float) / most * last) / last * most if last else held.pdf
        numbers[..., 3] = pdf.astype(np.float16) if value_format == "rgba16f" else pdf
    fixed = np.rint((numbers + 2) * SCALE).astype(int)
    frames, height, width = SHAPE
    return fixed.transpose(0, 1, 3, 2).reshape(frames * height, PARTS * width)
