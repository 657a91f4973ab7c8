"""Cluster weighted points by k-means: k-means++ starts, Lloyd iterations, and splits against merges.

Lloyd's algorithm stops in a local optimum, in which one cluster covers two groups of points and another
group is shared by two clusters. Splitting the clusters of the largest error and removing as many that
are missed least moves clusters to where they are needed.

Source: S. Lloyd, "Least squares quantization in PCM" (1982); D. Arthur and S. Vassilvitskii,
"k-means++: the advantages of careful seeding" (2007); B. Fritzke, "The k-means algorithm beyond
k-means++: breathing k-means" (2020), from whom the splits and removals are taken.
"""

from collections.abc import Iterator

import numpy as np

# Lloyd iterations stop when no centre moves farther: 1/30 of the step between two 8-bit greys.
_TOLERANCE = 1e-4
# While clusters are still split and removed, such differences do not matter.
_ROUGH_TOLERANCE = 1e-3
# Shares of the clusters that are split and removed again, one round each, and the iterations after
# each of the two. More rounds gain less than 1 % of the error.
_SPLITS = (0.3, 0.15, 0.07)
_ROUGH_ITERATIONS = 3
_LAST_ITERATIONS = 6
# A few clusters find a bad optimum more often, and a run of them is cheap.
_STARTS = 4
_START_CLUSTERS = 64
# BLAS computes products of up to 2^18 multiplications in one thread, and they stay in cache.
_PRODUCTS = 1 << 18


