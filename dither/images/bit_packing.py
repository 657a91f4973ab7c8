"""Pack several pixels into a byte, as displays and printers expect them."""

from typing import Literal

import numpy as np

from dither.errors import InputError

BitOrder = Literal["msb", "lsb"]


def pack(codes: np.ndarray, *, bits: int = 1, order: BitOrder = "msb") -> np.ndarray:
    """Pack the codes of each row into bytes; every row starts at a new byte.

    Args:
        codes: (H, W) uint8 or bool, 0 to 2^bits - 1.
        bits: bits per pixel: 1, 2 or 4.
        order: whether the leftmost pixel takes a byte's highest bits ("msb", as in PBM files and most
            e-paper controllers) or its lowest ("lsb").

    Returns:
        (H, ceil(W bits / 8)) uint8; unused bits of the last byte of a row are 0.

    Raises:
        InputError: the array or an option is invalid, or a code does not fit.

    Example:
        >>> pack(np.array([[1, 0, 0, 0, 0, 0, 0, 0, 1]], np.uint8)).tolist()
        [[128, 128]]
        >>> pack(np.array([[3, 1, 2]], np.uint8), bits=2, order="lsb").tolist()
        [[39]]
    """
    codes = np.asarray(codes)
    if codes.ndim != 2 or codes.dtype not in (np.uint8, np.bool_):
        raise InputError(
            f"codes must have shape (H, W) and type uint8, not {codes.shape} and {codes.dtype}"
        )
    check_packing(bits, order)
    if codes.dtype == np.uint8 and codes.size and codes.max() >= 1 << bits:
        raise InputError(f"a code is {codes.max()}; {bits} bits hold 0 to {(1 << bits) - 1}")
    return pack_rows(codes, bits, order)


def check_packing(bits: int, order: BitOrder) -> None:
    """Raise InputError unless `bits` is 1, 2 or 4 and `order` is "msb" or "lsb"."""
    if bits not in (1, 2, 4):
        raise InputError(f"bits is {bits}; it must be 1, 2 or 4 bits per pixel")
    if order not in ("msb", "lsb"):
        raise InputError(f"order is {order!r}; it must be 'msb' or 'lsb'")


def pack_rows(codes: np.ndarray, bits: int, order: BitOrder) -> np.ndarray:
    """Pack codes that are known to fit; see `pack`."""
    if bits == 1:
        return np.packbits(codes, axis=1, bitorder="big" if order == "msb" else "little")
    per_byte = 8 // bits
    height, width = codes.shape
    bytes_across = -(-width // per_byte)
    if width % per_byte or not codes.flags.c_contiguous:
        padded = np.zeros((height, bytes_across * per_byte), np.uint8)
        padded[:, :width] = codes
        codes = padded
    # The codes of a byte are read as one integer; one multiplication moves each to its place in the top
    # byte.
    number = np.dtype("<u2" if per_byte == 2 else "<u4")
    top = 8 * (per_byte - 1)
    places = range(per_byte)
    if order == "msb":
        places = reversed(places)
    factor = sum(1 << top + bits * place - 8 * code for code, place in enumerate(places))
    products = codes.view(np.uint8).view(number) * number.type(factor)
    return (products >> number.type(top)).astype(np.uint8)


def unpack(packed: np.ndarray, width: int, *, bits: int = 1, order: BitOrder = "msb") -> np.ndarray:
    """Unpack rows of bytes into codes: the inverse of `pack`.

    Args:
        packed: (H, ceil(W bits / 8)) uint8.
        width: W.
        bits: bits per pixel: 1, 2 or 4.
        order: as in `pack`.

    Returns:
        (H, W) uint8.

    Raises:
        InputError: the rows do not hold that many pixels, or an option is invalid.

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
