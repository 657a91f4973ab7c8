"""Indexed images: frames of at most 256 colours as indices into one colour table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dither.images.raster_image import RasterImage

if TYPE_CHECKING:
    from PIL import Image

MAX_COLORS = 256
_ROWS = 256  # converted at a time, to hold few 32-bit codes in memory


@dataclass(frozen=True, eq=False)
class IndexedFrames:
    """Frames as indices into one table of at most 256 colours with alpha.

    Attributes:
        frames: (H, W) uint8 indices each.
        table: (K, 4) uint8 red, green, blue and alpha; entries that are not opaque come first.
    """

    frames: tuple[np.ndarray, ...]
    table: np.ndarray

    @property
    def bits(self) -> int:
        """Bits per index: 1, 2, 4 or 8."""
        return next(bits for bits in (1, 2, 4, 8) if len(self.table) <= 1 << bits)

    def to_pillow(self, frame: int) -> "Image.Image":
        """Return one frame as a Pillow image of mode P."""
        from PIL import Image

        picture = Image.fromarray(self.frames[frame])
        picture.putpalette(self.table[:, :3].tobytes())
        transparent = int((self.table[:, 3] < 255).sum())
        if transparent:
            picture.info["transparency"] = self.table[:transparent, 3].tobytes()
        return picture


def to_indexed(images: Sequence[RasterImage]) -> IndexedFrames | None:
    """Convert frames to indices into one colour table; return None if they have more than 256 colours.

    Args:
        images: uint8 samples, all of one size. Colours of different alpha are different colours.

    Example:
        >>> found = to_indexed([RasterImage(np.array([[7, 9, 7]], np.uint8))])
        >>> found.table[:, 0].tolist(), found.frames[0].tolist()
        ([7, 9], [[0, 1, 0]])
    """
    from PIL import Image

    colors: set[Any] = set()
    for image in images:
        # In blocks of rows, because the first rows of a photo already have more than 256 colours.
        for start in range(0, len(image.color), _ROWS):
            part = _codes(image, slice(start, start + _ROWS))
            picture = Image.fromarray(part.astype("<u4").view(np.uint8).reshape(*part.shape, 4))
            more = picture.getcolors(MAX_COLORS)
            colors.update(color for _, color in more or ())
            if more is None or len(colors) > MAX_COLORS:
                return None
    # Alpha is the highest byte, so that ascending order puts entries that are not opaque first.
    codes = np.sort(np.array(list(colors), np.uint8).view("<u4").ravel())
    frames = []
    for image in images:
        frame = np.empty(image.color.shape[:2], np.uint8)
        for start in range(0, len(frame), _ROWS):
            rows = slice(start, start + _ROWS)
            frame[rows] = np.searchsorted(codes, _codes(image, rows))
        frames.append(frame)
    table = (codes[:, None] >> np.array([16, 8, 0, 24], np.uint32) & 255).astype(np.uint8)
    return IndexedFrames(tuple(frames), table)


def _codes(image: RasterImage, rows: slice) -> np.ndarray:
    """Return 0xAARRGGBB of each pixel in some rows."""
    color = image.color[rows].astype(np.uint32)
    if color.ndim == 2:
        codes = color * np.uint32(0x010101)
    else:
        codes = color[..., 0] << 16 | color[..., 1] << 8 | color[..., 2]
    if image.alpha is None:
        return codes | np.uint32(255 << 24)
    return codes | image.alpha[rows].astype(np.uint32) << 24
