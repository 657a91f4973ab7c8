"""Load object files into this process with llvmlite, which needs neither numba nor a linker."""

import ctypes
import functools
import importlib.util
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import astuple
from pathlib import Path
from typing import Any

from dither.native.processor import Processor, host

# int entry(result, exception, words), as numba calls functions: 0 if it succeeds.
_PROTOTYPE = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
RESULTS = {
    "none": None,
    "bool": ctypes.c_bool,
    "int64": ctypes.c_int64,
    "float64": ctypes.c_double,
}
_loading = threading.Lock()


def pack(symbol: str, result: str, processor: Processor, code: bytes) -> bytes:
    """Return an object file after a line with the names of its function, its result and processor."""
    return json.dumps([symbol, result, *astuple(processor)]).encode() + b"\n" + code


def made_for(content: bytes) -> Processor:
    """Return the processor that `pack` was given."""
    _, _, *processor = _header(content)
    return Processor(*processor)


def _header(content: bytes) -> list[str]:
    return json.loads(content.partition(b"\n")[0])


def load(content: bytes) -> Callable[[Any], Any]:
    """Load what `pack` returned; return a function of (n,) ctypes words, without the GIL.

    Raises:
        RuntimeError: when it is called, if the loop raises an exception.
    """
    symbol, result, *_ = _header(content)
    code = content.partition(b"\n")[2]
    from llvmlite import binding

    with _loading:
        engine = _engine()
        engine.add_object_file(binding.ObjectFileRef.from_data(code))
        engine.finalize_object()
        entry = _PROTOTYPE(engine.get_function_address(symbol))
    kind = RESULTS[result]

    def call(words: Any) -> Any:
        value, exception = (kind or ctypes.c_int64)(), ctypes.c_void_p()
        status = entry(ctypes.byref(value), ctypes.byref(exception), words)
        if status != 0:
            raise RuntimeError(f"the compiled loop {symbol} failed with status {status}")
        return None if kind is None else value.value

    return call


def target_machine(processor: Processor) -> Any:
    """Return a target machine for a processor, with the same options as numba's."""
    from llvmlite import binding

    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    target = binding.Target.from_triple(processor.triple)
    # numba: code that is not moved may use absolute addresses, except on ARM.
    reloc = "static" if target.name.startswith("x86") else "default"
    return target.create_target_machine(
        cpu=processor.cpu,
        features=processor.features,
        opt=3,
        reloc=reloc,
        codemodel="jitdefault",
        jit=True,
    )


@functools.cache
def _engine() -> Any:
    from llvmlite import binding

    machine = target_machine(host())
    empty = binding.parse_assembly("")
    empty.triple = machine.triple
    return binding.create_mcjit_compiler(empty, machine)


@functools.cache
def compilers() -> tuple[str, ...]:
    """Return the versions of the compilers, which decide about machine code besides the source."""
    import llvmlite

    return llvmlite.__version__, *_numba_version()


def _numba_version() -> Iterator[str]:
    """Yield numba's version as its file has it: importing numba takes half a second."""
    found = importlib.util.find_spec("numba")
    for folder in found.submodule_search_locations or () if found else ():
        file = Path(folder) / "_version.py"
        if file.exists():
            yield file.read_text("utf-8")
