"""Exact nearest palette colour, by short candidate lists.

Space is cut into 64 cells along each channel, narrow where the palette has many colours, and wide beyond
black and white, where errors lead. A colour is a candidate of a cell unless another is nearer at each
point of it, which its corners decide: the difference of two squared distances is linear. Lists are
computed for blocks of 4 cells a side first, then for their halves and quarters while there are more
candidates than can be compared at once; so many cells share one list.
"""

import numpy as np

from dither.diffusion.compiled.lanes import lane, lanes, nearest_of_eight, plus, shifted
from dither.diffusion.light import WHITE
from dither.native.loop import compiled

# Colours are compared at 12 bits a channel: the fewest that distinguish all 8-bit codes in linear light
# too, where the darkest differ by 1/3295 of white.
COMPARED_BITS = 12
COMPARED_SHIFT = WHITE.bit_length() - COMPARED_BITS
# Light from -WHITE to 2 WHITE is compared: codes from -4096 to 8191.
_CODES = 1 << COMPARED_BITS
# Cells a side and blocks a side, as powers of 2.
_CELL_BITS, _BLOCK_BITS = 6, 4
_CELLS = 1 << _CELL_BITS
# Edges of cells are multiples of this many codes, as a power of 2.
_EDGE_BITS = 2
# Edges of the cells beyond black; those beyond white mirror them.
_BEYOND = (-_CODES, -1024, -256)
# Share of the edges that follow the colours; the others are regular.
_SHARE = 0.7
# Candidates compared at once, in vector instructions.
GROUP, _GROUP_BITS = 8, 3
# An index has 8 bits, and above them the number of groups of the cell.
_INDEX_BITS = 8
_INDEX = (1 << _INDEX_BITS) - 1


def cell_edges(colors: np.ndarray) -> np.ndarray:
    """Return the edges of the cells along each channel, (3, 65) int32, ascending from -4096 to 8192.

    Args:
        colors: (K, 3) int32, 0 to 4095.
    """
    beyond = np.array(_BEYOND)
    inner = _CELLS - 2 * len(beyond)
    codes = np.arange(_CODES + 1)
    edges = np.empty((3, _CELLS + 1), np.int32)
    for channel, own in enumerate(np.sort(colors, axis=0).T):
        passed = np.linspace(0, _CODES, len(own) + 2)
        along = np.interp(codes, np.concatenate([[0], own, [_CODES]]), passed)
        mixed = _SHARE * along + (1 - _SHARE) * codes
        inside = np.interp(np.linspace(0, _CODES, inner + 1), mixed, codes)
        edges[channel] = np.concatenate([beyond, inside, _CODES - beyond[::-1]])
    return edges >> _EDGE_BITS << _EDGE_BITS


