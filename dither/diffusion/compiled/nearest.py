"""Exact nearest palette colour, by short candidate lists.

Space is cut into cells along each channel, narrow where the palette has many colours, and wide beyond
black and white, where errors lead. A colour is a candidate of a box of cells unless another is nearer
at each of its points, which its corners decide: the difference of two squared distances is linear.
Boxes are halved while they have more candidates than a group, whose colours are compared at once; all
cells of a box share a list.
"""

import numpy as np

from dither.diffusion.compiled.group_search import entries, first_group, groups_of, nearest_keys
from dither.diffusion.compiled.lanes import (
    all_bits,
    at_most,
    if_less,
    lanes,
    minus,
    plus,
    shifted,
    times,
)
from dither.diffusion.light import WHITE
from dither.native.loop import compiled

# Colours are compared at 12 bits a channel: the fewest that distinguish all 8-bit codes in linear light
# too, where the darkest differ by 1/3295 of white.
COMPARED_BITS = 12
COMPARED_SHIFT = WHITE.bit_length() - COMPARED_BITS
# Light from -WHITE to 2 WHITE is compared: codes from -4096 to 8191.
_CODES = 1 << COMPARED_BITS
# Edges of cells are multiples of this many codes, as a power of 2.
_EDGE_BITS = 2
# Edges of the cells beyond black; those beyond white mirror them.
_BEYOND = (-_CODES, -1024, -256)
# Share of the edges that follow the colours; the others are regular.
_SHARE = 0.7
# Candidates compared at once, in vector instructions, and the numbers that a group has of them: keys,
# factors of red and green in pairs, factors of blue, and entries.
GROUP, _GROUP_BITS = 16, 4
_GROUP_SIZE = 4 * GROUP
# Light is measured from the middle grey where it is compared, so that keys fit 32 bits.
MIDDLE = 1 << (COMPARED_BITS + COMPARED_SHIFT - 1)

# Cells along each channel: few stay in the processor's cache; with 24, some photos have long lists.
_CELLS = 32
# Halvings that lead to a single cell, at most.
_DEPTH = 20
# An entry is an index of 8 bits; above them is the number of further groups of the cell.
_INDEX_BITS = 8
_INDEX = (1 << _INDEX_BITS) - 1


