"""Pixels drawn from mixtures: each takes a colour as often as the mixture of its own colour says.

No error is handed on and nothing is searched, so that equal pixels of equal cells have equal colours,
whatever lies around them.
"""

from typing import Literal

import numpy as np

from dither.matrix.catalog import DEFAULT_MATRIX, load_matrix
from dither.optimizer.gamut_target import reachable_picture
from dither.optimizer.learned_palette import softness

# Mixtures for a palette that is given are found in so many steps.
_STEPS = 400


def mixed_pixels(
    wanted: np.ndarray,
    palette: np.ndarray,
    *,
    by: Literal["draws", "matrix"],
    variance: float,
    seed: int,
) -> np.ndarray:
    """Draw every pixel by itself, or let the thresholds of the shipped matrix choose.

    Args:
        wanted: (H, W, 3) uint8 sRGB codes.
        palette: (K, 3) linear light.
        by: "draws" are independent, the method as published; by the "matrix", neighbours differ.
        variance: how much the scatter of a mixture counts beside the error of its mean.
        seed: of the draws.

    Returns:
        (H, W) uint8.
    """
    from dither.differentiable import DescentConfig, descend, matrix_sampled, sampled

    histogram = reachable_picture(wanted, len(palette), sigma=0).histogram
    chances = descend(
        *(histogram.colors, histogram.counts, palette),
        DescentConfig(steps=_STEPS, variance=variance, temperature=softness(len(palette))),
        learned=np.zeros(len(palette), bool),
    ).probabilities
    if by == "draws":
        return sampled(chances, bins=histogram.bins, seed=seed)
    matrix = load_matrix(DEFAULT_MATRIX)
    return matrix_sampled(chances, palette, matrix, bins=histogram.bins)
