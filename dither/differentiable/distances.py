"""Where colours are seen to lie, in jax.numpy, so that jax can differentiate how far they are apart.

Black and white are 1 apart in each space, so that a number that suits one about suits another.
"""

from dataclasses import dataclass
from typing import Protocol

import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.typing import ArrayLike

from dither.color import LINEAR_TO_CONES, ROOTS_TO_OKLAB
from dither.samples import Light, check_light

# Below it a cube root is continued by its tangent: at black it would be endlessly steep.
_DARKEST = 1e-5
# IEC 61966-2-1:1999: linear sRGB to XYZ, and the white of D65 as the matrix makes it.
_LINEAR_TO_XYZ = np.array(
    [
        [0.4124, 0.3576, 0.1805],
        [0.2126, 0.7152, 0.0722],
        [0.0193, 0.1192, 0.9505],
    ]
)
# CIE 15:2004: the end of the straight part of the lightness, cubed.
_CIE_DELTA = 6 / 29


class Distance(Protocol):
    """A space of colours in which squared distances are what a loss adds up; hashable.

    Attributes:
        scatter: how much the scatter of the colours of one mixture counts along each coordinate.
    """

    @property
    def scatter(self) -> tuple[float, float, float]:
        """How much each coordinate counts."""
        ...

    def coordinates(self, linear: ArrayLike) -> Array:
        """(..., 3) float coordinates of (..., 3) linear light."""
        ...


@dataclass(frozen=True)
class OKLab:
    """Distance in OKLab, as `dither.color.linear_to_oklab` has it but for the darkest colours.

    Source: B. Ottosson, "A perceptual color space for image processing" (2020).

    Attributes:
        scatter: as in `Distance`; the eye resolves hue less finely than lightness (K. Mullen, "The
            contrast sensitivity of human colour vision", 1985), so grain of hue counts a quarter.

    Example:
        >>> np.asarray(OKLab().coordinates(np.array([1.0, 0.0, 0.0]))).round(3)
        array([0.628, 0.225, 0.126], dtype=float32)
    """

    scatter: tuple[float, float, float] = (1.0, 0.25, 0.25)

    def coordinates(self, linear: ArrayLike) -> Array:
        """L, a, b of (..., 3) linear light; L of black is 0.014, not 0."""
        return product(_cube_root(product(linear, LINEAR_TO_CONES.T)), ROOTS_TO_OKLAB.T)


@dataclass(frozen=True)
class CIELAB:
    """Distance in CIELAB under D65, divided by 100: that is Delta E 1976 in hundredths.

    Source: CIE 15:2004, "Colorimetry".

    Attributes:
        scatter: as in `OKLab`.

    Example:
        >>> np.asarray(CIELAB().coordinates(np.array([1.0, 0.0, 0.0]))).round(3)
        array([0.532, 0.801, 0.672], dtype=float32)
    """

    scatter: tuple[float, float, float] = (1.0, 0.25, 0.25)

    def coordinates(self, linear: ArrayLike) -> Array:
        """L*, a*, b* of (..., 3) linear light, in hundredths."""
        ratios = product(linear, (_LINEAR_TO_XYZ / _LINEAR_TO_XYZ.sum(axis=1)[:, None]).T)
        straight = ratios / (3 * _CIE_DELTA**2) + 4 / 29
        safe = jnp.maximum(ratios, _CIE_DELTA**3)
        x, y, z = jnp.moveaxis(jnp.where(ratios > _CIE_DELTA**3, jnp.cbrt(safe), straight), -1, 0)
        return jnp.stack([1.16 * y - 0.16, 5 * (x - y), 2 * (y - z)], axis=-1)


@dataclass(frozen=True)
class RGB:
    """Distance of red, green and blue, divided by the square root of 3.

    Attributes:
        light: of the light itself ("linear"), or of the sRGB codes ("encoded").
        scatter: as in `Distance`.

    Raises:
        InputError: `light` is neither.

    Example:
        >>> np.asarray(RGB("encoded").coordinates(np.array([1.0, 0.0, 0.214]))).round(3)
        array([0.577, 0.   , 0.289], dtype=float32)
    """

    light: Light = "linear"
    scatter: tuple[float, float, float] = (1.0, 1.0, 1.0)

    def __post_init__(self) -> None:
        check_light(self.light)

    def coordinates(self, linear: ArrayLike) -> Array:
        """Red, green and blue of (..., 3) linear light, each 0 to 0.577."""
        linear = jnp.asarray(linear)
        return (linear if self.light == "linear" else encoded(linear)) / np.sqrt(3)


def encoded(linear: Array) -> Array:
    """sRGB-encoded values of linear light, as `dither.color.linear_to_srgb`."""
    curved = 1.055 * jnp.maximum(linear, 0.0031308) ** (1 / 2.4) - 0.055
    return jnp.where(linear <= 0.0031308, linear * 12.92, curved)


def decoded(codes: Array) -> Array:
    """Linear light of sRGB-encoded values, as `dither.color.srgb_to_linear`."""
    curved = ((jnp.maximum(codes, 0.04045) + 0.055) / 1.055) ** 2.4
    return jnp.where(codes <= 0.04045, codes / 12.92, curved)


def product(rows: ArrayLike, matrix: ArrayLike) -> Array:
    """The matrix product in single precision, also where an accelerator would take less."""
    return jnp.matmul(jnp.asarray(rows), jnp.asarray(matrix), precision="highest")


def scattered(distance: Distance, chances: Array, colors: Array, center: Array) -> Array:
    """Weighted squared distance of the colours of each mixture to a centre, on average.

    Args:
        distance: says how much each coordinate counts.
        chances: (..., K) probabilities.
        colors: (K, 3) coordinates.
        center: (..., 3) coordinates.

    Returns:
        (...) float32.
    """
    # sum p |c - m|^2, opened up, so that nothing of the chances' size times three is made.
    count = jnp.asarray(distance.scatter)
    squares = product(chances, jnp.sum(count * colors**2, axis=-1))
    return squares - jnp.sum(count * center * (2 * product(chances, colors) - center), axis=-1)


def _cube_root(values: Array) -> Array:
    safe = jnp.maximum(values, _DARKEST)
    below = jnp.minimum(values - _DARKEST, 0)
    return jnp.cbrt(safe) + below * (_DARKEST ** (-2 / 3) / 3)
