import re
from pathlib import Path

import pytest

import bluenoise
import dither
from dither.wording import counted, sides_text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 files"), (1, "1 file"), (2, "2 files"), (1_234_567, "1,234,567 files")],
)
def test_one_thing_is_no_plural(count: int, text: str) -> None:
    assert counted(count, "file", grouped=True) == text
    assert counted(count, "file") == text.replace(",", "")


def test_sides_are_written_as_on_the_command_line() -> None:
    assert sides_text((16, 64, 64)) == "16x64x64"


@pytest.mark.parametrize("package", [bluenoise, dither])
def test_plurals_have_one_wording(package: object) -> None:
    folder = Path(str(getattr(package, "__file__", ""))).parent
    for path in folder.rglob("*.py"):
        assert path.name == "wording.py" or not re.search(r"""["']s["'] if""", path.read_text()), (
            path
        )
