"""Gaussian blur, the model of the eye in the optimizer."""

import functools

import numpy as np

# The autocorrelation of the blur is cut off at this many standard deviations of the blur.
_AUTOCORRELATION_REACH = 4.5


def gaussian_blur(linear: np.ndarray, sigma: float) -> np.ndarray:
    """Blur (H, W, 3) by a Gaussian, mirrored at the borders; return float32."""
    from dither.optimizer import search_loops

    planes = np.array(np.moveaxis(linear, -1, 0), np.float32, order="C")  # a copy, blurred in place
    search_loops.convolve(planes, gaussian_taps(sigma))
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


def mirrored_taps(taps: np.ndarray, length: int) -> np.ndarray:
    """Return what each sample of a line contributes to its neighbours in a mirrored convolution.

    Beyond its ends, the line goes on as its mirror image: c b a | a b c | c b a.

    Args:
        taps: (2R + 1,) float32, symmetric.
        length: number of samples.

    Returns:
        (length, 2R + 1) float32; a sample y contributes `out[y, R + d]` times its value to sample
        y + d, and 0 where there is none.

    Example:
        >>> mirrored_taps(np.array([1, 2, 1], np.float32), 3).tolist()
        [[0.0, 3.0, 1.0], [1.0, 2.0, 1.0], [1.0, 3.0, 0.0]]
    """
    reach = len(taps) // 2
    to = np.arange(length)[:, None]
    source = (to + np.arange(-reach, reach + 1)) % (2 * length)
    source = np.minimum(source, 2 * length - 1 - source)
    out = np.zeros((length, len(taps)), np.float32)
    np.add.at(out, (source, to - source + reach), taps)
    return out
