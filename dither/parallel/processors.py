"""Count usable processors and check numbers of threads."""

import os

from dither.errors import InputError

MAX_THREADS = 1024


def usable_processors() -> int:
    """Return the number of processors that this process may use, at least 1."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def thread_count(threads: int) -> int:
    """Check a number of threads and return how many to start; 0 means one per usable processor.

    Args:
        threads: 0 to 1024.

    Raises:
        InputError: `threads` is not a whole number from 0 to 1024.

    Example:
        >>> thread_count(2), thread_count(0) == usable_processors()
        (2, True)
    """
    if isinstance(threads, bool) or not (
        hasattr(threads, "__index__") and 0 <= threads <= MAX_THREADS
    ):
        raise InputError(f"threads is {threads}; it must be a whole number from 0 to {MAX_THREADS}")
    return int(threads) or usable_processors()