class Cloud:
    """Points of the same number of coordinates, each with a weight.

    Attributes:
        points: (N, D) float64; D is 3 for colours.
        weights: (N,) float64, above 0.
    """

    def __init__(self, points: np.ndarray, weights: np.ndarray):
        self.points = points
        self.weights = weights
        # With one more coordinate, of 1, one product gives |centre|^2 - 2 point . centre. The missing
        # |point|^2 is the same for every centre. Single precision is enough to compare.
        self._homogeneous = np.column_stack([points, np.ones(len(points))]).astype(np.float32)

    def nearest(self, centers: np.ndarray) -> np.ndarray:
        """Return the index of the nearest of (K, D) centres to each point, (N,) intp."""
        nearest = np.empty(len(self.points), np.intp)
        for rows, squares in self._squares(centers):
            squares.argmin(axis=1, out=nearest[rows])
        return nearest

    def means(self, group: np.ndarray, default: np.ndarray) -> np.ndarray:
        """Return the weighted mean of each group of points, and the row of `default` if it is empty."""
        mass = np.bincount(group, self.weights, len(default))
        sums = [np.bincount(group, self.weights * axis, len(default)) for axis in self.points.T]
        means = np.stack(sums, axis=1) / np.where(mass > 0, mass, 1)[:, None]
        return np.where(mass[:, None] > 0, means, default)

    def errors(self, group: np.ndarray, centers: np.ndarray) -> np.ndarray:
        """Return the sum of weighted squared distances to the centre, for each group."""
        squares = ((self.points - centers[group]) ** 2).sum(axis=1)
        return np.bincount(group, self.weights * squares, len(centers))

    def losses(self, centers: np.ndarray) -> np.ndarray:
        """Return how much the error grows if one centre is removed, for each centre."""
        losses = np.zeros(len(centers))
        for rows, squares in self._squares(centers):
            group = squares.argmin(axis=1)
            line = np.arange(len(squares))
            least = squares[line, group]
            squares[line, group] = np.inf
            growth = self.weights[rows] * (squares.min(axis=1) - least)
            losses += np.bincount(group, growth, len(centers))
        return losses

    def _squares(self, centers: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
        """Yield a slice of points and (rows, K) float32 squared distances, less |point|^2."""
        planes = np.vstack([-2 * centers.T, (centers**2).sum(axis=1)]).astype(np.float32)
        block = max(1, _PRODUCTS // planes.size)
        for start in range(0, len(self.points), block):
            rows = slice(start, start + block)
            yield rows, self._homogeneous[rows] @ planes


def cluster(cloud: Cloud, count: int, generator: np.random.Generator) -> np.ndarray:
    """Find centres with a small sum of weighted squared distances to the nearest centre.

    Args:
        cloud: at least `count` distinct points.
        count: number of centres, 2 or more.
        generator: draws the first centres.

    Returns:
        (count, D) float64; fewer if the points are fewer than `count`.

    Example:
        >>> points = np.array([[0, 0, 0], [0, 0, 0.1], [1, 0, 0], [1, 0, 0.1]])
        >>> centers = cluster(Cloud(points, np.ones(4)), 2, np.random.default_rng(0))
        >>> centers[centers[:, 0].argsort()].round(3).tolist()
        [[0.0, 0.0, 0.05], [1.0, 0.0, 0.05]]
    """
    found = []
    for _ in range(max(1, min(_STARTS, _START_CLUSTERS // count))):
        centers = _first_centers(cloud, count, generator)
        centers, group = _lloyd(cloud, centers, _ROUGH_ITERATIONS, _ROUGH_TOLERANCE)
        error = cloud.errors(group, centers).sum()
        for share in _SPLITS:
            moved, moved_group = _split_and_remove(
                cloud, centers, group, max(1, int(share * len(centers)))
            )
            moved_error = cloud.errors(moved_group, moved).sum()
            if moved_error < error:
                centers, group, error = moved, moved_group, moved_error
        found.append((error, centers))
    return min(found, key=lambda pair: pair[0])[1]


def refine(cloud: Cloud, centers: np.ndarray, iterations: int) -> np.ndarray:
    """Return centres after at most so many Lloyd iterations, without those that no point is nearest to.

    Args:
        cloud: the points.
        centers: (K, D) float64.
        iterations: 1 or more.

    Example:
        >>> points = np.array([[0, 0, 0], [0, 0, 0.1], [1, 0, 0]])
        >>> centers = np.array([[0, 0, 0], [0.9, 0, 0], [5, 0, 0]])
        >>> refine(Cloud(points, np.ones(3)), centers, 2).round(3).tolist()
        [[0.0, 0.0, 0.05], [1.0, 0.0, 0.0]]
    """
    centers, group = _lloyd(cloud, centers, iterations, _TOLERANCE)
    return centers[np.unique(group)]


def _lloyd(
    cloud: Cloud, centers: np.ndarray, iterations: int, tolerance: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return centres, and the group of each point of which they are the means."""
    group = np.zeros(len(cloud.points), np.intp)
    for _ in range(iterations):
        group = cloud.nearest(centers)
        before, centers = centers, cloud.means(group, centers)
        if abs(centers - before).max() < tolerance:
            break
    return centers, group


def _first_centers(cloud: Cloud, count: int, generator: np.random.Generator) -> np.ndarray:
    """Draw points by their squared distance to earlier centres, in growing batches (k-means++)."""
    points, probabilities = cloud.points, cloud.weights
    squares = np.full(len(points), np.inf)
    centers = points[:0]
    while len(centers) < count:
        cumulative = np.cumsum(probabilities)
        if not cumulative[-1] > 0:
            break
        draws = generator.random(min(count - len(centers), max(1, len(centers) // 2)))
        drawn = np.searchsorted(cumulative, draws * cumulative[-1], side="right")
        drawn = np.unique(drawn.clip(max=len(points) - 1))
        new = points[drawn]
        squares = np.minimum(squares, ((points - new[cloud.nearest(new)]) ** 2).sum(axis=1))
        probabilities = cloud.weights * squares
        centers = np.concatenate([centers, new])
    return centers


def _split_and_remove(
    cloud: Cloud, centers: np.ndarray, group: np.ndarray, number: int
) -> tuple[np.ndarray, np.ndarray]:
    """Split the clusters of the largest error, and remove as many whose loss is least."""
    worst = np.argsort(-cloud.errors(group, centers), kind="stable")[:number]
    deviations = Cloud((cloud.points - centers[group]) ** 2, cloud.weights)
    spread = np.sqrt(deviations.means(group, np.zeros_like(centers)))
    axis = spread[worst].argmax(axis=1)
    offset = np.zeros((len(worst), centers.shape[1]))
    offset[np.arange(len(worst)), axis] = spread[worst, axis]
    more = np.concatenate([centers, centers[worst] + offset])
    more[worst] -= offset
    more, _ = _lloyd(cloud, more, _ROUGH_ITERATIONS, _ROUGH_TOLERANCE)
    return _lloyd(cloud, _without_least(cloud, more, number), _LAST_ITERATIONS, _ROUGH_TOLERANCE)


def _without_least(cloud: Cloud, centers: np.ndarray, number: int) -> np.ndarray:
    """Remove centres of least loss, but no two neighbours, which would have to replace each other."""
    order = np.argsort(cloud.losses(centers), kind="stable")
    distances = ((centers[:, None] - centers) ** 2).sum(axis=2)
    np.fill_diagonal(distances, np.inf)
    neighbour = distances.argmin(axis=1)
    removed = np.zeros(len(centers), bool)
    needed = np.zeros(len(centers), bool)
    for center in order.tolist():
        if removed.sum() < number and not needed[center]:
            removed[center] = True
            needed[neighbour[center]] = True
    rest = [center for center in order.tolist() if not removed[center]]
    removed[rest[: number - int(removed.sum())]] = True
    return centers[~removed]
