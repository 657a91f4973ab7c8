"""Bare numbers, little-endian, row after row from the top; and the matrix itself as .npy."""

import io

import numpy as np

from bluenoise.export.texels import Source, Texels
from dither.matrix.threshold_matrix import channel_thresholds


def raw(texels: Texels) -> bytes:
    """The numbers alone: frames, rows, columns and channels in C order, little-endian.

    Example:
        >>> from bluenoise.export.texels import source, texels
        >>> raw(texels(source(np.array([[0, 1]])), "r16")).hex()
        'ff3fffbf'
    """
    return texels.values.astype(texels.values.dtype.newbyteorder("<")).tobytes()


def npy(source: Source) -> bytes:
    """What `bluenoise generate` writes: ranks, thresholds (H, W, C) of channels, or noise."""
    if source.noise is not None:
        array = source.noise if source.shape[3] > 1 else source.noise[..., 0]
        array = array if source.has_frames else array[0]
    elif source.shape[3] > 1:
        array = channel_thresholds(source.matrices)
    else:
        (matrix,) = source.matrices
        array = matrix.ranks
    stream = io.BytesIO()
    np.save(stream, array.astype(array.dtype.newbyteorder("<")), allow_pickle=False)
    return stream.getvalue()
