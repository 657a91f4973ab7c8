"""What is looked at: a matrix, one for each channel, or noise by its order."""

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
    """Matrices that are measured as one.

    Attributes:
        matrices: one, or one for each of 2 to 4 channels.
        values: the noise of which the one matrix is the order; None for matrices.
    """

    matrices: tuple[ThresholdMatrix, ...]
    values: np.ndarray | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """Rows and columns of each matrix, before them its frames if there are any."""
        return self.matrices[0].shape


def matrix_set_of(content: ThresholdMatrix | Sequence[ThresholdMatrix] | np.ndarray) -> MatrixSet:
    """What a matrix, several or an array is.

    Args:
        content: a matrix; one for each channel; or an array: whole ranks, thresholds of channels
            (H, W, C) with C from 2 to 4, or floats that are noise.

    Raises:
        InputError: it is none of these.

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
        pass  # noise to add has no thresholds, but an order all the same
    if content.ndim == 3 and content.shape[2] <= 4:
        planes = np.moveaxis(content, 2, 0)
        return MatrixSet(tuple(ThresholdMatrix.from_values(plane) for plane in planes))
    return MatrixSet((ThresholdMatrix.from_values(content),), content)


def load_matrix_set(name: str) -> MatrixSet:
    """What a .npy file holds, or a shipped matrix by its name.

    Raises:
        InputError: there is no such name or file, or it holds none of these.
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
            f"1 to 4 matrices of one shape are looked at as channels, not {len(matrices)} of shapes "
            f"{', '.join(map(str, sorted(shapes)))}"
        )
    if len(matrices) > 1 and len(matrices[0].shape) == 3:
        raise InputError("a matrix has frames or channels, not both")
    return MatrixSet(matrices)
