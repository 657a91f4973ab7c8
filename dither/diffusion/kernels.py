"""Diffusion kernels: the shares of a pixel's error that its neighbours receive.

The weights are stored as they were printed; `X` in the comments marks the pixel itself. Each source is
the first publication. Two surveys list most of the kernels side by side:
Lee Daniel Crocker, "Digital Halftoning" (1991); Tanner Helland, "Image Dithering: Eleven Algorithms
and Source Code" (2012).
"""

import math
import numbers
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from dither.errors import InputError

if TYPE_CHECKING:
    import numpy as np

_MAX_CELLS = 15
# Larger whole numbers count as infinite: a file's may exceed any float.
_MAX_WHOLE = 10**300
# Shares are rounded to multiples of 1/65536.
SHARE_BITS = 16


def passed_share(amount: float) -> int:
    """Return the share of an error that is passed on, 0 to 1, in 1/65536."""
    return round(amount * (1 << SHARE_BITS))


@dataclass(frozen=True)
class DiffusionKernel:
    """Weights of a pixel's later neighbours, for a scan to the right.

    Attributes:
        weights: rows of equal length; the first row is the pixel's own.
        origin: column of the pixel; weights up to it in the first row are 0.
        divisor: divisor of the weights, above 0. If the shares sum to less than 1, the rest is dropped.

    Raises:
        InputError: a weight is negative, not finite or not after the origin, the shares sum to more
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
                "a diffusion kernel needs rows of numbers, the column of its origin, and a divisor"
            ) from None
        widths = {len(row) for row in weights}
        sides = {len(weights), *widths}
        if len(widths) > 1 or not 1 <= min(sides) <= max(sides) <= _MAX_CELLS:
            raise InputError(
                f"a diffusion kernel must have 1 to {_MAX_CELLS} rows of equal length, 1 to "
                f"{_MAX_CELLS}; "
                f"this one has {len(weights)} rows of lengths {sorted(widths)}"
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
                "a weight is before the origin or on it, where pixels are already quantized"
            )
        total = sum(map(sum, weights)) / divisor
        if not total <= 1.0001:
            raise InputError(f"the shares sum to {total:.6g}; they must sum to 0 to 1.0001")
        object.__setattr__(self, "weights", weights)
        object.__setattr__(self, "origin", int(origin))
        object.__setattr__(self, "divisor", divisor)

    @property
    def total(self) -> float:
        """Share of the error that is passed on, 0 to 1.0001."""
        return sum(map(sum, self.weights)) / self.divisor

    def passed_taps(self, amount: float = 1.0) -> "np.ndarray":
        """Return (N, 3) int64: the taps when only a share of each error is passed on.

        Args:
            amount: the share, 0 to 1. Taps are rounded down, and those that become 0 are left out.

        Example:
            >>> DiffusionKernel(((0, 0, 1), (0, 1, 0)), origin=1, divisor=2).passed_taps(0.5).tolist()
            [[0, 1, 16384], [1, 0, 16384]]
        """
        import numpy as np

        taps = np.array(self.taps, np.int64).reshape(-1, 3)
        taps[:, 2] = taps[:, 2] * passed_share(amount) >> SHARE_BITS
        return taps[taps[:, 2] > 0]

    @property
    def taps(self) -> tuple[tuple[int, int, int], ...]:
        """(rows down, columns to the right, share in 1/65536) of each weight that is not 0.

        The rounded shares sum to `total`, rounded and at most 65536: those with the largest fractions
        are rounded up, earlier ones first.
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
        # If the total is above 1, the excess is taken from the largest share.
        shares[shares.index(max(shares))] += min(0, missing)
        return tuple((y, x, share) for (y, x, _), share in zip(cells, shares, strict=True) if share)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError
    if not isinstance(value, int):
        return float(value)
    whole = int(value)
    if abs(whole) > _MAX_WHOLE:
        return math.inf if whole > 0 else -math.inf
    return whole


# R. W. Floyd and L. Steinberg, "An adaptive algorithm for spatial greyscale", Proceedings of the SID
# 17(2), 1976.
FLOYD_STEINBERG = DiffusionKernel(
    ((0, 0, 7), (3, 5, 1)),  #   X 7
    origin=1,
    divisor=16,
)

# Often mistaken for Floyd-Steinberg; described by Crocker (1991).
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

# B. Atkinson, for the Macintosh, in the 1980s. Only three quarters of the error are passed on: light
# and dark tones lose detail and the contrast rises.
ATKINSON = DiffusionKernel(
    (
        (0, 0, 1, 1),  #   X 1 1
        (1, 1, 1, 0),
        (0, 1, 0, 0),
    ),
    origin=1,
    divisor=8,
)

# The smallest two-dimensional kernel; listed by Helland (2012).
SIMPLE_2D = DiffusionKernel(
    ((0, 1), (1, 0)),  # X 1
    origin=0,
    divisor=2,
)

# R. L. Stevenson and G. R. Arce, "Binary display of hexagonally sampled continuous-tone images",
# Journal of the Optical Society of America A 2(7), 1985. Made for a hexagonal grid: every second cell
# is 0.
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
