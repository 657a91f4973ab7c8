import sys
from collections.abc import Iterator

import pytest

from dither.native import notice


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Forget which lines were printed, and print them here."""
    monkeypatch.setattr(notice, "wanted", True)
    notice.show.cache_clear()
    yield
    notice.show.cache_clear()


def test_a_line_is_printed_once(fresh: None, capsys: pytest.CaptureFixture[str]) -> None:
    notice.show()
    notice.show()
    line = "Compiling loops for this machine, once; this takes some seconds.\n"
    assert capsys.readouterr().err == line


@pytest.mark.parametrize(
    ("wanted", "terminal", "shown"),
    [(False, True, False), (None, False, False), (None, True, True), (True, False, True)],
)
def test_a_line_is_for_terminals_unless_it_is_wanted(
    fresh: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    wanted: bool | None,
    terminal: bool,
    shown: bool,
) -> None:
    monkeypatch.setattr(notice, "wanted", wanted)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    notice.show()
    assert bool(capsys.readouterr().err) == shown
