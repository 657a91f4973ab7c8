"""An image mapped to colours that mixtures of a palette can show, as the search takes it."""

from typing import NamedTuple

import numpy as np

from dither.gamut import exact_colors
from dither.gamut.device_link import map_to_palette
from dither.optimizer.gamut_target import codes_to_linear
from dither.optimizer.search_image import SearchImage, prepare_search
from dither.palettes.palette import Intent, Palette


class MappedPicture(NamedTuple):
    """A mapped image.

    Attributes:
        linear: (H, W, 3) float32 linear light of the image.
        target: (H, W, 3) float32 linear light of what neighbourhoods should average to.
        exact: (H, W) int16, the index of the palette's colour that a pixel has exactly, or -1; None if
            no pixel is to keep its colour.
    """

    linear: np.ndarray
    target: np.ndarray
    exact: np.ndarray | None

    def keep_exact(self, indices: np.ndarray) -> np.ndarray:
        """Return (H, W) uint8 indices with those of exact colours, such as white or line art."""
        if self.exact is None:
            return indices
        return np.where(self.exact < 0, indices, self.exact).astype(np.uint8)

    def prepare(self, mask: np.ndarray | None) -> SearchImage:
        """Prepare the search, which leaves pixels of exact colours as they are.

        Args:
            mask: (H, W) bool, True for pixels to ignore.
        """
        fixed = None if self.exact is None else self.exact >= 0
        return prepare_search(self.linear, self.target, mask=mask, fixed=fixed)


def mapped_picture(picture: np.ndarray, palette: Palette, intent: Intent | None) -> MappedPicture:
    """Map an image by a rendering intent.

    Args:
        picture: (H, W, 3) uint8 sRGB codes.
        palette: the palette.
        intent: rendering intent; the palette's own if None.
    """
    codes = map_to_palette(picture, palette, intent)
    # A 16-bit code is that of 8 bits if its two bytes are equal.
    eight = codes if codes.dtype == np.uint8 else (codes >> 8).astype(np.uint8)
    exact = np.full(codes.shape[:2], -1, np.int16)
    exact_colors.keep_exact(
        eight, exact_colors.exact_colors(palette, "absolute"), np.arange(len(palette)), exact
    )
    if eight is not codes:
        exact[(codes != eight * np.uint16(257)).any(axis=2)] = -1
    linear = codes_to_linear(codes)
    return MappedPicture(linear, linear, exact)
