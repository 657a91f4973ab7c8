"""Write a file or folder atomically through its path, for libraries that open paths themselves."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from dither.errors import InputError, OutputExistsError
from dither.files.commit import sync_folder
from dither.files.temp_files import OLD, TEMP_PREFIX, remove_stale_temps


@contextlib.contextmanager
def atomic_path(path: Path | str, *, replace: bool = True) -> Iterator[Path]:
    """Yield a new path beside `path` and rename it to `path` when the block ends without an error.

    The block makes a file or folder at the new path. Until it ends, `path` is unchanged; on an error
    the new one is removed. A symbolic link stays, and its target is replaced.

    Args:
        path: the file or folder to write.
        replace: whether an existing file or folder may be replaced.

    Raises:
        InputError: the parent folder does not exist, cannot be written or is full; an
            OutputExistsError if `path` exists and `replace` is false.

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
            prefix=TEMP_PREFIX, dir=target.parent, ignore_cleanup_errors=True
        ) as temp_folder:
            beside = Path(temp_folder) / target.name
            yield beside
            _sync_files(beside)
            if not replace and target.exists():
                raise OutputExistsError(f"{path} exists; give --force to replace it")
            _replace(beside, target, Path(temp_folder) / OLD)
            sync_folder(target.parent)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from error


@contextlib.contextmanager
def resumable_path(path: Path | str, key: str, *, replace: bool = True) -> Iterator[Path]:
    """Yield a folder for unfinished work beside `path`; move the result to `path` when the block ends.

    The block makes the result in that folder, under the name of `path`. After Ctrl-C, and if the
    process is killed, the folder stays, and the next block for the same key gets it as it is. On
    another error it is removed.

    Args:
        path: the file or folder to write.
        key: letters and digits, equal for equal work.
        replace: whether an existing file or folder may be replaced.

    Raises:
        InputError: as `atomic_path`, or another process does the same work.
    """
    check_path(path, replace=replace)
    target = Path(os.path.realpath(path))
    folder = target.parent / f"{TEMP_PREFIX}{target.name}-{key}"
    try:
        remove_stale_temps(target.parent)
        folder.mkdir(exist_ok=True)
        with _locked(folder, path):
            try:
                yield folder
            except (KeyboardInterrupt, SystemExit):
                raise
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
            beside = folder / target.name
            _sync_files(beside)
            if not replace and target.exists():
                raise OutputExistsError(f"{path} exists; give --force to replace it")
            _replace(beside, target, folder / OLD)
            sync_folder(target.parent)
            shutil.rmtree(folder, ignore_errors=True)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from error


@contextlib.contextmanager
def _locked(folder: Path, path: Path | str) -> Iterator[None]:
    """Hold the lock of a folder; the system releases it when the process ends."""
    try:
        import fcntl
    except ImportError:  # not on Windows
        yield
        return
    with (folder / "lock").open("wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(f"cannot write {path}: another process writes it") from None
        yield


def check_path(path: Path | str, *, replace: bool = True) -> None:
    """Check, before long work starts, that a file or folder can be made at `path`.

    Raises:
        InputError: the parent folder is missing or read-only; an OutputExistsError if `path` exists
            and `replace` is false.
    """
    path = Path(path)
    try:
        if not path.parent.is_dir():
            raise InputError(f"cannot write {path}: the folder {path.parent} does not exist")
        if path.exists() and not replace:
            raise OutputExistsError(f"{path} exists; give --force to replace it")
        # The folder's mode is not enough to know; try.
        with tempfile.TemporaryFile(prefix=TEMP_PREFIX, dir=Path(os.path.realpath(path)).parent):
            pass
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from error


def _replace(beside: Path, target: Path, old: Path) -> None:
    """Rename `beside` to `target`; an existing folder moves to `old` first, and back on an error."""
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


def _sync_files(path: Path) -> None:
    """Write all files to the disk before they are renamed."""
    files = (p for p in path.rglob("*") if p.is_file()) if path.is_dir() else (path,)
    for each in files:
        with each.open("rb") as file:
            os.fsync(file.fileno())
