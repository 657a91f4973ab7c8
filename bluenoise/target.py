"""What is wanted of a matrix: its spectrum, its values, the viewing distance, the levels that count."""

import functools
from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np

from dither.errors import InputError
from dither.metrics.spectrum import frequencies, frequency_axes
from dither.metrics.viewing import Gaussian as GaussianBlur
from dither.metrics.viewing import Mixture, ViewingFilter

# Close, middle and far: no viewing distance is bought at the expense of another.
ALL_DISTANCES = Mixture(
    ((1.0, GaussianBlur(1.5)), (1.0, GaussianBlur(2.0)), (1.3, GaussianBlur(3.0)))
)

# The torus on which a filter's autocorrelation is computed: wider than any radius used.
_CANVAS = 256
_REACHED = 1e-2


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


@functools.lru_cache(maxsize=32)
def kernel_radius(viewing: ViewingFilter) -> int:
    """How far the filter's pair kernel must reach, in pixels, from 8 to 60.

    Half as far again as its autocorrelation stays above a hundredth, so that the taper lies outside: a
    kernel cut within its filter's range makes matrices worse, not better.

    Example:
        >>> kernel_radius(GaussianBlur(1.5)), kernel_radius(GaussianBlur(3.0))
        (9, 18)
    """
    line = np.fft.ifft2(viewing.transfer(*frequency_axes((_CANVAS, _CANVAS))) ** 2).real[0]
    above = np.flatnonzero(np.abs(line[: _CANVAS // 2]) > _REACHED * line[0])
    return int(np.clip(np.ceil(1.5 * above.max(initial=0)), 8, 60))


@functools.lru_cache(maxsize=32)
def pair_kernel(viewing: ViewingFilter, radius: int, *, power: int = 2) -> np.ndarray:
    """(2R + 1, 2R + 1) float32, read-only: the filter's autocorrelation, tapered to 0, no centre.

    Its magnitudes sum to 1. The taper is a smooth step over the outer third: a kernel cut sharply rings
    in the spectrum.

    Args:
        viewing: the filter.
        radius: R, in pixels, from 1 to 60.
        power: of H(f): 2 for the autocorrelation, 1 for the narrower impulse response.

    Raises:
        InputError: the filter lets every frequency pass alike, so that no arrangement is better.
    """
    spectrum = viewing.transfer(*frequency_axes((_CANVAS, _CANVAS))) ** power
    offsets = np.arange(-radius, radius + 1)
    kernel = np.fft.ifft2(spectrum).real[np.ix_(offsets, offsets)]
    inward = np.clip((radius + 0.5 - np.hypot(offsets[:, None], offsets)) / (radius / 3), 0, 1)
    kernel *= inward**2 * (3 - 2 * inward)
    centre, kernel[radius, radius] = kernel[radius, radius], 0
    total = np.abs(kernel).sum()
    if not total > 1e-9 * abs(centre):
        raise InputError(f"the viewing filter {viewing} passes every frequency alike")
    kernel = (kernel / total).astype(np.float32)
    kernel.flags.writeable = False  # every round of a run shares it
    return kernel


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
