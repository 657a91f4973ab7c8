from itertools import pairwise

import numpy as np
import pytest
import reference

from dither.matrix.classical import bayer, white_noise
from dither.metrics import temporal
from dither.metrics.patterns import (
    anisotropy,
    band_powers,
    combined_energies,
    level_energies,
    level_sample,
    temporal_energies,
    temporal_spectrum,
    white_noise_energies,
    white_noise_temporal_energies,
)
from dither.metrics.viewing import STANDARD_FILTERS, Gaussian, Nasanen


def white_frames(shape: tuple[int, int, int], seed: int) -> np.ndarray:
    return np.random.default_rng(seed).permutation(np.prod(shape)).reshape(shape)


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


def test_a_frame_too_bright_as_a_whole_is_an_error() -> None:
    ranks = np.arange(2 * 64).reshape(2, 8, 8)
    # Half the grey, all of it in the first frame.
    energies = level_energies(ranks, [Gaussian(50.0)], np.array([64]))
    assert energies[0, 0] == pytest.approx(0.25)


def test_the_energies_of_frames_are_those_of_each_frame() -> None:
    ranks = white_frames((3, 6, 7), 0)
    filters = [Gaussian(0.7), Gaussian(1.5)]
    measured = level_energies(ranks, filters, np.array([50]))[0]
    axes = np.fft.fftfreq(6)[:, None], np.fft.fftfreq(7)[None]
    for index, viewing in enumerate(filters):
        blurred = [
            np.fft.ifft2(np.fft.fft2((plane < 50) - 50 / 126) * viewing.transfer(*axes)).real
            for plane in ranks
        ]
        assert measured[index] == pytest.approx(np.mean(np.square(blurred)))


def test_white_frames_have_the_energies_they_should() -> None:
    shape, levels = (8, 10, 12), np.array([100, 480, 700])
    filters, averages = (
        [Gaussian(1.0), Gaussian(2.0)],
        [temporal.TemporalGaussian(1), temporal.TemporalBox(4)],
    )
    made = [white_frames(shape, seed) for seed in range(60)]
    space = np.mean([level_energies(ranks, filters, levels) for ranks in made], axis=0)
    time = np.mean([temporal_energies(ranks, averages, levels) for ranks in made], axis=0)
    assert space == pytest.approx(white_noise_energies(shape, filters, levels), rel=0.1)
    assert time == pytest.approx(white_noise_temporal_energies(shape, averages, levels), rel=0.1)


def test_temporal_energies_are_those_of_averaged_pixels() -> None:
    ranks = white_frames((6, 4, 5), 1)
    error = (ranks < 40) - 40 / 120
    averaged = sum(np.roll(error, shift, 0) for shift in range(3)) / 3
    measured = temporal_energies(ranks, [temporal.TemporalBox(3)], np.array([40]))
    assert measured[0, 0] == pytest.approx(np.mean(averaged**2))


def test_the_temporal_spectrum_of_flicker_lies_at_half_a_cycle() -> None:
    # Every pixel is on in every second frame.
    frames = np.empty((4, 2, 16), np.int64)
    order = np.random.default_rng(0).permutation(64)
    frames[::2] = order.reshape(2, 2, 16)
    frames[1::2] = 64 + order.reshape(2, 2, 16)
    spectrum = temporal_spectrum(frames, np.array([64]))
    assert spectrum == pytest.approx([0, 0, 4])


def test_bands_agree_with_a_mean_over_the_whole_plane() -> None:
    ranks = white_noise(12, 15).ranks
    levels = np.array([30, 90])
    edges = (0.0, 0.2, 0.4, 0.75)
    grey = levels / 180
    power = sum(np.abs(np.fft.fft2((ranks < k) - k / 180)) ** 2 for k in levels)
    power /= 180 * (grey * (1 - grey)).sum()
    frequency = np.hypot(np.fft.fftfreq(12)[:, None], np.fft.fftfreq(15))
    for index, (low, high) in enumerate(pairwise(edges)):
        inside = (frequency >= low) & (frequency < high) & (frequency > 0)
        assert band_powers(ranks, edges, levels)[index] == pytest.approx(power[inside].mean())
    assert np.isnan(band_powers(ranks, (0, 0.01, 0.75), levels)[0])


def test_channels_of_one_matrix_are_that_matrix() -> None:
    ranks, filters, levels = white_noise(8, 9).ranks, [Gaussian(1.0)], np.array([7, 30])
    same = combined_energies(np.stack([ranks] * 3), (0.2, 0.7, 0.1), filters, levels)
    assert same == pytest.approx(level_energies(ranks, filters, levels))
    other = white_noise(8, 9, seed=5).ranks
    # Independent channels of equal weight have half the noise.
    halves = combined_energies(np.stack([ranks, other]), (0.5, 0.5), filters, levels)
    assert halves.mean() < 0.8 * same.mean()
