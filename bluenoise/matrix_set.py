"""Input of evaluate, report and export: one threshold matrix, one per channel, or noise."""

import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dither.errors import InputError
from dither.files.npy import read_npy
from dither.held import as_array
from dither.matrix.arrays import check_order, matrices_of
from dither.matrix.catalog import load_channels, shipped_matrices, shipped_textures
from dither.matrix.matrix_like import as_matrices
from dither.matrix.threshold_matrix import ThresholdMatrix, channel_thresholds
from dither.wording import sides_text

# One matrix, one per channel, a name or file, or an array, as `matrix_set_of` reads it.
MatrixLike = ThresholdMatrix | Sequence[ThresholdMatrix] | np.ndarray | str | os.PathLike[str]


@dataclass(frozen=True, eq=False)
class MatrixSet:
    """One threshold matrix, or one per channel; for noise, the matrices that have its order.

    Attributes:
        matrices: 1 to 4 matrices of one shape; only a single matrix may have frames.
        values: the noise of each channel, float arrays of the matrices' shape; None for matrices.

    Raises:
        InputError: the number of matrices or their shapes are not as above.
    """

    matrices: tuple[ThresholdMatrix, ...]
    values: tuple[np.ndarray, ...] | None = None

    def __post_init__(self) -> None:
        if not all(isinstance(matrix, ThresholdMatrix) for matrix in self.matrices):
            raise InputError("expected a matrix, one matrix per channel, or an array of numbers")
        shapes = sorted({matrix.shape for matrix in self.matrices})
        if not 1 <= len(self.matrices) <= 4 or len(shapes) > 1:
            raise InputError(
                "channels need 1 to 4 matrices of one shape, not "
                f"{len(self.matrices)} of shapes {', '.join(map(sides_text, shapes))}"
            )
        if len(self.matrices) > 1 and self.has_frames:
            raise InputError("a matrix has frames or channels, not both")

    @property
    def shape(self) -> tuple[int, ...]:
        """(H, W), or (T, H, W) with frames."""
        return self.matrices[0].shape

    @property
    def has_frames(self) -> bool:
        """Whether the first axis counts frames."""
        return len(self.shape) == 3

    @property
    def channel_values(self) -> Sequence[np.ndarray | None]:
        """The noise of each matrix, or None for each."""
        return self.values or [None] * len(self.matrices)

    def npy(self) -> bytes:
        """Return the .npy file `bluenoise generate` writes: ranks, channel thresholds or noise."""
        array = self.matrices[0].ranks
        if self.values is not None:
            array = np.stack(self.values, axis=-1).astype(np.float32)
            array = array[..., 0] if len(self.values) == 1 else array
        elif len(self.matrices) > 1:
            array = channel_thresholds(self.matrices)
        stream = io.BytesIO()
        little_endian = array.astype(array.dtype.newbyteorder("<"), order="C")
        np.save(stream, little_endian, allow_pickle=False)
        return stream.getvalue()


def matrix_set_of(content: MatrixLike) -> MatrixSet:
    """Return the matrices or the noise that an object holds.

    Args:
        content: a matrix, or its name or file; one matrix per channel; or an array: integers, whose
            order gives the ranks (`dither.matrix.arrays`), or floats (H, W), (T, H, W) or (H, W, C)
            with C from 2 to 4. Floats that equal the thresholds (rank + 1/2) / N of their order are a
            matrix; all others are noise.

    Raises:
        InputError: `content` is none of these.

    Example:
        >>> matrix_set_of(np.array([[0.1, -0.3]])).matrices[0].ranks.tolist()
        [[1, 0]]
    """
    if isinstance(content, ThresholdMatrix):
        return MatrixSet((content,))
    if isinstance(content, str | os.PathLike):
        return load_matrix_set(os.fspath(content))
    if isinstance(content, list | tuple):
        return MatrixSet(as_matrices(content))
    content = as_array(content, "matrix")
    if content.dtype.kind != "f":
        return MatrixSet(matrices_of(content))
    if content.ndim == 3 and content.shape[2] == 1:
        content = content[..., 0]
    has_channels = content.ndim == 3 and 2 <= content.shape[2] <= 4
    planes = tuple(np.moveaxis(content, 2, 0) if has_channels else content[None])
    for plane in planes:
        check_order(plane)
    matrices = tuple(ThresholdMatrix.from_values(plane) for plane in planes)
    thresholds = [matrix.thresholds for matrix in matrices]
    is_matrix = np.allclose(thresholds, planes, rtol=0, atol=1e-6)
    return MatrixSet(matrices, None if is_matrix else planes)


def load_matrix_set(name: str) -> MatrixSet:
    """Load a .npy file, or a shipped matrix by its name.

    Raises:
        InputError: the name is unknown, or the file cannot be read or holds neither matrix nor noise.
    """
    if Path(name).suffix != ".npy":
        return MatrixSet(load_channels(name, also=shipped_textures()))
    content = read_npy(name)
    try:
        return matrix_set_of(content)
    except InputError as error:
        raise InputError(f"{name}: {error}") from None


def shipped_entry(sha256: str) -> tuple[str, dict[str, Any]] | None:
    """Return name and entry of the shipped matrix or noise texture whose .npy has this hash, if any."""
    entries = [*shipped_matrices().items(), *shipped_textures().items()]
    return next((each for each in entries if each[1]["sha256"] == sha256), None)
