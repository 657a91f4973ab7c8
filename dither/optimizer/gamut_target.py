"""Gamut target: for each pixel, the colour that its neighbourhood should average to.

A palette cannot average to every colour. The image is blurred as by the eye, since neighbours can make
up for a pixel, and its colours are gathered in a histogram. Each bin is mapped to the nearest mixture
of the palette. Each pixel is shifted by the offset of its bin, which keeps detail finer than the blur.
"""

from dataclasses import dataclass, replace

import numpy as np

from dither.color import srgb_to_linear
from dither.optimizer.blur import gaussian_blur
from dither.optimizer.nearest_mixtures import nearest_mixtures
from dither.palettes.histogram import ColorHistogram, color_histogram

# Maximum number of colours: size of the histogram's bins in OKLab. There are many times as many bins as
# colours, and they are no finer than the eye can tell apart.
_BIN_SIZES = {16: 1 / 48, 64: 1 / 64, 256: 1 / 80}
_ROWS_AT_ONCE = 256


@dataclass(frozen=True, eq=False)
class GamutTarget:
    """An image and the histogram of its blurred colours.

    Attributes:
        picture: (H, W, 3) uint8.
        histogram: of the blurred image.
    """

    picture: np.ndarray
    histogram: ColorHistogram

    def targets(self, palette: np.ndarray) -> np.ndarray:
        """Return (H, W, 3) float32 linear light: the image shifted to what a palette can reach.

        Args:
            palette: (K, 3) linear light.
        """
        return self.shifted(self.offsets(palette))

    def offsets(self, palette: np.ndarray) -> np.ndarray:
        """Return (N, 3) float32 linear light: from each bin's colour to its nearest mixture.

        Args:
            palette: (K, 3) linear light.
        """
        colors = self.histogram.colors
        return (nearest_mixtures(colors, palette) - colors).astype(np.float32)

    def shifted(self, offsets: np.ndarray, rows: slice = slice(None)) -> np.ndarray:
        """Return (rows, W, 3) float32 linear light: each pixel plus the offset of its bin.

        Args:
            offsets: from `offsets`.
            rows: rows of the image to return.
        """
        out, bins = codes_to_linear(self.picture[rows]), self.histogram.bins[rows]
        for top in range(0, len(out), _ROWS_AT_ONCE):
            part = slice(top, top + _ROWS_AT_ONCE)
            out[part] += offsets[bins[part]]
        return out


def gamut_target(
    picture: np.ndarray,
    colors: int,
    *,
    sigma: float,
    mask: np.ndarray | None = None,
    frames: int = 1,
) -> GamutTarget:
    """Gather the blurred colours of an image.

    Args:
        picture: (H, W, 3) uint8 sRGB codes.
        colors: size of the palette, up to 256; larger palettes get smaller bins.
        sigma: standard deviation of the eye's blur in pixels; 0 for none.
        mask: (H, W) bool, True for pixels to ignore.
        frames: number of frames of equal height in `picture`, one below the other.
    """
    step = next(step for most, step in _BIN_SIZES.items() if colors <= most)
    linear = codes_to_linear(picture)
    if sigma:
        for part in np.split(linear, frames):
            part[...] = np.clip(gaussian_blur(part, sigma), 0, 1)
    histogram = color_histogram(linear, step=step)
    if mask is not None:
        counts = np.bincount(histogram.bins[~mask], minlength=len(histogram.counts))
        histogram = replace(histogram, counts=counts.astype(np.float64))
    return GamutTarget(picture, histogram)


def codes_to_linear(codes: np.ndarray) -> np.ndarray:
    """Return the float32 linear light of uint8 sRGB codes, by a table, to save memory."""
    return srgb_to_linear(np.arange(256) / 255).astype(np.float32)[codes]
