"""Rename finished files to their targets: all or none, and durable across a power cut."""

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path

from dither.errors import InputError, OutputExistsError


def commit_all(finished: Sequence[tuple[Path, Path]], replace: bool) -> None:
    """Rename finished files; if one fails, restore the targets of those before it.

    Args:
        finished: pairs of a finished temporary file and its target in the same folder.
        replace: whether existing targets may be replaced.

    Raises:
        InputError: a file cannot be renamed; an OutputExistsError if its target exists and `replace`
            is false.
    """
    with contextlib.ExitStack() as cleanup, contextlib.ExitStack() as undo:
        for temp, target in finished:
            old = None
            if replace and len(finished) > 1 and target.exists():
                old = temp.with_name(f"{temp.name}-old")
                try:
                    old.hardlink_to(target)
                except OSError:  # a file system without hard links: this target cannot be restored
                    _rename(temp, target, replace)
                    continue
                cleanup.callback(old.unlink, missing_ok=True)
            _rename(temp, target, replace)
            if old is None:
                undo.callback(target.unlink, missing_ok=True)
            else:
                undo.callback(old.replace, target)
        undo.pop_all()
        for folder in {target.parent for _, target in finished}:
            sync_folder(folder)


def _rename(temp: Path, target: Path, replace: bool) -> None:
    try:
        with contextlib.suppress(OSError):  # some network folders have no modes
            # mkstemp makes the file private; give it the mode that open() would have.
            temp.chmod(target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask())
        if replace:
            temp.replace(target)
        else:
            _rename_new(temp, target)
    except FileExistsError:
        raise OutputExistsError(f"{target} exists; give --force to replace it") from None
    except OSError as error:
        raise InputError(f"cannot write {target}: {error.strerror or error}") from error


def _rename_new(temp: Path, target: Path) -> None:
    """Rename by a hard link, which (unlike a rename) fails if the target was made meanwhile."""
    try:
        target.hardlink_to(temp)
    except FileExistsError:
        raise
    except OSError:  # no hard links; a kill between the two steps leaves an empty file
        target.open("xb").close()
        try:
            temp.replace(target)
        except OSError:
            target.unlink()
            raise


def sync_folder(folder: Path) -> None:
    """Write a folder to the disk, so that its new names survive a power cut."""
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
