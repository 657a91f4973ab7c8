"""What the samples of an image are: their types and ranges, and the codes that levels are shown as."""

from typing import Literal, TypeVar

import numpy as np

from dither.errors import InputError

Light = Literal["encoded", "linear"]

_MOST_LEVELS = 1 << 16

Count = TypeVar("Count")


def check_levels(levels: int) -> None:
    """Refuse a number of levels that is not a whole number from 2 to 65,536.

    Raises:
        InputError: `levels` is none of these.
    """
    if not isinstance(levels, int | np.integer) or not 2 <= levels <= _MOST_LEVELS:
        raise InputError(f"levels is {levels}; it must be a whole number from 2 to {_MOST_LEVELS}")


def check_light(light: str) -> None:
    """Refuse what names no light.

    Raises:
        InputError: `light` is neither "encoded" nor "linear".
    """
    if light not in ("encoded", "linear"):
        raise InputError(f"light is {light!r}; it must be 'encoded' or 'linear'")


def level_values(levels: int, dtype: np.dtype) -> np.ndarray:
    """The full-range code of each level: round(i V / (levels - 1)), halves upward.

    Example:
        >>> level_values(4, np.dtype(np.uint8)).tolist()
        [0, 85, 170, 255]
    """
    white, steps = int(np.iinfo(dtype).max), levels - 1
    return ((2 * np.arange(levels, dtype=np.int64) * white + steps) // (2 * steps)).astype(dtype)


def white_of(array: np.ndarray) -> int:
    """The code of white in an integer array, 1 for bool."""
    return 1 if array.dtype == np.bool_ else int(np.iinfo(array.dtype).max)


def level_count(bits: int | None, levels: Count | None) -> Count | int:
    """The number of levels, or one for each channel, given as it is or as bits a channel.

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


def native(image: np.ndarray) -> np.ndarray:
    """The image in this machine's byte order."""
    image = np.asarray(image)
    return image.astype(image.dtype.newbyteorder("="), copy=False)


def checked_image(image: np.ndarray) -> np.ndarray:
    """The image as uint8, uint16, float32 or float64; bool becomes 0 and 255 of uint8.

    Raises:
        InputError: another shape than (H, W) or (H, W, C), another type, or floats beyond 0..1.
    """
    if image.ndim not in (2, 3):
        raise InputError(f"an image has shape (H, W) or (H, W, C), not {image.shape}")
    if image.dtype == np.bool_:
        return image.astype(np.uint8) * np.uint8(255)
    if image.dtype in (np.float32, np.float64):
        # Written so that NaN fails too; resampling filters overshoot by a hair, which is clipped.
        if image.size and not (image.min() >= -1e-3 and image.max() <= 1 + 1e-3):
            raise InputError(
                f"float images hold 0 to 1; this one reaches from {image.min()} to {image.max()}"
            )
        return image
    if image.dtype not in (np.uint8, np.uint16):
        raise InputError(
            f"images of uint8, uint16, bool, float32 or float64 are dithered, not {image.dtype}"
        )
    return image


def as_color(image: np.ndarray) -> np.ndarray:
    """(H, W, 3), the channels of a grey image one and the same memory.

    Raises:
        InputError: the image has other than 1 or 3 channels.
    """
    if image.ndim == 2:
        image = image[..., None]
    if image.shape[2] not in (1, 3):
        raise InputError(
            f"to a palette, images of 1 or 3 channels are dithered, not of {image.shape[2]}"
        )
    return np.broadcast_to(image, (*image.shape[:2], 3))


def eight_bit_colors(image: np.ndarray) -> np.ndarray:
    """(H, W, 3) uint8, the channels of a grey image one and the same memory.

    Args:
        image: (H, W), (H, W, 1) or (H, W, 3); uint8, uint16, or floats of 0..1, which are rounded.

    Raises:
        InputError: the image has another number of channels.

    Example:
        >>> eight_bit_colors(np.array([[65535, 128]], np.uint16))[..., 0].tolist()
        [[255, 0]]
    """
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

    Example:
        >>> color, alpha = split_alpha(np.zeros((4, 5, 4), np.uint8))
        >>> color.shape, None if alpha is None else alpha.shape
        ((4, 5, 3), (4, 5, 1))
    """
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
        share = alpha / (1 if alpha.dtype.kind == "f" else white_of(alpha))
        alpha = np.rint(share.clip(0, 1) * white_of(color)).astype(color.dtype)
    return np.concatenate([color, alpha], axis=2)
