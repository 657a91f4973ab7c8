"""Compile a program of JAX in half the time, where XLA has the option."""

import functools
from collections.abc import Callable
from typing import Any

import jax

# XLA's older way to compile fused loops for processors: half the time for the same speed and, in the
# descent, the same bytes.
_OPTIONS = {"xla_cpu_use_fusion_emitters": False}


def quickly_compiled(
    function: Callable[..., Any], static_argnums: tuple[int, ...]
) -> Callable[..., Any]:
    """Return `jax.jit` of a function, compiled with the option if this release of XLA has it.

    Example:
        >>> quickly_compiled(lambda count, x: count * x, (0,))(2, 1.5)
        Array(3., dtype=float32, weak_type=True)
    """
    plain = jax.jit(function, static_argnums=static_argnums)
    quick = jax.jit(function, static_argnums=static_argnums, compiler_options=_OPTIONS)

    @functools.wraps(function)
    def call(*arguments: Any) -> Any:
        return (quick if _has_options() else plain)(*arguments)

    return call


@functools.cache
def _has_options() -> bool:
    """Return whether XLA knows the options, which later releases may drop."""
    try:
        jax.jit(lambda: 0, compiler_options=_OPTIONS)()
    except jax.errors.JaxRuntimeError:
        return False
    return True
