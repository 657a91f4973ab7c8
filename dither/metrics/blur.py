"""Gaussian blur of pictures, mirrored at their borders.

A picture and its mirror image side by side are periodic, so that the blur of any width is a product in
frequency, and its cost does not depend on the width.
"""

import numpy as np

from dither.errors import InputError

_LARGEST_SIGMA = 1000


def gaussian_blurred(planes: np.ndarray, sigma: float, *, reach: float = 4.0) -> np.ndarray:
    """The planes blurred by a sampled Gaussian along rows and columns.

    Beyond a border the picture goes on as its mirror image, the outermost row or column repeated
    (c b a | a b c), again and again where the Gaussian is wider than the picture.

    Args:
        planes: (H, W) or (H, W, C) float, H and W at least 1.
        sigma: standard deviation in pixels, 0 (no blur) to 1000.
        reach: where the Gaussian is cut off, in standard deviations, to the nearest pixel.

    Returns:
        Same shape, float64; the mean is kept.

    Raises:
        InputError: `sigma` is out of range.

    Example:
        >>> gaussian_blurred(np.array([[0.0, 0.0, 1.0]]), 1.0, reach=1).round(3).tolist()
        [[0.0, 0.274, 0.726]]
    """
    if not 0 <= sigma <= _LARGEST_SIGMA:
        raise InputError(f"sigma is {sigma}; it must be from 0 to {_LARGEST_SIGMA} pixels")
    offsets = np.arange(-int(reach * sigma + 0.5), int(reach * sigma + 0.5) + 1)
    if len(offsets) == 1:
        return np.array(planes, np.float64)
    kernel = np.exp(-0.5 * (offsets / sigma) ** 2)
    kernel /= kernel.sum()
    blurred = np.empty(planes.shape)
    # One channel after the other stays longer in cache than all together.
    for plane, out in zip(_channels(planes), _channels(blurred), strict=True):
        out[...] = _along(_along(plane, kernel, 0), kernel, 1)
    return blurred


def _channels(planes: np.ndarray) -> np.ndarray:
    """Views (C, H, W) of the planes."""
    return planes[None] if planes.ndim == 2 else np.moveaxis(planes, 2, 0)


def _along(plane: np.ndarray, kernel: np.ndarray, axis: int) -> np.ndarray:
    """(H, W) convolved with a symmetric kernel along one axis."""
    length = plane.shape[axis]
    period = 2 * length
    place = np.arange(len(kernel)) - len(kernel) // 2
    # A symmetric kernel has a real transfer function; where it is longer than the period it wraps.
    transfer = np.fft.rfft(np.bincount(place % period, kernel, period)).real
    mirrored = np.concatenate([plane, np.flip(plane, axis)], axis=axis)
    spectrum = np.fft.rfft(mirrored, axis=axis)
    spectrum *= np.expand_dims(transfer, 1 - axis)
    blurred = np.fft.irfft(spectrum, period, axis=axis)
    return blurred[:length] if axis == 0 else blurred[:, :length]
