"""Colour spaces of the losses, for arrays of numpy and of JAX, which differentiates distances in them.

Black and white are 1 apart in each space, so that weights and temperatures carry over.
"""

import math
from dataclasses import dataclass
from typing import Any, Protocol

import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.typing import ArrayLike

from dither.color import LINEAR_TO_CONES, ROOTS_TO_OKLAB, array_namespace, linear_to_srgb
from dither.metrics.scielab import LINEAR_TO_XYZ, cielab_roots
from dither.samples import Light, check_light

# Below this the cube root is continued by its tangent, since its slope at black is infinite.
_DARKEST = 1e-5


class Distance(Protocol):
    """Colour space whose squared distances a loss adds up; hashable.

    Attributes:
        scatter: weight of each coordinate in the scatter of a mixture's colours.
    """

    @property
    def scatter(self) -> tuple[float, float, float]:
        """Weight of each coordinate."""
        ...

    def coordinates(self, linear: Any) -> Any:
        """Return (..., 3) float coordinates of (..., 3) linear light, an array of numpy or JAX."""
        ...


@dataclass(frozen=True)
class OKLab:
    """Distance in OKLab, equal to `dither.color.linear_to_oklab` except for the darkest colours.

    Source: B. Ottosson, "A perceptual color space for image processing" (2020).

    Attributes:
        scatter: as in `Distance`. The eye resolves hue less finely than lightness (K. Mullen, "The
            contrast sensitivity of human colour vision", 1985), so grain of hue counts a quarter.

    Example:
        >>> OKLab().coordinates(np.array([1.0, 0.0, 0.0])).round(3)
        array([0.628, 0.225, 0.126])
    """

    scatter: tuple[float, float, float] = (1.0, 0.25, 0.25)

    def coordinates(self, linear: Any) -> Any:
        """Return L, a, b of (..., 3) linear light; L of black is 0.014, not 0."""
        roots = [_cube_root(cone) for cone in _combined(_channels(linear), LINEAR_TO_CONES)]
        return array_namespace(linear).stack(_combined(roots, ROOTS_TO_OKLAB), axis=-1)


@dataclass(frozen=True)
class CIELAB:
    """Distance in CIELAB under D65 divided by 100: Delta E 1976 in hundredths.

    Source: CIE 15:2004, "Colorimetry".

    Attributes:
        scatter: as in `OKLab`.

    Example:
        >>> CIELAB().coordinates(np.array([1.0, 0.0, 0.0])).round(3)
        array([0.532, 0.801, 0.672])
    """

    scatter: tuple[float, float, float] = (1.0, 0.25, 0.25)

    def coordinates(self, linear: Any) -> Any:
        """Return L*, a*, b* of (..., 3) linear light, in hundredths."""
        ratios = _combined(_channels(linear), LINEAR_TO_XYZ / LINEAR_TO_XYZ.sum(axis=1)[:, None])
        x, y, z = (cielab_roots(ratio) for ratio in ratios)
        return array_namespace(linear).stack([1.16 * y - 0.16, 5 * (x - y), 2 * (y - z)], axis=-1)


@dataclass(frozen=True)
class RGB:
    """Distance of red, green and blue, divided by the square root of 3.

    Attributes:
        light: compare the light itself ("linear") or the sRGB codes ("encoded").
        scatter: as in `Distance`.

    Raises:
        InputError: `light` is neither.

    Example:
        >>> RGB("encoded").coordinates(np.array([1.0, 0.0, 0.214])).round(3)
        array([0.577, 0.   , 0.289])
    """

    light: Light = "linear"
    scatter: tuple[float, float, float] = (1.0, 1.0, 1.0)

    def __post_init__(self) -> None:
        check_light(self.light)

    def coordinates(self, linear: Any) -> Any:
        """Return red, green and blue of (..., 3) linear light, each 0 to 0.577."""
        values = array_namespace(linear).asarray(linear)
        return (values if self.light == "linear" else linear_to_srgb(values)) / math.sqrt(3)


def product(rows: ArrayLike, matrix: ArrayLike) -> Array:
    """Return the matrix product in full single precision, also on accelerators that default to less."""
    return jnp.matmul(jnp.asarray(rows), jnp.asarray(matrix), precision="highest")


def _channels(colors: Any) -> list[Any]:
    return list(array_namespace(colors).moveaxis(colors, -1, 0))


def _combined(channels: list[Any], matrix: np.ndarray) -> list[Any]:
    """Return a (3, 3) matrix times the vector of three channels, written out.

    Compiled, sums of few terms are many times as fast as a product with so small a matrix.
    """
    one, two, three = channels
    return [a * one + b * two + c * three for a, b, c in matrix.tolist()]


def _cube_root(values: Any) -> Any:
    xp = array_namespace(values)
    safe = xp.maximum(values, _DARKEST)
    below = xp.minimum(values - _DARKEST, 0)
    # Compiled for a CPU, this uses vector instructions, which jnp.cbrt does not.
    return xp.exp(xp.log(safe) / 3) + below * (_DARKEST ** (-2 / 3) / 3)
