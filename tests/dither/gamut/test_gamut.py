"""Convex hulls, how far lines stay inside, and nearest colours, against slow twins and scipy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dither.color import linear_to_oklab, oklab_to_linear
from dither.gamut.gamut import Gamut, convex_hull
from dither.palettes.palette_like import load_palette

spatial = pytest.importorskip("scipy.spatial")
optimize = pytest.importorskip("scipy.optimize")

CUBE = np.array([[x, y, z] for x in (0.0, 1.0) for y in (0.0, 1.0) for z in (0.0, 1.0)])
# Places at and around the hull.
PROBES = np.random.default_rng(1).uniform(-0.5, 1.5, (400, 3))


def _volume(gamut: Gamut) -> float:
    """Return the volume, as the sum of the tetrahedra between the faces and a point inside."""
    heights = gamut.offsets - gamut.normals @ gamut.center
    a, b, c = np.moveaxis(gamut.triangles, 1, 0)
    return float((np.linalg.norm(np.cross(b - a, c - a), axis=1) * heights).sum() / 6)


def _check_against_scipy(points: np.ndarray) -> Gamut:
    gamut, other = convex_hull(points), spatial.ConvexHull(points)
    assert np.linalg.norm(gamut.normals, axis=1) == pytest.approx(1)
    assert _volume(gamut) == pytest.approx(other.volume, rel=1e-6)
    expected = (PROBES @ other.equations[:, :3].T + other.equations[:, 3]).max(axis=1)
    assert gamut.outside(PROBES) == pytest.approx(expected, abs=1e-7)
    assert gamut.outside(points).max() < 1e-8
    # Each face is as its triangle says, and lies on the hull.
    for normal, offset, triangle in zip(gamut.normals, gamut.offsets, gamut.triangles, strict=True):
        assert triangle @ normal == pytest.approx(offset, abs=1e-9)
    return gamut


@given(count=st.integers(4, 40), seed=st.integers(0, 9999))
def test_random_points(count: int, seed: int) -> None:
    points = np.random.default_rng(seed).random((count, 3))
    gamut = _check_against_scipy(points)
    assert len(gamut.offsets) == len(spatial.ConvexHull(points).simplices)


@given(steps=st.integers(2, 5), count=st.integers(20, 60), seed=st.integers(0, 9999))
def test_points_with_many_in_one_plane_on_one_line_and_repeated(
    steps: int, count: int, seed: int
) -> None:
    places = np.random.default_rng(seed).integers(0, steps, (count, 3))
    points = np.concatenate([places, [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]]]) / (steps - 1)
    _check_against_scipy(points)


@pytest.mark.parametrize("name", ["c64", "cga-16", "web-safe", "inky-spectra-6", "zx-spectrum"])
def test_palettes(name: str) -> None:
    _check_against_scipy(load_palette(name).linear)


@pytest.mark.parametrize("thickness", [1e-3, 1e-5])
def test_points_that_are_nearly_on_a_line_or_in_a_plane(thickness: float) -> None:
    rng = np.random.default_rng(0)
    shares = rng.random((12, 1))
    line = np.concatenate([shares * (0.7, 0.5, 0.6), thickness * np.eye(3)])
    plane = np.concatenate([shares * (0.7, 0.5, 0.6) + rng.random((12, 1)) * (0.0, 0.3, 0.1), line])
    for points in (line, plane):
        gamut, other = convex_hull(points), spatial.ConvexHull(points)
        assert _volume(gamut) == pytest.approx(other.volume, rel=1e-4)
        assert gamut.outside(points).max() < 1e-8


def test_a_cube_is_bounded_by_its_six_sides() -> None:
    gamut = _check_against_scipy(np.concatenate([CUBE, CUBE, [[0.5, 0.5, 1.0], [0.5, 0.0, 0.0]]]))
    assert {tuple(normal) for normal in gamut.normals.round(12) + 0.0} == {
        tuple(sign * row) for row in np.eye(3) for sign in (1.0, -1.0)
    }
    inside = np.random.default_rng(0).random((50, 3))
    expected = np.maximum(-inside, inside - 1).max(axis=1)
    assert gamut.outside(inside) == pytest.approx(expected, abs=1e-12)
    assert gamut.center == pytest.approx([0.5] * 3, abs=0.2)


def test_work_in_batches_makes_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    gamut = convex_hull(load_palette("c64").linear)
    factors = np.broadcast_to(np.eye(3), (len(PROBES), 3, 3))
    outside, nearest = gamut.outside(PROBES), gamut.nearest(PROBES, factors)
    monkeypatch.setattr("dither.gamut.gamut._BATCH", 7 * len(gamut.offsets))
    assert gamut.outside(PROBES) == pytest.approx(outside, abs=1e-12)
    assert gamut.nearest(PROBES, factors) == pytest.approx(nearest, abs=1e-12)


@pytest.mark.parametrize("name", ["c64", "inky-spectra-6", "game-boy"])
def test_lines_are_followed_to_the_surface(name: str) -> None:
    light = load_palette(name).linear
    gamut = convex_hull(np.concatenate([light, light.mean(axis=0) + 0.01 * np.eye(3)]))
    rng = np.random.default_rng(3)
    inside = rng.dirichlet(np.ones(len(light)), 60) @ light
    start = linear_to_oklab(inside)
    end = linear_to_oklab(rng.random((60, 3)))
    shares = np.linspace(0, 1, 8001)
    places = start[:, None] + shares[:, None] * (end - start)[:, None]
    out = gamut.outside(oklab_to_linear(places.reshape(-1, 3))).reshape(60, -1) > 1e-9
    first_outside = np.where(out.any(axis=1), shares[out.argmax(axis=1)], 1.0)
    reach = gamut.reach(start, end)
    # The exact place is at most one sample before `first_outside`.
    assert (reach <= first_outside + 1e-6).all()
    assert (reach > first_outside - 6e-3).all()
    assert np.quantile(first_outside - reach, 0.9) < 5e-4
    ends = oklab_to_linear(start + reach[:, None] * (end - start))
    assert gamut.outside(ends).max() < 1e-6
    assert (reach[~out.any(axis=1)] == 1).all()


def _nearest_mixture(color: np.ndarray, factor: np.ndarray, light: np.ndarray) -> float:
    """Return the least distance to a mixture: non-negative shares whose sum is 1."""
    heavy = 1e4  # the weight of the sum
    system = np.concatenate([factor @ light.T, heavy * np.ones((1, len(light)))])
    shares, _ = optimize.nnls(system, np.append(factor @ color, heavy), maxiter=1000)
    return float(np.linalg.norm(factor @ (shares @ light / shares.sum() - color)))


@pytest.mark.parametrize("metric", ["equal", "stretched"])
@pytest.mark.parametrize("name", ["c64", "inky-spectra-6", "acep-7"])
def test_the_nearest_colour_is_that_of_all_mixtures(name: str, metric: str) -> None:
    light = load_palette(name).linear
    gamut = convex_hull(light)
    colors = PROBES[gamut.outside(PROBES) > 1e-3][:60]
    rng = np.random.default_rng(2)
    factors = np.broadcast_to(np.eye(3), (len(colors), 3, 3))
    if metric == "stretched":
        factors = factors * (1.0, 3.0, 0.3) + rng.normal(0, 0.3, factors.shape)
    found = gamut.nearest(colors, factors)
    assert abs(gamut.outside(found)).max() < 1e-9  # on the surface
    for color, factor, place in zip(colors, factors, found, strict=True):
        distance = np.linalg.norm(factor @ (place - color))
        assert distance == pytest.approx(_nearest_mixture(color, factor, light), rel=1e-5)
