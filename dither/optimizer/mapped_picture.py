"""An image mapped to colours that mixtures of a palette can show, as the search takes it."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from dither.gamut import exact_colors
from dither.gamut.device_link import map_to_palette
from dither.optimizer.bands import widened
from dither.optimizer.blur import gaussian_taps
from dither.optimizer.gamut_target import codes_to_linear
from dither.optimizer.search_image import SLOPE_SIGMA, SearchImage, prepare_search
from dither.palettes.palette import Intent, Palette


class MappedPicture(NamedTuple):
    """A mapped image.

    Attributes:
        codes: (H, W, 3) uint8 or uint16 sRGB codes of the image.
        target_rows: function of a slice, which returns these rows of (H, W, 3) float32: the linear
            light of what neighbourhoods should average to.
        exact: (H, W) int16, the index of the palette's colour that a pixel has exactly, or -1; None if
            no pixel is to keep its colour.
    """

    codes: np.ndarray
    target_rows: Callable[[slice], np.ndarray]
    exact: np.ndarray | None

    @property
    def linear(self) -> np.ndarray:
        """Return (H, W, 3) float32 linear light of the image."""
        return codes_to_linear(self.codes)

    @property
    def target(self) -> np.ndarray:
        """Return (H, W, 3) float32, all rows of the target."""
        return self.target_rows(slice(0, len(self.codes)))

    def keep_exact(self, indices: np.ndarray, rows: slice = slice(None)) -> np.ndarray:
        """Return uint8 indices of some rows with those of exact colours, such as white or line art."""
        if self.exact is None:
            return indices
        exact = self.exact[rows]
        return np.where(exact < 0, indices, exact).astype(np.uint8)

    def prepare(self, mask: np.ndarray | None) -> SearchImage:
        """Prepare the search, which leaves pixels of exact colours as they are.

        Args:
            mask: (H, W) bool, True for pixels to ignore.
        """
        return self.prepare_rows(slice(0, len(self.codes)), mask)

    def prepare_rows(self, rows: slice, mask: np.ndarray | None) -> SearchImage:
        """Prepare the search in some rows; `mask` is that of the whole image."""
        band = widened(rows, len(self.codes), len(gaussian_taps(SLOPE_SIGMA)) // 2)
        wide = band.wide
        fixed = None if self.exact is None else self.exact[wide] >= 0
        return prepare_search(
            codes_to_linear(self.codes[wide]),
            self.target_rows(wide),
            mask=None if mask is None else mask[wide],
            fixed=fixed,
        ).rows(band.inner)


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
    return MappedPicture(codes, lambda rows: codes_to_linear(codes[rows]), exact)
