"""Temporal filters: how the eye, a panel or a renderer's history averages frames.

`transfer` returns |H(f)|, with H(0) = 1, at frequencies in cycles per frame. A viewing filter and a
temporal filter together measure a matrix with frames: by the error of each frame plus that of each
pixel over time (`SpaceTimeSum`), or by the error after a blur in space and time (`SpaceTimeProduct`).
"""

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from dither.errors import InputError
from dither.metrics.viewing import ViewingFilter, as_filter


class TemporalFilter(Protocol):
    """Object with a transfer function of the temporal frequency."""

    def transfer(self, frequency: np.ndarray) -> np.ndarray:
        """Return |H(f)| at frequencies in cycles per frame, -1/2 to 1/2."""
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
        """Return |H(f)| at frequencies in cycles per frame."""
        return np.exp(-2 * (math.pi * self.sigma * np.asarray(frequency)) ** 2)


@dataclass(frozen=True)
class TemporalExponential:
    """Exponential average with weight `rate` for the new frame, as in temporal antialiasing.

    H(f) = rate / (1 - (1 - rate) e^(-2 pi i f)).

    Renderers drop the history of pixels that come into view, and the first frame then counts whole.
    With `restarts`, |H(f)|^2 is the mean over histories of 1, 2, ... that many frames: smaller numbers
    favour the first frames, and the animation is good from any frame at which it starts.

    Attributes:
        rate: weight of the new frame.
        restarts: longest history, in frames; None if it is never dropped.

    Example:
        >>> float(TemporalExponential(0.5).transfer(np.array(0.5)).round(6))
        0.333333
        >>> float((TemporalExponential(0.5, restarts=2).transfer(np.array(0.5)) ** 2).round(6))
        0.5
    """

    rate: float
    restarts: int | None = None

    def transfer(self, frequency: np.ndarray) -> np.ndarray:
        """Return |H(f)| at frequencies in cycles per frame."""
        turn = (1 - self.rate) * np.exp(-2j * math.pi * np.asarray(frequency))
        if self.restarts is None:
            return self.rate / np.abs(1 - turn)
        # The oldest of n frames has the weight of all that would be older: (1 - rate)^(n - 1).
        ages = np.arange(self.restarts)
        powers = turn[..., None] ** ages
        older = self.rate * (np.cumsum(powers, axis=-1) - powers)
        return np.sqrt((np.abs(older + powers) ** 2).mean(axis=-1))


@dataclass(frozen=True)
class TemporalBox:
    """Mean of n = `frames` successive frames: H(f) = sin(pi n f) / (n sin(pi f)).

    Example:
        >>> float(TemporalBox(2).transfer(np.array(0.5)).round(6))
        0.0
    """

    frames: int

    def transfer(self, frequency: np.ndarray) -> np.ndarray:
        """Return |H(f)| at frequencies in cycles per frame."""
        waves = np.exp(-2j * math.pi * np.asarray(frequency)[..., None] * np.arange(self.frames))
        return np.abs(waves.mean(axis=-1))


@dataclass(frozen=True)
class SpaceTimeSum:
    """Sum of the error of each frame alone and the error of each pixel over time.

    Each error is relative to that of white noise. Suitable if single frames are visible too.
    Source: A. Wolfe, N. Morrical, T. Akenine-Möller, R. Ramamoorthi, "Spatiotemporal blue noise masks"
    (2022), whose energy couples pixels within a frame and frames at a pixel, but nothing else.

    Attributes:
        space: viewing filter of a frame, or its text as in `dither.metrics.parse_filter`.
        time: temporal filter of a pixel, or its text as in `parse_temporal_filter`.
        weight: weight of the error over time, above 0.

    Example:
        >>> SpaceTimeSum("gaussian:1.5", "box:4").time
        TemporalBox(frames=4)
    """

    space: ViewingFilter | str
    time: TemporalFilter | str
    weight: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "space", as_filter(self.space, "space"))
        object.__setattr__(self, "time", as_temporal_filter(self.time))

    def joined(self, plane: np.ndarray, line: np.ndarray) -> np.ndarray:
        """Return (T, H, W): the plane in the middle frame, plus the weighted line through its centre.

        Args:
            plane: (H, W) with odd sides: coupling of two pixels of a frame, 1 at the centre.
            line: (T,) with odd length: coupling of two frames of a pixel, 1 at the centre.
        """
        joined = np.zeros((line.size, *plane.shape))
        joined[:, plane.shape[0] // 2, plane.shape[1] // 2] = self.weight * line
        joined[line.size // 2] += plane
        return joined


@dataclass(frozen=True)
class SpaceTimeProduct:
    """Error of the frames after a blur in space and time.

    Source: W. Donnelly, A. Wolfe, J. Bütepage, J. Valdés, "Filter-adapted spatiotemporal sampling for
    real-time rendering" (2024).

    Attributes:
        space: viewing filter of a frame, or its text, as in `SpaceTimeSum`.
        time: temporal filter of a pixel, or its text.
    """

    space: ViewingFilter | str
    time: TemporalFilter | str

    def __post_init__(self) -> None:
        object.__setattr__(self, "space", as_filter(self.space, "space"))
        object.__setattr__(self, "time", as_temporal_filter(self.time))

    def joined(self, plane: np.ndarray, line: np.ndarray) -> np.ndarray:
        """Return the (T, H, W) outer product of line and plane; arguments as in `SpaceTimeSum`."""
        return line[:, None, None] * plane


SpaceTime = SpaceTimeSum | SpaceTimeProduct


def as_temporal_filter(held: "TemporalFilter | str", argument: str = "time") -> TemporalFilter:
    """Return a temporal filter, or that of its text.

    Raises:
        InputError: it is neither.
    """
    if isinstance(held, str):
        return parse_temporal_filter(held)
    if not callable(getattr(held, "transfer", None)):
        raise InputError(
            f"{argument} is {held!r:.80}; it must be a temporal filter or a text such as gaussian:0.85"
        )
    return held


def parse_temporal_filter(text: str) -> TemporalFilter:
    """Parse a temporal filter: "gaussian:0.85", "exponential:0.1", "exponential:0.1,16" or "box:4".

    Raises:
        InputError: the text is none of these, or its number is out of range.

    Example:
        >>> parse_temporal_filter("exponential:0.1,16")
        TemporalExponential(rate=0.1, restarts=16)
    """
    kind, _, argument = text.partition(":")
    argument, comma, restarts = argument.partition(",")
    if comma and not (kind == "exponential" and restarts.isdecimal() and 2 <= int(restarts) <= 256):
        raise InputError(
            f"{text!r} is not a temporal filter; after a comma, exponential takes the longest history, "
            "2 to 256 frames, such as exponential:0.1,16"
        )
    try:
        number = float(argument)
    except ValueError:
        number = math.nan
    if kind == "gaussian" and 0.3 <= number <= 8:
        return TemporalGaussian(number)
    if kind == "exponential" and 0.02 <= number <= 0.95:
        return TemporalExponential(number, int(restarts) if comma else None)
    if kind == "box" and 2 <= number <= 64 and number.is_integer():
        return TemporalBox(int(number))
    raise InputError(
        f"{text!r} is not a temporal filter; write gaussian:0.85 (0.3 to 8 frames), exponential:0.1 "
        "(weight of the new frame, 0.02 to 0.95), exponential:0.1,16 (and the longest history in "
        "frames) or box:4 (2 to 64 frames)"
    )
