"""Image samples: their dtypes and ranges, and the code that shows each level."""

import re
from collections.abc import Sequence
from typing import Literal, TypeVar

import numpy as np

from dither.errors import InputError
from dither.held import as_array, as_bytes, holds_only_integers
from dither.wording import counted

Light = Literal["encoded", "linear"]
# One number of levels for all channels, or one for each.
Levels = int | Sequence[int] | str

_MAX_LEVELS = 1 << 16
# Resampling filters overshoot a little; float samples this far outside 0..1 are clipped, not refused.
_TOLERANCE = 1e-3
# Channels of an image whose first axis may be taken for the last.
_CHANNELS = (1, 3, 4)

Count = TypeVar("Count")


def check_levels(levels: int) -> None:
    """Check the number of levels.

    Raises:
        InputError: `levels` is not a whole number from 2 to 65,536.
    """
    if not isinstance(levels, int | np.integer) or not 2 <= levels <= _MAX_LEVELS:
        raise InputError(f"levels is {levels}; it must be a whole number from 2 to {_MAX_LEVELS}")


def levels_of(levels: Levels, channels: int | None = None) -> tuple[int, ...]:
    """Return the number of levels of each channel.

    Args:
        levels: one number for all channels, or one for each, or the bits of each channel as a text
            such as "rgb565".
        channels: how many there are; if None, numbers are only checked.

    Raises:
        InputError: there is a number for each of another number of channels, or one is out of range.

    Example:
        >>> levels_of(4, 3), levels_of((32, 64, 32), 3), levels_of("rgb332")
        ((4, 4, 4), (32, 64, 32), (8, 8, 4))
    """
    if isinstance(levels, str):
        if not re.fullmatch("rgb[1-8]{3}", levels):
            raise InputError(
                f"levels is {levels[:40]!r}; it must be a number, one for each channel, or the bits of "
                "each channel, such as rgb565"
            )
        levels = [1 << int(bits) for bits in levels[3:]]
    if not isinstance(levels, Sequence):
        check_levels(levels)
        return (int(levels),) * (1 if channels is None else channels)
    for count in levels:
        check_levels(count)
    if channels is not None and len(levels) != channels:
        raise InputError(
            f"levels has {counted(len(levels), 'number')}, but the image has "
            f"{counted(channels, 'channel')}"
        )
    return tuple(int(count) for count in levels)


def check_light(light: str) -> None:
    """Check the name of the light in which samples are mixed.

    Raises:
        InputError: `light` is neither "encoded" nor "linear".
    """
    if light not in ("encoded", "linear"):
        raise InputError(f"light is {light!r}; it must be 'encoded' or 'linear'")


def check_strength(strength: float) -> None:
    """Refuse a strength that is not from 0 to 1.

    Raises:
        InputError: `strength` is out of range or NaN.
    """
    if not 0 <= strength <= 1:
        raise InputError(f"strength is {strength}; it must be from 0 to 1")


