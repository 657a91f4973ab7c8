"""Dot gain: the coverage that a printer leaves where a dot pattern has ink.

A printed dot is a disc, wider than its pixel: discs of neighbours overlap, so that a dot in a cluster
adds less ink than a single one. Diameters vary at random from dot to dot.

Source: T. Pappas and D. Neuhoff, "Printer models and error diffusion" (1995), for the model of
overlapping discs; the random diameters are an addition.
"""

import math
from dataclasses import dataclass

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


def printed_coverage(ink: np.ndarray, printer: DotGain = DotGain(), *, seed: int = 0) -> np.ndarray:
    """Return the share of each pixel's area that is covered after printing.

    Args:
        ink: (H, W) bool, True where the printer sets a dot; a tile that repeats.
        printer: the model.
        seed: of the diameters.

    Returns:
        (H, W) float64, 0 to 1.

    Example:
        >>> dot = np.zeros((5, 5), bool)
        >>> dot[2, 2] = True
        >>> round(float(printed_coverage(dot, DotGain(1.6, 0)).sum()))  # pi 0.8^2
        2
    """
    drawn = np.random.default_rng(seed).standard_normal(ink.shape)
    # Diameters beyond three standard deviations would reach too far.
    radii = printer.diameter / 2 * (1 + printer.spread * np.clip(drawn, -3, 3))
    squares = np.where(ink, np.maximum(radii, 0) ** 2, -1.0)
    reach = math.ceil(printer.diameter / 2 * (1 + 3 * printer.spread) - 0.5)
    middles = (np.arange(_SAMPLES) + 0.5) / _SAMPLES - 0.5
    covered = np.zeros((*ink.shape, _SAMPLES, _SAMPLES), bool)
    for down in range(-reach, reach + 1):
        for right in range(-reach, reach + 1):
            distance = (middles[:, None] - down) ** 2 + (middles - right) ** 2
            moved = np.roll(squares, (-down, -right), (0, 1))
            covered |= distance <= moved[..., None, None]
    return covered.mean(axis=(2, 3))


def tone_curve(
    ranks: np.ndarray, printer: DotGain = DotGain(), *, points: int = 33, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Return the share of pixels with ink and the mean coverage of the patterns of a matrix.

    Its inverse is the compensation: the share of pixels that prints a wanted coverage.

    Args:
        ranks: (H, W) integers, each of 0..N-1 once; the pixels of the lowest ranks get ink first.
        printer: the model.
        points: number of evenly spaced shares from 0 to 1, 2 or more.
        seed: of the diameters.

    Returns:
        Two (points,) float64 arrays, ascending from 0.
    """
    shares = np.rint(np.linspace(0, ranks.size, points)) / ranks.size
    means = [
        printed_coverage(ranks < share * ranks.size, printer, seed=seed).mean() for share in shares
    ]
    return shares, np.maximum.accumulate(means)
