"""Tasks on the machines of a Dask scheduler, which gives those of a dead process to another."""

import contextlib
import functools
import logging
import math
import pickle
import queue
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from dither.errors import InputError
from dither.version import installation

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
    on_lost: Callable[[Task], Answer],
    poll: Callable[[], None],
    check: Callable[[], None] | None,
) -> Iterator[tuple[int, Answer]]:
    """As `dither.parallel.run_tasks`; `on_lost` answers for a task that is given up, or raises."""
    try:
        import distributed
    except ModuleNotFoundError as error:
        raise InputError(
            f"a scheduler needs {error.name}: pip install 'bluenoise-dither[scale]'"
        ) from None
    waiting, window, asked = enumerate(tasks), 0, -math.inf
    ready: queue.SimpleQueue[distributed.Future] = queue.SimpleQueue()
    pending: dict[distributed.Future, tuple[int, Task]] = {}
    here = installation()
    with _connected(scheduler) as client:
        with _answering(scheduler):
            _check_workers(client, here, check)
        # Sent once, and made again where a machine that holds it is lost; sent with `scatter` it would
        # be lost with the machine. As bytes, which a machine with another version can read too.
        shared = client.submit(bytes, pickle.dumps((function, check)), pure=False)
        try:
            while True:
                if time.monotonic() >= asked + _COUNT_EVERY:
                    # Enough for all, and not so many that a long list of tasks fills the scheduler.
                    with _answering(scheduler):
                        window = max(8, 4 * sum(client.nthreads().values()))
                    asked = time.monotonic()
                while len(pending) < window and (handed := next(waiting, None)) is not None:
                    future = client.submit(_called, here, shared, handed[1], pure=False)
                    pending[future] = handed
                    future.add_done_callback(ready.put)
                if not pending:
                    return
                try:
                    future = ready.get(timeout=_GLANCE)
                except queue.Empty:
                    poll()
                    continue
                poll()
                number, task = pending.pop(future)
                yield number, _answer(future, task, on_lost, scheduler)
        finally:
            with contextlib.suppress(Exception):  # the scheduler may be gone
                client.cancel([*pending, shared])


def _check_workers(client: Any, here: str, check: Callable[[], None] | None) -> None:
    """Refuse, before any work, workers that cannot do it, or would do other work.

    Those that come later see to it themselves.
    """
    found = client.run(_obstacle, here, pickle.dumps(check), on_error="return")
    for worker, obstacle in found.items():
        if isinstance(obstacle, OSError):  # it is gone
            continue
        if isinstance(obstacle, Exception):  # it is not there, or knows nothing of such questions
            obstacle = _unlike(f"no bluenoise-dither that can be asked ({obstacle})", here)
        if obstacle is not None:
            raise InputError(f"the worker {worker} {obstacle}")


def _obstacle(sender: str, check: bytes) -> str | None:
    """What a sender's work meets on this worker, if anything."""
    here = installation()
    if here != sender:
        return _unlike(here, sender)
    needed = pickle.loads(check)
    try:
        if needed is not None:
            needed()
    except InputError as error:
        return f"cannot take part: {error}"
    return None


def _unlike(worker: str, sender: str) -> str:
    return f"has {worker}, and this is {sender}; all machines of a scheduler hold the same"


def _called(sender: str, shared: bytes, task: Any) -> Any:
    here = installation()
    if here != sender:
        raise InputError(f"a worker {_unlike(here, sender)}")
    return _received(shared)(task)


@functools.lru_cache(maxsize=1)
def _received(shared: bytes) -> Callable[[Any], Any]:
    """What is called with the tasks, in each process read and checked once."""
    function, check = pickle.loads(shared)
    if check is not None:
        check()
    return function


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


def _answer(future: Any, task: Task, on_lost: Callable[[Task], Answer], scheduler: str) -> Answer:
    import distributed

    with _answering(scheduler):
        if future.status == "finished":
            return future.result()
        if future.status != "error":
            raise ConnectionError
        error = future.exception()
    if isinstance(error, distributed.KilledWorker):
        return on_lost(task)
    if isinstance(error, ModuleNotFoundError):
        raise InputError(
            f"a worker of {scheduler} has no {error.name}; all its machines hold the same libraries"
        )
    raise error


@contextlib.contextmanager
def _answering(scheduler: str) -> Iterator[None]:
    """What fails in the block for want of a connection is the scheduler's end."""
    try:
        yield
    except OSError:
        raise InputError(
            f"the scheduler {scheduler} has ended or dropped the work; the same command goes on where "
            "it can"
        ) from None
