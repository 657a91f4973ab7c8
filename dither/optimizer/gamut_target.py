"""What a palette can reach of a picture: for every pixel, what its surroundings shall look like.

The picture is blurred as the eye does, since neighbours can make up for a pixel, and gathered in a
histogram. What the nearest mixture of a bin lacks, its pixels are moved by, so that detail finer than
the blur is kept.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from dither.color import srgb_to_linear
from dither.optimizer.nearest_mixtures import nearest_mixtures
from dither.optimizer.search import blurred

if TYPE_CHECKING:
    from dither.differentiable import ColorHistogram

# Bins of OKLab: many times as many as there are colours, and no finer than is seen.
_STEPS = {16: 1 / 48, 64: 1 / 64, 256: 1 / 80}
_ROWS_AT_ONCE = 256


@dataclass(frozen=True, eq=False)
class Reachable:
    """A picture, and the colours that its surroundings have.

    Attributes:
        wanted: (H, W, 3) uint8.
        histogram: of the blurred picture.
    """

    wanted: np.ndarray
    histogram: "ColorHistogram"

    def targets(self, palette: np.ndarray) -> np.ndarray:
        """(H, W, 3) float32 linear light: the picture, moved by what its blurred colours lack.

        Args:
            palette: (K, 3) linear light.
        """
        return self.moved(self.lacking(palette))

    def lacking(self, palette: np.ndarray) -> np.ndarray:
        """(N, 3) float32 linear light: from the blurred colours to their nearest mixtures.

        Args:
            palette: (K, 3) linear light.
        """
        colors = self.histogram.colors
        return (nearest_mixtures(colors, palette) - colors).astype(np.float32)

    def moved(self, lacking: np.ndarray, start: int = 0, stop: int | None = None) -> np.ndarray:
        """(rows, W, 3) float32 linear light: some rows of the picture and what their bins lack.

        Args:
            lacking: of `lacking`.
            start: the first row.
            stop: one past the last; the height if None.
        """
        wanted, places = self.wanted[start:stop], self.histogram.bins[start:stop]
        out = linear_of(wanted)
        for top in range(0, len(out), _ROWS_AT_ONCE):
            rows = slice(top, top + _ROWS_AT_ONCE)
            out[rows] += lacking[places[rows]]
        return out


def reachable_picture(
    wanted: np.ndarray,
    colors: int,
    *,
    sigma: float,
    hidden: np.ndarray | None = None,
    frames: int = 1,
) -> Reachable:
    """Gather the colours that the surroundings of pixels have.

    Args:
        wanted: (H, W, 3) uint8 sRGB codes.
        colors: how many the palette has, 256 at most; more are told apart more finely.
        sigma: of the eye's blur, in pixels; 0 for none.
        hidden: (H, W) bool, pixels that do not count.
        frames: how many of the same height `wanted` is, one below the other.
    """
    from dither.differentiable import color_histogram

    step = next(step for most, step in _STEPS.items() if colors <= most)
    linear = linear_of(wanted)
    for part in np.split(linear, frames) if sigma else ():
        part[...] = np.clip(blurred(part, sigma), 0, 1)
    histogram = color_histogram(linear, step=step)
    if hidden is not None:
        seen = np.bincount(histogram.bins[~hidden], minlength=len(histogram.counts))
        histogram = replace(histogram, counts=seen.astype(np.float64))
    return Reachable(wanted, histogram)


def linear_of(codes: np.ndarray) -> np.ndarray:
    """(H, W, 3) float32 linear light of uint8 sRGB codes, without anything larger in between."""
    return srgb_to_linear(np.arange(256) / 255).astype(np.float32)[codes]
