from pathlib import Path

import pytest

from dither.errors import InputError
from dither.files.atomic import atomic_write, atomic_writes, check_writable, created_folder


def test_an_error_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "old"
    path.write_text("before")
    with pytest.raises(KeyboardInterrupt), atomic_write(path) as file:  # noqa: PT012 -- the block is the test
        file.write(b"half")
        raise KeyboardInterrupt
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_file_has_the_usual_mode_and_an_old_one_keeps_its_own(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with atomic_write(path) as file:
        file.write(b"one")
    plain = tmp_path / "plain"
    plain.touch()
    assert path.stat().st_mode == plain.stat().st_mode
    path.chmod(0o640)
    with atomic_write(path) as file:
        file.write(b"two")
    assert path.stat().st_mode & 0o777 == 0o640
    assert path.read_bytes() == b"two"


def test_files_come_together_or_not_at_all(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("old")
    with pytest.raises(InputError, match="--force"), atomic_writes(replace=False) as opened:  # noqa: PT012 -- the block is the test
        with opened(two) as file:
            file.write(b"new")
        with opened(one) as file:
            file.write(b"new")
    assert list(tmp_path.iterdir()) == [one]
    with atomic_writes() as opened:
        for path in (one, two):
            with opened(path) as file:
                file.write(b"new")
        assert one.read_text() == "old"
        assert not two.exists()
    assert one.read_text() == two.read_text() == "new"
    assert len(list(tmp_path.iterdir())) == 2


def test_a_folder_is_made_for_what_succeeds(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), created_folder(tmp_path / "a" / "b"):
        raise KeyboardInterrupt
    assert not (tmp_path / "a").exists()
    for _ in range(2):
        with created_folder(tmp_path / "a" / "b"):
            assert (tmp_path / "a" / "b").is_dir()
    with pytest.raises(KeyboardInterrupt), created_folder(tmp_path / "a" / "c"):  # noqa: PT012 -- the block is the test
        (tmp_path / "a" / "c" / "theirs").touch()
        raise KeyboardInterrupt
    assert (tmp_path / "a" / "c" / "theirs").exists()
    for wrong in (tmp_path / "a" / "c" / "theirs", tmp_path / "a" / "c" / "theirs" / "d"):
        with pytest.raises(InputError, match="cannot make the folder"), created_folder(wrong):
            pass


def test_a_folder_beside_one_that_is_missing_is_made(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    for name in ("new", "there"):
        with created_folder(tmp_path / "a" / ".." / name):
            assert (tmp_path / name).is_dir()
    with pytest.raises(KeyboardInterrupt), created_folder(tmp_path / "b" / ".." / "c"):
        raise KeyboardInterrupt
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "new", "there"]


def test_folders_that_cannot_be_written_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        check_writable(tmp_path / "no" / "file")
    with pytest.raises(InputError, match="is a folder"):
        check_writable(tmp_path)
    (tmp_path / "there").touch()
    with pytest.raises(InputError, match="--force"):
        check_writable(tmp_path / "there", replace=False)


def test_a_folder_that_takes_no_files_is_named() -> None:
    # Nobody may make files there, not even root.
    with pytest.raises(InputError, match="cannot write /proc/self/file: "):
        check_writable("/proc/self/file")


def test_a_link_stays_and_its_target_is_replaced(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("old")
    link.symlink_to(target)
    with atomic_write(link) as file:
        file.write(b"new")
    assert link.is_symlink()
    assert target.read_text() == "new"


def test_a_rename_that_fails_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, target: Path) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "replace", refuse)
    monkeypatch.setattr(Path, "hardlink_to", refuse)
    for replace in (True, False):
        with pytest.raises(InputError, match="Input/output"), atomic_write(
            tmp_path / "file", replace=replace
        ) as file:  # fmt: skip
            file.write(b"x")
    assert list(tmp_path.iterdir()) == []


def test_a_later_rename_that_fails_takes_the_earlier_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new, last = (tmp_path / name for name in ("old", "new", "last"))
    old.write_text("old")
    with pytest.raises(InputError, match="exists"), atomic_writes(replace=False) as opened:  # noqa: PT012 -- the block is the test
        for path in (new, last):
            with opened(path) as file:
                file.write(b"x")
        last.write_text("theirs")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "old": "old",
        "last": "theirs",
    }
    last.unlink()
    replace = Path.replace

    def refuse_last(self: Path, target: Path) -> None:
        if target == last:
            raise OSError(5, "Input/output error")
        replace(self, target)

    monkeypatch.setattr(Path, "replace", refuse_last)
    with pytest.raises(InputError, match="Input/output"), atomic_writes() as opened:  # noqa: PT012 -- the block is the test
        for path in (old, new, last):
            with opened(path) as file:
                file.write(b"x")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"old": "old"}


def test_links_in_a_circle_are_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(InputError), atomic_write(tmp_path / "loop", replace=False) as file:
        file.write(b"x")


def test_long_names_are_written_or_refused(tmp_path: Path) -> None:
    with atomic_write(tmp_path / ("a" * 250)) as file:
        file.write(b"x")
    with pytest.raises(InputError, match="too long"):
        check_writable(tmp_path / ("a" * 300))


def test_a_file_made_meanwhile_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with pytest.raises(InputError, match="--force"), atomic_write(path, replace=False):
        path.write_text("theirs")
    assert path.read_text() == "theirs"
    assert list(tmp_path.iterdir()) == [path]
