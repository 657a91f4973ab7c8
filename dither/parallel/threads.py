"""Tasks on threads of this process: while one waits for a disk, another computes."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

Task = TypeVar("Task")
Answer = TypeVar("Answer")

# Seconds between two looks at whether the work is to be stopped.
_GLANCE = 0.2


def on_threads(
    function: Callable[[Task], Answer],
    tasks: Iterable[Task],
    threads: int,
    poll: Callable[[], None],
) -> Iterator[tuple[int, Answer]]:
    """Run tasks in threads; tasks that have begun finish before the work stops."""
    waiting = enumerate(tasks)
    pending: dict[Future[Answer], int] = {}
    with ThreadPoolExecutor(threads) as pool:
        while True:
            while len(pending) < threads and (handed := next(waiting, None)) is not None:
                number, task = handed
                pending[pool.submit(function, task)] = number
            if not pending:
                return
            ready, _ = wait(pending, _GLANCE, FIRST_COMPLETED)
            poll()
            for future in ready:
                yield pending.pop(future), future.result()
