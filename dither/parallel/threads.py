"""Run tasks on threads of this process, for work that waits for disks or releases the GIL."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from dither.parallel.tasks import POLL_SECONDS, Answer, Task


def run_on_threads(
    function: Callable[[Task], Answer],
    tasks: Iterable[Task],
    threads: int,
    poll: Callable[[], None],
) -> Iterator[tuple[int, Answer]]:
    """Run tasks as `dither.parallel.run_tasks`; started tasks finish before an error is raised."""
    waiting = enumerate(tasks)
    running: dict[Future[Answer], int] = {}
    with ThreadPoolExecutor(threads) as pool:
        while True:
            while len(running) < threads and (next_task := next(waiting, None)) is not None:
                number, task = next_task
                running[pool.submit(function, task)] = number
            if not running:
                return
            ready, _ = wait(running, POLL_SECONDS, FIRST_COMPLETED)
            poll()
            for future in ready:
                yield running.pop(future), future.result()
