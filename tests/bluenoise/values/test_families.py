import numpy as np
import pytest

from bluenoise.value_texture import KINDS, ValueTexture, value_texture_of
from bluenoise.values.families import FAMILIES, points_of
from bluenoise.values.importance import density_values
from bluenoise.values.value_set import SPACES, value_set
from dither.errors import InputError


def texture_of(space: str) -> np.ndarray:
    """A frame as `generate_vectors` returns it, with the density as last channel."""
    held = value_set(space, 64)
    parts = [held.values] if held.density is None else [held.values, held.density[:, None]]
    return np.concatenate(parts, axis=1).reshape(1, 8, 8, -1)


@pytest.mark.parametrize("space", [each for each in SPACES if each != "phase"])
def test_the_kind_is_recognised(space: str) -> None:
    found = value_texture_of(texture_of(space))
    assert found.kind == space
    assert found.values.shape == (1, 8, 8, KINDS[space].components)


def test_a_density_is_left_out() -> None:
    held = density_values(np.array([[1.0, 3.0], [0.5, 0.1]]), 64)
    assert held.density is not None
    array = np.concatenate([held.values, held.density[:, None]], axis=1).reshape(8, 8, 3)
    assert value_texture_of(array).kind == "vec2"
    assert (value_texture_of(array, "vec2").values[0] == array[..., :2]).all()
    assert value_texture_of(texture_of("cosine"), "cosine").values.shape[-1] == 3


def test_a_phase_is_a_circle() -> None:
    points = points_of(value_texture_of(texture_of("phase"), "phase"))
    assert np.linalg.norm(points, axis=-1) == pytest.approx(1)
    assert value_texture_of(np.arange(16).reshape(4, 4) / 16).kind == "scalar"
    assert value_texture_of(np.arange(32).reshape(4, 4, 2)).kind == "points"


@pytest.mark.parametrize(
    ("array", "kind", "sentence"),
    [
        (np.zeros((4, 4)), None, "all values are equal"),
        (np.full((4, 4), np.nan), None, "must be finite"),
        (np.zeros((1, 1, 1, 1)), None, "has 1 value;"),
        (np.zeros((2, 2), complex), None, "complex128"),
        (np.zeros(4), None, r"\(4,\)"),
        (np.eye(4), "vc2", "did you mean 'vec2'"),
        (np.eye(4), "vec2", "have 2 components"),
        (np.eye(4)[..., None] * [0.0, 0.5], "circle", "length 1"),
        (np.eye(4) * 2, "scalar", "from 0 to 1, not 0 to 2"),
        (np.random.default_rng(0).random((4, 4, 5)), None, "1 to 4 components"),
    ],
)
def test_what_is_no_texture_is_refused(array: np.ndarray, kind: str | None, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        points_of(value_texture_of(array, kind))


def test_too_large_a_texture_is_refused() -> None:
    with pytest.raises(InputError, match="2 to 1048576"):
        points_of(ValueTexture("scalar", np.broadcast_to(0.5, (2, 1024, 1024, 1)), has_frames=True))


def test_every_kind_has_families() -> None:
    assert set(FAMILIES) == set(KINDS)
