import os
import pickle
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

pytest.importorskip("numba", reason="an extra of its own")

from dither.native import loop as loops
from dither.native.loop import Compiled, compiled

# A program that runs a loop, and prints its result and whether numba was needed.
_PROGRAM = """
import sys, numpy as np
from dither.native import notice
from dither.native.loop import compiled
notice.wanted = True
@compiled
def total(values):
    sum = 0
    for value in values: sum += value
    return sum
print(total(np.arange(5)), "numba" in sys.modules)
"""


class Pair(NamedTuple):
    one: np.ndarray
    two: float


@compiled
def halved(values):
    """Return the values and their number, as no loop may return to Python."""
    half = np.zeros(len(values))
    for index in range(len(values)):
        half[index] = values[index] / 2
    return half, len(values)


@compiled
def everything(values, out, pair, numbers, *, negative):
    half, count = halved(values)
    out[:] = 3
    total = half.sum() + count + pair.one[1, 0] + pair.two
    total += numbers[0] + numbers[1] + numbers[2]
    return -total if negative else total


@compiled
def copied(source, target):
    target[:] = source


@compiled
def above(value, limit):
    return value > limit


@compiled
def counted(turns, values):
    for turn in range(turns):
        values[turn % len(values)] += turn


def test_all_kinds_of_arguments_arrive() -> None:
    strided = np.zeros((4, 6), np.uint8)
    pair = Pair(np.asfortranarray(np.arange(6, dtype=np.int16).reshape(2, 3)), -0.25)
    given = np.arange(10.0), strided[:, ::2], pair, (1, np.uint64(2), np.float32(0.5))
    assert everything(*given, negative=True) == -(22.5 + 10 + 3 - 0.25 + 3.5)
    assert (strided[:, ::2] == 3).all()
    assert (strided[:, 1::2] == 0).all()
    assert everything.python(*given, negative=True) == everything(*given, negative=True)


def test_each_type_of_arguments_has_its_own_code() -> None:
    assert above(3, 2) is True
    assert above(2, 3) is False
    assert above(2.5, 3) is False
    assert above(np.uint64(1 << 63), np.uint64(3)) is True
    assert above(-1, 0) is False


def test_a_wrong_number_or_kind_of_arguments_is_refused() -> None:
    with pytest.raises(TypeError, match="copied takes source, target"):
        copied(np.zeros(2))
    with pytest.raises(TypeError, match="cannot take a str"):
        copied("text", np.zeros(2))


def test_an_exception_in_a_loop_is_raised() -> None:
    copied(np.ones(3), target := np.zeros(3))
    assert (target == 1).all()
    with pytest.raises(RuntimeError, match=r"loop copied-.* failed with status"):
        copied(np.ones(2), np.zeros(3))


def test_other_threads_run_meanwhile() -> None:
    values = np.zeros(7, np.int64)
    counted(10, values)
    other = threading.Thread(target=counted, args=(300_000_000, values))
    other.start()
    turns = 0
    while other.is_alive():
        turns += 1
    assert turns > 100


def test_loops_are_pickled_by_their_names() -> None:
    from dither.color_count.gap_loops import grid_loss

    assert pickle.loads(pickle.dumps(grid_loss)) is grid_loss


def test_what_cannot_be_kept_is_compiled_in_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    from dither.native import compiler

    def refuse(*_: Any) -> bytes:
        raise NotImplementedError

    monkeypatch.setattr(compiler, "compile_loop", refuse)
    monkeypatch.setattr(loops.cache, "read_object", lambda _: None)
    fresh = Compiled(everything.python, **everything.options)
    values = np.arange(4.0)
    out = np.zeros((1, 1), np.uint8)
    pair = Pair(np.ones((2, 2)), 1.0)
    given = values, out, pair, (2, 3, 4.5)
    assert fresh(*given, negative=False) == everything(*given, negative=False)


