"""Input of evaluate and report: one matrix, one per channel, or noise."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dither.errors import InputError
from dither.files.npy import read_npy
from dither.matrix.catalog import load_channels
from dither.matrix.threshold_matrix import ThresholdMatrix, as_channels


@dataclass(frozen=True, eq=False)
class MatrixSet:
    """Matrices that are measured together.

    Attributes:
        matrices: one, or one for each of 2 to 4 channels.
        values: noise whose ranks are the only matrix; None for threshold matrices.
    """

    matrices: tuple[ThresholdMatrix, ...]
    values: np.ndarray | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """Rows and columns of each matrix; or frames, rows and columns."""
        return self.matrices[0].shape


def matrix_set_of(content: ThresholdMatrix | Sequence[ThresholdMatrix] | np.ndarray) -> MatrixSet:
    """Return the matrix set of a matrix, of several, or of an array.

    Args:
        content: a matrix; one for each channel; or an array: integer ranks, thresholds of channels
            (H, W, C) with C from 2 to 4, or floats as noise.

    Raises:
        InputError: the content is none of these.

    Example:
        >>> matrix_set_of(np.array([[0.1, -0.3]])).matrices[0].ranks.tolist()
        [[1, 0]]
    """
    if isinstance(content, ThresholdMatrix):
        return MatrixSet((content,))
    if not isinstance(content, np.ndarray):
        return _channels(tuple(content))
    if content.dtype.kind != "f":
        return MatrixSet((ThresholdMatrix(content),))
    try:
        return MatrixSet(as_channels(content))
    except InputError:
        pass  # additive noise: its ranks are measured
    if content.ndim == 3 and content.shape[2] <= 4:
        planes = np.moveaxis(content, 2, 0)
        return MatrixSet(tuple(ThresholdMatrix.from_values(plane) for plane in planes))
    return MatrixSet((ThresholdMatrix.from_values(content),), content)


def load_matrix_set(name: str) -> MatrixSet:
    """Load a .npy file, or a shipped matrix by its name.

    Raises:
        InputError: there is no such name or file, or its content is no matrix, channels or noise.
    """
    if Path(name).suffix != ".npy":
        return MatrixSet(load_channels(name))
    content = read_npy(name)
    try:
        return matrix_set_of(content)
    except InputError as error:
        raise InputError(f"{name}: {error}") from None


def _channels(matrices: tuple[ThresholdMatrix, ...]) -> MatrixSet:
    shapes = {matrix.shape for matrix in matrices}
    if not 1 <= len(matrices) <= 4 or len(shapes) > 1:
        raise InputError(
            f"channels must be 1 to 4 matrices of one shape, not {len(matrices)} of shapes "
            f"{', '.join(map(str, sorted(shapes)))}"
        )
    if len(matrices) > 1 and len(matrices[0].shape) == 3:
        raise InputError("a matrix may have frames or channels, not both")
    return MatrixSet(matrices)
