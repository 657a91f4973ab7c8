"""Viewing filters: how much of each spatial frequency reaches the eye.

A filter is a value: its numbers are its fields, and `transfer` gives H(f) with H(0) = 1 on the
frequencies of a torus, in cycles per pixel.
"""

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np


class ViewingFilter(Protocol):
    """Anything with a transfer function of the frequency's length."""

    def transfer(self, frequency: np.ndarray) -> np.ndarray:
        """H(f), same shape as `frequency` (cycles per pixel, from 0 to about 0.71)."""
        ...


@dataclass(frozen=True)
class Gaussian:
    """A Gaussian blur of standard deviation `sigma` pixels: H(f) = exp(-2 pi^2 sigma^2 f^2).

    Example:
        >>> float(Gaussian(sigma=1.5).transfer(np.array(0.0)))
        1.0
    """

    sigma: float

    def transfer(self, frequency: np.ndarray) -> np.ndarray:
        """H(f), same shape as `frequency` in cycles per pixel."""
        return np.exp(-2 * (math.pi * self.sigma * np.asarray(frequency)) ** 2)


@dataclass(frozen=True)
class Nasanen:
    """The eye at a printed page: H(f) = exp(-f P / (0.525 ln L + 3.91)).

    P is the pixels in one degree of sight, 2 d tan(0.5 degrees) dpi; f P is in cycles per degree.
    Source: R. Näsänen, "Visibility of halftone dot textures" (1984), with his luminance L = 11 cd/m2.

    Attributes:
        dots_per_inch: pixels per inch of the page or panel.
        distance_cm: from the eye to it, in centimetres.

    Example:
        >>> round(Nasanen(dots_per_inch=300, distance_cm=30).pixels_per_degree, 1)
        61.8
    """

    dots_per_inch: float = 300
    distance_cm: float = 30
    luminance: float = 11

    @property
    def pixels_per_degree(self) -> float:
        """Pixels under one degree of visual angle."""
        return 2 * self.distance_cm / 2.54 * math.tan(math.radians(0.5)) * self.dots_per_inch

    def transfer(self, frequency: np.ndarray) -> np.ndarray:
        """H(f), same shape as `frequency` in cycles per pixel."""
        scale = 0.525 * math.log(self.luminance) + 3.91
        return np.exp(-np.asarray(frequency) * self.pixels_per_degree / scale)


@dataclass(frozen=True)
class Mixture:
    """Several distances at once: its energy is the weighted mean of the energies of its parts.

    H(f)^2 is the weighted mean of the parts' H(f)^2.

    Attributes:
        parts: (weight, filter) pairs, weights above 0.

    Example:
        >>> float(Mixture(((1.0, Gaussian(1.0)), (2.0, Nasanen()))).transfer(np.array(0.0)))
        1.0
    """

    parts: tuple[tuple[float, ViewingFilter], ...]

    def transfer(self, frequency: np.ndarray) -> np.ndarray:
        """H(f), same shape as `frequency` in cycles per pixel."""
        total = sum(weight for weight, _ in self.parts)
        power = sum(weight * part.transfer(frequency) ** 2 for weight, part in self.parts)
        return np.sqrt(power / total)


# The five at which matrices are compared: from a close look to a distant one, and a page in print.
STANDARD_FILTERS: dict[str, ViewingFilter] = {
    "gaussian:1.0": Gaussian(1.0),
    "gaussian:1.5": Gaussian(1.5),
    "gaussian:2.0": Gaussian(2.0),
    "gaussian:3.0": Gaussian(3.0),
    "nasanen:300dpi,30cm": Nasanen(300, 30),
}
