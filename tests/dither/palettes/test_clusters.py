import numpy as np
import pytest
from scipy.cluster.vq import kmeans2
from scipy.spatial.distance import cdist

from dither.palettes.clusters import Cloud, cluster, refine


def _cloud(seed: int, count: int = 3000) -> Cloud:
    generator = np.random.default_rng(seed)
    groups = generator.random((40, 3)) * [1, 0.4, 0.4]
    points = groups[generator.integers(0, 40, count)] + generator.normal(0, 0.03, (count, 3))
    return Cloud(points, generator.integers(1, 9, count).astype(float))


def _squares(cloud: Cloud, centers: np.ndarray) -> np.ndarray:
    return cdist(cloud.points, centers) ** 2


def _error(cloud: Cloud, centers: np.ndarray) -> float:
    return float(_squares(cloud, centers).min(axis=1) @ cloud.weights)


def test_nearest_centres_errors_and_means_are_those_of_all_distances() -> None:
    cloud = _cloud(0)
    centers = cloud.points[:50]
    squares = _squares(cloud, centers)
    nearest = cloud.nearest(centers)
    assert squares[np.arange(3000), nearest] == pytest.approx(squares.min(axis=1), abs=1e-6)
    means = cloud.means(nearest, centers)
    for group in range(50):
        inside = nearest == group
        expected = np.average(cloud.points[inside], axis=0, weights=cloud.weights[inside])
        assert means[group] == pytest.approx(expected, abs=1e-12)
    assert cloud.errors(nearest, centers).sum() == pytest.approx(_error(cloud, centers), rel=1e-4)


def test_an_empty_group_keeps_its_centre() -> None:
    cloud = Cloud(np.zeros((2, 3)), np.ones(2))
    assert cloud.means(np.zeros(2, int), np.array([[1.0] * 3, [5.0] * 3])).tolist() == [
        [0.0] * 3,
        [5.0] * 3,
    ]


def test_the_loss_of_a_centre_is_what_its_removal_costs() -> None:
    cloud = _cloud(1, 500)
    centers = cloud.points[:20]
    base = _error(cloud, centers)
    expected = [_error(cloud, np.delete(centers, place, axis=0)) - base for place in range(20)]
    assert cloud.losses(centers) == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("count", [2, 7, 40, pytest.param(256, marks=pytest.mark.slow)])
def test_clusters_beat_the_best_of_several_runs_of_scipy(count: int) -> None:
    for seed in range(3):
        cloud = _cloud(seed)
        whole = np.repeat(cloud.points, cloud.weights.astype(int), axis=0)
        centers = refine(cloud, cluster(cloud, count, np.random.default_rng(seed)), 10)
        tries = [kmeans2(whole, count, minit="++", rng=s)[0] for s in range(3)]
        assert _error(cloud, centers) < 1.005 * min(_error(cloud, other) for other in tries)


def test_each_far_group_gets_a_centre_whatever_is_drawn_first() -> None:
    # Plain k-means++ with one start misses a group of little weight in some of these seeds.
    generator = np.random.default_rng(0)
    corners = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], float)
    points = np.repeat(corners, 50, axis=0) + generator.normal(0, 0.02, (400, 3))
    weights = np.repeat(1.0 + 20 * np.arange(8), 50)
    for seed in range(40):
        centers = cluster(Cloud(points, weights), 8, np.random.default_rng(seed))
        assert (cdist(corners, centers).min(axis=1) < 0.05).all()


def test_fewer_distinct_points_than_centres_give_fewer() -> None:
    points = np.repeat(np.eye(3), 4, axis=0)
    centers = cluster(Cloud(points, np.ones(12)), 7, np.random.default_rng(0))
    assert len(centers) == 3
    assert _error(Cloud(points, np.ones(12)), centers) == pytest.approx(0, abs=1e-12)
