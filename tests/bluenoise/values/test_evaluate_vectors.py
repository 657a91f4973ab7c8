import numpy as np
import pytest

from bluenoise.value_texture import value_texture_of
from bluenoise.values.evaluate_vectors import evaluate_vectors, white_texture
from bluenoise.values.families import FAMILIES
from bluenoise.values.value_set import SPACES, value_set
from dither.metrics.viewing import Gaussian


@pytest.mark.parametrize("space", SPACES)
def test_white_noise_has_the_error_of_independent_samples(space: str) -> None:
    values = value_set(space, 1024).values.astype(float).reshape(1, 32, 32, -1)
    found = evaluate_vectors(white_texture(value_texture_of(values, space), seed=1))
    assert found.kind == space
    assert list(found.error_db) == [*FAMILIES[space].exact, *FAMILIES[space].sampled]
    errors = [value for each in found.error_db.values() for value in each.values()]
    assert np.abs(errors).max() < 1.5
    assert np.mean(errors) == pytest.approx(0, abs=0.7)
    assert found.over_time_db is found.by_frame_db is None
    assert found.low_frequency_power == pytest.approx([1] * values.shape[-1], abs=0.3)
    assert found.discrepancy is not None


def test_the_first_frame_of_a_running_mean_is_a_frame() -> None:
    values = np.stack([value_set("vec2", 144).values.reshape(12, 12, 2)] * 3).astype(float)
    noise = white_texture(value_texture_of(values, "vec2"))
    found = evaluate_vectors(noise, filters={"blur": Gaussian(1.0)})
    assert found.by_frame_db is not None
    assert found.over_time_db is not None
    for family in found.error_db:
        seen = found.by_frame_db[family]
        assert seen["mean"][0] == pytest.approx(0, abs=1e-3)
        assert seen["mean and blur"][0] == pytest.approx(found.error_db[family]["blur"], abs=1e-3)
        assert len(seen["mean"]) == 32
        # Three frames repeat, and independent samples do not.
        assert found.over_time_db[family]["mean"] > 3


def test_equal_frames_gain_nothing_over_time() -> None:
    plane = white_texture(
        value_texture_of(value_set("scalar", 64).values.reshape(1, 8, 8, 1), "scalar")
    )
    still = evaluate_vectors(np.concatenate([plane.values] * 4), "scalar")
    assert still.by_frame_db is not None
    weights = 0.1 * 0.9 ** np.arange(32)
    weights[-1] = 0.9**31
    loss = -10 * np.log10((weights**2).sum())
    assert still.by_frame_db["thresholds"]["mean"][31] == pytest.approx(loss, abs=1e-6)


def test_a_tiny_torus_has_no_low_frequencies() -> None:
    assert evaluate_vectors(np.array([[0.1, 0.9]])).low_frequency_power is None
