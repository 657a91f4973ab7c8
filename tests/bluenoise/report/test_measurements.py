import numpy as np
import pytest

from bluenoise.matrix_set import matrix_set_of
from bluenoise.report.measurements import mean_pattern_spectrum, measure
from dither.matrix.classical import bayer, white_noise
from dither.metrics.spectrum import power_spectrum


@pytest.mark.parametrize("shape", [(6, 7), (5, 8), (1, 4)])
def test_the_spectrum_of_patterns_is_the_mean_of_their_periodograms(shape) -> None:
    matrix = white_noise(*shape, seed=3)
    levels = np.arange(1, matrix.ranks.size)
    found = mean_pattern_spectrum(matrix, levels)
    total, weight = np.zeros(shape), 0.0
    for level in levels:
        pattern = (matrix.ranks < level).astype(float)
        total += power_spectrum(pattern) * pattern.var()
        weight += pattern.var()
    assert found == pytest.approx(total / weight)


def test_channels_are_measured_as_their_mean() -> None:
    matrices = [white_noise(8, 8, seed=seed) for seed in range(2)]
    one, two = (measure(matrix_set_of(matrix)) for matrix in matrices)
    both = measure(matrix_set_of(matrices))
    assert both.energies["gaussian:1.5"] == pytest.approx(
        (one.energies["gaussian:1.5"] + two.energies["gaussian:1.5"]) / 2
    )
    assert both.value_spectra.shape == (2, 8, 8)
    assert both.pattern_spectrum == pytest.approx((one.pattern_spectrum + two.pattern_spectrum) / 2)


def test_a_lattice_has_spikes_that_noise_has_not() -> None:
    spikes = measure(matrix_set_of(bayer(8, 8))).value_spectra.max()
    assert spikes > 2 * measure(matrix_set_of(white_noise(8, 8, seed=1))).value_spectra.max()
