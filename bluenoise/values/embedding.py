"""Integrands of one's own: embed values so that squared chords are given distances."""

from collections.abc import Callable

import numpy as np

from bluenoise.values.distance import Distance
from bluenoise.values.hilbert_order import hilbert_order
from bluenoise.values.value_set import ValueSet
from dither.errors import InputError

_LANDMARKS, _DIMENSIONS = 384, 24


def embedded_values(
    values: np.ndarray, distance: Callable[[np.ndarray, np.ndarray], np.ndarray]
) -> ValueSet:
    """Return values with a distance of one's own.

    d(u, v) = E_w |f_w(u) - f_w(v)|^2 of any integrands f_w is a squared distance between points of many
    dimensions. Landmark multidimensional scaling finds the points and keeps up to 24 dimensions.
    Source: V. de Silva, J. B. Tenenbaum, "Sparse multidimensional scaling using landmark points"
    (2004).

    Args:
        values: (N, C) float, C from 1 to 4; as many as a frame has cells.
        distance: takes values (n, 1, C) and (1, m, C) and returns (n, m) distances: finite, symmetric,
            0 for equal values and above 0 for some.

    Raises:
        InputError: the distances are not of this kind.

    Example:
        >>> steps = np.linspace(0, 1, 16)[:, None]
        >>> held = embedded_values(steps, lambda u, v: ((u > 0.5) != (v > 0.5)).mean(axis=-1))
        >>> held.points.shape, held.distance
        ((16, 1), Distance(chord=0.0, squared_chord=1.0, angle=0.0, squared_angle=0.0))
    """
    values = np.asarray(values, float)
    if values.ndim != 2 or not 1 <= values.shape[1] <= 4 or not np.isfinite(values).all():
        raise InputError(
            f"the values have the shape {values.shape}; give finite numbers (N, 1 to 4)"
        )
    landmarks = values[hilbert_order(values)[:: -(-len(values) // _LANDMARKS)]]
    among = _checked(
        distance(landmarks[:, None], landmarks[None]), (len(landmarks), len(landmarks))
    )
    centred = among - among.mean(axis=0) - among.mean(axis=1)[:, None] + among.mean()
    lengths, axes = np.linalg.eigh(-0.5 * centred)
    kept = np.flatnonzero(lengths > 1e-6 * max(lengths[-1], 1e-300))[::-1][:_DIMENSIONS]
    if kept.size == 0:
        raise InputError("the distance is 0 between all values")
    across = _checked(distance(values[:, None], landmarks[None]), (len(values), len(landmarks)))
    points = -0.5 * (across - among.mean(axis=0)) @ (axes[:, kept] / np.sqrt(lengths[kept]))
    return ValueSet(
        "embedded",
        values.astype(np.float32),
        points.astype(np.float32),
        Distance(squared_chord=1.0),
    )


def _checked(distances: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    distances = np.asarray(distances, float)
    if distances.shape != shape or not (np.isfinite(distances) & (distances >= 0)).all():
        raise InputError(
            f"the distance returned {distances.shape} for values that broadcast to {shape}, or some "
            "distances are negative or not finite"
        )
    return distances
