"""A picture whose colours are to be chosen, and a sample of it that is dithered sooner."""

from typing import NamedTuple

import numpy as np

from dither.color import distinct_colors
from dither.errors import InputError
from dither.images.mask import check_mask, fill_masked
from dither.palettes.palette import MAX_COLORS
from dither.samples import eight_bit_colors

# A larger picture is looked at in tiles of so many pixels a side.
_TILE = 64


class PictureSample(NamedTuple):
    """What is dithered.

    Attributes:
        wanted: (H, W, 3) uint8.
        hidden: (H, W) bool, pixels that do not count, or None.
        pixels: of the whole picture.
    """

    wanted: np.ndarray
    hidden: np.ndarray | None
    pixels: int

    @classmethod
    def whole(cls, image: np.ndarray, ignored: np.ndarray | None) -> "PictureSample":
        """All of a picture.

        Args:
            image: (H, W) or (H, W, 3), as for `dither.optimize_palette`.
            ignored: (H, W) bool, pixels that do not count, or None.

        Raises:
            InputError: one of them is no such array, or there are no pixels.
        """
        wanted = eight_bit_colors(image)
        if wanted.size == 0:
            raise InputError(
                f"an image of shape {wanted.shape} has no pixels to choose colours for"
            )
        hidden = check_mask(ignored, wanted.shape[:2])
        if hidden is not None:
            wanted = fill_masked(wanted, hidden)
        return cls(wanted, hidden, wanted.shape[0] * wanted.shape[1])

    @property
    def seen(self) -> np.ndarray:
        """(1, N, 3) uint8: the pixels that count, in a row."""
        counted = self.wanted if self.hidden is None else self.wanted[~self.hidden]
        return counted.reshape(1, -1, 3)

    def own_colors(self) -> int:
        """How many colours there are, exactly if not more than 256."""
        # A few rows tell of most pictures that they have more.
        rows = self.wanted[:: max(1, len(self.wanted) // 16)]
        few = len(distinct_colors(rows.reshape(-1, 3)))
        return few if few > MAX_COLORS else len(distinct_colors(self.wanted.reshape(-1, 3)))

    def tiles(self, most_pixels: int) -> "PictureSample":
        """Tiles of a larger picture, spread evenly, one below the other; of those that are seen.

        Args:
            most_pixels: of all tiles; a picture of no more is returned as it is.
        """
        wanted, hidden, pixels = self
        height, width = wanted.shape[:2]
        if height * width <= most_pixels:
            return self
        # A picture that is narrower than a tile gives pieces of its whole width.
        tall, wide = min(_TILE, height), min(_TILE, width)
        most = most_pixels // (tall * wide)
        rows = min(max(1, round((most * height / width) ** 0.5)), most, height // tall)
        columns = min(most // rows, width // wide)
        tiles = [
            (slice(top, top + tall), slice(left, left + wide))
            for top in np.linspace(0, height - tall, rows).round().astype(int).tolist()
            for left in np.linspace(0, width - wide, columns).round().astype(int).tolist()
        ]
        if hidden is None:
            return PictureSample(np.concatenate([wanted[tile] for tile in tiles]), None, pixels)
        tiles = [tile for tile in tiles if not hidden[tile].all()]
        if not tiles:  # little is seen, and none of it in the tiles
            row, column = np.argwhere(~hidden)[0].tolist()
            top, left = min(row, height - tall), min(column, width - wide)
            tiles = [(slice(top, top + tall), slice(left, left + wide))]
        return PictureSample(
            np.concatenate([wanted[tile] for tile in tiles]),
            np.concatenate([hidden[tile] for tile in tiles]),
            pixels,
        )
