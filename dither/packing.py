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
    if bits not in (1, 2, 4):
        raise InputError(f"bits is {bits}; 1, 2 or 4 bits of a pixel are packed")
    if order not in ("msb", "lsb"):
        raise InputError(f"order is {order!r}; it must be 'msb' or 'lsb'")
    if codes.dtype == np.uint8 and codes.size and codes.max() >= 1 << bits:
        raise InputError(f"a code is {codes.max()}; {bits} bits hold 0 to {(1 << bits) - 1}")
    if bits == 1:
        return np.packbits(codes, axis=1, bitorder="big" if order == "msb" else "little")
    per_byte = 8 // bits
    height, width = codes.shape
    packed = np.zeros((height, -(-width // per_byte)), np.uint8)
    for place in range(per_byte):
        part = codes[:, place::per_byte]
        shift = 8 - bits * (place + 1) if order == "msb" else bits * place
        packed[:, : part.shape[1]] |= part << np.uint8(shift)
    return packed


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
    if bits not in (1, 2, 4) or order not in ("msb", "lsb"):
        raise InputError(f"pixels of {bits} bits in order {order!r} are not unpacked")
    if packed.ndim != 2 or packed.shape[1] != -(-width * bits // 8):
        raise InputError(
            f"rows of {packed.shape[-1]} bytes do not hold {width} pixels of {bits} bits"
        )
    places = np.arange(8 // bits, dtype=np.uint8) * np.uint8(bits)
    shifts = places[::-1] if order == "msb" else places
    codes = (packed[:, :, None] >> shifts) & np.uint8((1 << bits) - 1)
    return codes.reshape(len(packed), packed.shape[1] * len(shifts))[:, :width]
