"""An image prepared for the pixel search: converted to cones and OKLab once, before all sweeps."""

import functools
from typing import NamedTuple

import numpy as np

from dither.color import LINEAR_TO_CONES, ROOTS_TO_OKLAB, srgb_to_linear
from dither.optimizer.blur import gaussian_taps

# Cone responses below this share of white are treated as equal to it: the slope of the cube root is
# infinite at black.
DARKEST = 0.0005
# The slopes are taken at the target blurred by this many pixels, so that they change slowly.
SLOPE_SIGMA = 2.5
# The cells in which candidates are looked up are cubes of sRGB: 2^5 along each channel.
CELL_BITS = 5
# Steps of the root of light in a table of cells.
_ROOT_STEPS = 1024


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
    from dither.optimizer.search_image_loops import convert_original

    lab, cells = np.empty(original.shape, np.float32), np.empty(original.shape[:2], np.uint16)
    convert_original(
        np.ascontiguousarray(original, np.float32).reshape(-1, 3),
        *(LINEAR_TO_CONES.astype(np.float32), ROOTS_TO_OKLAB.astype(np.float32)),
        *(*_cell_levels(), lab.reshape(-1, 3), cells.reshape(-1)),
    )
    if fixed is None:
        fixed = np.zeros(cells.shape, bool)
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
    from dither.optimizer.search_image_loops import convert_target, take_slopes
    from dither.optimizer.search_loops import convolve

    cones = np.empty(target.shape, np.float32)
    planes = np.empty((3, *target.shape[:2]), np.float32)
    convert_target(
        np.ascontiguousarray(target, np.float32).reshape(-1, 3),
        *(LINEAR_TO_CONES.astype(np.float32), cones.reshape(-1, 3), planes.reshape(3, -1)),
    )
    convolve(planes, gaussian_taps(SLOPE_SIGMA))
    slopes = np.empty(target.shape, np.float32)
    take_slopes(planes.reshape(3, -1), DARKEST, slopes.reshape(-1, 3))
    if mask is not None:
        slopes[mask] = 0
    return cones, slopes


@functools.cache
def _cell_levels() -> tuple[np.ndarray, np.ndarray]:
    """Return the tables of `convert_original`: levels of steps of the root, and boundaries."""
    levels = 1 << CELL_BITS
    boundaries = srgb_to_linear(np.arange(1, levels) / levels)
    squares = np.square(np.arange(_ROOT_STEPS + 1) / _ROOT_STEPS)
    steps = np.searchsorted(boundaries, squares, side="right").astype(np.uint16)
    return steps, np.append(boundaries, 2).astype(np.float32)
