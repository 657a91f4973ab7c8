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

from dither.native.loop import compiled

_MOST_BITS = 12
_MOST_CODES = 1 << _MOST_BITS
_BLOCK = 255
# Window and tolerance of `parse_codes`; a window as long as any picture keeps a full table.
_AT_ONCE, _NEVER = (0, 1.0), (1 << 62, 1.0)
_LATER = ((256, 1.1), (2048, 1.2))
# Places where the table may start anew, in each stretch of pixels that fills it, and the most
# stretches between two.
_PLACES, _STRETCHES = 4, 3
# Strings that are followed at a time, and strings next to the longest that are tried.
_STRINGS, _SHORTER = 16, 6


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
        ends: (M,) int32, the pixel after the string of each code.
        bits: of an index.
        size: in bits.
    """

    codes: np.ndarray
    ends: np.ndarray
    bits: int
    size: int


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
    found = [_codes(line) for line in lines]
    chosen = int(np.argmin([each.size for each in found]))
    line, at_once = lines[chosen], found[chosen]
    settings: list[tuple[tuple[int, float], np.ndarray | None]]
    settings = [(_AT_ONCE, None), *((policy, None) for policy in _LATER)]
    places = _places_to_clear(line, at_once.ends)
    if len(places):
        settings.append((_NEVER, places))
    tried = [at_once, *(_codes(line, *setting) for setting in settings[1:])]
    setting = settings[int(np.argmin([each.size for each in tried]))]
    best = min([*tried, _codes(line, *setting, looks_ahead=True)], key=lambda each: each.size)
    return packed_codes(best.codes, best.bits)


def index_bits(count: int) -> int:
    """Return the bits of an index of a GIF with so many entries: 2 to 8."""
    return max(2, (count - 1).bit_length())


def packed_codes(codes: np.ndarray, bits: int) -> bytes:
    """Pack codes that were chosen elsewhere: the minimum code size, and blocks.

    Args:
        codes: (N,) integers, clear codes included; the first clear code and the end code are added.
        bits: of an index, 2 to 8.

    Example:
        >>> packed_codes(np.array([1, 6, 1]), 2).hex(" ")
        '02 02 8c 53 00'
    """
    clear = 1 << bits
    every = np.concatenate([[clear], codes, [clear + 1]])
    digits = every[:, None] >> np.arange(_MOST_BITS) & 1
    chosen = digits[np.arange(_MOST_BITS) < _sizes(every, bits)[:, None]]
    content = np.packbits(chosen.astype(np.uint8), bitorder="little").tobytes()
    blocks = [bytes([bits])]
    for start in range(0, len(content), _BLOCK):
        block = content[start : start + _BLOCK]
        blocks.append(bytes([len(block)]) + block)
    return b"".join([*blocks, b"\0"])


def _sizes(every: np.ndarray, bits: int) -> np.ndarray:
    """Return the bits of each code; the first is a clear code."""
    clear = 1 << bits
    places = np.arange(len(every))
    since = places - np.maximum.accumulate(np.where(every == clear, places, 0))
    # A clear code has the size of the code before it and one more entry.
    since[1:][every[1:] == clear] = since[:-1][every[1:] == clear] + 1
    largest = np.where(since > 1, clear + since, clear)
    return np.clip(np.floor(np.log2(largest)).astype(np.int64) + 1, bits + 1, _MOST_BITS)


def _places_to_clear(line: _Line, ends: np.ndarray) -> np.ndarray:
    """Find the pixels before which the table starts anew with the fewest bits, on a grid.

    Args:
        line: the pixels.
        ends: of their codes, if the table starts anew as soon as it is full.

    Returns:
        (M,) int64, none if the table does not become full.
    """
    count, bits = len(line.pixels), line.bits
    room = _MOST_CODES - (1 << bits)
    if len(ends) <= room:
        return np.empty(0, np.int64)
    grid = np.arange(0, count, max(16, count * room // len(ends) // _PLACES))
    borders = np.append(grid[1:], count)
    cost = np.full(len(grid) + 1, np.inf)
    cost[0], before = 0, np.zeros(len(grid) + 1, np.int64)
    sizes = np.cumsum(_sizes(np.append(1 << bits, np.zeros(count + 1, np.int64)), bits))
    for number, start in enumerate(grid):
        reached = borders[number : number + _PLACES * _STRETCHES]
        part = slice(start, reached[-1])
        rest = line._replace(pixels=line.pixels[part], free=line.free[part])
        codes_to = np.searchsorted(_codes(rest, _NEVER).ends, reached - start) + 1
        total = cost[number] + sizes[codes_to]
        later = slice(number + 1, number + 1 + len(reached))
        before[later] = np.where(total < cost[later], number, before[later])
        cost[later] = np.minimum(cost[later], total)
    chosen = [int(before[-1])]
    while chosen[-1] > 0:
        chosen.append(int(before[chosen[-1]]))
    return grid[chosen[-2::-1]]


def _codes(
    line: _Line,
    policy: tuple[int, float] = _AT_ONCE,
    places: np.ndarray | None = None,
    *,
    looks_ahead: bool = False,
) -> _Attempt:
    count, bits = len(line.pixels), line.bits
    codes = np.empty((2, count + count // 512 + 16), np.int32)
    places = np.empty(0, np.int64) if places is None else places
    used = parse_codes(*line, bits, looks_ahead, *policy, places, codes)
    size = int(_sizes(np.append(1 << bits, codes[0, :used]), bits).sum())
    return _Attempt(codes[0, :used], codes[1, :used], bits, size)


def _by_pillow(pixels: np.ndarray, bits: int) -> bytes:
    """Compress with Pillow, which knows no free pixels: without numba, ours takes seconds."""
    from PIL import Image, ImageFile

    line = Image.frombytes("P", (len(pixels), 1), pixels.tobytes())
    stream = io.BytesIO(bytes([bits]))
    stream.seek(1)
    ImageFile._save(line, stream, [("gif", (0, 0, len(pixels), 1), 0, ("P", bits, 0))])  # pyright: ignore[reportArgumentType, reportPrivateUsage]
    return stream.getvalue() + b"\0"


@compiled
def parse_codes(
    pixels: np.ndarray,
    free: np.ndarray,
    transparent: int,
    prefers_clear: bool,
    bits: int,
    looks_ahead: bool,
    window: int,
    tolerance: float,
    places: np.ndarray,
    codes: np.ndarray,
) -> int:
    """Choose the codes of a frame, without the first clear code; return their number.

    Args:
        pixels: (N,) uint8.
        free: (N,) bool.
        transparent: index.
        prefers_clear: as in `_Line`.
        bits: of an index.
        looks_ahead: take the string that leads farthest with the next, not the longest.
        window: keep a full table as long as it compresses this many pixels as well as those before; 0
            to start anew at once.
        tolerance: how many times the codes of the best window another may take.
        places: (M,) int64, ascending: pixels after which the table starts anew with the next code.
        codes: (2, room) int32 for the codes and the pixel after the string of each.
    """
    clear = 1 << bits
    table = np.zeros((_MOST_CODES, clear), np.int16)
    # The places of codes in the table, to empty it.
    parents, lasts = np.zeros(_MOST_CODES, np.int32), np.zeros(_MOST_CODES, np.int32)
    strings, longer = np.zeros(_STRINGS, np.int32), np.zeros(_STRINGS, np.int32)
    # The first of the strings of each length that match.
    matched, scratch = np.zeros(_MOST_CODES + 1, np.int32), np.zeros(_MOST_CODES + 1, np.int32)
    following, previous, used, passed = clear + 2, -1, 0, 0
    window_start, window_used, best_rate = 0, 0, 1e9
    n = 0
    while n < len(pixels):
        best, code, first, taken = -1, 0, 0, 0
        for turn in range(2 if free[n] else 1):
            value = transparent if free[n] and (turn == 0) == prefers_clear else int(pixels[n])
            # A decoder has added the last string and this value.
            adds = previous >= 0 and following < _MOST_CODES and table[previous, value] == 0
            if adds:
                table[previous, value] = following
            length = _match(pixels, free, transparent, table, n, value, strings, longer, matched)
            reached, chosen = n + length, length
            if looks_ahead:
                reached = 0
                after = following + (previous >= 0)
                for shorter in range(length, max(0, length - _SHORTER), -1):
                    start, string = n + shorter, matched[shorter]
                    end = start
                    for other in range((2 if free[start] else 1) if start < len(pixels) else 0):
                        begin = transparent if other else int(pixels[start])
                        adds_too = after < _MOST_CODES and table[string, begin] == 0
                        if adds_too:
                            table[string, begin] = after
                        more = _match(
                            pixels, free, transparent, table, start, begin, strings, longer, scratch
                        )
                        end = max(end, start + more)
                        if adds_too:
                            table[string, begin] = 0
                    if end > reached:
                        reached, chosen = end, shorter
            if reached > best:
                best, code, first, taken = reached, matched[chosen], value, chosen
            if adds:
                table[previous, value] = 0
        if previous >= 0 and following < _MOST_CODES:
            parents[following] = -1
            if table[previous, first] == 0:
                table[previous, first] = following
                parents[following], lasts[following] = previous, first
            following += 1
            window_start, window_used, best_rate = n, used, 1e9
        n += taken
        codes[0, used], codes[1, used] = code, n
        used += 1
        previous = code
        starts_anew = passed < len(places) and n >= places[passed]
        while passed < len(places) and n >= places[passed]:
            passed += 1
        if following == _MOST_CODES and n - window_start >= window:
            rate = (used - window_used) / max(1, n - window_start)
            if window > 0 and rate <= tolerance * best_rate:
                best_rate = min(best_rate, rate)
                window_start, window_used = n, used
            else:
                starts_anew = True
        if starts_anew and n < len(pixels):
            codes[0, used], codes[1, used] = clear, n
            used += 1
            for each in range(clear + 2, following):
                if parents[each] >= 0:
                    table[parents[each], lasts[each]] = 0
            following, previous = clear + 2, -1
    return used


@compiled
def _match(
    pixels: np.ndarray,
    free: np.ndarray,
    transparent: int,
    table: np.ndarray,
    start: int,
    value: int,
    strings: np.ndarray,
    longer: np.ndarray,
    matched: np.ndarray,
) -> int:
    """Return the length of the longest string in the table that pixels begin with.

    Args:
        pixels: (N,) uint8.
        free: (N,) bool.
        transparent: index.
        table: (4096, 2**bits) int16: the code of each string and a further index; 0 for none.
        start: the first pixel.
        value: the index of this pixel.
        strings: (16,) int32, scratch.
        longer: (16,) int32, scratch.
        matched: (4097,) int32; from 1 on, the code of a string of each length is written.
    """
    strings[0], matched[1] = value, value
    count, n = 1, start + 1
    while n < len(pixels):
        one = int(pixels[n])
        two = transparent if free[n] else one
        found = 0
        for k in range(count):
            for turn in range(2 if two != one else 1):
                code = table[strings[k], two if turn else one]
                is_new = code != 0 and found < len(longer)
                for other in range(found):
                    is_new = is_new and longer[other] != code
                if is_new:
                    longer[found] = code
                    found += 1
        if found == 0:
            break
        for k in range(found):
            strings[k] = longer[k]
        count = found
        n += 1
        matched[n - start] = strings[0]
    return n - start
