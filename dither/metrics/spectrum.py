"""How blue a threshold matrix is: the spectrum of its values and of each thresholded pattern.

The patterns are what dithering shows, so their level energies are the measure that counts; the
spectrum of the matrix itself can be perfect while every pattern is poor.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from dither.metrics.viewing import ViewingFilter

# Bytes of one batch of patterns; a few megabytes stay inside the cache of a core.
_BATCH_BYTES = 1 << 22


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


def low_frequency_power(values: np.ndarray, cutoff: float = 0.25) -> float:
    """Mean power in 0 < |f| < cutoff, as a fraction of white noise's.

    Args:
        values: (H, W) numbers.
        cutoff: cycles per pixel.

    Returns:
        0 for no low frequencies at all, about 1 for white noise; NaN where the torus is so small
        that it has no frequency below the cutoff.
    """
    frequency = frequencies(np.shape(values))
    band = power_spectrum(values)[(frequency > 0) & (frequency < cutoff)]
    return float(band.mean()) if band.size else float("nan")


def _rings(frequency: np.ndarray) -> np.ndarray:
    """The ring of each coefficient; a ring is as wide as the finest step of |f|."""
    finest = frequency[frequency > 0].min() if frequency.size > 1 else 1.0
    return np.rint(frequency / finest).astype(int)


def level_sample(cells: int, most: int = 4096) -> np.ndarray:
    """Which levels to measure: all of 1..N-1, or `most` of them spread evenly where N is large.

    Example:
        >>> level_sample(5).tolist(), level_sample(1000, most=3).tolist()
        ([1, 2, 3, 4], [1, 500, 999])
    """
    if cells - 1 <= most:
        return np.arange(1, cells)
    return np.rint(np.linspace(1, cells - 1, most)).astype(np.int64)


def _pattern_powers(ranks: np.ndarray, levels: np.ndarray) -> Iterator[np.ndarray]:
    """Squared half spectra of the patterns `ranks < level`, a batch of levels at a time."""
    size = max(1, _BATCH_BYTES // (ranks.size * 8))
    for start in range(0, len(levels), size):
        batch = ranks < levels[start : start + size, None, None]
        yield np.abs(np.fft.rfft2(batch.astype(np.float64))) ** 2


def level_energies(
    ranks: np.ndarray, filters: Sequence[ViewingFilter], levels: np.ndarray | None = None
) -> np.ndarray:
    """The visible error of each thresholded pattern.

    E_k is the mean over pixels of ((h * b_k) - k/N)^2, with b_k = (ranks < k) on the torus and h the
    filter's impulse response; computed in frequency by Parseval's equation.

    Args:
        ranks: (H, W) integers, each of 0..N-1 once.
        filters: the viewing filters.
        levels: (L,) levels k from 1 to N-1; all of them if not given.

    Returns:
        (L, number of filters) float64; multiply by 1e6 to read them beside published tables.

    Example:
        >>> from dither.metrics.viewing import Gaussian
        >>> level_energies(np.array([[0, 2], [3, 1]]), [Gaussian(0.0)]).ravel().tolist()
        [0.1875, 0.25, 0.1875]
    """
    levels = level_sample(ranks.size, ranks.size) if levels is None else levels
    axes = frequency_axes((ranks.shape[0], ranks.shape[1]), half=True)
    mirrored = mirror_count(ranks.shape[1])
    weight = np.stack([viewing.transfer(*axes) ** 2 * mirrored for viewing in filters])
    weight[:, 0, 0] = 0
    weight = weight.reshape(len(filters), -1) / ranks.size**2
    batches = _pattern_powers(ranks, levels)
    return np.concatenate([power.reshape(len(power), -1) @ weight.T for power in batches])


def white_noise_energies(
    shape: tuple[int, int], filters: Sequence[ViewingFilter], levels: np.ndarray
) -> np.ndarray:
    """What `level_energies` is on average for white noise: g (1 - g) times the sum of h^2.

    Returns:
        (L, number of filters) float64, g = level / N; the mean over f != 0 of H^2 stands for the
        sum of h^2, and the N / (N - 1) is that of a permutation, which has no error at f = 0.
    """
    axes = frequency_axes(shape)
    cells = shape[0] * shape[1]
    gain = np.array([np.sum(viewing.transfer(*axes) ** 2) - 1 for viewing in filters])
    grey = levels / cells
    return (grey * (1 - grey))[:, None] * gain / (cells - 1)


def anisotropy(ranks: np.ndarray, levels: np.ndarray | None = None) -> float:
    """How far the patterns' spectra are from being the same in every direction, in dB.

    On each ring of |f| the variance of the power over the square of its mean, averaged over rings
    and levels: 0 dB for white noise, whose power is exponentially distributed; high for a
    regular grid such as Bayer's.
    Source: R. Ulichney, "Digital Halftoning" (1987), section 3.1, here without averaging periodograms.

    Args:
        ranks: (H, W) integers, each of 0..N-1 once.
        levels: (L,) levels k from 1 to N-1; all of them if not given.

    Returns:
        10 log10 of that mean; NaN where no ring has two frequencies and power.
    """
    levels = level_sample(ranks.size, ranks.size) if levels is None else levels
    frequency = frequencies((ranks.shape[0], ranks.shape[1]), half=True)
    ring = _rings(frequency).ravel()
    order = np.argsort(ring, kind="stable")
    mirrored = np.broadcast_to(mirror_count(ranks.shape[1]), frequency.shape).ravel()[order]
    kinds, starts = np.unique(ring[order], return_index=True)
    # A coefficient and its mirror image are one sample; beyond 1/2 the rings are cut to arcs.
    samples = np.add.reduceat(mirrored, starts) / 2
    reach = np.maximum.reduceat(frequency.ravel()[order], starts)
    inside = (samples > 1) & (kinds > 0) & (reach <= 0.5)
    # Exponential samples have an expected variance / mean^2 of (n - 1) / (n + 1): scaled to 1 = 0 dB.
    scale = (samples + 1) / np.maximum(samples - 1, 1)
    total, number = 0.0, 0
    for power in _pattern_powers(ranks, levels):
        ordered = power.reshape(len(power), -1)[:, order]
        mean = np.add.reduceat(ordered * mirrored, starts, axis=1) / (2 * samples)
        square = np.add.reduceat(ordered**2 * mirrored, starts, axis=1) / (2 * samples)
        usable = inside & (mean > 1e-9)
        ratio = (square / np.where(usable, mean, 1) ** 2 - 1) * scale
        total += float(ratio[usable].sum())
        number += int(usable.sum())
    return float(10 * np.log10(total / number)) if number and total > 0 else float("nan")