def cell_edges(colors: np.ndarray, cells: int) -> np.ndarray:
    """Return the edges of the cells along each channel, (3, cells + 1) int32, from -4096 to 8192.

    Args:
        colors: (K, 3) int32, 0 to 4095.
        cells: number of cells.
    """
    beyond = np.array(_BEYOND)
    inner = cells - 2 * len(beyond)
    codes = np.arange(_CODES + 1)
    edges = np.empty((3, cells + 1), np.int32)
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
        axes, (3, 3072) int32: for each 4 codes from -4096 along each channel, what they add to the
        number of the cell; places, (cells,) int32: 64 times the row of the cell's first group; and
        groups, (n, 64) int32. A row has 16 candidates in ascending order; if there are fewer, the
        first fills the free places. For a candidate with the codes c from the middle grey it has
        16 |c|^2 + its position; -8 times red and green as two int16; -8 times blue as int16; and the
        index, plus 256 times the number of groups that follow for the same cell. If there is only one
        group, it is that of all cells.
    """
    edges = cell_edges(colors, _CELLS)
    starts = np.arange(-_CODES, 2 * _CODES, 1 << _EDGE_BITS)
    axes = np.stack([np.searchsorted(own, starts, side="right") - 1 for own in edges])
    axes *= np.array([[_CELLS * _CELLS], [_CELLS], [1]])
    places = np.empty(_CELLS**3, np.int32)
    groups = np.empty((1 << 11, _GROUP_SIZE), np.int32)
    used = write_groups(colors, edges, places, groups)
    if used > len(groups):
        groups = np.empty((used, _GROUP_SIZE), np.int32)
        write_groups(colors, edges, places, groups)
    return axes.astype(np.int32), places, groups[:used]


@compiled
def write_groups(colors, edges, places, groups):
    """Write the arrays of `candidate_groups`; returns the number of groups, of which those fit."""
    cells = edges.shape[1] - 1
    # Candidates of the box at each depth of the division, after those of everything.
    lists, counts = np.zeros((_DEPTH + 1, len(colors)), np.int16), np.zeros(_DEPTH + 1, np.int64)
    for index in range(len(colors)):
        lists[0, index] = index
    counts[0] = len(colors)
    # Stack of boxes: the first cells, those after the last, and the depth.
    stack = np.zeros((_DEPTH + 1, 7), np.int64)
    stack[0, 3:6] = cells
    top, used = 1, 0
    while top > 0:
        top -= 1
        box, depth = stack[top, :6], stack[top, 6]
        chosen = lists[depth + 1]
        count = narrowed(chosen, lists[depth, : counts[depth]], colors, edges, box)
        axis, widest = -1, 0
        for channel in range(3):
            first, last = box[channel], box[channel + 3]
            width = edges[channel, last] - edges[channel, first]
            if last > first + 1 and width > widest:
                axis, widest = channel, width
        if count <= GROUP or axis < 0:
            used = listed(places, groups, used, chosen[:count], colors, box, cells)
            continue
        counts[depth + 1] = count
        middle = (box[axis] + box[axis + 3]) >> 1
        stack[top + 1, :6] = box
        stack[top + 1, axis + 3] = middle
        stack[top, axis] = middle
        stack[top, 6] = stack[top + 1, 6] = depth + 1
        top += 2
    return used


@compiled
def narrowed(chosen, offered, colors, edges, box):
    """Write the offered colours that can be nearest in a box of cells; returns their number.

    Args:
        chosen: (K,) int16, the output.
        offered: indices of colours, ascending.
        colors: (K, 3) int32.
        edges: of `cell_edges`.
        box: (6,) int64, the first cell along each channel, and those after the last.
    """
    low, high = np.empty(3, np.int32), np.empty(3, np.int32)
    for channel in range(3):
        low[channel] = edges[channel, box[channel]]
        high[channel] = edges[channel, box[channel + 3]] - 1
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
        # Against those that are kept so far, and those that follow.
        for other in range(count):
            if other < kept or other > item:
                lost = always_nearer(chosen[other], index, colors, low, high)
                if lost:
                    break
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
def listed(places, groups, used, chosen, colors, box, cells):
    """Write the list of a box if it fits into the groups; returns the number used with it."""
    number = (len(chosen) + GROUP - 1) >> _GROUP_BITS
    if used + number > len(groups):
        return used + number
    for item in range(number * GROUP):
        group, place = used + (item >> _GROUP_BITS), item & (GROUP - 1)
        index = chosen[item] if item < len(chosen) else chosen[item & -GROUP]
        own = groups[group]
        key, middle = np.int64(0), np.int64(_CODES >> 1)
        for channel in range(3):
            key += (colors[index, channel] - middle) ** 2
        own[place] = key << _GROUP_BITS | place
        red, green, blue = colors[index]
        own[GROUP + place] = (-8 * (red - middle)) & 0xFFFF | (-8 * (green - middle)) << 16
        own[2 * GROUP + place] = (-8 * (blue - middle)) & 0xFFFF
        own[3 * GROUP + place] = (used + number - 1 - group) << _INDEX_BITS | index
    for x in range(box[0], box[3]):
        for y in range(box[1], box[4]):
            for z in range(box[2], box[5]):
                places[(x * cells + y) * cells + z] = used * _GROUP_SIZE
    return used + number


@compiled(inline=True)
def nearest_color(red, green, blue, axes, places, groups):
    """Return the index of the first of the nearest colours to a light.

    The light is clipped to -WHITE..2 WHITE, so that keys fit 32 bits.
    """
    light = lanes(
        np.int32(min(max(red, -WHITE), 2 * WHITE) - MIDDLE),
        np.int32(min(max(green, -WHITE), 2 * WHITE) - MIDDLE),
        np.int32(min(max(blue, -WHITE), 2 * WHITE) - MIDDLE),
    )
    return np.int64(nearest_to_lights(light, axes, places, groups))


@compiled(inline=True)
def nearest_to_lights(lights, axes, places, groups):
    """Return the index of the first of the nearest colours to a pixel, or to each of eight.

    Args:
        lights: `dither.diffusion.compiled.lanes`, from -WHITE to 2 WHITE, less `MIDDLE`.
        axes: of `candidate_groups`, like `places` and `groups`.
        places: as `axes`.
        groups: as `axes`.
    """
    group = first_group(lights)
    if len(groups) > 1:
        group = groups_of(axes, places, lights)
    entry = entries(groups, group, nearest_keys(groups, group, lights))
    if all_bits(entry) > _INDEX:
        entry = nearest_in_groups(lights, axes, places, groups)
    return entry


@compiled(inline=True)
def nearest_in_groups(lights, axes, places, groups):
    """Return what `nearest_to_lights` does for cells with several groups, which are rare."""
    group = groups_of(axes, places, lights)
    least = nearest_keys(groups, group, lights)
    entry = entries(groups, group, least)
    further = shifted(entry, np.int32(_INDEX_BITS))
    # The bits that any number has are at least the largest; a pixel's last group can be read again.
    for step in range(1, all_bits(further) + 1):
        own = plus(group, times(at_most(further, np.int32(step)), np.int32(_GROUP_SIZE)))
        keys = nearest_keys(groups, own, lights)
        # At equal distances the earlier one wins.
        new, old = shifted(keys, np.int32(_GROUP_BITS)), shifted(least, np.int32(_GROUP_BITS))
        entry = if_less(new, old, entries(groups, own, keys), entry)
        least = if_less(new, old, keys, least)
    return minus(entry, times(shifted(entry, np.int32(_INDEX_BITS)), np.int32(_INDEX + 1)))
