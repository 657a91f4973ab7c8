"""The instruction of `dither.native.prefetch`, in LLVM's language."""

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

_INT = ir.IntType(32)
# To be read, and to stay in all caches.
_READ, _KEPT, _DATA = _INT(0), _INT(3), _INT(1)


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


prefetch = intrinsic(_prefetch)
