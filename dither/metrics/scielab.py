"""S-CIELAB: colour differences after a blur of the eye that differs between opponent colours.

Source: X. Zhang and B. Wandell, "A spatial extension of CIELAB for digital color image reproduction"
(SID 1996), with the weights and spreads of their table of kernels. The opponent colours are those of
A. Poirson and B. Wandell, "Appearance of colored patterns: pattern-color separability" (1993), for the
CIE 1931 observer. CIELAB and its difference are those of CIE 1976, with the white of sRGB.
"""

from typing import Any

import numpy as np

from dither.color import array_namespace
from dither.errors import InputError
from dither.metrics.blur import gaussian_blurred
from dither.metrics.light import linear_lights

# Linear sRGB to XYZ (IEC 61966-2-1:1999); the sums of the rows are the XYZ of its white, D65.
LINEAR_TO_XYZ = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
)
# XYZ to luminance, red-green, blue-yellow (Poirson and Wandell 1993, digits of the authors' program).
_XYZ_TO_OPPONENT = np.array(
    [
        [0.2787336, 0.7218031, -0.1065520],
        [-0.4487736, 0.2898056, 0.0771569],
        [0.0859513, -0.5899859, 0.5011089],
    ]
)
# Weights and spreads in degrees of the Gaussians exp(-(r / spread)^2) of each opponent colour.
_KERNELS = (
    ((0.921, 0.0283), (0.105, 0.133), (-0.108, 4.336)),
    ((0.531, 0.0392), (0.330, 0.494)),
    ((0.488, 0.0536), (0.371, 0.386)),
)
# Below the cube of this root CIELAB replaces the cube root by a straight line (CIE 15:2004).
_BEND = 6 / 29


def scielab_error(
    original: np.ndarray, dithered: np.ndarray, *, samples_per_degree: float = 32
) -> float:
    """Return the mean S-CIELAB colour difference; lower is better.

    The Gaussians are sampled at the pixels, scaled to a sum of 1 each and cut off at 4 standard
    deviations; pictures are mirrored at their borders and not resampled.

    Args:
        original: (H, W) or (H, W, 3) sRGB codes, as in `image_errors`.
        dithered: same rows and columns.
        samples_per_degree: pixels per degree of visual angle, 1 to 240; 32 is a screen of 96 dots per
            inch seen from half a metre.

    Returns:
        Mean over pixels of the CIE 1976 difference: 0 for none, 1 about the smallest visible, 100 for
        white instead of black.

    Raises:
        InputError: as `image_errors`, or `samples_per_degree` is out of range.

    Example:
        >>> black, white = np.zeros((4, 4), np.uint8), np.full((4, 4), 255, np.uint8)
        >>> round(scielab_error(black, white), 6)
        100.0
    """
    if not 1 <= samples_per_degree <= 240:
        raise InputError(
            f"samples_per_degree is {samples_per_degree}; it must be from 1 to 240 pixels"
        )
    seen = [_blurred_lab(light, samples_per_degree) for light in linear_lights(original, dithered)]
    return float(np.linalg.norm(seen[1] - seen[0], axis=2).mean())


def _blurred_lab(light: np.ndarray, samples_per_degree: float) -> np.ndarray:
    """Return the CIELAB coordinates of linear light after the eye's blur."""
    opponents = np.moveaxis(light @ (_XYZ_TO_OPPONENT @ LINEAR_TO_XYZ).T, 2, 0)
    blurred = np.empty(light.shape)
    for channel, (plane, kernel) in enumerate(zip(opponents, _KERNELS, strict=True)):
        # A spread is the standard deviation times the square root of 2.
        parts = [
            weight * gaussian_blurred(plane, spread / 2**0.5 * samples_per_degree)
            for weight, spread in kernel
        ]
        blurred[..., channel] = sum(parts) / sum(weight for weight, _ in kernel)
    xyz = blurred @ np.linalg.inv(_XYZ_TO_OPPONENT).T
    x, y, z = np.moveaxis(cielab_roots(xyz / LINEAR_TO_XYZ.sum(axis=1)), -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def cielab_roots(ratios: Any) -> Any:
    """Return CIELAB's cube roots of X, Y and Z as shares of white; negative light stays on the line.

    Args:
        ratios: numpy or jax array of any shape.
    """
    xp = array_namespace(ratios)
    line = ratios / (3 * _BEND**2) + 4 / 29
    return xp.where(ratios > _BEND**3, xp.cbrt(xp.maximum(ratios, _BEND**3)), line)
