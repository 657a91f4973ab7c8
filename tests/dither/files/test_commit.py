"""A process killed at each of its steps on the file system leaves whole files, old or new."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from dither.errors import OutputExistsError
from dither.files.atomic import atomic_write, atomic_writes
from dither.files.temp_files import remove_stale_temps, temp_prefix

# Writes the files of a case in forked children, the n-th of which dies before its n-th step; prints
# what lay there after each death, and after the next run, which writes all.
DYING = """
import itertools, json, os, signal, sys
from pathlib import Path
from dither.files.atomic import created_folder, atomic_writes

folder, replace, links = Path(sys.argv[1]), sys.argv[2] == "replace", sys.argv[3] == "links"
STEPS = {"open", "os.rename", "os.link", "os.remove", "os.chmod", "os.mkdir", "tempfile.mkstemp"}

def write(last):
    steps = 0
    def count(event, arguments):
        nonlocal steps
        if event not in STEPS:
            return
        steps += 1
        if steps == last:
            os.kill(os.getpid(), signal.SIGKILL)
    if not links:
        def refuse(self, target):
            raise PermissionError(1, "Operation not permitted")
        Path.hardlink_to = refuse
    sys.addaudithook(count)
    with created_folder(folder), atomic_writes(replace=replace) as opened:
        for name in ("one", "two"):
            with opened(folder / name) as file:
                file.write(b"new" * 10_000)
                file.flush()
                file.write(b"end")

def in_child(last):
    child = os.fork()
    if child == 0:
        try:
            write(last)
        except BaseException as error:
            print(error, file=sys.stderr)
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1]

def lying():
    found = sorted(folder.iterdir()) if folder.exists() else []
    return {path.name: path.read_bytes()[-3:].decode() + str(path.stat().st_size) for path in found}

seen = []
for last in itertools.count(1):
    if replace:
        folder.mkdir(exist_ok=True)
        for name in ("one", "two"):
            (folder / name).write_bytes(b"old")
    status = in_child(last)
    after = lying()
    if not replace and status:
        for name in ("one", "two"):
            (folder / name).unlink(missing_ok=True)
    again = in_child(0)
    seen.append((status, after, again, lying()))
    for name in ("one", "two"):
        (folder / name).unlink()
    folder.rmdir()
    if status == 0:
        break
print(json.dumps(seen))
"""

WHOLE = "end30003"


@pytest.mark.skipif(sys.platform == "win32", reason="forks")
@pytest.mark.parametrize(("replace", "links"), [(True, True), (False, True), (True, False)])
def test_a_kill_at_any_step_leaves_whole_files(tmp_path: Path, replace: bool, links: bool) -> None:
    words = ["replace" if replace else "new", "links" if links else "none"]
    done = subprocess.run(
        [sys.executable, "-c", DYING, str(tmp_path / "folder"), *words],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert len(seen) > 15
    allowed = {WHOLE, "old3"} if replace else {WHOLE}
    for status, after, again, lying in seen[:-1]:
        assert status == 9
        places = {name: content for name, content in after.items() if name in ("one", "two")}
        assert len(places) == 2 or not replace
        assert set(places.values()) <= allowed
        assert all(name.startswith(".part-") for name in after.keys() - places.keys())
        # The next run writes what was missing, and nothing else is left.
        assert again == 0
        assert lying == {"one": WHOLE, "two": WHOLE}
    assert seen[-1][:2] == [0, {"one": WHOLE, "two": WHOLE}]


def test_the_living_and_other_machines_are_left_alone(tmp_path: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"],
                           capture_output=True, text=True, check=True)  # fmt: skip
    machine, _, _ = temp_prefix().removeprefix(".part-").partition("-")
    other = "0" * 8 if machine != "0" * 8 else "1" * 8
    theirs = [
        f".part-{other}-{ended.stdout.strip()}-abc",
        ".part-mine",
        ".part-12-old",
        "part",
        "x",
    ]
    living = f"{temp_prefix()}abcdefgh"
    dead = [f".part-{machine}-{ended.stdout.strip()}-abc_d12{end}" for end in ("", "-old")]
    for name in (*theirs, living, *dead):
        (tmp_path / name).touch()
    remove_stale_temps(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {*theirs, living}
    remove_stale_temps(tmp_path / "none")


def test_a_name_taken_meanwhile_is_said_as_such(tmp_path: Path) -> None:
    with pytest.raises(OutputExistsError), atomic_write(tmp_path / "file", replace=False):
        (tmp_path / "file").write_text("theirs")
    assert (tmp_path / "file").read_text() == "theirs"


def test_new_files_have_one_name_in_the_end(tmp_path: Path) -> None:
    with atomic_writes(replace=False) as opened, opened(tmp_path / "file") as file:
        file.write(b"x")
    assert (tmp_path / "file").stat().st_nlink == 1
    assert len(list(tmp_path.iterdir())) == 1
