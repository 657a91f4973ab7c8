"""Eight squared distances at once, in SIMD vectors.

numba does not merge eight equal steps into one, so the vectors are written in LLVM's own language. It
works on every processor, with the same result.
"""

from typing import Any

import numpy as np

from dither.native.loop import Intrinsic

_EIGHT = 8


def _nearest_of_eight(groups: Any, group: Any, red: Any, green: Any, blue: Any) -> np.int32:
    """Return 8 times the smallest squared distance to a group's colours, plus its first position.

    Args:
        groups: (n, 4, 8) int16, contiguous: red, green and blue of the colours, then an unused row.
        group: index of the group.
        red: int32, 0 to 4095, like `green` and `blue`.
        green: as `red`.
        blue: as `red`.
    """
    differences = groups[group, :3].astype(np.int32) - np.array([[red], [green], [blue]], np.int32)
    return np.int32((((differences**2).sum(axis=0) << 3) | np.arange(_EIGHT)).min())


def _build() -> Any:
    """Return the same as an intrinsic of numba."""
    from llvmlite import ir
    from numba import types
    from numba.core import cgutils
    from numba.extending import intrinsic

    narrow, wide = (ir.VectorType(ir.IntType(bits), _EIGHT) for bits in (16, 32))

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array, place, *wanted = arguments
        start = context.make_array(signature.args[0])(context, builder, array).data
        index = context.cast(builder, place, signature.args[1], types.intp)
        start = builder.gep(start, [builder.mul(index, ir.Constant(index.type, 4 * _EIGHT))])
        lanes = builder.bitcast(start, narrow.as_pointer())
        total = None
        for channel, value in enumerate(wanted):
            where = builder.gep(lanes, [ir.Constant(ir.IntType(32), channel)])
            own = builder.sext(builder.load(where, align=2), wide)
            first = builder.insert_element(
                ir.Constant(wide, ir.Undefined), value, ir.Constant(ir.IntType(32), 0)
            )
            all_lanes = ir.Constant(ir.VectorType(ir.IntType(32), _EIGHT), [0] * _EIGHT)
            difference = builder.sub(builder.shuffle_vector(first, first, all_lanes), own)
            square = builder.mul(difference, difference)
            total = square if total is None else builder.add(total, square)
        keys = builder.or_(
            builder.shl(total, ir.Constant(wide, [3] * _EIGHT)),
            ir.Constant(wide, list(range(_EIGHT))),
        )
        least = cgutils.get_or_insert_function(
            builder.module,
            ir.FunctionType(ir.IntType(32), [wide]),
            "llvm.vector.reduce.smin.v8i32",
        )
        return builder.call(least, [keys])

    def typed(context: Any, groups: Any, group: Any, red: Any, green: Any, blue: Any) -> Any:
        return types.int32(groups, group, types.int32, types.int32, types.int32), generate

    return intrinsic(typed)


nearest_of_eight = Intrinsic(_nearest_of_eight, _build)
