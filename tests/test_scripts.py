"""Scripts of the project tell what they do, and do nothing where they are asked for that."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[1] / "scripts"
# Others import these.
_MODULES = (
    "byte_judges",
    "byte_peers",
    "byte_pictures",
    "compile_at_installation",
    "docstring_examples",
    "mathematics",
    "plot_style",
    "usage",
)

pytestmark = pytest.mark.skipif(not SCRIPTS.exists(), reason="the scripts lie in the sources")


def _run(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    # -S: no script may need a library before it answers.
    command = [sys.executable, "-I", "-S", "-c", _START, str(path), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


_START = """
import os, runpy, sys
sys.argv = sys.argv[1:]
sys.path.insert(0, os.path.dirname(sys.argv[0]))
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def test_each_script_explains_itself_before_it_imports_a_library() -> None:
    scripts = [path for path in sorted(SCRIPTS.glob("*.py")) if path.stem not in _MODULES]
    assert len(scripts) > 25
    for path in scripts:
        text = path.read_text(encoding="utf-8")
        if "ArgumentParser(" in text:
            continue
        done = _run(path, "--help")
        assert done.returncode == 0, path.name + done.stderr
        assert text[3:].split("\n")[0].removesuffix('"""') in done.stdout, path.name
        done = _run(path, "--no-such-option")
        assert done.returncode == 2, path.name
        assert done.stderr.count("\n") == 1, path.name


@pytest.mark.parametrize("name", ["compare_channels", "search_from_disk", "write_comparisons"])
def test_a_missing_folder_is_one_sentence(name: str, tmp_path: Path) -> None:
    for arguments, words in (([str(tmp_path / "none")], "there is no folder"), ([], "FOLDER")):
        done = _run(SCRIPTS / f"{name}.py", *arguments)
        assert done.returncode == 2
        assert words in done.stderr
        assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("draw_how_it_works", ["hubert"]), ("compare_volumes", [".", "many"]), ("write_house", ["x"])],
)
def test_words_that_a_script_does_not_take_are_named(name: str, arguments: list[str]) -> None:
    done = _run(SCRIPTS / f"{name}.py", *arguments)
    assert done.returncode == 2
    assert arguments[-1] in done.stderr
    assert done.stderr.count("\n") == 1
