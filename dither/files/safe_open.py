"""Opening what strangers name: files, and pipes that somebody writes into; no folders, no devices.

A device such as /dev/zero has no end, and a pipe that nobody writes into would be waited for
forever.
"""

import io
import os
import select
import stat
from pathlib import Path
from typing import BinaryIO

from dither.errors import InputError

# What is read of a pipe or as a whole; memory has to hold it.
MAX_BYTES = 1 << 30
# Seconds in which somebody has to begin to write into a pipe.
_PATIENCE = 2.0
_PIECE = 1 << 20
# Absent where there are no pipes with names, as on Windows.
_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_BINARY", "O_NOCTTY"))


def safe_open(path: Path | str, name: str | None = None) -> BinaryIO:
    """Open a file to be read; of a pipe all is read first, so that the result can be sought in.

    Args:
        path: of the file or pipe; links are followed.
        name: that error messages give it, if not the path.

    Raises:
        InputError: there is no such file, it is a folder or a device, it may not be read, or it is a
            pipe into which nobody writes, or more than a gibibyte.

    Example:
        >>> safe_open("/")
        Traceback (most recent call last):
        ...
        dither.errors.InputError: cannot read /: it is a folder
    """
    name = name or str(path)
    try:
        descriptor = os.open(path, _FLAGS)
    except FileNotFoundError:
        raise InputError(f"cannot read {name}: there is no such file") from None
    except (OSError, ValueError) as error:  # ValueError: a name with a zero byte
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"cannot read {name}: {reason}") from error
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return os.fdopen(descriptor, "rb")
    try:
        if not stat.S_ISFIFO(mode):
            kind = "a folder" if stat.S_ISDIR(mode) else "a device, and no file"
            raise InputError(f"cannot read {name}: it is {kind}")
        first = _first_byte(descriptor, name)
        os.set_blocking(descriptor, True)
        with os.fdopen(descriptor, "rb", closefd=False) as pipe:
            return io.BytesIO(first + read_all(pipe, name))
    finally:
        os.close(descriptor)


def _first_byte(descriptor: int, name: str) -> bytes:
    """Of a pipe that has one; none where there is somebody who may take long to write."""
    select.select([descriptor], [], [], _PATIENCE)
    try:
        if first := os.read(descriptor, 1):
            return first
    except BlockingIOError:
        return b""
    raise InputError(f"cannot read {name}: it is a pipe that nobody writes into")


def read_all(file: BinaryIO, name: str, most: int = MAX_BYTES) -> bytes:
    """All bytes of a file.

    Args:
        file: read from where it stands.
        name: that error messages give it.
        most: bytes; more are refused, and not read.

    Raises:
        InputError: there are more.

    Example:
        >>> read_all(io.BytesIO(b"abc"), "three letters", most=2)
        Traceback (most recent call last):
        ...
        dither.errors.InputError: three letters has more than 2 bytes
    """
    pieces, size = [], 0
    # In pieces: asked for all at once, memory for the most would be taken first.
    while piece := file.read(min(_PIECE, most + 1 - size)):
        pieces.append(piece)
        size += len(piece)
        if size > most:
            raise InputError(f"{name} has more than {most} bytes")
    return b"".join(pieces)


def read_file(path: Path | str, most: int = MAX_BYTES) -> bytes:
    """All bytes of a file or pipe.

    Args:
        path: of the file.
        most: bytes; more are refused, and not read.

    Raises:
        InputError: as `safe_open` and `read_all`, or reading fails on the way.

    Example:
        >>> read_file("/no/such/file")
        Traceback (most recent call last):
        ...
        dither.errors.InputError: cannot read /no/such/file: there is no such file
    """
    try:
        with safe_open(path) as file:
            return read_all(file, str(path), most)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error
