"""Record the finished blocks of a volume in a file, so that stopped work resumes."""

import os
import struct
import sys
import time
from pathlib import Path

_NUMBER = struct.Struct("<Q")
_SECONDS = 2.0


class DoneBlocks:
    """Numbers of the finished blocks, in a file beside the unfinished result.

    A number is written after the data of its block has reached the disk, at most every two seconds.

    Args:
        path: of the file.
        result: the unfinished file or folder.
    """

    def __init__(self, path: Path, result: Path) -> None:
        self._path, self._result = path, result
        self._waiting: list[int] = []
        self._last = time.monotonic()

    def read(self) -> frozenset[int] | None:
        """Return the finished blocks, or None if the result has to be begun anew."""
        try:
            content = self._path.read_bytes()
        except OSError:
            return None
        if not self._result.exists():
            return None
        whole = len(content) // _NUMBER.size * _NUMBER.size
        return frozenset(number for (number,) in _NUMBER.iter_unpack(content[:whole]))

    def begin(self) -> None:
        """Make an empty file."""
        self._path.write_bytes(b"")

    def add(self, number: int) -> None:
        """Record a finished block."""
        self._waiting.append(number)
        if time.monotonic() >= self._last + _SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write the numbers that wait."""
        if not self._waiting:
            return
        if self._result.is_file():
            with self._result.open("rb") as file:
                os.fsync(file.fileno())
        elif sys.platform != "win32":
            os.sync()  # a Zarr array has many files
        with self._path.open("ab") as file:
            file.write(b"".join(map(_NUMBER.pack, self._waiting)))
        self._waiting.clear()
        self._last = time.monotonic()

    def end(self) -> None:
        """Remove the file; the result is about to change."""
        self._path.unlink(missing_ok=True)
