import errno
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from dither.cli.batch import lock
from dither.cli.batch.lock import LOCK_NAME, only_batch
from dither.errors import InputError

# Takes the lock, says so, and keeps it until it is killed or its input ends.
HOLDER = """
import sys
from pathlib import Path
from dither.cli.batch.lock import only_batch
with only_batch(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def _held(folder: Path) -> subprocess.Popen:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    return holder


def test_a_second_batch_is_refused_while_the_first_runs_and_not_once_it_is_killed(
    run: Callable, refused: Callable, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    Image.new("L", (4, 4), 99).save(tmp_path / "in/a.png")
    command = "dither ordered in -o out --bits 1 --recursive --jobs 1"
    with _held(tmp_path / "out") as holder:
        try:
            assert "another batch is at work in out" in refused(command)
            assert [path.name for path in (tmp_path / "out").iterdir()] == [LOCK_NAME]
            run(command.replace("out", "elsewhere"))
            holder.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
            holder.wait()
            assert (tmp_path / "out" / LOCK_NAME).exists()
            assert "1 dithered" in run(command).stderr
        finally:
            holder.kill()
    assert not (tmp_path / "out" / LOCK_NAME).exists()


def test_of_many_that_want_it_one_has_it(tmp_path: Path) -> None:
    # Each removes the file when it ends, just when others open it.
    inside, most, had, refusals = 0, 0, 0, 0
    counting = threading.Lock()

    def contend() -> None:
        nonlocal inside, most, had, refusals
        for _ in range(200):
            try:
                with only_batch(tmp_path):
                    with counting:
                        inside += 1
                        most = max(most, inside)
                        had += 1
                    time.sleep(0.0001)
                    with counting:
                        inside -= 1
            except InputError:
                with counting:
                    refusals += 1

    threads = [threading.Thread(target=contend) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (most, had + refusals) == (1, 1200)
    assert had
    assert refusals
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_removed_before_it_is_locked_is_not_taken_for_the_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, removed = lock._lock, []

    def late(descriptor: int) -> None:
        if not removed:  # who held it ends now
            removed.append((tmp_path / LOCK_NAME).unlink())
        real(descriptor)

    monkeypatch.setattr(lock, "_lock", late)
    first, second = only_batch(tmp_path), only_batch(tmp_path)
    with first, pytest.raises(InputError, match="another batch"), second:
        pytest.fail("two have it")


def test_an_error_in_the_batch_lets_go(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), only_batch(tmp_path):
        _ = 1 / 0
    with only_batch(tmp_path):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="is about flock")
@pytest.mark.parametrize("number", [errno.ENOLCK, errno.EOPNOTSUPP, errno.EINVAL])
def test_where_there_are_no_locks_the_work_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def none(descriptor: int, operation: int) -> None:
        raise OSError(number, "no locks here")

    monkeypatch.setattr("fcntl.flock", none)
    with only_batch(tmp_path), only_batch(tmp_path):
        pass


def test_what_cannot_be_a_lock_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / LOCK_NAME).mkdir()
    with only_batch(tmp_path):
        pass
    assert (tmp_path / LOCK_NAME).is_dir()
