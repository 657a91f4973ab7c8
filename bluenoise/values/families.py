"""Families of integrands by which values are measured, and the points of their distances."""

from typing import NamedTuple

import numpy as np

from bluenoise.value_texture import ValueTexture
from bluenoise.values.distance import (
    ARCS,
    CAPS,
    HALF_CIRCLES,
    HALF_SPACES,
    HEMISPHERES,
    Distance,
)
from dither.errors import InputError
from dither.wording import counted

# More would take minutes.
_MOST_CELLS = 1 << 20


class Families(NamedTuple):
    """Families of integrands by which values of a kind are measured.

    Attributes:
        exact: distances of the families whose error is computed exactly, by name.
        sampled: families of `sampled_error` whose error is estimated.
    """

    exact: dict[str, Distance]
    sampled: tuple[str, ...]


_SPACE = {"half-spaces": HALF_SPACES}
_CIRCLE = {"half circles": HALF_CIRCLES, "arcs": ARCS}
_SPHERE = {"hemispheres": HEMISPHERES, "caps": CAPS}
# By the kinds of `bluenoise.value_texture`.
FAMILIES = {
    "scalar": Families({"thresholds": HALF_SPACES}, ("boxes", "bumps")),
    "phase": Families(_CIRCLE, ("bumps",)),
    "vec2": Families(_SPACE, ("boxes", "bumps")),
    "vec3": Families(_SPACE, ("boxes", "bumps")),
    "circle": Families(_CIRCLE, ("bumps", "squares")),
    "disk": Families(_SPACE, ("boxes", "bumps", "squares")),
    "sphere": Families(_SPHERE, ("bumps", "squares")),
    "hemisphere": Families(_SPHERE, ("bumps", "squares")),
    "cosine": Families(_SPHERE, ("bumps", "squares")),
    "points": Families(_SPACE, ("boxes", "bumps")),
}


def points_of(texture: ValueTexture) -> np.ndarray:
    """Return the points whose chords the distances measure: (T, H, W, P) float64.

    Raises:
        InputError: all values are equal, or there are fewer than 2 or more than 2^20.

    Example:
        >>> phase = ValueTexture("phase", np.array([[[[0.0], [0.5]]]]), has_frames=False)
        >>> points_of(phase).round(9).tolist()
        [[[[1.0, 0.0], [-1.0, 0.0]]]]
    """
    values = texture.values.astype(float)
    cells = values[..., 0].size
    if not 2 <= cells <= _MOST_CELLS:
        raise InputError(
            f"the texture has {counted(cells, 'value')}; 2 to {_MOST_CELLS} can be evaluated"
        )
    if (values == values[0, 0, 0]).all():
        raise InputError("all values are equal")
    if texture.kind != "phase":
        return values
    turn = 2 * np.pi * values[..., 0]
    return np.stack([np.cos(turn), np.sin(turn)], axis=-1)
