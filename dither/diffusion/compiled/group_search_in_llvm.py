"""The functions of `dither.diffusion.compiled.group_search` for numba, in LLVM's own language."""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from dither.diffusion.compiled.lanes_in_llvm import (
    EACH,
    EIGHT,
    FIRST,
    FIRST_PAIR,
    FOUR,
    INT,
    LANES,
    LONG,
    SECOND,
    SECOND_PAIR,
    filled,
    joined,
    parts,
    picked,
    pointer,
    smaller,
    start_of,
)

# The keys and the factors of the sixteen colours of a group, and the elements of `axes` for a channel.
_KEYS, _FACTORS, _STEPS = ir.VectorType(INT, 16), ir.VectorType(ir.IntType(16), 32), 3072


def _first_group(typing_context: Any, lights: Any) -> Any:
    """Return 0 for each pixel."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return joined(builder, [INT(0)] * (1 if lights is LANES else 8))

    return (types.int32 if lights is LANES else EACH)(lights), generate


def _groups_of(typing_context: Any, axes: Any, places: Any, lights: Any) -> Any:
    """Return the place of the first group of candidates of each pixel."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        along, groups = (
            start_of(context, builder, signature, arguments, which) for which in (0, 1)
        )
        steps = []
        for light in parts(builder, arguments[2]):
            # From -4096 codes of light, not from the middle grey; four codes are a step.
            step = builder.add(light, filled(light, (2048 + 4096) << 10))
            steps.append(builder.ashr(step, filled(step, 10 + 2)))
        if len(steps) == 1:
            pixels = [[(steps[0], channel) for channel in range(3)]]
        else:
            pixels = [[(step, place) for step in steps] for place in range(8)]
        found = []
        for pixel in pixels:
            cell = INT(0)
            for channel, (step, place) in enumerate(pixel):
                number = builder.extract_element(step, INT(place))
                index = builder.add(builder.zext(number, LONG), LONG(_STEPS * channel))
                cell = builder.add(cell, builder.load(builder.gep(along, [index])))
            found.append(builder.load(pointer(builder, groups, cell, INT)))
        return joined(builder, found)

    return (types.int32 if lights is LANES else EACH)(axes, places, lights), generate


def _in_pairs(builder: Any, one: Any, other: Any) -> Any:
    """Return four times the codes of two channels as pairs of 16-bit numbers."""
    low = builder.and_(builder.ashr(one, filled(one, 8)), filled(one, 0xFFFC))
    high = builder.and_(builder.shl(other, filled(other, 8)), filled(other, 0xFFFC << 16))
    return builder.or_(low, high)


def _sum_of_products(builder: Any, left: Any, right: Any) -> Any:
    """Return the sums of the products of pairs of 16-bit numbers."""
    wide = ir.VectorType(INT, left.type.count)
    product = builder.mul(builder.sext(left, wide), builder.sext(right, wide))
    even, odd = (
        picked(builder, product, product, range(first, left.type.count, 2)) for first in (0, 1)
    )
    return builder.add(even, odd)


def _nearest_keys(typing_context: Any, groups: Any, at: Any, lights: Any) -> Any:
    """Return the least key of the colours of each pixel's group."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        start = start_of(context, builder, signature, arguments)
        lights = arguments[2]
        # The table has 0 where green is a factor again.
        if lights.type == FOUR:
            pairs = _in_pairs(builder, lights, picked(builder, lights, lights, [1] * 4))
            pixels = [[(pairs, 0), (pairs, 2)]]
        else:
            red, green, blue = parts(builder, lights)
            both = [_in_pairs(builder, each, green) for each in (red, blue)]
            pixels = [[(pairs, place) for pairs in both] for place in range(8)]
        keys = []
        for pixel, group in zip(pixels, parts(builder, arguments[1]), strict=True):
            total = builder.load(pointer(builder, start, group, _KEYS), align=4)
            for row, (pairs, place) in enumerate(pixel, 1):
                each = picked(builder, pairs, pairs, [place] * 16)
                index = builder.add(builder.zext(group, LONG), LONG(16 * row))
                own = builder.load(pointer(builder, start, index, _FACTORS), align=4)
                each = _sum_of_products(builder, builder.bitcast(each, _FACTORS), own)
                total = builder.add(total, each)
            halves = (picked(builder, total, total, range(half, half + 8)) for half in (0, 8))
            keys.append(smaller(builder, *halves))
        if len(keys) == 8:
            least = _least_of_each(builder, keys)
            return joined(builder, [builder.extract_element(least, INT(k)) for k in range(8)])
        least = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(INT, [EIGHT]), "llvm.vector.reduce.smin.v8i32"
        )
        return builder.call(least, keys)

    return at(groups, at, lights), generate


def _least_of_each(builder: Any, keys: list[Any]) -> Any:
    """Return the least of each of eight vectors of eight, as a vector."""

    def merged(one: Any, other: Any, *halves: Any) -> Any:
        return smaller(builder, *(picked(builder, one, other, half) for half in halves))

    halves = (0, 1, 2, 3, 8, 9, 10, 11), (4, 5, 6, 7, 12, 13, 14, 15)
    fours = [merged(keys[place], keys[place + 4], *halves) for place in range(4)]
    twos = [merged(*fours[place : place + 2], FIRST, SECOND) for place in (0, 2)]
    return merged(*twos, FIRST_PAIR, SECOND_PAIR)


def _entries(typing_context: Any, groups: Any, at: Any, keys: Any) -> Any:
    """Return the entries of the colours with these keys in the groups at these places."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        start = start_of(context, builder, signature, arguments)
        found = []
        for place, key in zip(*(parts(builder, each) for each in arguments[1:]), strict=True):
            position = builder.zext(builder.and_(key, INT(15)), LONG)
            index = builder.add(builder.add(builder.zext(place, LONG), position), LONG(48))
            found.append(builder.load(builder.gep(start, [index])))
        return joined(builder, found)

    return at(groups, at, keys), generate


first_group: Any = intrinsic(_first_group)
groups_of: Any = intrinsic(_groups_of)
nearest_keys: Any = intrinsic(_nearest_keys)
entries: Any = intrinsic(_entries)
