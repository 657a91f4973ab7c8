"""Files and folders that arrive whole or not at all, for what libraries write by its path."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from dither.errors import InputError, OutputExistsError
from dither.files.commit import sync_folder
from dither.files.temp_files import OLD, remove_stale_temps, temp_prefix


@contextlib.contextmanager
def atomic_path(path: Path | str, *, replace: bool = True) -> Iterator[Path]:
    """A new path beside `path`, renamed to it when the block ends without an error.

    The block makes a file or a folder there. Until it ends, what was at `path` stays as it was; on an
    error all is removed. A symbolic link stays, and what it points to is replaced.

    Args:
        path: the file or folder to be made.
        replace: whether what is there by the end may be replaced.

    Raises:
        InputError: the folder above does not exist, cannot be written or is full, or `path` exists and
            `replace` is false.

    Example:
        >>> above = tempfile.TemporaryDirectory()
        >>> with atomic_path(Path(above.name) / "greetings") as beside:
        ...     beside.mkdir()
        ...     _ = (beside / "one").write_text("hello")
        >>> (Path(above.name) / "greetings" / "one").read_text()
        'hello'
        >>> above.cleanup()
    """
    check_path(path, replace=replace)
    target = Path(os.path.realpath(path))
    try:
        remove_stale_temps(target.parent)
        with tempfile.TemporaryDirectory(
            prefix=temp_prefix(), dir=target.parent, ignore_cleanup_errors=True
        ) as room:
            beside = Path(room) / target.name
            yield beside
            _flush(beside)
            if not replace and target.exists():
                raise OutputExistsError(f"{path} exists; give --force to replace it")
            _put(beside, target, Path(room) / OLD)
            sync_folder(target.parent)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from error


def check_path(path: Path | str, *, replace: bool = True) -> None:
    """Say before long work starts whether a file or folder can be made at `path`.

    Raises:
        InputError: the folder above is missing or read-only; a OutputExistsError if `path` exists and
            `replace` is false.
    """
    path = Path(path)
    try:
        if not path.parent.is_dir():
            raise InputError(f"cannot write {path}: the folder {path.parent} does not exist")
        if path.exists() and not replace:
            raise OutputExistsError(f"{path} exists; give --force to replace it")
        # What the folder's mode says is not the whole truth; only trying is.
        with tempfile.TemporaryFile(prefix=temp_prefix(), dir=Path(os.path.realpath(path)).parent):
            pass
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from error


def _put(beside: Path, target: Path, old: Path) -> None:
    """Rename what is finished; what was there goes to `old` first, and comes back if that fails."""
    if not target.is_dir():
        beside.replace(target)
        return
    target.rename(old)
    try:
        beside.rename(target)
    except BaseException:
        old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _flush(path: Path) -> None:
    """Have all bytes on the disk before the name says that they are."""
    files = (p for p in path.rglob("*") if p.is_file()) if path.is_dir() else (path,)
    for each in files:
        with each.open("rb") as file:
            os.fsync(file.fileno())
