from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bluenoise.methods import anneal
from bluenoise.methods.anneal import Anneal
from bluenoise.methods.void_and_cluster import void_and_cluster
from bluenoise.runs.options import RunOptions
from dither.errors import InputError
from dither.matrix.classical import white_noise
from dither.matrix.threshold_matrix import ThresholdMatrix, is_permutation
from dither.metrics.patterns import anisotropy, level_energies, level_sample
from dither.metrics.viewing import Binomial, Box, Gaussian, ViewingFilter

QUICK: dict[str, Any] = {"rounds": 20, "steps_per_round": 20}


def test_from_noise_alone_it_comes_near_to_void_and_cluster() -> None:
    result = anneal.anneal(Anneal((64, 64)), seed=1)
    energies = level_energies(result.matrix.ranks, [Gaussian(1.0), Gaussian(1.5), Gaussian(3.0)])
    # Void-and-cluster has 1433, 247 and 33.
    assert (1e6 * energies.mean(axis=0) < (1470, 257, 24)).all()
    assert anisotropy(result.matrix.ranks, level_sample(4096, 256)) == pytest.approx(0, abs=0.5)


@pytest.mark.parametrize(
    "shape",
    [
        (5, 9),
        *(pytest.param(each, marks=pytest.mark.slow) for each in [(4, 4), (10, 10), (24, 40)]),
    ],
)
def test_any_torus_goes(shape: tuple[int, int]) -> None:
    result = anneal.anneal(Anneal(shape, **QUICK), seed=0)
    assert is_permutation(result.matrix.ranks)
    noise = np.mean(
        [
            level_energies(white_noise(*shape, seed).ranks, [Gaussian(1.5)]).mean()
            for seed in range(5)
        ]
    )
    assert level_energies(result.matrix.ranks, [Gaussian(1.5)]).mean() < noise * 0.6


def test_a_filter_that_reaches_too_far_is_one_sentence() -> None:
    with pytest.raises(InputError, match="the method blue"):
        Anneal((32, 32), viewing=Gaussian(4.0))


@pytest.mark.parametrize(
    "viewing",
    [
        Box(2),
        *(
            pytest.param(each, marks=pytest.mark.slow)
            for each in (Gaussian(1.0), Gaussian(2.0), Binomial(4))
        ),
    ],
)
def test_other_filters_are_served(viewing: ViewingFilter) -> None:
    config = Anneal((32, 32), viewing=viewing, rounds=100)
    made = anneal.anneal(config, seed=0).matrix
    classical = void_and_cluster((32, 32))
    ours, theirs = (level_energies(m.ranks, [viewing]).mean() for m in (made, classical))
    assert ours < 1.3 * theirs


def test_the_crowds_pull_is_the_mean_over_a_uniform_crowd() -> None:
    from bluenoise.objective.losses import smooth_abs

    values = np.linspace(0, 1, 7)
    array = jnp.asarray(values)
    crowd = (np.arange(20000) + 0.5) / 20000
    for epsilon in (0.01, 0.3, 2.0):
        pulls = np.clip((values[:, None] - crowd) / epsilon, -1, 1).mean(axis=1)
        formula = np.asarray(smooth_abs(array, epsilon) - smooth_abs(1 - array, epsilon))
        assert formula == pytest.approx(pulls, abs=1e-4)


def test_the_crowds_pull_follows_the_weights_of_the_levels() -> None:
    config = Anneal((32, 32), level_weights=(5.0, 0.0, 1.0))
    crowd = np.sort(
        np.asarray(anneal.to_quantiles(config, anneal.init(config, jax.random.key(0))).values), None
    )
    # Where greys count more, values are farther apart.
    assert crowd[200] - crowd[100] > 1.5 * (crowd[-1] - crowd[-101])
    values = np.linspace(0, 1, 7)
    for epsilon in (0.01, 0.3, 2.0):
        pulls = np.clip((values[:, None] - crowd) / epsilon, -1, 1).mean(axis=1)
        formula = np.asarray(
            anneal._mean_field_pull(config, jnp.asarray(values), jnp.asarray(epsilon))
        )
        assert formula == pytest.approx(pulls, abs=2e-4)
    uniform = Anneal((32, 32), level_weights=(1.0,))
    even = anneal._mean_field_pull(uniform, jnp.asarray(values), jnp.asarray(0.3))
    plain = anneal._mean_field_pull(Anneal((32, 32)), jnp.asarray(values), jnp.asarray(0.3))
    assert np.asarray(even) == pytest.approx(np.asarray(plain), abs=2e-3)


def test_rounds_end_in_exact_quantiles_of_the_same_order() -> None:
    config = Anneal((6, 7))
    state = anneal.init(config, jax.random.key(1))
    exact = anneal.to_quantiles(config, state)
    assert np.sort(exact.values, axis=None) == pytest.approx((np.arange(42) + 0.5) / 42)
    orders = [ThresholdMatrix.from_values(np.asarray(s.values)).ranks for s in (state, exact)]
    assert (orders[0] == orders[1]).all()


def test_values_stay_between_0_and_1() -> None:
    config = Anneal((8, 8), first_rate=5, last_rate=5, **QUICK)
    state = anneal.init(config, jax.random.key(0))
    for _ in range(10):
        state, info = anneal.step(config, state)
        assert 0 <= state.values.min() <= state.values.max() <= 1
        assert info.pull > 0


@pytest.mark.parametrize("random_weights", [False, True])
def test_the_same_seed_gives_the_same_bytes_even_when_stopped(
    tmp_path: Path, random_weights: bool
) -> None:
    config = Anneal((12, 16), random_weights=random_weights, **QUICK)
    whole = anneal.anneal(config, seed=4, run=RunOptions(restarts=2))
    other = anneal.anneal(config, seed=5, run=RunOptions(restarts=2))
    assert (whole.matrix.ranks != other.matrix.ranks).any()
    path = tmp_path / "run.npz"

    def interrupt(share: float, word: str) -> None:
        assert "pull" in word
        if share == pytest.approx(0.4):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        anneal.anneal(config, seed=4, run=RunOptions(path, restarts=2, on_progress=interrupt))
    resumed = anneal.anneal(config, seed=4, run=RunOptions(path, restarts=2))
    assert (resumed.matrix.ranks == whole.matrix.ranks).all()


def test_the_best_restart_is_kept() -> None:
    config = Anneal((12, 12), **QUICK)
    result = anneal.anneal(config, seed=0, run=RunOptions(restarts=4))
    assert len(set(result.scores.tolist())) > 1
    best = 1e6 * level_energies(result.matrix.ranks, [config.viewing]).mean()
    assert best == pytest.approx(result.scores.min())
