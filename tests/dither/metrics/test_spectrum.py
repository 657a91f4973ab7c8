import numpy as np
import pytest
import reference

from dither.classical import bayer, white_noise
from dither.metrics.spectrum import (
    anisotropy,
    frequencies,
    level_energies,
    level_sample,
    low_frequency_power,
    power_spectrum,
    white_noise_energies,
)
from dither.metrics.viewing import STANDARD_FILTERS, Gaussian, Nasanen


@pytest.mark.parametrize("shape", [(6, 6), (5, 7), (4, 9)])
def test_level_energies_are_those_of_the_blurred_patterns(shape: tuple[int, int]) -> None:
    ranks = white_noise(*shape, seed=3).ranks
    levels = np.array([1, 7, ranks.size // 2, ranks.size - 1])
    fast = level_energies(ranks, [Gaussian(1.3)], levels)[:, 0]
    slow = [reference.level_energy(ranks, level, 1.3) for level in levels]
    assert fast == pytest.approx(slow, rel=2e-3)


def test_no_blur_leaves_the_variance_of_the_dots() -> None:
    ranks = white_noise(8, 12).ranks
    grey = np.arange(1, 96) / 96
    assert level_energies(ranks, [Gaussian(0)])[:, 0] == pytest.approx(grey * (1 - grey))


def test_white_noise_has_the_energy_it_should() -> None:
    levels = np.array([100, 500, 900])
    filters = [Gaussian(1.0), Gaussian(2.0), Nasanen()]
    measured = np.mean(
        [level_energies(white_noise(32, 32, seed).ranks, filters, levels) for seed in range(60)],
        axis=0,
    )
    assert measured == pytest.approx(white_noise_energies((32, 32), filters, levels), rel=0.1)


def test_bayers_published_standing() -> None:
    energies = level_energies(bayer(64, 64).ranks, list(STANDARD_FILTERS.values())).mean(axis=0)
    assert 1e6 * energies == pytest.approx([1393, 276, 87, 17.2, 79], rel=0.01)


def test_anisotropy_is_0_db_for_white_noise_and_high_for_a_grid() -> None:
    levels = level_sample(4096, 64)
    white = np.mean([anisotropy(white_noise(64, 64, seed).ranks, levels) for seed in range(4)])
    assert white == pytest.approx(0, abs=0.3)
    assert anisotropy(bayer(64, 64).ranks, levels) > 8


def test_power_is_conserved() -> None:
    spectrum = power_spectrum(white_noise(10, 14).ranks)
    assert spectrum.sum() == pytest.approx(spectrum.size)
    assert power_spectrum(np.ones((3, 3))).sum() == 0


def test_a_wave_has_power_at_its_frequency_alone() -> None:
    wave = np.cos(2 * np.pi * 4 * np.arange(32) / 32) * np.ones((32, 1))
    spectrum = power_spectrum(wave)
    assert np.argwhere(spectrum > 1e-9).tolist() == [[0, 4], [0, 28]]
    assert low_frequency_power(wave, 0.1) == pytest.approx(0)
    assert low_frequency_power(wave, 0.2) > 5


def test_a_torus_without_low_frequencies_has_no_figure() -> None:
    assert np.isnan(low_frequency_power(np.arange(16).reshape(4, 4), 0.25))


def test_frequencies_agree_with_numpys_order() -> None:
    assert frequencies((4, 6)).shape == (4, 6)
    assert (frequencies((4, 6), half=True) == frequencies((4, 6))[:, :4]).all()
