"""Adaptation to a palette: an eye takes the palette's white for white and its black for black."""

from dataclasses import dataclass

import numpy as np

from dither.color import LUMINANCE_WEIGHTS
from dither.palettes.palette import Palette

# The gain of a channel is at most this many times the gain of luminance, and at least its inverse.
_MAX_RATIO = 4.0
# Least luminance, in units of its gain, that the gains of the channels must keep; else all are equal.
_MIN_LUMINANCE = 0.25


@dataclass(frozen=True, eq=False)
class Adaptation:
    """Linear light of an image, 0 to 1, to linear light of a palette: `matrix @ light + black`.

    Attributes:
        matrix: (3, 3) float64, of full rank.
        black: (3,) float64, linear light of the palette's black.
    """

    matrix: np.ndarray
    black: np.ndarray

    def to_palette(self, linear: np.ndarray) -> np.ndarray:
        """Return (N, 3) linear light on the device of (N, 3) linear light of the image."""
        return linear @ self.matrix.T + self.black

    def from_palette(self, linear: np.ndarray) -> np.ndarray:
        """Return (N, 3) linear light as the adapted eye sees it; the inverse of `to_palette`."""
        return (linear - self.black) @ np.linalg.inv(self.matrix).T


def adaptation(palette: Palette) -> Adaptation:
    """Return the adaptation to a palette.

    Each channel of linear light is scaled so that black and white of the image become those of the
    palette. If a palette's ends differ little in a channel, as in greens or in two inks, the scale of
    the channel is limited for colours, while greys still run exactly from black to white.

    Source: ISO 18619:2015, black point compensation; J. von Kries, "Die Gesichtsempfindungen" (1905),
    gains; S. Süsstrunk, J. Holm and G. Finlayson, "Chromatic adaptation performance of different RGB
    sensors" (2001), gains of RGB primaries instead of cones.

    Example:
        >>> panel = Palette.from_hex("1a0d23 b9cacd 790900")
        >>> ends = adaptation(panel).to_palette(np.array([[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]]))
        >>> bool(np.allclose(ends, panel.linear[:2]))
        True
    """
    black, white = palette.linear[palette.black], palette.linear[palette.white]
    weights, contrast = np.array(LUMINANCE_WEIGHTS), white - black
    luminance = float(weights @ contrast)
    gains = np.clip(abs(contrast), luminance / _MAX_RATIO, luminance * _MAX_RATIO)
    if weights @ (contrast / gains) < _MIN_LUMINANCE:  # the matrix would nearly lose a dimension
        gains = np.full(3, luminance)
    # The luminance of a colour moves along the line from black to white, the rest is scaled.
    matrix = gains[:, None] * (np.eye(3) - weights) + np.outer(contrast, weights)
    return Adaptation(matrix, black)
