"""An image prepared for the pixel search: converted to cones and OKLab once, before all sweeps."""

from typing import NamedTuple

import numpy as np

from dither.color import LINEAR_TO_CONES, linear_to_oklab, linear_to_srgb
from dither.optimizer.blur import gaussian_taps

# Cone responses below this share of white are treated as equal to it: the slope of the cube root is
# infinite at black.
DARKEST = 0.0005
# The slopes are taken at the target blurred by this many pixels, so that they change slowly.
SLOPE_SIGMA = 2.5
# The cells in which candidates are looked up are cubes of sRGB: 2^5 along each channel.
CELL_BITS = 5
_ROWS_AT_ONCE = 256


class SearchImage(NamedTuple):
    """An image in the units of the search; about 40 bytes per pixel.

    Attributes:
        original: (H, W, 3) float32 OKLab of the image.
        target: (H, W, 3) float32 cone responses that the blurred result should have.
        slopes: (H, W, 3) float32 derivative of the cube root at the target; 0 in masked pixels, which
            therefore have no error.
        cells: (H, W) uint16, the original rounded to 5 bits per channel.
        fixed: (H, W) bool, True for pixels that keep the index they have before the search.
    """

    original: np.ndarray
    target: np.ndarray
    slopes: np.ndarray
    cells: np.ndarray
    fixed: np.ndarray

    def rows(self, rows: slice) -> "SearchImage":
        """Return some rows, which share memory with the whole."""
        return SearchImage(*(part[rows] for part in self))


def prepare_search(
    original: np.ndarray,
    target: np.ndarray | None = None,
    *,
    mask: np.ndarray | None = None,
    fixed: np.ndarray | None = None,
) -> SearchImage:
    """Prepare an image for the pixel search.

    Args:
        original: (H, W, 3) linear light, 0 to 1.
        target: (H, W, 3) linear light that mixtures of the palette can reach; `original` if None.
        mask: (H, W) bool, True for pixels to ignore.
        fixed: (H, W) bool, True for pixels that keep their index; none if None.
    """
    shape = original.shape
    cells = np.empty(shape[:2], np.uint16)
    lab = np.empty(shape, np.float32)
    levels = 1 << CELL_BITS
    for top in range(0, len(original), _ROWS_AT_ONCE):
        rows = slice(top, top + _ROWS_AT_ONCE)
        lab[rows] = linear_to_oklab(original[rows])
        codes = np.clip(linear_to_srgb(original[rows]) * levels, 0, levels - 1).astype(np.uint16)
        cells[rows] = codes[..., 0] << 2 * CELL_BITS | codes[..., 1] << CELL_BITS | codes[..., 2]
    if fixed is None:
        fixed = np.zeros(shape[:2], bool)
    cones, slopes = _cones_and_slopes(original if target is None else target, mask)
    return SearchImage(lab, cones, slopes, cells, fixed)


def with_target(
    image: SearchImage, target: np.ndarray, *, mask: np.ndarray | None = None
) -> SearchImage:
    """Return a prepared image with another target; the parts of the original are shared.

    Args:
        image: from `prepare_search`.
        target: (H, W, 3) linear light.
        mask: (H, W) bool, True for pixels to ignore.
    """
    cones, slopes = _cones_and_slopes(target, mask)
    return image._replace(target=cones, slopes=slopes)


def _cones_and_slopes(target: np.ndarray, mask: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Return the cone responses of a target and the derivative of their cube root."""
    from dither.optimizer import search_loops

    cones = np.empty(target.shape, np.float32)
    for top in range(0, len(target), _ROWS_AT_ONCE):
        rows = slice(top, top + _ROWS_AT_ONCE)
        cones[rows] = target[rows] @ LINEAR_TO_CONES.T
    planes = np.array(np.moveaxis(cones, -1, 0), order="C")  # a copy also of a single pixel
    search_loops.convolve(planes, gaussian_taps(SLOPE_SIGMA))
    np.maximum(planes, np.float32(DARKEST), out=planes)
    np.power(planes, np.float32(-2 / 3), out=planes)
    planes /= np.float32(3)
    slopes = np.ascontiguousarray(np.moveaxis(planes, 0, -1))
    if mask is not None:
        slopes[mask] = 0
    return cones, slopes
