"""Extract a palette from an image's colour histogram, by median cut or k-means."""

import numpy as np

from dither.color import (
    distinct_colors,
    linear_to_oklab,
    linear_to_srgb,
    oklab_to_linear,
    packed_codes,
    sorted_by_lightness,
    srgb_to_linear,
    unpacked_codes,
)
from dither.errors import InputError
from dither.palettes.palette import MAX_COLORS, Palette

# More distinct colours than this are first averaged in bins of 8x8x8 codes (5 bits per channel).
_MAX_POINTS = 1 << 15
_BIN_BITS = 5
# Pixels whose colours are counted at a time, to limit memory.
_BLOCK_PIXELS = 1 << 20
# k-means stops when no centre moves farther: 1/30 of the step between two 8-bit greys.
_TOLERANCE = 1e-4
_MAX_ITERATIONS = 100
# Candidates drawn for each initial centre (greedy k-means++).
_CANDIDATES = 4


def median_cut(image: np.ndarray, colors: int) -> Palette:
    """Extract a palette by median cut: split the box of all colours in two, again and again.

    Source: P. Heckbert, "Color image quantization for frame buffer display" (SIGGRAPH 1982); computed
    by Pillow.

    Args:
        image: (H, W, 3) uint8 sRGB codes.
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
    from PIL import Image

    chosen = distinct_colors(_checked_pixels(image, colors))
    if len(chosen) > colors:
        quantized = Image.fromarray(np.ascontiguousarray(image)).quantize(
            colors, method=Image.Quantize.MEDIANCUT, kmeans=0
        )
        chosen = np.array(quantized.getpalette("RGB"), np.uint8).reshape(-1, 3)
        chosen = chosen[np.unique(np.asarray(quantized))]  # unused entries are padding
    return Palette(sorted_by_lightness(chosen), intent="absolute")


def k_means(image: np.ndarray, colors: int, *, seed: int = 0) -> Palette:
    """Extract a palette by k-means in OKLab: each colour is the mean of the pixels nearest to it.

    Source: S. Lloyd, "Least squares quantization in PCM" (1982), on the weighted histogram of the
    image; D. Arthur and S. Vassilvitskii, "k-means++: the advantages of careful seeding" (2007).

    Args:
        image: (H, W, 3) uint8 sRGB codes.
        colors: number of colours, 2 to 256.
        seed: 0 or more; the same seed gives the same palette.

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
    pixels = _checked_pixels(image, colors)
    if not isinstance(seed, int | np.integer) or seed < 0:
        raise InputError(f"seed is {seed}; it must be a whole number from 0")
    codes, counts = _color_counts(pixels)
    if len(codes) <= colors:
        return Palette(sorted_by_lightness(unpacked_codes(codes)), intent="absolute")
    points, weights = _histogram(codes, counts, colors)
    centers = _initial_centers(points, weights, colors, np.random.default_rng(seed))
    # With a fourth coordinate of 1, one product gives |centre|^2 - 2 point . centre. The missing
    # |point|^2 is the same for every centre. Single precision is enough to compare.
    homogeneous = np.column_stack([points, np.ones(len(points))]).astype(np.float32)
    nearest = np.zeros(len(points), np.intp)
    for _ in range(_MAX_ITERATIONS):
        planes = np.vstack([-2 * centers.T, (centers**2).sum(axis=1)]).astype(np.float32)
        nearest = (homogeneous @ planes).argmin(axis=1)
        before, centers = centers, _means(points, weights, nearest, centers)
        if abs(centers - before).max() < _TOLERANCE:
            break
    linear = oklab_to_linear(centers[np.unique(nearest)]).clip(0, 1)
    codes = np.rint(linear_to_srgb(linear) * 255).astype(np.uint8)
    return Palette(sorted_by_lightness(codes), intent="absolute")


def _checked_pixels(image: np.ndarray, colors: int) -> np.ndarray:
    """Check the arguments and return the pixels as (N, 3)."""
    if not isinstance(colors, int | np.integer) or not 2 <= colors <= MAX_COLORS:
        raise InputError(f"colors is {colors}; it must be a whole number from 2 to {MAX_COLORS}")
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or image.size == 0:
        raise InputError(
            f"a palette needs an image of (H, W, 3) uint8, not {image.shape} {image.dtype}"
        )
    pixels = image.reshape(-1, 3)
    if (pixels == pixels[0]).all():
        raise InputError("the image has one colour only; a palette needs at least 2")
    return pixels


def _color_counts(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct colours as 0xRRGGBB, ascending, and the number of pixels of each."""
    codes, counts = np.empty(0, np.int32), np.empty(0, np.int64)
    for start in range(0, len(pixels), _BLOCK_PIXELS):
        block = np.unique(packed_codes(pixels[start : start + _BLOCK_PIXELS]), return_counts=True)
        codes, index = np.unique(np.concatenate([codes, block[0]]), return_inverse=True)
        both = np.concatenate([counts, block[1]]).astype(np.float64)
        counts = np.bincount(index, both).astype(np.int64)
    return codes, counts


def _histogram(codes: np.ndarray, counts: np.ndarray, colors: int) -> tuple[np.ndarray, np.ndarray]:
    """Return (N, 3) OKLab points of colours, or of bins of colours, and the pixels of each."""
    channels = codes[:, None] >> np.array([16, 8, 0]) & 255
    points = linear_to_oklab(srgb_to_linear(channels / 255))
    weights = counts.astype(np.float64)
    if len(points) <= _MAX_POINTS:
        return points, weights
    bits = _BIN_BITS
    bins, index = np.unique(packed_codes(channels >> (8 - bits)), return_inverse=True)
    # Very similar colours fill fewer coarse bins than the palette needs.
    while len(bins) < 8 * colors and bits < 8:
        bits += 1
        bins, index = np.unique(packed_codes(channels >> (8 - bits)), return_inverse=True)
    return _means(points, weights, index, np.zeros((len(bins), 3))), np.bincount(index, weights)


def _means(
    points: np.ndarray, weights: np.ndarray, group: np.ndarray, default: np.ndarray
) -> np.ndarray:
    """Return the weighted mean of each group of points, and the row of `default` for empty groups."""
    mass = np.bincount(group, weights, len(default))
    sums = [np.bincount(group, weights * axis, len(default)) for axis in points.T]
    return np.where(
        mass[:, None] > 0, np.stack(sums, axis=1) / np.maximum(mass, 1)[:, None], default
    )


def _initial_centers(
    points: np.ndarray, weights: np.ndarray, count: int, generator: np.random.Generator
) -> np.ndarray:
    """Draw centres by greedy k-means++: with a probability by squared distance to earlier centres."""
    probabilities = weights
    squares = np.full(len(points), np.inf)
    norms = (points**2).sum(axis=1)
    centers = []
    for _ in range(count):
        cumulative = np.cumsum(probabilities)
        draws = generator.random(_CANDIDATES) * cumulative[-1]
        index = np.searchsorted(cumulative, draws, side="right").clip(max=len(points) - 1)
        candidates = points[index]
        # Keep the candidate that leaves the least error.
        distances = norms - 2 * candidates @ points.T + (candidates**2).sum(axis=1)[:, None]
        remaining = np.minimum(squares, distances.clip(min=0))
        best = int((remaining @ weights).argmin())
        centers.append(candidates[best])
        squares = remaining[best]
        probabilities = weights * squares
    return np.array(centers)
