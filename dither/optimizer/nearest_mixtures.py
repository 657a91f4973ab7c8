"""The mixtures of a palette that are seen nearest to given colours.

The light of a mixture is a mean of the palette's, so that what can be mixed is the convex hull of the
palette; a colour within it is its own nearest mixture, to rounding. Beyond, the distance in OKLab is
lowered by Gauss-Newton steps: at each, OKLab is straightened where the last mixture lies, and the
shares, none of which is negative, are found by least squares.

Source: C. Lawson and R. Hanson, "Solving least squares problems" (1974), for the shares; B. Ottosson,
"A perceptual color space for image processing" (2020), OKLab.
"""

import numpy as np

from dither.color import LINEAR_TO_CONES, ROOTS_TO_OKLAB
from dither.extras import require_extra

# Cones below this share of white are straightened as it is: at black, roots are endlessly steep.
_DARKEST = 0.0005
# How much it counts that the shares add up to 1, beside distances of OKLab.
_SUM_WEIGHT = 100.0
_MOST_STEPS = 20
# Where the straightened space bends too much, a shorter step is taken.
_STEPS = (1.0, 0.5, 0.25, 0.1)
# A distance in OKLab that nobody sees; black and white are 1 apart.
_EXACT = 1e-5


def nearest_mixtures(colors: np.ndarray, palette: np.ndarray) -> np.ndarray:
    """For each colour what is seen nearest to it of all that the palette can mix.

    Args:
        colors: (N, 3) linear light, 0 to 1.
        palette: (K, 3) linear light, 0 to 1.

    Returns:
        (N, 3) float64 linear light, means of the palette's colours.

    Raises:
        InputError: scipy is not installed.

    Example:
        >>> black_and_white = np.array([[0.0, 0, 0], [1, 1, 1]])
        >>> nearest_mixtures(np.array([[0.5, 0.5, 0.5], [1, 0, 0]]), black_and_white).round(2).tolist()
        [[0.5, 0.5, 0.5], [0.25, 0.25, 0.25]]
    """
    require_extra("optimizing a palette", "optimize", "scipy")
    from scipy.optimize import nnls as nonnegative_least_squares

    palette = np.asarray(palette, np.float64)
    offered = palette @ LINEAR_TO_CONES.T
    cones = np.asarray(colors, np.float64) @ LINEAR_TO_CONES.T
    seen = np.cbrt(cones) @ ROOTS_TO_OKLAB.T
    sum_row = np.full((1, len(palette)), _SUM_WEIGHT)
    out = np.empty(cones.shape)
    for index, wanted in enumerate(seen):
        # From the colour itself, so that one that can be mixed is found at once.
        place, best, least = cones[index], np.empty(0), np.inf
        for _ in range(_MOST_STEPS):
            slopes = ROOTS_TO_OKLAB * (np.maximum(place, _DARKEST) ** (-2 / 3) / 3)
            aim = slopes @ place - ROOTS_TO_OKLAB @ np.cbrt(place) + wanted
            matrix = np.concatenate([slopes @ offered.T, sum_row])
            shares, _ = nonnegative_least_squares(matrix, np.append(aim, _SUM_WEIGHT))
            shares /= shares.sum()
            for step in _STEPS if best.size else (1.0,):
                tried = shares if step == 1 else best + step * (shares - best)
                distance = float(np.linalg.norm(ROOTS_TO_OKLAB @ np.cbrt(tried @ offered) - wanted))
                if distance < least - _EXACT:
                    break
            else:
                break  # no step is nearer
            best, least, place = tried, distance, tried @ offered
            if least < _EXACT:
                break
        out[index] = best @ palette
    return out
