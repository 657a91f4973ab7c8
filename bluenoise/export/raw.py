"""Bare numbers, little-endian, row after row from the top; and the matrix itself as .npy."""

import io

import numpy as np

from bluenoise.export.texels import Source, Texels
from dither.matrix import channel_thresholds


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
        frames, _, _, channels = source.noise.shape
        array = source.noise if channels > 1 else source.noise[..., 0]
        array = array if source.has_frames else array[0]
        assert source.has_frames or frames == 1
    elif len(source.matrices) > 1:
        array = channel_thresholds(source.matrices)
    else:
        array = source.matrices[0].ranks
    stream = io.BytesIO()
    np.save(stream, array.astype(array.dtype.newbyteorder("<")), allow_pickle=False)
    return stream.getvalue()
