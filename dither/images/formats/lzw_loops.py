"""Compiled loops of LZW: choose the codes of a frame, and write codes as bits.

Source: as for `dither.images.formats.lzw`.
"""

import numpy as np

from dither.native.loop import compiled

MOST_BITS = 12
MOST_CODES = 1 << MOST_BITS
# Strings that are followed at a time, and strings next to the longest that are tried.
_STRINGS, _SHORTER = 16, 6


@compiled
def parse_codes(
    pixels: np.ndarray,
    free: np.ndarray,
    transparent: int,
    prefers_clear: bool,
    bits: int,
    looks_ahead: bool,
    keeps_full: bool,
    places: np.ndarray,
    table: np.ndarray,
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
        keeps_full: keep a full table; otherwise it starts anew at once.
        places: (M,) int64, ascending: pixels after which the table starts anew with the next code.
        table: (4096, 2**bits) int16 of zeros, scratch; zeros again in the end.
        codes: (2, room) int32 for the codes and the pixel after the string of each.
    """
    clear = 1 << bits
    # The places of codes in the table, to empty it.
    parents, lasts = np.zeros(MOST_CODES, np.int32), np.zeros(MOST_CODES, np.int32)
    strings, longer = np.zeros(_STRINGS, np.int32), np.zeros(_STRINGS, np.int32)
    # The first of the strings of each length that match.
    matched, scratch = np.zeros(MOST_CODES + 1, np.int32), np.zeros(MOST_CODES + 1, np.int32)
    following, previous, used, passed = clear + 2, -1, 0, 0
    has_one_reading = not (looks_ahead or free.any())
    n = 0
    while n < len(pixels):
        best, code, first, taken = -1, 0, 0, 0
        if has_one_reading:
            first = int(pixels[n])
            if previous >= 0 and following < MOST_CODES and table[previous, first] == 0:
                table[previous, first] = following
                parents[following], lasts[following] = previous, first
                following += 1
                previous = -1
            code, taken = first, 1
            while n + taken < len(pixels):
                longest = table[code, pixels[n + taken]]
                if longest == 0:
                    break
                code, taken = longest, taken + 1
        for turn in range(0 if has_one_reading else 2 if free[n] else 1):
            value = transparent if free[n] and (turn == 0) == prefers_clear else int(pixels[n])
            # A decoder has added the last string and this value.
            adds = previous >= 0 and following < MOST_CODES and table[previous, value] == 0
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
                        adds_too = after < MOST_CODES and table[string, begin] == 0
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
        if previous >= 0 and following < MOST_CODES:
            parents[following] = -1
            if table[previous, first] == 0:
                table[previous, first] = following
                parents[following], lasts[following] = previous, first
            following += 1
        n += taken
        codes[0, used], codes[1, used] = code, n
        used += 1
        previous = code
        starts_anew = following == MOST_CODES and not keeps_full
        while passed < len(places) and n >= places[passed]:
            starts_anew = True
            passed += 1
        if starts_anew or n == len(pixels):
            for each in range(clear + 2, following):
                if parents[each] >= 0:
                    table[parents[each], lasts[each]] = 0
            if n < len(pixels):
                codes[0, used], codes[1, used] = clear, n
                used += 1
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
        if count == 1 and not free[n]:
            code = table[strings[0], one]
            if code == 0:
                break
            strings[0] = code
            n += 1
            matched[n - start] = code
            continue
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


@compiled
def write_codes(codes: np.ndarray, bits: int, content: np.ndarray) -> int:
    """Write codes with as many bits each as a decoder expects; return the number of bits.

    Args:
        codes: (N,) int32, the first clear code and the end code included.
        bits: of an index, 2 to 8.
        content: uint8 of zeros, with room for all bits, or empty to count only.
    """
    clear = 1 << bits
    # A decoder that has read `since` codes after a clear code has an entry for each but the first.
    since, size, used = 0, bits + 1, 0
    for n in range(len(codes)):
        if since > 1 and clear + since == 1 << size and size < MOST_BITS:
            size += 1
        if len(content):
            value, place = int(codes[n]) << (used & 7), used >> 3
            while value:
                content[place] |= value & 255
                value >>= 8
                place += 1
        used += size
        since += 1
        if codes[n] == clear:
            since, size = 1, bits + 1
    return used
