"""Keeping libraries of C from talking on standard error, where they do not ask first."""

import contextlib
import os
import threading
from collections.abc import Iterator

_STDERR = 2
_lock = threading.Lock()
# How many blocks are at work, and while there are any, where standard error went before.
_depth = 0
_kept = -1


@contextlib.contextmanager
def quiet_stderr() -> Iterator[None]:
    """Nothing that is written to standard error in the block arrives, by whomever it is written.

    Blocks of several threads may overlap; where standard error is closed nothing is done.

    Example:
        >>> with quiet_stderr():
        ...     _ = os.write(2, b"never seen")
    """
    _enter()
    try:
        yield
    finally:
        _leave()


def _enter() -> None:
    global _depth, _kept
    with _lock:
        _depth += 1
        if _depth > 1:
            return
        try:
            _kept = os.dup(_STDERR)
        except OSError:
            _kept = -1
            return
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, _STDERR)
        os.close(nothing)


def _leave() -> None:
    global _depth
    with _lock:
        _depth -= 1
        if _depth == 0 and _kept >= 0:
            os.dup2(_kept, _STDERR)
            os.close(_kept)
