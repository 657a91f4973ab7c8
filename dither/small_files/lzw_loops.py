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
from dither.small_files.match_pixels import Picture, change_pixel

MOST_CODES = 4096
# Pixels that are looked ahead.
_WINDOW = 16
# The longest string.
_LONGEST = 1024
# A string is given up when it costs so many bits more than another way to the same place, or than
# pixels usually cost.
_BITS_MORE, _BITS_OVER = 4.0, 4.0
_LEAST_USUAL = 0.02
# Penalty in bits for adding a string that is already in the table.
_TWICE = 5.0
# A full table starts anew when so many pixels take so many times the bits of the best so many before.
_TESTED, _TOLERANCE = 2048, 1.1
_NEVER = 1e30


class Strings(NamedTuple):
    """The table of LZW as a tree.

    Attributes:
        value: (4096,) int32, the last index of each string.
        parent: (4096,) int32, the string without it; -1 for a single index.
        child: (4096,) int32, the newest string that is longer by one; -1 for none.
        sibling: (4096,) int32, the string with the same parent that is next older; -1 for none.
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
        errors: (N, R, 3) float32 of the last pixels.
        step_errors: (R + longest, 3) float32, scratch: those of the way and of a string after it.
        spent: (longest + 1,) float32, scratch: change of the loss by a string, up to each pixel.
        next_child: (longest + 1,) int32, scratch.
        literals: (M,) int32, scratch.
        known: (257,) bool, scratch: whether the last string with an index is in the table.
    """

    cost: np.ndarray
    start: np.ndarray
    code: np.ndarray
    errors: np.ndarray
    step_errors: np.ndarray
    spent: np.ndarray
    next_child: np.ndarray
    literals: np.ndarray
    known: np.ndarray


@compiled(fastmath=True)
def choose_codes(
    picture: Picture,
    before: np.ndarray,
    mark: int,
    bit_weight: float,
    bits: int,
    codes: np.ndarray,
) -> int:
    """Choose all pixels and codes; the loss of a code counts the pixels after it as they are.

    Args:
        picture: indices, pixels and field are written; the indices are those of the colours shown.
        before: (H, W) uint8, the colours that a pixel with the index `mark` shows.
        mark: index that leaves a pixel unchanged; -1 for none.
        bit_weight: loss that a bit is worth, above 0.
        bits: of an index.
        codes: (N,) int16, room for the codes; clear codes included, the first and the last excluded.

    Returns:
        The number of codes.
    """
    height, width = picture.indices.shape
    reach, pixels = len(picture.taps) // 2, height * width
    most = _WINDOW + _LONGEST + 1
    ways = Ways(
        np.empty(most, np.float32),
        np.zeros(most, np.int32),
        np.zeros(most, np.int32),
        np.zeros((most, reach, 3), np.float32),
        np.zeros((reach + _LONGEST, 3), np.float32),
        np.zeros(_LONGEST + 1, np.float32),
        np.zeros(_LONGEST + 1, np.int32),
        np.zeros(picture.table.shape[1] + 2, np.int32),
        np.zeros(257, np.bool_),
    )
    strings = Strings(
        np.zeros(MOST_CODES, np.int32),
        np.full(MOST_CODES, -1, np.int32),
        np.full(MOST_CODES, -1, np.int32),
        np.full(MOST_CODES, -1, np.int32),
    )
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
        code_cost = weight * size
        pending = -1
        if last >= 0 and following < MOST_CODES:
            # The next string is the last one and the first index of the next code. That code may be
            # this string itself, if it begins as the last one does: so runs grow by one with each code.
            pending = following
            strings.value[pending] = first
            strings.parent[pending] = last
            strings.child[pending] = -1
            strings.sibling[pending] = strings.child[last]
            strings.child[last] = pending
        ways.cost[:] = _NEVER
        ways.cost[0] = 0
        ways.errors[0] = 0
        top = 0
        for i in range(min(_WINDOW, pixels - place)):
            # A way that goes farther for as little needs no other from here.
            beaten = False
            for j in range(i + 1, top + 1):
                beaten = beaten or ways.cost[j] <= ways.cost[i]
            if beaten:
                continue
            if i > 0:
                _follow(picture, strings, before, mark, ways, place, i)
            longest = _try_strings(
                *(picture, strings, before, mark, ways, place, i),
                *(weight, code_cost, usual, last, pending),
            )
            top = max(top, i + longest)
        # The best of the ways that leave the window.
        end = min(_WINDOW, pixels - place)
        best, least = end, np.float32(_NEVER)
        for i in range(end, min(most - 1, pixels - place) + 1):
            cost = ways.cost[i] - weight * usual * (i - end)
            if cost < least:
                best, least = i, cost
        usual = np.float32(0.97) * usual + np.float32(0.03) * ways.cost[best] / best / weight
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
            first = strings.value[string]
            string = strings.parent[string]
            y, x = (place + i) // width, (place + i) % width
            color = int(before[y, x]) if first == mark else int(first)
            if color != picture.indices[y, x]:
                change_pixel(picture, error, y, x, color)
        place += end
        if pending >= 0:
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
                strings.child[:] = -1
                following, last = clear + 2, -1
    return count


