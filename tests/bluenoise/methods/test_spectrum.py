import dataclasses
from typing import Any

import jax
import numpy as np
import pytest
from python_loop import in_a_loop, plain_step

from bluenoise.methods import spectrum
from bluenoise.methods.spectrum import (
    Adam,
    GradientDescent,
    LossWeights,
    Momentum,
    Result,
    Spectrum,
    State,
)
from bluenoise.objective.target import DISTRIBUTIONS, Distribution, SpectrumTarget
from bluenoise.runs.options import RunOptions
from dither.errors import InputError
from dither.matrix.threshold_matrix import ThresholdMatrix, is_permutation
from dither.metrics.spectrum import low_frequency_power, power_spectrum


@pytest.fixture(scope="module")
def made() -> Result:
    return spectrum.optimize_spectrum(Spectrum((64, 64)), seed=1)


def test_every_rank_once_and_less_than_1_percent_of_low_frequencies(made: Result) -> None:
    assert is_permutation(made.matrix.ranks)
    assert low_frequency_power(made.matrix.ranks, 0.25) < 0.01
    assert made.values == pytest.approx(made.matrix.thresholds)


def test_above_the_cutoff_the_spectrum_is_flat(made: Result) -> None:
    wanted = SpectrumTarget(0.3).power((64, 64))
    spectrum = power_spectrum(made.matrix.ranks)
    assert spectrum[wanted > 0] / wanted[wanted > 0] == pytest.approx(1, abs=0.2)


@pytest.mark.parametrize("shape", [(4, 4), (4, 9), (10, 10), (20, 20), (40, 40), (60, 68)])
def test_any_size_goes(shape: tuple[int, int]) -> None:
    result = spectrum.optimize_spectrum(Spectrum(shape, steps=400), seed=0)
    assert result.matrix.shape == shape
    # A handful of cells needs the restarts that the command line gives it; 4 rows have no such band.
    if min(shape) >= 10:
        assert low_frequency_power(result.matrix.ranks, 0.25) < 0.01


@pytest.mark.slow
@pytest.mark.parametrize("shape", [(512, 512), (4, 512), (333, 500)])
def test_large_sizes_go(shape: tuple[int, int]) -> None:
    result = spectrum.optimize_spectrum(Spectrum(shape, steps=100), seed=0)
    assert low_frequency_power(result.matrix.ranks, 0.25) < 0.01


@pytest.mark.parametrize("distribution", DISTRIBUTIONS.values(), ids=DISTRIBUTIONS)
def test_values_are_the_exact_quantiles(distribution: Distribution) -> None:
    result = spectrum.optimize_spectrum(Spectrum((32, 32), distribution=distribution, steps=300))
    assert result.values.dtype == np.float32
    assert (np.sort(result.values, axis=None) == distribution.quantiles(1024).astype("f4")).all()
    assert low_frequency_power(result.values, 0.25) < 0.01


@pytest.mark.parametrize("rule", [Adam(), Momentum(), GradientDescent()])
@pytest.mark.parametrize("random_weights", [False, True])
def test_every_update_rule_arrives(rule: Any, random_weights: bool) -> None:
    config = Spectrum((32, 32), optimizer=rule, random_weights=random_weights, steps=500)
    assert low_frequency_power(spectrum.optimize_spectrum(config).matrix.ranks, 0.25) < 0.01


@pytest.mark.parametrize("random_weights", [True, False])
@pytest.mark.parametrize("rule", [GradientDescent(), Momentum(), Adam()])
def test_steps_are_those_of_the_plain_loop(rule: Any, random_weights: bool) -> None:
    config = Spectrum(
        (16, 16), optimizer=rule, random_weights=random_weights, steps=12, fine_tune_steps=0
    )
    state = spectrum.init(config, jax.random.split(jax.random.key(7), 1)[0])
    plain = in_a_loop(plain_step(config, compile_gradient=True), state, 12)
    ours, _ = spectrum.advance(config, spectrum.start(config, 7), 12)
    assert np.asarray(ours.values[0]) == pytest.approx(np.asarray(plain.values), abs=5e-4)


