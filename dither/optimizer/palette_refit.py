"""The palette fitted to the pixels: least squares of the error that the search lowers."""

import numpy as np

from dither.color import LINEAR_TO_CONES, ROOTS_TO_OKLAB, linear_to_oklab
from dither.optimizer.search import DARKEST, SearchConfig, SearchImage, gaussian_taps


def refit_palette(
    indices: np.ndarray,
    palette: np.ndarray,
    view: SearchImage,
    config: SearchConfig,
    *,
    learned: np.ndarray | None = None,
    stride: int = 4,
) -> np.ndarray:
    """The palette that lowers E most, to first order, while every pixel keeps its index.

    Args:
        indices: (H, W) uint8.
        palette: (K, 3) linear light.
        view: of `scene`.
        config: how to look at it.
        learned: (K,) bool, which colours may move; all if None.
        stride: of the rows and columns where the blurred error is looked at.

    Returns:
        (K, 3) float64 linear light, 0 to 1.
    """
    from dither.optimizer import search_loops as loops

    count = len(palette)
    cones = palette @ LINEAR_TO_CONES.T
    squares = ROOTS_TO_OKLAB.T @ ROOTS_TO_OKLAB
    normal, slope = np.zeros((count, 3, count, 3)), np.zeros((count, 3))
    taps = gaussian_taps(config.sigma)
    loops.gather_normal(
        *(indices, view.target, view.slopes, cones.astype(np.float32), squares),
        *(np.outer(taps, taps), stride, normal, slope),
    )
    normal *= stride**2
    slope *= stride**2
    # The pixels' own errors: as many times the mean of what each colour stands for.
    counted = view.slopes[..., 0] > 0
    pixels = indices[counted]
    used = np.bincount(pixels, minlength=count)
    labs = linear_to_oklab(palette)
    for axis in range(3):
        total = np.bincount(pixels, view.wanted[..., axis][counted], count)
        error = used * labs[:, axis] - total
        roots = np.maximum(cones, DARKEST) ** (-2 / 3) / 3 * ROOTS_TO_OKLAB[axis]
        slope += config.penalty[axis] * error[:, None] * roots
        for color in range(count):
            normal[color, :, color] += (
                config.penalty[axis] * used[color] * np.outer(roots[color], roots[color])
            )
    free = np.repeat(used > 0 if learned is None else (used > 0) & learned, 3)
    if not free.any():
        return np.array(palette, np.float64)
    matrix = normal.reshape(3 * count, 3 * count)[np.ix_(free, free)]
    # Colours that are hardly used stay near where they are.
    matrix += np.eye(len(matrix)) * (1e-4 * np.trace(matrix) / len(matrix) + 1e-12)
    moved = cones.ravel().copy()
    moved[free] -= np.linalg.solve(matrix, slope.ravel()[free])
    new = np.clip(moved.reshape(count, 3) @ np.linalg.inv(LINEAR_TO_CONES).T, 0, 1)
    return np.where(free.reshape(count, 3), new, palette)
