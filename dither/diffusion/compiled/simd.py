"""Eight squared distances at once, in the compiler's own vectors.

numba does not see that eight like steps are one; so the vectors are written out for LLVM, which has
them for every processor, with the same result.
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

_EIGHT = 8
_NARROW, _WIDE = ir.VectorType(ir.IntType(16), _EIGHT), ir.VectorType(ir.IntType(32), _EIGHT)


def _least_of_eight(typing_context: Any, groups: Any, group: Any, red: Any, green: Any, blue: Any):
    """The least squared distance to the colours of a group times 8, plus the first such place.

    Args:
        typing_context: numba's.
        groups: (n, 4, 8) int16, contiguous: red, green, blue of the colours, and what is not read.
        group: which.
        red: int32, as green and blue, within 12 bits of every colour's.
        green: as red.
        blue: as red.
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
            apart = builder.sub(builder.shuffle_vector(first, first, all_lanes), own)
            square = builder.mul(apart, apart)
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


least_of_eight: Any = intrinsic(_least_of_eight)
