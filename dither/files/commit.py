"""Finished files take their places: whole, all or none, and so that a power cut does not undo it."""

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path

from dither.errors import InputError, OutputExistsError


def commit_all(ready: Sequence[tuple[Path, Path]], replace: bool) -> None:
    """Rename finished files; if one cannot be, those before it go, and what was there comes back.

    Args:
        ready: each finished file, and its place in the same folder.
        replace: whether files that are there may be replaced.

    Raises:
        InputError: a file cannot be renamed; a OutputExistsError if its place is taken.
    """
    with contextlib.ExitStack() as kept, contextlib.ExitStack() as undo:
        for beside, path in ready:
            old = None
            if replace and len(ready) > 1 and path.exists():
                old = beside.with_name(f"{beside.name}-old")
                try:
                    old.hardlink_to(path)
                except OSError:  # a file system without links: what is replaced there is gone
                    _put(beside, path, replace)
                    continue
                kept.callback(old.unlink, missing_ok=True)
            _put(beside, path, replace)
            if old is None:
                undo.callback(path.unlink, missing_ok=True)
            else:
                undo.callback(old.replace, path)
        undo.pop_all()
        for folder in {path.parent for _, path in ready}:
            sync_folder(folder)


def _put(beside: Path, path: Path, replace: bool) -> None:
    """Rename a finished file."""
    try:
        with contextlib.suppress(OSError):  # some network folders have no modes
            # mkstemp makes the file private; give it the mode that open() would have.
            beside.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        if replace:
            beside.replace(path)
        else:
            _put_new(beside, path)
    except FileExistsError:
        raise OutputExistsError(f"{path} exists; give --force to replace it") from None
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from error


def _put_new(beside: Path, path: Path) -> None:
    """Unlike a rename, a second name fails where another has made the file meanwhile."""
    try:
        path.hardlink_to(beside)
    except FileExistsError:
        raise
    except OSError:  # a file system without links; a kill between the two leaves an empty file
        path.open("xb").close()
        try:
            beside.replace(path)
        except OSError:
            path.unlink()
            raise


def sync_folder(folder: Path) -> None:
    """Write a folder through to the disk: only then do its new names outlast a power cut."""
    with contextlib.suppress(OSError):  # not every system opens folders
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
