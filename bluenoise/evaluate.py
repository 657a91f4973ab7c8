"""Quality of threshold matrices, against white noise, Bayer and void-and-cluster of the same size."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from dither.color import LUMINANCE_WEIGHTS
from dither.errors import InputError
from dither.matrix.classical import bayer, white_noise
from dither.matrix.matrix_like import MatrixLike, as_matrix
from dither.matrix.threshold_matrix import ThresholdMatrix
from dither.metrics import temporal
from dither.metrics.patterns import (
    anisotropy,
    band_powers,
    combined_energies,
    level_energies,
    level_sample,
    temporal_energies,
    temporal_spectrum,
    white_noise_energies,
    white_noise_temporal_energies,
)
from dither.metrics.spectrum import frequency_axes, low_frequency_power, mirror_count
from dither.metrics.temporal import TemporalFilter
from dither.metrics.viewing import STANDARD_FILTERS, ViewingFilter, named_filters
from dither.ordered.levels import requantize
from dither.wording import counted

# The filter of the worst level: the blur for which void-and-cluster is made.
_WORST_LEVEL_FILTER = "gaussian:1.5"
# Cells times levels of one evaluation: all levels up to 64x64, about one second.
_PATTERN_CELLS = 1 << 24
# More would take minutes.
_MOST_CELLS = 1 << 22
# Smaller differences are rounding.
_BELOW = 0.9999
# Levels at which the channels are combined.
_COMBINED_LEVELS = 256

# Radial frequencies in cycles per pixel; the last band holds the corners of the plane.
BAND_EDGES = (0.0, 1 / 16, 1 / 8, 1 / 4, 3 / 8, 1 / 2, 0.708)

# A short and a long average over time, a renderer's running mean, and the mean of four frames.
TEMPORAL_FILTERS: dict[str, TemporalFilter] = {
    "gaussian:0.85": temporal.TemporalGaussian(0.85),
    "gaussian:2": temporal.TemporalGaussian(2),
    "exponential:0.1": temporal.TemporalExponential(0.1),
    "box:4": temporal.TemporalBox(4),
}


class Evaluation(NamedTuple):
    """Measurements of one matrix.

    Attributes:
        shape: rows and columns; or frames, rows and columns.
        levels: number of the N - 1 levels that were measured, evenly spread.
        energy: mean level energy by viewing filter, times 1e6.
        against_white_db: 10 log10 of that mean over white noise's, by viewing filter.
        worst_level: the level with the largest energy at gaussian:1.5, as a grey from 0 to 1.
        worst_energy: that energy, times 1e6.
        bands_db: the patterns' mean power against white noise's by band, "from-to" in cycles per pixel;
            None if the torus is too small for such a frequency.
        anisotropy_db: directionality of the patterns; 0 if they look the same in every direction.
        low_frequency_power: of the matrix's own values in 0 < |f| < 0.25 cycles per pixel, 1 for white
            noise; None if the torus is too small for such a frequency.
        over_time_db: error of the pixels averaged over time against white noise's, by temporal filter;
            None without frames.
        temporal_spectrum_db: power of the pixels' sequences at 0, 1/T, ... 1/2 cycles per frame against
            white noise's; None without frames.
    """

    shape: tuple[int, ...]
    levels: int
    energy: dict[str, float]
    against_white_db: dict[str, float]
    worst_level: float
    worst_energy: float
    bands_db: dict[str, float | None]
    anisotropy_db: float | None
    low_frequency_power: float | None
    over_time_db: dict[str, float] | None = None
    temporal_spectrum_db: list[float] | None = None


def check_cells(shape: Sequence[int], name: str) -> None:
    """Check that a matrix of a shape can be evaluated.

    Args:
        shape: of one matrix.
        name: of the matrix, for the message.

    Raises:
        InputError: it has fewer than 2 or more than 2^22 cells.
    """
    cells = math.prod(shape)
    if not 2 <= cells <= _MOST_CELLS:
        raise InputError(
            f"{name} has {counted(cells, 'cell')}; 2 to {_MOST_CELLS} can be evaluated"
        )


def evaluate(
    matrix: MatrixLike,
    *,
    values: np.ndarray | None = None,
    filters: Mapping[str, ViewingFilter] | Iterable[str] | str = STANDARD_FILTERS,
) -> Evaluation:
    """Measure the dot patterns and the spectrum of a matrix.

    Args:
        matrix: the matrix, or its name, file, or array of ranks or values.
        values: array of the same shape whose spectrum is measured; None for the ranks.
        filters: viewing filters by name, or their texts such as ["gaussian:1.5", "box:3"]. The worst
            level is that at gaussian:1.5, or at the first filter if gaussian:1.5 is not among them.

    Raises:
        InputError: the matrix has fewer than 2 or more than 2^22 cells, or a text is no filter.

    Example:
        >>> round(evaluate(bayer(64, 64)).energy["gaussian:1.5"])
        276
    """
    matrix = as_matrix(matrix)
    filters = named_filters(filters)
    check_cells(matrix.shape, "the matrix")
    cells = matrix.ranks.size
    levels = level_sample(cells, max(64, _PATTERN_CELLS // cells))
    energies = level_energies(matrix.ranks, list(filters.values()), levels)
    white = white_noise_energies(matrix.shape, list(filters.values()), levels).mean(axis=0)
    mean = energies.mean(axis=0)
    names = list(filters)
    at_filter = energies[:, names.index(_WORST_LEVEL_FILTER) if _WORST_LEVEL_FILTER in names else 0]
    worst = int(at_filter.argmax())
    # Spectra change little from one level to the next.
    some_levels = levels[:: max(1, len(levels) // 512)]
    bands = band_powers(matrix.ranks, BAND_EDGES, some_levels)
    edges = [f"{edge:.3g}" for edge in BAND_EDGES]
    evaluation = Evaluation(
        shape=matrix.shape,
        levels=len(levels),
        energy={name: float(1e6 * value) for name, value in zip(filters, mean, strict=True)},
        against_white_db={
            name: _decibel(value, reference)
            for name, value, reference in zip(filters, mean, white, strict=True)
        },
        worst_level=float(levels[worst] / cells),
        worst_energy=float(1e6 * at_filter[worst]),
        bands_db={
            f"{low}-{high}": None if math.isnan(power) else _decibel(power, 1)
            for low, high, power in zip(edges[:-1], edges[1:], bands, strict=True)
        },
        anisotropy_db=_or_none(anisotropy(matrix.ranks, levels)),
        low_frequency_power=_or_none(
            low_frequency_power(matrix.ranks if values is None else values)
        ),
    )
    if len(matrix.shape) == 2:
        return evaluation
    averages = list(TEMPORAL_FILTERS.values())
    over_time = temporal_energies(matrix.ranks, averages, some_levels).mean(axis=0)
    white = white_noise_temporal_energies(matrix.shape, averages, some_levels).mean(axis=0)
    return evaluation._replace(
        over_time_db={
            name: _decibel(value, reference)
            for name, value, reference in zip(TEMPORAL_FILTERS, over_time, white, strict=True)
        },
        temporal_spectrum_db=[
            _decibel(power, 1) for power in temporal_spectrum(matrix.ranks, some_levels)
        ],
    )


def baselines(shape: tuple[int, ...], *, seed: int = 0) -> dict[str, ThresholdMatrix]:
    """Return reference matrices of this shape by name.

    They are white noise, Bayer and void-and-cluster; with frames, void-and-cluster of each frame alone
    takes Bayer's place. Bayer's sides are the largest powers of two that fit, which its name shows.

    Args:
        shape: rows and columns; or frames, rows and columns.
        seed: of white noise and void-and-cluster.

    Example:
        >>> list(baselines((10, 20)))
        ['white noise', 'Bayer 8x16', 'void-and-cluster']
    """
    from bluenoise.methods.void_and_cluster import default_sigma, void_and_cluster

    if len(shape) == 3:
        noise = white_noise(shape[0] * shape[1], shape[2], seed=seed).ranks.reshape(shape)
        return {
            "white noise": ThresholdMatrix(noise),
            "each frame alone": _independent_frames(shape, seed),
            "void-and-cluster": void_and_cluster(shape, sigma=default_sigma(shape), seed=seed),
        }
    height, width = (1 << (side.bit_length() - 1) for side in shape)
    name = "Bayer" if (height, width) == tuple(shape) else f"Bayer {height}x{width}"
    return {
        "white noise": white_noise(shape[0], shape[1], seed=seed),
        name: bayer(height, width),
        "void-and-cluster": void_and_cluster(shape, seed=seed),
    }


def _independent_frames(shape: tuple[int, ...], seed: int) -> ThresholdMatrix:
    """Return void-and-cluster of each frame alone, merged into one matrix."""
    from bluenoise.methods.void_and_cluster import void_and_cluster

    planes = [void_and_cluster(shape[1:], seed=seed + (t << 32)).ranks for t in range(shape[0])]
    # Equal ranks of different frames are ordered at random.
    ties = np.random.default_rng(seed).permuted(
        np.broadcast_to(np.arange(shape[0])[:, None], (shape[0], planes[0].size)), axis=0
    )
    ranks = np.stack(planes).reshape(shape[0], -1).astype(np.int64)
    ordered = ranks * shape[0] + np.take_along_axis(ties, ranks, axis=1)
    return ThresholdMatrix(ordered.reshape(shape))


def mean_evaluation(evaluations: Sequence[Evaluation]) -> Evaluation:
    """Return the mean of each measurement over matrices of one shape, such as several seeds.

    Example:
        >>> one = evaluate(bayer(8, 8))
        >>> mean_evaluation([one, one]) == one
        True
    """
    return Evaluation(*(_mean(list(figures)) for figures in zip(*evaluations, strict=True)))


def mean_gain_db(evaluation: Evaluation, reference: Evaluation) -> float:
    """Return the mean over filters of 10 log10 (energy / reference energy); negative is better.

    Example:
        >>> one = evaluate(bayer(8, 8))
        >>> mean_gain_db(one, one)
        0.0
    """
    return float(
        np.mean(
            [_decibel(evaluation.energy[name], reference.energy[name]) for name in reference.energy]
        )
    )


def better_filters(evaluation: Evaluation, reference: Evaluation) -> list[str]:
    """Return the viewing filters at which the energy is at least 0.01 % below that of a reference.

    Example:
        >>> better_filters(evaluate(bayer(8, 8)), evaluate(white_noise(8, 8)))[0]
        'gaussian:1.0'
    """
    return [
        name for name, value in reference.energy.items() if evaluation.energy[name] < _BELOW * value
    ]


def luminance_gain_db(
    channels: Sequence[ThresholdMatrix],
    filters: Mapping[str, ViewingFilter | str] | Iterable[str] = STANDARD_FILTERS,
) -> dict[str, float]:
    """Return the luminance noise of greys against that of one matrix for all channels.

    Args:
        channels: one matrix per channel; three are red, green and blue, others have equal weights.
        filters: viewing filters by name, or a list of their texts.

    Returns:
        10 log10 of the luminance's mean level energy over that of the single channels, by filter;
        negative is better, 0 if all channels have the same matrix.
    """
    filters = named_filters(filters)
    count = len(channels)
    shares = LUMINANCE_WEIGHTS if count == 3 else (1 / count,) * count
    ranks = np.stack([matrix.ranks for matrix in channels])
    levels = level_sample(ranks[0].size, _COMBINED_LEVELS)
    views = list(filters.values())
    together = combined_energies(ranks, shares, views, levels).mean(axis=0)
    own = np.mean([level_energies(plane, views, levels).mean(axis=0) for plane in ranks], axis=0)
    return {
        name: _decibel(both, alone)
        for name, both, alone in zip(filters, together, own, strict=True)
    }


def photo_error(
    photo: np.ndarray,
    matrix: ThresholdMatrix | Sequence[ThresholdMatrix],
    filters: Mapping[str, ViewingFilter | str] | Iterable[str] = STANDARD_FILTERS,
) -> dict[str, float]:
    """Return the blurred error of a photo dithered to black and white, in percent of full white.

    Args:
        photo: (H, W) uint8 grey, or (H, W, 3) red, green and blue, measured in luminance.
        matrix: for all channels, or one for each; the first frame of one with frames.
        filters: viewing filters by name, or a list of their texts.

    Returns:
        Root mean square error by filter.
    """
    error = (requantize(photo, matrix, bits=1).astype(np.float64) - photo) / 255
    height, width = photo.shape[:2]
    filters = named_filters(filters)
    power = np.abs(np.fft.rfft2(error if error.ndim == 2 else error @ LUMINANCE_WEIGHTS)) ** 2
    axes = frequency_axes((height, width), half=True)
    seen = {
        name: np.sum(viewing.transfer(*axes) ** 2 * mirror_count(width) * power)
        for name, viewing in filters.items()
    }
    return {name: float(100 * np.sqrt(value) / (height * width)) for name, value in seen.items()}


def _mean(figures: list[Any]) -> Any:
    """Return the mean of numbers, recursively; None if one of them is None."""
    first = figures[0]
    if isinstance(first, dict):
        return {name: _mean([figure[name] for figure in figures]) for name in first}
    if isinstance(first, list):
        return [_mean(list(column)) for column in zip(*figures, strict=True)]
    if isinstance(first, tuple | int):
        return first  # the shape and the number of levels, which are equal
    return None if None in figures else float(np.mean(figures))


def _decibel(value: float, reference: float) -> float:
    return 10 * math.log10(max(float(value), 1e-300) / max(float(reference), 1e-300))


def _or_none(value: float) -> float | None:
    return value if math.isfinite(value) else None
