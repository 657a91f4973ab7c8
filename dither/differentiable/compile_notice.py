"""The line that explains a wait while JAX compiles a program."""

import functools
import threading

from jax import monitoring

from dither.native import notice

# Seconds before the line: most programs are compiled in less.
_PATIENCE = 0.5
# Events that JAX reports if it keeps compiled programs: it looks for one; has it, or has compiled it.
_BEGIN = "/jax/compilation_cache/compile_requests_use_cache"
_ENDS = ("/jax/compilation_cache/cache_hits", "/jax/compilation_cache/cache_misses")


@functools.cache  # a second listener would print nothing new
def explain_waits() -> None:
    """Print a line, once in a process, when JAX compiles for long and keeps what it compiles.

    Call this before the first program runs. Without a folder in which JAX keeps programs, each process
    compiles them, and nothing is printed.
    """
    # By thread, since several can compile at once.
    waiting: dict[int, threading.Timer] = {}

    def note(event: str, **_: object) -> None:
        thread = threading.get_ident()
        if event in (_BEGIN, *_ENDS) and thread in waiting:
            waiting.pop(thread).cancel()
        if event == _BEGIN:
            timer = threading.Timer(_PATIENCE, notice.show, ["the optimizer for this size"])
            timer.daemon = True
            timer.start()
            waiting[thread] = timer

    monitoring.register_event_listener(note)
