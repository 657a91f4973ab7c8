"""Run tasks on processes of this machine; the task of a process that dies is run on another.

Python's own process pools give up all tasks when one process dies, and leave processes behind when the
program is killed.
"""

import contextlib
import multiprocessing
import pickle
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any

from dither.parallel.tasks import POLL_SECONDS, Answer, Task

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

# Time for a process to stop its task and remove half-written files before it is killed.
TERMINATE_TIMEOUT_SECONDS = 2.0
# A task is given up after this number of dead processes.
_MAX_DEATHS = 2


def run_on_processes(
    function: Callable[[Task], Answer],
    tasks: Iterable[Task],
    jobs: int,
    on_lost: Callable[[Task], Answer],
    poll: Callable[[], None],
) -> Iterator[tuple[int, Answer]]:
    """Run tasks as `dither.parallel.run_tasks`; `on_lost` answers for a task given up, or raises."""
    waiting = ((number, task, 0) for number, task in enumerate(tasks))
    retries: list[tuple[int, Task, int]] = []
    idle: list[_Worker] = []
    busy: dict[Connection, tuple[_Worker, int, Task, int]] = {}
    finished = False
    try:
        while True:
            while len(busy) < jobs:
                next_task = retries.pop() if retries else next(waiting, None)
                if next_task is None:
                    break
                worker = _send_task(next_task[1], idle, function)
                busy[worker.pipe] = (worker, *next_task)
            if not busy:
                break
            ready = wait(list(busy), POLL_SECONDS)
            poll()
            for pipe in ready:
                assert isinstance(pipe, Connection)
                worker, number, task, deaths = busy.pop(pipe)
                try:
                    error, answer = pipe.recv()
                except (EOFError, OSError):
                    worker.join()
                    if deaths + 1 < _MAX_DEATHS:
                        retries.append((number, task, deaths + 1))
                    else:
                        yield number, on_lost(task)
                    continue
                idle.append(worker)
                if error is not None:
                    raise error
                yield number, answer
        finished = True
    finally:
        # Idle workers stop by themselves; after an error, busy ones are interrupted.
        workers = [*idle, *(entry[0] for entry in busy.values())]
        if not finished:
            _terminate(workers)
        for worker in workers:
            worker.join()


def _send_task(task: Task, idle: "list[_Worker]", function: Callable[[Task], Answer]) -> "_Worker":
    """Send a task to an idle worker, or to a new one; return the worker."""
    while idle:
        worker = idle.pop()
        try:
            worker.pipe.send(task)
        except OSError:  # it died while idle
            worker.join()
        else:
            return worker
    worker = _Worker(function)
    worker.pipe.send(task)
    return worker


class _Worker:
    """A process that runs one task after the other; it ends when this program ends."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        # Spawned, not forked: threads and compilers do not survive a fork.
        context = multiprocessing.get_context("spawn")
        self.pipe, other_end = context.Pipe()
        self.process: SpawnProcess = context.Process(
            target=_serve, args=(other_end, function), daemon=True
        )
        # A terminal sends Ctrl-C to all its processes; only this program may react to it.
        with _sigint_blocked():
            self.process.start()
        other_end.close()

    def join(self) -> None:
        self.pipe.close()
        self.process.join()


def _terminate(workers: list[_Worker]) -> None:
    """Terminate all workers, and kill those that do not stop in time, such as compiled loops."""
    for worker in workers:
        worker.process.terminate()
    deadline = time.monotonic() + TERMINATE_TIMEOUT_SECONDS
    for worker in workers:
        worker.process.join(max(0, deadline - time.monotonic()))
        worker.process.kill()


def _serve(pipe: Connection, function: Callable[[Any], Any]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # SystemExit leaves the task as an error does, so that no half-written file stays.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(1))
    while True:
        try:
            task = pipe.recv()
        except (EOFError, OSError):  # the program has ended
            return
        try:
            answer = pickle.dumps((None, function(task)))
        except Exception as error:  # raised again in the program
            error.add_note("".join(traceback.format_exception(error)))
            answer = _pickled_error(error)
        try:
            pipe.send_bytes(answer)
        except OSError:
            return


def _pickled_error(error: Exception) -> bytes:
    try:
        pickle.loads(content := pickle.dumps((error, None)))
    except Exception:  # not every library's exceptions can be pickled
        return pickle.dumps((RuntimeError(f"{type(error).__name__}: {error}"), None))
    return content


@contextlib.contextmanager
def _sigint_blocked() -> Iterator[None]:
    """Delay Ctrl-C, and let processes that start in the block inherit that."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
