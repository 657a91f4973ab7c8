import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from dither.preparation.cells import join_cells, regions_of, split_cells, window, window_mean


@given(st.integers(1, 20), st.integers(1, 20), st.integers(1, 5), st.integers(0, 99))
def test_cells_hold_each_pixel_and_repeat_the_edge(
    height: int, width: int, size: int, seed: int
) -> None:
    image = np.random.default_rng(seed).integers(0, 256, (height, width))
    cells = split_cells(image, size)
    for row, column in np.ndindex(cells.shape[:2]):
        rows = np.minimum(row * size + np.arange(size), height - 1)
        columns = np.minimum(column * size + np.arange(size), width - 1)
        assert cells[row, column].tolist() == image[np.ix_(rows, columns)].ravel().tolist()
    numbers = np.arange(cells.shape[0] * cells.shape[1]).reshape(cells.shape[:2])
    joined = join_cells(numbers, size, (height, width))
    for row, column in np.ndindex(height, width):
        assert joined[row, column] == numbers[row // size, column // size]


@pytest.mark.parametrize("radius", [0, 1, 4])
def test_windows_are_those_of_scipy(radius: int) -> None:
    values = np.random.default_rng(3).normal(size=(17, 6))
    size = 2 * radius + 1
    assert (
        window(values, radius, np.maximum) == ndimage.maximum_filter(values, size, mode="nearest")
    ).all()
    means = ndimage.uniform_filter(values, size, mode="nearest")
    assert np.allclose(window_mean(values, radius), means)


@given(st.integers(1, 30), st.integers(1, 30), st.floats(0.2, 0.8), st.integers(0, 99))
def test_regions_are_those_of_scipy(height: int, width: int, share: float, seed: int) -> None:
    cells = np.random.default_rng(seed).random((height, width)) < share
    regions = regions_of(cells)
    inside, outside = np.empty(cells.shape, int), np.empty(cells.shape, int)
    ndimage.label(cells, output=inside)
    ndimage.label(~cells, output=outside)
    pairs = set(zip(regions.ravel(), (inside - outside).ravel(), strict=True))
    assert len(pairs) == regions.max() + 1 == inside.max() + outside.max()
