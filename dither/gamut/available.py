"""Available colours that replace others: near ones, and ones that keep a contrast."""

import numpy as np

from dither.color import (
    LUMINANCE_WEIGHTS,
    linear_to_oklab,
    packed_codes,
    srgb_to_linear,
    unpacked_codes,
)
from dither.gamut.device_link import map_to_palette
from dither.palettes.nearest import CHROMA_WEIGHT, nearest_entries, weigh_light, weighted_oklab
from dither.palettes.palette import Intent, Palette
from dither.preparation.window_scores import luma_of
from dither.samples import eight_bit_colors

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

    def nearest(self, colors: np.ndarray) -> np.ndarray:
        """Return (N, 3) uint8: each channel rounded to its nearest level."""
        steps = self._levels - 1
        return np.rint(np.rint(colors * (steps / 255)) * (255 / steps)).astype(np.uint8)

    def mapped(self, colors: np.ndarray) -> np.ndarray:
        """Return the colours: mixtures of levels show them all."""
        return colors

    def light(self, shown: np.ndarray) -> np.ndarray:
        """Return (N, 3) float64 linear light of shown colours, 0 to 1."""
        return srgb_to_linear(shown / 255)

    def loses_hue(self, nearest: np.ndarray) -> np.ndarray:
        """Return (N,) bool, all False: colours are compared with their levels as they are."""
        return np.zeros(len(nearest), bool)


class PaletteColors:
    """Colours of a palette, to which colours of an image are mapped by a rendering intent.

    Colours near the line from black to white take only entries near it.
    """

    def __init__(self, palette: Palette, intent: Intent | None = None) -> None:
        self._palette = palette
        self._intent: Intent = intent or palette.intent
        self._ends = palette.oklab[[palette.black, palette.white]]
        neutral = self._off_axis(palette.oklab) <= _NEUTRAL
        neutral[[palette.black, palette.white]] = True
        self._neutral = palette.colors[neutral]
        self._black, self._contrast = np.zeros(3), 1.0
        if self._intent != "absolute":
            self._black, white = palette.linear[[palette.black, palette.white]]
            self._contrast = float((white - self._black) @ np.array(LUMINANCE_WEIGHTS))

    def _off_axis(self, lab: np.ndarray) -> np.ndarray:
        """Return the distance in a and b of (N, 3) OKLab from the line between black and white."""
        black, white = self._ends
        share = (lab[:, :1] - black[0]) / (white[0] - black[0])
        return np.hypot(*(lab[:, 1:] - black[1:] - share.clip(0, 1) * (white - black)[1:]).T)

    def nearest(self, colors: np.ndarray) -> np.ndarray:
        """Return (N, 3) uint8: the entry that looks most like each colour of (N, 3) uint8."""
        if not len(colors):
            return colors
        codes, place = np.unique(packed_codes(colors), return_inverse=True)
        colors = unpacked_codes(codes)
        mapped = self.mapped(colors)
        found = self._palette.colors[nearest_entries(mapped, self._palette.colors)]
        grays = np.hypot(*linear_to_oklab(srgb_to_linear(colors / 255))[:, 1:].T) <= _NEUTRAL
        grays |= self._off_axis(linear_to_oklab(srgb_to_linear(mapped / 255))) <= _NEUTRAL
        if grays.any():
            found[grays] = self._neutral[nearest_entries(mapped[grays], self._neutral)]
        return found[place]

    def mapped(self, colors: np.ndarray) -> np.ndarray:
        """Return (N, 3) uint8: the mixtures of entries that show colours of (N, 3) uint8."""
        if not len(colors):
            return colors
        return eight_bit_colors(map_to_palette(colors[None], self._palette, self._intent))[0]

    def light(self, shown: np.ndarray) -> np.ndarray:
        """Return (N, 3) float64 linear light of shown colours, for an eye adapted to the palette.

        The palette's black is 0 and the luminance of its white is 1, except with the intent "absolute".
        """
        return ((srgb_to_linear(shown / 255) - self._black) / self._contrast).clip(0)

    def loses_hue(self, nearest: np.ndarray) -> np.ndarray:
        """Return (N,) bool, True for neutral entries, which show no hue."""
        return np.isin(packed_codes(nearest), packed_codes(self._neutral))


