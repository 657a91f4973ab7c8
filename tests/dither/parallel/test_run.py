"""On this machine; `test_schedulers` has others."""

import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dither.errors import InputError
from dither.parallel import WorkerLostError, run_tasks
from dither.parallel.processors import usable_processors


def _square(number: int) -> int:
    return number * number


def _deadly(number: int) -> int:
    if number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def _deadly_once(mark: Path) -> str:
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return mark.name


def _refusing(number: int) -> int:
    raise InputError(f"{number} is refused")


def _check() -> None:
    _refusing(3)


class _UnfitError(Exception):
    def __init__(self, one: str, two: str) -> None:
        super().__init__(one + two)


def _unfit(number: int) -> int:
    raise _UnfitError("un", "fit")


def _deaf(mark: Path) -> None:
    # As compiled loops, which come to Python's handlers only at their end.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    mark.touch()
    time.sleep(60)


def _slow(number: int) -> int:
    time.sleep(60)
    return number


@pytest.mark.parametrize("options", [{"jobs": 1}, {"jobs": 2}, {"jobs": 1, "threads": 3}])
def test_every_task_is_answered_once(options: dict[str, Any]) -> None:
    answers = list(run_tasks(_square, range(7), **options))
    assert sorted(answers) == [(number, number * number) for number in range(7)]


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_cannot_be_done_is_not_begun(jobs: int) -> None:
    def tasks() -> Iterator[int]:
        pytest.fail("a task is asked for")
        yield 0

    with pytest.raises(InputError, match="3 is refused"):
        list(run_tasks(_square, tasks(), jobs=jobs, check=_check))


def test_a_task_that_kills_its_process_is_given_up_alone() -> None:
    answers = dict(run_tasks(_deadly, range(5), jobs=2, on_lost=lambda task: -task))
    assert answers == {0: 0, 1: 1, 2: -2, 3: 3, 4: 4}


def test_a_task_whose_process_dies_is_given_to_another(tmp_path: Path) -> None:
    assert list(run_tasks(_deadly_once, [tmp_path / "mark"], jobs=2)) == [(0, "mark")]


@pytest.mark.slow
def test_without_another_answer_that_is_an_error() -> None:
    with pytest.raises(WorkerLostError, match="memory"):
        list(run_tasks(_deadly, [2], jobs=2))


def test_errors_come_from_where_they_were_raised() -> None:
    with pytest.raises(InputError, match="1 is refused") as caught:
        list(run_tasks(_refusing, [1], jobs=2))
    assert "_refusing" in caught.value.__notes__[0]


@pytest.mark.slow
def test_errors_that_cannot_travel_are_told_of() -> None:
    with pytest.raises(RuntimeError, match="_UnfitError: unfit"):
        list(run_tasks(_unfit, [1], jobs=2))


def test_tasks_are_asked_for_only_shortly_before() -> None:
    asked = 0

    def tasks() -> Iterator[int]:
        nonlocal asked
        while True:
            asked += 1
            yield asked

    answers = run_tasks(_square, tasks(), jobs=2)
    next(answers)
    assert asked <= 3
    answers.close()  # pyright: ignore[reportAttributeAccessIssue] -- it is a generator


@pytest.mark.slow
def test_work_is_stopped_while_all_wait() -> None:
    began = time.monotonic()

    def stop() -> None:
        if time.monotonic() > began + 1.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(run_tasks(_slow, [1, 2], jobs=2, poll=stop))
    assert time.monotonic() < began + 20


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="blocks a signal")
def test_work_that_hears_nothing_is_stopped_by_force(tmp_path: Path) -> None:
    begun = time.monotonic()
    marks = [tmp_path / "one", tmp_path / "two"]

    def stop() -> None:
        if all(mark.exists() for mark in marks):
            raise KeyboardInterrupt
        assert time.monotonic() < begun + 30

    with pytest.raises(KeyboardInterrupt):
        list(run_tasks(_deaf, marks, jobs=2, poll=stop))
    assert time.monotonic() < begun + 30


@pytest.mark.slow
def test_processes_end_with_a_program_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text(
        "import os, time\n"
        "from dither.parallel import run_tasks\n"
        "def number(task):\n"
        "    return os.getpid()\n"
        "if __name__ == '__main__':\n"
        "    for _, answer in run_tasks(number, range(100), jobs=2):\n"
        "        print(answer, flush=True)\n"
        "        time.sleep(60)\n"
    )
    program = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True)
    assert program.stdout is not None
    worker = int(program.stdout.readline())
    program.kill()
    program.wait()
    program.stdout.close()
    for _ in range(100):
        try:
            os.kill(worker, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    pytest.fail("the process lives on")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"jobs": 0}, "jobs is 0"),
        ({"jobs": 2, "scheduler": "tcp://127.0.0.1:1"}, "give jobs or a scheduler"),
    ],
)
def test_bad_options_are_one_sentence(options: dict, words: str) -> None:
    with pytest.raises(InputError, match=words):
        list(run_tasks(_square, [1], **options))


def test_dask_missing_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"pip install 'bluenoise-dither\[scale\]'"):
        list(run_tasks(_square, [1], scheduler="tcp://127.0.0.1:1"))


def test_processors_are_counted() -> None:
    assert 1 <= usable_processors() <= (os.cpu_count() or 1)
    assert pickle.loads(pickle.dumps(run_tasks)) is run_tasks


def test_threads_work_at_once_and_ask_for_tasks_only_then() -> None:
    """Each of two waits for the other; the third task is asked for when one of them is done."""
    meeting = threading.Barrier(2, timeout=30)
    asked: list[int] = []

    def tasks() -> Iterator[int]:
        for number in range(6):
            asked.append(number)
            yield number

    def met(number: int) -> int:
        meeting.wait()
        return len(asked) - number

    answers = dict(run_tasks(met, tasks(), jobs=1, threads=2))
    assert sorted(answers) == [*range(6)]
    assert max(answers.values()) <= 3


def test_what_a_thread_raises_ends_the_work() -> None:
    with pytest.raises(InputError, match="0 is refused"):
        list(run_tasks(_refusing, range(100), jobs=1, threads=2))


def test_threads_are_stopped_by_whoever_waits() -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    done: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        list(run_tasks(done.append, range(100), jobs=1, threads=2, poll=stop))
    assert len(done) <= 2
