import numpy as np
import pytest

from bluenoise.values.renderer import (
    SCENES,
    error_db,
    exact_picture,
    render,
    running_errors_db,
    tangent_frame,
)
from bluenoise.values.value_set import value_set
from dither.metrics.viewing import Box, Gaussian

SIZE = 24


@pytest.mark.parametrize("scene", SCENES)
def test_independent_samples_have_0_db(scene: str) -> None:
    values = value_set(SCENES[scene].kind, 4096).values
    chosen = np.random.default_rng(0).integers(0, 4096, (40, SIZE, SIZE))
    pictures = render(scene, values[chosen], SIZE)
    mean, variance = exact_picture(scene, SIZE)
    assert 0 <= mean.min() <= mean.max() <= 1 + 1e-9
    assert mean.std() > 0.05
    assert variance.mean() > 0.0005
    assert pictures.mean(axis=0) == pytest.approx(mean, abs=0.35)
    for viewing in (None, Gaussian(1.0)):
        errors = [10 ** (error_db(scene, each, viewing) / 10) for each in pictures]
        assert np.mean(errors) == pytest.approx(1, abs=0.15)
    ends = [running_errors_db(scene, pictures[k : k + 10], 0.1, Box(3)) for k in range(0, 40, 10)]
    assert np.mean(ends, axis=0) == pytest.approx(np.zeros(10), abs=1.2)


def test_the_exact_picture_has_no_error() -> None:
    mean, _ = exact_picture("fog", SIZE)
    assert error_db("fog", mean + 1e-9, Gaussian(1.0)) < -100


def test_the_light_is_seen_away_from_the_spheres_only() -> None:
    mean, variance = exact_picture("soft shadow", SIZE)
    assert mean.max() == 1
    assert mean.min() < 0.2
    # Penumbrae are where a sample can be wrong.
    assert (variance[(mean == 1) | (mean == 0)] == 0).all()


def test_textures_are_tiled() -> None:
    values = np.random.default_rng(0).random((2, 5, 7, 1))
    picture = render("fog", values, SIZE)
    repeated = np.tile(values, (1, 5, 4, 1))[:, :SIZE, :SIZE]
    assert (picture == render("fog", repeated, SIZE)).all()


def test_tangent_frames_are_orthonormal() -> None:
    normal = np.random.default_rng(0).normal(size=(100, 3))
    normal /= np.linalg.norm(normal, axis=1)[:, None]
    frame = np.stack([*tangent_frame(normal), normal], axis=1)
    assert frame @ np.swapaxes(frame, 1, 2) == pytest.approx(
        np.broadcast_to(np.eye(3), (100, 3, 3))
    )
    assert np.linalg.det(frame) == pytest.approx(1)
