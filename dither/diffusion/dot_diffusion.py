"""Dot diffusion: error diffusion in the order of a class matrix; errors stay within a few pixels."""

import numpy as np

from dither.diffusion.hidden import without_hidden
from dither.diffusion.plan import Clamp, HasColors, plan_scans
from dither.matrix.matrix_like import MatrixLike, as_matrix
from dither.matrix.threshold_matrix import ThresholdMatrix
from dither.palettes.palette import Intent
from dither.samples import Levels, Light

# D. E. Knuth, "Digital halftones by dot diffusion", ACM Transactions on Graphics 6(4), 1987: the class
# matrix with two dots of either colour.
KNUTH_CLASSES = ThresholdMatrix(
    np.array(
        [
            [34, 48, 40, 32, 29, 15, 23, 31],
            [42, 58, 56, 53, 21, 5, 7, 10],
            [50, 62, 61, 45, 13, 1, 2, 18],
            [38, 46, 54, 37, 25, 17, 9, 26],
            [28, 14, 22, 30, 35, 49, 41, 33],
            [20, 4, 6, 11, 43, 59, 57, 52],
            [12, 0, 3, 19, 51, 63, 60, 44],
            [24, 16, 8, 27, 39, 47, 55, 36],
        ]
    )
)


def dot_diffuse(
    image: np.ndarray,
    *,
    levels: Levels | None = None,
    palette: np.ndarray | HasColors | None = None,
    light: Light | None = None,
    clamp: Clamp | None = None,
    intent: Intent | None = None,
    matrix: MatrixLike = KNUTH_CLASSES,
    frame: int = 0,
) -> np.ndarray:
    """Dither by dot diffusion and return codes: levels, or indices into a palette.

    Pixels are quantized class by class. An error goes to the neighbours of later classes, twice as much
    to those at the sides as to those at the corners. Where no neighbour is later, once or twice in a
    tile, the error is dropped; so no change in the image has a distant effect.

    Source: D. E. Knuth, "Digital halftones by dot diffusion", ACM Transactions on Graphics 6(4), 1987.

    Args:
        image: as in `error_diffuse`.
        levels: as in `error_diffuse`.
        palette: as in `error_diffuse`.
        light: as in `error_diffuse`.
        intent: as in `error_diffuse`.
        clamp: as in `error_diffuse`.
        matrix: matrix whose ranks are the classes, or its name, file, or array.
        frame: frame of a matrix with frames, wrapping around.

    Returns:
        As `error_diffuse`; the same bytes on every machine.

    Raises:
        InputError: as `error_diffuse`.

    Example:
        >>> int(dot_diffuse(np.full((8, 8), 128, np.uint8)).sum())
        32
    """
    matrix = as_matrix(matrix)
    classes = matrix.planes[frame % len(matrix.planes)].astype(np.int64)
    order = np.stack(np.unravel_index(np.argsort(classes, axis=None), classes.shape), axis=1)
    codes, plans = plan_scans(
        without_hidden(image),
        levels=levels,
        palette=palette,
        light=light,
        clamp=clamp,
        intent=intent,
    )
    from dither.diffusion.compiled import dot_diffusion as loops

    for plan in plans:
        samples, units = plan.rows(0, len(plan.samples))
        loop = loops.dot_to_palette if plan.to_palette else loops.dot_to_levels
        loop(samples, units, plan.codes, classes, order, plan.target, plan.bounds)
    return np.ascontiguousarray(codes)
