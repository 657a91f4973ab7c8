"""Silence standard error while a C library such as libtiff prints warnings to it."""

import contextlib
import os
import threading
from collections.abc import Iterator

_STDERR = 2
_lock = threading.Lock()
# The number of active blocks, and the duplicate of standard error kept while there are any.
_depth = 0
_kept = -1


@contextlib.contextmanager
def quiet_stderr() -> Iterator[None]:
    """Discard everything that the process writes to standard error during the block.

    Blocks of several threads may overlap. If standard error is closed, nothing is done.

    Example:
        >>> with quiet_stderr():
        ...     _ = os.write(2, b"never seen")
    """
    global _depth, _kept
    with _lock:
        if _depth == 0:
            _kept = _redirect()
        _depth += 1
    try:
        yield
    finally:
        with _lock:
            _depth -= 1
            if _depth == 0 and _kept >= 0:
                os.dup2(_kept, _STDERR)
                os.close(_kept)


def _redirect() -> int:
    """Send standard error to the null device; return a duplicate of it, or -1 if it is closed."""
    try:
        kept = os.dup(_STDERR)
    except OSError:
        return -1
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, _STDERR)
    os.close(null)
    return kept
