"""Dot gain: the coverage that a printer leaves where a dot pattern has ink.

There are two models. In `DotGain`, a printed dot is a disc, wider than its pixel: discs of neighbours
overlap, so that a dot in a cluster adds less ink than a single one. In `LaserSpot`, exposures of
neighbours add up, and toner sticks where they exceed a threshold: single pixels may fail. In both, dots
vary at random.

Source: T. Pappas and D. Neuhoff, "Printer models and error diffusion" (1995), for overlapping discs.
The random numbers are an addition, and the laser is a plain sum of Gaussian spots with a threshold.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from dither.errors import InputError

# Rows and columns of sample points in a pixel; areas of discs are within 3 %.
_SAMPLES = 10


@dataclass(frozen=True)
class DotGain:
    """Model of a printer.

    Attributes:
        diameter: mean diameter of a printed dot in pixels, 0.5 to 4; from 1.42 on, solid areas have no
            holes.
        spread: standard deviation of a dot's diameter as a fraction of the mean, 0 to 0.5.

    Raises:
        InputError: a number is out of range.
    """

    diameter: float = 1.6
    spread: float = 0.1

    def __post_init__(self) -> None:
        if not 0.5 <= self.diameter <= 4:
            raise InputError(f"diameter is {self.diameter}; it must be from 0.5 to 4 pixels")
        if not 0 <= self.spread <= 0.5:
            raise InputError(f"spread is {self.spread}; it must be from 0 to 0.5")

    def scaled(self, factor: float) -> "DotGain":
        """Return the printer with dots of another mean diameter."""
        return replace(self, diameter=self.diameter * factor)


@dataclass(frozen=True)
class LaserSpot:
    """Model of a laser printer.

    Attributes:
        sigma: standard deviation of the Gaussian spot in pixels, 0.2 to 1.5.
        threshold: exposure from which toner sticks, as a fraction of that of solid areas, 0.1 to 0.9.
        spread: standard deviation of the energy of a spot as a fraction of the mean, 0 to 0.5.
        energy: mean energy of a spot, 0.5 to 2; it drifts with temperature and age.

    Raises:
        InputError: a number is out of range.
    """

    sigma: float = 0.6
    threshold: float = 0.3
    spread: float = 0.1
    energy: float = 1.0

    def __post_init__(self) -> None:
        for name, low, high in (
            ("sigma", 0.2, 1.5),
            ("threshold", 0.1, 0.9),
            ("spread", 0, 0.5),
            ("energy", 0.5, 2),
        ):
            if not low <= getattr(self, name) <= high:
                raise InputError(
                    f"{name} is {getattr(self, name)}; it must be from {low} to {high}"
                )

    def scaled(self, factor: float) -> "LaserSpot":
        """Return the printer with spots of another mean energy."""
        return replace(self, energy=self.energy * factor)


Printer = DotGain | LaserSpot


def printed_coverage(ink: np.ndarray, printer: Printer = DotGain(), *, seed: int = 0) -> np.ndarray:
    """Return the share of each pixel's area that is covered after printing.

    Args:
        ink: (H, W) bool, True where the printer sets a dot; a tile that repeats.
        printer: the model.
        seed: of the dots.

    Returns:
        (H, W) float64, 0 to 1.

    Example:
        >>> dot = np.zeros((5, 5), bool)
        >>> dot[2, 2] = True
        >>> round(float(printed_coverage(dot, DotGain(1.6, 0)).sum()))  # pi 0.8^2
        2
    """
    drawn = np.random.default_rng(seed).standard_normal(ink.shape)
    # Dots beyond three standard deviations would reach too far.
    varied = np.maximum(1 + printer.spread * np.clip(drawn, -3, 3), 0)
    if isinstance(printer, DotGain):
        squares = np.where(ink, (printer.diameter / 2 * varied) ** 2, -1.0)
        covered = np.zeros((*ink.shape, _SAMPLES, _SAMPLES), bool)
        reach = printer.diameter / 2 * (1 + 3 * printer.spread)
        for square, distance in _neighbours(squares, reach):
            covered |= distance <= square
        return covered.mean(axis=(2, 3))
    energies = ink * varied * printer.energy / (2 * math.pi * printer.sigma**2)
    exposure = np.zeros((*ink.shape, _SAMPLES, _SAMPLES), np.float32)
    # Beyond 3.3 sigma a spot has less than 1 % of its peak.
    for energy, distance in _neighbours(energies.astype(np.float32), 3.3 * printer.sigma):
        exposure += energy * np.exp(distance / (-2 * printer.sigma**2)).astype(np.float32)
    return (exposure > printer.threshold).mean(axis=(2, 3))


def _neighbours(dots: np.ndarray, reach: float) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield dots that reach into a pixel, (H, W, 1, 1), and their squared distances to its samples."""
    middles = (np.arange(_SAMPLES) + 0.5) / _SAMPLES - 0.5
    most = math.ceil(reach - 0.5)
    for down, right in product(range(-most, most + 1), repeat=2):
        distance = (middles[:, None] - down) ** 2 + (middles - right) ** 2
        yield np.roll(dots, (-down, -right), (0, 1))[..., None, None], distance


def tone_curve(
    ranks: np.ndarray, printer: Printer = DotGain(), *, points: int = 33, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Return the share of pixels with ink and the mean coverage of the patterns of a matrix.

    Its inverse is the compensation: the share of pixels that prints a wanted coverage.

    Args:
        ranks: (H, W) integers, each of 0..N-1 once; the pixels of the lowest ranks get ink first.
        printer: the model.
        points: number of evenly spaced shares from 0 to 1, 2 or more.
        seed: of the dots.

    Returns:
        Two (points,) float64 arrays, ascending from 0.
    """
    shares = np.rint(np.linspace(0, ranks.size, points)) / ranks.size
    means = [
        printed_coverage(ranks < share * ranks.size, printer, seed=seed).mean() for share in shares
    ]
    return shares, np.maximum.accumulate(means)
