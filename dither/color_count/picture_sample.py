"""Sample of an image: tiles that are dithered instead of the whole, to save time."""

from typing import NamedTuple

import numpy as np

from dither.optimizer.picture import checked_picture, visible

# Side of a tile in pixels.
_TILE = 64


class PictureSample(NamedTuple):
    """An image, or tiles of it.

    Attributes:
        picture: (H, W, 3) uint8.
        mask: (H, W) bool, True for pixels to ignore, or None.
        pixels: number of pixels of the whole image.
    """

    picture: np.ndarray
    mask: np.ndarray | None
    pixels: int

    @classmethod
    def whole(cls, image: np.ndarray, mask: np.ndarray | None) -> "PictureSample":
        """Return a whole image.

        Args:
            image: (H, W) or (H, W, 3), as for `dither.optimize_palette`.
            mask: (H, W) bool, True for pixels to ignore, or None.

        Raises:
            InputError: as `dither.optimizer.picture.checked_picture`.
        """
        picture, mask = checked_picture(image, mask)
        return cls(picture, mask, picture.shape[0] * picture.shape[1])

    @property
    def visible(self) -> np.ndarray:
        """Return (1, N, 3) uint8: the unmasked pixels as one row."""
        return visible(self.picture, self.mask).reshape(1, -1, 3)

    def tiles(self, most_pixels: int) -> "PictureSample":
        """Return tiles spread evenly over a larger image, one below the other; none fully masked.

        Args:
            most_pixels: maximum of all tiles together; a smaller image is returned as it is.
        """
        height, width = self.picture.shape[:2]
        if height * width <= most_pixels:
            return self
        # An image narrower than a tile gives pieces of its whole width.
        tall, wide = min(_TILE, height), min(_TILE, width)
        most = most_pixels // (tall * wide)
        rows = min(max(1, round((most * height / width) ** 0.5)), most, height // tall)
        columns = min(most // rows, width // wide)
        corners = [
            (top, left)
            for top in np.linspace(0, height - tall, rows).round().astype(int).tolist()
            for left in np.linspace(0, width - wide, columns).round().astype(int).tolist()
        ]
        tiles = [(slice(top, top + tall), slice(left, left + wide)) for top, left in corners]
        mask = self.mask
        if mask is not None:
            tiles = [tile for tile in tiles if not mask[tile].all()]
            if not tiles:  # few pixels are visible, and none of them is in a tile
                row, column = np.argwhere(~mask)[0].tolist()
                top, left = min(row, height - tall), min(column, width - wide)
                tiles = [(slice(top, top + tall), slice(left, left + wide))]
            mask = np.concatenate([mask[tile] for tile in tiles])
        picture = np.concatenate([self.picture[tile] for tile in tiles])
        return PictureSample(picture, mask, self.pixels)
