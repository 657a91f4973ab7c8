"""The line that explains a wait while JAX compiles a program."""

import functools
import threading

from jax import monitoring

from dither.native import notice

# Events of JAX: it looks for a program among those that it keeps; and it has read or compiled it.
_BEGIN = "/jax/compilation_cache/compile_requests_use_cache"
_END = "/jax/core/compile/backend_compile_duration"


@functools.cache  # a second listener would print nothing new
def explain_waits() -> None:
    """Print a line, once in a process, when JAX compiles for long and keeps what it compiles.

    Call this before the first program runs. Without a folder in which JAX keeps programs, each process
    compiles them, and nothing is printed.
    """
    # By thread, since several can compile at once.
    waiting: dict[int, threading.Timer] = {}

    def begin(event: str, **_: object) -> None:
        if event == _BEGIN:
            timer = threading.Timer(notice.patience, notice.show, ["the optimizer for this size"])
            timer.daemon = True
            timer.start()
            waiting[threading.get_ident()] = timer

    def end(event: str, duration_secs: float, **_: object) -> None:
        if event == _END and threading.get_ident() in waiting:
            waiting.pop(threading.get_ident()).cancel()

    monitoring.register_event_listener(begin)
    monitoring.register_event_duration_secs_listener(end)