Available = LevelColors | PaletteColors


def looks_near(colors: np.ndarray, available: Available) -> tuple[np.ndarray, np.ndarray]:
    """Return which colours look nearly like their nearest available ones, and these.

    A tint does not look like a neutral entry, even if the palette can only show it as grey.

    Args:
        colors: (..., 3) uint8.
        available: the colours to choose from.

    Returns:
        (...) bool, and (..., 3) uint8.
    """
    codes, place = np.unique(packed_codes(colors), return_inverse=True)
    place = place.reshape(colors.shape[:-1])
    distinct = unpacked_codes(codes)
    nearest = available.nearest(distinct)
    light = available.light(available.mapped(distinct))
    nearest_light = available.light(nearest)
    apart = weigh_light(light) - weigh_light(nearest_light)
    lost = available.loses_hue(nearest)
    apart[lost, 1:] = weighted_oklab(distinct[lost])[:, 1:]
    near = np.linalg.norm(apart, axis=1) <= _NEAR
    near |= np.linalg.norm(light - nearest_light, axis=1) <= _NEAR_LIGHT
    return near[place], nearest[place]


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
        others_shown: (N, 3) uint8, the available colours in place of the latter, or the mixtures of
            available colours that show them.
        available: the colours to choose from.

    Returns:
        (N, 3) uint8; black or white if no other has that direction.
    """
    first, place = _distinct_rows(colors, others, others_shown)
    colors, others, others_shown = colors[first], others[first], others_shown[first]
    found = available.nearest(colors)
    left = np.arange(len(colors))
    own, shown = weighted_oklab(colors), weigh_light(available.light(others_shown))
    wanted = own - weighted_oklab(others)
    # Where the lightness differs, its direction counts, not that of the hue.
    by_lightness = np.abs(wanted[:, 0]) >= _LIGHTNESS_SEEN
    # A grey letter on a tinted background is enlarged to a darker or lighter grey.
    gray = np.hypot(*own[:, 1:].T) <= CHROMA_WEIGHT * _NEUTRAL
    base = np.where(gray[:, None], luma_of(others[None])[0, :, None], others)
    codes = colors.astype(np.float64)
    for factor in _ENLARGEMENTS:
        enlarged = base[left] + factor * (codes[left] - base[left])
        nearest = available.nearest(np.rint(enlarged.clip(0, 255)).astype(np.uint8))
        given = weigh_light(available.light(nearest)) - shown[left]
        along = given * wanted[left]
        least = _LIGHTNESS_KEPT * wanted[left, 0] ** 2
        kept = np.where(by_lightness[left], along[:, 0] >= least, along.sum(axis=1) > 0)
        found[left[kept]] = nearest[kept]
        left = left[~kept]
        if not len(left):
            return found[place]
    # No enlargement keeps enough: take white or black, and of these the other one if it is not seen.
    left = left[by_lightness[left]]
    ends = available.nearest(_BLACK_WHITE)
    lightness = weigh_light(available.light(ends))[:, 0]
    chosen = (wanted[left, 0] > 0).astype(int)
    hidden = np.abs(lightness[chosen] - shown[left, 0]) < _LIGHTNESS_SEEN
    found[left] = ends[np.where(hidden, 1 - chosen, chosen)]
    return found[place]


def _distinct_rows(*colors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the position of the first of each distinct row of (N, 3) uint8, and each row's number."""
    first, number = np.zeros(1, np.intp), np.zeros(len(colors[0]), np.int64)
    for each in colors:
        keys = number << 24 | packed_codes(each)
        _, first, number = np.unique(keys, return_index=True, return_inverse=True)
    return first, number
