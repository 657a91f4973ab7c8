"""Optimization targets: spectrum, distribution of values, viewing filter, weights of the levels."""

import abc
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from dither.errors import InputError
from dither.metrics import temporal
from dither.metrics.spectrum import frequencies, frequency_axes
from dither.metrics.temporal import SpaceTimeSum
from dither.metrics.viewing import Gaussian as GaussianFilter
from dither.metrics.viewing import Mixture, ViewingFilter, as_filter

# Side of the torus on which filters are measured.
_CANVAS = 256

# Close, middle and far: no viewing distance gains at the expense of another.
ALL_DISTANCES = Mixture(
    ((1.0, GaussianFilter(1.5)), (1.0, GaussianFilter(2.0)), (1.3, GaussianFilter(3.0)))
)


def as_distribution(held: "Distribution | str") -> "Distribution":
    """Return a distribution of values, or the one of this name.

    Raises:
        InputError: it is neither.
    """
    if isinstance(held, Distribution):
        return held
    if held not in DISTRIBUTIONS:
        raise InputError(
            f"distribution is {held!r:.80}; it must be one of {', '.join(DISTRIBUTIONS)}"
        )
    return DISTRIBUTIONS[held]


# Each frame seen from those distances, and each pixel averaged over about three frames.
FRAMES = SpaceTimeSum(ALL_DISTANCES, temporal.TemporalGaussian(0.85))


# Blur of a void-and-cluster start for all distances. Of 1.3 to 1.9, smaller values favour the closest
# view and larger ones the middle distance, each at the expense of the other.
START_SIGMA = 1.45


def start_sigma(viewing: ViewingFilter | str) -> float:
    """Return the blur of the void-and-cluster start that suits a viewing filter, 0.5 to 1.45 pixels.

    It is the sigma of the Gaussian filter that passes as much white noise. Swaps only rearrange cells
    nearby, so a start that is too smooth keeps its error.

    Example:
        >>> from dither.metrics.viewing import Box
        >>> round(start_sigma(Box(3)), 2), start_sigma(ALL_DISTANCES)
        (0.85, 1.45)
    """
    passed = np.mean(as_filter(viewing).transfer(*frequency_axes((_CANVAS, _CANVAS))) ** 2)
    return float(np.clip(1 / np.sqrt(4 * np.pi * passed), 0.5, START_SIGMA))


@dataclass(frozen=True)
class SpectrumTarget:
    """Target spectrum: no power below the cutoff, equal power at every frequency above it.

    Attributes:
        cutoff: cycles per pixel; 0.3 leaves 28 % of the plane's frequencies empty.

    Example:
        >>> SpectrumTarget(cutoff=0.3).power((1, 4)).tolist()
        [[0.0, 0.0, 4.0, 0.0]]
    """

    cutoff: float = 0.3

    def power(self, shape: tuple[int, int]) -> np.ndarray:
        """Return the target periodogram, scaled so that white noise has power 1 everywhere.

        Args:
            shape: rows and columns of the torus.

        Returns:
            (H, W) float64 with the sum H W: the power missing below the cutoff is added above it.
        """
        above = frequencies(shape) >= self.cutoff
        return above * (above.size / max(1, np.count_nonzero(above)))


class Distribution(abc.ABC):
    """Distribution of matrix values, given by its quantiles."""

    name: ClassVar[str]

    @abc.abstractmethod
    def quantiles(self, count: int) -> np.ndarray:
        """Return the values at the probabilities (i + 1/2) / count: (count,) float64, ascending."""

    def __repr__(self) -> str:
        # Checkpoints record this text to recognise their run.
        return f"{self.name.title()}()"


def _probabilities(count: int) -> np.ndarray:
    return (np.arange(count) + 0.5) / count


@dataclass(frozen=True, repr=False)
class UniformDistribution(Distribution):
    """Uniform values in 0..1: thresholds.

    Example:
        >>> UniformDistribution().quantiles(2).tolist()
        [0.25, 0.75]
    """

    name: ClassVar[str] = "uniform"

    def quantiles(self, count: int) -> np.ndarray:
        """Return (count,) float64 in 0..1, ascending."""
        return _probabilities(count)


