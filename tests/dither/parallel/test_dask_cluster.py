"""A real scheduler and two real workers, one of which is killed while it works."""

import contextlib
import functools
import json
import os
import pickle
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from conftest import ROOT
from PIL import Image

from dither.cli.batch.journal import JOURNAL_NAME
from dither.errors import InputError
from dither.parallel import dask_cluster as asked
from dither.parallel import run_tasks
from dither.version import installation


class Cluster(NamedTuple):
    address: str
    scheduler: subprocess.Popen
    workers: list[subprocess.Popen]
    folder: Path

    def another(self, path: Path) -> None:
        """One worker more, which looks for packages in a folder first."""
        with (self.folder / "log").open("ab") as log:
            self.workers.append(
                subprocess.Popen(
                    _worker(self.address),
                    cwd=self.folder,
                    env={**os.environ, "PYTHONPATH": f"{path}:{os.environ.get('PYTHONPATH', '')}"},
                    stdout=log,
                    stderr=log,
                )
            )

    def kill_at_work(
        self, number: int, program: subprocess.Popen, is_time: Callable[[], bool] = lambda: True
    ) -> None:
        """Kill a worker while it has a task of a program that runs."""
        import distributed

        client: Any
        with distributed.Client(self.address, set_as_default=False) as client:
            numbers = {pid: address for address, pid in client.run(os.getpid).items()}
            address = numbers[self.workers[number].pid]
            while not (is_time() and client.processing()[address]):
                assert program.poll() is None
                time.sleep(0.002)
            self.workers[number].kill()


def _worker(address: str) -> list[str]:
    command = f"distributed.cli.dask_worker {address} --nthreads 1 --no-nanny --no-dashboard"
    # As `dask worker`, whatever is first on the path.
    return [sys.executable, "-m", *shlex.split(command)]


@pytest.fixture
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    pytest.importorskip("distributed", reason="the extra scale")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("cluster")
    address = f"tcp://127.0.0.1:{port}"
    log = (folder / "log").open("wb")

    def started(words: list[str]) -> subprocess.Popen:
        return subprocess.Popen(words, cwd=folder, stdout=log, stderr=log)

    command = f"distributed.cli.dask_scheduler --host 127.0.0.1 --port {port} --no-dashboard"
    scheduler = started([sys.executable, "-m", *shlex.split(command)])
    workers = [started(_worker(address)) for _ in range(2)]
    try:
        _wait_for_workers(address, 2)
        yield Cluster(address, scheduler, workers, folder)
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()
        log.close()


def _wait_for_workers(address: str, count: int) -> None:
    import distributed

    for _ in range(60):
        try:
            with distributed.Client(address, timeout=1, set_as_default=False) as client:
                client.wait_for_workers(count, timeout=30)
                return
        except OSError:
            time.sleep(0.5)
    pytest.fail("no scheduler answers")


def _pictures(folder: Path, count: int, side: int) -> None:
    rng = np.random.default_rng(0)
    for number in range(count):
        path = folder / str(number % 3) / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (side, side, 3), np.uint8)).save(path)


def _contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != JOURNAL_NAME
    }


@pytest.mark.slow
def test_a_batch_survives_a_worker_and_has_the_same_bytes(
    run: Callable, tmp_path: Path, cluster: Cluster
) -> None:
    _pictures(tmp_path / "in", 150, 200)
    (tmp_path / "in/bad.png").write_bytes(b"no picture")
    options = "--recursive --palette c64 --candidates 16"
    assert run(f"dither ordered in -o here {options}", check=False).returncode == 1
    command = f"dither ordered in -o there {options} --scheduler {cluster.address}"
    program = subprocess.Popen(
        [sys.executable, "-m", "dither.cli", *shlex.split(command)[1:]],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
    )
    there = tmp_path / "there"
    # Some are done, and most are not.
    cluster.kill_at_work(0, program, lambda: len(list(there.rglob("*.png"))) >= 5)
    _, said = program.communicate(timeout=300)
    assert program.returncode == 1
    assert said.startswith("failed: ")
    assert "150 dithered, 0 already up to date, 1 failed" in said
    assert _contents(there) == _contents(tmp_path / "here")
    # What is done is done, on whichever machine.
    again = run(command.partition(" --scheduler")[0], check=False).stderr
    assert "0 dithered, 150 already up to date, 1 failed" in again


