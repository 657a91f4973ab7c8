"""The functions of `dither.diffusion.compiled.sixteen` for numba, in LLVM's own language.

A row is two vectors of eight.
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from dither.diffusion.compiled.lanes_in_llvm import (
    EIGHT,
    FOUR,
    INT,
    LONG,
    Kind,
    by_channel,
    by_lane,
    filled,
    joined,
    parts,
    picked,
    pointer,
    splat,
    start_of,
)

_ROW = Kind("row", ir.ArrayType(EIGHT, 2))
# Elements of two rows of sixteen in turns, those of the first half or of the second.
_FIRST = [place for first in range(8) for place in (first, first + 16)]
_SECOND = [place + 8 for place in _FIRST]

masked = by_lane("masked", lambda builder, row, mask: builder.and_(row, mask))


def _less(typing_context: Any, number: Any, row: Any) -> Any:
    """Return -1 where the number is less than those of the row, 0 elsewhere."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        number, row = arguments
        halves = []
        for half in parts(builder, row):
            lower = builder.icmp_signed("<", splat(builder, number, half), half)
            halves.append(builder.sext(lower, EIGHT))
        return joined(builder, halves)

    return row(types.int32, row), generate


def _halves(builder: Any, start: Any, index: Any, kind: Any) -> list[Any]:
    """Return the pointers to the halves of sixteen elements of an array."""
    return [pointer(builder, start, builder.add(index, LONG(half)), kind) for half in (0, 8)]


def _row_of(typing_context: Any, array: Any, index: Any) -> Any:
    """Return sixteen elements of an int32 array, from an index."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        start = start_of(context, builder, signature, arguments)
        places = _halves(builder, start, arguments[1], EIGHT)
        return joined(builder, [builder.load(place, align=4) for place in places])

    return _ROW(array, types.intp), generate


def _written_row(typing_context: Any, array: Any, index: Any, row: Any) -> Any:
    """Write a row to an array of whole numbers, from an index."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        start = start_of(context, builder, signature, arguments)
        element = start.type.pointee
        kind = ir.VectorType(element, 8)
        places = _halves(builder, start, arguments[1], kind)
        for half, place in zip(parts(builder, arguments[2]), places, strict=True):
            numbers = half if element == INT else builder.trunc(half, kind)
            builder.store(numbers, place, align=element.width // 8)
        return context.get_dummy_value()

    return types.void(array, types.intp, row), generate


def _looked_up_rows(typing_context: Any, table: Any, numbers: Any) -> Any:
    """Return four rows: for each number, the four elements from four times it in an int32 table."""
    result = types.UniTuple(_ROW, 4)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        start = start_of(context, builder, signature, arguments)
        halves = []
        for half in parts(builder, arguments[1]):
            indices = builder.shl(half, filled(half, 2))
            each = (builder.extract_element(indices, INT(place)) for place in range(8))
            places = [pointer(builder, start, index, FOUR) for index in each]
            rows = [builder.load(place, align=4) for place in places]
            halves.append(by_channel(builder, rows))
        rows = [joined(builder, list(pair)) for pair in zip(*halves, strict=True)]
        return context.make_tuple(builder, result, rows)

    return result(table, numbers), generate


def _turned(
    typing_context: Any, source: Any, first: Any, apart: Any, target: Any, to: Any, distance: Any
) -> Any:
    """Copy sixteen rows of sixteen elements as columns."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        element = start_of(context, builder, signature, arguments).type.pointee
        kind, align = ir.VectorType(element, 16), element.width // 8

        def places(array: int) -> list[Any]:
            """Return the pointers to the rows of an array, which is the argument of this number."""
            start = start_of(context, builder, signature, arguments, array)
            first, apart = arguments[array + 1 : array + 3]
            steps = (builder.mul(apart, LONG(row)) for row in range(16))
            return [pointer(builder, start, builder.add(first, step), kind) for step in steps]

        rows = [builder.load(place, align=align) for place in places(0)]
        for _ in range(4):
            pairs = list(zip(rows[:8], rows[8:], strict=True))
            rows = [picked(builder, *pair, half) for pair in pairs for half in (_FIRST, _SECOND)]
        for row, place in zip(rows, places(3), strict=True):
            builder.store(row, place, align=align)
        return context.get_dummy_value()

    size = types.intp
    return types.void(source, size, size, target, size, size), generate


less: Any = intrinsic(_less)
row_of: Any = intrinsic(_row_of)
written_row: Any = intrinsic(_written_row)
looked_up_rows: Any = intrinsic(_looked_up_rows)
turned: Any = intrinsic(_turned)
