"""Run tasks on the machines of a Dask scheduler, which restarts the task of a process that dies."""

import asyncio
import concurrent.futures
import contextlib
import functools
import logging
import math
import pickle
import queue
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from dither.errors import InputError
from dither.extras import require_extra
from dither.parallel.tasks import POLL_SECONDS, Answer, Task
from dither.version import installation

# Interval at which the cluster's threads are counted.
_COUNT_SECONDS = 2
CONNECT_TIMEOUT_SECONDS = 10
# An answer to a first question takes a scheduler much less.
_ANSWER_SECONDS = 4


def run_on_dask(
    function: Callable[[Task], Answer],
    tasks: Iterable[Task],
    scheduler: str,
    on_lost: Callable[[Task], Answer],
    poll: Callable[[], None],
    check: Callable[[], None] | None,
) -> Iterator[tuple[int, Answer]]:
    """Run tasks as `dither.parallel.run_tasks`; `on_lost` answers for a task given up, or raises."""
    require_extra("a scheduler", "scale", "distributed")
    import distributed

    waiting, window, counted = enumerate(tasks), 0, -math.inf
    ready: queue.SimpleQueue[distributed.Future] = queue.SimpleQueue()
    pending: dict[distributed.Future, tuple[int, Task]] = {}
    here = installation()
    with _connected(scheduler) as client:
        with _connection_errors(scheduler):
            _check_workers(client, here, check)
        # Computed by a task, because Dask recomputes results of lost machines but not scattered data.
        # As bytes, so that a worker of another version can reach its version check.
        shared = client.submit(bytes, pickle.dumps((function, check)), pure=False)
        try:
            while True:
                if time.monotonic() >= counted + _COUNT_SECONDS:
                    # Enough tasks for all threads, but not a list that fills the scheduler's memory.
                    with _connection_errors(scheduler):
                        window = max(8, 4 * sum(client.nthreads().values()))
                    counted = time.monotonic()
                while len(pending) < window and (next_task := next(waiting, None)) is not None:
                    future = client.submit(_run_task, here, shared, next_task[1], pure=False)
                    pending[future] = next_task
                    future.add_done_callback(ready.put)
                if not pending:
                    return
                try:
                    future = ready.get(timeout=POLL_SECONDS)
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
    """Refuse, before any work, workers of other versions or that fail `check`.

    Workers that join later are checked by `_run_task`.
    """
    found = client.run(_worker_problem, here, pickle.dumps(check), on_error="return")
    for worker, problem in found.items():
        if isinstance(problem, OSError):  # the worker is gone
            continue
        if isinstance(problem, Exception):  # this package is missing or older than this check
            problem = _version_mismatch(f"no usable bluenoise-dither ({problem})", here)
        if problem is not None:
            raise InputError(f"the worker {worker} {problem}")


def _worker_problem(sender: str, check: bytes) -> str | None:
    """Return why this worker cannot run a sender's tasks, or None."""
    here = installation()
    if here != sender:
        return _version_mismatch(here, sender)
    needed = pickle.loads(check)
    try:
        if needed is not None:
            needed()
    except InputError as error:
        return f"cannot take part: {error}"
    return None


def _version_mismatch(worker: str, sender: str) -> str:
    return f"has {worker}, but this is {sender}; all machines of a cluster need the same versions"


def _run_task(sender: str, shared: bytes, task: Any) -> Any:
    here = installation()
    if here != sender:
        raise InputError(f"a worker {_version_mismatch(here, sender)}")
    return _unpickled_function(shared)(task)


@functools.lru_cache(maxsize=1)
def _unpickled_function(shared: bytes) -> Callable[[Any], Any]:
    """Unpickle the function, and run the check, once per process."""
    function, check = pickle.loads(shared)
    if check is not None:
        check()
    return function


@contextlib.contextmanager
def _connected(scheduler: str) -> Iterator[Any]:
    import distributed

    # A lost scheduler is reported in one sentence, not by Dask's log.
    logs = [logging.getLogger(f"distributed.{name}") for name in ("client", "core", "comm")]
    before = [log.level for log in logs]
    for log in logs:
        log.setLevel(logging.CRITICAL)
    try:
        _check_scheduler(scheduler)
        with _no_answer(scheduler):
            client = distributed.Client(
                scheduler, timeout=CONNECT_TIMEOUT_SECONDS, set_as_default=False
            )
        try:
            yield client
        finally:
            client.close(timeout=CONNECT_TIMEOUT_SECONDS)
    finally:
        for log, level in zip(logs, before, strict=True):
            log.setLevel(level)


def _check_scheduler(scheduler: str) -> None:
    """Refuse an address at which no scheduler answers.

    Dask's client waits without an end for a server that is silent, and a client that could not connect
    takes 20 seconds to be deleted and prints a traceback then.
    """
    with _no_answer(scheduler), concurrent.futures.ThreadPoolExecutor(1) as executor:
        # In a thread, because the caller, such as a notebook, may run an event loop.
        kind = executor.submit(lambda: asyncio.run(_kind_of_server(scheduler))).result()
        if kind != "Scheduler":
            raise ValueError(f"it is a {kind}")


async def _kind_of_server(address: str) -> str:
    """Return Dask's name of a server's kind."""
    import distributed

    options = distributed.Security().get_connection_args("client")
    server: Any = distributed.rpc(address, timeout=_ANSWER_SECONDS, connection_args=options)
    try:
        found = await asyncio.wait_for(server.identity(), _ANSWER_SECONDS)
    finally:
        await server.close_rpc()
    return str(found.get("type"))


@contextlib.contextmanager
def _no_answer(scheduler: str) -> Iterator[None]:
    """Turn the errors of a connection into an InputError."""
    try:
        yield
    except Exception as error:  # each kind of connection has errors of its own
        reason = " ".join(str(error).split()) or "timeout"
        raise InputError(f"no scheduler answers at {scheduler or repr('')}: {reason}") from None


def _answer(future: Any, task: Task, on_lost: Callable[[Task], Answer], scheduler: str) -> Answer:
    import distributed

    with _connection_errors(scheduler):
        if future.status == "finished":
            return future.result()
        if future.status != "error":
            raise ConnectionError
        error = future.exception()
    if isinstance(error, distributed.KilledWorker):
        return on_lost(task)
    if isinstance(error, ModuleNotFoundError):
        raise InputError(
            f"a worker of {scheduler} lacks {error.name}; all its machines need the same libraries"
        )
    raise error


@contextlib.contextmanager
def _connection_errors(scheduler: str) -> Iterator[None]:
    """Turn connection errors in the block into an InputError."""
    try:
        yield
    except OSError:
        raise InputError(
            f"the scheduler {scheduler} has ended or dropped the work; run the same command again to "
            "resume where possible"
        ) from None