@pytest.mark.slow
def test_what_is_optimised_elsewhere_is_the_same(
    run: Callable, tmp_path: Path, cluster: Cluster
) -> None:
    _pictures(tmp_path / "in", 4, 20)
    command = "dither optimize in --recursive --colors 4 --json -o"
    here = json.loads(run(f"{command} here --jobs 1").stdout)["images"]
    there = json.loads(run(f"{command} there --scheduler {cluster.address}").stdout)["images"]
    for one, other in zip(here, there, strict=True):
        assert one["palette"] == other["palette"]
        assert one["errors"] == other["errors"]
    assert _contents(tmp_path / "here") == _contents(tmp_path / "there")


@pytest.mark.slow
def test_restarts_survive_a_worker_and_have_the_same_bytes(
    run: Callable, tmp_path: Path, cluster: Cluster
) -> None:
    command = "bluenoise generate 33 --method spectrum --restarts 6 --quiet -o"
    run(f"{command} alone.npy --jobs 1")
    program = subprocess.Popen(
        [
            *(sys.executable, "-m", "bluenoise.cli", *shlex.split(command)[1:]),
            *("there.npy", "--scheduler", cluster.address),
        ],
        cwd=tmp_path,
    )
    cluster.kill_at_work(1, program)
    assert program.wait(timeout=300) == 0
    assert (tmp_path / "there.npy").read_bytes() == (tmp_path / "alone.npy").read_bytes()


@pytest.mark.slow
def test_a_scheduler_that_ends_is_one_sentence(cluster: Cluster) -> None:
    def end() -> None:
        cluster.scheduler.kill()

    with pytest.raises(InputError, match="has ended"):
        list(run_tasks(time.sleep, [0, 60, 60], scheduler=cluster.address, poll=end))


@pytest.mark.parametrize(
    "address", ["tcp://127.0.0.1:1", "nonsense://x", "", "tcp://127.0.0.1:abc", "tls://127.0.0.1:1"]
)
def test_no_scheduler_is_one_sentence_within_seconds(address: str) -> None:
    pytest.importorskip("distributed", reason="the extra scale")
    _refused(address)


@pytest.mark.parametrize("kind", ["silent", "closing", "another protocol"])
def test_another_server_is_no_scheduler(kind: str) -> None:
    pytest.importorskip("distributed", reason="the extra scale")
    with socket.create_server(("127.0.0.1", 0)) as server:
        held = []

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection = server.accept()[0]
                    held.append(connection)
                    if kind == "closing":
                        connection.close()
                    if kind == "another protocol":
                        connection.sendall(b"HTTP/1.0 400 Bad request\r\n\r\n" * 9)

        threading.Thread(target=serve, daemon=True).start()
        _refused(f"tcp://127.0.0.1:{server.getsockname()[1]}")
        for connection in held:
            connection.close()


def _refused(address: str) -> None:
    """In another process, because a client that is deleted late prints its error at the end."""
    script = (
        "import sys, time\nfrom dither.errors import InputError\n"
        "from dither.parallel import run_tasks\n"
        "try:\n    list(run_tasks(time.sleep, [0], scheduler=sys.argv[1]))\n"
        "except InputError as error:\n    print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, address],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=18,
    )
    assert done.stdout.startswith(f"no scheduler answers at {address or repr(address)}")
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""


def _another_version(folder: Path) -> Path:
    """Where Python finds another version of the package's description."""
    (folder / "bluenoise_dither-9.9.dist-info").mkdir(parents=True)
    (folder / "bluenoise_dither-9.9.dist-info/METADATA").write_text(
        "Metadata-Version: 2.1\nName: bluenoise-dither\nVersion: 9.9\n"
    )
    return folder


@pytest.mark.slow
def test_a_worker_of_another_version_is_one_sentence_before_any_work(
    refused: Callable, tmp_path: Path, cluster: Cluster
) -> None:
    _pictures(tmp_path / "in", 3, 20)
    cluster.another(_another_version(tmp_path / "newer"))
    _wait_for_workers(cluster.address, 3)
    said = refused(f"dither ordered in -o out --recursive --bits 1 --scheduler {cluster.address}")
    assert "bluenoise-dither 9.9 on Python" in said
    assert f"but this is {installation()}; all machines of a cluster need the same versions" in said
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_a_worker_of_another_version_that_comes_later_does_nothing(
    tmp_path: Path, cluster: Cluster
) -> None:
    newer, begun = _another_version(tmp_path / "newer"), time.monotonic()

    def add() -> None:
        if len(cluster.workers) == 2:
            cluster.another(newer)
        assert time.monotonic() < begun + 60

    with pytest.raises(InputError, match=r"a worker has bluenoise-dither 9\.9 on Python"):
        list(run_tasks(time.sleep, [0.1] * 3000, scheduler=cluster.address, poll=add))