def level_values(levels: int, dtype: np.dtype) -> np.ndarray:
    """Return the full-range code of each level: round(i V / (levels - 1)), halves up.

    Example:
        >>> level_values(4, np.dtype(np.uint8)).tolist()
        [0, 85, 170, 255]
    """
    white, steps = int(np.iinfo(dtype).max), levels - 1
    return ((2 * np.arange(levels, dtype=np.int64) * white + steps) // (2 * steps)).astype(dtype)


def level_picture(codes: np.ndarray, counts: Sequence[int], dtype: np.dtype) -> np.ndarray:
    """Return the full-range value of each level of each channel: codes, or 0 to 1 for floats.

    Args:
        codes: (H, W) or (H, W, C) levels.
        counts: number of levels of each channel.
        dtype: of the result.

    Example:
        >>> level_picture(np.array([[[1, 1]]]), (2, 4), np.dtype(np.uint8)).tolist()
        [[[255, 85]]]
    """
    if np.issubdtype(dtype, np.floating):
        steps = np.array(counts, dtype) - 1
        return codes.astype(dtype) / (steps if codes.ndim == 3 else steps[0])
    if len(set(counts)) <= 1:
        return level_values(counts[0] if counts else 2, dtype)[codes]
    picture = np.empty(codes.shape, dtype)
    for channel, count in enumerate(counts):
        picture[..., channel] = level_values(count, dtype)[codes[..., channel]]
    return picture


def white_code(array: np.ndarray) -> int:
    """Return the code of white: the largest of an integer dtype, 1 for bool and floats.

    Example:
        >>> white_code(np.zeros(1, np.uint8)), white_code(np.zeros(1))
        (255, 1)
    """
    return int(np.iinfo(array.dtype).max) if array.dtype.kind in "iu" else 1


def level_count(bits: int | None, levels: Count | None) -> Count | int:
    """Return the number of levels, given either directly (or per channel) or as bits per channel.

    Raises:
        InputError: both or neither are given, or `bits` is not from 1 to 16.
    """
    if (bits is None) == (levels is None):
        raise InputError("give either bits or levels")
    if levels is not None:
        return levels
    if not isinstance(bits, int | np.integer) or not 1 <= bits <= 16:
        raise InputError(f"bits is {bits}; it must be a whole number from 1 to 16")
    return 1 << bits


def native_byte_order(image: np.ndarray) -> np.ndarray:
    """Return the image in this machine's byte order; a copy only if that differs.

    Nested lists of Python's integers become uint8, and float16 becomes float32. Arrays and numbers of
    numpy in a list keep their dtype.

    Raises:
        InputError: the image is not an array of numbers, or an integer of a list is not from 0 to 255.

    Example:
        >>> native_byte_order([[0, 255]]).dtype, native_byte_order(np.zeros((1, 1), "f2")).dtype
        (dtype('uint8'), dtype('float32'))
    """
    held, image = image, as_array(image, "image")
    # An array of int64 may hold anything; numbers that are written as a list have no dtype.
    if image.dtype.kind in "iu" and holds_only_integers(held):
        return as_bytes(image, "image", "; for 16 bits, give an array of uint16")
    image = image.astype(image.dtype.newbyteorder("="), copy=False)
    return image.astype(np.float32) if image.dtype == np.float16 else image


def checked_image(image: np.ndarray) -> np.ndarray:
    """Check an image and return it as uint8, uint16, float32 or float64 in native byte order.

    Bool becomes 0 and 255 of uint8, and float16 becomes float32; other dtypes stay.

    Args:
        image: an array, or what `as_array` takes, such as an image of Pillow; nested lists hold whole
            numbers from 0 to 255, or floats from 0 to 1.

    Raises:
        InputError: the shape is not (H, W) or (H, W, C), a side is 0, the channels come first, the
            dtype is another, or floats are outside 0..1.

    Example:
        >>> checked_image(np.zeros((0, 4), np.uint8))
        Traceback (most recent call last):
        ...
        dither.errors.InputError: image has no pixels: its shape is (0, 4)
    """
    image = native_byte_order(image)
    if image.ndim not in (2, 3):
        raise InputError(f"an image has shape (H, W) or (H, W, C), not {image.shape}")
    if not image.size:
        raise InputError(f"image has no pixels: its shape is {image.shape}")
    if image.ndim == 3 and image.shape[0] in _CHANNELS and min(image.shape[1:]) > max(_CHANNELS):
        raise InputError(
            f"image has shape {image.shape}, which is (C, H, W); an image is (H, W, C), such as "
            "np.moveaxis(image, 0, -1)"
        )
    if image.dtype == np.bool_:
        return image.astype(np.uint8) * np.uint8(255)
    if image.dtype in (np.float32, np.float64):
        # Written so that NaN is refused too.
        if image.size and not (image.min() >= -_TOLERANCE and image.max() <= 1 + _TOLERANCE):
            raise InputError(
                f"float images hold 0 to 1; this one ranges from {image.min()} to {image.max()}"
            )
        return image
    if image.dtype not in (np.uint8, np.uint16):
        raise InputError(
            f"an image must be uint8, uint16, bool, float32 or float64, not {image.dtype}"
        )
    return image


def as_color(image: np.ndarray) -> np.ndarray:
    """Return an image as (H, W, 3); the channels of a grey image share memory.

    Raises:
        InputError: the image does not have 1 or 3 channels.
    """
    if image.ndim == 2:
        image = image[..., None]
    if image.shape[2] not in (1, 3):
        raise InputError(
            f"palettes need an image of 1 or 3 channels; this one has {image.shape[2]}"
        )
    return np.broadcast_to(image, (*image.shape[:2], 3))


def eight_bit_colors(image: np.ndarray) -> np.ndarray:
    """Return an image as (H, W, 3) uint8; the channels of a grey image share memory.

    Args:
        image: (H, W), (H, W, 1) or (H, W, 3); a dtype that `checked_image` accepts. Floats are rounded.

    Raises:
        InputError: as `checked_image`, or the image does not have 1 or 3 channels.

    Example:
        >>> eight_bit_colors(np.array([[65535, 128]], np.uint16))[..., 0].tolist()
        [[255, 0]]
    """
    image = checked_image(image)
    # A grey image is converted once, not three times.
    image = as_color(image)[..., : 1 if image.ndim == 2 else image.shape[2]]
    if image.dtype != np.uint8:
        codes = np.empty(image.shape, np.uint8)
        for row, out in zip(image, codes, strict=True):
            if row.dtype == np.uint16:
                out[...] = (row.astype(np.uint32) + 128) // 257
            else:
                out[...] = np.rint(np.clip(row, 0, 1) * 255)
        image = codes
    return as_color(image)


def split_alpha(image: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """Return the colour channels, and alpha (H, W, 1) if there are 2 or 4 channels; else None.

    Both have the native byte order.

    Example:
        >>> color, alpha = split_alpha(np.zeros((4, 5, 4), np.uint8))
        >>> color.shape, None if alpha is None else alpha.shape
        ((4, 5, 3), (4, 5, 1))
    """
    image = native_byte_order(image)
    if image.ndim == 3 and image.shape[2] in (2, 4):
        return image[..., :-1], image[..., -1:]
    return image, None


def join_alpha(color: np.ndarray, alpha: np.ndarray | None) -> np.ndarray:
    """Append alpha to colour channels, scaled to their dtype; the inverse of `split_alpha`.

    Args:
        color: (H, W, C), an integer or float dtype.
        alpha: (H, W, 1) of any sample dtype, or None.

    Example:
        >>> join_alpha(np.zeros((1, 1, 3), np.uint16), np.full((1, 1, 1), 255, np.uint8))[0, 0, 3]
        np.uint16(65535)
    """
    if alpha is None:
        return color
    if alpha.dtype != color.dtype:
        scaled = (alpha / white_code(alpha)).clip(0, 1) * white_code(color)
        alpha = (np.rint(scaled) if color.dtype.kind == "u" else scaled).astype(color.dtype)
    return np.concatenate([color, alpha], axis=2)
