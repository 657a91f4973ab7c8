"""Which pixels have one of a palette's own colours: a hash without collisions answers at once."""

import functools
from typing import NamedTuple

import numpy as np

from dither.color import packed_codes

# Places of the hash: 32 KiB of keys stay in a processor's nearest cache.
_BITS = 13
_EMPTY = 0xFFFFFFFF


class ExactColors(NamedTuple):
    """A palette by its colours' codes; read-only.

    A colour 0xRRGGBB has its place at ((code * factor) mod 2^32) >> shift.

    Attributes:
        keys: (8192,) uint32 the code of the colour at each place, 0xFFFFFFFF for none.
        indices: (8192,) uint8 its index.
        factor: uint32.
        shift: uint32.
    """

    keys: np.ndarray
    indices: np.ndarray
    factor: np.uint32
    shift: np.uint32


@functools.lru_cache(maxsize=4)
def exact_colors(colors: bytes) -> ExactColors:
    """The hash of a palette.

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
        # Of odd factors about one in fifty has a place of its own for each of 256 colours.
        factor = np.uint32(generator.integers(1 << 31, 1 << 32) | 1)
        places = codes * factor >> shift
        if len(np.unique(places)) == len(codes):
            break
    keys = np.full(1 << _BITS, _EMPTY, np.uint32)
    indices = np.zeros(1 << _BITS, np.uint8)
    keys[places], indices[places] = codes, np.arange(len(codes))
    keys.flags.writeable = indices.flags.writeable = False
    return ExactColors(keys, indices, factor, shift)


def keep_exact(image: np.ndarray, exact: ExactColors, out: np.ndarray) -> None:
    """Write the index of every pixel that has one of the palette's colours.

    Args:
        image: (H, W, 3) uint8.
        exact: the palette.
        out: (H, W) uint8; other pixels are left alone.
    """
    codes = packed_codes(image).astype(np.uint32)
    places = codes * exact.factor >> exact.shift
    same = exact.keys[places] == codes
    out[same] = exact.indices[places[same]]
