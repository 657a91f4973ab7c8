"""S-CIELAB: colour differences of what is left after the eye's blur, another for each opponent colour.

Source: X. Zhang and B. Wandell, "A spatial extension of CIELAB for digital color image reproduction"
(SID 1996), with the weights and spreads of their table of kernels. The opponent colours are those of
A. Poirson and B. Wandell, "Appearance of colored patterns: pattern-color separability" (1993), for the
CIE 1931 observer. CIELAB and its difference are those of CIE 1976, with the white of sRGB.
"""

import numpy as np

from dither.errors import InputError
from dither.metrics.blur import gaussian_blurred
from dither.metrics.light import linear_lights

# Linear sRGB to XYZ (IEC 61966-2-1:1999); the sums of the rows are the XYZ of its white.
_LINEAR_TO_XYZ = np.array(
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
# Of each opponent colour: weights and spreads in degrees of the Gaussians exp(-(r / spread)^2).
_KERNELS = (
    ((0.921, 0.0283), (0.105, 0.133), (-0.108, 4.336)),
    ((0.531, 0.0392), (0.330, 0.494)),
    ((0.488, 0.0536), (0.371, 0.386)),
)
# Where the cube root of CIELAB gives way to a straight line (CIE 1976, exact fraction).
_ELBOW = 6 / 29


def scielab_error(
    original: np.ndarray, dithered: np.ndarray, *, samples_per_degree: float = 32
) -> float:
    """The mean S-CIELAB difference: 1 is about the least that is seen, 0 is none.

    The Gaussians are sampled at the pixels and scaled to a sum of 1 each, cut off at 4 standard
    deviations, and pictures are mirrored at their borders; nothing is resampled.

    Args:
        original: (H, W) or (H, W, 3) sRGB codes, as for `image_errors`.
        dithered: as many rows and columns.
        samples_per_degree: pixels in one degree of sight, 1 to 240; 32 is a screen of 96 dots per inch
            seen from half a metre.

    Returns:
        The mean over pixels of the CIE 1976 colour difference, 0 to somewhat over 100.

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
    seen = [_seen(light, samples_per_degree) for light in linear_lights(original, dithered)]
    return float(np.linalg.norm(seen[1] - seen[0], axis=2).mean())


def _seen(light: np.ndarray, samples_per_degree: float) -> np.ndarray:
    """CIELAB of the light after the eye's blur."""
    opponents = np.moveaxis(light @ (_XYZ_TO_OPPONENT @ _LINEAR_TO_XYZ).T, 2, 0)
    blurred = np.empty(light.shape)
    for channel, (plane, kernel) in enumerate(zip(opponents, _KERNELS, strict=True)):
        # A spread is the standard deviation times the square root of 2.
        parts = [
            weight * gaussian_blurred(plane, spread / 2**0.5 * samples_per_degree)
            for weight, spread in kernel
        ]
        blurred[..., channel] = sum(parts) / sum(weight for weight, _ in kernel)
    return _cielab(blurred @ np.linalg.inv(_XYZ_TO_OPPONENT).T)


def _cielab(xyz: np.ndarray) -> np.ndarray:
    """CIELAB L*, a*, b* of XYZ whose white is that of sRGB; negative light stays on the line."""
    ratio = xyz / _LINEAR_TO_XYZ.sum(axis=1)
    line = ratio / (3 * _ELBOW**2) + 4 / 29
    x, y, z = np.moveaxis(np.where(ratio > _ELBOW**3, np.cbrt(ratio), line), -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)
