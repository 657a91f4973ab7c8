"""Nearest mixtures: for given colours, the mixtures of a palette that look most similar.

The light of a mixture is a weighted mean of the palette's colours, so mixtures form the convex hull of
the palette, and a colour inside the hull is its own nearest mixture, up to rounding. For other colours,
Gauss-Newton steps minimise the distance in OKLab: each step linearises OKLab at the last mixture and
finds the weights by non-negative least squares.

Source: C. Lawson and R. Hanson, "Solving least squares problems" (1974), for the weights; B. Ottosson,
"A perceptual color space for image processing" (2020), OKLab.
"""

import numpy as np

from dither.color import LINEAR_TO_CONES, ROOTS_TO_OKLAB

# Cone responses below this share of white are treated as equal to it: the slope of the cube root is
# infinite at black.
_DARKEST = 0.0005
# Weight of the equation that the weights add up to 1, against distances in OKLab.
_SUM_WEIGHT = 100.0
_MAX_STEPS = 20
# Step lengths to try, for where OKLab is far from linear.
_STEP_LENGTHS = (1.0, 0.5, 0.25, 0.1)
# An invisible distance in OKLab, where black and white are 1 apart.
_TOLERANCE = 1e-5


def nearest_mixtures(colors: np.ndarray, palette: np.ndarray) -> np.ndarray:
    """Return the nearest mixture of a palette for each colour.

    Args:
        colors: (N, 3) linear light, 0 to 1.
        palette: (K, 3) linear light, 0 to 1.

    Returns:
        (N, 3) float64 linear light, weighted means of the palette's colours.

    Example:
        >>> black_and_white = np.array([[0.0, 0, 0], [1, 1, 1]])
        >>> nearest_mixtures(np.array([[0.5, 0.5, 0.5], [1, 0, 0]]), black_and_white).round(2).tolist()
        [[0.5, 0.5, 0.5], [0.25, 0.25, 0.25]]
    """
    from scipy.optimize import nnls

    palette = np.asarray(palette, np.float64)
    offered = palette @ LINEAR_TO_CONES.T
    cones = np.asarray(colors, np.float64) @ LINEAR_TO_CONES.T
    labs = np.cbrt(cones) @ ROOTS_TO_OKLAB.T
    sum_row = np.full((1, len(palette)), _SUM_WEIGHT)
    out = np.empty(cones.shape)
    for index, wanted in enumerate(labs):
        # Linearised at the colour itself first, so that a colour inside the hull takes one step.
        point, best, least = cones[index], np.empty(0), np.inf
        for _ in range(_MAX_STEPS):
            slopes = ROOTS_TO_OKLAB * (np.maximum(point, _DARKEST) ** (-2 / 3) / 3)
            aim = slopes @ point - ROOTS_TO_OKLAB @ np.cbrt(point) + wanted
            matrix = np.concatenate([slopes @ offered.T, sum_row])
            weights, _ = nnls(matrix, np.append(aim, _SUM_WEIGHT))
            weights /= weights.sum()
            for length in _STEP_LENGTHS if best.size else (1.0,):
                tried = weights if length == 1 else best + length * (weights - best)
                distance = float(np.linalg.norm(ROOTS_TO_OKLAB @ np.cbrt(tried @ offered) - wanted))
                if distance < least - _TOLERANCE:
                    break
            else:
                break  # no step comes nearer
            best, least, point = tried, distance, tried @ offered
            if least < _TOLERANCE:
                break
        out[index] = best @ palette
    return out
