"""Measures of a threshold matrix's dot patterns: energies and spectra of all grey levels.

Dithering shows the dot patterns, so their level energies matter most; a matrix with a perfect spectrum
of its own can have poor patterns. The patterns of frames are measured against the grey itself, so that
a frame that is too bright as a whole counts too.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from dither.metrics.spectrum import frequencies, frequency_axes, mirror_count
from dither.metrics.temporal import TemporalFilter, as_temporal_filter
from dither.metrics.viewing import ViewingFilter, as_filter

# Bytes of one batch of patterns; a few megabytes fit into the cache of a core.
_BATCH_BYTES = 1 << 22


def level_sample(cells: int, most: int = 4096) -> np.ndarray:
    """Return the levels to measure: all of 1..N-1, or `most` of them, evenly spaced, if N is large.

    Example:
        >>> level_sample(5).tolist(), level_sample(1000, most=3).tolist()
        ([1, 2, 3, 4], [1, 500, 999])
    """
    if cells - 1 <= most:
        return np.arange(1, cells)
    return np.rint(np.linspace(1, cells - 1, most)).astype(np.int64)


def level_energies(
    ranks: np.ndarray,
    filters: Sequence[ViewingFilter | str],
    levels: np.ndarray | None = None,
) -> np.ndarray:
    """Return the visible error of each level's dot pattern; lower is better.

    E_k = mean over pixels of ((h * b_k) - k/N)^2, with b_k = (ranks < k) on the torus and h the
    filter's impulse response; computed in the frequency domain (Parseval).

    Args:
        ranks: (H, W) integers, each of 0..N-1 once; or (T, H, W) for the mean over frames.
        filters: F viewing filters, or their texts as in `parse_filter`.
        levels: (L,) levels k from 1 to N-1; all if not given.

    Returns:
        (L, F) float64; published tables show them times 1e6.

    Example:
        >>> from dither.metrics.viewing import Gaussian
        >>> level_energies(np.array([[0, 2], [3, 1]]), [Gaussian(0.0)]).ravel().tolist()
        [0.1875, 0.25, 0.1875]
    """
    levels = level_sample(ranks.size, ranks.size) if levels is None else levels
    weight = _weights(ranks.shape[-2:], [as_filter(each, "filters") for each in filters])
    batches = pattern_powers(ranks, levels)
    return np.concatenate([power.mean(axis=1) @ weight.T for power in batches])


def combined_energies(
    ranks: np.ndarray,
    shares: Sequence[float],
    filters: Sequence[ViewingFilter | str],
    levels: np.ndarray,
) -> np.ndarray:
    """Return the visible error of the weighted sum of the channels' dot patterns, all at one grey.

    Args:
        ranks: (C, H, W) integers, each of 0..N-1 once per channel.
        shares: C weights, such as those of luminance.
        filters: F viewing filters, or their texts.
        levels: (L,) levels k from 1 to N-1.

    Returns:
        (L, F) float64; lower is better.
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
    shape: tuple[int, ...], filters: Sequence[ViewingFilter | str], levels: np.ndarray
) -> np.ndarray:
    """Return the expected `level_energies` of white noise, (L, F) float64.

    E_k = g (1 - g) sum of h^2 with g = k / N. The sum of h^2 is the mean over f of H^2, corrected for a
    permutation, whose mean error is 0.
    """
    cells = int(np.prod(shape))
    area = shape[-2] * shape[-1]
    axes = frequency_axes((shape[-2], shape[-1]))
    gain = (
        np.array([np.sum(as_filter(viewing).transfer(*axes) ** 2) for viewing in filters])
        - area / cells
    )
    grey = levels / cells
    return (grey * (1 - grey))[:, None] * gain / area * (cells / (cells - 1))


def temporal_energies(
    ranks: np.ndarray, filters: Sequence[TemporalFilter | str], levels: np.ndarray
) -> np.ndarray:
    """Return the error of each pixel after averaging its frames; lower is better.

    E_k = mean over pixels and frames of ((h * b_k) - k/N)^2, with h the filter's impulse response over
    the cycle of frames.

    Args:
        ranks: (T, H, W) integers, each of 0..N-1 once.
        filters: F temporal filters, or their texts.
        levels: (L,) levels k from 1 to N-1.

    Returns:
        (L, F) float64.
    """
    frequency = np.fft.rfftfreq(len(ranks))
    gains = np.stack([as_temporal_filter(time).transfer(frequency) ** 2 for time in filters])
    weight = gains * mirror_count(len(ranks)) / len(ranks) ** 2
    return np.array([weight @ power for power in _temporal_powers(ranks, levels)])


