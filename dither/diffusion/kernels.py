"""Diffusion kernels: where the error of a pixel goes, and in which shares.

The weights are stored as they were printed; `X` marks the pixel itself in the comments. The sources
name who published each first. Crocker's and Helland's surveys list most of them side by side:
Lee Daniel Crocker, "Digital Halftoning" (1991); Tanner Helland, "Image Dithering: Eleven Algorithms
and Source Code" (2012).
"""

import math
import numbers
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from dither.errors import InputError

_MOST_CELLS = 15
_SIDES = set(range(1, _MOST_CELLS + 1))
_LARGEST = 10**300
# Shares are rounded to multiples of 1/65536.
SHARE_BITS = 16


@dataclass(frozen=True)
class DiffusionKernel:
    """The shares of a pixel's error that its later neighbours receive, scanning to the right.

    Attributes:
        weights: rows of equal length; the first row is the pixel's own.
        origin: the column of the pixel; weights up to it in the first row are 0.
        divisor: what the weights are divided by. Shares that sum to less than 1 drop the rest.

    Raises:
        InputError: a weight is negative, not finite or before the origin, the shares sum to more
            than 1.0001, or there are more than 15 rows or columns.

    Example:
        >>> DiffusionKernel(((0, 1), (1, 0)), origin=0, divisor=2).taps
        ((0, 1, 32768), (1, 0, 32768))
    """

    weights: tuple[tuple[float, ...], ...]
    origin: int
    divisor: float = 1

    def __post_init__(self) -> None:
        try:
            weights = tuple(tuple(map(_number, row)) for row in self.weights)
            divisor, origin = _number(self.divisor), _number(self.origin)
        except TypeError:
            raise InputError(
                "a diffusion kernel has rows of numbers, the column of its origin, and a divisor"
            ) from None
        widths = {len(row) for row in weights}
        if not 1 <= len(weights) <= _MOST_CELLS or len(widths) > 1 or not widths <= _SIDES:
            raise InputError(
                f"a diffusion kernel has 1 to {_MOST_CELLS} rows of one length, "
                f"1 to {_MOST_CELLS}; this one has rows of {sorted(widths)}, {len(weights)} in all"
            )
        if not 0 <= origin < len(weights[0]) or origin != int(origin):
            raise InputError(
                f"origin is {self.origin}; it must be a column from 0 to {len(weights[0]) - 1}"
            )
        if not (divisor > 0 and math.isfinite(divisor)):
            raise InputError(f"divisor is {divisor}; it must be a finite number above 0")
        for weight in (weight for row in weights for weight in row):
            if not (weight >= 0 and math.isfinite(weight)):
                raise InputError(f"a weight is {weight}; it must be a finite number from 0")
        if any(weights[0][: int(origin) + 1]):
            raise InputError(
                "a weight stands before the origin or on it, where the scan has already been"
            )
        total = sum(map(sum, weights)) / divisor
        if not total <= 1.0001:
            raise InputError(f"the shares sum to {total:.6g}; they must sum to 0 to 1.0001")
        object.__setattr__(self, "weights", weights)
        object.__setattr__(self, "origin", int(origin))
        object.__setattr__(self, "divisor", divisor)

    @property
    def total(self) -> float:
        """The share of the error that is passed on: 1, or less."""
        return sum(map(sum, self.weights)) / self.divisor

    @property
    def taps(self) -> tuple[tuple[int, int, int], ...]:
        """(rows down, columns to the right, share in 1/65536) of each weight that is not 0.

        The shares are rounded so that their sum is the nearest to `total`, at most 65536: those
        whose fractions are the largest are rounded up, the first of equals first.
        """
        unit = Fraction(1 << SHARE_BITS) / Fraction(self.divisor)
        cells = [
            (y, x - self.origin, Fraction(weight) * unit)
            for y, row in enumerate(self.weights)
            for x, weight in enumerate(row)
        ]
        shares = [math.floor(share) for _, _, share in cells]
        wanted = min(1 << SHARE_BITS, round(sum(share for _, _, share in cells)))
        missing = wanted - sum(shares)
        order = sorted(range(len(cells)), key=lambda index: shares[index] - cells[index][2])
        for index in order[: max(0, missing)]:
            shares[index] += 1
        # A sum of up to 1.0001 has too much: it is taken from the largest.
        shares[shares.index(max(shares))] += min(0, missing)
        return tuple((y, x, share) for (y, x, _), share in zip(cells, shares, strict=True) if share)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError
    # A file's whole numbers can be longer than any float.
    if not isinstance(value, int):
        return float(value)
    whole = int(value)
    return whole if abs(whole) <= _LARGEST else math.copysign(math.inf, -1 if whole < 0 else 1)


