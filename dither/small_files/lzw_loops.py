"""Compiled loop of the search for a small GIF: choose the pixels and the codes of LZW together.

LZW writes numbers of strings of a table that grows: after each code, the string before it and the first
index of the next one become a string. Pixels may take any string whose error costs less than the bits
that it saves. For each place of the next pixels, the cheapest way to it is kept: the least sum of the
change of the loss and of the weighted bits (dynamic programming). The first code of the cheapest way is
written, the table grows, and the next window begins after it.
"""

from typing import NamedTuple

import numpy as np

from dither.native.loop import compiled
from dither.small_files.lzw_changes import BEFORE, NEVER, PLACES, Places, fill, no_places
from dither.small_files.match_pixels import Picture, change_pixel

MOST_CODES = 4096
# Unsigned numbers: numba tests whether other indices of arrays are negative, which takes time.
_ONE, _FIRST = np.uint64(1), np.uint64(0)
# Pixels that are looked ahead.
_WINDOW = 16
# The longest string.
_LONGEST = 1024
# A string is given up when it costs, without its code, so much more in bits than another way to the
# same place, or than pixels usually cost. Without tolerance for other ways, a search takes a quarter
# less time, and the grain of shadows is 1.4 times that of libimagequant instead of 1.1.
_BITS_MORE, _BITS_OVER = 4.0, 4.0
_LEAST_USUAL = 0.02
# Penalty in bits for adding a string that is already in the table.
_TWICE = 5.0
# A full table starts anew when so many pixels take so many times the bits of the best so many before.
_TESTED, _TOLERANCE = 2048, 1.1


class Strings(NamedTuple):
    """The table of LZW as a tree; 0 stands for no string, since no string is longer by one than none.

    Attributes:
        value: (4096,) uint8, the last index of each string.
        parent: (4096,) uint16, the string without it.
        child: (4096,) uint16, the newest string that is longer by one.
        sibling: (4096,) uint16, the string with the same parent that is next older.
    """

    value: np.ndarray
    parent: np.ndarray
    child: np.ndarray
    sibling: np.ndarray


class Ways(NamedTuple):
    """The cheapest way to each place of a window.

    Attributes:
        cost: (N,) float32.
        start: (N,) int32, where the last string begins.
        code: (N,) int32 of the last string.
        errors: (N, BEFORE, 4) float32 of the last pixels.
        step_errors: (BEFORE + longest, 4) float32, scratch: those of the way and of a string after it.
        fields: (longest + 1, 4) float32, scratch: twice the field at each pixel of a string, and the
            change of the loss up to it.
        next_child: (longest + 1,) uint16, scratch.
        literals: (M,) uint8, scratch.
        known: (257,) bool, scratch: whether the last string with an index is in the table.
    """

    cost: np.ndarray
    start: np.ndarray
    code: np.ndarray
    errors: np.ndarray
    step_errors: np.ndarray
    fields: np.ndarray
    next_child: np.ndarray
    literals: np.ndarray
    known: np.ndarray


