"""Every wrong way to load a texture changes decisions, so comparing decisions detects it."""

import numpy as np

from bluenoise.export.texels import texels
from bluenoise.matrix_set import matrix_set_of
from dither import color, requantize
from dither.matrix.catalog import load_matrix

MATRIX = load_matrix("blue-64x64")
IMAGE = np.repeat(np.arange(256, dtype=np.uint8), 64)[:, None].repeat(64, axis=1)


def _wrong(red: np.ndarray) -> int:
    """Count wrong decisions over all greys and ranks if a sampler returns these values, 0..1."""
    thresholds = np.tile(np.floor(red * 65535 + 0.5).astype(int) // 257, (256, 1))
    white = thresholds < IMAGE
    return int((white != (requantize(IMAGE, MATRIX, bits=1) == 255)).sum())


def _red() -> np.ndarray:
    return texels(matrix_set_of(MATRIX), "r16").values[0, ..., 0] / 65535


def test_a_correct_texture_has_no_wrong_decisions() -> None:
    assert _wrong(_red()) == 0


def test_decoding_as_srgb() -> None:
    assert _wrong(color.srgb_to_linear(_red())) > 100_000


def test_flipped_rows() -> None:
    assert _wrong(_red()[::-1]) > 100_000


def test_a_level_of_mipmaps() -> None:
    half = _red().reshape(32, 2, 32, 2).mean(axis=(1, 3))
    assert _wrong(half.repeat(2, axis=0).repeat(2, axis=1)) > 100_000


def test_a_reduction_to_8_bits() -> None:
    # As Godot and browsers reduce pictures of 16 bits.
    assert _wrong((_red() * 65535).astype(int) // 256 * 257 / 65535) > 1000


def test_a_filter_between_texels() -> None:
    assert _wrong((_red() + np.roll(_red(), 1, axis=1)) / 2) > 100_000
