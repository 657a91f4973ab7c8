"""One batch at a time in a folder.

The system itself lets go of the lock when the process ends, however it ends: a batch that was killed
stops nobody.
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
    """Hold a folder, so that no other batch works in it.

    The lock is on a file of its own: the journal is replaced when it is opened, and a lock on what it
    was before would be seen by nobody. Where the file system knows no locks, nothing is held.

    Args:
        folder: where the results are.

    Raises:
        InputError: another batch holds it.

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
        descriptor = _held(path)
    except BlockingIOError:
        raise InputError(f"another batch is at work in {folder}; wait until it has ended") from None
    try:
        yield
    finally:
        if descriptor is not None:
            with contextlib.suppress(OSError):  # Windows removes nothing that is open
                path.unlink()
            os.close(descriptor)


def _held(path: Path) -> int | None:
    """The locked file, or None where there are no locks.

    Raises:
        BlockingIOError: another has locked it.
    """
    while True:
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError:  # whether the folder can be written at all, its journal tells
            return None
        try:
            _lock(descriptor)
            if os.path.samestat(path.stat(), os.fstat(descriptor)):
                return descriptor
        except FileNotFoundError:
            pass  # who held it has removed it, and the next one will make another
        except BlockingIOError:
            os.close(descriptor)
            raise
        except OSError:
            os.close(descriptor)
            return None
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    """Lock an open file; a BlockingIOError if another has."""
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError(*error.args) from None
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
