import numpy as np
import pytest

from bluenoise.export.texels import PixelFormat, source, texels
from dither import InputError
from dither.matrix.catalog import load_channels, load_matrix
from dither.matrix.threshold_matrix import ThresholdMatrix, channel_thresholds


def test_arrays_are_told_apart() -> None:
    matrix = load_matrix("blue-16x16")
    for array in (matrix, matrix.ranks, matrix.thresholds, matrix.thresholds.astype(float)):
        found = source(array)
        assert np.array_equal(found.matrices[0].ranks, matrix.ranks)
        assert found.shape == (1, 16, 16, 1)
    colours = load_channels("blue-64x64-rgb")
    assert source(colours).shape == source(channel_thresholds(colours)).shape == (1, 64, 64, 3)
    assert source(channel_thresholds(colours)).ranks == 4096
    frames = np.random.default_rng(1).permutation(3 * 4 * 5).reshape(3, 4, 5)
    assert source(frames).shape == (3, 4, 5, 1)
    assert source(frames).has_frames


def test_noise_is_no_matrix() -> None:
    noise = np.linspace(-1, 1, 60).reshape(3, 4, 5)
    assert source(noise).shape == (3, 4, 5, 1)
    assert source(noise[0]).shape == (1, 4, 5, 1)
    assert source(noise.reshape(4, 5, 3)).shape == (1, 4, 5, 3)
    assert np.array_equal(texels(source(noise), "r32f").values[..., 0], noise.astype(np.float32))
    wholes: tuple[PixelFormat, ...] = ("r8", "rg8", "r16", "r16ui")
    for pixel_format in wholes:
        with pytest.raises(InputError, match="noise of floats"):
            texels(source(noise), pixel_format)


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.zeros((4, 4), int), "permutation"),
        (np.arange(16), "two sides"),
        (np.zeros((0, 4), int), "at least one cell"),
        (np.zeros((4, 4), bool), "bool"),
        (np.full((4, 4), np.nan), "nan"),
        (np.zeros((2, 2, 2, 2)), "two or three sides"),
        (np.arange(20000)[None], "16384"),
    ],
)
def test_what_is_no_matrix_is_refused(array: np.ndarray, words: str) -> None:
    with pytest.raises(InputError, match=words):
        source(array)


def test_matrices_of_several_shapes_are_refused() -> None:
    small, large = load_matrix("blue-16x16"), load_matrix("blue-32x32")
    with pytest.raises(InputError, match="of one shape"):
        source([small, large])
    with pytest.raises(InputError, match="1 to 4"):
        source([small] * 5)
    with pytest.raises(InputError, match="an array of numbers is exported"):
        source([[0, 1], [2, 3]])  # pyright: ignore[reportArgumentType]
    frames = ThresholdMatrix(np.arange(8).reshape(2, 2, 2))
    with pytest.raises(InputError, match="frames"):
        source([frames, frames])


def test_16_bits_hold_65536_ranks_and_no_more() -> None:
    wholes: tuple[PixelFormat, ...] = ("rg8", "r16", "r16ui")
    for pixel_format in wholes:
        most = texels(source(np.arange(65536).reshape(256, 256)), pixel_format)
        assert most.values.shape[:3] == (1, 256, 256)
        with pytest.raises(InputError, match="65792 ranks does not fit 16 bits"):
            texels(source(np.arange(257 * 256).reshape(257, 256)), pixel_format)
    assert texels(source(np.arange(257 * 256).reshape(257, 256)), "r8").values.max() == 254


def test_two_bytes_make_the_code() -> None:
    found = source(load_matrix("blue-60x68"))
    high, low = np.moveaxis(texels(found, "rg8").values.astype(int), -1, 0)
    assert np.array_equal(high * 256 + low, texels(found, "r16").values[..., 0])
