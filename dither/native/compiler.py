"""Compile loops with numba to object files that need neither numba nor Python.

All loops here are `dither.native.loop.Compiled`.
"""

import contextlib
import types as python_types
from collections.abc import Iterator
from typing import Any

import numba
import numpy as np
from llvmlite import binding, ir
from numba import carray, types  # pyright: ignore[reportPrivateImportUsage]
from numba.core import codegen
from numba.core.compiler_lock import global_compiler_lock
from numba.core.registry import cpu_target
from numba.extending import intrinsic, overload
from numba.np import arrayobj

from dither.native import machine_code
from dither.native.arguments import scalar_dtype
from dither.native.processor import Processor

# Functions of the C library, which every process has loaded, with one right result each.
_AVAILABLE = frozenset(("malloc", "free", "memcpy", "memmove", "memset", "sqrt", "sqrtf"))
_njit: Any = numba.njit
_NO_WRAPPERS = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
# numba's functions of this process.
_made: dict[Any, Any] = {}


def compile_loop(loop: Any, given: tuple[Any, ...], symbol: str, processor: Processor) -> bytes:
    """Return a packed object file of a loop for the types of these arguments.

    numba optimises for the processor that its environment variables name (`Processor.variables`).
    The function takes an array of words (`dither.native.arguments.words`), as numba calls functions.

    Raises:
        NotImplementedError: the loop needs a function of numba's runtime, or returns an array.
    """
    if not hasattr(arrayobj, "raise_with_shape_context"):
        raise NotImplementedError("this release of numba is unknown")
    entry = _entry(loop, given)
    with _object_only():
        entry.compile((types.CPointer(types.int64),))
        (made,) = entry.overloads.values()
        made.library.finalize()
    result = str(made.signature.return_type)
    if result not in machine_code.RESULTS:
        raise NotImplementedError(f"{loop.python.__name__} returns {result}, not a number")
    module = binding.parse_assembly(made.library.get_llvm_str())
    module.link_in(binding.parse_assembly(str(_allocator())))
    for each in module.functions:
        if each.name == made.fndesc.llvm_func_name:
            each.name = symbol
        elif not each.is_declaration:
            each.linkage = "internal"
        elif not each.name.startswith("llvm.") and each.name not in _AVAILABLE:
            raise NotImplementedError(f"{loop.python.__name__} needs {each.name}")
    code = machine_code.target_machine(processor).emit_object(module)
    return machine_code.pack(symbol, result, processor, code)


def compile_in_process(loop: Any) -> Any:
    """Return a loop as numba's own kind of function, which is compiled again in every process."""
    options = {**loop.options, "nogil": True}
    return _njit(**options)(_plain(loop))


def _dispatcher(loop: Any) -> Any:
    """Return a loop as numba's own kind of function, without the parts that Python needs."""
    if loop not in _made:
        _made[loop] = made = _njit(**loop.options, **_NO_WRAPPERS)(_plain(loop))
        usual = made.get_call_template
        # numba would compile a function once more for each constant among its arguments.
        made.get_call_template = lambda given, named: usual(
            [types.unliteral(each) for each in given], named
        )
    return _made[loop]


def _plain(loop: Any) -> Any:
    """Return the function of a loop, in which the functions that it calls are numba's."""
    known = dict(loop.python.__globals__)
    for name, other in loop.references():
        if hasattr(other, "build"):
            known[name] = _made[other] = _made.get(other) or other.build()
        else:
            known[name] = _dispatcher(other)
    python = loop.python
    # numba cannot call functions with arguments that must be named.
    code = python.__code__.replace(co_argcount=len(loop.names), co_kwonlyargcount=0)
    plain = python_types.FunctionType(code, known, python.__name__)
    plain.__module__, plain.__qualname__ = python.__module__, python.__qualname__
    return plain


def _entry(loop: Any, given: tuple[Any, ...]) -> Any:
    """Return a function that calls the loop with arguments from words."""
    known: dict[str, Any] = {
        "loop": _dispatcher(loop),
        "carray": carray,
        "as_strided": np.lib.stride_tricks.as_strided,
        "pointer": _pointer,
        "number": _float,
    }
    places = iter(range(1 << 20))
    call = ", ".join(_expression(each, places, known) for each in given)
    exec(f"def entry(words):\n    return loop({call})", known)
    return _njit(**_NO_WRAPPERS)(known["entry"])


def _expression(value: Any, places: Iterator[int], known: dict[str, Any]) -> str:
    """Return the source that makes an argument of its words; `known` gets the names that it uses."""
    if isinstance(value, tuple):
        parts = "".join(f"{_expression(each, places, known)}, " for each in value)
        name = type(value).__name__ if hasattr(value, "_fields") else ""
        known[name] = type(value)
        return f"{name}({parts})"
    dtype = value.dtype if isinstance(value, np.ndarray) else scalar_dtype(value)
    known[dtype.name] = dtype.type
    place = next(places)
    if not isinstance(value, np.ndarray):
        if dtype.kind == "f":
            return f"{dtype.name}(number(words, {place}))"
        return f"words[{place}] != 0" if dtype.kind == "b" else f"{dtype.name}(words[{place}])"

    def sizes() -> str:
        return "(" + "".join(f"words[{next(places)}], " for _ in value.shape) + ")"

    start = f"pointer(words, {place}, {dtype.name})"
    if value.flags.c_contiguous:
        return f"carray({start}, {sizes()}, {dtype.name})"
    return f"as_strided(carray({start}, (1,), {dtype.name}), {sizes()}, {sizes()})"


