"""Four 32-bit lanes in a register, and the nearest of sixteen colours to the light in one.

numba has no vectors, and does not merge equal steps into one, so the vectors are written in LLVM's own
language. It works on every processor, with the same result.
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.datamodel.models import PrimitiveModel
from numba.extending import intrinsic, register_model

_EIGHT = 8
_NARROW, _WIDE = ir.VectorType(ir.IntType(16), _EIGHT), ir.VectorType(ir.IntType(32), _EIGHT)
_INT = ir.IntType(32)
_FOUR = ir.VectorType(_INT, 4)
# Light below a 12-bit code step.
_BELOW_CODE = (1 << 10) - 1


class _Lanes(types.Type):
    """Four 32-bit whole numbers in a register; exists only inside of a compiled function."""

    def __init__(self) -> None:
        super().__init__(name="lanes")


_LANES = _Lanes()


@register_model(_Lanes)
class _LanesModel(PrimitiveModel):
    """Lanes are a vector for LLVM."""

    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _FOUR)


def _splat(builder: Any, value: Any) -> Any:
    """Return four lanes with the same 32-bit number."""
    first = builder.insert_element(ir.Constant(_FOUR, ir.Undefined), value, _INT(0))
    return builder.shuffle_vector(first, first, ir.Constant(_FOUR, [0] * 4))


def _by_lane(name: str, step: Callable[[Any, Any, Any], Any]) -> Any:
    """Return the function that combines two vectors, or a vector and a number, lane by lane."""

    def typed(typing_context: Any, left: Any, right: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            left, right = arguments
            return step(builder, left, right if right.type == _FOUR else _splat(builder, right))

        return _LANES(_LANES, _LANES if right is _LANES else types.int32), generate

    typed.__name__ = name
    return intrinsic(typed)


def _chosen(comparison: str) -> Callable[[Any, Any, Any], Any]:
    """Return the step that takes the left lane if the comparison holds."""
    return lambda builder, left, right: builder.select(
        builder.icmp_signed(comparison, left, right), left, right
    )


plus = _by_lane("plus", lambda builder, left, right: builder.add(left, right))
minus = _by_lane("minus", lambda builder, left, right: builder.sub(left, right))
times = _by_lane("times", lambda builder, left, right: builder.mul(left, right))
shifted = _by_lane("shifted", lambda builder, left, right: builder.ashr(left, right))
at_most = _by_lane("at_most", _chosen("<"))
at_least = _by_lane("at_least", _chosen(">"))


def _lanes(typing_context: Any, red: Any, green: Any, blue: Any) -> Any:
    """Return three numbers as lanes; the fourth is 0."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        vector = ir.Constant(_FOUR, [0] * 4)
        for place, value in enumerate(arguments):
            vector = builder.insert_element(vector, value, _INT(place))
        return vector

    return _LANES(types.int32, types.int32, types.int32), generate


def _lane(typing_context: Any, vector: Any, place: Any) -> Any:
    """Return one lane, int32."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.extract_element(*arguments)

    return types.int32(_LANES, types.int32), generate


def _place(context: Any, builder: Any, kind: Any, array: Any, index: Any, wanted: Any) -> Any:
    """Return the pointer to an element of a contiguous array."""
    start = context.make_array(kind)(context, builder, array).data
    return builder.bitcast(builder.gep(start, [index]), wanted.as_pointer())


def _loaded(typing_context: Any, array: Any, index: Any) -> Any:
    """Return four elements, from `index`, of a contiguous int32 array with one axis."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array, index = arguments
        pointer = _place(context, builder, signature.args[0], array, index, _FOUR)
        return builder.load(pointer, align=4)

    return _LANES(array, types.intp), generate


