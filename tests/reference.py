"""Slow twins: plain, obvious versions of the same definitions, to compare the fast ones with."""

from fractions import Fraction
from math import exp, floor, hypot

import numpy as np


def ordered_level(value: int, rank: int, cells: int, levels: int, white: int) -> int:
    """The level of one integer sample, from the definition, in unbounded integers."""
    threshold = floor(Fraction((2 * rank + 1) * white, 2 * cells))
    return floor(Fraction(value * (levels - 1) + white - 1 - threshold, white))


def ordered_dither(image: np.ndarray, ranks: np.ndarray, levels: int) -> np.ndarray:
    """Ordered dithering of integers, one sample after the other."""
    white = int(np.iinfo(image.dtype).max)
    codes = np.empty(image.shape, np.int64)
    for index in np.ndindex(image.shape):
        rank = int(ranks[index[0] % ranks.shape[0], index[1] % ranks.shape[1]])
        codes[index] = ordered_level(int(image[index]), rank, ranks.size, levels, white)
    return codes


def torus_distance(a: int, b: int, length: int) -> int:
    """The shorter way round."""
    return min((a - b) % length, (b - a) % length)


def level_energy(ranks: np.ndarray, level: int, sigma: float) -> float:
    """E_k with a Gaussian, by summing the impulse response over the torus and its images."""
    height, width = ranks.shape
    reach = range(-4, 5)
    total = 0.0
    dots = np.argwhere(ranks < level)
    norm = 1 / (2 * np.pi * sigma**2)
    for y in range(height):
        for x in range(width):
            seen = sum(
                norm * exp(-(hypot(y - v + i * height, x - u + j * width) ** 2) / (2 * sigma**2))
                for v, u in dots
                for i in reach
                for j in reach
            )
            total += (seen - level / ranks.size) ** 2
    return total / ranks.size


def is_largest_void_order(ranks: np.ndarray, sigma: float, tolerance: float) -> bool:
    """Whether every rank lies in a largest void of the ranks before it, by a full scan in floats.

    The blur is a Gaussian within a square of 2.7 sigma, rounded, to each side.
    """
    height, width = ranks.shape
    ys, xs = np.arange(height), np.arange(width)

    def circle(offsets: np.ndarray, length: int) -> np.ndarray:
        images = offsets[:, None] + length * np.arange(-8, 9)
        inside = abs(images) <= round(2.7 * sigma)
        return (inside * np.exp(-0.5 * (images / sigma) ** 2)).sum(axis=1)

    field = np.zeros(ranks.shape)
    taken = np.zeros(ranks.shape, bool)
    for cell in np.argsort(ranks, axis=None):
        y, x = divmod(int(cell), width)
        if field[y, x] > field[~taken].min() + tolerance:
            return False
        taken[y, x] = True
        field += circle(ys - y, height)[:, None] * circle(xs - x, width)
    return True


def are_largest_voids(ranks: np.ndarray, field: np.ndarray, kernel: np.ndarray) -> bool:
    """Whether every rank lies where the integer field is lowest, found by looking at all cells.

    Args:
        ranks: (T, H, W).
        field: (T, H, W) before the first rank.
        kernel: what each rank adds around itself on the torus.
    """
    field = field.astype(np.int64)
    free = np.ones(ranks.shape, bool)
    offsets = np.argwhere(kernel) - np.array(kernel.shape) // 2
    weights = kernel[kernel != 0]
    for cell in np.argsort(ranks, axis=None):
        place = np.unravel_index(cell, ranks.shape)
        if field[place] != field[free].min():
            return False
        free[place] = False
        np.add.at(field, tuple(((offsets + place) % ranks.shape).T), weights)
    return True
