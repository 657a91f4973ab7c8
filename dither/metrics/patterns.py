"""How blue a threshold matrix is: the spectra of the patterns that it thresholds greys into.

The patterns are what dithering shows, so their level energies are the measure that counts; the
spectrum of the matrix itself can be perfect while every pattern is poor. Of a matrix with frames each
frame's pattern is measured against the grey itself, so that a frame as a whole too bright counts too.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from dither.metrics.spectrum import frequencies, frequency_axes, mirror_count
from dither.metrics.temporal import TemporalFilter
from dither.metrics.viewing import ViewingFilter

# Bytes of one batch of patterns; a few megabytes stay inside the cache of a core.
_BATCH_BYTES = 1 << 22


def level_sample(cells: int, most: int = 4096) -> np.ndarray:
    """Which levels to measure: all of 1..N-1, or `most` of them spread evenly where N is large.

    Example:
        >>> level_sample(5).tolist(), level_sample(1000, most=3).tolist()
        ([1, 2, 3, 4], [1, 500, 999])
    """
    if cells - 1 <= most:
        return np.arange(1, cells)
    return np.rint(np.linspace(1, cells - 1, most)).astype(np.int64)


def level_energies(
    ranks: np.ndarray, filters: Sequence[ViewingFilter], levels: np.ndarray | None = None
) -> np.ndarray:
    """The visible error of each thresholded pattern.

    E_k is the mean over pixels of ((h * b_k) - k/N)^2, with b_k = (ranks < k) on the torus and h the
    filter's impulse response; computed in frequency by Parseval's equation.

    Args:
        ranks: (H, W) integers, each of 0..N-1 once; or (T, H, W): the mean over frames.
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
    weight = _weights(ranks.shape[-2:], filters)
    batches = pattern_powers(ranks, levels)
    return np.concatenate([power.mean(axis=1) @ weight.T for power in batches])


def combined_energies(
    ranks: np.ndarray,
    shares: Sequence[float],
    filters: Sequence[ViewingFilter],
    levels: np.ndarray,
) -> np.ndarray:
    """The visible error of the weighted sum of several channels' patterns, all at the same grey.

    Args:
        ranks: (C, H, W) integers, in each channel each of 0..N-1 once.
        shares: C weights, such as those of luminance.
        filters: the viewing filters.
        levels: (L,) levels k from 1 to N-1.

    Returns:
        (L, number of filters) float64.
    """
    weight = _weights(ranks.shape[-2:], filters)
    axis = np.asarray(shares, np.float64)[:, None, None]
    rows = []
    for level in levels:
        error = ((ranks < level) - level / ranks[0].size) * axis
        power = np.abs(np.fft.rfft2(error.sum(axis=0))) ** 2
        rows.append(weight @ power.ravel())
    return np.array(rows)


def white_noise_energies(
    shape: tuple[int, ...], filters: Sequence[ViewingFilter], levels: np.ndarray
) -> np.ndarray:
    """What `level_energies` is on average for white noise: g (1 - g) times the sum of h^2.

    Returns:
        (L, number of filters) float64, g = level / N; the mean over f of H^2 stands for the sum of
        h^2, and the corrections are those of a permutation, which has no error as a whole.
    """
    cells = int(np.prod(shape))
    area = shape[-2] * shape[-1]
    axes = frequency_axes((shape[-2], shape[-1]))
    gain = np.array([np.sum(viewing.transfer(*axes) ** 2) for viewing in filters]) - area / cells
    grey = levels / cells
    return (grey * (1 - grey))[:, None] * gain / area * (cells / (cells - 1))


def temporal_energies(
    ranks: np.ndarray, filters: Sequence[TemporalFilter], levels: np.ndarray
) -> np.ndarray:
    """The error that each pixel keeps when its frames are averaged.

    E_k is the mean over pixels and frames of ((h * b_k) - k/N)^2, h the filter's impulse response over
    the circle of frames.

    Args:
        ranks: (T, H, W) integers, each of 0..N-1 once.
        filters: the temporal filters.
        levels: (L,) levels k from 1 to N-1.

    Returns:
        (L, number of filters) float64.
    """
    frequency = np.fft.rfftfreq(len(ranks))
    gains = np.stack([time.transfer(frequency) ** 2 for time in filters])
    weight = gains * mirror_count(len(ranks)) / len(ranks) ** 2
    return np.array([weight @ power for power in _temporal_powers(ranks, levels)])


def white_noise_temporal_energies(
    shape: tuple[int, ...], filters: Sequence[TemporalFilter], levels: np.ndarray
) -> np.ndarray:
    """What `temporal_energies` is on average for white noise; (L, number of filters) float64."""
    cells = int(np.prod(shape))
    frequency = np.fft.fftfreq(shape[0])
    gain = np.array([np.sum(time.transfer(frequency) ** 2) for time in filters]) - shape[0] / cells
    grey = levels / cells
    return (grey * (1 - grey))[:, None] * gain / shape[0] * (cells / (cells - 1))


