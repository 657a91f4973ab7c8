"""Layouts of pixels without a header, as the memory of displays has them."""

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np

from dither.errors import InputError
from dither.images.bit_packing import pack

# Rows from left to right, with the leftmost pixel in the highest or the lowest bits of a byte; pages of
# 8 rows; or a plane for each bit.
Layout = Literal["msb", "lsb", "pages", "planes"]
# A page of a SSD1306 has a byte for each column, with the uppermost of its 8 pixels in the lowest bit
# (Solomon Systech, "SSD1306", rev. 1.1, 2008, section 8.7).
_PAGE_ROWS = 8
_MOST_WORD_BITS = 32


def raw_bytes(codes: np.ndarray, levels: int | Sequence[int], layout: Layout) -> np.ndarray:
    """Return the bytes of a dithered picture in a layout.

    Args:
        codes: (H, W) levels or indices, or (H, W, 3) levels; 0 to levels - 1.
        levels: number of levels or indices, or one for each channel. Rows take 1, 2, 4, 8 or 16 bits
            for one channel; three channels share a word of 8, 16, 24 or 32 bits, with red in its
            highest bits: (32, 64, 32) is RGB565, (8, 8, 4) is RGB332.
        layout: "msb": the leftmost pixel in the highest bits of a byte, and words with their highest
            byte first; "lsb": the lowest first for both; "pages": 1 bit, as the memory of a SSD1306;
            "planes": a plane of packed rows for each bit of each channel, the lowest bit first.

    Returns:
        (rows, bytes) uint8; pages are rows, and planes follow each other.

    Raises:
        InputError: the layout is unknown, or cannot hold such codes.

    Example:
        >>> raw_bytes(np.array([[[31, 0, 1]]], np.uint8), (32, 64, 32), "msb").tolist()
        [[248, 1]]
        >>> raw_bytes(np.array([[1], [0], [1]], np.uint8), 2, "pages").tolist()
        [[5]]
    """
    if layout not in get_args(Layout):
        raise InputError(
            f"the layout is {layout!r}; it must be one of {', '.join(get_args(Layout))}"
        )
    bits = bits_of(levels)
    if layout == "pages":
        if codes.ndim == 3 or bits != (1,):
            raise InputError("pages hold 1 bit per pixel; give 2 levels of grey, or 2 colours")
        return _pages(codes)
    if layout == "planes":
        channels = [codes] if codes.ndim == 2 else list(np.moveaxis(codes, 2, 0))
        counts = bits if len(bits) == len(channels) else bits * len(channels)
        return np.concatenate(
            [
                pack((channel >> bit & 1).astype(np.uint8))
                for channel, count in zip(channels, counts, strict=True)
                for bit in range(count)
            ]
        )
    if codes.ndim == 3:
        return _words(codes, bits, layout)
    width = row_bits(levels, layout)
    if width <= 4:
        return pack(codes.astype(np.uint8), bits=width, order=layout)
    order = ">" if layout == "msb" else "<"
    return np.ascontiguousarray(codes.astype(f"{order}u{width // 8}")).view(np.uint8)


def bits_of(levels: int | Sequence[int]) -> tuple[int, ...]:
    """Return the fewest bits that hold the levels, for all channels or for each.

    Example:
        >>> bits_of(5), bits_of((32, 64, 32))
        ((3,), (5, 6, 5))
    """
    counts = levels if isinstance(levels, Sequence) else (levels,)
    return tuple(max(1, (int(count) - 1).bit_length()) for count in counts)


def row_bits(levels: int | Sequence[int], layout: Layout) -> int:
    """Return the bits that a pixel of one channel takes: in rows 1, 2, 4, 8 or 16."""
    bits = bits_of(levels)[0]
    return bits if layout in ("pages", "planes") else next(b for b in (1, 2, 4, 8, 16) if bits <= b)


def word_bits(levels: Sequence[int]) -> int:
    """Return the bits of the word that a pixel of several channels takes.

    Raises:
        InputError: the channels together take more than 32 bits.
    """
    total = sum(bits_of(levels))
    if total > _MOST_WORD_BITS:
        raise InputError(f"a pixel takes {total} bits; a word has {_MOST_WORD_BITS} at most")
    return -(-total // 8) * 8


def _words(codes: np.ndarray, bits: tuple[int, ...], layout: Layout) -> np.ndarray:
    bits = bits if len(bits) == codes.shape[2] else bits * codes.shape[2]
    size = word_bits([1 << each for each in bits]) // 8
    words = np.zeros(codes.shape[:2], np.uint32)
    for channel, count in enumerate(bits):
        words = words << np.uint32(count) | codes[..., channel]
    parts = words.astype(">u4")[..., None].view(np.uint8)[..., 4 - size :]
    parts = parts if layout == "msb" else parts[..., ::-1]
    return np.ascontiguousarray(parts).reshape(len(codes), -1)


def _pages(codes: np.ndarray) -> np.ndarray:
    padded = np.pad(codes.astype(bool), ((0, -len(codes) % _PAGE_ROWS), (0, 0)))
    pages = padded.reshape(-1, _PAGE_ROWS, codes.shape[1])
    return np.packbits(pages, axis=1, bitorder="little")[:, 0]
