"""Value sets: what a noise texture holds, and how differently integrands see two of the values."""

import hashlib
import math
from dataclasses import dataclass

import numpy as np

from bluenoise.value_texture import KINDS
from bluenoise.values.distance import (
    ARCS,
    CAPS,
    HALF_CIRCLES,
    HALF_SPACES,
    HEMISPHERES,
    Distance,
    weighted,
)
from dither.errors import InputError

SPACES = tuple(kind for kind in KINDS if kind != "points")

# 1 / x, 1 / x^2, ... with x^(n + 1) = x + 1 spread n-dimensional points evenly.
# Source: M. Roberts, "The unreasonable effectiveness of quasirandom sequences" (2018).
_ROBERTS = {1: 1.618033988749895, 2: 1.324717957244746, 3: 1.2207440846057596}

# Each family is divided by its mean distance, so that the weights are shares. Pure arcs see half turns
# badly, and half circles cannot see even functions; likewise hemispheres and caps.
_CIRCLE = weighted((0.6 / 0.5, HALF_CIRCLES), (0.4 / (1 / 3), ARCS))
SPHERE_DISTANCE = weighted((0.44 / 0.5, HEMISPHERES), (0.56 / (4 / 3), CAPS))


@dataclass(frozen=True, eq=False)
class ValueSet:
    """Values of one frame, and the distance between them.

    Attributes:
        name: of the space, for the sidecar.
        values: (N, C) float32, what the texture holds.
        points: (N, P) float32, the same as points whose chords the distance measures.
        distance: between points.
        density: (N,) float32 probability density of each value, or None if all have the same.
    """

    name: str
    values: np.ndarray
    points: np.ndarray
    distance: Distance
    density: np.ndarray | None = None

    @property
    def digest(self) -> str:
        """A fingerprint of the values and the distance, by which a checkpoint knows its run."""
        known = hashlib.sha256(repr((self.name, self.distance)).encode())
        for array in (self.values, self.points, self.density):
            known.update(b"" if array is None else array.tobytes())
        return known.hexdigest()


def value_set(space: str, count: int) -> ValueSet:
    """Return evenly spread values of a space.

    Args:
        space: "scalar" (0 to 1), "phase" (0 to 1, where 1 is 0 again), "vec2" and "vec3" (the unit
            square and cube), "circle" and "sphere" (length 1), "disk" (length up to 1), "hemisphere"
            (z at least 0), or "cosine" (a hemisphere with density z / pi).
        count: N, the cells of a frame.

    Raises:
        InputError: there is no such space.

    Example:
        >>> value_set("scalar", 2).values.tolist()
        [[0.25], [0.75]]
    """
    order = (np.arange(count) + 0.5) / count
    turn = 2 * math.pi * order
    if space == "scalar":
        return _even(space, order[:, None], HALF_SPACES)
    if space == "phase":
        circle = np.stack([np.cos(turn), np.sin(turn)], axis=1)
        return _even(space, order[:, None], ARCS, circle)
    if space in ("vec2", "vec3"):
        return _even(space, spread_points(count, int(space[-1])), HALF_SPACES)
    if space == "circle":
        return _even(space, np.stack([np.cos(turn), np.sin(turn)], axis=1), _CIRCLE)
    golden = 2 * math.pi * spread_points(count, 1)[:, 0]
    around = np.stack([np.cos(golden), np.sin(golden)], axis=1)
    if space == "disk":
        return _even(space, np.sqrt(order)[:, None] * around, HALF_SPACES)
    if space not in ("sphere", "hemisphere", "cosine"):
        raise InputError(f"no space of values is named {space!r}; there are {', '.join(SPACES)}")
    height = {"sphere": 1 - 2 * order, "hemisphere": 1 - order, "cosine": np.sqrt(1 - order)}[space]
    flat = np.sqrt(1 - height**2)[:, None] * around
    directions = np.concatenate([flat, height[:, None]], axis=1)
    distance = CAPS if space == "cosine" else SPHERE_DISTANCE
    density = (height / math.pi).astype(np.float32) if space == "cosine" else None
    values = directions.astype(np.float32)
    return ValueSet(space, values, values, distance, density)


def spread_points(count: int, dimensions: int) -> np.ndarray:
    """Return evenly spread points of the unit cube: (N, n) float64, n from 1 to 3 (Roberts 2018).

    Example:
        >>> spread_points(2, 1).round(3).tolist()
        [[0.5], [0.118]]
    """
    steps = _ROBERTS[dimensions] ** -np.arange(1.0, dimensions + 1)
    return (0.5 + np.arange(count)[:, None] * steps) % 1


def _even(
    name: str, values: np.ndarray, distance: Distance, points: np.ndarray | None = None
) -> ValueSet:
    values = values.astype(np.float32)
    return ValueSet(name, values, values if points is None else points.astype(np.float32), distance)
