"""Gamut target: for each pixel, the colour that its neighbourhood should average to.

A learned palette cannot average to every colour of its image. The image is blurred as by the eye, since
neighbours can make up for a pixel. Each pixel is shifted as its blurred colour must be to come
near to one that mixtures of the palette can show, which keeps detail finer than the blur. Colours that
look alike are shifted alike, so gradients stay smooth.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from dither.color import LINEAR_TO_CONES, ROOTS_TO_OKLAB, linear_of_codes, linear_to_srgb
from dither.gamut.device_link import WHITE, ClipLink
from dither.gamut.gamut import mixture_gamut
from dither.optimizer.bands import bands, widened
from dither.optimizer.blur import gaussian_blur, gaussian_taps
from dither.optimizer.picture import counted_step
from dither.palettes.histogram import ColorHistogram, color_histogram

# Maximum number of colours: size of the histogram's bins in OKLab. There are many times as many bins as
# colours, and they are no finer than the eye can tell apart.
_BIN_SIZES = {16: 1 / 48, 64: 1 / 64, 256: 1 / 80}
# A colour is moved until it is this far, in OKLab, from what the palette can reach. To move all colours
# inside would shift the mean of noise around the surface; the search settles such small errors itself.
_TOLERANCE = 0.02
# Steps of the root of light in a table of codes.
_STEPS = 1 << 14


@dataclass(frozen=True, eq=False)
class GamutTarget:
    """An image, and its colours blurred as by the eye.

    Attributes:
        picture: (H, W, 3) uint8.
        blurred: (H, W, 3) uint16 sRGB codes.
        histogram: of the blurred image, or of every few rows and columns of a large one.
        sigma: standard deviation of the blur in pixels.
    """

    picture: np.ndarray
    blurred: np.ndarray
    histogram: ColorHistogram
    sigma: float

    def target_rows(self, palette: np.ndarray) -> Callable[[slice], np.ndarray]:
        """Return a function that shifts rows of the image to what a palette can reach.

        It blurs the rows anew, and keeps the picture alone: the blurred image takes twice its memory.

        Args:
            palette: (K, 3) linear light.

        Returns:
            A function of a slice, which returns (rows, W, 3) float32 linear light.
        """
        link, picture, sigma = ClipLink(mixture_gamut(palette)), self.picture, self.sigma

        def shifted(rows: slice) -> np.ndarray:
            blurred = light_to_codes(_blurred_rows(picture, rows, sigma))
            return shift_into_gamut(picture[rows], blurred, link)

        return shifted

    def targets(self, palette: np.ndarray) -> np.ndarray:
        """Return (H, W, 3) float32 linear light: the image shifted to what a palette can reach.

        Args:
            palette: (K, 3) linear light.
        """
        return shift_into_gamut(self.picture, self.blurred, ClipLink(mixture_gamut(palette)))


def gamut_target(
    picture: np.ndarray, colors: int, *, sigma: float, mask: np.ndarray | None = None
) -> GamutTarget:
    """Blur an image and gather its colours, those of a large image at every few rows and columns.

    Args:
        picture: (H, W, 3) uint8 sRGB codes.
        colors: size of the palette, up to 256; larger palettes get smaller bins.
        sigma: standard deviation of the eye's blur in pixels.
        mask: (H, W) bool, True for pixels to ignore.
    """
    step = counted_step(picture, mask)
    blurred, counted = np.empty(picture.shape, np.uint16), []
    for rows, _, _ in bands(picture.shape):
        light = _blurred_rows(picture, rows, sigma)
        blurred[rows] = light_to_codes(light)
        counted.append(light[-rows.start % step :: step, ::step].copy())
    histogram = color_histogram(np.concatenate(counted), step=bin_size(colors))
    if mask is not None:
        bins = histogram.bins[~mask[::step, ::step]]
        counts = np.bincount(bins, minlength=len(histogram.counts))
        histogram = replace(histogram, counts=counts.astype(np.float64))
    return GamutTarget(picture, blurred, histogram, sigma)


def _blurred_rows(picture: np.ndarray, rows: slice, sigma: float) -> np.ndarray:
    """Return (rows, W, 3) float32 linear light: rows of (H, W, 3) sRGB codes, blurred by the eye."""
    _, wide, inner = widened(rows, len(picture), len(gaussian_taps(sigma)) // 2)
    return blurred_light(codes_to_linear(picture[wide]), sigma)[inner]


def blurred_light(linear: np.ndarray, sigma: float) -> np.ndarray:
    """Return (H, W, 3) float32: linear light blurred as by the eye.

    Args:
        linear: (H, W, 3) linear light, 0 to 1.
        sigma: standard deviation of the eye's blur in pixels.
    """
    blurred = gaussian_blur(linear, sigma)
    return np.clip(blurred, 0, 1, out=blurred)


def light_to_codes(linear: np.ndarray) -> np.ndarray:
    """Return (H, W, 3) uint16 sRGB codes of linear light; below 0 and above 1 it counts as 0 and 1."""
    from dither.optimizer.search_image_loops import encode

    codes = np.empty(linear.shape, np.uint16)
    encode(np.ascontiguousarray(linear, np.float32).ravel(), _codes_of_roots(), codes.reshape(-1))
    return codes


@functools.cache
def _codes_of_roots() -> np.ndarray:
    """Return the table of `encode`, which is within a hundredth of a code of 16 bits."""
    return (linear_to_srgb(np.square(np.arange(_STEPS + 2) / _STEPS)) * WHITE).astype(np.float32)


def shift_into_gamut(picture: np.ndarray, blurred: np.ndarray, link: ClipLink) -> np.ndarray:
    """Return (H, W, 3) float32 linear light: an image shifted as its blurred colours must be.

    Args:
        picture: (H, W, 3) uint8 sRGB codes.
        blurred: (H, W, 3) uint16 sRGB codes of the blurred image.
        link: moves colours into the palette's gamut.
    """
    # In the order of rows, also for pictures that are turned: below, `out` is written through a view.
    out = np.ascontiguousarray(codes_to_linear(picture))
    clipped = link.clip(blurred)
    if clipped is blurred:
        return out
    from dither.optimizer.gamut_shift import GUESSES, shift

    shift(
        *(each.reshape(-1, 3) for each in (out, blurred, clipped)),
        *(linear_of_codes(WHITE), LINEAR_TO_CONES, ROOTS_TO_OKLAB, GUESSES, _TOLERANCE),
    )
    return out


def bin_size(colors: int) -> float:
    """Return the size of a histogram's bins for a number of palette colours, up to 256."""
    return next(size for most, size in _BIN_SIZES.items() if colors <= most)


def codes_to_linear(codes: np.ndarray) -> np.ndarray:
    """Return the float32 linear light of uint8 or uint16 sRGB codes, by a table, to save memory."""
    return linear_of_codes(int(np.iinfo(codes.dtype).max))[codes]
