import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("numba", reason="an extra of its own")

from dither.native import build, cache, listed, machine_code
from dither.native.listed import ListedLoop
from dither.native.processor import Processor, host, named

_QUICK = "interpolate"


@pytest.fixture
def quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ListedLoop:
    """Leave one loop on the list, and give it a new folder of the user."""
    (loop,) = (each for each in listed.listed_loops() if each.name == _QUICK)
    monkeypatch.setattr(build, "listed_loops", lambda: [loop])
    monkeypatch.setenv(cache.FOLDER_VARIABLE, str(tmp_path / "user"))
    return loop


def test_files_are_made_once_and_others_removed(quick: ListedLoop, tmp_path: Path) -> None:
    folder = tmp_path / "objects"
    folder.mkdir()
    (folder / "earlier.o").write_text("")
    environment = dict(os.environ)
    assert build.compile_listed(host(), folder) == {quick: ""}
    assert dict(os.environ) == environment
    (file,) = folder.iterdir()
    assert file.name == quick.file_name()
    written = file.stat().st_mtime_ns
    assert build.compile_listed(host(), folder) == {quick: ""}
    assert file.stat().st_mtime_ns == written


def test_files_of_the_user_are_copied(
    quick: ListedLoop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert build.compile_listed(host(), None) == {quick: ""}
    monkeypatch.setattr(build, "ProcessPoolExecutor", None)
    assert build.compile_listed(host(), tmp_path / "objects") == {quick: ""}
    (file,) = (tmp_path / "objects").iterdir()
    (kept,) = (tmp_path / "user").iterdir()
    assert file.read_bytes() == kept.read_bytes()


def test_another_processor_gets_files_of_its_own(quick: ListedLoop, tmp_path: Path) -> None:
    folder = tmp_path / "objects"
    build.compile_listed(host(), folder)
    target = named("generic")
    assert build.compile_listed(target, folder) == {quick: ""}
    content = cache.read_installed(quick.file_name(), folder)
    assert content is not None
    assert machine_code.made_for(content) == target


def test_a_loop_that_fails_leaves_the_others(
    quick: ListedLoop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = ListedLoop(quick.module, quick.name, "(int64[2C], int64[2C], int64)")
    monkeypatch.setattr(build, "listed_loops", lambda: [wrong, quick])
    outcomes = build.compile_listed(host(), tmp_path / "objects")
    assert outcomes[quick] == ""
    assert "Error" in outcomes[wrong]
    assert "\n" not in outcomes[wrong]
    assert [each.name for each in (tmp_path / "objects").iterdir()] == [quick.file_name()]


def test_a_folder_that_cannot_be_written_is_named(quick: ListedLoop, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    outcomes = build.compile_listed(host(), tmp_path / "file" / "objects")
    assert "cannot be written" in outcomes[quick]


def test_the_command_refuses_unknown_processors() -> None:
    command = [sys.executable, "-m", "dither.native", "--processor", "pentium"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert "choose host, generic" in done.stderr


def test_variables_of_numba_name_the_processor() -> None:
    assert Processor("x86_64-linux", "generic", "+avx2").variables() == {
        "NUMBA_CPU_NAME": "generic",
        "NUMBA_CPU_FEATURES": "+avx2",
    }