def _stored(typing_context: Any, array: Any, index: Any, vector: Any) -> Any:
    """Write four elements, from `index`, of a contiguous int32 array with one axis."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array, index, vector = arguments
        pointer = _place(context, builder, signature.args[0], array, index, _FOUR)
        builder.store(vector, pointer, align=4)
        return context.get_dummy_value()

    return types.void(array, types.intp, _LANES), generate


def _nearest_of_sixteen(typing_context: Any, table: Any, light: Any) -> Any:
    """Return the position, 0 to 15, of the first of the nearest of sixteen colours.

    In |v - c|^2 = |v|^2 - 2 v c + |c|^2 the first term is the same for all colours c; the others, with
    the position of c in the lowest bits, make a key, and the smallest is taken. The factors have 16
    bits, for which processors have an instruction that adds two products.

    Args:
        typing_context: numba's.
        table: (48,) int32: the keys of v = 0; 8 times red and green, as pairs of int16; 8 times blue,
            as int16 with a 0 each. Colours are whole 12-bit codes, -2048 to 2047.
        light: red, green and blue from the middle grey; 10 bits below a code step are dropped.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array, light = arguments
        # Shifted by 8 bits, not by 10, a factor is 4 times a code: with the 8 of the table, twice the
        # product is above the 4 bits of the position.
        codes = builder.and_(light, ir.Constant(_FOUR, [~_BELOW_CODE] * 4))
        halves = builder.bitcast(builder.ashr(codes, ir.Constant(_FOUR, [8] * 4)), _NARROW)
        lowest = None
        for four in range(4):
            total = None
            for part, channels in enumerate(((0, 2) * 4, (4, 6) * 4)):
                factors = builder.shuffle_vector(halves, halves, ir.Constant(_WIDE, channels))
                start = ir.Constant(ir.IntType(64), 16 + 16 * part + 4 * four)
                pointer = _place(context, builder, signature.args[0], array, start, _NARROW)
                own = builder.load(pointer, align=4)
                product = builder.mul(builder.sext(factors, _WIDE), builder.sext(own, _WIDE))
                even = builder.shuffle_vector(product, product, ir.Constant(_FOUR, [0, 2, 4, 6]))
                odd = builder.shuffle_vector(product, product, ir.Constant(_FOUR, [1, 3, 5, 7]))
                pair = builder.add(even, odd)
                total = pair if total is None else builder.add(total, pair)
            start = ir.Constant(ir.IntType(64), 4 * four)
            pointer = _place(context, builder, signature.args[0], array, start, _FOUR)
            keys = builder.sub(builder.load(pointer, align=4), total)
            lowest = keys if lowest is None else _chosen("<")(builder, keys, lowest)
        least = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(_INT, [_FOUR]), "llvm.vector.reduce.smin.v4i32"
        )
        position = builder.and_(builder.call(least, [lowest]), _INT(15))
        return builder.zext(position, ir.IntType(64))

    return types.int64(table, _LANES), generate


def _nearest_of_eight(typing_context: Any, groups: Any, group: Any, codes: Any) -> Any:
    """Return 8 times the smallest squared distance to a group's colours, plus its first position.

    Args:
        typing_context: numba's.
        groups: (n, 4, 8) int16, contiguous: red and green of the colours in pairs, blue, and an unused
            row.
        group: index of the group.
        codes: red, green and blue, -4096 to 8191.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array, group, codes = arguments
        start = context.make_array(signature.args[0])(context, builder, array).data
        start = builder.gep(start, [builder.mul(group, ir.Constant(group.type, 4 * _EIGHT))])
        halves = builder.bitcast(codes, _NARROW)
        total = None
        for channels, row in (((0, 2), 0), ((4,), 2)):
            number = len(channels) * _EIGHT
            narrow, wide = (ir.VectorType(ir.IntType(bits), number) for bits in (16, 32))
            place = builder.gep(start, [ir.Constant(ir.IntType(64), row * _EIGHT)])
            own = builder.load(builder.bitcast(place, narrow.as_pointer()), align=2)
            mask = ir.Constant(ir.VectorType(_INT, number), channels * _EIGHT)
            difference = builder.sub(builder.shuffle_vector(halves, halves, mask), own)
            difference = builder.sext(difference, wide)
            square = builder.mul(difference, difference)
            for first in range(len(channels)):
                each = ir.Constant(_WIDE, list(range(first, number, len(channels))))
                part = builder.shuffle_vector(square, square, each)
                total = part if total is None else builder.add(total, part)
        keys = builder.or_(
            builder.shl(total, ir.Constant(_WIDE, [3] * _EIGHT)),
            ir.Constant(_WIDE, list(range(_EIGHT))),
        )
        least = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(_INT, [_WIDE]), "llvm.vector.reduce.smin.v8i32"
        )
        return builder.call(least, [keys])

    return types.int32(groups, types.intp, _LANES), generate


lanes: Any = intrinsic(_lanes)
lane: Any = intrinsic(_lane)
loaded: Any = intrinsic(_loaded)
stored: Any = intrinsic(_stored)
nearest_of_sixteen: Any = intrinsic(_nearest_of_sixteen)
nearest_of_eight: Any = intrinsic(_nearest_of_eight)