@pytest.mark.slow
def test_a_worker_that_lacks_a_library_is_one_sentence_before_any_work(
    refused: Callable, tmp_path: Path, cluster: Cluster
) -> None:
    _pictures(tmp_path / "in", 3, 20)
    (tmp_path / "poor").mkdir()
    (tmp_path / "poor/sitecustomize.py").write_text("import sys; sys.modules['jax'] = None")
    cluster.another(tmp_path / "poor")
    _wait_for_workers(cluster.address, 3)
    said = refused(
        f"dither optimize in -o out --recursive --colors 2 --scheduler {cluster.address}"
    )
    assert "cannot take part: dither optimize needs jax: pip install" in said
    assert not (tmp_path / "out").exists()


class _Client:
    """Of a scheduler, as far as it is asked for obstacles."""

    def __init__(self, **workers: Callable[..., object]) -> None:
        self._workers = workers

    def run(self, function: Callable, *args: Any, on_error: str) -> dict[str, object]:
        assert on_error == "return"
        return {name: worker(function, *args) for name, worker in self._workers.items()}


def _alike(function: Callable, *args: Any) -> object:
    return function(*args)


def _fails(error: Exception) -> Callable[..., object]:
    return lambda function, *args: error


def _newer(function: Callable, *args: Any) -> object:
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(asked, "installation", lambda: "bluenoise-dither 9.9 on Python 3.99")
        return function(*args)


def _lacking(name: str) -> None:
    raise InputError(f"this needs {name}")


def test_workers_are_asked_whether_they_can_do_the_work() -> None:
    def check(client: _Client, check: Callable[[], None] | None = None) -> None:
        asked._check_workers(client, installation(), check)

    check(_Client())
    check(_Client(one=_alike, two=_alike, gone=_fails(ConnectionError("closed"))))
    with pytest.raises(
        InputError, match=r"the worker two has bluenoise-dither 9\.9 on Python 3\.99"
    ):
        check(_Client(one=_alike, two=_newer))
    with pytest.raises(InputError, match=r"the worker old .* \(No module named 'dither'\)"):
        check(_Client(old=_fails(ModuleNotFoundError("No module named 'dither'"))))
    with pytest.raises(InputError, match="the worker one cannot take part: this needs jax"):
        check(_Client(one=_alike), functools.partial(_lacking, "jax"))


def test_a_worker_that_comes_later_sees_to_it_itself() -> None:
    task = pickle.dumps((abs, None))
    assert asked._run_task(installation(), task, -3) == 3
    with pytest.raises(InputError, match=r"a worker has .* 3\.99"):
        _newer(asked._run_task, installation(), task, -3)
    poor = pickle.dumps((abs, functools.partial(_lacking, "numba")))
    with pytest.raises(InputError, match="this needs numba"):
        asked._run_task(installation(), poor, -3)


@pytest.mark.slow
@pytest.mark.parametrize("target", ["tif", "zarr"])
def test_a_volume_survives_a_worker_and_has_the_same_bytes(
    target: str, run: Callable, tmp_path: Path, cluster: Cluster
) -> None:
    """Materials of a model of 128 layers, of the matrix of which each takes the next frame."""
    tifffile = pytest.importorskip("tifffile", reason="the extra scale")
    rng = np.random.default_rng(0)
    tifffile.imwrite(
        tmp_path / "in.tif", rng.integers(0, 256, (128, 256, 512, 3), np.uint8), photometric="rgb"
    )
    options = "--palette c64 --matrix blue-16x64x64 --memory 16MB"
    run(f"dither ordered in.tif -o here.{target} {options}")
    command = f"dither ordered in.tif -o there.{target} {options} --scheduler {cluster.address}"
    program = subprocess.Popen(
        [sys.executable, "-m", "dither.cli", *shlex.split(command)[1:], "--json"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
    )
    killed = False
    while program.poll() is None and not killed:
        if any(path.rglob("*") for path in tmp_path.glob(f".part-*/there.{target}")):
            time.sleep(1)  # some blocks are done, and most are not
            assert program.poll() is None
            cluster.workers[0].send_signal(signal.SIGKILL)
            killed = True
        time.sleep(0.02)
    said, _ = program.communicate(timeout=300)
    assert killed
    assert program.returncode == 0
    assert json.loads(said)["images"][0]["blocks"] > 20
    here, there = tmp_path / f"here.{target}", tmp_path / f"there.{target}"
    if target == "tif":
        assert here.read_bytes() == there.read_bytes()
    else:
        assert _contents(here) == _contents(there)
    assert {path.name for path in tmp_path.iterdir()} == {"in.tif", here.name, there.name}
