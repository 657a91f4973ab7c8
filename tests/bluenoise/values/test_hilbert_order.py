import itertools

import numpy as np
import pytest

from bluenoise.values.hilbert_order import hilbert_order


@pytest.mark.parametrize("axes", [2, 3])
def test_the_order_of_a_grid_is_a_path_of_neighbours(axes: int) -> None:
    grid = np.array(list(itertools.product(range(8), repeat=axes)))
    order = hilbert_order(np.random.default_rng(0).permutation(grid)[:: (-1) ** axes] / 7)
    assert sorted(order) == list(range(len(grid)))
    path = np.random.default_rng(0).permutation(grid)[:: (-1) ** axes][order]
    assert (np.abs(np.diff(path, axis=0)).sum(axis=1) == 1).all()


def test_one_axis_is_sorted() -> None:
    values = np.random.default_rng(0).random((50, 1))
    assert (hilbert_order(values) == np.argsort(values[:, 0])).all()


def test_equal_points_keep_their_order_and_more_than_four_axes_are_taken() -> None:
    assert hilbert_order(np.ones((5, 2))).tolist() == [0, 1, 2, 3, 4]
    points = np.zeros((6, 7))
    points[:, 5] = [3, 1, 2, 0, 5, 4]
    assert hilbert_order(points).tolist() in ([3, 1, 2, 0, 5, 4], [4, 5, 0, 2, 1, 3])
