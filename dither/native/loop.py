"""The decorator of compiled loops."""

import ctypes
import functools
import importlib
import importlib.util
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import astuple
from pathlib import Path
from typing import Any

from dither.native import arguments, cache, machine_code, notice
from dither.native.fingerprint import fingerprint, referenced
from dither.native.processor import Processor, host

# A number that is raised when the form of the files changes.
_FORM = 2
_compiling = threading.RLock()
# Module, name and types of arguments of the loops of this process.
loaded: set[tuple[str, str, str]] = set()


class Compiled:
    """A function that is compiled when it is called, for the types of its arguments.

    It takes numbers, arrays and (named) tuples of them, and returns None or a number. The installation
    or a first process compiles it; later processes load the machine code. The GIL is released while it
    runs. Compiled functions may call one another, and return anything there.

    Attributes:
        python: the function in Python, which computes the same.
        options: of `numba.njit`.
    """

    def __init__(self, python: Callable[..., Any], **options: Any) -> None:
        functools.update_wrapper(self, python)
        self.python = python
        self.options = options
        code = python.__code__
        self.names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        self._entries: dict[Any, Callable[[tuple[Any, ...]], Any]] = {}

    def __call__(self, *given: Any, **named: Any) -> Any:
        """Call the machine code; compile it first if there is none for these types."""
        if named:
            given += tuple(named.pop(name) for name in self.names[len(given) :])
        if named or len(given) != len(self.names):
            raise TypeError(f"{self.python.__name__} takes {', '.join(self.names)}")
        key = arguments.type_key(given)
        entry = self._entries.get(key)
        if entry is None:
            with _compiling:
                entry = self._entries.get(key) or self._load(given)
                self._entries[key] = entry
        return entry(given)

    def __reduce__(self) -> str:
        """Pickle the function by its name, as Python does."""
        return self.python.__qualname__

    def references(self) -> "Iterator[tuple[str, Compiled | Intrinsic]]":
        """Yield the other compiled functions that this one calls, by their names in it."""
        for name, value in referenced(self.python):
            if isinstance(value, Compiled | Intrinsic):
                yield name, value

    def parts(self) -> Iterator[Any]:
        """Yield what decides about the machine code of this function and those that it calls."""
        yield self.python.__code__
        yield repr(sorted(self.options.items()))
        for name, value in referenced(self.python):
            yield name
            if isinstance(value, Compiled | Intrinsic):
                yield from value.parts()
            else:
                yield value

    def symbol(self, kinds: str) -> str:
        """Return a name for the machine code of this function, for arguments of these types.

        The versions of numba and llvmlite are not in it, because machine code needs neither: files
        that an installation has made stay valid when they change.
        """
        parts = (sys.implementation.cache_tag, _FORM, kinds, *self.parts())
        return f"{self.python.__name__}-{fingerprint(iter(parts))}"

    def kept_name(self, symbol: str, processor: Processor) -> str:
        """Return the name of an object file in the user's folder."""
        made_by = fingerprint(iter((symbol, *machine_code.compilers(), *astuple(processor))))
        return f"{self.python.__name__}-{made_by}.o"

    def compile(self, given: tuple[Any, ...], processor: Processor) -> bytes:
        """Return the packed object file for the types of these arguments, and keep it for the user.

        Raises:
            NotImplementedError: this loop cannot be an object file.
        """
        from dither.native import compiler

        notice.show()
        symbol = self.symbol(arguments.type_text(given))
        content = compiler.compile_loop(self, given, symbol, processor)
        cache.write_object(self.kept_name(symbol, processor), content)
        return content

    def _load(self, given: tuple[Any, ...]) -> Callable[[tuple[Any, ...]], Any]:
        """Return a function of the arguments: installed, from a file of the user, or else compiled."""
        _require_llvmlite()
        kinds = arguments.type_text(given)
        loaded.add((self.python.__module__, self.python.__qualname__, kinds))
        symbol = self.symbol(kinds)
        content = cache.read_installed(f"{symbol}.o")
        if content is None or not machine_code.made_for(content).runs_on(host()):
            content = cache.read_object(self.kept_name(symbol, host()))
        if content is None:
            try:
                content = self.compile(given, host())
            except NotImplementedError:
                from dither.native import compiler

                function = compiler.compile_in_process(self)
                return lambda given: function(*given)
        call = machine_code.load(content)

        def entry(given: tuple[Any, ...]) -> Any:
            words = arguments.words(given)
            return call((ctypes.c_int64 * len(words))(*words))

        return entry


def _require_llvmlite() -> None:
    """Name numba where llvmlite is missing, which loads machine code and comes with numba.

    Raises:
        ModuleNotFoundError: it is missing.
    """
    try:
        found = importlib.util.find_spec("llvmlite")
    except ModuleNotFoundError:
        found = None
    if found is None:
        raise ModuleNotFoundError("No module named 'numba'", name="numba")


class Intrinsic:
    """A function that is written in LLVM's language, with a twin in Python.

    Attributes:
        python: the function in Python, which computes the same.
        build: function without arguments that returns it as an intrinsic of numba.
        module: the module that has it, if its source is not in `build`.
    """

    def __init__(
        self, python: Callable[..., Any], build: Callable[[], Any], module: str | None = None
    ) -> None:
        functools.update_wrapper(self, python)
        self.python = python
        self.build = build
        self._module = module

    def __call__(self, *given: Any) -> Any:
        """Call the twin."""
        return self.python(*given)

    def parts(self) -> Iterator[Any]:
        """Yield what decides about the machine code."""
        yield self.build.__code__
        found = importlib.util.find_spec(self._module) if self._module else None
        if found is not None and found.origin is not None:
            yield Path(found.origin).read_bytes()


def intrinsic_of(module: str) -> Callable[[Callable[..., Any]], Intrinsic]:
    """Return the decorator of twins in Python of the intrinsics with these names in a module."""

    def twin(python: Callable[..., Any]) -> Intrinsic:
        def build() -> Any:
            return getattr(importlib.import_module(module), python.__name__)

        return Intrinsic(python, build, module)

    return twin


def compiled(
    function: Callable[..., Any] | None = None,
    *,
    inline: bool = False,
    fastmath: bool = False,
    zero_division: bool = True,
) -> Any:
    """Compile a function when it is called; see `Compiled`.

    Args:
        function: a function that numba can compile. It may call functions with this decorator.
        inline: insert the function into its callers, where each call is specialised.
        fastmath: allow floats to be added in another order.
        zero_division: raise ZeroDivisionError as Python does; otherwise a division by zero gives inf or
            nan as in numpy, so that loops with divisions use vector instructions.

    Example:
        >>> import numpy as np
        >>> @compiled
        ... def doubled(values):
        ...     for index in range(len(values)):
        ...         values[index] *= 2
        >>> values = np.arange(3)
        >>> doubled(values)
        >>> values.tolist()
        [0, 2, 4]
    """
    if function is None:
        return functools.partial(
            compiled, inline=inline, fastmath=fastmath, zero_division=zero_division
        )
    options: dict[str, Any] = {} if zero_division else {"error_model": "numpy"}
    return Compiled(function, forceinline=inline, fastmath=fastmath, **options)
