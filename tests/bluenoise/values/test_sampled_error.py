import numpy as np
import pytest

from bluenoise.values.sampled_error import sampled_errors
from bluenoise.values.value_set import value_set
from bluenoise.values.views import frame_view
from dither.metrics.viewing import Gaussian


@pytest.mark.parametrize("family", ["boxes", "bumps", "squares"])
def test_white_noise_is_as_much_as_independent_samples(family: str) -> None:
    values = value_set("disk", 1024).values[np.random.default_rng(0).permutation(1024)]
    points = values.reshape(1, 32, 32, 2).astype(float)
    views = [frame_view((1, 32, 32), Gaussian(1.0)), frame_view((1, 32, 32), None)]
    blurred, sharp = sampled_errors(points, family, views)
    assert blurred == pytest.approx(1, abs=0.15)
    assert sharp == pytest.approx(1)


def test_the_examples_do_not_depend_on_the_arrangement() -> None:
    values = value_set("vec2", 64).values.astype(float)
    orders = (np.arange(64), np.random.default_rng(0).permutation(64))
    shifted = [np.roll(values[order].reshape(1, 8, 8, 2), 3, axis=1) for order in orders]
    still = [values[order].reshape(1, 8, 8, 2) for order in orders]
    views = [frame_view((1, 8, 8), Gaussian(1.0))]
    for one, other in zip(shifted, still, strict=True):
        found = [sampled_errors(each, "boxes", views)[0] for each in (one, other)]
        assert found[0] == pytest.approx(found[1])
