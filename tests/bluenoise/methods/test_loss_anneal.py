import dataclasses
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import bluenoise
from bluenoise.methods.anneal import Anneal
from bluenoise.methods.loss_anneal import (
    LossAnneal,
    anneal_with_losses,
    loss_units,
    objective,
    smoothed_patterns,
)
from bluenoise.objective.own_loss import OwnLoss
from bluenoise.runs.options import RunOptions
from dither.errors import InputError
from dither.matrix.classical import white_noise
from dither.matrix.threshold_matrix import is_permutation
from dither.metrics.patterns import level_energies
from dither.metrics.viewing import Gaussian

QUICK = Anneal((16, 16), rounds=20, steps_per_round=10)


def blurred(values: Any, patterns: Any, levels: Any) -> Any:
    """The level energy of a Gaussian of 1.5 pixels, in the frequency domain."""
    axes = (np.fft.fftfreq(side) for side in patterns.shape[1:])
    gain = Gaussian(1.5).transfer(*np.meshgrid(*axes, indexing="ij"))
    waves = jnp.fft.fft2(patterns - levels[:, None, None]) * gain
    return jnp.mean(waves.real**2 + waves.imag**2)


def test_patterns_have_their_mean_and_a_slope_that_keeps_it() -> None:
    values = jax.random.uniform(jax.random.key(0), (8, 9))
    levels = jnp.array([0.2, 0.5, 0.9])
    patterns = smoothed_patterns(values, levels, 0.1)
    assert np.asarray(patterns.mean(axis=(1, 2))) == pytest.approx([0.2, 0.5, 0.9], abs=1e-6)
    # White below the threshold, as in `ThresholdMatrix`: thresholds under the grey are white.
    sharp = np.asarray(smoothed_patterns(values, levels, 1e-6))
    hard = np.asarray(values < levels[:, None, None])
    assert (sharp > np.asarray(levels)[:, None, None]).tolist() == hard.tolist()
    # A loss of the mean alone moves nothing.
    slope = jax.grad(lambda v: smoothed_patterns(v, levels, 0.1).sum() ** 2)(values)
    assert np.abs(slope).max() < 1e-3 * np.abs(jax.grad(lambda v: v.sum() ** 2)(values)).max()


def test_the_gradient_is_that_of_the_objective() -> None:
    config = LossAnneal((OwnLoss(blurred, 2.0),), QUICK)
    levels = (jnp.arange(32) + 0.3) / 32
    values = jax.random.uniform(jax.random.key(1), (16, 16))
    slope = jax.grad(lambda v: objective(config, (1.0,), v, levels))(values)
    direction = jax.random.normal(jax.random.key(2), (16, 16))
    ends = [objective(config, (1.0,), values + s * 1e-3 * direction, levels) for s in (1, -1)]
    assert float(ends[0] - ends[1]) / 2e-3 == pytest.approx(
        float((slope * direction).sum()), rel=0.05
    )


def test_units_do_not_depend_on_the_scale_of_a_loss() -> None:
    small = LossAnneal((OwnLoss(lambda v, p, q: 1e-6 * blurred(v, p, q)),), QUICK)
    large = LossAnneal((OwnLoss(blurred),), QUICK)
    assert loss_units(small)[0] == pytest.approx(1e6 * loss_units(large)[0], rel=1e-3)


def test_a_loss_alone_makes_blue_noise() -> None:
    config = LossAnneal((OwnLoss(blurred),), dataclasses.replace(QUICK, rounds=60), pair_weight=0)
    made = anneal_with_losses(config, seed=0).matrix
    noise = level_energies(white_noise(16, 16, 1).ranks, ["gaussian:1.5"]).mean()
    assert level_energies(made.ranks, ["gaussian:1.5"]).mean() < 0.2 * noise
    assert is_permutation(made.ranks)


def test_a_stopped_run_ends_with_the_same_bytes(tmp_path: Path) -> None:
    def rows(values: Any, patterns: Any, levels: Any) -> Any:
        return jnp.mean((patterns.mean(axis=2) - levels[:, None]) ** 2)

    config = LossAnneal((OwnLoss(rows),), QUICK)
    whole = anneal_with_losses(config, seed=4, run=RunOptions(restarts=2))
    path = tmp_path / "run.npz"

    def interrupt(share: float, word: str) -> None:
        assert "pull" in word
        if share == pytest.approx(0.4):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        anneal_with_losses(config, seed=4, run=RunOptions(path, restarts=2, on_progress=interrupt))
    resumed = anneal_with_losses(config, seed=4, run=RunOptions(path, restarts=2))
    assert (resumed.matrix.ranks == whole.matrix.ranks).all()
    assert resumed.scores.tolist() == whole.scores.tolist()
    other = LossAnneal((OwnLoss(rows, 2.0),), QUICK)
    with pytest.raises(InputError, match="started with another --loss"):
        anneal_with_losses(other, seed=4, run=RunOptions(path, restarts=2))


def _broken(values: Any, patterns: Any, levels: Any) -> Any:
    raise ZeroDivisionError("no luck")


@pytest.mark.parametrize(
    ("loss", "words"),
    [
        (lambda v, p, q: p, "loss .* fails"),
        (lambda v, p, q: jnp.float32(3), "no gradient on white noise"),
        (lambda v, p, q: jnp.log(-v.sum()), "not finite"),
        (lambda v: v.sum(), "loss .* fails: TypeError"),
        (_broken, "the loss _broken fails: ZeroDivisionError: no luck"),
    ],
)
def test_a_loss_that_cannot_be_used_is_one_sentence(loss: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        bluenoise.generate((8, 8), loss=loss)


def test_options_without_effect_are_one_sentence() -> None:
    with pytest.raises(InputError, match="method spectrum does not support losses"):
        bluenoise.generate((8, 8), method="spectrum", loss=blurred)
    with pytest.raises(InputError, match="pair_weight 0 has no effect"):
        bluenoise.generate((8, 8), pair_weight=0)
    with pytest.raises(InputError, match="one matrix without frames"):
        bluenoise.generate((2, 8, 8), loss=blurred)
    with pytest.raises(InputError, match="too many"):
        LossAnneal((OwnLoss(blurred),), Anneal((512, 512)), thresholds=256)
