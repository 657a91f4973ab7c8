"""The instructions of `dither.native.instructions`, in LLVM's language."""

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from dither.native.instructions import LANES

_INT = ir.IntType(32)
# To be read, and to stay in all caches.
_READ, _KEPT, _DATA = _INT(0), _INT(3), _INT(1)
_VECTOR = ir.VectorType(ir.FloatType(), LANES)


def _prefetch(typing_context: Any, array: Any, index: Any) -> Any:
    """Return numba's signature, and the function that writes the instruction."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        start = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        byte = ir.IntType(8).as_pointer()
        kind = ir.FunctionType(ir.VoidType(), [byte, _INT, _INT, _INT])
        function = builder.module.declare_intrinsic("llvm.prefetch", (byte,), kind)
        place = builder.bitcast(builder.gep(start, [arguments[1]]), byte)
        builder.call(function, [place, _READ, _KEPT, _DATA])
        return context.get_dummy_value()

    return types.void(array, types.intp), generate


def _add_products(
    typing_context: Any, out: Any, at: Any, values: Any, begin: Any, factor: Any
) -> Any:
    """Return numba's signature, and the function that writes the instructions."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        def place(array: int) -> Any:
            """Return the address of the vector that two arguments, an array and a place, name."""
            kind = context.make_array(signature.args[array])
            start = kind(context, builder, arguments[array]).data
            return builder.bitcast(builder.gep(start, [arguments[array + 1]]), _VECTOR.as_pointer())

        nothing = ir.Constant(_VECTOR, ir.Undefined)
        one = builder.insert_element(nothing, arguments[4], _INT(0))
        factors = builder.shuffle_vector(
            one, nothing, ir.Constant(ir.VectorType(_INT, LANES), [0] * LANES)
        )
        # Aligned as single samples are. "contract" allows to add without rounding the product.
        values = builder.load(place(2), align=4)
        product = builder.fmul(values, factors, flags=("contract",))
        total = builder.fadd(builder.load(place(0), align=4), product, flags=("contract",))
        builder.store(total, place(0), align=4)
        return context.get_dummy_value()

    return types.void(out, types.intp, values, types.intp, types.float32), generate


prefetch, add_products = intrinsic(_prefetch), intrinsic(_add_products)
