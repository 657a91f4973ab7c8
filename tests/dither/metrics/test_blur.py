import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from dither.metrics.blur import gaussian_blurred


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (7, 3), (40, 31), (32, 47, 3)])
@pytest.mark.parametrize("sigma", [0, 0.1, 0.6, 1.5, 2.5, 20])
def test_blur_as_scipy_does(shape: tuple[int, ...], sigma: float) -> None:
    planes = np.random.default_rng(0).random(shape)
    expected = ndimage.gaussian_filter(planes, sigma, mode="reflect", axes=(0, 1))
    assert gaussian_blurred(planes, sigma) == pytest.approx(expected, abs=1e-12)


def test_the_blurs_reach_is_where_scipy_cuts_it_off() -> None:
    planes = np.random.default_rng(0).random((30, 20))
    expected = ndimage.gaussian_filter(planes, 1.5, truncate=5 / 1.5)
    assert gaussian_blurred(planes, 1.5, reach=5 / 1.5) == pytest.approx(expected, abs=1e-12)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.floats(0, 60))
def test_the_blur_keeps_the_mean(height: int, width: int, sigma: float) -> None:
    planes = np.random.default_rng(height * 41 + width).random((height, width))
    assert gaussian_blurred(planes, sigma).mean() == pytest.approx(planes.mean())
