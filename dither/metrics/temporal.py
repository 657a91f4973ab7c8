"""How frames blur into each other in the eye, on a panel, or in a renderer's history of samples.

A temporal filter gives |H(f)| with H(0) = 1, f in cycles per frame. Together with a viewing filter it
makes the measure of a matrix with frames, as a sum of the error of each frame and that of each pixel
over time, or as the error of the frames blurred in space and time at once.
"""

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from dither.errors import InputError
from dither.metrics.viewing import ViewingFilter


class TemporalFilter(Protocol):
    """Anything with a transfer function of the temporal frequency."""

    def transfer(self, frequency: np.ndarray) -> np.ndarray:
        """|H(f)| at frequencies in cycles per frame, -1/2 to 1/2."""
        ...


@dataclass(frozen=True)
class TemporalGaussian:
    """A Gaussian of standard deviation `sigma` frames: H(f) = exp(-2 pi^2 sigma^2 f^2).

    Example:
        >>> float(TemporalGaussian(1.0).transfer(np.array(0.0)))
        1.0
    """

    sigma: float

    def transfer(self, frequency: np.ndarray) -> np.ndarray:
        """|H(f)| at frequencies in cycles per frame."""
        return np.exp(-2 * (math.pi * self.sigma * np.asarray(frequency)) ** 2)


@dataclass(frozen=True)
class TemporalExponential:
    """A running mean that takes the share `rate` of each new frame, as temporal antialiasing does.

    H(f) = rate / (1 - (1 - rate) e^(-2 pi i f)).

    Example:
        >>> float(TemporalExponential(0.5).transfer(np.array(0.5)).round(6))
        0.333333
    """

    rate: float

    def transfer(self, frequency: np.ndarray) -> np.ndarray:
        """|H(f)| at frequencies in cycles per frame."""
        turn = np.exp(-2j * math.pi * np.asarray(frequency))
        return self.rate / np.abs(1 - (1 - self.rate) * turn)


@dataclass(frozen=True)
class TemporalBox:
    """The mean of `frames` successive frames: H(f) = sin(pi n f) / (n sin(pi f)).

    Example:
        >>> float(TemporalBox(2).transfer(np.array(0.5)).round(6))
        0.0
    """

    frames: int

    def transfer(self, frequency: np.ndarray) -> np.ndarray:
        """|H(f)| at frequencies in cycles per frame."""
        waves = np.exp(-2j * math.pi * np.asarray(frequency)[..., None] * np.arange(self.frames))
        return np.abs(waves.mean(axis=-1))


@dataclass(frozen=True)
class SpaceTimeSum:
    """Each frame looked at alone, and each pixel over time: the two errors are added.

    Each error counts relative to white noise's. Of use where a frame may also be seen by itself.
    Source: A. Wolfe, N. Morrical, T. Akenine-Möller, R. Ramamoorthi, "Spatiotemporal blue noise masks"
    (2022), whose energy joins pixels of one frame, and frames of one pixel, but no others.

    Attributes:
        space: how a frame is seen.
        time: how a pixel is averaged over frames.
        weight: of the error over time, above 0.
    """

    space: ViewingFilter
    time: TemporalFilter
    weight: float = 1.0

    def joined(self, plane: np.ndarray, line: np.ndarray) -> np.ndarray:
        """(T, H, W): the plane in the middle frame, the weighted line through its middle pixel.

        Args:
            plane: (H, W) with odd sides: what joins two pixels of a frame, 1 in the middle.
            line: (T,) with odd length: what joins two frames of a pixel, 1 in the middle.
        """
        joined = np.zeros((line.size, *plane.shape))
        joined[:, plane.shape[0] // 2, plane.shape[1] // 2] = self.weight * line
        joined[line.size // 2] += plane
        return joined


@dataclass(frozen=True)
class SpaceTimeProduct:
    """Frames blurred in space and time at once, as an eye or a filter that does both sees them.

    Source: W. Donnelly, A. Wolfe, J. Bütepage, J. Valdés, "Filter-adapted spatiotemporal sampling for
    real-time rendering" (2024).

    Attributes:
        space: how a frame is seen.
        time: how a pixel is averaged over frames.
    """

    space: ViewingFilter
    time: TemporalFilter

    def joined(self, plane: np.ndarray, line: np.ndarray) -> np.ndarray:
        """(T, H, W): the outer product of the line and the plane, as in `SpaceTimeSum`."""
        return line[:, None, None] * plane


SpaceTime = SpaceTimeSum | SpaceTimeProduct


def parse_temporal_filter(text: str) -> TemporalFilter:
    """The filter that a person writes: "gaussian:0.85", "exponential:0.1" or "box:4".

    Raises:
        InputError: the text is none of these, or its number is out of range.

    Example:
        >>> parse_temporal_filter("exponential:0.1")
        TemporalExponential(rate=0.1)
    """
    kind, _, argument = text.partition(":")
    try:
        number = float(argument)
    except ValueError:
        number = math.nan
    if kind == "gaussian" and 0.3 <= number <= 8:
        return TemporalGaussian(number)
    if kind == "exponential" and 0.02 <= number <= 0.95:
        return TemporalExponential(number)
    if kind == "box" and 2 <= number <= 64 and number.is_integer():
        return TemporalBox(int(number))
    raise InputError(
        f"{text!r} is no temporal filter; write gaussian:0.85 (0.3 to 8 frames), exponential:0.1 (the "
        "share of the new frame, 0.02 to 0.95) or box:4 (2 to 64 frames)"
    )
