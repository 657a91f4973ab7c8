import numpy as np
import pytest

from bluenoise.values.distance import HALF_CIRCLES
from bluenoise.values.embedding import embedded_values
from bluenoise.values.value_set import value_set
from dither.errors import InputError


def test_squared_chords_are_the_given_distances() -> None:
    values = value_set("circle", 64).values
    held = embedded_values(values, lambda u, v: HALF_CIRCLES.between(u, v))
    chords = held.distance.between(held.points[:, None], held.points[None])
    given = HALF_CIRCLES.between(values[:, None], values[None])
    assert np.abs(chords - given).max() < 0.05
    assert np.corrcoef(chords.ravel(), given.ravel())[0, 1] > 0.999


def test_a_squared_distance_is_kept_exactly() -> None:
    values = np.random.default_rng(0).random((50, 2))
    held = embedded_values(values, lambda u, v: ((u - v) ** 2).sum(axis=-1))
    chords = held.distance.between(held.points[:, None], held.points[None])
    assert chords == pytest.approx(((values[:, None] - values) ** 2).sum(axis=-1), abs=1e-5)


@pytest.mark.parametrize(
    ("distance", "sentence"),
    [
        (lambda u, v: np.zeros((len(u), v.shape[1])), "0 between all values"),
        (lambda u, v: np.full((len(u), v.shape[1]), np.nan), "not finite"),
        (lambda u, v: np.zeros(3), r"returned \(3,\)"),
    ],
)
def test_what_is_no_distance_is_refused(distance: object, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        embedded_values(np.random.default_rng(0).random((16, 1)), distance)  # pyright: ignore[reportArgumentType]
