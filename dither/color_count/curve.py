"""Error and file size over the number of colours, found quickly, and the elbow of that curve.

Palettes are found by k-means, then fitted, by turns, to pixels that are searched
(`dither.optimizer.search`). The joint optimizer (`dither.optimizer`) reaches a half to three quarters
of the error, in many times the time.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from dither.color import linear_to_srgb
from dither.color_count.picture_sample import PictureSample
from dither.images.io import encode_image
from dither.images.raster_image import RasterImage
from dither.metrics import blurred_error
from dither.optimizer.config import preset_config
from dither.optimizer.gamut_target import linear_of
from dither.optimizer.learned_palette import diffused
from dither.optimizer.palette_refit import refitted
from dither.optimizer.search import direct_binary_search, scene
from dither.palettes.device import merge_equal_colors
from dither.palettes.from_image import k_means
from dither.palettes.palette import MAX_COLORS, Palette

COLOR_COUNTS = (2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256)
# Of a larger picture, so many pixels are looked at.
SAMPLED_PIXELS = 1 << 16
# Of search and refit.
_ROUNDS = 2


class ColorCount(NamedTuple):
    """What a number of colours gives.

    Attributes:
        colors: how many.
        error: B, the blurred error of the dithered sample, 0 to 100, as `dither.metrics.blurred_error`.
        png_bytes: of the dithered picture as a PNG, estimated from the sample where there is one.
        palette: that the sample was dithered to; of so many colours at most.
    """

    colors: int
    error: float
    png_bytes: int
    palette: Palette

    @classmethod
    def of(
        cls, colors: int, sample: PictureSample, palette: Palette, indices: np.ndarray
    ) -> "ColorCount":
        """The figures of a dithered sample.

        Args:
            colors: how many were asked for.
            sample: what was dithered.
            palette: to what.
            indices: (H, W) uint8 of its colours.
        """
        shown = after = palette.colors[indices]
        share = 1.0
        if sample.hidden is not None:
            after = np.where(sample.hidden[..., None], sample.wanted, shown)
            share = 1 - float(sample.hidden.mean())
        # What is hidden has no error, and does not count in the mean of the squares.
        error = blurred_error(sample.wanted, after) / share**0.5
        size = len(encode_image(RasterImage(shown), ".png"))
        return cls(colors, error, round(size * sample.pixels / indices.size), palette)


def color_curve(
    image: np.ndarray,
    counts: Sequence[int] = COLOR_COUNTS,
    *,
    ignored: np.ndarray | None = None,
    seed: int = 0,
    threads: int = 1,
) -> Iterator[ColorCount]:
    """What some numbers of colours give, each found when it is asked for.

    Args:
        image: (H, W) or (H, W, 3), as for `dither.optimize_palette`.
        counts: the numbers, rising, each 2 to 256. Where the picture has fewer colours, its own number
            stands for those above it.
        ignored: (H, W) bool: pixels that do not count.
        seed: of k-means, 0 or more.
        threads: at work at once; the result does not depend on it.

    Raises:
        InputError: the image is no such array or has no pixels, a number is out of range, or numba is
            not installed.

    Example:
        >>> halves = np.zeros((9, 9), np.uint8)
        >>> halves[:4] = 200
        >>> [(count.colors, count.error) for count in color_curve(halves)]
        [(2, 0.0)]
    """
    picture = PictureSample.whole(image, ignored)
    sample = picture.tiles(SAMPLED_PIXELS)
    return (_searched(sample, colors, seed, threads) for colors in up_to_own(counts, picture))


def up_to_own(counts: Sequence[int], picture: PictureSample) -> list[int]:
    """The numbers below that of the picture's own colours, and that one, if it is at most 256.

    Args:
        counts: rising.
        picture: the whole of it.
    """
    own = max(2, picture.own_colors())
    fewer = [count for count in counts if count < own]
    return fewer if own > MAX_COLORS else [*fewer, own]


def elbow_count(counts: Sequence[ColorCount]) -> ColorCount:
    """Where the error no longer falls as fast as the bytes grow: farthest below the chord.

    Error and bytes are measured from the least to the greatest that there is. Source: V. Satopaa, J.
    Albrecht, D. Irwin and B. Raghavan, "Finding a 'kneedle' in a haystack" (2011), the top of its
    difference curve, without smoothing.

    Args:
        counts: at least one, from few colours to many.

    Returns:
        The first of the farthest; the first of all where error or bytes do not change.

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


def _searched(sample: PictureSample, colors: int, seed: int, threads: int) -> ColorCount:
    if sample.own_colors() == 1:
        code = sample.wanted[0, 0]
        other = np.full(3, 0 if code.any() else 255, np.uint8)
        palette = Palette(merge_equal_colors(np.stack([code, other]))[0])
        return ColorCount.of(colors, sample, palette, palette.indices(sample.wanted))
    palette = k_means(sample.seen, colors, seed=seed)
    search = preset_config("balanced", colors).search
    wanted, linear = linear_of(sample.wanted), palette.linear
    view = scene(wanted, wanted, hidden=sample.hidden)
    indices = diffused(wanted, linear)
    for _ in range(_ROUNDS):
        indices = direct_binary_search(indices, linear, view, search, threads=threads)
        linear = refitted(indices, linear, view, search)
    codes, rank = merge_equal_colors(np.rint(linear_to_srgb(linear) * 255).astype(np.uint8))
    if len(codes) == 1:
        codes, rank = palette.colors, np.arange(len(palette), dtype=np.uint8)
    palette = Palette(codes)
    indices = direct_binary_search(rank[indices], palette.linear, view, search, threads=threads)
    return ColorCount.of(colors, sample, palette, indices)
