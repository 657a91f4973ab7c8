from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dither.cli.batch.journal import JOURNAL_NAME, Origin, Stamp, open_journal
from dither.errors import InputError

ORIGIN = Origin("/photos/a.jpg", Stamp(3, 5), "ab")
MADE = Stamp(7, 9)


def test_a_result_is_done_while_nothing_has_changed(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        assert not journal.is_done("a.png", ORIGIN, MADE)
        journal.begin("a.png", ORIGIN)
        assert not journal.is_done("a.png", ORIGIN, MADE)
        journal.end("a.png", ORIGIN, MADE)
    with open_journal(tmp_path) as journal:
        assert journal.is_done("a.png", ORIGIN, MADE)
        for other in (
            ORIGIN._replace(source="/photos/b.jpg"),
            ORIGIN._replace(stamp=Stamp(4, 5)),
            ORIGIN._replace(stamp=Stamp(3, 6)),
            ORIGIN._replace(options="cd"),
        ):
            assert not journal.is_done("a.png", other, MADE)
        for found in (None, Stamp(7, 8), Stamp(6, 9)):
            assert not journal.is_done("a.png", ORIGIN, found)
        assert not journal.is_done("b.png", ORIGIN, MADE)


def test_only_what_a_batch_made_or_began_is_its_own(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        assert not journal.is_ours("a.png", ORIGIN.source, MADE)
        journal.begin("a.png", ORIGIN)
        assert journal.is_ours("a.png", ORIGIN.source, Stamp(1, 1))  # killed before it could tell
        journal.end("a.png", ORIGIN, MADE)
        assert journal.is_ours("a.png", ORIGIN.source, MADE)
        assert not journal.is_ours("a.png", ORIGIN.source, Stamp(7, 8))
        assert not journal.is_ours("a.png", "/photos/b.jpg", MADE)


def test_the_last_line_of_each_result_counts_and_the_file_does_not_grow(tmp_path: Path) -> None:
    for changed in range(5):
        with open_journal(tmp_path) as journal:
            journal.begin("a.png", ORIGIN)
            journal.end("a.png", ORIGIN, Stamp(7, changed))
    with open_journal(tmp_path) as journal:
        assert journal.is_done("a.png", ORIGIN, Stamp(7, 4))
    assert (tmp_path / JOURNAL_NAME).read_bytes().count(b"\n") == 1


@pytest.mark.parametrize("name", ["naïve\n\t\"'.png", "\udcff.png", "x" * 255])
def test_any_name_is_kept(tmp_path: Path, name: str) -> None:
    with open_journal(tmp_path) as journal:
        journal.end(name, ORIGIN._replace(source=f"/{name}"), MADE)
    with open_journal(tmp_path) as journal:
        assert journal.is_done(name, ORIGIN._replace(source=f"/{name}"), MADE)


@given(cut=st.integers(0, 300), noise=st.binary(max_size=80))
def test_what_is_left_of_a_damaged_journal_is_read(
    tmp_path_factory: pytest.TempPathFactory, cut: int, noise: bytes
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    with open_journal(folder) as journal:
        journal.end("a.png", ORIGIN, MADE)
        for number in range(3):
            journal.end(f"{number}.png", ORIGIN, MADE)
    path = folder / JOURNAL_NAME
    whole = path.read_bytes()
    path.write_bytes(whole[:cut] + noise)
    with open_journal(folder) as journal:
        kept = journal.is_done("a.png", ORIGIN, MADE)
        assert kept or cut < whole.index(b"\n") + 1
        journal.end("later.png", ORIGIN, MADE)
    with open_journal(folder) as journal:
        assert journal.is_done("later.png", ORIGIN, MADE)


@pytest.mark.parametrize("line", ["[" * 100_000, "{}", '["a"]', '["a", "b", 1.5, 2, "c"]', "null"])
def test_hostile_lines_are_left_out(tmp_path: Path, line: str) -> None:
    (tmp_path / JOURNAL_NAME).write_text(line + "\n")
    with open_journal(tmp_path) as journal:
        assert not journal.is_done("a", Origin("b", Stamp(1, 2), "c"), None)
    assert not list(tmp_path.iterdir())


def test_what_is_no_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / JOURNAL_NAME).mkdir()
    with pytest.raises(InputError, match="not the journal"), open_journal(tmp_path):
        pass
