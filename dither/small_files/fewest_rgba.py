"""Find the smallest file for a look, or the best look for a file, of an image with partial alpha.

As `fewest_bytes`, with a palette with alpha, and the views of `rgba_views` in place of the image.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dither.errors import InputError
from dither.extras import require_extra
from dither.images.formats.png_packing import packed_png
from dither.images.indexed_files import encode_rgba_indexed
from dither.images.raster_image import RasterImage, Resolution
from dither.metrics.look import look_with_alpha
from dither.palettes.rgba import MAX_ENTRIES, learn_rgba, own_colors, rgba_codes
from dither.progress import OnProgress, no_progress
from dither.small_files.byte_target import (
    RATE_UNIT,
    band_rows,
    check_target,
    colors_for,
    estimated_rate,
    found_by_passes,
)
from dither.small_files.optimize_rgba import OptimizedRgba, RgbaSearch, rgba_config

# Returns the file of (H, W) uint8 indices and (K, 4) uint8 entries.
EncodeRgba = Callable[[np.ndarray, np.ndarray], bytes]


@dataclass(frozen=True, eq=False)
class SmallRgba(OptimizedRgba):
    """An image with alpha of few bytes.

    Attributes:
        palette: as in `OptimizedRgba`.
        indices: as there.
        rate: weight of a bit by which it was found; 0 if it is the image itself.
        content: the encoded file.
        look: the least of `dither.metrics.look` over black, grey and white.
    """

    rate: float
    content: bytes
    look: float


def optimize_rgba_bytes(
    image: RasterImage,
    *,
    rate: float | None = None,
    max_bytes: int | None = None,
    look: float | None = None,
    colors: int | None = None,
    encode: EncodeRgba | None = None,
    seed: int = 0,
    on_progress: OnProgress = no_progress,
) -> SmallRgba:
    """Find palette, number of colours and pixels of an image with alpha that look best for their bytes.

    Args:
        image: with alpha; more than 8 bits are rounded to 8.
        rate: as in `optimize_bytes`, like the next three.
        max_bytes: largest size of the file in bytes; the best look that fits is found.
        look: the fewest bytes with at least this look, over black, grey and white.
        colors: number of entries, 2 to 256; chosen if None.
        encode: returns the file; that of `encoded_rgba_tightly` as PNG if None.
        seed: of the palette, 0 or more.
        on_progress: called with the share of the work done, 0 to 1, and a short text.

    Raises:
        InputError: as `optimize_bytes`, or the image has no alpha.
    """
    target = check_target(rate, max_bytes, look)
    if image.alpha is None:
        raise InputError("the image has no alpha; use optimize_bytes")
    require_extra("optimizing pixels", "optimize", "numba")
    work = _Work(image, colors, encode or encoded_rgba_tightly, seed)
    own = own_colors([image], colors or MAX_ENTRIES)
    unchanged = None
    if own is not None:
        unchanged = work.encoded(RgbaSearch(image, own, rgba_config(MAX_ENTRIES)).result(), 0.0)
    return found_by_passes(
        work,
        rate,
        target,
        lambda: estimated_rate(work, target, on_progress),
        on_progress,
        unchanged,
        0 if own is None else len(own),
    )


class _Work:
    """An image, its palette and its pixels, which passes improve."""

    settles = True

    def __init__(
        self, image: RasterImage, colors: int | None, encode: EncodeRgba, seed: int
    ) -> None:
        self._image, self._colors, self._encode, self._seed = image, colors, encode, seed
        self._codes = rgba_codes(image)
        self._search: RgbaSearch | None = None

    @property
    def height(self) -> int:
        """Return the number of rows."""
        return len(self._codes)

    def bands(self) -> "_Work":
        """Return the same work on bands of rows; on all rows if these are few or have no colours."""
        rows = band_rows(self.height)
        assert self._image.alpha is not None
        if rows is None or not self._image.alpha[rows].any():
            return self
        part = RasterImage(self._image.color[rows], self._image.alpha[rows])
        return _Work(part, self._colors, self._encode, self._seed)

    def improve(self, rate: float) -> float:
        """Do a pass and refit the palette; return an estimate of the bytes."""
        search = self._started(rate)
        return search.improve(rate * RATE_UNIT) / 8 + 4 * len(search.palette)

    def look(self) -> float:
        """Return the look of the pixels as they are."""
        assert self._search is not None
        return self._look(self._search.palette.colors[self._search.indices])

    def result(self, rate: float) -> SmallRgba:
        """Return the entries that pixels have, the pixels and the file."""
        return self.encoded(self._started(rate).result(), rate)

    def encoded(self, found: OptimizedRgba, rate: float) -> SmallRgba:
        """Return a result with its file and its look."""
        content = self._encode(found.indices, found.palette.colors)
        look = self._look(found.palette.colors[found.indices])
        return SmallRgba(found.palette, found.indices, rate, content, look)

    def _started(self, rate: float) -> RgbaSearch:
        if self._search is None:
            colors = self._colors or colors_for(rate)
            palette = learn_rgba([self._image], colors, seed=self._seed)
            self._search = RgbaSearch(self._image, palette, rgba_config(colors))
        return self._search

    def _look(self, shown: np.ndarray) -> float:
        return look_with_alpha(self._codes, shown)


def encoded_rgba_tightly(
    indices: np.ndarray,
    colors: np.ndarray,
    ending: str = ".png",
    *,
    resolution: Resolution | None = None,
) -> bytes:
    """Return a file of indices of entries with alpha in the fewest bytes at hand.

    Args:
        indices: (H, W) uint8.
        colors: (K, 4) uint8.
        ending: of the format: .png or .webp.
        resolution: pixels per inch, across and down.
    """
    content = encode_rgba_indexed([indices], colors, ending, resolution=resolution)
    return packed_png(content) if ending == ".png" else content
