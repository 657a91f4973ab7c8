"""Distances between values: how differently the integrands of a family see two of them.

Let f_w be the integrands of a family, with random w. The squared error of a filtered texture, summed
over the family, depends on the values only through d(u, v) = E_w |f_w(u) - f_w(v)|^2. For half-spaces
in R^n, d is the length of the chord |u - v|. For half circles and hemispheres it is the angle, for arcs
of any length a parabola of the angle, and for spherical caps of any height the chord again.
Source: K. B. Stolarsky, "Sums of distances between points on a sphere" (1973), for caps.
"""

import math
from dataclasses import dataclass

import numpy as np

# The slope of the angle has a pole at opposite values, where its direction carries no information.
_LEAST_COSINE_SQUARED = 0.01


@dataclass(frozen=True)
class Distance:
    """Distance d = chord r + squared_chord r^2 + angle t + squared_angle t^2 between two values.

    r is the length of the chord between them. t is the angle between two points of the unit circle or
    sphere, as a fraction of a half turn, from 0 to 1.

    Attributes:
        chord: weight of r.
        squared_chord: weight of r^2, which alone compares the means of the values.
        angle: weight of t; nonzero only for values of length 1.
        squared_angle: weight of t^2; likewise.

    Example:
        >>> float(ARCS.between(np.array([1.0, 0.0]), np.array([0.0, 1.0])).round(6))
        0.375
    """

    chord: float = 0.0
    squared_chord: float = 0.0
    angle: float = 0.0
    squared_angle: float = 0.0

    def between(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Return the distances of values (..., C), whose other axes broadcast: (...) float64."""
        return self.of_chord(np.linalg.norm(np.asarray(first, float) - second, axis=-1))

    def of_chord(self, chord: np.ndarray) -> np.ndarray:
        """Return the distances of values whose chords have these lengths."""
        turn = _turn(chord)
        straight = (self.chord + self.squared_chord * chord) * chord
        return straight + (self.angle + self.squared_angle * turn) * turn

    def slope(self, chord: np.ndarray) -> np.ndarray:
        """Return the derivative of the distance with respect to the length of the chord."""
        cosine = np.maximum(1 - np.minimum(chord / 2, 1) ** 2, _LEAST_COSINE_SQUARED)
        turning = (self.angle + 2 * self.squared_angle * _turn(chord)) / (math.pi * np.sqrt(cosine))
        return self.chord + 2 * self.squared_chord * chord + turning

    @property
    def weights(self) -> np.ndarray:
        """The four weights: (4,) float64."""
        return np.array([self.chord, self.squared_chord, self.angle, self.squared_angle])


def _turn(chord: np.ndarray) -> np.ndarray:
    """Return the angle of a chord of the unit sphere, as a fraction of a half turn."""
    return np.arcsin(np.minimum(np.asarray(chord) / 2, 1)) * (2 / math.pi)


# Half-spaces of R^n, and spherical caps of any height.
HALF_SPACES = CAPS = Distance(chord=1.0)
# Half circles and hemispheres: an angle of t half turns is separated by a fraction t of them.
HALF_CIRCLES = HEMISPHERES = Distance(angle=1.0)
# Arcs of any length: with s = t / 2 of a whole turn, 2 s (1 - s).
ARCS = Distance(angle=1.0, squared_angle=-0.5)


def weighted(*terms: tuple[float, Distance]) -> Distance:
    """Return the weighted sum of distances: that of several families of integrands together.

    Example:
        >>> weighted((2.0, HALF_SPACES), (1.0, HALF_CIRCLES))
        Distance(chord=2.0, squared_chord=0.0, angle=1.0, squared_angle=0.0)
    """
    weights = np.sum([weight * part.weights for weight, part in terms], axis=0)
    return Distance(*map(float, weights))


def mean_distance(points: np.ndarray, distance: Distance) -> float:
    """Return the mean distance of two independent points of a set.

    Args:
        points: (N, C) float.
        distance: between them.

    Example:
        >>> mean_distance(np.array([[0.0], [1.0]]), HALF_SPACES)
        0.5
    """
    points = np.asarray(points, float)
    sums = [
        distance.between(points[start : start + 64, None], points[None]).sum()
        for start in range(0, len(points), 64)
    ]
    return float(sum(sums)) / len(points) ** 2
