"""Exact-colour lookup through a perfect hash: pixels that have a colour of the palette keep it."""

import functools
from typing import NamedTuple

import numpy as np

from dither.color import packed_codes

# Slots of the hash table: 2^13 keys take 32 KiB and stay in the first-level cache.
_BITS = 13
_EMPTY = 0xFFFFFFFF


class ExactColors(NamedTuple):
    """Perfect hash of a palette's colours; read-only.

    The colour 0xRRGGBB is in slot ((code * factor) mod 2^32) >> shift.

    Attributes:
        keys: (8192,) uint32 the colour in each slot, 0xFFFFFFFF for none.
        indices: (8192,) uint8 its index in the palette.
        factor: uint32.
        shift: uint32.
    """

    keys: np.ndarray
    indices: np.ndarray
    factor: np.uint32
    shift: np.uint32


@functools.lru_cache(maxsize=4)
def exact_colors(colors: bytes) -> ExactColors:
    """Build the hash of a palette.

    Args:
        colors: K times 3 bytes of sRGB codes, K up to 256, all distinct.

    Example:
        >>> black_white = exact_colors(bytes([0, 0, 0, 255, 255, 255]))
        >>> (black_white.keys != 0xFFFFFFFF).sum()
        np.int64(2)
    """
    codes = packed_codes(np.frombuffer(colors, np.uint8).reshape(-1, 3)).astype(np.uint32)
    shift = np.uint32(32 - _BITS)
    generator = np.random.default_rng(0)
    while True:
        # About one odd factor in fifty separates all of 256 colours.
        factor = np.uint32(generator.integers(1 << 31, 1 << 32) | 1)
        slots = codes * factor >> shift
        if len(np.unique(slots)) == len(codes):
            break
    keys = np.full(1 << _BITS, _EMPTY, np.uint32)
    indices = np.zeros(1 << _BITS, np.uint8)
    keys[slots], indices[slots] = codes, np.arange(len(codes))
    keys.flags.writeable = indices.flags.writeable = False
    return ExactColors(keys, indices, factor, shift)


def keep_exact(image: np.ndarray, exact: ExactColors, out: np.ndarray) -> None:
    """Write the index of every pixel that has one of the palette's colours.

    Args:
        image: (H, W, 3) uint8.
        exact: the hash of the palette.
        out: (H, W) uint8; other pixels are not changed.
    """
    codes = packed_codes(image).astype(np.uint32)
    slots = codes * exact.factor >> exact.shift
    same = exact.keys[slots] == codes
    out[same] = exact.indices[slots[same]]
