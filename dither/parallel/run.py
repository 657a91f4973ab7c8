"""Many tasks at once: on the processors of this machine, or on the machines of a Dask scheduler.

Answers come as they are ready, in any order, each with the number of its task. A task whose process
dies is given to another; it must therefore do no harm when it is done twice.
"""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import NoReturn, TypeVar

from dither.errors import InputError
from dither.processors import usable_processors

Task = TypeVar("Task")
Answer = TypeVar("Answer")


class WorkerLostError(RuntimeError):
    """A task is given up: every process that took it died, most often for want of memory."""


def run_tasks(
    function: Callable[[Task], Answer],
    tasks: Iterable[Task],
    *,
    jobs: int | None = None,
    scheduler: str | None = None,
    threads: int = 1,
    on_lost: Callable[[Task], Answer] | None = None,
    poll: Callable[[], None] = lambda: None,
    check: Callable[[], None] | None = None,
) -> Iterator[tuple[int, Answer]]:
    """The answer to each task, as it is ready.

    Args:
        function: what is called with each task; it can be pickled, is the same on all machines, and may
            be called twice with a task whose process died.
        tasks: what it takes, which can be pickled; asked for only shortly before they are done.
        jobs: processes on this machine, one for each processor if not given; 1 works in this very
            process.
        scheduler: the address of a Dask scheduler, such as "tcp://10.0.0.1:8786", in place of processes
            of this machine. All its machines hold the same version of this package and of Python.
        threads: at work at once where jobs is 1; of work that waits for disks, or leaves Python.
        on_lost: the answer to a task that is given up; if not given, that is an error.
        poll: called several times a second; may raise KeyboardInterrupt to stop the work.
        check: called before the work wherever it is done, and can be pickled; raises an InputError
            where it cannot be done, such as for want of a library.

    Yields:
        The number of the task, from 0, and its answer.

    Raises:
        InputError: the scheduler cannot be reached, Dask is not installed, a worker has another
            version, or what `check` raises.
        WorkerLostError: a task is given up, and there is no `on_lost`.
        Exception: what the function raises.

    Example:
        >>> dict(run_tasks(abs, [-3, 4], jobs=1))
        {0: 3, 1: 4}
    """
    if jobs is not None and jobs < 1:
        raise InputError(f"jobs is {jobs}; it must be at least 1")
    if scheduler is not None and jobs is not None:
        raise InputError("give jobs or a scheduler, which has processes of its own")
    with _broken_pipes_are_errors():
        if scheduler is not None:
            from dither.parallel.dask_cluster import on_dask

            yield from on_dask(function, tasks, scheduler, on_lost or _give_up, poll, check)
            return
        if check is not None:
            check()
        if (jobs := jobs or usable_processors()) > 1:
            from dither.parallel.processes import on_processes

            yield from on_processes(function, tasks, jobs, on_lost or _give_up, poll)
        elif threads > 1:
            from dither.parallel.threads import on_threads

            yield from on_threads(function, tasks, threads, poll)
        else:
            for number, task in enumerate(tasks):
                poll()
                yield number, function(task)


def _give_up(task: object) -> NoReturn:
    raise WorkerLostError(
        "a task is given up, for every process that took it died; memory may be short"
    )


@contextlib.contextmanager
def _broken_pipes_are_errors() -> Iterator[None]:
    """Command lines let SIGPIPE end them; a worker or a scheduler that is gone must not."""
    main = threading.current_thread() is threading.main_thread()
    if not main or not hasattr(signal, "SIGPIPE"):
        yield
        return
    before = signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGPIPE, before)
