"""Noise textures to measure: values of a kind, and the families of integrands that see them."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from bluenoise.values.distance import (
    ARCS,
    CAPS,
    HALF_CIRCLES,
    HALF_SPACES,
    HEMISPHERES,
    Distance,
)
from dither.errors import InputError
from dither.suggestions import did_you_mean

# More would take minutes.
_MOST_CELLS = 1 << 20
# How far lengths of directions are off in float32 files.
_SLACK = 1e-3


class Kind(NamedTuple):
    """What the values of a texture are.

    Attributes:
        channels: numbers per value; 0 for any from 1 to 4.
        unit: whether values have length 1.
        signed: whether numbers are from -1 to 1, rather than from 0 to 1.
        families: distances of the families of integrands whose error is computed exactly, by name.
        sampled: families of `sampled_error` whose error is estimated.
    """

    channels: int
    unit: bool
    signed: bool
    families: dict[str, Distance]
    sampled: tuple[str, ...]


_SPACE = {"half-spaces": HALF_SPACES}
_CIRCLE = {"half circles": HALF_CIRCLES, "arcs": ARCS}
_SPHERE = {"hemispheres": HEMISPHERES, "caps": CAPS}
KINDS = {
    "scalar": Kind(1, False, False, {"thresholds": HALF_SPACES}, ("boxes", "bumps")),
    "phase": Kind(1, False, False, _CIRCLE, ("bumps",)),
    "vec2": Kind(2, False, False, _SPACE, ("boxes", "bumps")),
    "vec3": Kind(3, False, False, _SPACE, ("boxes", "bumps")),
    "circle": Kind(2, True, True, _CIRCLE, ("bumps", "squares")),
    "disk": Kind(2, False, True, _SPACE, ("boxes", "bumps", "squares")),
    "sphere": Kind(3, True, True, _SPHERE, ("bumps", "squares")),
    "hemisphere": Kind(3, True, True, _SPHERE, ("bumps", "squares")),
    "cosine": Kind(3, True, True, _SPHERE, ("bumps", "squares")),
    "points": Kind(0, False, False, _SPACE, ("boxes", "bumps")),
}


def kind_named(name: str) -> Kind:
    """Return a kind of values.

    Raises:
        InputError: there is none of this name.
    """
    if name not in KINDS:
        advice = f"use one of {', '.join(KINDS)}"
        raise InputError(
            f"no values are named {name[:40]!r}; {did_you_mean(name, list(KINDS), advice)}"
        )
    return KINDS[name]


@dataclass(frozen=True, eq=False)
class NoiseTexture:
    """Values of a kind.

    Attributes:
        kind: a name from KINDS.
        values: (T, H, W, C) float64; T is 1 for a plane.

    Raises:
        InputError: the kind is unknown, the values are not of it, all are equal, or there are more than
            2^20.
    """

    kind: str
    values: np.ndarray

    def __post_init__(self) -> None:
        values = self.values
        known = kind_named(self.kind)
        wanted = known.channels or min(max(values.shape[-1], 1), 4)
        if values.ndim != 4 or values.shape[-1] != wanted:
            raise InputError(
                f"the texture has the shape {values.shape}; values of {self.kind} are (frames, rows, "
                f"columns, {wanted})"
            )
        if not 2 <= values[..., 0].size <= _MOST_CELLS:
            raise InputError(
                f"the texture has {values[..., 0].size} values; 2 to {_MOST_CELLS} can be evaluated"
            )
        if not np.isfinite(values).all():
            raise InputError("some values are not finite")
        if (values == values[0, 0, 0]).all():
            raise InputError("all values are equal")
        low, high = (-1 if known.signed else 0), 1
        if known.channels and not low - _SLACK <= values.min() <= values.max() <= high + _SLACK:
            raise InputError(
                f"values of {self.kind} are from {low} to {high}, not {values.min():g} to "
                f"{values.max():g}"
            )
        if known.unit and np.abs(np.linalg.norm(values, axis=-1) - 1).max() > _SLACK:
            raise InputError(f"values of {self.kind} have length 1, and some have not")

    @property
    def points(self) -> np.ndarray:
        """(T, H, W, P) float64, the points whose chords the families' distances measure."""
        if self.kind != "phase":
            return self.values
        turn = 2 * np.pi * self.values[..., 0]
        return np.stack([np.cos(turn), np.sin(turn)], axis=-1)


def noise_texture(array: np.ndarray, kind: str | None = None) -> NoiseTexture:
    """Return the texture that an array holds, as `generate_vectors` makes it.

    Args:
        array: (T, H, W, C) or (H, W, C) numbers, or (H, W) of scalars. A channel beyond those of the
            kind is the density, which is left out.
        kind: a name from KINDS; None to take it from the values: vectors of length 1 are directions,
            and numbers from 0 to 1 are scalars, vec2 or vec3.

    Raises:
        InputError: the values are not of this kind.

    Example:
        >>> noise_texture(np.array([[[0.6, 0.8], [1.0, 0.0]]])).kind
        'circle'
    """
    array = np.asarray(array)
    if array.dtype.kind not in "fiu" or not 2 <= array.ndim <= 4 or array.size == 0:
        raise InputError(
            f"the texture is {array.dtype} {array.shape}; give numbers (T, H, W, C), (H, W, C) or "
            "(H, W)"
        )
    values = array.astype(float)
    if array.ndim < 4:
        values = values[None, ..., None] if array.ndim == 2 else values[None]
    if kind is None:
        kind, channels = _recognised(values)
        values = values[..., :channels]
    elif kind in KINDS and values.shape[-1] == KINDS[kind].channels + 1 > 1:
        values = values[..., :-1]
    return NoiseTexture(kind, values)


def _recognised(values: np.ndarray) -> tuple[str, int]:
    """Return the kind of values (T, H, W, C), and how many channels they have without a density."""
    channels = values.shape[-1]
    for kind, count in (("sphere", 3), ("circle", 2)):
        if channels in (count, count + 1):
            lengths = np.linalg.norm(values[..., :count], axis=-1)
            if np.abs(lengths - 1).max() <= _SLACK:
                upper = kind == "sphere" and values[..., 2].min() >= 0
                # The mean height is 2/3 with a cosine's density and 1/2 without.
                even = upper and values[..., 2].mean() < 7 / 12
                return ("hemisphere" if even else "cosine" if upper else kind), count
    if channels == 2 and np.linalg.norm(values, axis=-1).max() <= 1 + _SLACK and values.min() < 0:
        return "disk", 2
    if not (values.min() >= 0 and channels <= 3):
        return "points", channels
    if values.max() <= 1:
        return ("scalar", "vec2", "vec3")[channels - 1], channels
    # A density is 1 on average over the square, and above 1 somewhere.
    return ("vec2", 2) if channels == 3 and values[..., :2].max() <= 1 else ("points", channels)
