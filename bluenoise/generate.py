"""The front door: a matrix of some size by some method."""

from typing import Literal, get_args

from bluenoise.void_and_cluster import void_and_cluster
from dither.errors import InputError
from dither.matrix import ThresholdMatrix

Method = Literal["void-and-cluster", "spectrum"]
METHODS: tuple[str, ...] = get_args(Method)

SMALLEST_SIDE, LARGEST_SIDE = 4, 512


def generate(
    shape: tuple[int, int], *, method: Method = "void-and-cluster", seed: int = 0
) -> ThresholdMatrix:
    """A blue-noise threshold matrix with the method's standard settings.

    For other settings call `bluenoise.void_and_cluster` or `bluenoise.optimize.optimize` itself.

    Args:
        shape: rows and columns, each from 4 to 512.
        method: "void-and-cluster" (Ulichney 1993; the better one for dithering), or "spectrum"
            (Wronski 2020; needs the extra `optimize`).
        seed: an integer from 0 to 2^32 - 1; the same seed gives the same bytes.

    Raises:
        InputError: a side, the method or the seed is out of range.

    Example:
        >>> generate((8, 8), seed=3).shape
        (8, 8)
    """
    check_shape(shape)
    check_seed(seed)
    if method == "void-and-cluster":
        return void_and_cluster(*shape, seed=seed)
    if method == "spectrum":
        from bluenoise.optimize import OptimizeConfig, optimize

        return optimize(OptimizeConfig(shape), seed=seed).matrix
    raise InputError(f"no method is named {method!r}; there are {', '.join(METHODS)}")


def parse_shape(text: str) -> tuple[int, int]:
    """Rows and columns from "64" or "60x68".

    Raises:
        InputError: the text is no shape, or a side is out of range.

    Example:
        >>> parse_shape("64"), parse_shape("60x68")
        ((64, 64), (60, 68))
    """
    sides = text.lower().split("x")
    if len(sides) > 2 or not all(side.isascii() and side.isdigit() for side in sides):
        raise InputError(f"{text!r} is no shape; write one as 64 or 64x64")
    # More digits than any allowed side has are cut before they become a number.
    height, width = (int(side[:9]) for side in (sides * 2)[:2])
    check_shape((height, width))
    return height, width


def check_shape(shape: tuple[int, int]) -> None:
    """Raise InputError if a side is not from 4 to 512."""
    if any(not SMALLEST_SIDE <= side <= LARGEST_SIDE for side in shape):
        raise InputError(
            f"shape {'x'.join(map(str, shape))} is out of range; "
            f"each side must be from {SMALLEST_SIDE} to {LARGEST_SIDE}"
        )


def check_seed(seed: int) -> None:
    """Raise InputError if the seed does not fit 32 bits."""
    if not 0 <= seed < 1 << 32:
        raise InputError(f"seed is {seed}; it must be from 0 to {(1 << 32) - 1}")
