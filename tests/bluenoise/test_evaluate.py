import numpy as np
import pytest

from bluenoise.evaluate import (
    baselines,
    evaluate,
    mean_evaluation,
    mean_gain_db,
    photo_error,
)
from dither.matrix.classical import white_noise
from dither.matrix.threshold_matrix import ThresholdMatrix
from dither.metrics.viewing import Gaussian
from dither.ordered.levels import requantize


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


def test_frames_are_measured_over_time_as_well() -> None:
    shape = (8, 24, 24)
    rows = {name: evaluate(matrix) for name, matrix in baselines(shape).items()}
    assert list(rows) == ["white noise", "each frame alone", "void-and-cluster"]
    white, alone, made = rows.values()
    assert made.over_time_db is not None
    assert alone.over_time_db is not None
    assert white.over_time_db is not None
    for name in made.over_time_db:
        assert white.over_time_db[name] == pytest.approx(0, abs=0.5)
        assert alone.over_time_db[name] == pytest.approx(0, abs=0.5)
        assert made.over_time_db[name] < -3
    # Alone each frame is as blue as it can be.
    single = evaluate(baselines((24, 24))["void-and-cluster"])
    assert alone.energy == pytest.approx(single.energy, rel=0.1)
    assert len(made.temporal_spectrum_db or []) == 5
    assert single.over_time_db is None


def test_bands_rise_from_low_to_high_frequencies() -> None:
    bands = list(evaluate(baselines((64, 64))["void-and-cluster"]).bands_db.values())
    assert len(bands) == 6
    assert all(low is not None and low < -10 for low in bands[:2])
    assert all(high is not None and high > 0 for high in bands[-2:])
    white = evaluate(white_noise(64, 64)).bands_db
    assert all(band == pytest.approx(0, abs=0.8) for band in white.values())


def test_the_mean_of_several_seeds() -> None:
    rows = [evaluate(white_noise(8, 8, seed)) for seed in range(3)]
    mean = mean_evaluation(rows)
    assert mean.shape == (8, 8)
    for name in mean.energy:
        assert mean.energy[name] == pytest.approx(np.mean([row.energy[name] for row in rows]))
    # A figure that is lacking stays so.
    assert mean.bands_db["0-0.0625"] is None


def test_the_error_of_a_photo_is_that_of_the_blurred_difference() -> None:
    photo = np.random.default_rng(0).integers(0, 256, (20, 30), np.uint8)
    matrix = white_noise(8, 8)
    error = (requantize(photo, matrix, bits=1) / 255.0) - photo / 255
    blurred = np.fft.ifft2(np.fft.fft2(error) * Gaussian(1.0).transfer(*_axes(20, 30))).real
    measured = photo_error(photo, matrix, {"mine": Gaussian(1.0)})
    assert measured["mine"] == pytest.approx(100 * np.sqrt(np.mean(blurred**2)))
    # A grey photo in three equal channels is the same photo.
    colours = np.stack([photo] * 3, axis=2)
    assert photo_error(colours, matrix, {"mine": Gaussian(1.0)}) == pytest.approx(measured)


def _axes(height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    return np.fft.fftfreq(height)[:, None], np.fft.fftfreq(width)


def test_bayer_is_the_largest_that_fits() -> None:
    assert baselines((60, 68))["Bayer 32x64"].shape == (32, 64)
