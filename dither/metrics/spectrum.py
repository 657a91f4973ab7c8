"""Power spectrum of a matrix's own values, and the frequencies of a torus."""

import numpy as np


def frequency_axes(shape: tuple[int, int], *, half: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Return (H, 1) vertical and (1, W) horizontal frequencies in cycles per pixel, in `fft2` order.

    Args:
        shape: rows and columns of the torus.
        half: return only the W // 2 + 1 columns of `rfft2`.
    """
    columns = np.fft.rfftfreq(shape[1]) if half else np.fft.fftfreq(shape[1])
    return np.fft.fftfreq(shape[0])[:, None], columns[None, :]


def frequencies(shape: tuple[int, int], *, half: bool = False) -> np.ndarray:
    """Return |f| in cycles per pixel at each coefficient of `fft2`, or of `rfft2` if `half`.

    Args:
        shape: rows and columns of the torus.
        half: return only the non-redundant columns.

    Returns:
        (H, W) or (H, W // 2 + 1) float64, 0 to about 0.71.

    Example:
        >>> frequencies((1, 4)).tolist()
        [[0.0, 0.25, 0.5, 0.25]]
    """
    return np.hypot(*frequency_axes(shape, half=half))


def mirror_count(width: int) -> np.ndarray:
    """Return how many columns of `fft2` each column of `rfft2` represents: 2 if it has a mirror image.

    Returns:
        (width // 2 + 1,) float64 of 1 and 2.

    Example:
        >>> mirror_count(4).tolist(), mirror_count(5).tolist()
        ([1.0, 2.0, 1.0], [1.0, 2.0, 2.0])
    """
    return np.where(2 * np.arange(width // 2 + 1) % width == 0, 1.0, 2.0)


def power_spectrum(values: np.ndarray) -> np.ndarray:
    """Return the periodogram, scaled so that white noise has mean 1; the values' mean is subtracted.

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
    """Return the mean of a spectrum over rings of |f|, one finest step wide, without frequency 0.

    Source: R. Ulichney, "Digital Halftoning" (1987), section 3.1: the radially averaged spectrum.

    Args:
        power: (H, W), frequency 0 at [0, 0], as `power_spectrum` returns it.

    Returns:
        (R,) mean |f| of each ring in cycles per pixel, ascending, and (R,) mean power.

    Example:
        >>> frequency, mean = radial_mean(np.array([[9.0, 4.0, 1.0, 4.0]]))
        >>> frequency.tolist(), mean.tolist()
        ([0.25, 0.5], [4.0, 1.0])
    """
    height, width = power.shape
    frequency = frequencies((height, width)).ravel()
    ring = np.rint(frequency * max(power.shape)).astype(int)
    counts = np.bincount(ring)
    sums = np.bincount(ring, frequency), np.bincount(ring, power.ravel())
    # Ring 0 holds frequency 0 alone.
    kept = np.flatnonzero(counts[1:]) + 1
    return sums[0][kept] / counts[kept], sums[1][kept] / counts[kept]


def low_frequency_power(values: np.ndarray, cutoff: float = 0.25) -> float:
    """Return the mean power in 0 < |f| < cutoff relative to white noise; lower is better.

    Args:
        values: (H, W) numbers, or (T, H, W) for the mean over frames.
        cutoff: upper frequency in cycles per pixel.

    Returns:
        0 without low frequencies, about 1 for white noise; NaN if the torus is so small that it has no
        frequency below the cutoff.
    """
    height, width = values.shape[-2:]
    frequency = frequencies((height, width))
    low = (frequency > 0) & (frequency < cutoff)
    bands = [power_spectrum(plane)[low] for plane in values.reshape(-1, height, width)]
    return float(np.mean(bands)) if low.any() else float("nan")
