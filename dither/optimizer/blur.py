"""Gaussian blur, the model of the eye in the optimizer."""

import functools

import numpy as np

# The autocorrelation of the blur is cut off at this many standard deviations of the blur.
_AUTOCORRELATION_REACH = 4.5


def gaussian_blur(linear: np.ndarray, sigma: float) -> np.ndarray:
    """Blur (H, W, 3) by a Gaussian, border pixels repeated outwards; return float32."""
    from dither.optimizer import search_loops

    planes = np.array(np.moveaxis(linear, -1, 0), np.float32, order="C")  # a copy, blurred in place
    search_loops.convolve(planes, gaussian_taps(sigma), repeat=True)
    return np.ascontiguousarray(np.moveaxis(planes, 0, -1))


@functools.cache
def gaussian_taps(sigma: float) -> np.ndarray:
    """Return a sampled Gaussian that sums to 1, cut off at three standard deviations."""
    reach = int(3 * sigma + 0.5)
    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    return (taps / taps.sum()).astype(np.float32)


@functools.cache
def autocorrelation_taps(sigma: float) -> np.ndarray:
    """Return the Gaussian convolved with itself, without the smallest taps at its ends."""
    taps = gaussian_taps(sigma).astype(np.float64)
    both = np.convolve(taps, taps)
    middle = len(both) // 2
    reach = min(middle, int(_AUTOCORRELATION_REACH * sigma + 0.5))
    return both[middle - reach : middle + reach + 1].astype(np.float32)