def test_the_same_seed_gives_the_same_bytes_and_another_does_not() -> None:
    config = Spectrum((16, 16), steps=50)
    first, same, other = (
        spectrum.optimize_spectrum(config, seed=seed).values for seed in (3, 3, 4)
    )
    assert first.tobytes() == same.tobytes()
    assert first.tobytes() != other.tobytes()


def test_chunks_do_not_change_the_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    config = Spectrum((16, 16), steps=40, fine_tune_steps=9)
    whole = spectrum.optimize_spectrum(config, seed=3).values
    monkeypatch.setattr(spectrum, "_LONGEST_CHUNK", 7)
    assert spectrum.optimize_spectrum(config, seed=3).values.tobytes() == whole.tobytes()


def test_of_several_restarts_the_best_is_kept() -> None:
    config = Spectrum((16, 16), steps=60, fine_tune_steps=10)
    result = spectrum.optimize_spectrum(config, seed=0, run=RunOptions(restarts=5))
    assert len(set(result.scores.tolist())) == 5
    *_, (states, _) = spectrum.trajectory(config, spectrum.start(config, 0, 5))
    best = states.values[int(result.scores.argmin())]
    assert (ThresholdMatrix.from_values(np.asarray(best)).ranks == result.matrix.ranks).all()


def test_the_fine_tune_closes_the_histogram_and_keeps_the_ranks() -> None:
    config = Spectrum((16, 16), steps=50, fine_tune_steps=100)
    descended, _ = spectrum.advance(config, spectrum.start(config, 0), 50)
    tuned, infos = spectrum.advance(config, descended, 100)
    ranks = [ThresholdMatrix.from_values(np.asarray(s.values[0])).ranks for s in (descended, tuned)]
    assert (ranks[0] == ranks[1]).all()
    assert infos.histogram[-1, 0] < 1e-6 < infos.histogram[0, 0]


def test_a_weight_of_zero_switches_its_term_off() -> None:
    config = Spectrum((32, 32), weights=LossWeights(low_frequency=0), steps=300)
    assert low_frequency_power(spectrum.optimize_spectrum(config).matrix.ranks, 0.25) > 0.05


@pytest.mark.parametrize("shape", [(5, 5), (6, 6), (4, 7), (7, 7), (9, 11)])
@pytest.mark.parametrize("seed", [0, 3])
def test_restarts_bring_the_smallest_below_1_percent_too(shape: tuple[int, int], seed: int) -> None:
    config = Spectrum(shape)
    result = spectrum.optimize_spectrum(
        config, seed=seed, run=RunOptions(restarts=spectrum.default_restarts(shape))
    )
    assert low_frequency_power(result.matrix.ranks, 0.25) < 0.01


def test_numbers_out_of_range_are_one_sentence() -> None:
    for shape, steps in (((8,), 1), ((1, 8), 1), ((8, 8), 0)):
        with pytest.raises(InputError):
            Spectrum(shape, steps=steps)  # pyright: ignore[reportArgumentType] -- mistakes
    config = Spectrum((8, 8))
    for seed, restarts in ((-1, 1), (1 << 32, 1), (0, 0), (0, 1 << 30)):
        with pytest.raises(InputError):
            spectrum.start(config, seed, restarts)


def test_divergence_is_one_sentence() -> None:
    config = Spectrum((8, 8), optimizer=GradientDescent(50.0), steps=500)
    with pytest.raises(InputError, match="learning rate below 50"):
        spectrum.optimize_spectrum(config)


def test_configs_are_values() -> None:
    config = Spectrum((8, 8))
    assert config == Spectrum((8, 8))
    assert hash(config) == hash(Spectrum((8, 8)))
    assert dataclasses.replace(config, steps=3).total_steps == 103


def test_init_and_step_are_pure() -> None:
    config = Spectrum((8, 8))
    state = spectrum.init(config, jax.random.key(0))
    assert isinstance(state, State)
    before = np.asarray(state.values).copy()
    moved, info = spectrum.step(config, state)
    assert (np.asarray(state.values) == before).all()
    assert moved.step == 1
    assert info.loss > 0
