import io

import numpy as np
import pytest

from bluenoise.matrix_set import MatrixSet, matrix_set_of
from dither import InputError
from dither.matrix.catalog import load_channels, load_matrix
from dither.matrix.threshold_matrix import ThresholdMatrix, channel_thresholds

MATRIX = load_matrix("blue-60x68")
COLOURS = load_channels("blue-64x64-rgb")
NOISE = np.linspace(-1, 1, 60).reshape(3, 4, 5)


def test_ranks_and_thresholds_are_the_same_matrix() -> None:
    thresholds = MATRIX.thresholds
    for array in (MATRIX, MATRIX.ranks, thresholds, thresholds.astype(float)):
        found = matrix_set_of(array)
        assert np.array_equal(found.matrices[0].ranks, MATRIX.ranks)
        assert (found.shape, found.values) == ((60, 68), None)
    for channels in (COLOURS, channel_thresholds(COLOURS)):
        found = matrix_set_of(channels)
        assert [m.ranks.tolist() for m in found.matrices] == [m.ranks.tolist() for m in COLOURS]
        assert (found.shape, found.values) == ((64, 64), None)
    frames = matrix_set_of(np.random.default_rng(1).permutation(60).reshape(3, 4, 5))
    assert (frames.shape, frames.has_frames) == ((3, 4, 5), True)


@pytest.mark.parametrize(("noise", "channels"), [(NOISE, 1), (NOISE[0], 1), (NOISE[..., :3], 3)])
def test_other_floats_are_noise(noise: np.ndarray, channels: int) -> None:
    found = matrix_set_of(noise)
    planes = noise[None] if channels == 1 else np.moveaxis(noise, 2, 0)
    assert found.values is not None
    assert len(found.values) == len(found.matrices) == channels
    for matrix, values, plane in zip(found.matrices, found.values, planes, strict=True):
        assert np.array_equal(values, plane)
        assert np.array_equal(matrix.ranks, ThresholdMatrix.from_values(plane).ranks)


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.zeros((4, 4), int), "no order"),
        (np.arange(16), "has the shape"),
        (np.zeros((0, 4), int), "no empty side"),
        (np.zeros((4, 4), bool), "bool"),
        (np.full((4, 4), np.nan), "NaN"),
        (np.arange(16.0).reshape(2, 2, 2, 2), "has shape"),
    ],
)
def test_unusable_arrays_are_refused(array: np.ndarray, words: str) -> None:
    with pytest.raises(InputError, match=words):
        matrix_set_of(array)


def test_matrices_that_do_not_fit_together_are_refused() -> None:
    small, large = load_matrix("blue-16x16"), load_matrix("blue-32x32")
    with pytest.raises(InputError, match="of one shape"):
        matrix_set_of([small, large])
    with pytest.raises(InputError, match="1 to 4"):
        matrix_set_of([small] * 5)
    with pytest.raises(InputError, match="1 to 4"):
        MatrixSet(())
    with pytest.raises(InputError, match="an array of numbers"):
        matrix_set_of(None)  # pyright: ignore[reportArgumentType]
    frames = ThresholdMatrix(np.arange(8).reshape(2, 2, 2))
    with pytest.raises(InputError, match="frames"):
        matrix_set_of([frames, frames])


@pytest.mark.parametrize(
    "array",
    [
        MATRIX.ranks,
        np.random.default_rng(2).permutation(7 * 5 * 6).reshape(7, 5, 6).astype(np.uint16),
        channel_thresholds(COLOURS),
        NOISE[0].astype(np.float32),
        NOISE[:1].astype(np.float32),
        NOISE[..., :3].astype(np.float32),
    ],
)
def test_the_npy_file_holds_the_array(array: np.ndarray) -> None:
    read = np.load(io.BytesIO(matrix_set_of(array).npy()))
    assert read.dtype == array.dtype
    assert np.array_equal(read, array)
