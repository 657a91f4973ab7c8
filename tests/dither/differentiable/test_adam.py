from typing import Any

import numpy as np
import optax
import pytest

from dither.differentiable.adam import adam_updates, cosine_decay, first_moments
from dither.differentiable.config import ADAM_DECAYS


def test_updates_are_those_of_optax() -> None:
    rng = np.random.default_rng(0)
    shapes = {"one": (3, 2), "other": (5,)}
    parameters = {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    rule = optax.scale_by_adam(*ADAM_DECAYS)
    theirs, ours = rule.init(parameters), first_moments(parameters)
    wanted: Any
    for step in range(20):
        slopes = {
            name: np.float32(10.0 ** rng.uniform(-6, 3)) * rng.normal(size=shape).astype(np.float32)
            for name, shape in shapes.items()
        }
        wanted, theirs = rule.update(slopes, theirs)
        found, ours = adam_updates(slopes, ours, step)
        for name in shapes:
            assert np.allclose(found[name], wanted[name], rtol=1e-4, atol=1e-6)


def test_slopes_of_zero_move_nothing() -> None:
    zeros = np.zeros((2, 2), np.float32)
    updates, _ = adam_updates(zeros, first_moments(zeros), 0)
    assert not np.asarray(updates).any()


@pytest.mark.parametrize("steps", [1, 7, 2000])
def test_rates_fall_as_those_of_optax(steps: int) -> None:
    schedule = optax.cosine_decay_schedule(1.0, steps)
    for step in (0, steps // 3, steps - 1, steps):
        assert cosine_decay(step, steps) == pytest.approx(
            np.asarray(schedule(step)).item(), abs=1e-6
        )
