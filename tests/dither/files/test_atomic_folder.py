import os
import stat
from pathlib import Path

import pytest

from dither.errors import InputError
from dither.files import temp_files
from dither.files.atomic_folder import atomic_path, check_path


def _fill(folder: Path, text: str) -> None:
    folder.mkdir()
    (folder / "inner").mkdir()
    (folder / "inner" / "file").write_text(text)


def _names(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()}


def test_a_folder_takes_the_place_of_another_as_a_whole(tmp_path: Path) -> None:
    target = tmp_path / "kept"
    _fill(target, "old")
    (target / "only old").touch()
    with atomic_path(target) as beside:
        _fill(beside, "new")
        assert (target / "inner" / "file").read_text() == "old"
    assert _names(target) == {"inner"}
    assert (target / "inner" / "file").read_text() == "new"
    assert _names(tmp_path) == {"kept"}


def test_a_file_can_be_read_by_whom_open_lets_read_it(tmp_path: Path) -> None:
    with atomic_path(tmp_path / "file") as beside:
        beside.write_text("new")
    (tmp_path / "usual").touch()
    modes = {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("file", "usual")}
    assert len(modes) == 1


def test_an_error_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "kept"
    _fill(target, "old")

    def stopped() -> None:
        with atomic_path(target) as beside:
            _fill(beside, "half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert (target / "inner" / "file").read_text() == "old"
    assert _names(tmp_path) == {"kept"}


def test_the_old_folder_comes_back_if_the_new_one_cannot_be_renamed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "kept"
    _fill(target, "old")
    rename = Path.rename

    def failing(self: Path, where: Path) -> Path:
        if where == target and self.name == "kept" and self.parent.name.startswith(".part-"):
            raise OSError(28, "No space left on device")
        return rename(self, where)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(InputError, match="No space left"), atomic_path(target) as beside:
        _fill(beside, "new")
    assert (target / "inner" / "file").read_text() == "old"
    assert _names(tmp_path) == {"kept"}


def test_what_is_there_is_not_replaced_unasked(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(InputError, match="--force"):
        check_path(tmp_path / "mine", replace=False)

    def made_meanwhile() -> None:
        with atomic_path(tmp_path / "late", replace=False) as beside:
            beside.write_text("new")
            (tmp_path / "late").write_text("mine")

    with pytest.raises(InputError, match="--force"):
        made_meanwhile()
    assert (tmp_path / "late").read_text() == "mine"


def test_a_link_stays_and_what_it_points_to_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    _fill(tmp_path / "there" / "real", "old")
    (tmp_path / "link").symlink_to(tmp_path / "there" / "real")
    with atomic_path(tmp_path / "link") as beside:
        _fill(beside, "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "there" / "real" / "inner" / "file").read_text() == "new"


def test_a_missing_or_closed_folder_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        check_path(tmp_path / "none" / "file")
    if os.geteuid() == 0:
        pytest.skip("every folder is open to this user")
    (tmp_path / "closed").mkdir(mode=0o500)
    with pytest.raises(InputError, match="Permission denied"):
        check_path(tmp_path / "closed" / "file")


def test_a_later_write_removes_stale_temporary_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(temp_files, "STALE_SECONDS", -1)
    (tmp_path / ".part-killed" / "out").mkdir(parents=True)
    with atomic_path(tmp_path / "out") as beside:
        assert beside.parent.name.startswith(".part-")
        beside.mkdir()
    assert _names(tmp_path) == {"out"}
