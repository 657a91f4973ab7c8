"""Gamut mapping: move colours outside a gamut to colours that mixtures of the palette can show.

All coordinates are OKLab: lightness, chroma (the distance from grey) and hue.

Source: J. Morovic, "Color Gamut Mapping" (2008), for clipping with weights (WΔE) and knees.
"""

import numpy as np

from dither.color import (
    CONES_TO_LINEAR,
    LINEAR_TO_CONES,
    OKLAB_TO_ROOTS,
    ROOTS_TO_OKLAB,
    linear_to_oklab,
    oklab_to_linear,
    srgb_to_linear,
)
from dither.gamut.gamut import TOLERANCE, Gamut, convex_hull

# Weights of a difference in lightness, chroma and hue.
EQUAL = (1.0, 1.0, 1.0)
# Chosen on saturated colours and photos: more weight of chroma turns yellow darker than orange, less
# weight of hue turns green yellow.
KEEP_HUE = (1.0, 1.0, 3.5)
# Share of the gamut's chroma up to which the perceptual intent changes nothing.
_KNEE = 0.8
# A gamut that shows less than this share of the most saturated colours' chroma counts as flat.
_FLAT = 0.5
# Steps of Gauss-Newton, and the share of each step after the first that is taken.
_STEPS, _STEP_LENGTH = 3, 0.8
# Cone responses below this share of white are treated as equal to it: the slope of the cube root is
# infinite at black.
_DARKEST = 1e-3
# A chroma below this is grey, and one above it is beyond every colour of sRGB.
_GRAY, _MAX_CHROMA = 1e-6, 0.4

_CORNERS = np.array([[x, y, z] for x in (0.0, 1.0) for y in (0.0, 1.0) for z in (0.0, 1.0)])
SRGB = convex_hull(_CORNERS)
# The most saturated colours of sRGB: its six chromatic corners and the middles of the edges between.
_SATURATED = srgb_to_linear(
    np.array([[x, y, z] for x in (0, 0.5, 1) for y in (0, 0.5, 1) for z in (0, 0.5, 1)])
)
_SATURATED = _SATURATED[(_SATURATED.min(axis=1) == 0) & (_SATURATED.max(axis=1) == 1)]


def clip_to_gamut(
    linear: np.ndarray, gamut: Gamut, weights: tuple[float, float, float]
) -> np.ndarray:
    """Move colours outside a gamut to the nearest colour inside; the others stay.

    Args:
        linear: (N, 3) float64 linear light.
        gamut: the gamut.
        weights: of differences in lightness, chroma and hue.

    Returns:
        (N, 3) float64 linear light.
    """
    out = np.array(linear)
    far = gamut.outside(linear) > TOLERANCE
    out[far] = oklab_to_linear(_nearest(linear_to_oklab(linear[far]), gamut, weights))
    return out


def compress_to_gamut(
    linear: np.ndarray, gamut: Gamut, weights: tuple[float, float, float]
) -> np.ndarray:
    """Compress the chroma of sRGB smoothly into a gamut; greys and colours well inside stay.

    Along each line of constant lightness and hue, chroma up to 0.8 of the gamut's stays. More is
    compressed so that the most saturated colour of sRGB on the line lands on the colour of the gamut
    nearest to it, which may be darker, lighter or of a slightly different hue.

    Args:
        linear: (N, 3) float64 linear light, 0 to 1.
        gamut: the gamut; it contains the greys from black to white.
        weights: of differences in lightness, chroma and hue.

    Returns:
        (N, 3) float64 linear light.
    """
    out = np.array(linear)
    if gamut.outside(_CORNERS).max() <= TOLERANCE:
        return out  # a line of constant hue may leave even the gamut of sRGB, next to its edges
    lab = linear_to_oklab(linear)
    chroma = np.hypot(lab[:, 1], lab[:, 2])
    colored = np.nonzero(chroma > _GRAY)[0]
    lab, chroma = lab[colored], chroma[colored]
    gray, unit = lab * (1.0, 0.0, 0.0), lab * (0.0, 1.0, 1.0) / chroma[:, None]
    end = gray + _MAX_CHROMA * unit
    widest = np.maximum(_MAX_CHROMA * SRGB.reach(gray, end), chroma)
    room = _MAX_CHROMA * gamut.reach(gray, end)
    moved = (room < widest - _GRAY) & (chroma > _KNEE * room)
    colored = colored[moved]
    gray, unit, chroma, widest, room = (each[moved] for each in (gray, unit, chroma, widest, room))
    knee = _KNEE * room
    share = (chroma - knee) / (widest - knee)
    # A hyperbola with slope 1 at the knee that reaches `room` at `widest`.
    compressed = knee + (chroma - knee) / (
        1 + share * (widest - room) / np.maximum(room - knee, _GRAY)
    )
    saturated = gray + widest[:, None] * unit
    shift = _nearest(saturated, gamut, _flat_weights(gamut, weights)) - gray - room[:, None] * unit
    # Slope 0 at the knee; linear from grey where the gamut has no room.
    weight = share ** (1 + room / widest)
    out[colored] = oklab_to_linear(gray + compressed[:, None] * unit + weight[:, None] * shift)
    return out


def _flat_weights(gamut: Gamut, weights: tuple[float, float, float]) -> tuple[float, float, float]:
    """Return weights for a gamut that may be nearly a line, whose colours must not cost lightness."""
    saturated = linear_to_oklab(_SATURATED)
    shown = (_nearest(saturated, gamut, weights) * saturated)[:, 1:].sum(axis=1)
    share = float((shown / (saturated[:, 1:] ** 2).sum(axis=1)).max())
    factor = min(1.0, max(share, 0.0) / _FLAT)
    return weights[0], factor * weights[1], factor * weights[2]


def _nearest(lab: np.ndarray, gamut: Gamut, weights: tuple[float, float, float]) -> np.ndarray:
    """Return (N, 3) OKLab: the colour of a gamut with the least weighted difference.

    Gauss-Newton: each step linearises OKLab at the last colour and projects onto the faces. A fixed,
    small number of steps keeps the result continuous.

    Args:
        lab: (N, 3) OKLab, outside the gamut or on its surface.
        gamut: the gamut.
        weights: of differences in lightness, chroma and hue.
    """
    chroma = np.maximum(np.hypot(lab[:, 1], lab[:, 2]), _GRAY)
    cos, sin, zero = lab[:, 1] / chroma, lab[:, 2] / chroma, np.zeros(len(lab))
    axes = np.array([[zero + 1, zero, zero], [zero, cos, sin], [zero, -sin, cos]])
    axes = np.moveaxis(axes, 2, 0) * np.array(weights)[:, None]
    start = lab * (1.0, 0.0, 0.0)
    start[gamut.outside(oklab_to_linear(start)) > TOLERANCE] = linear_to_oklab(gamut.center)
    light = oklab_to_linear(start + gamut.reach(start, lab)[:, None] * (lab - start))
    wanted = lab @ OKLAB_TO_ROOTS.T
    for step in range(_STEPS):
        roots = np.cbrt(np.maximum(light @ LINEAR_TO_CONES.T, _DARKEST))
        slope = 1 / (3 * roots**2)
        aim = light + ((wanted - roots) / slope) @ CONES_TO_LINEAR.T
        factors = axes @ (ROOTS_TO_OKLAB * slope[:, None]) @ LINEAR_TO_CONES
        nearest = gamut.nearest(aim, factors)
        light += (_STEP_LENGTH if step else 1.0) * (nearest - light)
    return linear_to_oklab(light)
