"""What is wanted of a matrix: the power at each frequency, and the distribution of its values."""

from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np

from dither.metrics.spectrum import frequencies


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
