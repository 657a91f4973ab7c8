"""Extract a palette from the colours of an image, by median cut or k-means."""

import math
from collections.abc import Sequence

import numpy as np

from dither.color import (
    linear_to_srgb,
    oklab_to_linear,
    sorted_by_lightness,
    unpacked_codes,
)
from dither.errors import InputError
from dither.palettes.boxes import cut_at_medians
from dither.palettes.clusters import Cloud, cluster, refine
from dither.palettes.color_counts import coarse_cells, color_cells, color_counts
from dither.palettes.palette import MAX_COLORS, Palette
from dither.samples import eight_bit_colors

# Cells per colour of the palette: with fewer, a cell is too large a part of a cluster.
_CELLS_PER_COLOR = 20
# Median cut keeps this many distinct colours apart; k-means ends with as many.
_MAX_CUT_COLORS = 1 << 12
_MAX_FINE_COLORS = 1 << 16
# Cells of more distinct colours, 4 codes per side, in which k-means ends.
_FINE_BITS = 6
_FINE_ITERATIONS = 4


def median_cut(image: np.ndarray, colors: int) -> Palette:
    """Extract a palette by median cut in OKLab: split the boxes of colours in two, again and again.

    The box with the largest product of its pixels and its longest side is cut at the median of that
    side. Each colour of the palette is the mean of a box.

    Source: P. Heckbert, "Color image quantization for frame buffer display" (SIGGRAPH 1982), who cuts
    the box with the most pixels; D. Bloomberg, "Color quantization using modified median cut" (2008),
    who cuts that with the largest product of pixels and volume.

    Args:
        image: (H, W, 3) sRGB codes or (H, W) grey, of which the nearest uint8 count.
        colors: number of colours, 2 to 256.

    Returns:
        At most `colors` colours, dark to light; the image's own colours if it has no more.

    Raises:
        InputError: the image has another shape or dtype or a single colour, or `colors` is out of
            range.

    Example:
        >>> image = np.zeros((2, 4, 3), np.uint8)
        >>> image[:, 2:, 0] = [[100, 104], [108, 112]]
        >>> median_cut(image, 2).hex
        ['#000000', '#6a0000']
    """
    codes, counts = _checked_counts(image, colors)
    if len(codes) <= colors:
        return _own_colors(codes)
    if len(codes) <= _MAX_CUT_COLORS:
        cells = color_cells(codes, counts, 8)
    else:
        cells = coarse_cells(codes, counts, _CELLS_PER_COLOR * colors)
    cloud = Cloud(cells.oklab, cells.weights)
    box = cut_at_medians(cells.oklab, cells.weights, colors)
    means = cloud.means(box, np.zeros((box.max() + 1, 3)))
    # Without colours that no pixel would take.
    return _palette(means[np.unique(cloud.nearest(means))])


def k_means(image: np.ndarray, colors: int, *, seed: int = 0, chroma: float = 1.0) -> Palette:
    """Extract a palette by k-means in OKLab: each colour is the mean of the pixels nearest to it.

    The clusters are found among cells of similar colours, then refined among all distinct colours, or
    among smaller cells if they are more than 65,536.

    Source: S. Lloyd, "Least squares quantization in PCM" (1982); `dither.palettes.clusters` names the
    others.

    Args:
        image: (H, W, 3) sRGB codes or (H, W) grey, of which the nearest uint8 count.
        colors: number of colours, 2 to 256.
        seed: 0 or more; the same seed gives the same palette.
        chroma: factor of differences in a and b, above 0; 2 in `dither.palettes.nearest`.

    Returns:
        At most `colors` colours, dark to light; the image's own colours if it has no more.

    Raises:
        InputError: the image has another shape or dtype or a single colour, or a number is out of
            range.

    Example:
        >>> image = np.zeros((4, 4, 3), np.uint8)
        >>> image[:2], image[3, 3] = [[250, 0, 0]], [0, 0, 4]
        >>> k_means(image, 2).hex
        ['#000000', '#fa0000']
    """
    (palette,) = k_means_of_seeds(image, colors, [seed], chroma=chroma)
    return palette


def k_means_of_seeds(
    image: np.ndarray, colors: int, seeds: Sequence[int], *, chroma: float = 1.0
) -> list[Palette]:
    """Return the palette of `k_means` for each seed; the colours of the image are counted once.

    Args:
        image: as for `k_means`.
        colors: as for `k_means`.
        seeds: each 0 or more.
        chroma: as for `k_means`.

    Raises:
        InputError: as `k_means`.
    """
    codes, counts = _checked_counts(image, colors)
    for seed in seeds:
        if not isinstance(seed, int | np.integer) or seed < 0:
            raise InputError(f"seed is {seed}; it must be a whole number from 0")
    if not 0 < chroma < math.inf:
        raise InputError(f"chroma is {chroma}; it must be above 0 and finite")
    if len(codes) <= colors:
        return [_own_colors(codes)] * len(seeds)
    cells = coarse_cells(codes, counts, _CELLS_PER_COLOR * colors)
    scale = np.array([1.0, chroma, chroma])
    coarse = fine = Cloud(scale * cells.oklab, cells.weights)
    if len(cells) < len(codes):
        few = len(codes) <= _MAX_FINE_COLORS
        smaller = color_cells(codes, counts, 8 if few else _FINE_BITS)
        if len(smaller) > len(cells):
            fine = Cloud(scale * smaller.oklab, smaller.weights)
    clustered = (cluster(coarse, colors, np.random.default_rng(seed)) for seed in seeds)
    return [_palette(refine(fine, centers, _FINE_ITERATIONS) / scale) for centers in clustered]


def palette_of(image: np.ndarray, colors: int) -> Palette:
    """Extract a palette by k-means; that of a blank page has its colour, and black or white beside it.

    Args:
        image: (H, W, 3) sRGB codes or (H, W) grey, of which the nearest uint8 count.
        colors: number of colours, 2 to 256.

    Raises:
        InputError: as `k_means`, except for an image of a single colour.

    Example:
        >>> palette_of(np.full((2, 2, 3), 255, np.uint8), 4).hex
        ['#000000', '#ffffff']
    """
    image = eight_bit_colors(image)
    if (image == image[:1, :1]).all():
        own = image[0, 0]
        other = np.zeros_like(own) if own.any() else np.full_like(own, 255)
        return Palette(sorted_by_lightness(np.stack([own, other])), intent="absolute")
    return k_means(image, colors)


def _checked_counts(image: np.ndarray, colors: int) -> tuple[np.ndarray, np.ndarray]:
    """Check the arguments and return the distinct colours and the pixels of each."""
    if not isinstance(colors, int | np.integer) or not 2 <= colors <= MAX_COLORS:
        raise InputError(f"colors is {colors}; it must be a whole number from 2 to {MAX_COLORS}")
    image = eight_bit_colors(image)
    codes, counts = color_counts(image.reshape(-1, 3))
    if len(codes) == 1:
        raise InputError("the image has one colour only; a palette needs at least 2")
    return codes, counts


def _own_colors(codes: np.ndarray) -> Palette:
    return Palette(sorted_by_lightness(unpacked_codes(codes)), intent="absolute")


def _palette(oklab: np.ndarray) -> Palette:
    linear = oklab_to_linear(oklab).clip(0, 1)
    codes = np.rint(linear_to_srgb(linear) * 255).astype(np.uint8)
    return Palette(sorted_by_lightness(codes), intent="absolute")
