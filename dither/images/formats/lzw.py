"""LZW compression of GIF frames, in which some pixels may take either of two values.

A pixel that does not change between frames may be stored as it is or as transparent. All strings of
the table that match are followed. Of the strings that end near the longest, the one is taken that
leads farthest together with the next. The table starts anew where a search by dynamic programming finds
that it pays.

Source: CompuServe, "Graphics Interchange Format, version 89a" (1990), appendix F; T. Welch, "A
technique for high-performance data compression" (1984); R. N. Horspool, "The effect of non-greedy
parsing in Ziv-Lempel compression methods" (1995).
"""

import importlib.util
import io
from typing import NamedTuple

import numpy as np

from dither.images.formats.lzw_loops import MOST_BITS, MOST_CODES, parse_codes, write_codes

_BLOCK = 255
# Places where the table may start anew, in each stretch of pixels that fills it, and the most
# stretches between two. Twice as many stretches save 0.3 to 0.6 % where strings are long; a frame of
# more codes, whose strings are short, gains 0.1 % in twice the time.
_PLACES, _STRETCHES, _MANY_CODES = 3, 6, 1 << 17
# Places of a table that is kept when it is full.
_NOWHERE = np.empty(0, np.int64)


class _Line(NamedTuple):
    """The pixels of a frame in order, and how strings of them are chosen.

    Attributes:
        pixels: (N,) uint8.
        free: (N,) bool, True for pixels that may be transparent as well.
        transparent: index.
        prefers_clear: begin strings with the transparent value of free pixels if both lead as far.
    """

    pixels: np.ndarray
    free: np.ndarray
    transparent: int
    prefers_clear: bool

    @property
    def bits(self) -> int:
        """Bits of an index."""
        largest = int(self.pixels.max(initial=0))
        return index_bits(max(largest, self.transparent if self.free.any() else 0) + 1)


class _Attempt(NamedTuple):
    """Codes as `packed_codes` takes them, and their size.

    Attributes:
        codes: (M,) int32.
        bits: of an index.
        size: in bits.
        ends: (M,) int32, the pixel after the string of each code.
    """

    codes: np.ndarray
    bits: int
    size: int
    ends: np.ndarray


def compress(pixels: np.ndarray, free: np.ndarray, transparent: int) -> bytes:
    """Compress a frame: the minimum code size, and blocks of the shortest of a few attempts.

    Args:
        pixels: (N,) uint8 indices.
        free: (N,) bool, True for pixels that may be `transparent` as well.
        transparent: index of the transparent entry, 0 to 255; any if no pixel is free.

    Example:
        >>> compress(np.array([1, 1, 1, 1], np.uint8), np.zeros(4, bool), 0).hex(" ")
        '02 02 8c 53 00'
    """
    skipped = np.where(free, np.uint8(transparent), pixels)
    if importlib.util.find_spec("numba") is None:
        return _by_pillow(skipped, index_bits(int(skipped.max()) + 1))
    fixed = np.zeros_like(free)
    lines = [_Line(pixels, fixed, 0, False)]
    if free.any():
        # A background that others leave behind is best kept everywhere, which makes long runs.
        background = np.bincount(pixels).argmax()
        around = np.where(pixels == background, pixels, skipped)
        lines += [_Line(each, fixed, 0, False) for each in (skipped, around)]
        # Indices that would need more bits are not worth a choice.
        choices = free & (pixels >> index_bits(int(skipped.max()) + 1) == 0)
        own = np.where(choices, pixels, skipped)
        lines += [_Line(own, choices, transparent, each) for each in (False, True)]
    scratch = np.zeros(MOST_CODES << 8, np.int16)
    found = [_codes(line, scratch) for line in lines]
    chosen = int(np.argmin([each.size for each in found]))
    line, at_once = lines[chosen], found[chosen]
    places = _places_to_clear(line, scratch, at_once.ends)
    policies = [None] if places is None else [None, _NOWHERE, places]
    tried = [at_once, *(_codes(line, scratch, policy) for policy in policies[1:])]
    # Without a choice, looking ahead gains nothing to 0.2 % once a table is full.
    if line.free.any() or places is None:
        policy = policies[int(np.argmin([each.size for each in tried]))]
        tried.append(_codes(line, scratch, policy, looks_ahead=True))
    best = min(tried, key=lambda each: each.size)
    return packed_codes(best.codes, best.bits)


def is_shorter(pixels: np.ndarray, than: np.ndarray) -> bool:
    """Return whether pixels take fewer bits than the same in another order, as first attempts.

    Args:
        pixels: (N,) uint8 indices.
        than: (N,) uint8, the other order.

    Example:
        >>> together = np.repeat(np.arange(64, dtype=np.uint8), 40)
        >>> apart = np.random.default_rng(0).permutation(together)
        >>> is_shorter(together, apart), is_shorter(apart, together)
        (True, False)
    """
    if importlib.util.find_spec("numba") is None:
        return False
    free, scratch = np.zeros(len(pixels), bool), np.zeros(MOST_CODES << 8, np.int16)
    ours, others = (_codes(_Line(each, free, 0, False), scratch) for each in (pixels, than))
    return ours.size < others.size


