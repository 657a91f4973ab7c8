import numpy as np

from dither.metrics.light import linear_lights


def test_the_light_of_resamplers_overshoot_is_clipped() -> None:
    first, second = linear_lights(np.array([[-1e-4, 1 + 1e-4]]), np.array([[0, 1.0]]))
    assert np.array_equal(first, second)
