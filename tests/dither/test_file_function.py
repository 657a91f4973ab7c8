import pickle
from pathlib import Path

import pytest

from dither.errors import InputError
from dither.file_function import parse_file_function


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.py"
    path.write_text("def add(a, b):\n    return a + b\n\nNUMBER = 3\n")
    return path


def test_a_function_of_a_file_is_called_here_and_in_other_processes(file: Path) -> None:
    function, weight = parse_file_function(f"{file}:add,0.5")
    assert (function(2, 3), weight) == (5, 0.5)
    copy = pickle.loads(pickle.dumps(function))
    assert copy == function
    assert copy(2, 3) == 5
    assert parse_file_function(f"{file}:add") == (function, 1.0)


def test_a_changed_file_is_another_function(file: Path) -> None:
    before, _ = parse_file_function(f"{file}:add")
    file.write_text("def add(a, b):\n    return a - b\n")
    after, _ = parse_file_function(f"{file}:add")
    assert after != before
    assert after(2, 3) == -1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("add", "write FILE.py:NAME"),
        ("mine.txt:add", "write FILE.py:NAME"),
        ("mine.py:add,0", "must be a number above 0"),
        ("mine.py:add,much", "must be a number above 0"),
        ("mine.py:ad", "no function ad; did you mean 'add'"),
        ("mine.py:NUMBER", "no function NUMBER"),
        ("missing.py:add", "missing.py cannot be read: No such file"),
        ("broken.py:add", "broken.py fails: SyntaxError"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    file: Path, text: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (file.parent / "broken.py").write_text("def add(:\n")
    monkeypatch.chdir(file.parent)
    with pytest.raises(InputError, match=words):
        parse_file_function(text)
