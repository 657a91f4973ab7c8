import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("numba", reason="an extra of its own")

import bluenoise
import dither
from dither.native import listed
from dither.native.arguments import type_text
from dither.native.loop import Compiled

# Loops of functions in Python that no command calls.
_OF_NO_COMMAND = {"palette_loss", "write_lists"}
_HINT = "python -m dither.native --record"


def _loops() -> Iterator[Compiled]:
    for package in (dither, bluenoise):
        (folder,) = package.__path__
        for file in sorted(Path(folder).rglob("*.py")):
            if "\n@compiled" in file.read_text("utf-8"):
                names = file.relative_to(Path(folder).parent).with_suffix("").parts
                module = importlib.import_module(".".join(names))
                for value in vars(module).values():
                    if isinstance(value, Compiled) and value.__module__ == module.__name__:
                        yield value


def test_each_loop_that_python_calls_is_listed() -> None:
    loops = list(_loops())
    inner = {other for loop in loops for _, other in loop.references()}
    called = {loop.python.__name__ for loop in loops if loop not in inner}
    assert called == {each.name for each in listed.listed_loops()} | _OF_NO_COMMAND, _HINT


def test_types_are_those_of_the_arguments() -> None:
    for each in listed.listed_loops():
        assert type_text(each.arguments()) == each.types
        assert len(each.arguments()) == len(each.loop().names), (each.name, _HINT)


def test_a_list_is_read_as_it_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loops = listed.listed_loops()
    assert listed.list_text(loops) == listed.LIST.read_text("utf-8")
    monkeypatch.setattr(listed, "LIST", tmp_path / "loops.txt")
    listed.LIST.write_text(listed.list_text(loops[:3]), "utf-8")
    assert listed.listed_loops() == loops[:3]


def _recorded(commands: str) -> tuple[str, bool]:
    """Return the list of the loops of commands, and whether they needed numba."""
    program = (
        "import sys\n"
        "from dither.native import record, listed\n"
        f"found = record.recorded_loops([each for each in record.COMMANDS if {commands}])\n"
        "print(listed.list_text(found), 'numba' in sys.modules, end='')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    text, _, imported = done.stdout.rpartition(" ")
    return text, imported == "True"


def test_commands_that_learn_nothing_use_listed_loops() -> None:
    found = _recorded("each.startswith(('dither diffuse', 'dither ordered'))")[0].splitlines()
    assert len(found) > 15
    assert set(found) <= set(listed.LIST.read_text("utf-8").splitlines()), _HINT


@pytest.mark.slow
def test_the_list_is_that_of_the_commands_which_then_need_no_numba() -> None:
    subprocess.run([sys.executable, "-m", "dither.native"], check=True, stdout=subprocess.DEVNULL)
    assert _recorded("True") == (listed.LIST.read_text("utf-8"), False), _HINT
