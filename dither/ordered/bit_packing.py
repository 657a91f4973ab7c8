"""Several pixels in a byte, as displays and printers take them."""

from typing import Literal

import numpy as np

from dither.errors import InputError

BitOrder = Literal["msb", "lsb"]


def pack(codes: np.ndarray, *, bits: int = 1, order: BitOrder = "msb") -> np.ndarray:
    """The codes of a row side by side in bytes; each row starts in a byte of its own.

    Args:
        codes: (H, W) uint8 or bool, 0 to 2^bits - 1.
        bits: of a pixel: 1, 2 or 4.
        order: whether the leftmost pixel lies in a byte's highest bits ("msb", as in PBM files and
            most e-paper controllers) or its lowest ("lsb").

    Returns:
        (H, ceil(W bits / 8)) uint8; what is left of the last byte of a row is 0.

    Raises:
        InputError: the codes are no such array, one does not fit, or an option is another.

    Example:
        >>> pack(np.array([[1, 0, 0, 0, 0, 0, 0, 0, 1]], np.uint8)).tolist()
        [[128, 128]]
        >>> pack(np.array([[3, 1, 2]], np.uint8), bits=2, order="lsb").tolist()
        [[39]]
    """
    codes = np.asarray(codes)
    if codes.ndim != 2 or codes.dtype not in (np.uint8, np.bool_):
        raise InputError(
            f"codes of shape (H, W) and type uint8 are packed, not {codes.shape} of {codes.dtype}"
        )
    check_packing(bits, order)
    if codes.dtype == np.uint8 and codes.size and codes.max() >= 1 << bits:
        raise InputError(f"a code is {codes.max()}; {bits} bits hold 0 to {(1 << bits) - 1}")
    return packed(codes, bits, order)


def check_packing(bits: int, order: BitOrder) -> None:
    """Refuse what no display takes, in a sentence."""
    if bits not in (1, 2, 4):
        raise InputError(f"bits is {bits}; 1, 2 or 4 bits of a pixel are packed")
    if order not in ("msb", "lsb"):
        raise InputError(f"order is {order!r}; it must be 'msb' or 'lsb'")


def packed(codes: np.ndarray, bits: int, order: BitOrder) -> np.ndarray:
    """As `pack`, for codes that are known to fit."""
    if bits == 1:
        return np.packbits(codes, axis=1, bitorder="big" if order == "msb" else "little")
    per_byte = 8 // bits
    height, width = codes.shape
    bytes_across = -(-width // per_byte)
    if width % per_byte or not codes.flags.c_contiguous:
        padded = np.zeros((height, bytes_across * per_byte), np.uint8)
        padded[:, :width] = codes
        codes = padded
    # The codes of a byte are one number, of which a product moves each to its place in the top byte.
    number = np.dtype("<u2" if per_byte == 2 else "<u4")
    top = 8 * (per_byte - 1)
    places = range(per_byte)
    if order == "msb":
        places = reversed(places)
    factor = sum(1 << top + bits * place - 8 * code for code, place in enumerate(places))
    products = codes.view(np.uint8).view(number) * number.type(factor)
    return (products >> number.type(top)).astype(np.uint8)


def unpack(packed: np.ndarray, width: int, *, bits: int = 1, order: BitOrder = "msb") -> np.ndarray:
    """The inverse of `pack`.

    Args:
        packed: (H, ceil(W bits / 8)) uint8.
        width: W.
        bits: of a pixel: 1, 2 or 4.
        order: as in `pack`.

    Returns:
        (H, W) uint8.

    Raises:
        InputError: the rows do not hold that many pixels, or an option is another.

    Example:
        >>> unpack(np.array([[0b11011000]], np.uint8), 3, bits=2).tolist()
        [[3, 1, 2]]
    """
    check_packing(bits, order)
    if packed.ndim != 2 or packed.shape[1] != -(-width * bits // 8):
        raise InputError(
            f"rows of {packed.shape[-1]} bytes do not hold {width} pixels of {bits} bits"
        )
    places = np.arange(8 // bits, dtype=np.uint8) * np.uint8(bits)
    shifts = places[::-1] if order == "msb" else places
    codes = (packed[:, :, None] >> shifts) & np.uint8((1 << bits) - 1)
    return codes.reshape(len(packed), packed.shape[1] * len(shifts))[:, :width]
