import numpy as np
import pytest

from bluenoise.evaluate import baselines, evaluate, mean_gain_db
from dither.classical import white_noise
from dither.matrix import ThresholdMatrix


def test_void_and_cluster_stands_far_ahead_of_white_noise() -> None:
    rows = {name: evaluate(matrix) for name, matrix in baselines((64, 64)).items()}
    reference = rows["void-and-cluster"]
    assert mean_gain_db(rows["white noise"], reference) > 12
    assert rows["white noise"].against_white_db["gaussian:1.5"] == pytest.approx(0, abs=0.5)
    assert 230 < reference.energy["gaussian:1.5"] < 260
    assert reference.anisotropy_db == pytest.approx(0, abs=0.5)
    assert (rows["Bayer"].anisotropy_db or 0) > 8
    assert rows["white noise"].low_frequency_power == pytest.approx(1, abs=0.1)


def test_energies_do_not_change_when_the_torus_is_turned() -> None:
    matrix = white_noise(12, 20)
    turned = ThresholdMatrix(np.roll(matrix.ranks, (3, 5), (0, 1)).T)
    first, second = evaluate(matrix), evaluate(turned)
    assert first.energy == pytest.approx(second.energy)
    assert first.anisotropy_db == pytest.approx(second.anisotropy_db)


def test_large_matrices_are_measured_at_a_sample_of_levels() -> None:
    matrix = white_noise(256, 300)
    evaluation = evaluate(matrix)
    assert evaluation.levels == (1 << 24) // (256 * 300)
    assert evaluation.against_white_db["gaussian:2.0"] == pytest.approx(0, abs=0.5)


def test_a_torus_without_low_frequencies_has_no_figure_for_them() -> None:
    assert evaluate(white_noise(4, 4)).low_frequency_power is None


def test_the_values_spectrum_is_theirs_and_not_the_ranks() -> None:
    matrix = white_noise(16, 16)
    values = np.cos(2 * np.pi * np.arange(16) / 16) * np.ones((16, 1))
    assert (evaluate(matrix, values=values).low_frequency_power or 0) > 2


def test_bayer_is_the_largest_that_fits() -> None:
    assert baselines((60, 68))["Bayer 32x64"].shape == (32, 64)
