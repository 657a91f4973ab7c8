"""Curve of error and file size over the number of colours, and its elbow.

Palettes are found by k-means and then refitted, in turns, to pixels from the search of
`dither.optimizer`. The joint optimizer reaches a half to three quarters of the error, in many times the
time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from dither.color import linear_to_srgb
from dither.color_count.picture_sample import PictureSample
from dither.extras import require_extra
from dither.images.io import encode_image
from dither.images.raster_image import RasterImage
from dither.metrics import blurred_error
from dither.optimizer.config import preset_config
from dither.optimizer.gamut_target import codes_to_linear
from dither.optimizer.learned_palette import diffuse_target
from dither.optimizer.palette_refit import refit_palette
from dither.optimizer.picture import few_distinct_colors
from dither.optimizer.search import direct_binary_search
from dither.optimizer.search_image import prepare_search
from dither.palettes.device import merge_equal_colors
from dither.palettes.from_image import k_means
from dither.palettes.palette import MAX_COLORS, Palette
from dither.parallel.processors import thread_count

COLOR_COUNTS = (2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256)
# Size of the sample of a larger image.
SAMPLED_PIXELS = 1 << 16
# Rounds of search and refit, and sweeps of each search.
_ROUNDS, _SWEEPS = 2, 2


class ColorCount(NamedTuple):
    """Result for a number of colours.

    Attributes:
        colors: the number.
        error: B, the blurred error of the dithered sample, 0 to 100 (`dither.metrics.blurred_error`).
        png_bytes: of the dithered image as a PNG; estimated if a sample was dithered.
        palette: the palette of the sample, with at most that number of colours.
    """

    colors: int
    error: float
    png_bytes: int
    palette: Palette

    @classmethod
    def of(
        cls, colors: int, sample: PictureSample, palette: Palette, indices: np.ndarray
    ) -> "ColorCount":
        """Measure a dithered sample.

        Args:
            colors: the number that was requested.
            sample: the original.
            palette: that it was dithered to.
            indices: (H, W) uint8.
        """
        dithered = compared = palette.colors[indices]
        share = 1.0
        if sample.mask is not None:
            compared = np.where(sample.mask[..., None], sample.picture, dithered)
            share = 1 - float(sample.mask.mean())
        # Masked pixels have no error; they must not count in the mean of the squares.
        error = blurred_error(sample.picture, compared) / share**0.5
        size = len(encode_image(RasterImage(dithered), ".png"))
        return cls(colors, error, round(size * sample.pixels / indices.size), palette)


def color_curve(
    image: np.ndarray,
    counts: Sequence[int] = COLOR_COUNTS,
    *,
    mask: np.ndarray | None = None,
    seed: int = 0,
    threads: int = 1,
) -> Iterator[ColorCount]:
    """Yield error and file size for some numbers of colours, each computed when it is asked for.

    Args:
        image: (H, W) or (H, W, 3), as for `dither.optimize_palette`.
        counts: numbers in rising order, each 2 to 256. If the image has fewer colours, its own number
            replaces those above it.
        mask: (H, W) bool, True for pixels to ignore.
        seed: of k-means, 0 or more.
        threads: number of threads, 0 for one per processor; the result does not depend on it.

    Raises:
        InputError: the image has another shape, dtype or value, or no pixels, a number is out of range,
            or numba is not installed.

    Example:
        >>> halves = np.zeros((9, 9), np.uint8)
        >>> halves[:4] = 200
        >>> [(count.colors, count.error) for count in color_curve(halves)]
        [(2, 0.0)]
    """
    whole = PictureSample.whole(image, mask)
    require_extra("the colour curve", "diffuse", "numba")
    threads = thread_count(threads)
    sample = whole.tiles(SAMPLED_PIXELS)
    return (
        search_count(sample, colors, seed=seed, threads=threads)
        for colors in useful_counts(counts, whole)
    )


def useful_counts(counts: Sequence[int], whole: PictureSample) -> list[int]:
    """Return the numbers below the image's own number of colours, and that number if at most 256.

    Args:
        counts: in rising order.
        whole: the whole image.
    """
    distinct = few_distinct_colors(whole.picture, MAX_COLORS)
    if distinct is None:
        return list(counts)
    own = max(2, len(distinct))
    return [*(count for count in counts if count < own), own]


def elbow_count(counts: Sequence[ColorCount]) -> ColorCount:
    """Return the elbow: where the error stops falling as fast as the bytes grow.

    That is the point farthest below the chord of the curve, with error and bytes scaled to their
    ranges. Source: V. Satopaa, J. Albrecht, D. Irwin and B. Raghavan, "Finding a 'kneedle' in a
    haystack" (2011), the maximum of its difference curve, without smoothing.

    Args:
        counts: at least one, from few colours to many.

    Returns:
        The first of the farthest; the first of all if error or bytes do not change.

    Example:
        >>> two = Palette.from_hex("000000 ffffff")
        >>> found = [(2, 8.0, 100, two), (4, 1.0, 200, two), (8, 0.5, 800, two)]
        >>> elbow_count([ColorCount(*each) for each in found]).colors
        4
    """
    errors = np.array([count.error for count in counts])
    sizes = np.array([count.png_bytes for count in counts], np.float64)
    across, down = np.ptp(sizes), np.ptp(errors)
    if across == 0 or down == 0:
        return counts[0]
    below = (errors.max() - errors) / down - (sizes - sizes.min()) / across
    return counts[int(below.argmax())]


def search_count(
    sample: PictureSample, colors: int, *, seed: int = 0, threads: int = 1
) -> ColorCount:
    """Find a palette by k-means, refit it to searched pixels, and measure the result.

    Args:
        sample: the image or a sample of it.
        colors: number of colours, 2 to 256.
        seed: of k-means.
        threads: number of threads; the result does not depend on it.
    """
    single = few_distinct_colors(sample.picture, 1)
    if single is not None:
        other = np.full((1, 3), 0 if single.any() else 255, np.uint8)
        palette = Palette(merge_equal_colors(np.concatenate([single, other]))[0], intent="absolute")
        return ColorCount.of(colors, sample, palette, palette.indices(sample.picture))
    palette = k_means(sample.visible, colors, seed=seed)
    config = replace(preset_config("balanced", colors).search, sweeps=_SWEEPS)
    original, linear = codes_to_linear(sample.picture), palette.linear
    image = prepare_search(original, mask=sample.mask)
    indices = diffuse_target(original, linear)
    for _ in range(_ROUNDS):
        indices = direct_binary_search(indices, linear, image, config, threads=threads)
        linear = refit_palette(indices, linear, image, config)
    codes, rank = merge_equal_colors(np.rint(linear_to_srgb(linear) * 255).astype(np.uint8))
    if len(codes) == 1:
        codes, rank = palette.colors, np.arange(len(palette), dtype=np.uint8)
    palette = Palette(codes, intent="absolute")
    indices = direct_binary_search(rank[indices], palette.linear, image, config, threads=threads)
    return ColorCount.of(colors, sample, palette, indices)
