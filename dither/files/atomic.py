"""Write files atomically: to a temporary file beside the target, which is then renamed."""

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
from dither.files.temp_files import TEMP_PREFIX, remove_stale_temps


@contextlib.contextmanager
def atomic_write(path: Path | str, *, replace: bool = True) -> Iterator[BinaryIO]:
    """Open a temporary file beside `path` and rename it when the block ends without an error.

    A reader of `path` sees the old bytes or the new ones, never a part; after an error, a kill or a
    power cut the old file is unchanged. A kill leaves a file named `.part-*`, which is removed a week
    later by the next write into that folder. A symbolic link stays, and its target is replaced.

    Args:
        path: the file to write.
        replace: whether an existing file may be replaced.

    Raises:
        InputError: the folder does not exist, cannot be written or is full; an OutputExistsError if
            `path` exists and `replace` is false.

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
    """Write several files atomically: all are renamed at the end of the block, or none.

    Args:
        replace: whether existing files may be replaced.

    Yields:
        A function that opens the temporary file of a path.

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
    finished: list[tuple[Path, Path]] = []

    @contextlib.contextmanager
    def opened(path: Path | str) -> Iterator[BinaryIO]:
        check_writable(path, replace=replace)
        target = Path(os.path.realpath(path))  # unlike resolve(), accepts circular links
        try:
            remove_stale_temps(target.parent)
            descriptor, name = tempfile.mkstemp(prefix=TEMP_PREFIX, dir=target.parent)
            finished.append((Path(name), target))
            with os.fdopen(descriptor, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise InputError(f"cannot write {target}: {error.strerror or error}") from error

    try:
        yield opened
        commit_all(finished, replace)
    finally:
        for temp, _ in finished:
            temp.unlink(missing_ok=True)


@contextlib.contextmanager
def created_folder(path: Path | str) -> Iterator[None]:
    """Make a folder and its missing parents; remove them again if the block raises an error.

    Args:
        path: the folder.

    Raises:
        InputError: the folder cannot be made.

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
        try:
            for folder in reversed((path, *path.parents)):
                # One by one, because a/../b exists only once a does.
                if not folder.exists():
                    folder.mkdir()
                    made.append(folder)
                    sync_folder(folder.parent)
            if not path.is_dir():
                raise InputError(f"cannot make the folder {path}: it is a file")
        except OSError as error:
            raise InputError(f"cannot make the folder {path}: {error.strerror or error}") from error
        yield
    except BaseException:
        for folder in reversed(made):
            with contextlib.suppress(OSError):  # other programs have put files there
                folder.rmdir()
        raise


def check_writable(path: Path | str, *, replace: bool = True) -> None:
    """Check, before long work starts, that the file `path` can be written.

    Args:
        path: the file to write.
        replace: whether an existing file may be replaced.

    Raises:
        InputError: the folder is missing or read-only, or `path` is a folder, device, pipe or socket;
            an OutputExistsError if it exists and `replace` is false.
    """
    path = Path(path)
    try:
        if path.is_dir():
            raise InputError(f"cannot write {path}: it is a folder")
        if path.exists() and not path.is_file():
            raise InputError(f"cannot write {path}: it is a device, pipe or socket, not a file")
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from error
    check_path(path, replace=replace)