@compiled(fastmath=True, inline=True)
def _set_error(picture: Picture, errors: np.ndarray, row: int, y: int, x: int, color: int) -> None:
    """Write the change of the error of a pixel by a colour."""
    now = int(picture.indices[y, x])
    if color == now:
        errors[row, 0], errors[row, 1], errors[row, 2] = 0, 0, 0
        return
    pixels, m, cones = picture.pixels, picture.roots_to_oklab, picture.cones
    r0 = pixels[y, x, 0] * (cones[color, 0] - cones[now, 0])
    r1 = pixels[y, x, 1] * (cones[color, 1] - cones[now, 1])
    r2 = pixels[y, x, 2] * (cones[color, 2] - cones[now, 2])
    errors[row, 0] = m[0, 0] * r0 + m[0, 1] * r1 + m[0, 2] * r2
    errors[row, 1] = m[1, 0] * r0 + m[1, 1] * r1 + m[1, 2] * r2
    errors[row, 2] = m[2, 0] * r0 + m[2, 1] * r1 + m[2, 2] * r2


@compiled(fastmath=True)
def _follow(
    picture: Picture,
    strings: Strings,
    before: np.ndarray,
    mark: int,
    ways: Ways,
    place: int,
    i: int,
) -> None:
    """Write the last errors of the cheapest way to a place."""
    width, reach = picture.indices.shape[1], ways.errors.shape[1]
    start, code = ways.start[i], ways.code[i]
    for j in range(reach):
        back = i - 1 - j
        row = reach - 1 - j
        if back >= start:
            symbol = strings.value[code]
            code = strings.parent[code]
            y, x = (place + back) // width, (place + back) % width
            color = int(before[y, x]) if symbol == mark else symbol
            _set_error(picture, ways.errors[i], row, y, x, color)
        else:
            for k in range(3):
                ways.errors[i, row, k] = ways.errors[start, reach - start + back, k]


