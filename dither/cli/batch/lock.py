"""Lock a folder, so that one batch at a time writes into it.

The operating system releases the lock when the process ends, even if it was killed.
"""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from dither.errors import InputError

LOCK_NAME = ".dither-batch.lock"


@contextlib.contextmanager
def only_batch(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder while the block runs.

    The lock is on a separate file, because the journal is replaced whenever it is opened. On file
    systems without locks, nothing is locked.

    Args:
        folder: folder of the results.

    Raises:
        InputError: another batch holds the lock.

    Example:
        >>> import tempfile
        >>> above = tempfile.TemporaryDirectory()
        >>> with only_batch(Path(above.name)):
        ...     (Path(above.name) / LOCK_NAME).exists()
        True
        >>> above.cleanup()
    """
    path = folder / LOCK_NAME
    try:
        descriptor = _open_locked(path)
    except BlockingIOError:
        raise InputError(f"another batch is at work in {folder}; wait until it ends") from None
    try:
        yield
    finally:
        if descriptor is not None:
            with contextlib.suppress(OSError):  # Windows cannot remove open files
                path.unlink()
            os.close(descriptor)


def _open_locked(path: Path) -> int | None:
    """Open and lock the file; return its descriptor, or None if files cannot be locked here.

    Raises:
        BlockingIOError: another process holds the lock.
    """
    while True:
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError:  # an unwritable folder is reported by the journal
            return None
        try:
            _lock(descriptor)
            if os.path.samestat(path.stat(), os.fstat(descriptor)):
                return descriptor
        except FileNotFoundError:
            pass  # its holder has just removed it: try again with a new file
        except BlockingIOError:
            os.close(descriptor)
            raise
        except OSError:
            os.close(descriptor)
            return None
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    """Lock an open file, or raise BlockingIOError if another process holds the lock."""
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError(*error.args) from None
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
