"""Available colours that replace others: near ones, and ones that keep a contrast."""

import numpy as np

from dither.color import linear_to_oklab, srgb_to_linear
from dither.images.window_scores import luma_of
from dither.palettes.nearest import nearest_indices, weighted_oklab
from dither.palettes.palette import Palette

# A colour looks nearly the same up to this distance in weighted OKLab, or in linear light: 4 of 100
# dots.
_NEAR, _NEAR_LIGHT = 0.1, 0.04
# Largest distance of a neutral colour from the line between black and white, in a and b of OKLab.
_NEUTRAL = 0.04
# Difference in lightness that alone makes text readable, and the share of it that must be kept.
_LIGHTNESS_SEEN, _LIGHTNESS_KEPT = 0.1, 0.35
# Enlargements of a contrast that are tried one after the other.
_ENLARGEMENTS = (1.0, 1.5, 2.0, 3.0, 4.0, 6.0)
_BLACK_WHITE = np.array([[0, 0, 0], [255, 255, 255]], np.uint8)


class LevelColors:
    """Colours whose channels have evenly spaced levels."""

    def __init__(self, levels: int) -> None:
        self._levels = levels

    def beyond(self, colors: np.ndarray) -> np.ndarray:
        """Return (...) bool, all False: black and white are levels."""
        return np.zeros(colors.shape[:-1], bool)

    def nearest(self, colors: np.ndarray) -> np.ndarray:
        """Return (N, 3) uint8: each channel rounded to its nearest level."""
        steps = self._levels - 1
        return np.rint(np.rint(colors * (steps / 255)) * (255 / steps)).astype(np.uint8)


class PaletteColors:
    """Colours of a palette; colours near the line from black to white take only such entries."""

    def __init__(self, palette: Palette) -> None:
        self._palette = palette
        self._ends = palette.oklab[[palette.black, palette.white]]
        neutral = self._off_axis(palette.oklab) <= _NEUTRAL
        neutral[[palette.black, palette.white]] = True
        self._neutral = palette.colors[neutral]

    def _off_axis(self, lab: np.ndarray) -> np.ndarray:
        """Return the distance in a and b of (N, 3) OKLab from the line between black and white."""
        black, white = self._ends
        share = (lab[:, :1] - black[0]) / (white[0] - black[0])
        return np.hypot(*(lab[:, 1:] - black[1:] - share.clip(0, 1) * (white - black)[1:]).T)

    def beyond(self, colors: np.ndarray) -> np.ndarray:
        """Return (...) bool: neutral colours lighter than white or darker than black."""
        lab = linear_to_oklab(srgb_to_linear(colors / 255))
        black, white = self._ends[:, 0]
        outside = (lab[..., 0] >= white) | (lab[..., 0] <= black)
        return outside & (np.hypot(lab[..., 1], lab[..., 2]) <= _NEUTRAL)

    def nearest(self, colors: np.ndarray) -> np.ndarray:
        """Return (N, 3) uint8: the entry that looks most like each colour."""
        lab = linear_to_oklab(srgb_to_linear(colors / 255))
        neutral = np.minimum(self._off_axis(lab), np.hypot(lab[:, 1], lab[:, 2])) <= _NEUTRAL
        pixels = colors[None]
        found = self._palette.colors[nearest_indices(pixels, self._palette)[0]]
        plain = self._neutral[nearest_indices(pixels, self._neutral)[0]]
        return np.where(neutral[:, None], plain, found)


Available = LevelColors | PaletteColors


def looks_near(colors: np.ndarray, available: Available) -> tuple[np.ndarray, np.ndarray]:
    """Return which of (H, W, 3) uint8 colours look nearly like their nearest ones, and these."""
    nearest = available.nearest(colors.reshape(-1, 3)).reshape(colors.shape)
    apart = np.linalg.norm(weighted_oklab(colors) - weighted_oklab(nearest), axis=2)
    light = np.linalg.norm(srgb_to_linear(colors / 255) - srgb_to_linear(nearest / 255), axis=2)
    return (apart <= _NEAR) | (light <= _NEAR_LIGHT) | available.beyond(colors), nearest


def with_contrast(
    colors: np.ndarray,
    others: np.ndarray,
    others_shown: np.ndarray,
    available: Available,
) -> np.ndarray:
    """Return the nearest available colours that keep the direction of a contrast.

    Args:
        colors: (N, 3) uint8.
        others: (N, 3) uint8, the colours on the other side of the contrast.
        others_shown: (N, 3) uint8, the available colours in place of the latter, or the same.
        available: the colours to choose from.

    Returns:
        (N, 3) uint8; black or white if no other has that direction.
    """
    found = available.nearest(colors)
    left = np.arange(len(colors))
    wanted = weighted_oklab(colors) - weighted_oklab(others)
    # Where the lightness differs, its direction counts, not that of the hue.
    by_lightness = np.abs(wanted[:, 0]) >= _LIGHTNESS_SEEN
    # A grey letter on a tinted background is enlarged to a darker or lighter grey.
    chroma = np.hypot(*linear_to_oklab(srgb_to_linear(colors / 255))[:, 1:].T)
    grays = np.repeat(luma_of(others[None])[0, :, None], 3, axis=1)
    base = np.where(chroma[:, None] <= _NEUTRAL, grays, others)
    codes = colors.astype(np.float64)
    for factor in _ENLARGEMENTS:
        enlarged = base[left] + factor * (codes[left] - base[left])
        nearest = available.nearest(np.rint(enlarged.clip(0, 255)).astype(np.uint8))
        given = weighted_oklab(nearest) - weighted_oklab(others_shown[left])
        along = given * wanted[left]
        least = _LIGHTNESS_KEPT * wanted[left, 0] ** 2
        kept = np.where(by_lightness[left], along[:, 0] >= least, along.sum(axis=1) > 0)
        found[left[kept]] = nearest[kept]
        left = left[~kept]
        if not len(left):
            return found
    # No enlargement has an effect: take white or black, and of these the one that is not behind.
    left = left[by_lightness[left]]
    ends = available.nearest(_BLACK_WHITE)
    chosen = ends[(wanted[left, 0] > 0).astype(int)]
    same = np.all(chosen == others_shown[left], axis=1)
    found[left] = np.where(same[:, None], ends[(wanted[left, 0] <= 0).astype(int)], chosen)
    return found