def temporal_spectrum(ranks: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Mean power of the pixels' sequences at each temporal frequency; 1 for white noise.

    Args:
        ranks: (T, H, W) integers, each of 0..N-1 once.
        levels: (L,) levels k from 1 to N-1.

    Returns:
        (T // 2 + 1,) float64, at 0 to 1/2 cycles per frame.
    """
    powers = np.array(list(_temporal_powers(ranks, levels)))
    grey = levels / ranks.size
    return powers.mean(axis=0) / (len(ranks) * np.mean(grey * (1 - grey)))


def band_powers(ranks: np.ndarray, edges: Sequence[float], levels: np.ndarray) -> np.ndarray:
    """Mean power of the patterns between radial frequencies; 1 for white noise.

    Args:
        ranks: (H, W) or (T, H, W) integers, each of 0..N-1 once.
        edges: of the bands, ascending, in cycles per pixel; a band holds its lower edge but 0.
        levels: (L,) levels k from 1 to N-1.

    Returns:
        (number of edges - 1,) float64; NaN where the torus has no frequency in a band.
    """
    height, width = ranks.shape[-2:]
    frequency = frequencies((height, width), half=True).ravel()
    mirrored = np.broadcast_to(mirror_count(width), (height, width // 2 + 1)).ravel()
    total = sum(power.mean(axis=1).sum(axis=0) for power in pattern_powers(ranks, levels))
    grey = levels / ranks.size
    white = height * width * np.sum(grey * (1 - grey))
    band = np.where(frequency > 0, np.digitize(frequency, edges) - 1, -1)
    powers = np.full(len(edges) - 1, np.nan)
    for index in range(len(powers)):
        if (band == index).any():
            powers[index] = np.average(
                (total / white)[band == index], weights=mirrored[band == index]
            )
    return powers


def anisotropy(ranks: np.ndarray, levels: np.ndarray | None = None) -> float:
    """How far the patterns' spectra are from being the same in every direction, in dB.

    On each ring of |f| the variance of the power over the square of its mean, averaged over rings
    and levels: 0 dB for white noise, whose power is exponentially distributed; high for a
    regular grid such as Bayer's.
    Source: R. Ulichney, "Digital Halftoning" (1987), section 3.1, here without averaging periodograms.

    Args:
        ranks: (H, W) or (T, H, W) integers, each of 0..N-1 once.
        levels: (L,) levels k from 1 to N-1; all of them if not given.

    Returns:
        10 log10 of that mean; NaN where no ring has two frequencies and power.
    """
    levels = level_sample(ranks.size, ranks.size) if levels is None else levels
    height, width = ranks.shape[-2:]
    frequency = frequencies((height, width), half=True)
    ring = _rings(frequency).ravel()
    order = np.argsort(ring, kind="stable")
    mirrored = np.broadcast_to(mirror_count(width), frequency.shape).ravel()[order]
    kinds, starts = np.unique(ring[order], return_index=True)
    # A coefficient and its mirror image are one sample; beyond 1/2 the rings are cut to arcs.
    samples = np.add.reduceat(mirrored, starts) / 2
    reach = np.maximum.reduceat(frequency.ravel()[order], starts)
    inside = (samples > 1) & (kinds > 0) & (reach <= 0.5)
    # Exponential samples have an expected variance / mean^2 of (n - 1) / (n + 1): scaled to 1 = 0 dB.
    scale = (samples + 1) / np.maximum(samples - 1, 1)
    total, number = 0.0, 0
    for power in pattern_powers(ranks, levels):
        ordered = power.reshape(-1, power.shape[-1])[:, order]
        mean = np.add.reduceat(ordered * mirrored, starts, axis=1) / (2 * samples)
        square = np.add.reduceat(ordered**2 * mirrored, starts, axis=1) / (2 * samples)
        usable = inside & (mean > 1e-9)
        ratio = (square / np.where(usable, mean, 1) ** 2 - 1) * scale
        total += float(ratio[usable].sum())
        number += int(usable.sum())
    return float(10 * np.log10(total / number)) if number and total > 0 else float("nan")


def pattern_powers(ranks: np.ndarray, levels: np.ndarray) -> Iterator[np.ndarray]:
    """Squared half spectra of the patterns' errors, a batch of levels at a time.

    Yields:
        (levels, T, H (W // 2 + 1)) float64, T = 1 for a matrix without frames.
    """
    planes = ranks.reshape(-1, *ranks.shape[-2:])
    size = max(1, _BATCH_BYTES // (ranks.size * 8))
    for start in range(0, len(levels), size):
        batch = levels[start : start + size, None, None, None]
        power = np.abs(np.fft.rfft2((planes < batch) - batch / ranks.size)) ** 2
        yield power.reshape(*power.shape[:2], -1)


def _temporal_powers(ranks: np.ndarray, levels: np.ndarray) -> Iterator[np.ndarray]:
    """(T // 2 + 1,) the squared half spectrum over time of each level, averaged over the pixels."""
    for level in levels:
        power = np.abs(np.fft.rfft((ranks < level) - level / ranks.size, axis=0)) ** 2
        yield power.mean(axis=(1, 2))


def _weights(shape: tuple[int, ...], filters: Sequence[ViewingFilter]) -> np.ndarray:
    """(number of filters, H (W // 2 + 1)): from a squared half spectrum to the mean blurred error."""
    height, width = shape
    axes = frequency_axes((height, width), half=True)
    mirrored = mirror_count(width)
    weight = np.stack([viewing.transfer(*axes) ** 2 * mirrored for viewing in filters])
    return weight.reshape(len(filters), -1) / (height * width) ** 2


def _rings(frequency: np.ndarray) -> np.ndarray:
    """The ring of each coefficient; a ring is as wide as the finest step of |f|."""
    finest = frequency[frequency > 0].min() if frequency.size > 1 else 1.0
    return np.rint(frequency / finest).astype(int)
