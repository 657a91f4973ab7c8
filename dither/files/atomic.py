"""Write files atomically: beside their place first, then renamed."""

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO

from dither.errors import InputError
from dither.files.atomic_folder import check_path
from dither.files.commit import commit_all, sync_folder
from dither.files.temp_files import remove_stale_temps, temp_prefix


@contextlib.contextmanager
def atomic_write(path: Path | str, *, replace: bool = True) -> Iterator[BinaryIO]:
    """Open a new file beside `path` and rename it to `path` when the block ends without an error.

    A reader of `path` sees the old bytes or the new ones, never a part; on an error, a kill or a power
    cut the old file stays as it was. A kill leaves a file whose name begins with `.part-`, which goes
    when the next file is written there. A symbolic link stays, and what it points to is replaced.

    Args:
        path: the file to be written.
        replace: whether a file that is there by the end may be replaced.

    Raises:
        InputError: the folder does not exist, cannot be written or is full, or `path` exists and
            `replace` is false.

    Example:
        >>> folder = tempfile.TemporaryDirectory()
        >>> with atomic_write(Path(folder.name) / "greeting.txt") as file:
        ...     _ = file.write(b"hello")
        >>> folder.cleanup()
    """
    with atomic_writes(replace=replace) as opened, opened(path) as file:
        yield file


@contextlib.contextmanager
def atomic_writes(
    *, replace: bool = True
) -> Iterator[Callable[[Path | str], AbstractContextManager[BinaryIO]]]:
    """As `atomic_write`, for several files: none is renamed before all are written.

    If a file cannot be renamed, those renamed before are taken back.

    Args:
        replace: whether files that are there by the end may be replaced.

    Yields:
        What opens the new file beside a path.

    Raises:
        InputError: as `atomic_write`.

    Example:
        >>> folder = tempfile.TemporaryDirectory()
        >>> with atomic_writes() as opened:
        ...     for name in ("one", "two"):
        ...         with opened(Path(folder.name) / name) as file:
        ...             _ = file.write(b"hello")
        >>> folder.cleanup()
    """
    ready: list[tuple[Path, Path]] = []

    @contextlib.contextmanager
    def opened(path: Path | str) -> Iterator[BinaryIO]:
        check_writable(path, replace=replace)
        path = Path(os.path.realpath(path))  # unlike resolve(), at peace with links in a circle
        try:
            remove_stale_temps(path.parent)
            descriptor, name = tempfile.mkstemp(prefix=temp_prefix(), dir=path.parent)
            ready.append((Path(name), path))
            with os.fdopen(descriptor, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise InputError(f"cannot write {path}: {error.strerror or error}") from error

    try:
        yield opened
        commit_all(ready, replace)
    finally:
        for beside, _ in ready:
            beside.unlink(missing_ok=True)


@contextlib.contextmanager
def created_folder(path: Path | str) -> Iterator[None]:
    """Make a folder and those above it, where they are missing; an error in the block undoes it.

    Args:
        path: the folder.

    Raises:
        InputError: it cannot be made.

    Example:
        >>> above = tempfile.TemporaryDirectory()
        >>> with created_folder(Path(above.name) / "new"):
        ...     (Path(above.name) / "new").is_dir()
        True
        >>> above.cleanup()
    """
    path = Path(path)
    made: list[Path] = []
    try:
        for folder in reversed((path, *path.parents)):
            # Asked only now: a/../b is there or not as soon as a is.
            if not folder.exists():
                folder.mkdir()
                made.append(folder)
                sync_folder(folder.parent)
        if not path.is_dir():
            raise InputError(f"cannot make the folder {path}: it is a file")
    except OSError as error:
        _remove(made)
        raise InputError(f"cannot make the folder {path}: {error.strerror or error}") from error
    try:
        yield
    except BaseException:
        _remove(made)
        raise


def _remove(folders: list[Path]) -> None:
    for folder in reversed(folders):
        with contextlib.suppress(OSError):  # what others have put there stays
            folder.rmdir()


def check_writable(path: Path | str, *, replace: bool = True) -> None:
    """Say before long work starts whether `path` can be written at its end.

    Args:
        path: the file to be written.
        replace: whether a file that is already there may be replaced.

    Raises:
        InputError: the folder is missing or read-only, `path` is a folder, or it exists and
            `replace` is false.
    """
    path = Path(path)
    try:
        if path.is_dir():
            raise InputError(f"cannot write {path}: it is a folder")
        if path.exists() and not path.is_file():
            raise InputError(f"cannot write {path}: it is no file, but a device, pipe or socket")
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from error
    check_path(path, replace=replace)
