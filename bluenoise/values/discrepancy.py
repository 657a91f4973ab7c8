"""Discrepancy of a set of values: how evenly they fill their space, wherever they are in a texture."""

import math

import numpy as np

_BLOCK = 64
_MOST_VALUES = 1 << 14


def on_unit_cube(values: np.ndarray, kind: str) -> np.ndarray | None:
    """Return values mapped onto the unit cube so that an ideal set fills it evenly.

    Args:
        values: (N, C) float.
        kind: a name from `noise_texture.KINDS`.

    Returns:
        (N, D) float64 from 0 to 1; None for points, which have no ideal.

    Example:
        >>> on_unit_cube(np.array([[0.0, 0.0, 1.0]]), "sphere").tolist()
        [[0.0, 0.5]]
    """
    if kind in ("scalar", "phase", "vec2", "vec3"):
        return values
    if kind == "points":
        return None
    around = (np.arctan2(values[:, 1], values[:, 0]) / (2 * math.pi) + 0.5) % 1
    if kind == "circle":
        return around[:, None]
    if kind == "disk":
        height = (values**2).sum(axis=-1)
    else:
        z = values[:, 2]
        height = {"sphere": (1 - z) / 2, "hemisphere": 1 - z, "cosine": 1 - z**2}[kind]
    return np.stack([np.clip(height, 0, 1), around], axis=-1)


def star_discrepancy(points: np.ndarray) -> float | None:
    """Return the L2 star discrepancy of points of the unit cube, 1 for as much as random points.

    None for more than 2^14 points, whose pairs would take long.

    Source: T. T. Warnock, "Computational investigations of low-discrepancy point sets" (1972).

    Args:
        points: (N, D) float from 0 to 1.

    Example:
        >>> round(star_discrepancy((np.arange(64)[:, None] + 0.5) / 64), 3)
        0.088
    """
    count, axes = points.shape
    if count > _MOST_VALUES:
        return None
    pairs = 0.0
    columns = np.ascontiguousarray(points.T)
    for start in range(0, count, _BLOCK):
        volume = np.ones((len(points[start : start + _BLOCK]), count))
        for c, column in enumerate(columns):
            volume *= 1 - np.maximum(points[start : start + _BLOCK, c, None], column)
        pairs += volume.sum()
    alone = 2.0 ** (1 - axes) * np.prod(1 - points**2, axis=1).mean()
    squared = 3.0**-axes - alone + pairs / count**2
    return math.sqrt(max(squared, 0) / ((2.0**-axes - 3.0**-axes) / count))
