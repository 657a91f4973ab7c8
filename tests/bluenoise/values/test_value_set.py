import numpy as np
import pytest

from bluenoise.values.distance import mean_distance
from bluenoise.values.value_set import SPACES, spread_points, value_set
from dither.errors import InputError


@pytest.mark.parametrize("space", SPACES)
def test_a_space_has_values_of_its_kind(space: str) -> None:
    held = value_set(space, 500)
    lengths = np.linalg.norm(held.values, axis=1)
    assert len(held.values) == len(held.points) == 500
    assert held.values.dtype == np.float32
    if space in ("circle", "sphere", "hemisphere", "cosine"):
        assert lengths == pytest.approx(1, abs=1e-6)
    elif space == "disk":
        assert lengths.max() <= 1
    else:
        assert 0 <= held.values.min() <= held.values.max() < 1
    if space in ("hemisphere", "cosine"):
        assert held.values[:, 2].min() >= 0
    # Each family counts by its share.
    if space in ("circle", "sphere"):
        assert mean_distance(held.points, held.distance) == pytest.approx(1, rel=5e-3)


def test_densities_of_directions() -> None:
    heights = value_set("cosine", 1000).values[:, 2]
    assert (heights**2).mean() == pytest.approx(1 / 2, abs=1e-3)
    density = value_set("cosine", 1000).density
    assert density is not None
    assert density == pytest.approx(heights / np.pi, abs=1e-6)
    assert value_set("hemisphere", 1000).values[:, 2].mean() == pytest.approx(1 / 2, abs=1e-3)
    assert value_set("sphere", 1000).values.mean(axis=0) == pytest.approx(np.zeros(3), abs=5e-3)


@pytest.mark.parametrize("dimensions", [1, 2, 3])
def test_every_part_of_the_cube_has_its_share_of_spread_points(dimensions: int) -> None:
    points = spread_points(1 << 12, dimensions)
    for corner in np.random.default_rng(0).random((30, dimensions)):
        assert (points < corner).all(axis=1).mean() == pytest.approx(corner.prod(), abs=0.01)


def test_digests_tell_sets_apart() -> None:
    digests = {value_set(space, 64).digest for space in SPACES}
    assert len(digests | {value_set("vec2", 65).digest}) == len(SPACES) + 1
    assert value_set("vec2", 64).digest in digests


def test_an_unknown_space_is_refused() -> None:
    with pytest.raises(InputError, match="no space of values is named 'cube'"):
        value_set("cube", 16)
