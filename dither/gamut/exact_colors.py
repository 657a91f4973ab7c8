"""Exact-colour lookup through a perfect hash: pixels that have a colour of the palette keep it."""

import functools
import random
from typing import NamedTuple

import numpy as np

from dither.color import linear_to_oklab, linear_to_srgb, packed_codes, srgb_to_linear
from dither.gamut.intent import map_light
from dither.palettes.palette import MAX_COLORS, Intent, Palette

# Slots of the hash table: 2^13 keys take 32 KiB and stay in the first-level cache.
_BITS = 13
_EMPTY = 0xFFFFFFFF
# Least chroma, in OKLab, of a saturated colour.
_SATURATED = 0.05


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


@functools.lru_cache(maxsize=8)
def exact_colors(palette: Palette, intent: Intent) -> ExactColors:
    """Return the colours of images that keep their entry of a palette, whatever the intent does.

    Absolute: all colours of the palette. Lightness: those that it maps to themselves. Else also the
    saturated ones, of the palette and of its device. Other greys of the palette are greys of the image,
    whose order would suffer.

    Example:
        >>> black_white = exact_colors(Palette.from_hex("000000 ffffff"), "absolute")
        >>> int((black_white.keys != 0xFFFFFFFF).sum())
        2
    """
    colors, indices = palette.colors, np.arange(len(palette))
    if intent != "absolute":
        if 2 * len(palette) <= MAX_COLORS:
            colors, indices = np.concatenate([palette.device_colors, colors]), np.tile(indices, 2)
        light = srgb_to_linear(colors / 255)
        mapped = linear_to_srgb(map_light(light, palette, intent)) * 255
        kept = abs(mapped - palette.colors[indices]).max(axis=1) <= 0.5
        if intent != "lightness":
            kept |= np.hypot(*linear_to_oklab(light)[:, 1:].T) >= _SATURATED
        colors, indices = colors[kept], indices[kept]
    codes, first = np.unique(packed_codes(colors), return_index=True)
    return perfect_hash(codes.astype(np.uint32), indices[first].astype(np.uint8))


def perfect_hash(codes: np.ndarray, values: np.ndarray) -> ExactColors:
    """Build the hash.

    Args:
        codes: (M,) uint32 0xRRGGBB, distinct, M up to 256.
        values: (M,) uint8, the index of each.
    """
    shift = np.uint32(32 - _BITS)
    generator = random.Random(0)  # numpy's takes longer to import than the search does
    while True:
        # About one odd factor in fifty separates all of 256 colours.
        factor = np.uint32(generator.getrandbits(31) << 1 | 1)
        slots = codes * factor >> shift
        if len(set(slots.tolist())) == len(codes):
            break
    keys = np.full(1 << _BITS, _EMPTY, np.uint32)
    indices = np.zeros(1 << _BITS, np.uint8)
    keys[slots], indices[slots] = codes, values
    keys.flags.writeable = indices.flags.writeable = False
    return ExactColors(keys, indices, factor, shift)


def keep_exact(image: np.ndarray, exact: ExactColors, values: np.ndarray, out: np.ndarray) -> None:
    """Write the value of the entry whose colour a pixel has exactly.

    Args:
        image: (H, W, 3) uint8.
        exact: the hash of the palette.
        values: (K,) or (K, C), the value of each entry.
        out: (H, W) or (H, W, C); other pixels are not changed.
    """
    codes = packed_codes(image).astype(np.uint32)
    slots = codes * exact.factor >> exact.shift
    same = exact.keys[slots] == codes
    out[same] = values[exact.indices[slots[same]]]