def candidate_groups(colors: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the colours that can be nearest in each cell.

    Args:
        colors: (K, 3) int32, 0 to 4095, at most 256.

    Returns:
        axes, (3, 3072) uint8: cell of each 4 codes from -4096, along each channel; places, (64^3,)
        int32: index of the cell's first group, or its complement if there are several; and groups,
        (n, 4, 8) int16: red and green in pairs, blue, and the index of the candidates plus 256 times
        the number of groups, in ascending order, the last group filled up with its first candidate.
    """
    edges = cell_edges(colors)
    starts = np.arange(-_CODES, 2 * _CODES, 1 << _EDGE_BITS)
    axes = np.stack([np.searchsorted(own, starts, side="right") - 1 for own in edges])
    places = np.empty(1 << (3 * _CELL_BITS), np.int32)
    groups = np.empty((1 << 14, 4, GROUP), np.int16)
    used = write_groups(colors, edges, places, groups)
    if used > len(groups):
        groups = np.empty((used, 4, GROUP), np.int16)
        write_groups(colors, edges, places, groups)
    return axes.astype(np.uint8), places, groups[:used]


@compiled
def write_groups(colors, edges, places, groups):
    """Write the arrays of `candidate_groups`; returns the number of groups, of which those fit."""
    largest = 1 << (_CELL_BITS - _BLOCK_BITS)
    last = (1 << _BLOCK_BITS) - 1
    # Candidates of the block at each depth of the subdivision, after those of everything.
    lists, counts = np.zeros((4, len(colors)), np.int16), np.zeros(4, np.int64)
    for index in range(len(colors)):
        lists[0, index] = index
    counts[0] = len(colors)
    # Stack of blocks, as red, green, blue and depth; each of the depths adds at most 8.
    stack = np.zeros((24, 4), np.int64)
    used = 0
    for block in range(1 << (3 * _BLOCK_BITS)):
        stack[0, 0] = (block >> (2 * _BLOCK_BITS)) * largest
        stack[0, 1] = (block >> _BLOCK_BITS & last) * largest
        stack[0, 2] = (block & last) * largest
        stack[0, 3] = 0
        top = 1
        while top > 0:
            top -= 1
            red, green, blue, depth = stack[top]
            side = largest >> depth
            chosen = lists[depth + 1]
            offered = lists[depth, : counts[depth]]
            count = narrowed(chosen, offered, colors, edges, red, green, blue, side)
            if count <= GROUP or side == 1:
                chosen = chosen[:count]
                used = listed(places, groups, used, chosen, colors, red, green, blue, side)
                continue
            counts[depth + 1] = count
            half = side >> 1
            for part in range(7, -1, -1):
                r, g, b = part >> 2, part >> 1 & 1, part & 1
                stack[top, 0] = red + half * r
                stack[top, 1] = green + half * g
                stack[top, 2] = blue + half * b
                stack[top, 3] = depth + 1
                top += 1
    return used


@compiled
def narrowed(chosen, offered, colors, edges, red, green, blue, side):
    """Write the offered colours that can be nearest in a block of cells; returns their number.

    Args:
        chosen: (K,) int16, the output.
        offered: indices of colours, ascending.
        colors: (K, 3) int32.
        edges: of `cell_edges`.
        red: index of the first cell; like `green` and `blue`.
        green: as `red`.
        blue: as `red`.
        side: cells along each side of the block.
    """
    low, high = np.empty(3, np.int32), np.empty(3, np.int32)
    low[0], high[0] = edges[0, red], edges[0, red + side] - 1
    low[1], high[1] = edges[1, green], edges[1, green + side] - 1
    low[2], high[2] = edges[2, blue], edges[2, blue + side] - 1
    middle, least = offered[0], np.int64(1) << 62
    for index in offered:
        distance = np.int64(0)
        for channel in range(3):
            distance += (2 * np.int64(colors[index, channel]) - low[channel] - high[channel]) ** 2
        if distance < least:
            middle, least = index, distance
    count = 0
    for index in offered:
        if not always_nearer(middle, index, colors, low, high):
            chosen[count] = index
            count += 1
    if count <= GROUP:
        return count
    kept = 0
    for item in range(count):
        index = chosen[item]
        lost = False
        # Those before the item are the ones that are kept, and those that are dropped do not matter.
        for other in range(count):
            if other < kept or other > item:
                lost = lost or always_nearer(chosen[other], index, colors, low, high)
        if not lost:
            chosen[kept] = index
            kept += 1
    return kept


@compiled(inline=True)
def always_nearer(one, other, colors, low, high):
    """Return whether one colour is nearer than another in a whole box, or as near and before it."""
    total = np.int64(0)
    for channel in range(3):
        a, b = np.int64(colors[one, channel]), np.int64(colors[other, channel])
        point = high[channel] if b > a else low[channel]
        total += (b - a) * (2 * point - a - b)
    return total < 0 or (total == 0 and one < other)


@compiled
def listed(places, groups, used, chosen, colors, red, green, blue, side):
    """Write a block's list if it fits into the groups; returns the number used with it."""
    number = (len(chosen) + GROUP - 1) >> _GROUP_BITS
    if used + number > len(groups):
        return used + number
    for item in range(number * GROUP):
        group, place = used + (item >> _GROUP_BITS), item & (GROUP - 1)
        index = chosen[item] if item < len(chosen) else chosen[item & -GROUP]
        for channel in range(2):
            groups[group, place >> 2, (place & 3) << 1 | channel] = colors[index, channel]
        groups[group, 2, place] = colors[index, 2]
        groups[group, 3, place] = number << _INDEX_BITS | index
    for x in range(red, red + side):
        for y in range(green, green + side):
            for z in range(blue, blue + side):
                cell = (x << _CELL_BITS | y) << _CELL_BITS | z
                places[cell] = used if number == 1 else ~used
    return used + number


@compiled(inline=True)
def nearest_color(red, green, blue, axes, places, groups):
    """Return the index of the first of the nearest colours to a light.

    The light is clipped to -WHITE..2 WHITE, so that squared distances with the place of a candidate fit
    32 bits.
    """
    r = np.int32(min(max(red, -WHITE), 2 * WHITE) >> COMPARED_SHIFT)
    g = np.int32(min(max(green, -WHITE), 2 * WHITE) >> COMPARED_SHIFT)
    b = np.int32(min(max(blue, -WHITE), 2 * WHITE) >> COMPARED_SHIFT)
    return nearest_to_codes(lanes(r, g, b), axes, places, groups)


@compiled(inline=True)
def nearest_to_codes(codes, axes, places, groups):
    """Return the index of the first of the nearest colours to lanes of codes from -4096 to 8191."""
    steps = shifted(plus(codes, np.int32(_CODES)), np.int32(_EDGE_BITS))
    x = np.int64(axes[0, np.uint64(lane(steps, np.int32(0)))])
    y = np.int64(axes[1, np.uint64(lane(steps, np.int32(1)))])
    z = np.int64(axes[2, np.uint64(lane(steps, np.int32(2)))])
    place = np.int64(places[np.uint64((x << _CELL_BITS | y) << _CELL_BITS | z)])
    # With several groups the place is negative.
    first = max(place, ~place)
    best = nearest_of_eight(groups, first, codes)
    index = groups[np.uint64(first), 3, np.uint64(best & (GROUP - 1))]
    if place < 0:
        last = first + (index >> _INDEX_BITS)
        for group in range(first + 1, last):
            key = nearest_of_eight(groups, group, codes)
            # At equal distances the earlier one wins.
            if key >> _GROUP_BITS < best >> _GROUP_BITS:
                best, index = key, groups[np.uint64(group), 3, np.uint64(key & (GROUP - 1))]
    return np.int64(index & _INDEX)
