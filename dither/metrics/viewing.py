"""Viewing filters: the share of each spatial frequency that reaches the eye.

A filter is a frozen value whose fields are its numbers. `transfer` returns H(f), with H(0) = 1, at
frequencies in cycles per pixel.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from dither.errors import InputError

_MAX_GAIN = 100
# Cycles per pixel: dots of about 200 to 4 pixels in middle greys.
GREEN_FREQUENCIES = (0.05, 0.35)


class ViewingFilter(Protocol):
    """Object with a transfer function of the vertical and horizontal frequency."""

    def transfer(self, vertical: np.ndarray, horizontal: np.ndarray) -> np.ndarray:
        """Return H(f) at frequencies in cycles per pixel, -1/2 to 1/2, of shapes that broadcast."""
        ...


@dataclass(frozen=True)
class Gaussian:
    """A Gaussian blur of standard deviation `sigma` pixels: H(f) = exp(-2 pi^2 sigma^2 |f|^2).

    Example:
        >>> float(Gaussian(sigma=1.5).transfer(np.array(0.0), np.array(0.0)))
        1.0
    """

    sigma: float

    def transfer(self, vertical: np.ndarray, horizontal: np.ndarray) -> np.ndarray:
        """Return H(f) at frequencies in cycles per pixel."""
        return np.exp(-2 * (math.pi * self.sigma * np.hypot(vertical, horizontal)) ** 2)


@dataclass(frozen=True)
class Nasanen:
    """The eye in front of a printed page: H(f) = exp(-|f| P / (0.525 ln L + 3.91)).

    P = 2 d tan(0.5 degrees) dpi is the pixels per degree of visual angle, so |f| P is in cycles per
    degree.
    Source: R. Näsänen, "Visibility of halftone dot textures" (1984), with his luminance L = 11 cd/m2.

    Attributes:
        dots_per_inch: pixels per inch of the page or panel.
        distance_cm: viewing distance in centimetres.
        luminance: mean luminance in cd/m2.

    Example:
        >>> round(Nasanen(dots_per_inch=300, distance_cm=30).pixels_per_degree, 1)
        61.8
    """

    dots_per_inch: float = 300
    distance_cm: float = 30
    luminance: float = 11

    @property
    def pixels_per_degree(self) -> float:
        """Pixels per degree of visual angle."""
        return 2 * self.distance_cm / 2.54 * math.tan(math.radians(0.5)) * self.dots_per_inch

    def transfer(self, vertical: np.ndarray, horizontal: np.ndarray) -> np.ndarray:
        """Return H(f) at frequencies in cycles per pixel."""
        scale = 0.525 * math.log(self.luminance) + 3.91
        return np.exp(-np.hypot(vertical, horizontal) * self.pixels_per_degree / scale)


@dataclass(frozen=True)
class Box:
    """Mean over squares of n = `width` pixels: H = sin(pi n f) / (n sin(pi f)) along each axis.

    Example:
        >>> float(Box(2).transfer(np.array(0.0), np.array(0.5)).round(9))
        0.0
    """

    width: int

    def transfer(self, vertical: np.ndarray, horizontal: np.ndarray) -> np.ndarray:
        """Return H(f) at frequencies in cycles per pixel."""
        taps = np.arange(self.width) - (self.width - 1) / 2

        def along(frequency: np.ndarray) -> np.ndarray:
            waves = np.cos(2 * math.pi * np.asarray(frequency)[..., None] * taps)
            return waves.mean(axis=-1)

        return along(vertical) * along(horizontal)


@dataclass(frozen=True)
class Binomial:
    """Repeated averaging of two neighbours, `order` times along each axis: H = cos(pi f)^order.

    Example:
        >>> float(Binomial(4).transfer(np.array(0.25), np.array(0.0)).round(9))
        0.25
    """

    order: int

    def transfer(self, vertical: np.ndarray, horizontal: np.ndarray) -> np.ndarray:
        """Return H(f) at frequencies in cycles per pixel."""
        product = np.cos(math.pi * np.asarray(vertical)) * np.cos(math.pi * np.asarray(horizontal))
        return product**self.order


@dataclass(frozen=True)
class Green:
    """Target for green noise: dots of several pixels, about `1 / frequency` apart, evenly spread.

    H(f)^2 = (exp(-8 u) + exp(-3 u) + 4 e^(-9/4) (1 - exp(-3 u / 4))) / 2 with u = (|f| / frequency)^2.
    It is 1 at f = 0, lowest at the frequency, and 0.21 far above it: low frequencies count because the
    eye sees them, and high ones because printers do not hold single pixels. In the pair energy, pixels
    of a dot attract each other, and dots repel each other.

    Source of the idea: D. Lau, G. Arce and N. Gallagher, "Green-noise digital halftoning" (1998). The
    formula, a difference of Gaussians, is our own; the first one keeps distant views smooth.

    Attributes:
        frequency: of the dots in middle greys, in cycles per pixel: lines per inch over dots per inch.

    Example:
        >>> f = np.array([0.0, 0.15, 0.6])
        >>> (Green(0.15).transfer(f, np.zeros(3)) ** 2).round(3).tolist()
        [1.0, 0.136, 0.211]
    """

    frequency: float

    def transfer(self, vertical: np.ndarray, horizontal: np.ndarray) -> np.ndarray:
        """Return H(f) at frequencies in cycles per pixel."""
        square = (np.hypot(vertical, horizontal) / self.frequency) ** 2
        low = np.exp(-8 * square) + np.exp(-3 * square)
        return np.sqrt((low - 4 * math.exp(-2.25) * np.expm1(-0.75 * square)) / 2)


@dataclass(frozen=True)
class Measured:
    """Transfer function given by points, with linear interpolation and constant beyond the last.

    Attributes:
        frequencies: cycles per pixel, ascending from 0.
        gains: H at each frequency; the first is 1.
    """

    frequencies: tuple[float, ...]
    gains: tuple[float, ...]

    def transfer(self, vertical: np.ndarray, horizontal: np.ndarray) -> np.ndarray:
        """Return H(f) at frequencies in cycles per pixel."""
        return np.interp(np.hypot(vertical, horizontal), self.frequencies, self.gains)


@dataclass(frozen=True)
class Mixture:
    """Several distances at once: H(f)^2 is the weighted mean of the parts' H(f)^2, as are energies.

    Attributes:
        parts: (weight, filter or its text) pairs, weights above 0.

    Example:
        >>> mixture = Mixture(((1.0, Gaussian(1.0)), (2.0, Nasanen())))
        >>> float(mixture.transfer(np.array(0.0), np.array(0.0)))
        1.0
    """

    parts: tuple[tuple[float, ViewingFilter], ...]

    def __post_init__(self) -> None:
        parts = tuple((weight, as_filter(part, "parts")) for weight, part in self.parts)
        object.__setattr__(self, "parts", parts)

    def transfer(self, vertical: np.ndarray, horizontal: np.ndarray) -> np.ndarray:
        """Return H(f) at frequencies in cycles per pixel."""
        total = sum(weight for weight, _ in self.parts)
        powers = [weight * part.transfer(vertical, horizontal) ** 2 for weight, part in self.parts]
        return np.sqrt(np.sum(powers, axis=0) / total)


# The filters that `parse_filter` reads, for help pages.
FILTER_TEXTS = (
    "gaussian:1.5 | nasanen:300dpi,30cm | panel:NAME (dither panels) | box:3 | binomial:4 | a text "
    "file of frequencies and gains | a sum: gaussian:1.5+2*gaussian:3"
)

# Filters at which matrices are compared: viewing distances from near to far, and a printed page.
STANDARD_FILTERS: dict[str, ViewingFilter] = {
    "gaussian:1.0": Gaussian(1.0),
    "gaussian:1.5": Gaussian(1.5),
    "gaussian:2.0": Gaussian(2.0),
    "gaussian:3.0": Gaussian(3.0),
    "nasanen:300dpi,30cm": Nasanen(300, 30),
}


def has_clusters(viewing: ViewingFilter) -> bool:
    """Return whether a filter is a target for green noise, or a sum with one.

    Example:
        >>> has_clusters(Green(0.2)), has_clusters(Gaussian(1.5))
        (True, False)
    """
    if isinstance(viewing, Mixture):
        return any(has_clusters(part) for _, part in viewing.parts)
    return isinstance(viewing, Green)


def parse_filter(text: str) -> ViewingFilter:
    """Parse a viewing filter. Every function that takes a filter also takes such a text.

    Args:
        text: "gaussian:1.5" (pixels, 0.3 to 8), "nasanen:300dpi,30cm", "panel:NAME" (a display panel at
            its usual distance), "box:3" (pixels, 2 to 16), "binomial:4" (order, 1 to 64), "green:0.15"
            (cycles per pixel, 0.05 to 0.35) or "green:90lpi,600dpi", the path of a text file with a
            frequency in cycles per pixel and a gain on each line, or a weighted sum such as
            "gaussian:1.5+2*gaussian:3".

    Raises:
        InputError: the text is none of these, or a number is out of range.

    Example:
        >>> parse_filter("gaussian:1.5+2*box:3").parts[1]
        (2.0, Box(width=3))
    """
    if Path(text).is_file():
        return _read_measured(Path(text))
    terms = text.split("+")
    if len(terms) == 1 and "*" not in text:
        return _parse_one(text)
    parts = []
    for term in terms:
        weight, star, name = term.partition("*")
        parts.append(
            (_number(weight, text, 1e-6, 1e6), _parse_one(name))
            if star
            else (1.0, _parse_one(term))
        )
    return Mixture(tuple(parts))


def as_filter(held: "ViewingFilter | str", argument: str = "viewing") -> ViewingFilter:
    """Return a viewing filter, or that of its text.

    Args:
        held: a filter, or a text as in `parse_filter`.
        argument: its name in messages.

    Raises:
        InputError: it is neither.

    Example:
        >>> as_filter("gaussian:1.5"), as_filter(Gaussian(2.0))
        (Gaussian(sigma=1.5), Gaussian(sigma=2.0))
    """
    if isinstance(held, str):
        return parse_filter(held)
    if not callable(getattr(held, "transfer", None)):
        raise InputError(
            f"{argument} is {held!r:.80}; it must be a viewing filter or a text such as gaussian:1.5"
        )
    return held


def named_filters(
    held: "Mapping[str, ViewingFilter] | Iterable[str] | str", argument: str = "filters"
) -> dict[str, ViewingFilter]:
    """Return viewing filters by name: of a mapping, or of one or more texts.

    Raises:
        InputError: there are none, or one is no filter.

    Example:
        >>> named_filters(["gaussian:1.0", "box:3"])["box:3"]
        Box(width=3)
    """
    if isinstance(held, str):
        held = [held]
    pairs = held.items() if isinstance(held, Mapping) else ((str(each), each) for each in held)
    found = {name: as_filter(each, argument) for name, each in pairs}
    if not found:
        raise InputError(f"{argument} is empty; give a viewing filter such as gaussian:1.5")
    return found


def _parse_one(text: str) -> ViewingFilter:
    kind, _, argument = text.partition(":")
    match kind:
        case "gaussian":
            return Gaussian(_number(argument, text, 0.3, 8))
        case "nasanen":
            resolution, _, distance = argument.partition(",")
            return Nasanen(
                _number(resolution.removesuffix("dpi"), text, 20, 5000),
                _number(distance.removesuffix("cm"), text, 1, 1000),
            )
        case "box":
            return Box(_whole_number(argument, text, 2, 16))
        case "binomial":
            return Binomial(_whole_number(argument, text, 1, 64))
        case "green":
            lines, per_inch, dots = argument.partition(",")
            if not per_inch and lines.endswith("lpi"):
                raise InputError(
                    f"{text!r} lacks the resolution; write green:90lpi,600dpi, or cycles per pixel"
                )
            if not per_inch:
                return Green(_number(argument, text, *GREEN_FREQUENCIES))
            pitch = _number(dots.removesuffix("dpi"), text, 20, 5000)
            frequency = _number(lines.removesuffix("lpi"), text, 1, 2000) / pitch
            return Green(_number(f"{frequency:.6g}", text, *GREEN_FREQUENCIES))
        case "panel":
            from dither.panels.files import load_panel

            return _parse_one(load_panel(argument).viewing_filter)
    if Path(text).is_file():
        return _read_measured(Path(text))
    raise InputError(
        f"{text!r} is not a viewing filter; write gaussian:1.5, nasanen:300dpi,30cm, panel:NAME, "
        "box:3, binomial:4, green:0.15, the path of a file, or a sum such as gaussian:1.5+2*gaussian:3"
    )


def _number(text: str, whole: str, low: float, high: float) -> float:
    if not text:
        raise InputError(f"the filter {whole!r} lacks a number from {low:g} to {high:g}")
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        raise InputError(
            f"{text!r} in the filter {whole!r} must be a number from {low:g} to {high:g}"
        )
    return value


def _whole_number(text: str, whole: str, low: int, high: int) -> int:
    value = _number(text, whole, low, high)
    if not value.is_integer():
        raise InputError(f"{text!r} in the filter {whole!r} must be a whole number")
    return int(value)


def _read_measured(path: Path) -> Measured:
    try:
        lines = path.read_text(encoding="utf-8").replace(",", " ").splitlines()
        points = np.array(
            [[float(word) for word in line.split()] for line in lines if line.strip()]
        )
    except (OSError, ValueError) as error:
        raise InputError(f"{path} does not hold a frequency and a gain on each line") from error
    good = points.ndim == 2 and points.shape[1] == 2 and bool((np.abs(points) <= _MAX_GAIN).all())
    if not good or points[0].tolist() != [0, 1] or not (np.diff(points[:, 0]) > 0).all():
        raise InputError(
            f"{path} must hold two columns, frequencies ascending from 0 in cycles per pixel and gains "
            f"that start at 1 and stay within {_MAX_GAIN}"
        )
    return Measured(tuple(points[:, 0].tolist()), tuple(points[:, 1].tolist()))
