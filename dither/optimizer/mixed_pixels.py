"""Choose pixels from mixtures independently: each colour as often as its probability.

No error is diffused and nothing is searched: with the matrix, pixels of equal colour at equal cells get
equal results whatever is around them.
"""

from typing import Literal

import numpy as np

from dither.matrix.catalog import DEFAULT_MATRIX, load_matrix
from dither.optimizer.gamut_target import bin_size
from dither.optimizer.learned_palette import first_temperature
from dither.palettes.histogram import color_histogram

# Steps of the descent that finds the mixtures for a fixed palette.
_STEPS = 400


def mixed_pixels(
    linear: np.ndarray,
    palette: np.ndarray,
    *,
    by: Literal["random", "matrix"],
    variance: float,
    seed: int,
) -> np.ndarray:
    """Choose each pixel at random or by the default threshold matrix.

    Args:
        linear: (H, W, 3) linear light, 0 to 1.
        palette: (K, 3) linear light.
        by: "random" is the published method; with "matrix", neighbours differ.
        variance: weight of a mixture's variance against the error of its mean.
        seed: of the random numbers.

    Returns:
        (H, W) uint8.
    """
    from dither.differentiable import DescentConfig, descend, matrix_sampled, sampled

    histogram = color_histogram(linear, step=bin_size(len(palette)))
    probabilities = descend(
        *(histogram.colors, histogram.counts, palette),
        DescentConfig(steps=_STEPS, variance=variance, temperature=first_temperature(len(palette))),
        learned=np.zeros(len(palette), bool),
    ).probabilities
    if by == "random":
        return sampled(probabilities, bins=histogram.bins, seed=seed)
    matrix = load_matrix(DEFAULT_MATRIX)
    return matrix_sampled(probabilities, palette, matrix, bins=histogram.bins)
