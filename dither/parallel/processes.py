"""Tasks on processes of this machine, each given to another if its process dies.

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
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

Task = TypeVar("Task")
Answer = TypeVar("Answer")

# Seconds between two looks at whether the work is to be stopped.
_GLANCE = 0.2
# Seconds that processes have to leave what they do, and to remove what they have half written.
_GRACE = 2.0
# After so many dead processes a task is given up.
_MOST_DEATHS = 2


def on_processes(
    function: Callable[[Task], Answer],
    tasks: Iterable[Task],
    jobs: int,
    on_lost: Callable[[Task], Answer],
    poll: Callable[[], None],
) -> Iterator[tuple[int, Answer]]:
    """As `dither.parallel.run_tasks`; `on_lost` answers for a task that is given up, or raises."""
    waiting = ((number, task, 0) for number, task in enumerate(tasks))
    again: list[tuple[int, Task, int]] = []
    idle: list[_Worker] = []
    busy: dict[Connection, tuple[_Worker, int, Task, int]] = {}
    finished = False
    try:
        while True:
            while len(busy) < jobs:
                handed = again.pop() if again else next(waiting, None)
                if handed is None:
                    break
                worker = _given(handed[1], idle, function)
                busy[worker.pipe] = (worker, *handed)
            if not busy:
                break
            ready = wait(list(busy), _GLANCE)
            poll()
            for pipe in ready:
                assert isinstance(pipe, Connection)
                worker, number, task, deaths = busy.pop(pipe)
                try:
                    error, answer = pipe.recv()
                except (EOFError, OSError):
                    worker.end()
                    if deaths + 1 < _MOST_DEATHS:
                        again.append((number, task, deaths + 1))
                    else:
                        yield number, on_lost(task)
                    continue
                idle.append(worker)
                if error is not None:
                    raise error
                yield number, answer
        finished = True
    finally:
        # At the end they stop by themselves; on an error in the midst of what they do.
        workers = [*idle, *(entry[0] for entry in busy.values())]
        if not finished:
            _stop(workers)
        for worker in workers:
            worker.end()


def _given(task: Task, idle: "list[_Worker]", function: Callable[[Task], Answer]) -> "_Worker":
    """A worker that has the task now."""
    while idle:
        worker = idle.pop()
        try:
            worker.pipe.send(task)
        except OSError:  # it died while it waited
            worker.end()
        else:
            return worker
    worker = _Worker(function)
    worker.pipe.send(task)
    return worker


class _Worker:
    """A process that answers one task after the other; it ends when this program does."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        # Started anew, not forked: threads and compilers do not survive a fork.
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process: SpawnProcess = context.Process(
            target=_serve, args=(theirs, function), daemon=True
        )
        # Ctrl-C goes to all processes of a terminal; this one alone decides what becomes of it.
        with _no_interrupt():
            self.process.start()
        theirs.close()

    def end(self) -> None:
        self.pipe.close()
        self.process.join()


def _stop(workers: list[_Worker]) -> None:
    """All at once, and by force those that hear of it too late: compiled loops listen to nobody."""
    for worker in workers:
        worker.process.terminate()
    until = time.monotonic() + _GRACE
    for worker in workers:
        worker.process.join(max(0, until - time.monotonic()))
        worker.process.kill()


def _serve(pipe: Connection, function: Callable[[Any], Any]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Terminated, it leaves the task as after an error: no half-written file stays.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(1))
    while True:
        try:
            task = pipe.recv()
        except (EOFError, OSError):  # the program has ended
            return
        try:
            answer = pickle.dumps((None, function(task)))
        except Exception as error:  # whatever it is, the one who asked raises it
            error.add_note("".join(traceback.format_exception(error)))
            answer = _pickled_error(error)
        try:
            pipe.send_bytes(answer)
        except OSError:
            return


def _pickled_error(error: Exception) -> bytes:
    try:
        pickle.loads(content := pickle.dumps((error, None)))
    except Exception:  # exceptions of others may be unfit to travel
        return pickle.dumps((RuntimeError(f"{type(error).__name__}: {error}"), None))
    return content


@contextlib.contextmanager
def _no_interrupt() -> Iterator[None]:
    """Ctrl-C waits, and does not reach what is started meanwhile."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
