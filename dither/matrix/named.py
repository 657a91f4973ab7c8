"""Classical matrices by name, such as bayer-8x8, clustered-dot-45 and white."""

import functools
import re
from collections.abc import Callable

from dither.errors import InputError
from dither.matrix.classical import (
    bayer,
    clustered_dot,
    interleaved_gradient_noise,
    playstation,
    r2_sequence,
    white_noise,
)
from dither.matrix.threshold_matrix import ThresholdMatrix

# The names that are listed; others are made from the patterns of `classical_matrix`.
CLASSICAL: dict[str, Callable[[], ThresholdMatrix]] = {
    "bayer-2x2": functools.partial(bayer, 2, 2),
    "bayer-4x4": functools.partial(bayer, 4, 4),
    "bayer-8x8": functools.partial(bayer, 8, 8),
    "bayer-16x16": functools.partial(bayer, 16, 16),
    "dots-6x6": functools.partial(clustered_dot, 4),
    "dots-8x8": functools.partial(clustered_dot, 6),
    "dots-12x12": functools.partial(clustered_dot, 8),
    "playstation-4x4": playstation,
    "gradient-noise-128x128": functools.partial(interleaved_gradient_noise, 128, 128),
    "r2-128x128": functools.partial(r2_sequence, 128, 128),
    "white-64x64": functools.partial(white_noise, 64, 64),
}

# Sides of a name without numbers.
_USUAL = {"bayer": 8, "white": 64, "white-noise": 64, "r2": 128, "gradient-noise": 128}
_MAKERS: dict[str, Callable[[int, int], ThresholdMatrix]] = {
    "bayer": bayer,
    "white": white_noise,
    "white-noise": white_noise,
    "r2": r2_sequence,
    "gradient-noise": interleaved_gradient_noise,
}
_MAX_SIDE = 4096
_USUAL_DOT, _USUAL_ANGLE = 6, 45
_SIZED = re.compile(
    r"(bayer|white|white-noise|r2|gradient-noise)(?:-(\d{1,5})(?:x(\d{1,5}))?)?", re.ASCII
)
_DOTS = re.compile(r"clustered-dot(?:-(\d{1,3})(?:-(\d{1,3}))?)?", re.ASCII)


def classical_matrix(name: str) -> ThresholdMatrix | None:
    """Make the matrix that a name describes, or return None if the name describes none.

    Args:
        name: one of `CLASSICAL`; bayer, white, r2 or gradient-noise, with a size such as -16 or -16x32
            if it is not the usual one (8, 64, 128 and 128); clustered-dot, with the angle in degrees
            and the distance between dots in pixels if these are not 45 and 6, such as
            clustered-dot-0-4; or playstation.

    Raises:
        InputError: a number of the name is out of range.

    Example:
        >>> classical_matrix("bayer-2").ranks.tolist(), classical_matrix("clustered-dot-45").shape
        ([[0, 2], [3, 1]], (8, 8))
        >>> classical_matrix("blue-64x64")
    """
    try:
        return _made(name.lower())
    except InputError as error:
        raise InputError(f"{name}: {error}") from None


@functools.lru_cache(maxsize=4)
def _made(name: str) -> ThresholdMatrix | None:
    if name in CLASSICAL:
        return CLASSICAL[name]()
    if name == "playstation":
        return playstation()
    dots = _DOTS.fullmatch(name)
    if dots is not None:
        angle, size = dots.groups()
        return clustered_dot(int(size or _USUAL_DOT), int(angle or _USUAL_ANGLE))
    sized = _SIZED.fullmatch(name)
    if sized is None:
        return None
    kind, height, width = sized.groups()
    sides = int(height or _USUAL[kind]), int(width or height or _USUAL[kind])
    for side in sides:
        if not 1 <= side <= _MAX_SIDE:
            raise InputError(f"a side is {side}; it must be from 1 to {_MAX_SIDE}")
    return _MAKERS[kind](*sides)
