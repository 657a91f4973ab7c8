"""Nearest palette entry of each pixel in OKLab, with chroma weighted twice as much as lightness.

Unweighted OKLab makes mid grey red on palettes of a few saturated inks: its unit of chroma looks larger
than its unit of lightness.
Source: B. Ottosson, "A perceptual color space for image processing" (2020); the weight of 2 for a and b
is the difference "OK2" of Color.js (L. Verou, C. Lilley, 2022), after M. H. Brill's and B. Ottosson's
notes on the scale of OKLab's chroma.
"""

import numpy as np

from dither.color import linear_to_oklab, packed_codes, srgb_to_linear, unpacked_codes
from dither.palettes.palette_like import PaletteLike, as_colors
from dither.samples import eight_bit_colors

CHROMA_WEIGHT = 2.0
# Distances computed at once: 2^22 take 32 MiB.
_DISTANCES_AT_ONCE = 1 << 22


def weighted_oklab(colors: np.ndarray) -> np.ndarray:
    """Return OKLab with doubled a and b, in which distances are compared.

    Args:
        colors: (..., 3) uint8 or float sRGB codes, 0 to 255.

    Returns:
        (..., 3) float64; white is (1, 0, 0).

    Example:
        >>> weighted_oklab(np.array([255, 0, 0])).round(2).tolist()
        [0.63, 0.45, 0.25]
    """
    return weigh_light(srgb_to_linear(np.asarray(colors) / 255))


def weigh_light(linear: np.ndarray) -> np.ndarray:
    """Return OKLab with doubled a and b of (..., 3) linear light; see `weighted_oklab`."""
    lab = linear_to_oklab(linear)
    lab[..., 1:] *= CHROMA_WEIGHT
    return lab


def nearest_indices(image: np.ndarray, palette: PaletteLike) -> np.ndarray:
    """Return the index of the palette entry that looks most like each pixel.

    Each distinct colour of the image is compared once with all entries; of equally near entries, the
    first is taken.

    Args:
        image: (H, W) or (H, W, 3); uint8, uint16, bool, or float32/float64 in 0..1, as sRGB codes. More
            than 8 bits are rounded to 8.
        palette: a palette, its name or file, or (K, 3) colours.

    Returns:
        (H, W) uint8.

    Raises:
        InputError: the image has another shape, dtype or range.

    Example:
        >>> nearest_indices(np.array([[90, 200]], np.uint8), "black, white, red").tolist()
        [[0, 1]]
    """
    picture = eight_bit_colors(image)
    colors = as_colors(palette)
    if not picture.size:
        return np.zeros(picture.shape[:2], np.uint8)
    codes, place = _distinct(packed_codes(picture))
    return nearest_entries(unpacked_codes(codes), colors)[place]


def nearest_entries(colors: np.ndarray, entries: np.ndarray) -> np.ndarray:
    """Return the index of the entry that looks most like each colour; see `nearest_indices`.

    Args:
        colors: (N, 3) uint8; each is compared, even if it appears twice.
        entries: (K, 3) uint8.

    Returns:
        (N,) uint8.

    Example:
        >>> inks = np.array([[0, 0, 0], [255, 255, 255]], np.uint8)
        >>> nearest_entries(np.array([[90, 90, 90], [200, 200, 200]], np.uint8), inks).tolist()
        [0, 1]
    """
    labs = weighted_oklab(entries)
    found = np.empty(len(colors), np.uint8)
    step = max(1, _DISTANCES_AT_ONCE // len(labs))
    for start in range(0, len(colors), step):
        lab = weighted_oklab(colors[start : start + step])
        # |x - y|^2 less |x|^2, which is the same for all entries. Rounded, so that entries that are
        # equally near stay in order.
        distances = (labs**2).sum(axis=1) - 2 * (lab @ labs.T)
        found[start : start + step] = distances.round(12).argmin(axis=1)
    return found


def _distinct(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct values below 2^24, and the position of each element among them."""
    present = np.zeros(1 << 24, bool)
    present[codes] = True
    values = np.flatnonzero(present)
    position = np.empty(1 << 24, np.int32)
    position[values] = np.arange(len(values))
    return values, position[codes]
