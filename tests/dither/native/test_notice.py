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


def test_no_line_is_printed_where_none_is_wanted(
    fresh: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for wanted in (False, None):  # None: the output here is no terminal
        monkeypatch.setattr(notice, "wanted", wanted)
        notice.show()
    assert capsys.readouterr().err == ""
