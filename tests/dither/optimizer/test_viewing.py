from typing import Any

import numpy as np
import pytest
from scipy import integrate, optimize

from dither.metrics.viewing import Box, Gaussian, Nasanen, parse_filter
from dither.optimizer.config import preset_config
from dither.optimizer.viewing import nearest_sigma, seen_by
from dither.panels.files import load_panel


@pytest.mark.parametrize("sigma", [0.5, 1.0, 1.5, 2.37])
def test_a_gaussian_is_its_own_nearest(sigma: float) -> None:
    assert nearest_sigma(Gaussian(sigma)) == sigma


def test_the_eye_of_nasanen_agrees_with_the_integral_over_the_plane() -> None:
    eye = Nasanen(127, 40)
    rate = eye.pixels_per_degree / 5.16888  # 0.525 ln 11 + 3.91

    def apart(sigma: float) -> float:
        def at(f: float) -> float:
            gain = Gaussian(sigma).transfer(np.array(f), np.zeros(()))
            return (2.718281828 ** (-2 * rate * f) - float(gain) ** 2) ** 2 * f

        return integrate.quad(at, 0, 0.5)[0]

    found: Any = optimize.minimize_scalar(apart, bounds=(0.5, 2.5), method="bounded")
    assert nearest_sigma(eye) == pytest.approx(found.x, abs=0.02)
    assert nearest_sigma(eye) == pytest.approx(0.0538 * eye.pixels_per_degree, abs=0.02)


def test_blurs_beyond_the_limits_of_the_search_are_its_ends() -> None:
    assert nearest_sigma(Nasanen(300, 60)) == 2.5
    assert nearest_sigma(Gaussian(0.3)) == 0.5
    assert 0.5 < nearest_sigma(Box(2)) < nearest_sigma(Box(4)) < 2.5


def test_only_the_blur_of_a_preset_and_its_penalties_change() -> None:
    preset = preset_config("balanced", 6)
    assert seen_by(None, preset) is preset
    seen = seen_by(parse_filter(load_panel("spectra-6-7.3").viewing_filter), preset)
    assert seen.search.sigma == pytest.approx(1.88, abs=0.01)
    # The penalties keep their share of what a Gaussian keeps of an error of one pixel.
    share = (preset.search.sigma / seen.search.sigma) ** 2
    assert seen.search.penalty == pytest.approx(share * preset.search.penalty)
    assert seen.variance == preset.variance
