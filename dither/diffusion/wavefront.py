"""Wavefront threads: each works on one block of rows, a little behind the block above."""

import threading
from collections.abc import Callable


def run_wavefront(
    blocks: int, parts: int, lag: int, threads: int, work: Callable[[int, int], None]
) -> None:
    """Do every part of every block, once the block's previous part and the parts above are done.

    Args:
        blocks: number of blocks of rows, from the top.
        parts: number of parts of each block, from the left.
        lag: number of parts that the block above must be ahead.
        threads: number of threads; thread i does the blocks b with b % threads == i.
        work: does one part, given the numbers of the block and the part.

    Raises:
        Exception: the first exception that `work` raised.

    Example:
        >>> done = []
        >>> run_wavefront(2, 2, 1, 1, lambda block, part: done.append((block, part)))
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
        except BaseException as error:  # raised again below, in the caller's thread
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
