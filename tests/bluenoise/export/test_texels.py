import numpy as np
import pytest

from bluenoise.export.texels import PixelFormat, flipbook, grid, texels
from bluenoise.matrix_set import matrix_set_of
from dither import InputError
from dither.matrix.catalog import load_channels, load_matrix


def test_frames_and_channels_are_the_outer_axes() -> None:
    channels = matrix_set_of(load_channels("blue-64x64-rgb"))
    assert texels(channels, "r8").values.shape == (1, 64, 64, 3)
    frames = matrix_set_of(np.random.default_rng(1).permutation(60).reshape(3, 4, 5))
    assert texels(frames, "r8").values.shape == (3, 4, 5, 1)


def test_noise_needs_floats() -> None:
    noise = np.linspace(-1, 1, 60, dtype=np.float32).reshape(3, 4, 5)
    assert np.array_equal(texels(matrix_set_of(noise), "r32f").values, noise[..., None])
    channels = noise.reshape(4, 5, 3)
    assert np.array_equal(texels(matrix_set_of(channels), "r32f").values, channels[None])
    integer_formats: tuple[PixelFormat, ...] = ("r8", "rg8", "r16", "r16ui")
    for pixel_format in integer_formats:
        with pytest.raises(InputError, match="float noise does not fit"):
            texels(matrix_set_of(noise), pixel_format)


def test_sides_too_long_for_a_texture_are_refused() -> None:
    with pytest.raises(InputError, match="16384"):
        texels(matrix_set_of(np.arange(20000)[None]), "r32f")


def test_16_bits_hold_65536_ranks_and_no_more() -> None:
    wholes: tuple[PixelFormat, ...] = ("rg8", "r16", "r16ui")
    for pixel_format in wholes:
        most = texels(matrix_set_of(np.arange(65536).reshape(256, 256)), pixel_format)
        assert most.values.shape[:3] == (1, 256, 256)
        with pytest.raises(InputError, match="65792 ranks does not fit 16 bits"):
            texels(matrix_set_of(np.arange(257 * 256).reshape(257, 256)), pixel_format)
    assert texels(matrix_set_of(np.arange(257 * 256).reshape(257, 256)), "r8").values.max() == 254


def test_two_bytes_make_the_code() -> None:
    found = matrix_set_of(load_matrix("blue-60x68"))
    high, low = np.moveaxis(texels(found, "rg8").values.astype(int), -1, 0)
    assert np.array_equal(high * 256 + low, texels(found, "r16").values[..., 0])


@pytest.mark.parametrize("frames", [1, 2, 3, 5, 7, 8, 16, 17, 64, 255, 256])
def test_frames_lie_in_a_grid(frames: int) -> None:
    columns, rows = grid(frames)
    assert columns * rows >= frames
    assert rows <= columns <= 2 * np.ceil(np.sqrt(frames))
    values = np.arange(frames * 2 * 3 * 2).reshape(frames, 2, 3, 2)
    sheet = flipbook(values)
    for t in range(frames):
        top, left = t // columns * 2, t % columns * 3
        assert np.array_equal(sheet[top : top + 2, left : left + 3], values[t])


def test_bare_numbers_are_little_endian() -> None:
    frames = matrix_set_of(np.random.default_rng(2).permutation(7 * 5 * 6).reshape(7, 5, 6))
    types: dict[PixelFormat, str] = {"r8": "u1", "r16ui": "<u2", "r32f": "<f4"}
    for pixel_format, dtype in types.items():
        held = texels(frames, pixel_format)
        read = np.frombuffer(held.raw(), dtype).reshape(held.values.shape)
        assert np.array_equal(read, held.values)