def _run(folder: Path, **environment: str) -> tuple[str, str]:
    given = {**os.environ, "DITHER_CACHE_DIR": str(folder), **environment}
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM], env=given, capture_output=True, text=True, check=True
    )
    return done.stdout.strip(), done.stderr


def test_a_second_process_loads_the_code_without_numba(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    answer, said = _run(folder)
    assert answer == "10 True"
    assert said == "Compiling loops for this machine, once; this takes some seconds.\n"
    assert _run(folder) == ("10 False", "")
    (file,) = folder.iterdir()
    for damage in (b"", file.read_bytes()[:-1], b"x" * 1000):
        good = file.read_bytes()
        file.write_bytes(damage)
        assert _run(folder)[0] == "10 True"
        assert file.read_bytes() == good


def test_without_a_folder_to_write_loops_still_run(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    assert _run(tmp_path / "file")[0] == "10 True"


_SOURCE = """
FACTOR = {factor}
@compiled(fastmath={fastmath})
def inner(values):
    return values[0] * {inner}
@compiled
def outer(values):
    return inner(values) + FACTOR
"""


def _name(loop: Compiled) -> str:
    return loops.fingerprint(loop.parts())


def _loop(**changes: Any) -> Compiled:
    known: dict[str, Any] = {"compiled": compiled}
    values = {"factor": 2, "fastmath": False, "inner": 3, **changes}
    exec(_SOURCE.format(**values), known)
    return known["outer"]


@pytest.mark.parametrize("change", [{"factor": 3}, {"inner": 4}, {"fastmath": True}])
def test_the_name_of_a_file_changes_with_all_that_its_code_depends_on(
    change: dict[str, Any],
) -> None:
    assert _name(_loop()) == _name(_loop())
    assert _name(_loop()) != _name(_loop(**change))


@compiled
def one(value):
    return value * 0 + 1


@compiled
def two(value):
    return value * 0 + 2


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        ({}, 1),
        ({"features": ""}, 1),
        ({"cpu": "generic"}, 1),
        ({"cpu": "another"}, 2),
        ({"features": "+another"}, 2),
        ({"triple": "another"}, 2),
        (None, 2),
    ],
)
def test_installed_code_is_taken_first_if_it_runs_here(
    change: dict[str, str] | None, answer: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dither.native import machine_code
    from dither.native.processor import Processor, host

    monkeypatch.setattr(loops.cache, "installed_folder", lambda: tmp_path)
    assert (one(3), two(3)) == (1, 2)
    # The code of one loop under the name of the other: the answer says which code was loaded.
    kept = loops.cache.read_object(one.kept_name(one.symbol("(int64)"), host()))
    assert kept is not None
    code = kept.partition(b"\n")[2]
    processor = Processor(**{**vars(host()), **(change or {})})
    content = machine_code.pack(one.symbol("(int64)"), "int64", processor, code)
    name = f"{two.symbol('(int64)')}.o"
    loops.cache.write_object(name, content, tmp_path)
    if change is None:
        data = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(bytes([data[0] ^ 1]) + data[1:])
    assert Compiled(two.python, **two.options)(3) == answer


def test_installed_code_needs_no_folder_of_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dither.native.processor import host

    content = two.compile((3,), host())
    monkeypatch.setattr(loops.cache, "installed_folder", lambda: tmp_path / "installed")
    monkeypatch.setenv(loops.cache.FOLDER_VARIABLE, str(tmp_path / "user"))
    name = f"{two.symbol('(int64)')}.o"
    assert loops.cache.write_object(name, content, tmp_path / "installed")
    monkeypatch.setattr(Compiled, "compile", None)
    assert Compiled(two.python, **two.options)(3) == 2
    assert not (tmp_path / "user").exists()


def test_names_do_not_depend_on_the_versions_of_the_compilers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from dither.native import machine_code
    from dither.native.processor import host

    symbol, kept = two.symbol("(int64)"), two.kept_name("x", host())
    monkeypatch.setattr(machine_code, "compilers", lambda: ("other",))
    assert two.symbol("(int64)") == symbol
    assert two.kept_name("x", host()) != kept
