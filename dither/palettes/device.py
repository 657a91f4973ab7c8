"""Colours that a device can show: a number of levels per channel."""

import numpy as np

from dither.color import (
    linear_to_oklab,
    linear_to_srgb,
    packed_codes,
    sorted_by_lightness,
    srgb_to_linear,
    unpacked_codes,
)
from dither.errors import InputError
from dither.palettes.color_counts import color_counts
from dither.samples import level_values

DeviceLevels = tuple[int, int, int]
# A palette colour becomes the colour of a flat area if that colour covers this share of the pixels
# nearest to the palette colour and this share of the image, and is no farther than this in OKLab
# (black and white are 1 apart).
_FLAT_SHARE, _FLAT_PIXELS, _FLAT_DISTANCE = 0.25, 1e-4, 0.06
# Rarer colours cannot be flat areas and are not searched.
_MAX_FLAT_COLORS = 1 << 14
# Common displays of 24 to 3 bits per pixel.
_DEVICES = {
    "rgb888": (256, 256, 256),
    "rgb666": (64, 64, 64),
    "rgb565": (32, 64, 32),
    "rgb555": (32, 32, 32),
    "rgb444": (16, 16, 16),
    "rgb333": (8, 8, 8),
    "rgb332": (8, 8, 4),
    "rgb111": (2, 2, 2),
}


def parse_device(text: str) -> DeviceLevels:
    """Return the levels of red, green and blue of a device given by name or as three numbers.

    Args:
        text: "rgb888", "rgb565", "rgb332" ..., or three numbers from 2 to 256 such as "8,8,4".

    Raises:
        InputError: the text is none of these.

    Example:
        >>> parse_device("rgb565"), parse_device("8,8,4")
        ((32, 64, 32), (8, 8, 4))
    """
    if text in _DEVICES:
        return _DEVICES[text]
    try:
        red, green, blue = (int(count) for count in text.split(","))
        check_device((red, green, blue))
    except (ValueError, InputError):
        raise InputError(
            f"a device is {', '.join(_DEVICES)}, or three numbers of levels from 2 to 256 such as "
            f"8,8,4; not {text[:40]!r}"
        ) from None
    return red, green, blue


def as_device(held: DeviceLevels | str) -> DeviceLevels:
    """Return the levels of a device, or of its text as in `parse_device`."""
    return parse_device(held) if isinstance(held, str) else held


def check_device(device_levels: DeviceLevels) -> None:
    """Check the levels of a device.

    Raises:
        InputError: they are not three whole numbers from 2 to 256.
    """
    if len(device_levels) != 3 or not all(
        isinstance(count, int | np.integer) and 2 <= count <= 256 for count in device_levels
    ):
        raise InputError(
            f"device_levels is {device_levels}; it must be three whole numbers from 2 to 256"
        )


def round_to_device(codes: np.ndarray, device_levels: DeviceLevels) -> np.ndarray:
    """Round codes to the nearest levels of a device.

    Args:
        codes: (..., 3) sRGB codes 0 to 255, integers or floats.
        device_levels: number of levels of red, green and blue.

    Returns:
        (..., 3) uint8.

    Example:
        >>> round_to_device(np.array([[100, 100, 100]]), (32, 64, 32)).tolist()
        [[99, 101, 99]]
    """
    out = np.empty(codes.shape, np.uint8)
    for channel, levels in enumerate(device_levels):
        level = np.rint(codes[..., channel] * ((levels - 1) / 255)).astype(np.intp)
        out[..., channel] = level_values(levels, np.dtype(np.uint8))[level]
    return out


def device_palette(
    image: np.ndarray, palette: np.ndarray, learned: np.ndarray, device_levels: DeviceLevels
) -> np.ndarray:
    """Convert a palette to device codes, preferring the exact colours of flat areas of the image.

    Args:
        image: (H, W, 3) uint8, the image that the palette is for.
        palette: (K, 3) linear light.
        learned: (K,) bool; colours that are not learned are only rounded to 8 bits.
        device_levels: number of levels of red, green and blue.

    Returns:
        (K, 3) uint8; colours may repeat.
    """
    encoded = linear_to_srgb(palette) * 255
    exact = np.rint(encoded).astype(np.uint8)
    codes = np.where(learned[:, None], round_to_device(encoded, device_levels), exact)
    packed, counts = color_counts(image.reshape(-1, 3))
    if len(packed) > image[..., 0].size // 2:
        return codes
    total = counts.sum()
    frequent = np.argsort(-counts, kind="stable")[:_MAX_FLAT_COLORS]
    colors, counts = unpacked_codes(packed[frequent]), counts[frequent]
    points = linear_to_oklab(srgb_to_linear(colors / 255)).astype(np.float32)
    centers = linear_to_oklab(srgb_to_linear(codes / 255)).astype(np.float32)
    nearest = ((centers**2).sum(axis=1) - 2 * points @ centers.T).argmin(axis=1)
    pixels = np.bincount(nearest, counts, len(codes))
    for index in np.nonzero(learned)[0].tolist():
        members = np.flatnonzero(nearest == index)
        if len(members) == 0:
            continue
        first = members[0]  # the most frequent
        close = np.linalg.norm(points[first] - centers[index]) <= _FLAT_DISTANCE
        if close and counts[first] >= max(_FLAT_SHARE * pixels[index], _FLAT_PIXELS * total):
            codes[index] = round_to_device(colors[first], device_levels)
    return codes


def merge_equal_colors(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct colours from dark to light, and the index of each of `codes` among them.

    Args:
        codes: (K, 3) uint8, K up to 256.

    Example:
        >>> codes, index = merge_equal_colors(np.array([[9, 9, 9], [1, 1, 1], [9, 9, 9]], np.uint8))
        >>> codes.tolist(), index.tolist()
        ([[1, 1, 1], [9, 9, 9]], [1, 0, 1])
    """
    distinct = sorted_by_lightness(codes)
    index_of = {code: index for index, code in enumerate(packed_codes(distinct).tolist())}
    return distinct, np.array([index_of[code] for code in packed_codes(codes).tolist()], np.uint8)