# R. W. Floyd and L. Steinberg, "An adaptive algorithm for spatial greyscale", Proceedings of the SID
# 17(2), 1976.
FLOYD_STEINBERG = DiffusionKernel(
    ((0, 0, 7), (3, 5, 1)),  #   X 7
    origin=1,
    divisor=16,
)

# The shortcut that is often taken for the former; described by Crocker (1991).
FALSE_FLOYD_STEINBERG = DiffusionKernel(
    ((0, 3), (3, 2)),  # X 3
    origin=0,
    divisor=8,
)

# J. F. Jarvis, C. N. Judice and W. H. Ninke, "A survey of techniques for the display of continuous
# tone pictures on bilevel displays", Computer Graphics and Image Processing 5(1), 1976.
JARVIS_JUDICE_NINKE = DiffusionKernel(
    (
        (0, 0, 0, 7, 5),  #     X 7 5
        (3, 5, 7, 5, 3),
        (1, 3, 5, 3, 1),
    ),
    origin=2,
    divisor=48,
)

# P. Stucki, "MECCA: a multiple-error correction computation algorithm for bilevel image hardcopy
# reproduction", IBM Research Report RZ1060, 1981.
STUCKI = DiffusionKernel(
    (
        (0, 0, 0, 8, 4),  #     X 8 4
        (2, 4, 8, 4, 2),
        (1, 2, 4, 2, 1),
    ),
    origin=2,
    divisor=42,
)

# D. Burkes, "Presentation of the Burkes error filter for use in preparing continuous-tone images for
# presentation on bi-level devices", CompuServe Graphics Support Forum, 1988.
BURKES = DiffusionKernel(
    (
        (0, 0, 0, 8, 4),  #     X 8 4
        (2, 4, 8, 4, 2),
    ),
    origin=2,
    divisor=32,
)

# F. Sierra, CompuServe Graphics Support Forum, 1989 (three rows) and 1990 (two rows, lite).
SIERRA = DiffusionKernel(
    (
        (0, 0, 0, 5, 3),  #     X 5 3
        (2, 4, 5, 4, 2),
        (0, 2, 3, 2, 0),
    ),
    origin=2,
    divisor=32,
)
SIERRA_TWO_ROW = DiffusionKernel(
    (
        (0, 0, 0, 4, 3),  #     X 4 3
        (1, 2, 3, 2, 1),
    ),
    origin=2,
    divisor=16,
)
SIERRA_LITE = DiffusionKernel(
    ((0, 0, 2), (1, 1, 0)),  #   X 2
    origin=1,
    divisor=4,
)

# B. Atkinson, for the Macintosh, in the 1980s; three quarters of the error are passed on, so that
# light and dark tones lose their detail and the contrast rises.
ATKINSON = DiffusionKernel(
    (
        (0, 0, 1, 1),  #   X 1 1
        (1, 1, 1, 0),
        (0, 1, 0, 0),
    ),
    origin=1,
    divisor=8,
)

# The least that is still two-dimensional; listed by Helland (2012).
SIMPLE_2D = DiffusionKernel(
    ((0, 1), (1, 0)),  # X 1
    origin=0,
    divisor=2,
)

# R. L. Stevenson and G. R. Arce, "Binary display of hexagonally sampled continuous-tone images",
# Journal of the Optical Society of America A 2(7), 1985. It is made for a hexagonal grid, of which
# the zeros leave out every second place.
STEVENSON_ARCE = DiffusionKernel(
    (
        (0, 0, 0, 0, 0, 32, 0),  #          X .  32
        (12, 0, 26, 0, 30, 0, 16),
        (0, 12, 0, 26, 0, 12, 0),
        (5, 0, 12, 0, 12, 0, 5),
    ),
    origin=3,
    divisor=200,
)

DIFFUSION_KERNELS = {
    "floyd-steinberg": FLOYD_STEINBERG,
    "false-floyd-steinberg": FALSE_FLOYD_STEINBERG,
    "jarvis-judice-ninke": JARVIS_JUDICE_NINKE,
    "stucki": STUCKI,
    "burkes": BURKES,
    "sierra": SIERRA,
    "sierra-two-row": SIERRA_TWO_ROW,
    "sierra-lite": SIERRA_LITE,
    "atkinson": ATKINSON,
    "simple-2d": SIMPLE_2D,
    "stevenson-arce": STEVENSON_ARCE,
}
