import math

import numpy as np
import pytest

from bluenoise.values.importance import density_values, environment_values, ggx_values, point_values
from dither.errors import InputError


def test_the_histogram_of_values_is_the_density() -> None:
    table = np.random.default_rng(0).random((5, 7))
    table[2, 3] = 0
    held = density_values(table, 8_000)
    column, row = (np.minimum(held.values * [7, 5], [6, 4]).astype(int)).T
    counts = np.zeros(table.shape)
    np.add.at(counts, (row, column), 1)
    assert counts / 8_000 == pytest.approx(table / table.sum(), abs=3e-3)
    assert counts[2, 3] == 0
    assert held.density is not None
    assert held.density == pytest.approx(table[row, column] / table.mean(), rel=1e-6)
    # Within a cell, positions are even.
    within = held.values[:, 0] * 7 % 1
    assert np.histogram(within, 4, (0, 1))[0] / 8_000 == pytest.approx(0.25, abs=0.02)


def test_an_environment_has_the_density_of_its_solid_angles() -> None:
    radiance = np.random.default_rng(1).random((6, 8)) ** 2
    held = environment_values(radiance, 16_000)
    x, y, z = held.values.T
    assert np.linalg.norm(held.values, axis=1) == pytest.approx(1, abs=1e-6)
    row = np.minimum((np.arccos(z) / math.pi * 6).astype(int), 5)
    column = np.minimum(((np.arctan2(y, x) + math.pi) / (2 * math.pi) * 8).astype(int), 7)
    edges = np.cos(math.pi * np.arange(7) / 6)
    angles = (2 * math.pi / 8 * (edges[:-1] - edges[1:]))[:, None] * np.ones(8)
    density = radiance / (radiance * angles).sum()
    counts = np.zeros(radiance.shape)
    np.add.at(counts, (row, column), 1)
    assert counts / 16_000 == pytest.approx(density * angles, abs=2e-3)
    assert held.density is not None
    near = np.isclose(held.density, density[row, column], rtol=1e-4)
    assert near.mean() > 0.999  # the others are on an edge between cells


@pytest.mark.parametrize("roughness", [0.2, 0.5, 1.0])
def test_a_ggx_lobe_integrates_to_1_and_its_values_follow_it(roughness: float) -> None:
    held = ggx_values(roughness, 4096)
    assert held.density is not None
    order = np.argsort(held.values[:, 2])
    height, density = held.values[order, 2].astype(float), held.density[order].astype(float)
    below = np.concatenate([[0], np.cumsum(np.diff(height) * (density[1:] + density[:-1]) / 2)])
    assert 2 * math.pi * below[-1] == pytest.approx(1, abs=0.01)
    assert 2 * math.pi * below == pytest.approx((np.arange(4096) + 0.5) / 4096, abs=0.01)


def test_points_are_repeated_evenly() -> None:
    points = np.random.default_rng(0).random((10, 3))
    held = point_values(points, 64, np.arange(1.0, 11.0))
    found, counts = np.unique(held.values, axis=0, return_counts=True)
    assert len(found) == 10
    assert set(counts) == {6, 7}
    assert held.density is not None
    place = np.abs(held.values[:, None] - points).sum(axis=2).argmin(axis=1)
    assert (held.density == place + 1).all()


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: density_values(np.array([[1.0, -1.0]]), 4), "0 or above"),
        (lambda: density_values(np.zeros((2, 2)), 4), "some of them above 0"),
        (lambda: density_values(np.array([1.0]), 4), "give rows and columns"),
        (lambda: environment_values(np.array([[np.nan, 1.0]]), 4), "finite"),
        (lambda: ggx_values(0, 4), "above 0 and at most 1"),
        (lambda: ggx_values(float("nan"), 4), "above 0 and at most 1"),
        (lambda: point_values(np.array([[np.inf]]), 4), "not finite"),
        (lambda: point_values(np.zeros((5, 2)), 4), "5 points for 4 cells"),
        (lambda: point_values(np.zeros((2, 5)), 4), "C from 1 to 4"),
        (lambda: point_values(np.zeros((2, 2)), 4, np.array([1.0, 0.0])), "not above 0"),
    ],
)
def test_what_is_no_density_is_refused(make: object, sentence: str) -> None:
    assert callable(make)
    with pytest.raises(InputError, match=sentence):
        make()