@compiled(fastmath=True)
def _try_strings(
    picture: Picture,
    strings: Strings,
    before: np.ndarray,
    mark: int,
    ways: Ways,
    place: int,
    i: int,
    weight: float,
    code_cost: float,
    usual: float,
    last: int,
    pending: int,
) -> int:
    """Prolong the way to a place by each string that is worth its bits; return the longest length."""
    height, width = picture.indices.shape
    reach = ways.errors.shape[1]
    errors, spent, next_child = ways.step_errors, ways.spent, ways.next_child
    for j in range(reach):
        for k in range(3):
            errors[j, k] = ways.errors[i, j, k]
    pixels, m, cones, labs = picture.pixels, picture.roots_to_oklab, picture.cones, picture.labs
    penalty, middle = picture.penalty, picture.taps[reach]
    own = middle * middle
    first = ways.cost[i]
    y, x = (place + i) // width, (place + i) % width
    literals, count = ways.literals, 0
    cell, now = int(pixels[y, x, 7]), int(picture.indices[y, x])
    # The mark first, and no other index for the same colour: so unchanged areas make long strings.
    stays = -1
    if mark >= 0:
        stays = int(before[y, x])
        literals[0], count = mark, 1
    if now != stays:
        literals[count] = now
        count += 1
    if cell >= 0:
        row = 0 if len(picture.table) == 1 else cell
        for j in range(picture.table.shape[1]):
            color = int(picture.table[row, j])
            if color != now and color != stays:
                literals[count] = color
                count += 1
    previous = ways.code[i] if i > 0 else last
    code = strings.child[previous] if previous >= 0 else -1
    while code >= 0:
        ways.known[strings.value[code]] = ways.known[strings.value[code]] or code != pending
        code = strings.sibling[code]
    depth, at, longest = 0, 0, 1
    spent[0] = 0
    entered = True
    f0 = f1 = f2 = np.float32(0)
    total, added = place + i, code_cost
    end = height * width
    while depth >= 0:
        if entered:
            y, x = (total + depth) // width, (total + depth) % width
            column = 3 * (x + reach)
            f0 = picture.field[y + reach, column]
            f1 = picture.field[y + reach, column + 1]
            f2 = picture.field[y + reach, column + 2]
            for j in range(max(0, reach - x), reach):
                tap = middle * picture.taps[j]
                f0 += tap * errors[depth + j, 0]
                f1 += tap * errors[depth + j, 1]
                f2 += tap * errors[depth + j, 2]
            entered = False
        if depth == 0:
            if at == count:
                break
            code = literals[at]
            symbol = code
            at += 1
        else:
            code = next_child[depth]
            if code < 0:
                depth -= 1
                entered = True
                continue
            next_child[depth] = strings.sibling[code]
            symbol = strings.value[code]
        now = int(picture.indices[y, x])
        color = int(before[y, x]) if symbol == mark else symbol
        change = np.float32(0)
        e0 = e1 = e2 = np.float32(0)
        if color != now:
            if pixels[y, x, 7] < 0:
                continue
            r0 = pixels[y, x, 0] * (cones[color, 0] - cones[now, 0])
            r1 = pixels[y, x, 1] * (cones[color, 1] - cones[now, 1])
            r2 = pixels[y, x, 2] * (cones[color, 2] - cones[now, 2])
            e0 = m[0, 0] * r0 + m[0, 1] * r1 + m[0, 2] * r2
            e1 = m[1, 0] * r0 + m[1, 1] * r1 + m[1, 2] * r2
            e2 = m[2, 0] * r0 + m[2, 1] * r1 + m[2, 2] * r2
            change = e0 * (2 * f0 + own * e0) + e1 * (2 * f1 + own * e1) + e2 * (2 * f2 + own * e2)
            scale = picture.weights[y, x]
            for k in range(3):
                new, old = labs[color, k] - pixels[y, x, 3 + k], labs[now, k] - pixels[y, x, 3 + k]
                change += scale * penalty[k] * (new * new - old * old)
        cost = spent[depth] + change
        if depth == 0:
            added = code_cost
            if ways.known[symbol]:
                added += weight * np.float32(_TWICE)
        after = i + depth + 1
        known = ways.cost[after]
        if cost > weight * (usual * (depth + 2) + np.float32(_BITS_OVER)):
            continue
        if first + cost > known + weight * np.float32(_BITS_MORE):
            continue
        whole = first + cost + added
        if whole < known:
            ways.cost[after] = whole
            ways.start[after], ways.code[after] = i, code
            longest = max(longest, depth + 1)
        if strings.child[code] >= 0 and depth + 1 < _LONGEST and total + depth + 1 < end:
            row = reach + depth
            errors[row, 0], errors[row, 1], errors[row, 2] = e0, e1, e2
            depth += 1
            spent[depth] = cost
            next_child[depth] = strings.child[code]
            entered = True
    code = strings.child[previous] if previous >= 0 else -1
    while code >= 0:
        ways.known[strings.value[code]] = False
        code = strings.sibling[code]
    return longest
