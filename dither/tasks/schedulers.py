"""Tasks on the machines of a Dask scheduler, which gives those of a dead process to another."""

import contextlib
import logging
import math
import pickle
import queue
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from dither.errors import InputError

Task = TypeVar("Task")
Answer = TypeVar("Answer")

# Seconds between two looks at whether the work is to be stopped.
_GLANCE = 0.2
# Seconds between two counts of the machines.
_COUNT_EVERY = 2
# Seconds that a scheduler has to answer.
_PATIENCE = 10


def on_dask(
    function: Callable[[Task], Answer],
    tasks: Iterable[Task],
    scheduler: str,
    lost: Callable[[Task], Answer],
    while_waiting: Callable[[], None],
) -> Iterator[tuple[int, Answer]]:
    """As `dither.tasks.run_tasks`; `lost` answers for a task that is given up, or raises."""
    try:
        import distributed
    except ModuleNotFoundError as error:
        raise InputError(
            f"a scheduler needs {error.name}: pip install 'bluenoise-dither[scale]'"
        ) from None
    waiting, window, asked = enumerate(tasks), 0, -math.inf
    ready: queue.SimpleQueue[distributed.Future] = queue.SimpleQueue()
    pending: dict[distributed.Future, tuple[int, Task]] = {}
    with _connected(scheduler) as client:
        # Sent once, and made again where a machine that holds it is lost; sent with `scatter` it would
        # be lost with the machine.
        shared = client.submit(pickle.loads, pickle.dumps(function), pure=False)
        try:
            while True:
                if time.monotonic() >= asked + _COUNT_EVERY:
                    # Enough for all, and not so many that a long list of tasks fills the scheduler.
                    window = max(8, 4 * sum(client.nthreads().values()))
                    asked = time.monotonic()
                while len(pending) < window and (handed := next(waiting, None)) is not None:
                    future = client.submit(_called, shared, handed[1], pure=False)
                    pending[future] = handed
                    future.add_done_callback(ready.put)
                if not pending:
                    return
                try:
                    future = ready.get(timeout=_GLANCE)
                except queue.Empty:
                    while_waiting()
                    continue
                while_waiting()
                number, task = pending.pop(future)
                yield number, _answer(future, task, lost, scheduler)
        finally:
            with contextlib.suppress(Exception):  # the scheduler may be gone
                client.cancel([*pending, shared])


def _called(function: Callable[[Task], Answer], task: Task) -> Answer:
    return function(task)


@contextlib.contextmanager
def _connected(scheduler: str) -> Iterator[Any]:
    import distributed

    try:
        client = distributed.Client(scheduler, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError, TypeError, TimeoutError) as error:
        raise InputError(
            f"no scheduler answers at {scheduler}: {' '.join(str(error).split()) or 'no time left'}"
        ) from None
    # What it logs of a lost scheduler is told in one sentence.
    log = logging.getLogger("distributed.client")
    before = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield client
    finally:
        client.close(timeout=_PATIENCE)
        log.setLevel(before)


def _answer(future: Any, task: Task, lost: Callable[[Task], Answer], scheduler: str) -> Answer:
    import distributed

    if future.status == "finished":
        return future.result()
    if future.status != "error":
        raise InputError(
            f"the scheduler {scheduler} has ended or dropped the work; the same command goes on where "
            "it can"
        )
    error = future.exception()
    if isinstance(error, distributed.KilledWorker):
        return lost(task)
    raise error
