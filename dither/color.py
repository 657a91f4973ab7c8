"""Convert colours: sRGB codes, linear light, luminance and the perceptual space OKLab.

Source: IEC 61966-2-1:1999 (the sRGB transfer function and its constants); ITU-R BT.709
(the luminance weights of the sRGB primaries); B. Ottosson, "A perceptual color space for image
processing" (2020), with the matrices of its revision of 2021-01-25 (OKLab).
"""

import functools
from typing import Any, TypeVar

import numpy as np

# A numpy or jax array.
Values = TypeVar("Values")

# Luminance of the linear red, green and blue of sRGB (ITU-R BT.709).
LUMINANCE_WEIGHTS = (0.2126, 0.7152, 0.0722)

# Steps of luminance in the table of 8-bit greys, and pixels that are converted at a time, in cache.
_GRAY_STEPS = 4096
_GRAY_BLOCK = 1 << 15

# Linear sRGB to the cone responses of OKLab, and their cube roots to its L, a, b (Ottosson 2020).
LINEAR_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
ROOTS_TO_OKLAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
# Inverted here, not taken from the ten printed digits, so that a round trip is exact.
CONES_TO_LINEAR = np.linalg.inv(LINEAR_TO_CONES)
OKLAB_TO_ROOTS = np.linalg.inv(ROOTS_TO_OKLAB)


def array_namespace(values: Any) -> Any:
    """Return the module with an array's functions, numpy or jax.numpy (Array API standard)."""
    return getattr(values, "__array_namespace__", lambda: np)()


def srgb_to_linear(encoded: Values) -> Values:
    """Convert sRGB-encoded values to linear light.

    Args:
        encoded: any shape, float, 0 (black) to 1 (white).

    Returns:
        Same shape, float, 0 to 1.

    Example:
        >>> float(srgb_to_linear(np.array(0.5)).round(4))
        0.214
    """
    xp = array_namespace(encoded)
    values = xp.asarray(encoded)
    # The power is taken above the bend only, so that its slope is finite for automatic differentiation.
    curved = ((xp.maximum(values, 0.04045) + 0.055) / 1.055) ** 2.4
    return xp.where(values <= 0.04045, values / 12.92, curved)


def linear_to_srgb(linear: Values) -> Values:
    """Convert linear light to sRGB-encoded values; the inverse of `srgb_to_linear`.

    Args:
        linear: any shape, float, 0 to 1.

    Returns:
        Same shape, float, 0 to 1.

    Example:
        >>> float(linear_to_srgb(np.array(0.214)).round(2))
        0.5
    """
    xp = array_namespace(linear)
    values = xp.asarray(linear)
    curved = 1.055 * xp.maximum(values, 0.0031308) ** (1 / 2.4) - 0.055
    return xp.where(values <= 0.0031308, values * 12.92, curved)


@functools.lru_cache(maxsize=4)
def linear_of_codes(white: int) -> np.ndarray:
    """Return (white + 1,) float32, the linear light of each sRGB code; read-only.

    Example:
        >>> linear_of_codes(2).astype(float).round(3).tolist()
        [0.0, 0.214, 1.0]
    """
    table = srgb_to_linear(np.arange(white + 1) / white).astype(np.float32)
    table.flags.writeable = False
    return table


@functools.lru_cache(maxsize=2)
def code_boundaries(white: int) -> np.ndarray:
    """Return the linear light at the boundary between each two neighbouring integer sRGB codes.

    The code nearest to a light is the number of boundaries at or below it. This gives the same code on
    every machine, which powers of 32-bit floats do not.

    Args:
        white: the code of white, such as 255.

    Returns:
        (white,) float64, ascending, read-only.

    Example:
        >>> np.searchsorted(code_boundaries(255), [0.0, 0.214, 1.0], side="right").tolist()
        [0, 127, 255]
    """
    boundaries = srgb_to_linear((np.arange(white) + 0.5) / white)
    boundaries.flags.writeable = False
    return boundaries


