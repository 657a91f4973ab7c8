"""Compiled loop of the gamut target: move pixels as their blurred colours move."""

import math

import numpy as np

from dither.native.loop import compiled

# Cube roots of the squares of 0 to 1 in this many steps: first guesses, dense where the root is steep.
_STEPS = 1024
GUESSES = np.cbrt(np.square((np.arange(_STEPS + 1) + 0.5) / _STEPS)).astype(np.float32)


@compiled
def shift(
    out: np.ndarray,
    here: np.ndarray,
    there: np.ndarray,
    linear: np.ndarray,
    to_cones: np.ndarray,
    to_oklab: np.ndarray,
    guesses: np.ndarray,
    tolerance: float,
) -> None:
    """Move each pixel by the way from one colour to another, which ends earlier by the tolerance.

    Args:
        out: (N, 3) float32 linear light; written.
        here: (N, 3) uint16 sRGB codes, where the ways begin.
        there: (N, 3) uint16 sRGB codes, where they end.
        linear: (65536,) float32, the linear light of each code.
        to_cones: (3, 3) float64, linear light to cone responses.
        to_oklab: (3, 3) float64, their cube roots to OKLab.
        guesses: `GUESSES`.
        tolerance: length in OKLab.
    """
    for n in range(len(out)):
        if here[n, 0] == there[n, 0] and here[n, 1] == there[n, 1] and here[n, 2] == there[n, 2]:
            continue
        square = 0.0
        long, medium, short = 0.0, 0.0, 0.0
        for cone in range(3):
            start, end = 0.0, 0.0
            for channel in range(3):
                start += to_cones[cone, channel] * linear[here[n, channel]]
                end += to_cones[cone, channel] * linear[there[n, channel]]
            moved = cube_root(end, guesses) - cube_root(start, guesses)
            if cone == 0:
                long = moved
            elif cone == 1:
                medium = moved
            else:
                short = moved
        for axis in range(3):
            along = (
                to_oklab[axis, 0] * long + to_oklab[axis, 1] * medium + to_oklab[axis, 2] * short
            )
            square += along * along
        if square <= tolerance * tolerance:
            continue
        share = 1 - tolerance / math.sqrt(square)
        for channel in range(3):
            out[n, channel] += share * (linear[there[n, channel]] - linear[here[n, channel]])


@compiled(inline=True)
def cube_root(value: float, guesses: np.ndarray) -> float:
    """Return the cube root of 0 to 1 by steps of Halley's method (1694) from a guess.

    It is within 1e-6 for values above 0.001, and within 0.002 below.
    """
    root = float(guesses[int(math.sqrt(value) * (len(guesses) - 1))])
    for _ in range(2):
        cube = root * root * root
        root *= (cube + 2 * value) / (2 * cube + value)
    return root