@dataclass(frozen=True, repr=False)
class TriangularDistribution(Distribution):
    """Triangular values in -1..1 quantizer steps, the sum of two uniforms: noise to add.

    Source: S. P. Lipshitz, R. A. Wannamaker, J. Vanderkooy, "Quantization and dither: a theoretical
    survey" (1992): at this width the error's mean and power do not depend on the signal.

    Example:
        >>> TriangularDistribution().quantiles(2).round(3).tolist()
        [-0.293, 0.293]
    """

    name: ClassVar[str] = "triangular"

    def quantiles(self, count: int) -> np.ndarray:
        """Return (count,) float64 in -1..1, ascending: mean 0, variance about 1/6."""
        lower = np.sqrt(2 * _probabilities(count)[: (count + 1) // 2]) - 1
        return np.concatenate([lower[: count // 2], -lower[::-1]])


@dataclass(frozen=True, repr=False)
class GaussianDistribution(Distribution):
    """Normal values with a standard deviation of half a quantizer step: noise to add.

    Source: Lipshitz, Wannamaker, Vanderkooy (1992), who find this to be the best Gaussian width.

    Example:
        >>> GaussianDistribution().quantiles(2).round(3).tolist()
        [-0.337, 0.337]
    """

    name: ClassVar[str] = "gaussian"

    def quantiles(self, count: int) -> np.ndarray:
        """Return (count,) float64, ascending: mean 0, standard deviation about 1/2."""
        from statistics import NormalDist

        inverse = NormalDist(sigma=0.5).inv_cdf
        return np.array([inverse(probability) for probability in _probabilities(count)])


# Former names.
Uniform, Triangular, Gaussian = UniformDistribution, TriangularDistribution, GaussianDistribution

DISTRIBUTIONS: dict[str, Distribution] = {
    kind.name: kind
    for kind in (UniformDistribution(), TriangularDistribution(), GaussianDistribution())
}


def level_cdf(
    cells: int, levels: int | None = None, weights: Sequence[float] | None = None
) -> np.ndarray:
    """Return the cumulative weight of the levels up to each rank: (N,) float32, ascending.

    The pair energy of `losses.pair_energy` with weighted levels is that of `level_cdf(...)[ranks]`: two
    cells differ by the sum of the weights of the levels between their ranks.

    Args:
        cells: N.
        levels: evenly spread greys including black and white, at least 3; None for all ranks.
        weights: of the greys, evenly spread from black to white with linear interpolation between
            them, 0 or above; only their ratios matter. None weights all greys equally.

    Raises:
        InputError: see `levels_and_weights`.

    Example:
        >>> level_cdf(8).tolist()
        [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]
        >>> level_cdf(8, levels=3).tolist()
        [0.0, 0.0, 0.0, 0.0, 4.0, 4.0, 4.0, 4.0]
        >>> level_cdf(4, weights=(0, 1)).tolist()
        [0.0, 0.5, 1.5, 3.0]
    """
    counted, shares = levels_and_weights(cells, levels, weights)
    steps = np.zeros(cells)
    # The pattern of level k holds the ranks below k: it separates rank k - 1 from rank k.
    steps[counted] = shares * (cells / (levels - 1) if levels else 1.0)
    return np.cumsum(steps).astype(np.float32)


def levels_and_weights(
    cells: int, levels: int | None = None, weights: Sequence[float] | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the levels k in 1..N-1 that count and their weights, whose mean is 1.

    Args:
        cells: N.
        levels: as in `level_cdf`.
        weights: as in `level_cdf`.

    Raises:
        InputError: a weight is negative or not finite, or every level that counts has weight 0.

    Example:
        >>> levels_and_weights(8, levels=3)
        (array([4]), array([1.]))
    """
    steps = cells if levels is None else levels - 1
    counted = np.unique(np.rint(np.arange(1, steps) * cells / steps).astype(np.int64))
    # With more levels than cells, those nearest to black and white coincide with them.
    counted = counted[(counted > 0) & (counted < cells)]
    if weights is None:
        return counted, np.ones(len(counted))
    given = np.array(weights, np.float64)
    if given.size == 0 or not (np.isfinite(given) & (given >= 0)).all():
        raise InputError(f"the level weights are {list(weights)}; each must be a number from 0 up")
    given /= max(given.max(), 1e-300)
    shares = np.interp(counted / cells, np.linspace(0, 1, given.size), given)
    if not shares.sum() > 0:
        raise InputError(
            f"the level weights are {list(weights)}; at least one grey needs a weight above 0"
        )
    return counted, shares / shares.mean()
