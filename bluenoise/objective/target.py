"""What is wanted of a matrix: its spectrum, its values, the viewing distance, the levels that count."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np

from dither.errors import InputError
from dither.metrics import temporal
from dither.metrics.spectrum import frequencies
from dither.metrics.temporal import SpaceTimeSum
from dither.metrics.viewing import Gaussian as GaussianBlur
from dither.metrics.viewing import Mixture

# Close, middle and far: no viewing distance is bought at the expense of another.
ALL_DISTANCES = Mixture(
    ((1.0, GaussianBlur(1.5)), (1.0, GaussianBlur(2.0)), (1.3, GaussianBlur(3.0)))
)

# Each frame looked at from those distances, and each pixel averaged over about three frames.
FRAMES = SpaceTimeSum(ALL_DISTANCES, temporal.TemporalGaussian(0.85))


@dataclass(frozen=True)
class SpectrumTarget:
    """No power below the cutoff, and the same at every frequency above it.

    Attributes:
        cutoff: cycles per pixel; 0.3 leaves 28 % of the plane's frequencies empty.

    Example:
        >>> SpectrumTarget(cutoff=0.3).power((1, 4)).tolist()
        [[0.0, 0.0, 4.0, 0.0]]
    """

    cutoff: float = 0.3

    def power(self, shape: tuple[int, int]) -> np.ndarray:
        """The wanted periodogram, scaled so that white noise would have 1 everywhere.

        Args:
            shape: rows and columns of the torus.

        Returns:
            (H, W) float64 with the sum H W: what is missing below the cutoff is added above.
        """
        above = frequencies(shape) >= self.cutoff
        return above * (above.size / max(1, np.count_nonzero(above)))


class Distribution(Protocol):
    """A distribution is known by its quantiles."""

    name: ClassVar[str]

    def quantiles(self, count: int) -> np.ndarray:
        """(count,) float64, ascending: the values at the probabilities (i + 1/2) / count."""
        ...


def _probabilities(count: int) -> np.ndarray:
    return (np.arange(count) + 0.5) / count


@dataclass(frozen=True)
class Uniform:
    """Evenly spread over 0..1: thresholds.

    Example:
        >>> Uniform().quantiles(2).tolist()
        [0.25, 0.75]
    """

    name: ClassVar[str] = "uniform"

    def quantiles(self, count: int) -> np.ndarray:
        """(count,) float64 in 0..1."""
        return _probabilities(count)


@dataclass(frozen=True)
class Triangular:
    """The sum of two uniforms, over -1..1 steps of the quantizer: dither noise to add.

    Source: S. P. Lipshitz, R. A. Wannamaker, J. Vanderkooy, "Quantization and dither: a theoretical
    survey" (1992): of this width, it makes the error's mean and power independent of the signal.

    Example:
        >>> Triangular().quantiles(2).round(3).tolist()
        [-0.293, 0.293]
    """

    name: ClassVar[str] = "triangular"

    def quantiles(self, count: int) -> np.ndarray:
        """(count,) float64 in -1..1, mean 0, variance about 1/6."""
        lower = np.sqrt(2 * _probabilities(count)[: (count + 1) // 2]) - 1
        return np.concatenate([lower[: count // 2], -lower[::-1]])


@dataclass(frozen=True)
class Gaussian:
    """Normal with a standard deviation of half a step of the quantizer: dither noise to add.

    Source: Lipshitz, Wannamaker, Vanderkooy (1992), who find this width to be the best Gaussian.

    Example:
        >>> Gaussian().quantiles(2).round(3).tolist()
        [-0.337, 0.337]
    """

    name: ClassVar[str] = "gaussian"

    def quantiles(self, count: int) -> np.ndarray:
        """(count,) float64, mean 0, standard deviation about 1/2."""
        from statistics import NormalDist

        inverse = NormalDist(sigma=0.5).inv_cdf
        return np.array([inverse(probability) for probability in _probabilities(count)])


DISTRIBUTIONS: dict[str, Distribution] = {
    kind.name: kind for kind in (Uniform(), Triangular(), Gaussian())
}


def level_cdf(
    cells: int, levels: int | None = None, weights: Sequence[float] | None = None
) -> np.ndarray:
    """What each rank counts for where patterns count differently: (N,) float32, ascending.

    The error of all thresholds is that of pairs of cells by the difference of their ranks. Weights of
    the thresholds, and leaving most of them out, only stretch that difference: two cells differ by the
    sum of the weights of the thresholds between their ranks.

    Args:
        cells: N.
        levels: greys spread evenly from black to white, at least 3; all ranks count if None.
        weights: of the greys, spread evenly from black to white with straight lines between, 0 or
            above; only their ratios matter. All greys count alike if None.

    Example:
        >>> level_cdf(8).tolist()
        [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]
        >>> level_cdf(8, levels=3).tolist()
        [0.0, 0.0, 0.0, 0.0, 4.0, 4.0, 4.0, 4.0]
        >>> level_cdf(4, weights=(0, 1)).tolist()
        [0.0, 0.5, 1.5, 3.0]
    """
    counted, shares = counted_levels(cells, levels, weights)
    steps = np.zeros(cells)
    # The pattern of level k holds the ranks below k: it parts rank k - 1 from rank k.
    steps[counted] = shares * (cells / (levels - 1) if levels else 1.0)
    return np.cumsum(steps).astype(np.float32)


def counted_levels(
    cells: int, levels: int | None = None, weights: Sequence[float] | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The levels k from 1 to N - 1 that count, and the weight of each, of mean 1.

    Args:
        cells: N.
        levels: as in `level_cdf`.
        weights: as in `level_cdf`.

    Raises:
        InputError: the weights are not numbers from 0 up, or all greys that count have none.

    Example:
        >>> counted_levels(8, levels=3)
        (array([4]), array([1.]))
    """
    steps = cells if levels is None else levels - 1
    counted = np.unique(np.rint(np.arange(1, steps) * cells / steps).astype(np.int64))
    # More levels than cells: those nearest to black and white are black and white.
    counted = counted[(counted > 0) & (counted < cells)]
    if weights is None:
        return counted, np.ones(len(counted))
    given = np.array(weights, np.float64)
    if given.size == 0 or not (np.isfinite(given) & (given >= 0)).all():
        raise InputError(f"the level weights are {list(weights)}; each must be a number from 0 up")
    given /= max(given.max(), 1e-300)
    shares = np.interp(counted / cells, np.linspace(0, 1, given.size), given)
    if not shares.sum() > 0:
        raise InputError(f"the level weights {list(weights)} leave no grey that counts")
    return counted, shares / shares.mean()