def to_gray(color: np.ndarray) -> np.ndarray:
    """Convert colours to the grey of the same luminance, mixed in linear light.

    Args:
        color: (H, W, 3) uint8, uint16 or float sRGB codes.

    Returns:
        (H, W) of the same dtype; a grey colour keeps its code exactly.

    Example:
        >>> to_gray(np.array([[[255, 0, 0], [9, 9, 9]]], np.uint8))
        array([[127,   9]], dtype=uint8)
    """
    gray = np.empty(color.shape[:2], color.dtype)
    if color.dtype == np.uint8:
        step = max(1, _GRAY_BLOCK // max(1, color.shape[1]))
        for top in range(0, len(color), step):
            gray[top : top + step] = _gray_codes(color[top : top + step])
        return gray
    integer = np.issubdtype(color.dtype, np.integer)
    white = np.iinfo(color.dtype).max if integer else 1
    for row, out in zip(color, gray, strict=True):
        luminance = srgb_to_linear(row / white) @ np.array(LUMINANCE_WEIGHTS)
        encoded = linear_to_srgb(luminance) * white
        out[:] = np.rint(encoded) if integer else encoded
    return gray


@functools.lru_cache(maxsize=1)
def _gray_tables() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return tables from 8-bit codes to their share of luminance, and from luminance to codes.

    Returns:
        (3, 256) float64 luminance of each red, green and blue code; (_GRAY_STEPS + 2,) uint8 smallest
        code in each of as many steps of luminance; and (256,) float64 luminance from which on the next
        code is nearer.
    """
    shares = np.array(LUMINANCE_WEIGHTS)[:, None] * srgb_to_linear(np.arange(256) / 255)
    boundaries = code_boundaries(255)
    steps = np.arange(_GRAY_STEPS + 2) / _GRAY_STEPS
    lowest = np.searchsorted(boundaries, steps, side="right").astype(np.uint8)
    return shares, lowest, np.append(boundaries, np.inf)


def _gray_codes(color: np.ndarray) -> np.ndarray:
    """Convert (rows, W, 3) uint8 codes to grey codes by tables instead of powers."""
    shares, lowest, boundaries = _gray_tables()
    luminance = shares[0].take(color[..., 0])
    luminance += shares[1].take(color[..., 1])
    luminance += shares[2].take(color[..., 2])
    codes = lowest.take((luminance * _GRAY_STEPS).astype(np.intp))
    # No step holds two boundaries, which are 1 / 3294 apart or more.
    codes += luminance >= boundaries.take(codes)
    return codes


def linear_to_oklab(linear: np.ndarray) -> np.ndarray:
    """Convert linear light to OKLab, a space in which equal distances look about equal.

    Source: B. Ottosson, "A perceptual color space for image processing" (2020).

    Args:
        linear: (..., 3) float linear red, green and blue of sRGB, 0 to 1; values outside that range
            (colours outside sRGB) are accepted.

    Returns:
        (..., 3) float64: lightness L, 0 (black) to 1 (white), then a (green to red) and b (blue to
        yellow), about -0.4 to 0.4 and 0 for every grey.

    Example:
        >>> linear_to_oklab(np.array([1.0, 0.0, 0.0])).round(3).tolist()
        [0.628, 0.225, 0.126]
    """
    return np.cbrt(np.asarray(linear) @ LINEAR_TO_CONES.T) @ ROOTS_TO_OKLAB.T


def oklab_to_linear(oklab: np.ndarray) -> np.ndarray:
    """Convert OKLab to linear light; the inverse of `linear_to_oklab`.

    Args:
        oklab: (..., 3) float L, a, b.

    Returns:
        (..., 3) float64 linear red, green and blue of sRGB; below 0 or above 1 if the colour is outside
        sRGB.

    Example:
        >>> oklab_to_linear(np.array([0.5, 0.0, 0.0])).round(3).tolist()
        [0.125, 0.125, 0.125]
    """
    return (np.asarray(oklab) @ OKLAB_TO_ROOTS.T) ** 3 @ CONES_TO_LINEAR.T


def packed_codes(colors: np.ndarray) -> np.ndarray:
    """Pack each colour of (..., 3) uint8 sRGB codes into one integer 0xRRGGBB.

    Returns:
        (...) int32.

    Example:
        >>> hex(packed_codes(np.array([15, 56, 255], np.uint8)))
        '0xf38ff'
    """
    red, green, blue = np.moveaxis(colors.astype(np.int32), -1, 0)
    return red << 16 | green << 8 | blue


def unpacked_codes(packed: np.ndarray) -> np.ndarray:
    """Unpack integers 0xRRGGBB into (..., 3) uint8 sRGB codes; the inverse of `packed_codes`.

    Example:
        >>> unpacked_codes(np.array([0x0F38FF])).tolist()
        [[15, 56, 255]]
    """
    return (packed[..., None] >> np.array([16, 8, 0]) & 255).astype(np.uint8)


def distinct_colors(colors: np.ndarray) -> np.ndarray:
    """Return the distinct rows of (N, 3) uint8 sRGB codes, in the order of their first appearance.

    Example:
        >>> distinct_colors(np.array([[9, 9, 9], [1, 2, 3], [9, 9, 9]], np.uint8)).tolist()
        [[9, 9, 9], [1, 2, 3]]
    """
    _, first = np.unique(packed_codes(colors), return_index=True)
    return colors[np.sort(first)]


def sorted_by_lightness(colors: np.ndarray) -> np.ndarray:
    """Return the distinct rows of (N, 3) uint8 sRGB codes, from dark to light.

    Example:
        >>> sorted_by_lightness(np.array([[9, 9, 9], [1, 2, 3], [9, 9, 9]], np.uint8)).tolist()
        [[1, 2, 3], [9, 9, 9]]
    """
    colors = distinct_colors(colors)
    lightness = linear_to_oklab(srgb_to_linear(colors / 255))[:, 0]
    # Equal lightness (to 9 digits) is ordered by code, so that every machine gives the same order.
    return colors[np.lexsort((packed_codes(colors), lightness.round(9)))]
