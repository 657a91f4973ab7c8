"""Threads that work on one block of rows each, every one a little behind the one above."""

import threading
from collections.abc import Callable


def in_wavefront(
    blocks: int, parts: int, lag: int, threads: int, work: Callable[[int, int], None]
) -> None:
    """Do every part of every block, each after the block's former part and the ones above it.

    Args:
        blocks: of rows, from the top.
        parts: of each block, from the left.
        lag: parts of the block above that must be done beyond the part itself.
        threads: that share the work; block b falls to thread b % threads.
        work: what does one part, called with the numbers of the block and the part.

    Raises:
        Exception: what `work` raised first.

    Example:
        >>> done = []
        >>> in_wavefront(2, 2, 1, 1, lambda block, part: done.append((block, part)))
        >>> done
        [(0, 0), (0, 1), (1, 0), (1, 1)]
    """
    done = [0] * blocks
    failures: list[BaseException] = []
    changed = threading.Condition()

    def run(first: int) -> None:
        try:
            for block in range(first, blocks, threads):
                for part in range(parts):
                    needed = min(parts, part + 1 + lag) if block else 0
                    with changed:
                        while block and done[block - 1] < needed and not failures:
                            changed.wait()
                        if failures:
                            return
                    work(block, part)
                    with changed:
                        done[block] = part + 1
                        changed.notify_all()
        except (
            BaseException
        ) as error:  # told to the caller, and to the threads that wait for this one
            with changed:
                failures.append(error)
                changed.notify_all()

    others = [threading.Thread(target=run, args=(first,)) for first in range(1, threads)]
    for thread in others:
        thread.start()
    run(0)
    for thread in others:
        thread.join()
    if failures:
        raise failures[0]