def index_bits(count: int) -> int:
    """Return the bits of an index of a GIF with so many entries: 2 to 8."""
    return max(2, (count - 1).bit_length())


def packed_codes(codes: np.ndarray, bits: int) -> bytes:
    """Pack codes that a compiled search has chosen: the minimum code size, and blocks.

    Args:
        codes: (N,) integers, clear codes included; the first clear code and the end code are added.
        bits: of an index, 2 to 8.

    Example:
        >>> packed_codes(np.array([1, 6, 1]), 2).hex(" ")
        '02 02 8c 53 00'
    """
    clear = 1 << bits
    every = np.concatenate([[clear], codes, [clear + 1]]).astype(np.int32)
    room = -(-len(every) * MOST_BITS // 8)
    written = np.zeros(room, np.uint8)
    content = written[: -(-write_codes(every, bits, written) // 8)].tobytes()
    blocks = [bytes([bits])]
    for start in range(0, len(content), _BLOCK):
        block = content[start : start + _BLOCK]
        blocks.append(bytes([len(block)]) + block)
    return b"".join([*blocks, b"\0"])


def _bits_after_clear(counts: np.ndarray, bits: int) -> np.ndarray:
    """Return the bits of a clear code and so many codes after it, as (N,) int64."""
    clear = 1 << bits
    largest = clear + np.arange(MOST_CODES - clear)
    sizes = np.floor(np.log2(largest)).astype(np.int64) + 1
    sizes[:2] = bits + 1
    sums, full = np.cumsum(sizes), len(sizes) - 1
    return sums[np.minimum(counts, full)] + MOST_BITS * np.maximum(counts - full, 0)


def _places_to_clear(line: _Line, scratch: np.ndarray, ends: np.ndarray) -> np.ndarray | None:
    """Find the pixels before which the table starts anew with the fewest bits, on a grid.

    Args:
        line: the pixels.
        scratch: as for `_parsed`.
        ends: of their codes, if the table starts anew as soon as it is full.

    Returns:
        (M,) int64, or None if the table does not become full.
    """
    count, bits = len(line.pixels), line.bits
    room = MOST_CODES - (1 << bits)
    if len(ends) <= room:
        return None
    grid = np.arange(0, count, max(16, count * room // len(ends) // _PLACES))
    borders = np.append(grid[1:], count)
    most = _PLACES * (_STRETCHES if len(ends) <= _MANY_CODES else _STRETCHES // 2)
    cost = np.full(len(grid) + 1, np.inf)
    cost[0], before = 0, np.zeros(len(grid) + 1, np.int64)
    for number, start in enumerate(grid):
        reached = borders[number : number + most]
        part = slice(start, reached[-1])
        rest = line._replace(pixels=line.pixels[part], free=line.free[part])
        codes_to = np.searchsorted(_parsed(rest, scratch, _NOWHERE)[1], reached - start) + 1
        total = cost[number] + _bits_after_clear(codes_to, bits)
        later = slice(number + 1, number + 1 + len(reached))
        before[later] = np.where(total < cost[later], number, before[later])
        cost[later] = np.minimum(cost[later], total)
    chosen = [int(before[-1])]
    while chosen[-1] > 0:
        chosen.append(int(before[chosen[-1]]))
    return grid[chosen[-2::-1]]


def _codes(
    line: _Line,
    scratch: np.ndarray,
    places: np.ndarray | None = None,
    *,
    looks_ahead: bool = False,
) -> _Attempt:
    """Choose codes; the table starts anew at some places, or as soon as it is full if they are None."""
    codes, ends = _parsed(line, scratch, places, looks_ahead=looks_ahead)
    every = np.append(np.int32(1 << line.bits), codes)
    return _Attempt(codes, line.bits, write_codes(every, line.bits, np.empty(0, np.uint8)), ends)


def _parsed(
    line: _Line, scratch: np.ndarray, places: np.ndarray | None, *, looks_ahead: bool = False
) -> np.ndarray:
    """Return (2, M) int32: codes, and the pixel after the string of each.

    Args:
        line: the pixels.
        scratch: (4096 * 256,) int16 of zeros; zeros again in the end.
        places: as for `_codes`.
        looks_ahead: as for `parse_codes`.
    """
    count, bits = len(line.pixels), line.bits
    codes = np.empty((2, count + count // 512 + 16), np.int32)
    table = scratch[: MOST_CODES << bits].reshape(MOST_CODES, 1 << bits)
    keeps, starts = places is not None, _NOWHERE if places is None else places
    used = parse_codes(*line, bits, looks_ahead, keeps, starts, table, codes)
    return codes[:, :used]


def _by_pillow(pixels: np.ndarray, bits: int) -> bytes:
    """Compress with Pillow, which knows no free pixels: without numba, ours takes seconds."""
    from PIL import Image, ImageFile

    line = Image.frombytes("P", (len(pixels), 1), pixels.tobytes())
    stream = io.BytesIO(bytes([bits]))
    stream.seek(1)
    ImageFile._save(line, stream, [("gif", (0, 0, len(pixels), 1), 0, ("P", bits, 0))])  # pyright: ignore[reportArgumentType, reportPrivateUsage]
    return stream.getvalue() + b"\0"
