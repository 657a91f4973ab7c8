import numpy as np
import pytest
from scipy.stats import qmc

from bluenoise.values.discrepancy import on_unit_cube, star_discrepancy
from bluenoise.values.value_set import SPACES, value_set


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_it_is_the_l2_star_discrepancy_of_scipy(axes: int) -> None:
    points = np.random.default_rng(axes).random((100, axes))
    random = np.sqrt((2.0**-axes - 3.0**-axes) / 100)
    found = star_discrepancy(points)
    assert found == pytest.approx(qmc.discrepancy(points, method="L2-star") / random)
    assert star_discrepancy(np.zeros((1 << 15, 1))) is None


@pytest.mark.parametrize("space", SPACES)
def test_our_sets_are_far_more_even_than_random_values(space: str) -> None:
    cube = on_unit_cube(value_set(space, 1024).values.astype(float), space)
    assert cube is not None
    found = star_discrepancy(cube)
    assert found is not None
    assert found < 0.5


def test_points_have_no_ideal() -> None:
    assert on_unit_cube(np.zeros((4, 2)), "points") is None
