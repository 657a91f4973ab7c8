"""Run many tasks in parallel, on this machine or on a Dask cluster.

Answers arrive in the order of completion, each with the number of its task. The task of a process that
died is run again, so running a task twice must do no harm.
"""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import NoReturn

from dither.errors import InputError
from dither.parallel.processors import usable_processors
from dither.parallel.tasks import Answer, Task


class WorkerLostError(RuntimeError):
    """A task was given up because every process that ran it died, usually for lack of memory."""


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
    """Call a function with each task in parallel and yield the answers as they complete.

    Args:
        function: called with each task, and a second time with a task whose process died; must be
            picklable.
        tasks: picklable arguments; each is taken from the iterable shortly before it runs.
        jobs: processes on this machine, default one per processor; 1 runs in this process.
        scheduler: address of a Dask scheduler, such as "tcp://10.0.0.1:8786", used instead of local
            processes. All its machines need the same versions of this package and of Python.
        threads: threads to use if jobs is 1.
        on_lost: called with a task that was given up; its result is the answer. Default: an error.
        poll: called several times a second; may raise KeyboardInterrupt to stop the work.
        check: called before the work, on every machine that takes part; raises an InputError if the
            machine cannot do it, for example because a library is missing. Must be picklable.

    Yields:
        The number of the task, from 0, and its answer.

    Raises:
        InputError: the scheduler cannot be reached, Dask is not installed, a worker has other
            versions, or `check` raises it.
        WorkerLostError: a task was given up, and there is no `on_lost`.
        Exception: any error of the function.

    Example:
        >>> dict(run_tasks(abs, [-3, 4], jobs=1))
        {0: 3, 1: 4}
    """
    if jobs is not None and jobs < 1:
        raise InputError(f"jobs is {jobs}; it must be at least 1")
    if scheduler is not None and jobs is not None:
        raise InputError("give jobs or a scheduler, not both; the cluster sets its own processes")
    on_lost = on_lost or _give_up
    with _sigpipe_ignored():
        if scheduler is not None:
            from dither.parallel.dask_cluster import run_on_dask

            yield from run_on_dask(function, tasks, scheduler, on_lost, poll, check)
            return
        if check is not None:
            check()
        if (jobs := jobs or usable_processors()) > 1:
            from dither.parallel.processes import run_on_processes

            yield from run_on_processes(function, tasks, jobs, on_lost, poll)
        elif threads > 1:
            from dither.parallel.threads import run_on_threads

            yield from run_on_threads(function, tasks, threads, poll)
        else:
            for number, task in enumerate(tasks):
                poll()
                yield number, function(task)


def _give_up(task: object) -> NoReturn:
    raise WorkerLostError(
        "a task was given up because every process that ran it died; memory may be too small"
    )


@contextlib.contextmanager
def _sigpipe_ignored() -> Iterator[None]:
    """Ignore SIGPIPE, which ends command lines: losing a worker must raise an error instead."""
    main = threading.current_thread() is threading.main_thread()
    if not main or not hasattr(signal, "SIGPIPE"):
        yield
        return
    before = signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGPIPE, before)
