"""Threshold modulation: thresholds that vary from pixel to pixel, against the worms of error diffusion.

A threshold is a position between two neighbouring levels, in 1/65536 of their distance; 32768 is the
middle. It stays within 1 to 65535, so that a sample that equals a level keeps it.
"""

from typing import NamedTuple

import numpy as np

from dither.matrix.threshold_matrix import ThresholdMatrix


class ThresholdModulation(NamedTuple):
    """Offsets of the thresholds from the middle, as the compiled loops take them.

    Attributes:
        varies: whether any threshold can differ from the middle.
        offsets: (H, W) int32, tiled over the image, in 1/65536 of a step; read-only.
        noise: range of the white noise that is added, in 1/65536 of a step.
        seed: seed of the noise.
    """

    varies: bool
    offsets: np.ndarray
    noise: int
    seed: np.uint64


def threshold_modulation(
    noise: float, matrix: ThresholdMatrix | None, strength: float, seed: int, frame: int = 0
) -> ThresholdModulation:
    """Return the modulation by white noise, by a matrix, or by the sum of both.

    Args:
        noise: range of the noise as a share of a step, 0 to 1.
        matrix: threshold matrix to follow, or None.
        strength: range of the matrix's thresholds as a share of a step, 0 to 1.
        seed: seed of the noise, 0 to 2^64 - 1.
        frame: frame of the matrix, wrapping around.

    Example:
        >>> threshold_modulation(0, ThresholdMatrix(np.array([[0, 1]])), 0.5, 0).offsets.tolist()
        [[-8192, 8192]]
    """
    offsets = np.zeros((1, 1), np.int32)
    if matrix is not None:
        ranks = matrix.planes[frame % len(matrix.planes)].astype(np.int64)
        centred = (2 * ranks + 1 - matrix.ranks.size) / matrix.ranks.size
        offsets = np.rint(centred * round(strength * 32768)).astype(np.int32)
    offsets.flags.writeable = False
    varies = round(noise * 65536) > 0 or bool(offsets.any())
    return ThresholdModulation(varies, offsets, round(noise * 65536), np.uint64(seed))
