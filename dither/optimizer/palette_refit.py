"""Fit the palette to the pixels: least squares of the loss that the search lowers."""

import numpy as np

from dither.color import LINEAR_TO_CONES, ROOTS_TO_OKLAB, linear_to_oklab
from dither.optimizer.blur import gaussian_taps
from dither.optimizer.cholesky import solve_positive
from dither.optimizer.config import SearchConfig
from dither.optimizer.loss import roots_to_error
from dither.optimizer.search_image import DARKEST, SearchImage


def refit_palette(
    indices: np.ndarray,
    palette: np.ndarray,
    image: SearchImage,
    config: SearchConfig,
    *,
    learned: np.ndarray | None = None,
    stride: int = 4,
) -> np.ndarray:
    """Return the palette that lowers the loss most, to first order, with the pixels unchanged.

    Args:
        indices: (H, W) uint8.
        palette: (K, 3) linear light.
        image: from `prepare_search`.
        config: blur and weights.
        learned: (K,) bool, True for colours that may change; all if None.
        stride: step of the rows and columns at which the blurred error is sampled.

    Returns:
        (K, 3) float64 linear light, 0 to 1.
    """
    count, cones = len(palette), palette @ LINEAR_TO_CONES.T
    normal, gradient = normal_equations(indices, palette, image, config, stride=stride)
    used = np.bincount(indices[image.slopes[..., 0] > 0], minlength=count)
    free = np.repeat(used > 0 if learned is None else (used > 0) & learned, 3)
    if not free.any():
        return np.array(palette, np.float64)
    matrix = normal[np.ix_(free, free)]
    # A small ridge keeps colours with few pixels near their place.
    matrix += np.eye(len(matrix)) * (1e-4 * np.trace(matrix) / len(matrix) + 1e-12)
    moved = cones.ravel().copy()
    moved[free] -= solve_positive(matrix, gradient[free])
    new = np.clip(moved.reshape(count, 3) @ np.linalg.inv(LINEAR_TO_CONES).T, 0, 1)
    return np.where(free.reshape(count, 3), new, palette)


def normal_equations(
    indices: np.ndarray,
    palette: np.ndarray,
    image: SearchImage,
    config: SearchConfig,
    *,
    stride: int = 4,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the loss as a quadratic function of the cone responses of the palette, to first order.

    Args:
        indices: (H, W) uint8.
        palette: (K, 3) linear light.
        image: from `prepare_search`.
        config: blur and weights.
        stride: step of the rows and columns at which the blurred error is sampled.

    Returns:
        (3K, 3K) float64 matrix, and (3K,) float64 half gradient at the palette.
    """
    from dither.optimizer import search_loops

    count = len(palette)
    cones = palette @ LINEAR_TO_CONES.T
    normal, gradient = np.zeros((count, 3, count, 3)), np.zeros((count, 3))
    taps, weighted = gaussian_taps(config.sigma), roots_to_error(config).astype(np.float64)
    search_loops.gather_normal(
        indices,
        image.target,
        image.slopes,
        cones.astype(np.float32),
        weighted.T @ weighted,
        np.outer(taps, taps),
        stride,
        normal,
        gradient,
    )
    normal *= stride**2
    gradient *= stride**2
    # The penalty of each pixel's own error: for each colour, its pixel count times the mean error.
    counted = image.slopes[..., 0] > 0
    pixels = indices[counted]
    used = np.bincount(pixels, minlength=count)
    labs = linear_to_oklab(palette)
    for axis in range(3):
        total = np.bincount(pixels, image.original[..., axis][counted], count)
        error = used * labs[:, axis] - total
        roots = np.maximum(cones, DARKEST) ** (-2 / 3) / 3 * ROOTS_TO_OKLAB[axis]
        gradient += config.penalty[axis] * error[:, None] * roots
        for color in range(count):
            normal[color, :, color] += (
                config.penalty[axis] * used[color] * np.outer(roots[color], roots[color])
            )
    return normal.reshape(3 * count, 3 * count), gradient.ravel()
