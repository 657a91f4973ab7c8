"""Pair error: the squared error of all integrands of a family at once, exactly, from distances.

With the autocorrelation W of a filter, sum 1, and d(u, v) = E_w |f_w(u) - f_w(v)|^2, the filtered
error of a texture v, on average over the family, is

    (D - sum over o of W(o) mean over x of d(v_x, v_{x + o})) / 2,

where D is the mean distance of two independent values of the set. Independent samples have W(0) D / 2.
"""

from collections.abc import Sequence

import numpy as np

from bluenoise.values.distance import Distance
from bluenoise.values.hilbert_order import hilbert_order
from bluenoise.values.views import View

# Weights below this share of the largest would change the error by less than 0.001 dB.
_NEGLIGIBLE = 1e-4
# Values per block of pairs, few enough to stay in the cache.
_BLOCK = 16
# All pairs of more values would take many seconds.
_MOST_VALUES, _MOST_PARTNERS = 1 << 14, 1 << 12


def pair_errors(
    points: np.ndarray, distances: Sequence[Distance], views: Sequence[View]
) -> np.ndarray:
    """Return the squared errors against independent samples.

    Args:
        points: (T, H, W, P) float.
        distances: F families of integrands.
        views: V filters on the torus of the points.

    Returns:
        (V, F) float64, 1 for as much as independent samples.

    Example:
        >>> from bluenoise.values.distance import HALF_SPACES
        >>> from bluenoise.values.views import frame_view
        >>> from dither.metrics.viewing import Box
        >>> stripes = np.tile(np.array([0.0, 1.0]), (1, 2, 1))[..., None]
        >>> pair_errors(stripes, [HALF_SPACES], [frame_view((1, 2, 2), Box(2))]).round(6).tolist()
        [[0.0]]
    """
    planes = np.ascontiguousarray(np.moveaxis(points, -1, 0))
    mean = _mean_distances(points, distances)
    offsets, counts = _offsets(points.shape[:3], views)
    weights = np.array(
        [view.line[offsets[:, 0]] * view.plane[offsets[:, 1], offsets[:, 2]] for view in views]
    )
    lacks = np.empty((len(offsets), len(distances)))
    for index, offset in enumerate(offsets):
        squared = sum(((plane - _moved(plane, offset)) ** 2 for plane in planes), start=0.0)
        chord = np.sqrt(squared)
        lacks[index] = [
            1 - each.of_chord(chord).mean() / d for each, d in zip(distances, mean, strict=True)
        ]
    own = np.array([view.line[0] * view.plane[0, 0] for view in views])
    white = np.array([view.white for view in views])
    return (own[:, None] + (weights * counts) @ lacks) / white[:, None]


def _moved(plane: np.ndarray, offset: np.ndarray) -> np.ndarray:
    return np.roll(plane, tuple(int(each) for each in offset), (0, 1, 2))


def _offsets(shape: tuple[int, ...], views: Sequence[View]) -> tuple[np.ndarray, np.ndarray]:
    """Return the offsets with weight, one of each two opposite ones, and how many each stands for."""
    used = np.zeros(shape, bool)
    for view in views:
        weights = np.abs(view.line[:, None, None] * view.plane)
        used |= weights > _NEGLIGIBLE * weights.max()
    used[0, 0, 0] = False
    found = np.argwhere(used)
    opposite = -found % shape
    place, other = (np.ravel_multi_index(tuple(each.T), shape) for each in (found, opposite))
    kept = place <= other
    return found[kept], np.where(place == other, 1, 2)[kept]


def _mean_distances(points: np.ndarray, distances: Sequence[Distance]) -> np.ndarray:
    """Return the mean distances of two independent values: (F,) float64."""
    frames = points.reshape(len(points), -1, points.shape[-1])
    values = frames[0]
    first = _sorted(values)
    if any((_sorted(each) != first).any() for each in frames[1:]):
        values = frames.reshape(-1, points.shape[-1])
    partners = values
    if len(values) > _MOST_VALUES:
        # A part that is spread as evenly as the whole takes its place.
        order = hilbert_order(values)
        values = values[order[:: -(-len(order) // (4 * _MOST_VALUES))]]
        partners = values[:: -(-len(values) // _MOST_PARTNERS)]
    columns = np.ascontiguousarray(values.T)
    totals = np.zeros(len(distances))
    for start in range(0, len(partners), _BLOCK):
        block = partners[start : start + _BLOCK]
        squared = sum(
            ((column - block[:, c, None]) ** 2 for c, column in enumerate(columns)), start=0.0
        )
        chord = np.sqrt(squared)
        totals += [each.of_chord(chord).sum() for each in distances]
    return totals / (len(partners) * len(values))


def _sorted(values: np.ndarray) -> np.ndarray:
    return values[np.lexsort(values.T)]