@contextlib.contextmanager
def _object_only() -> Iterator[None]:
    """Let numba make no code for this process, and short errors when the shapes of arrays differ.

    The usual error, with both shapes, takes longer to compile than most loops, and needs Python.
    """
    context: Any = cpu_target.target_context
    library: Any = codegen.JITCodeLibrary
    machine: Any = codegen.JITCPUCodegen
    with global_compiler_lock:
        usual = arrayobj.raise_with_shape_context
        arrayobj.raise_with_shape_context = _refuse_shapes
        # Only the identity of the result counts; it must be a built-in function.
        context.get_executable = lambda *_: [].append
        # numba would make machine code of the loop and of each function that it calls.
        emit, add = library._finalize_specific, machine._add_module
        library._finalize_specific = machine._add_module = lambda *_: None
        try:
            yield
        finally:
            library._finalize_specific, machine._add_module = emit, add
            del context.get_executable
            arrayobj.raise_with_shape_context = usual


def _refuse_shapes(source: Any, target: Any) -> None:
    raise ValueError("the shapes of two arrays differ")


@overload(_refuse_shapes)
def _refuse_shapes_compiled(source: Any, target: Any) -> Any:
    def refuse(source: Any, target: Any) -> None:
        raise ValueError("the shapes of two arrays differ")

    return refuse


@intrinsic
def _pointer(context: Any, words: Any, place: Any, dtype: Any) -> Any:
    """Return the pointer to numbers of a dtype in a word."""
    pointer = types.CPointer(dtype.dtype)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        word = builder.load(builder.gep(arguments[0], [arguments[1]]))
        return builder.inttoptr(word, context.get_value_type(pointer))

    return pointer(words, types.intp, dtype), generate


@intrinsic
def _float(context: Any, words: Any, place: Any) -> Any:
    """Return the float64 in a word."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        word = builder.load(builder.gep(arguments[0], [arguments[1]]))
        return builder.bitcast(word, ir.DoubleType())

    return types.float64(words, types.intp), generate


def _allocator() -> ir.Module:
    """Return the part of numba's runtime that local arrays need: memory with a count of references.

    numba's code reads the count from the first word of a header and the address of the memory from the
    fourth, and calls the destructor when the count is 0.
    """
    module = ir.Module("allocator")
    word, small, pointer = ir.IntType(64), ir.IntType(32), ir.IntType(8).as_pointer()
    malloc = ir.Function(module, ir.FunctionType(pointer, [word]), "malloc")
    free = ir.Function(module, ir.FunctionType(ir.VoidType(), [pointer]), "free")
    header = ir.LiteralStructType([word, pointer, pointer, pointer, word, pointer])
    for name, arguments in (
        ("NRT_MemInfo_alloc", [word]),
        ("NRT_MemInfo_alloc_aligned", [word, small]),
        ("NRT_MemInfo_alloc_safe_aligned", [word, small]),
    ):
        function = ir.Function(module, ir.FunctionType(pointer, arguments), name)
        builder = ir.IRBuilder(function.append_basic_block())
        size, align = function.args[0], ir.Constant(word, 16)
        if len(arguments) == 2:
            align = builder.zext(function.args[1], word)
        extra = builder.add(align, ir.Constant(word, 48))
        block = builder.call(malloc, [builder.add(size, extra)])
        failed = builder.icmp_unsigned("==", block, ir.Constant(pointer, None))
        with builder.if_then(failed):
            builder.ret(block)
        start = builder.ptrtoint(block, word)
        last = builder.sub(builder.add(start, extra), ir.Constant(word, 1))
        data = builder.sub(last, builder.urem(last, align))
        head = builder.bitcast(block, header.as_pointer())
        for place, value in (
            (0, ir.Constant(word, 1)),
            (1, ir.Constant(pointer, None)),
            (2, ir.Constant(pointer, None)),
            (3, builder.inttoptr(data, pointer)),
            (4, size),
            (5, ir.Constant(pointer, None)),
        ):
            zero, field = ir.Constant(small, 0), ir.Constant(small, place)
            builder.store(value, builder.gep(head, [zero, field]))
        builder.ret(block)
    for name, called in (
        ("NRT_MemInfo_call_dtor", free),
        ("NRT_Free", free),
        ("NRT_Allocate", malloc),
    ):
        function = ir.Function(module, called.function_type, name)
        builder = ir.IRBuilder(function.append_basic_block())
        answer = builder.call(called, function.args)
        if called is malloc:
            builder.ret(answer)
        else:
            builder.ret_void()
    return module