@compiled(fastmath=True)
def choose_codes(
    picture: Picture,
    samples: np.ndarray,
    before: np.ndarray,
    mark: int,
    bit_weight: float,
    bits: int,
    codes: np.ndarray,
) -> int:
    """Choose all pixels and codes; the loss of a code counts the pixels after it as they are.

    Args:
        picture: indices, pixels and field are written; the indices are those of the colours shown.
        samples: (N,) float32, the flat view of the field.
        before: (H, W) uint8, the colours that a pixel with the index `mark` shows.
        mark: index that leaves a pixel unchanged; -1 for none.
        bit_weight: loss that a bit is worth, above 0.
        bits: of an index.
        codes: (N,) int16, room for the codes; clear codes included, the first and the last excluded.

    Returns:
        The number of codes.
    """
    height, width = picture.indices.shape
    pixels = height * width
    most = _WINDOW + _LONGEST + 1
    ways = Ways(
        np.full(most, NEVER, np.float32),
        np.zeros(most, np.int32),
        np.zeros(most, np.int32),
        np.zeros((most, BEFORE, 4), np.float32),
        np.zeros((BEFORE + _LONGEST, 4), np.float32),
        np.zeros((_LONGEST + 1, 4), np.float32),
        np.zeros(_LONGEST + 1, np.uint16),
        np.zeros(picture.table.shape[1] + 2, np.uint8),
        np.zeros(257, np.bool_),
    )
    strings = Strings(
        np.zeros(MOST_CODES, np.uint8),
        np.zeros(MOST_CODES, np.uint16),
        np.zeros(MOST_CODES, np.uint16),
        np.zeros(MOST_CODES, np.uint16),
    )
    places = no_places(picture, samples, mark)
    clear = 1 << bits
    for value in range(clear):
        strings.value[value] = value
    following, last, first, count = clear + 2, -1, 0, 0
    error, way = np.zeros(3, np.float32), np.empty(most, np.int32)
    weight, usual = np.float32(bit_weight), np.float32(4.0)
    window_start, window_bits, best_rate = 0, 0, 1e9
    place = 0
    while place < pixels:
        size = bits + 1
        while size < 12 and following >= 1 << size:
            size += 1
        pending = 0
        if last >= 0 and following < MOST_CODES:
            # The next string is the last one and the first index of the next code. That code may be
            # this string itself, if it begins as the last one does: so runs grow by one with each code.
            pending = following
            strings.value[pending] = first
            strings.parent[pending] = last
            strings.child[pending] = 0
            strings.sibling[pending] = strings.child[last]
            strings.child[last] = pending
        ways.cost[0] = 0
        ways.errors[0] = 0
        end = min(_WINDOW, pixels - place)
        top = 0
        for i in range(end):
            # A way that goes farther for as little needs no other from here.
            least = np.float32(NEVER)
            for j in range(i + 1, top + 1):
                least = min(least, ways.cost[j])
            if least <= ways.cost[i]:
                continue
            if i > 0:
                _follow(strings, ways, places, place, i)
            longest = _try_strings(
                *(picture, strings, before, mark, ways, places, place, i),
                *(weight, weight * np.float32(size), weight * usual, last, pending),
            )
            top = max(top, i + longest)
        # The best of the ways that leave the window.
        best, least = end, np.float32(NEVER)
        for i in range(end, top + 1):
            cost = ways.cost[i] - weight * usual * np.float32(i - end)
            if cost < least:
                best, least = i, cost
        spent = ways.cost[best] / (weight * np.float32(best))
        usual = np.float32(0.97) * usual + np.float32(0.03) * spent
        usual = max(usual, np.float32(_LEAST_USUAL))
        steps = 0
        i = best
        while i > 0:
            way[steps] = i
            steps += 1
            i = ways.start[i]
        end, code = int(way[steps - 1]), int(ways.code[way[steps - 1]])
        codes[count] = code
        count += 1
        window_bits += size
        # Write the pixels of the string from its end.
        string = code
        for i in range(end - 1, -1, -1):
            first = int(strings.value[string])
            string = int(strings.parent[string])
            y, x = (place + i) // width, (place + i) % width
            color = int(before[y, x]) if first == mark else first
            if color != picture.indices[y, x]:
                change_pixel(picture, error, y, x, color)
        ways.cost[: top + 1] = NEVER
        place += end
        if pending > 0:
            strings.value[pending] = first
            following += 1
            window_start, window_bits, best_rate = place, 0, 1e9
        last = code
        if following == MOST_CODES and place - window_start >= _TESTED:
            rate = window_bits / (place - window_start)
            if rate <= _TOLERANCE * best_rate:
                best_rate = min(best_rate, rate)
                window_start, window_bits = place, 0
            else:
                codes[count] = clear
                count += 1
                strings.child[:] = 0
                following, last = clear + 2, -1
    return count


@compiled(fastmath=True, inline=True)
def _follow(strings: Strings, ways: Ways, places: Places, place: int, i: int) -> None:
    """Write the last errors of the cheapest way to a place."""
    start, code = int(ways.start[i]), int(ways.code[i])
    for j in range(BEFORE):
        back = i - 1 - j
        row = BEFORE - 1 - j
        if back >= start:
            symbol = strings.value[code]
            code = int(strings.parent[code])
            at = (place + back) & (PLACES - 1)
            for k in range(3):
                ways.errors[i, row, k] = places.changes[at, symbol, k]
        else:
            for k in range(3):
                ways.errors[i, row, k] = ways.errors[start, BEFORE - start + back, k]


@compiled(fastmath=True, inline=True)
def _enter(places: Places, ways: Ways, row: int, depth: int, spent: float) -> None:
    """Write twice the field at a pixel, with the errors of the pixels before it."""
    errors, fields, taps = ways.step_errors, ways.fields, places.taps
    field, at = places.samples, np.uint64(places.field[row])
    f0, f1, f2 = field[at], field[at + _ONE], field[at + _ONE + _ONE]
    if places.x[row] >= BEFORE:
        for j in range(BEFORE):
            f0 += taps[j] * errors[depth + np.uint64(j), 0]
            f1 += taps[j] * errors[depth + np.uint64(j), 1]
            f2 += taps[j] * errors[depth + np.uint64(j), 2]
    else:
        for j in range(BEFORE - places.x[row], BEFORE):
            f0 += taps[j] * errors[depth + np.uint64(j), 0]
            f1 += taps[j] * errors[depth + np.uint64(j), 1]
            f2 += taps[j] * errors[depth + np.uint64(j), 2]
    fields[depth, 0], fields[depth, 1], fields[depth, 2] = f0 + f0, f1 + f1, f2 + f2
    fields[depth, 3] = spent


