"""sRGB codes, linear light and luminance.

Source: IEC 61966-2-1:1999 (the sRGB transfer function and its constants); ITU-R BT.709
(the luminance weights of the sRGB primaries).
"""

import numpy as np

# Luminance of the linear red, green and blue of sRGB (ITU-R BT.709).
LUMINANCE_WEIGHTS = (0.2126, 0.7152, 0.0722)


def srgb_to_linear(encoded: np.ndarray) -> np.ndarray:
    """Linear light of sRGB-encoded values.

    Args:
        encoded: any shape, float, 0 (black) to 1 (white).

    Returns:
        Same shape, float, 0 to 1.

    Example:
        >>> float(srgb_to_linear(np.array(0.5)).round(4))
        0.214
    """
    encoded = np.asarray(encoded)
    return np.where(
        encoded <= 0.04045, encoded / 12.92, ((np.maximum(encoded, 0) + 0.055) / 1.055) ** 2.4
    )


def linear_to_srgb(linear: np.ndarray) -> np.ndarray:
    """sRGB-encoded values of linear light: the inverse of `srgb_to_linear`.

    Args:
        linear: any shape, float, 0 to 1.

    Returns:
        Same shape, float, 0 to 1.

    Example:
        >>> float(linear_to_srgb(np.array(0.214)).round(2))
        0.5
    """
    linear = np.asarray(linear)
    return np.where(
        linear <= 0.0031308, linear * 12.92, 1.055 * np.maximum(linear, 0) ** (1 / 2.4) - 0.055
    )


def to_gray(color: np.ndarray) -> np.ndarray:
    """The grey that has the luminance of each colour, mixed in linear light.

    Args:
        color: (H, W, 3) uint8, uint16 or float sRGB codes.

    Returns:
        (H, W) of the same dtype; a grey colour keeps its code exactly.

    Example:
        >>> to_gray(np.array([[[255, 0, 0], [9, 9, 9]]], np.uint8))
        array([[127,   9]], dtype=uint8)
    """
    integer = np.issubdtype(color.dtype, np.integer)
    full = np.iinfo(color.dtype).max if integer else 1
    gray = np.empty(color.shape[:2], color.dtype)
    for row, out in zip(color, gray, strict=True):
        luminance = srgb_to_linear(row / full) @ np.array(LUMINANCE_WEIGHTS)
        encoded = linear_to_srgb(luminance) * full
        out[:] = np.rint(encoded) if integer else encoded
    return gray
