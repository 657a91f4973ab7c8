"""Gaussian blur of pictures, mirrored at their borders.

A picture next to its mirror image is periodic, so a blur is a product in the frequency domain: its cost
does not depend on its width.
"""

import numpy as np

from dither.errors import InputError

_MAX_SIGMA = 1000


def gaussian_blurred(planes: np.ndarray, sigma: float, *, reach: float = 4.0) -> np.ndarray:
    """Return the planes blurred along rows and columns by a sampled Gaussian.

    Beyond a border the picture continues as its mirror image, the outermost row or column repeated
    (c b a | a b c), several times if the Gaussian is wider than the picture.

    Args:
        planes: (H, W) or (H, W, C) float, H and W at least 1.
        sigma: standard deviation in pixels, 0 (no blur) to 1000.
        reach: cut-off of the Gaussian in standard deviations, rounded to whole pixels.

    Returns:
        Same shape, float64; the mean is kept.

    Raises:
        InputError: `sigma` is out of range.

    Example:
        >>> gaussian_blurred(np.array([[0.0, 0.0, 1.0]]), 1.0, reach=1).round(3).tolist()
        [[0.0, 0.274, 0.726]]
    """
    if not 0 <= sigma <= _MAX_SIGMA:
        raise InputError(f"sigma is {sigma}; it must be from 0 to {_MAX_SIGMA} pixels")
    radius = int(reach * sigma + 0.5)
    if radius == 0:
        return np.array(planes, np.float64)
    kernel = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    kernel /= kernel.sum()
    blurred = np.empty(planes.shape)
    # One channel at a time stays longer in cache.
    for plane, out in zip(_channels(planes), _channels(blurred), strict=True):
        out[...] = _convolved(_convolved(plane, kernel, 0), kernel, 1)
    return blurred


def _channels(planes: np.ndarray) -> np.ndarray:
    """Return (C, H, W) views of the planes."""
    return planes[None] if planes.ndim == 2 else np.moveaxis(planes, 2, 0)


def _convolved(plane: np.ndarray, kernel: np.ndarray, axis: int) -> np.ndarray:
    """Return an (H, W) plane convolved with a symmetric kernel along one axis."""
    length = plane.shape[axis]
    period = 2 * length
    offsets = np.arange(len(kernel)) - len(kernel) // 2
    # The transfer function of a symmetric kernel is real; a kernel longer than the period wraps.
    transfer = np.fft.rfft(np.bincount(offsets % period, kernel, period)).real
    mirrored = np.concatenate([plane, np.flip(plane, axis)], axis=axis)
    spectrum = np.fft.rfft(mirrored, axis=axis)
    spectrum *= np.expand_dims(transfer, 1 - axis)
    blurred = np.fft.irfft(spectrum, period, axis=axis)
    return blurred[:length] if axis == 0 else blurred[:, :length]
