"""Exact nearest palette colour, by short candidate lists.

The colour cube is cut into 64 cells a side. A colour is a candidate of a cell if it can be nearest to a
point of the cell: if its minimum distance to the cell is at most the smallest maximum distance of any
colour. Lists are computed for blocks of 4 cells a side first, then for their halves and quarters while
there are more candidates than can be compared at once; so many cells share one list. Lights outside the
cube, which errors make, are compared with all colours: if they were clipped, an error below black would
have no effect, and dark colours would turn grey.
"""

import numpy as np

from dither.diffusion.compiled.simd import nearest_of_eight
from dither.diffusion.light import WHITE
from dither.native.loop import compiled

# Colours are compared at 12 bits a channel: the fewest that distinguish all 8-bit codes in linear light
# too, where the darkest differ by 1/3295 of white.
COMPARED_BITS = 12
COMPARED_SHIFT = WHITE.bit_length() - COMPARED_BITS
# Cells a side and blocks a side, as powers of 2.
_CELL_BITS, _BLOCK_BITS = 6, 4
# The place of all colours, after those of the cells.
_ALL_COLORS = 1 << (3 * _CELL_BITS)
# Candidates compared at once, in vector instructions.
GROUP, _GROUP_BITS = 8, 3
# A place holds the index of a cell's first group and, in its lowest bits, the number of groups.
_COUNT_BITS = 6
_MAX_DISTANCE = np.int32(0x7FFFFFFF)


def candidate_groups(colors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the colours that can be nearest in each cell of the cube.

    Args:
        colors: (K, 3) int32, 0 to 4095, at most 256.

    Returns:
        places, (64^3 + 1,) int32: index of the cell's first group times 64, plus their number, and at
        last those of all colours; and groups, (n, 4, 8) int16: red, green, blue and index of the
        candidates, in ascending order, the last group filled up with its first candidate.
    """
    places = np.empty(_ALL_COLORS + 1, np.int32)
    groups = np.empty((1 << 14, 4, GROUP), np.int16)
    used = write_groups(colors, places, groups)
    if used > len(groups):
        groups = np.empty((used, 4, GROUP), np.int16)
        write_groups(colors, places, groups)
    return places, groups[:used]


@compiled
def write_groups(colors, places, groups):
    """Write the arrays of `candidate_groups`; returns the number of groups, of which those fit."""
    largest = 1 << (_CELL_BITS - _BLOCK_BITS)
    last = (1 << _BLOCK_BITS) - 1
    # Candidates of the block at each depth of the subdivision, after those of the whole cube.
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
            count = narrowed(chosen, offered, colors, red, green, blue, side)
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
    everything = lists[0, : counts[0]]
    last_used = listed(places, groups, used, everything, colors, 0, 0, 0, 0)
    places[_ALL_COLORS] = used << _COUNT_BITS | (last_used - used)
    return last_used


@compiled
def narrowed(chosen, offered, colors, red, green, blue, side):
    """Write the offered colours that can be nearest in a block of cells; returns their number.

    Args:
        chosen: (K,) int16, the output.
        offered: indices of colours, ascending.
        colors: (K, 3) int32.
        red: index of the first cell; like `green` and `blue`.
        green: as `red`.
        blue: as `red`.
        side: cells along each side of the block.
    """
    size = 1 << (COMPARED_BITS - _CELL_BITS)
    within = np.int32(size * side - 1)
    low_r, low_g, low_b = np.int32(size * red), np.int32(size * green), np.int32(size * blue)
    nearest = np.empty(len(offered), np.int32)
    limit = _MAX_DISTANCE
    for item in range(len(offered)):
        index = offered[item]
        r, g, b = colors[index, 0] - low_r, colors[index, 1] - low_g, colors[index, 2] - low_b
        near_r, near_g, near_b = outside(r, within), outside(g, within), outside(b, within)
        nearest[item] = near_r * near_r + near_g * near_g + near_b * near_b
        far_r, far_g, far_b = (
            max(abs(r), abs(r - within)),
            max(abs(g), abs(g - within)),
            max(abs(b), abs(b - within)),
        )
        limit = min(limit, np.int32(far_r * far_r + far_g * far_g + far_b * far_b))
    count = 0
    for item in range(len(offered)):
        if nearest[item] <= limit:
            chosen[count] = offered[item]
            count += 1
    return count


@compiled(inline=True)
def outside(position, length):
    """Return the distance of a position from the interval 0 to `length`."""
    return max(max(-position, position - length), 0)


@compiled
def listed(places, groups, used, chosen, colors, red, green, blue, side):
    """Write a block's list if it fits into the groups; returns the number used with it."""
    number = (len(chosen) + GROUP - 1) >> _GROUP_BITS
    if used + number > len(groups):
        return used + number
    for item in range(number * GROUP):
        group, place = used + (item >> _GROUP_BITS), item & (GROUP - 1)
        index = chosen[item] if item < len(chosen) else chosen[item & -GROUP]
        for channel in range(3):
            groups[group, channel, place] = colors[index, channel]
        groups[group, 3, place] = index
    for x in range(red, red + side):
        for y in range(green, green + side):
            for z in range(blue, blue + side):
                cell = (x << _CELL_BITS | y) << _CELL_BITS | z
                places[cell] = used << _COUNT_BITS | number
    return used + number


@compiled(inline=True)
def nearest_color(red, green, blue, places, groups):
    """Return the index of the first of the nearest colours to a light.

    The light is clipped to -WHITE..2 WHITE, so that squared distances with the place of a candidate fit
    32 bits.
    """
    r = np.int32(min(max(red, -WHITE), 2 * WHITE) >> COMPARED_SHIFT)
    g = np.int32(min(max(green, -WHITE), 2 * WHITE) >> COMPARED_SHIFT)
    b = np.int32(min(max(blue, -WHITE), 2 * WHITE) >> COMPARED_SHIFT)
    shift = COMPARED_BITS - _CELL_BITS
    cell = ((r >> shift) << _CELL_BITS | (g >> shift)) << _CELL_BITS | (b >> shift)
    # Only numbers from 0 to 4095 have no other bits.
    place = places[cell if (r | g | b) >> COMPARED_BITS == 0 else _ALL_COLORS]
    first = place >> _COUNT_BITS
    best = nearest_of_eight(groups, first, r, g, b)
    group = first
    for other in range(first + 1, first + (place & ((1 << _COUNT_BITS) - 1))):
        key = nearest_of_eight(groups, other, r, g, b)
        # At equal distances the earlier one wins.
        if key >> _GROUP_BITS < best >> _GROUP_BITS:
            best, group = key, other
    return np.int64(groups[group, 3, best & (GROUP - 1)])
