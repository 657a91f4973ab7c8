"""Frequencies of a torus, and the power spectrum of a matrix's own values."""

import numpy as np


def frequency_axes(shape: tuple[int, int], *, half: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Vertical (H, 1) and horizontal (1, W) frequencies, as `fft2` orders them, in cycles per pixel.

    Args:
        shape: rows and columns of the torus.
        half: whether only the W // 2 + 1 columns of `rfft2` are wanted.
    """
    columns = np.fft.rfftfreq(shape[1]) if half else np.fft.fftfreq(shape[1])
    return np.fft.fftfreq(shape[0])[:, None], columns[None, :]


def frequencies(shape: tuple[int, int], *, half: bool = False) -> np.ndarray:
    """|f| in cycles per pixel at each coefficient of `fft2`, or of `rfft2` where `half`.

    Args:
        shape: rows and columns of the torus.
        half: whether only the non-redundant half of the columns is wanted.

    Returns:
        (H, W) or (H, W // 2 + 1) float64, 0 to about 0.71.

    Example:
        >>> frequencies((1, 4)).tolist()
        [[0.0, 0.25, 0.5, 0.25]]
    """
    return np.hypot(*frequency_axes(shape, half=half))


def mirror_count(width: int) -> np.ndarray:
    """How many coefficients of `fft2` each column of `rfft2` stands for: itself and its mirror image.

    Returns:
        (width // 2 + 1,) float64 of 1 and 2.

    Example:
        >>> mirror_count(4).tolist(), mirror_count(5).tolist()
        ([1.0, 2.0, 1.0], [1.0, 2.0, 2.0])
    """
    return np.where(2 * np.arange(width // 2 + 1) % width == 0, 1.0, 2.0)


def power_spectrum(values: np.ndarray) -> np.ndarray:
    """The periodogram of the values, scaled so that white noise has mean 1; the mean is left out.

    Args:
        values: (H, W) numbers: ranks, thresholds or noise values.

    Returns:
        (H, W) float64, frequency 0 at [0, 0], where it is 0.

    Example:
        >>> power_spectrum(np.array([[0, 1], [1, 0]])).round(6).tolist()
        [[0.0, 0.0], [0.0, 4.0]]
    """
    centred = values - np.mean(values, dtype=np.float64)
    variance = np.mean(centred**2)
    if variance == 0:
        return np.zeros(centred.shape)
    return np.abs(np.fft.fft2(centred)) ** 2 / (centred.size * variance)


def radial_mean(power: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mean of a spectrum over rings of |f|, each as wide as the finest step, frequency 0 left out.

    Source: R. Ulichney, "Digital Halftoning" (1987), section 3.1: the radially averaged spectrum.

    Args:
        power: (H, W), frequency 0 at [0, 0], as `power_spectrum` gives it.

    Returns:
        (R,) the mean |f| of each ring in cycles per pixel, ascending, and (R,) the mean power there.

    Example:
        >>> frequency, mean = radial_mean(np.array([[9.0, 4.0, 1.0, 4.0]]))
        >>> frequency.tolist(), mean.tolist()
        ([0.25, 0.5], [4.0, 1.0])
    """
    height, width = power.shape
    frequency = frequencies((height, width)).ravel()
    ring = np.rint(frequency * max(power.shape)).astype(int)
    inside = frequency > 0
    counts = np.bincount(ring[inside])
    sums = (
        np.bincount(ring[inside], frequency[inside]),
        np.bincount(ring[inside], power.ravel()[inside]),
    )
    kept = counts > 0
    return sums[0][kept] / counts[kept], sums[1][kept] / counts[kept]


def low_frequency_power(values: np.ndarray, cutoff: float = 0.25) -> float:
    """Mean power in 0 < |f| < cutoff, as a fraction of white noise's.

    Args:
        values: (H, W) numbers, or (T, H, W): the mean over frames.
        cutoff: cycles per pixel.

    Returns:
        0 for no low frequencies at all, about 1 for white noise; NaN where the torus is so small
        that it has no frequency below the cutoff.
    """
    height, width = values.shape[-2:]
    frequency = frequencies((height, width))
    within = (frequency > 0) & (frequency < cutoff)
    bands = [power_spectrum(plane)[within] for plane in values.reshape(-1, height, width)]
    return float(np.mean(bands)) if within.any() else float("nan")
