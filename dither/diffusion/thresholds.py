"""Thresholds that vary from pixel to pixel, against the worms of error diffusion.

A threshold stands at a share of the step between two levels, in 1/65536: 32768 is the middle. It stays
from 1 to 65535, so that a sample that is exactly a level keeps it.
"""

from dataclasses import dataclass

import numpy as np

from dither.matrix.threshold_matrix import ThresholdMatrix


@dataclass(frozen=True)
class Thresholds:
    """How the thresholds vary.

    Attributes:
        offsets: (H, W) int32, tiled over the image, in 1/65536 of a step; read-only.
        noise: the range of the white noise that is added, in 1/65536 of a step.
        seed: of the noise.
        frame: of a matrix with frames, around the circle.
    """

    offsets: np.ndarray
    noise: int
    seed: int

    @property
    def varied(self) -> bool:
        """Whether any threshold can differ from the middle."""
        return self.noise > 0 or bool(self.offsets.any())


def varied_thresholds(
    noise: float,
    matrix: ThresholdMatrix | None,
    strength: float,
    seed: int,
    frame: int = 0,
) -> Thresholds:
    """The thresholds of white noise, of a matrix, or of both, their offsets added.

    Args:
        noise: 0 to 1, the range of the noise as a share of a step.
        matrix: whose thresholds are followed; none if None.
        strength: 0 to 1, their range as a share of a step.
        seed: of the noise.
        frame: of a matrix with frames, around the circle.

    Example:
        >>> varied_thresholds(0, ThresholdMatrix(np.array([[0, 1]])), 0.5, 0).offsets.tolist()
        [[-8192, 8192]]
    """
    if matrix is None:
        offsets = np.zeros((1, 1), np.int32)
    else:
        ranks = matrix.planes[frame % len(matrix.planes)].astype(np.int64)
        centred = (2 * ranks + 1 - matrix.ranks.size) / matrix.ranks.size
        offsets = np.rint(centred * round(strength * 32768)).astype(np.int32)
    offsets.flags.writeable = False
    return Thresholds(offsets, round(noise * 65536), seed)
