import math

import numpy as np
import pytest

from bluenoise.values.distance import (
    ARCS,
    CAPS,
    HALF_CIRCLES,
    HALF_SPACES,
    HEMISPHERES,
    Distance,
    mean_distance,
    weighted,
)
from bluenoise.values.value_set import SPHERE_DISTANCE, value_set


@pytest.mark.parametrize(
    ("space", "distance", "mean"),
    [
        ("scalar", HALF_SPACES, 1 / 3),
        ("circle", HALF_CIRCLES, 1 / 2),
        ("circle", ARCS, 1 / 3),
        ("circle", HALF_SPACES, 4 / math.pi),
        ("sphere", HEMISPHERES, 1 / 2),
        ("sphere", CAPS, 4 / 3),
        ("sphere", SPHERE_DISTANCE, 1.0),
        ("disk", HALF_SPACES, 128 / (45 * math.pi)),
        ("vec2", HALF_SPACES, (2 + math.sqrt(2) + 5 * math.log(1 + math.sqrt(2))) / 15),
    ],
)
def test_mean_distances_of_spaces_have_their_closed_forms(
    space: str, distance: Distance, mean: float
) -> None:
    points = value_set(space, 1024).points
    assert mean_distance(points, distance) == pytest.approx(mean, rel=2e-3)


def test_distances_are_the_chance_that_an_integrand_separates_two_values() -> None:
    generator = np.random.default_rng(1)
    u, v = (each / np.linalg.norm(each) for each in generator.normal(size=(2, 3)))
    axes = generator.normal(size=(200_000, 3))
    axes /= np.linalg.norm(axes, axis=1)[:, None]
    apart = (axes @ u > 0) != (axes @ v > 0)
    assert HEMISPHERES.between(u, v) == pytest.approx(apart.mean(), abs=4e-3)
    heights = generator.uniform(-1, 1, len(axes))
    apart = (axes @ u > heights) != (axes @ v > heights)
    # Half the length of the chord, over the mean chord 4/3 and the mean chance 1/3 of both.
    assert CAPS.between(u, v) / 4 == pytest.approx(apart.mean(), abs=4e-3)
    turns = np.array([0.1, 0.37])
    a, b = np.stack([np.cos(2 * np.pi * turns), np.sin(2 * np.pi * turns)], axis=1)
    ends = generator.uniform(size=(200_000, 2))
    within = ((turns[:, None] - ends[:, 0]) % 1) < ((ends[:, 1] - ends[:, 0]) % 1)
    assert ARCS.between(a, b) == pytest.approx((within[0] != within[1]).mean(), abs=4e-3)


def test_the_slope_is_the_derivative() -> None:
    distance = weighted((0.7, HALF_CIRCLES), (0.4, ARCS), (0.3, HALF_SPACES), (0.2, Distance(0, 1)))
    chord = np.linspace(0.05, 1.9, 50)
    numeric = (distance.of_chord(chord + 1e-6) - distance.of_chord(chord - 1e-6)) / 2e-6
    assert distance.slope(chord) == pytest.approx(numeric, rel=1e-6)