@compiled(fastmath=True, inline=True)
def _try_strings(
    picture: Picture,
    strings: Strings,
    before: np.ndarray,
    mark: int,
    ways: Ways,
    places: Places,
    place: int,
    i: int,
    weight: float,
    code_cost: float,
    usual: float,
    last: int,
    pending: int,
) -> int:
    """Prolong the way to a place by each string that is worth its bits; return the longest length."""
    width = picture.indices.shape[1]
    errors, next_child, fields = ways.step_errors, ways.next_child, ways.fields
    for j in range(BEFORE):
        for k in range(4):
            errors[j, k] = ways.errors[i, j, k]
    total = place + i
    row = total & (PLACES - 1)
    if places.place[row] != total:
        fill(picture, places, before, mark, total)
    y, x = total // width, total % width
    literals, count = ways.literals, 0
    cell, now = int(picture.pixels[y, x, 7]), int(picture.indices[y, x])
    # The mark first, and no other index for the same colour: so unchanged areas make long strings.
    stays = -1
    if mark >= 0:
        stays = int(before[y, x])
        literals[0], count = mark, 1
    if now != stays:
        literals[count] = now
        count += 1
    if cell >= 0:
        of = 0 if len(picture.table) == 1 else cell
        for j in range(picture.table.shape[1]):
            color = int(picture.table[of, j])
            if color != now and color != stays:
                literals[count] = color
                count += 1
    previous = int(ways.code[i]) if i > 0 else last
    string = int(strings.child[previous]) if previous >= 0 else 0
    while string > 0:
        known_already = ways.known[strings.value[string]]
        ways.known[strings.value[string]] = known_already or string != pending
        string = int(strings.sibling[string])
    first = ways.cost[i]
    over = weight * np.float32(_BITS_OVER) + usual
    most = min(_LONGEST, picture.indices.size - total)
    changes, begin, start = places.changes, np.uint64(total), np.uint64(i)
    every, longest, limit = np.uint64(PLACES - 1), _FIRST, np.uint64(most)
    of_first = begin & every
    _enter(places, ways, of_first, _FIRST, np.float32(0))
    for at in range(count):
        symbol = literals[at]
        added = first + code_cost
        if ways.known[symbol]:
            added += weight * np.float32(_TWICE)
        # The literal itself, and then the strings that begin with it.
        depth, code = _FIRST, np.uint16(symbol)
        at_row = of_first
        while True:
            e0 = changes[at_row, symbol, 0]
            e1 = changes[at_row, symbol, 1]
            e2 = changes[at_row, symbol, 2]
            cost = fields[depth, 3] + changes[at_row, symbol, 3]
            cost += e0 * fields[depth, 0] + e1 * fields[depth, 1] + e2 * fields[depth, 2]
            deeper = depth + _ONE
            after = start + deeper
            known = ways.cost[after]
            least = known + weight * np.float32(_BITS_MORE)
            if cost <= over + usual * np.float32(deeper) and first + cost <= least:
                whole = cost + added
                if whole < known:
                    ways.cost[after] = whole
                    ways.start[after], ways.code[after] = i, code
                    longest = max(longest, deeper)
                child = strings.child[code]
                if child != 0 and deeper < limit:
                    to = depth + np.uint64(BEFORE)
                    errors[to, 0], errors[to, 1], errors[to, 2] = e0, e1, e2
                    depth = deeper
                    next_child[depth] = child
                    at_row = (begin + depth) & every
                    if places.place[at_row] != total + np.int64(depth):
                        fill(picture, places, before, mark, total + np.int64(depth))
                    _enter(places, ways, at_row, depth, cost)
            while depth != _FIRST and next_child[depth] == 0:
                depth -= _ONE
            if depth == _FIRST:
                break
            at_row = (begin + depth) & every
            code = next_child[depth]
            next_child[depth] = strings.sibling[code]
            symbol = strings.value[code]
    string = int(strings.child[previous]) if previous >= 0 else 0
    while string > 0:
        ways.known[strings.value[string]] = False
        string = int(strings.sibling[string])
    return int(longest)