def white_noise_temporal_energies(
    shape: tuple[int, ...], filters: Sequence[TemporalFilter | str], levels: np.ndarray
) -> np.ndarray:
    """Return the expected `temporal_energies` of white noise, (L, F) float64."""
    cells = int(np.prod(shape))
    frequency = np.fft.fftfreq(shape[0])
    gain = (
        np.array([np.sum(as_temporal_filter(time).transfer(frequency) ** 2) for time in filters])
        - shape[0] / cells
    )
    grey = levels / cells
    return (grey * (1 - grey))[:, None] * gain / shape[0] * (cells / (cells - 1))


def temporal_spectrum(ranks: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Return the mean power of the pixels' sequences at each temporal frequency; 1 for white noise.

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
    """Return the mean power of the dot patterns in radial bands; 1 for white noise.

    Args:
        ranks: (H, W) or (T, H, W) integers, each of 0..N-1 once.
        edges: B + 1 band edges in cycles per pixel, ascending; a band includes its lower edge except 0.
        levels: (L,) levels k from 1 to N-1.

    Returns:
        (B,) float64; NaN for bands without a frequency of the torus.
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
    """Return how much the patterns' spectra depend on direction, in dB; best near 0.

    10 log10 of the variance of the power on each ring of |f| over its squared mean, averaged over rings
    and levels. White noise, whose power is exponentially distributed, has 0 dB; regular grids such as
    Bayer's have high values.
    Source: R. Ulichney, "Digital Halftoning" (1987), section 3.1, here without averaging periodograms.

    Args:
        ranks: (H, W) or (T, H, W) integers, each of 0..N-1 once.
        levels: (L,) levels k from 1 to N-1; all if not given.

    Returns:
        The ratio in dB; NaN if no ring has two frequencies and power.
    """
    levels = level_sample(ranks.size, ranks.size) if levels is None else levels
    height, width = ranks.shape[-2:]
    frequency = frequencies((height, width), half=True)
    ring = _rings(frequency).ravel()
    order = np.argsort(ring, kind="stable")
    mirrored = np.broadcast_to(mirror_count(width), frequency.shape).ravel()[order]
    rings, starts = np.unique(ring[order], return_index=True)
    # A coefficient and its mirror image are one sample. Rings beyond |f| = 1/2 are incomplete.
    samples = np.add.reduceat(mirrored, starts) / 2
    reach = np.maximum.reduceat(frequency.ravel()[order], starts)
    inside = (samples > 1) & (rings > 0) & (reach <= 0.5)
    # n exponential samples have an expected variance / mean^2 of (n - 1) / (n + 1); scaled to 1 = 0 dB.
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
    """Yield the squared half spectra of the patterns' errors, a batch of levels at a time.

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
    """Yield each level's (T // 2 + 1,) squared half spectrum over time, averaged over the pixels."""
    for level in levels:
        power = np.abs(np.fft.rfft((ranks < level) - level / ranks.size, axis=0)) ** 2
        yield power.mean(axis=(1, 2))


def _weights(shape: tuple[int, ...], filters: Sequence[ViewingFilter | str]) -> np.ndarray:
    """Return (F, H (W // 2 + 1)) weights that turn a squared half spectrum into mean blurred errors."""
    height, width = shape
    axes = frequency_axes((height, width), half=True)
    mirrored = mirror_count(width)
    weight = np.stack([as_filter(viewing).transfer(*axes) ** 2 * mirrored for viewing in filters])
    return weight.reshape(len(filters), -1) / (height * width) ** 2


def _rings(frequency: np.ndarray) -> np.ndarray:
    """Return the ring number of each coefficient; a ring is one finest step of |f| wide."""
    finest = frequency[frequency > 0].min() if frequency.size > 1 else 1.0
    return np.rint(frequency / finest).astype(int)
