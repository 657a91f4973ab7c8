import numpy as np
import pytest

from dither.matrix.classical import white_noise
from dither.metrics.spectrum import (
    frequencies,
    low_frequency_power,
    power_spectrum,
    radial_mean,
)


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


def test_of_frames_the_mean_is_taken() -> None:
    planes = np.stack([white_noise(12, 14, seed).ranks for seed in range(3)])
    each = [low_frequency_power(plane) for plane in planes]
    assert low_frequency_power(planes) == pytest.approx(np.mean(each))


def test_a_torus_without_low_frequencies_has_no_figure() -> None:
    assert np.isnan(low_frequency_power(np.arange(16).reshape(4, 4), 0.25))


def test_frequencies_agree_with_numpys_order() -> None:
    assert frequencies((4, 6)).shape == (4, 6)
    assert (frequencies((4, 6), half=True) == frequencies((4, 6))[:, :4]).all()


@pytest.mark.parametrize("shape", [(8, 8), (6, 9), (1, 5)])
def test_the_radial_mean_goes_round_every_ring(shape: tuple[int, int]) -> None:
    power = power_spectrum(white_noise(*shape, seed=2).ranks)
    rings: dict[int, list[tuple[float, float]]] = {}
    for (row, column), value in np.ndenumerate(power):
        vertical = min(row, shape[0] - row) / shape[0]
        horizontal = min(column, shape[1] - column) / shape[1]
        frequency = np.hypot(vertical, horizontal)
        if frequency > 0:
            rings.setdefault(round(frequency * max(shape)), []).append((frequency, value))
    found = np.stack(radial_mean(power), axis=1)
    assert found == pytest.approx(
        np.array([np.mean(rings[ring], axis=0) for ring in sorted(rings)])
    )
