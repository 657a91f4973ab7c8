"""What is wanted of a matrix: its spectrum, its values, the viewing distance, the levels that count."""

from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np

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
FRAMES = SpaceTimeSum(ALL_DISTANCES, temporal.Gaussian(0.85))


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


def level_staircase(cells: int, levels: int | None) -> np.ndarray:
    """What each rank counts for where only some patterns do: (N,) float32, ascending.

    Two ranks then differ by N / (levels - 1) for each counted threshold between them.

    Args:
        cells: N.
        levels: greys spread evenly from black to white, at least 3; all ranks count if None.

    Example:
        >>> level_staircase(8, None).tolist()
        [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]
        >>> level_staircase(8, 3).tolist()
        [0.0, 0.0, 0.0, 0.0, 4.0, 4.0, 4.0, 4.0]
    """
    ranks = np.arange(cells)
    if levels is None:
        return ranks.astype(np.float32)
    # The pattern of grey i / steps holds the ranks below i N / steps, rounded.
    thresholds = np.rint(np.arange(1, levels - 1) * cells / (levels - 1))
    passed = np.searchsorted(thresholds, ranks, side="right")
    return (passed * (cells / (levels - 1))).astype(np.float32)
