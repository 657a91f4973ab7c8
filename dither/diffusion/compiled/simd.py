"""Eight squared distances at once, in SIMD vectors.

numba does not merge eight equal steps into one, so the vectors are written in LLVM's own language. It
works on every processor, with the same result.
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

_EIGHT = 8
_NARROW, _WIDE = ir.VectorType(ir.IntType(16), _EIGHT), ir.VectorType(ir.IntType(32), _EIGHT)


def _nearest_of_eight(
    typing_context: Any, groups: Any, group: Any, red: Any, green: Any, blue: Any
):
    """Return 8 times the smallest squared distance to a group's colours, plus its first position.

    Args:
        typing_context: numba's.
        groups: (n, 4, 8) int16, contiguous: red, green and blue of the colours, then an unused row.
        group: index of the group.
        red: int32, 0 to 4095, like `green` and `blue`.
        green: as `red`.
        blue: as `red`.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array, place, *wanted = arguments
        start = context.make_array(signature.args[0])(context, builder, array).data
        index = context.cast(builder, place, signature.args[1], types.intp)
        start = builder.gep(start, [builder.mul(index, ir.Constant(index.type, 4 * _EIGHT))])
        lanes = builder.bitcast(start, _NARROW.as_pointer())
        total = None
        for channel, value in enumerate(wanted):
            where = builder.gep(lanes, [ir.Constant(ir.IntType(32), channel)])
            own = builder.sext(builder.load(where, align=2), _WIDE)
            first = builder.insert_element(
                ir.Constant(_WIDE, ir.Undefined), value, ir.Constant(ir.IntType(32), 0)
            )
            all_lanes = ir.Constant(ir.VectorType(ir.IntType(32), _EIGHT), [0] * _EIGHT)
            difference = builder.sub(builder.shuffle_vector(first, first, all_lanes), own)
            square = builder.mul(difference, difference)
            total = square if total is None else builder.add(total, square)
        keys = builder.or_(
            builder.shl(total, ir.Constant(_WIDE, [3] * _EIGHT)),
            ir.Constant(_WIDE, list(range(_EIGHT))),
        )
        least = cgutils.get_or_insert_function(
            builder.module,
            ir.FunctionType(ir.IntType(32), [_WIDE]),
            "llvm.vector.reduce.smin.v8i32",
        )
        return builder.call(least, [keys])

    return types.int32(groups, group, types.int32, types.int32, types.int32), generate


nearest_of_eight: Any = intrinsic(_nearest_of_eight)
