"""The colours that a device can show: each channel at a number of levels."""

import numpy as np

from dither.color import (
    distinct_colors,
    linear_to_oklab,
    linear_to_srgb,
    packed_codes,
    srgb_to_linear,
)
from dither.errors import InputError
from dither.samples import level_values

DeviceLevels = tuple[int, int, int]
# A flat colour is shown exactly where it is this share of what a palette's colour stands for, this
# share of the picture, and no farther than this in OKLab, where black and white are 1 apart.
_FLAT_SHARE, _FLAT_PIXELS, _FLAT_DISTANCE = 0.25, 1e-4, 0.06
# The usual displays of 24, 16 and 12 bits a pixel.
_DEVICES = {"rgb888": (256, 256, 256), "rgb565": (32, 64, 32), "rgb444": (16, 16, 16)}


def parse_device(text: str) -> DeviceLevels:
    """The levels of red, green and blue of a device, by its name or as three numbers.

    Args:
        text: "rgb888", "rgb565", "rgb444", or numbers from 2 to 256 such as "8,8,4".

    Raises:
        InputError: it is none of these.

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


def check_device(device_levels: DeviceLevels) -> None:
    """Refuse what is no device, in a sentence.

    Raises:
        InputError: there are not three whole numbers from 2 to 256.
    """
    if len(device_levels) != 3 or not all(
        isinstance(count, int | np.integer) and 2 <= count <= 256 for count in device_levels
    ):
        raise InputError(
            f"device_levels is {device_levels}; it must be three whole numbers from 2 to 256"
        )


def round_to_device(codes: np.ndarray, device_levels: DeviceLevels) -> np.ndarray:
    """The codes of the nearest levels.

    Args:
        codes: (..., 3) sRGB codes 0 to 255, integers or floats.
        device_levels: how many levels there are of red, green and blue.

    Returns:
        (..., 3) uint8.

    Example:
        >>> round_to_device(np.array([[100, 100, 100]]), (32, 64, 32)).tolist()
        [[99, 101, 99]]
    """
    out = np.empty(codes.shape, np.uint8)
    for channel, levels in enumerate(device_levels):
        place = np.rint(codes[..., channel] * ((levels - 1) / 255)).astype(np.intp)
        out[..., channel] = level_values(levels, np.dtype(np.uint8))[place]
    return out


def device_palette(
    wanted: np.ndarray, palette: np.ndarray, learned: np.ndarray, device_levels: DeviceLevels
) -> np.ndarray:
    """The palette in codes: a flat colour of the picture where one is near, else the nearest levels.

    Args:
        wanted: (H, W, 3) uint8.
        palette: (K, 3) linear light.
        learned: (K,) bool; the others are only rounded.
        device_levels: how many levels there are of red, green and blue.

    Returns:
        (K, 3) uint8; two may be alike.
    """
    exact = np.rint(linear_to_srgb(palette) * 255).astype(np.uint8)
    codes = np.where(
        learned[:, None], round_to_device(linear_to_srgb(palette) * 255, device_levels), exact
    )
    flat, counts = np.unique(packed_codes(wanted), return_counts=True)
    if len(flat) > wanted[..., 0].size // 2:
        return codes
    colors = (flat[:, None] >> np.array([16, 8, 0]) & 255).astype(np.uint8)
    return _with_flats(codes, colors, counts, learned, device_levels)


def _with_flats(
    codes: np.ndarray,
    colors: np.ndarray,
    counts: np.ndarray,
    learned: np.ndarray,
    device_levels: DeviceLevels,
) -> np.ndarray:
    labs = linear_to_oklab(srgb_to_linear(codes / 255)).astype(np.float32)
    # Rare colours cannot be flat areas, and are left out of the search for the nearest.
    total = counts.sum()
    often = np.argsort(-counts, kind="stable")[: 1 << 14]
    seen = linear_to_oklab(srgb_to_linear(colors[often] / 255)).astype(np.float32)
    distances = (labs**2).sum(axis=1) - 2 * seen @ labs.T
    nearest = distances.argmin(axis=1)
    mass = np.bincount(nearest, counts[often], len(codes))
    codes = codes.copy()
    for index in np.nonzero(learned)[0].tolist():
        mine = often[nearest == index]
        if len(mine) == 0:
            continue
        most = mine[0]  # the most frequent
        near = np.linalg.norm(seen[nearest == index][0] - labs[index]) <= _FLAT_DISTANCE
        if near and counts[most] >= max(_FLAT_SHARE * mass[index], _FLAT_PIXELS * total):
            codes[index] = round_to_device(colors[most], device_levels)
    return codes


def merge_equal_colors(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distinct colours dark to light, and the index of each of `codes` among them.

    Example:
        >>> codes, index = merge_equal_colors(np.array([[9, 9, 9], [1, 1, 1], [9, 9, 9]], np.uint8))
        >>> codes.tolist(), index.tolist()
        ([[1, 1, 1], [9, 9, 9]], [1, 0, 1])
    """
    distinct = distinct_colors(codes)
    lightness = linear_to_oklab(srgb_to_linear(distinct / 255))[:, 0]
    distinct = distinct[np.lexsort((packed_codes(distinct), lightness.round(9)))]
    place = {code: index for index, code in enumerate(packed_codes(distinct).tolist())}
    return distinct, np.array([place[code] for code in packed_codes(codes).tolist()], np.uint8)
