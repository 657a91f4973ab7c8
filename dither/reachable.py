"""What a palette can reach: for every colour of a picture, the mixture that is seen nearest to it.

The picture is blurred as the eye does, since neighbours can make up for a pixel, and gathered in a
histogram; `dither.differentiable` finds the mixtures, and the palette with them.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from dither.color import linear_to_oklab, srgb_to_linear
from dither.search import blurred

if TYPE_CHECKING:
    from dither.differentiable import ColorHistogram

# Bins of OKLab: many times as many as there are colours, and no finer than is seen.
_STEPS = {16: 1 / 48, 64: 1 / 64, 256: 1 / 80}
# To find the mixtures of a palette that is given: few steps, and hardly any weight on the scatter.
_MORE_STEPS, _LITTLE_VARIANCE = 200, 1e-3
# A hue of at least the first share of the picture counts as if it had the second, so that few colours
# do not all go to large areas; hues are twelfths of the circle, of colours with this chroma.
_RARE, _COUNTED, _SECTORS, _CHROMA = 0.004, 0.03, 12, 0.04
_LEAST_COLORS = 6
# How soft mixtures are at first, up to so many colours.
_SOFTNESS, _FEW_COLORS = 0.05, 8
_ROWS_AT_ONCE = 256


@dataclass(eq=False)
class Reachable:
    """The mixtures of a palette for a picture.

    Attributes:
        wanted: (H, W, 3) uint8.
        histogram: of the blurred picture.
        palette: (K, 3) linear light, as it was learned.
        logits: (N, K) float32 of the mixtures, the last that were found.
        trace: (steps,) float32, the loss.
    """

    wanted: np.ndarray
    histogram: "ColorHistogram"
    palette: np.ndarray
    logits: np.ndarray
    trace: np.ndarray

    def targets(self, palette: np.ndarray) -> np.ndarray:
        """(H, W, 3) float32 linear light: the picture, moved by what its blurred colours lack.

        Args:
            palette: (K, 3) linear light.
        """
        return self.moved(self.lacking(palette))

    def lacking(self, palette: np.ndarray) -> np.ndarray:
        """(N, 3) float32 linear light: from the blurred colours to what is seen of their mixtures.

        Args:
            palette: (K, 3) linear light.
        """
        from dither.differentiable import DescentConfig, descend

        histogram = self.histogram
        found = descend(
            histogram.colors,
            histogram.counts,
            palette,
            DescentConfig(steps=_MORE_STEPS, variance=_LITTLE_VARIANCE),
            learned=np.zeros(len(palette), bool),
            logits=self.logits,
        )
        self.logits = found.logits
        return (found.probabilities @ palette - histogram.colors).astype(np.float32)

    def moved(self, lacking: np.ndarray, start: int = 0, stop: int | None = None) -> np.ndarray:
        """(rows, W, 3) float32 linear light: some rows of the picture and what their bins lack.

        Args:
            lacking: of `lacking`.
            start: the first row.
            stop: one past the last; the height if None.
        """
        wanted, places = self.wanted[start:stop], self.histogram.places[start:stop]
        out = linear_of(wanted)
        for top in range(0, len(out), _ROWS_AT_ONCE):
            rows = slice(top, top + _ROWS_AT_ONCE)
            out[rows] += lacking[places[rows]]
        return out


def learn_reachable(
    wanted: np.ndarray,
    first: np.ndarray,
    *,
    sigma: float,
    variance: float,
    steps: int,
    learned: np.ndarray,
    hidden: np.ndarray | None = None,
    frames: int = 1,
    on_progress: Callable[[int, float], None] | None = None,
) -> Reachable:
    """Learn a palette and its mixtures for a picture.

    Args:
        wanted: (H, W, 3) uint8 sRGB codes.
        first: (K, 3) linear light.
        sigma: of the eye's blur, in pixels; 0 for none.
        variance: how much the scatter of a mixture counts beside its error.
        steps: of the descent.
        learned: (K,) bool, which colours may move.
        hidden: (H, W) bool, pixels that do not count.
        frames: how many of the same height `wanted` is, one below the other.
        on_progress: called with the steps done and the last loss.
    """
    from dither.differentiable import DescentConfig, color_histogram, descend

    step = next(step for most, step in _STEPS.items() if len(first) <= most)
    linear = linear_of(wanted)
    for part in np.split(linear, frames) if sigma else ():
        part[...] = np.clip(blurred(part, sigma), 0, 1)
    histogram = color_histogram(linear, step=step)
    if hidden is not None:
        seen = np.bincount(histogram.places[~hidden], minlength=len(histogram.counts))
        histogram = replace(histogram, counts=seen.astype(np.float64))
    config = DescentConfig(steps=steps, variance=variance, softness=_softness(len(first)))
    found = descend(
        histogram.colors,
        _with_rare_hues(histogram.colors, histogram.counts)
        if learned.sum() >= _LEAST_COLORS
        else histogram.counts,
        first,
        replace(config, steps=_MORE_STEPS) if not learned.any() else config,
        learned=learned,
        on_progress=on_progress,
    )
    return Reachable(wanted, histogram, found.palette, found.logits, found.trace)


def linear_of(codes: np.ndarray) -> np.ndarray:
    """(H, W, 3) float32 linear light of uint8 sRGB codes, without anything larger in between."""
    return srgb_to_linear(np.arange(256) / 255).astype(np.float32)[codes]


def _softness(colors: int) -> float:
    """Many colours lie near to each other: mixtures of all would take long to come apart."""
    return _SOFTNESS * min(1.0, (_FEW_COLORS / colors) ** 1.5)


def _with_rare_hues(colors: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """How much each bin counts when a palette is learned."""
    lab = linear_to_oklab(colors)
    turns = np.arctan2(lab[:, 2], lab[:, 1]) / (2 * np.pi)
    sector = np.floor(turns * _SECTORS).astype(int) % _SECTORS
    colored = np.hypot(lab[:, 1], lab[:, 2]) >= _CHROMA
    share = np.bincount(sector[colored], counts[colored], _SECTORS) / counts.sum()
    more = np.where(share >= _RARE, np.maximum(_COUNTED / np.maximum(share, _RARE), 1), 1)
    return counts * np.where(colored, more[sector], 1)
