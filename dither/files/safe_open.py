"""Open untrusted paths: regular files and pipes, but no folders and no devices.

A device such as /dev/zero has no end.
"""

import io
import os
import re
import select
import stat
from pathlib import Path
from typing import BinaryIO

from dither.errors import InputError

# Limit of a pipe, and of a file that is read into memory.
MAX_BYTES = 1 << 30
# A pipe without a writer after this time is refused.
WRITER_TIMEOUT_SECONDS = 2.0
_PIECE = 1 << 20
# A path has one slash of the two of an address left.
_ADDRESS = re.compile(r"(https?|ftp|s3|gs|file):/+|data:[a-z]+/", re.IGNORECASE)
# O_NONBLOCK: opening a pipe must not wait for a writer. Some flags are missing on Windows.
_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_BINARY", "O_NOCTTY"))


def safe_open(path: Path | str, name: str | None = None) -> BinaryIO:
    """Open a file for reading; a pipe is read to its end first, so the result is seekable.

    Args:
        path: a file or a pipe; links are followed.
        name: name used in error messages instead of the path.

    Raises:
        InputError: the file does not exist, is a folder or a device, may not be read, or is a pipe
            without a writer or with more than 1 GiB.

    Example:
        >>> safe_open("/")
        Traceback (most recent call last):
        ...
        dither.errors.InputError: cannot read /: it is a folder
    """
    if not str(path):
        raise InputError("cannot read a file whose path is empty")
    name = name or str(path)
    try:
        descriptor = os.open(path, _FLAGS)
    except FileNotFoundError:
        refuse_address(name)
        raise InputError(f"cannot read {name}: there is no such file") from None
    except (OSError, ValueError) as error:  # ValueError: a name with a zero byte
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"cannot read {name}: {reason}") from error
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return os.fdopen(descriptor, "rb")
    try:
        if stat.S_ISFIFO(mode):
            return io.BytesIO(_read_pipe(descriptor, name))
        kind = "a folder" if stat.S_ISDIR(mode) else "a device, not a file"
        raise InputError(f"cannot read {name}: it is {kind}")
    finally:
        os.close(descriptor)


def refuse_address(name: str) -> None:
    """Refuse a name that is an address, such as of a web page; the message shows it as it was typed.

    Raises:
        InputError: it is one.

    Example:
        >>> refuse_address("file:/photos/a.png")
        Traceback (most recent call last):
        ...
        dither.errors.InputError: cannot read file:///photos/a.png: give the path without file://
    """
    found = _ADDRESS.match(name)
    if found is None:
        return
    scheme, rest = found[1], name[found.end() :]
    if scheme is None:
        raise InputError(f"cannot read {name[:40]}: it holds data, and only files are read")
    if scheme.lower() == "file":
        raise InputError(f"cannot read {scheme}:///{rest}: give the path without {scheme}://")
    raise InputError(
        f"cannot read {scheme}://{rest}: it is an address, and only files are read; download it first"
    )


def _read_pipe(descriptor: int, name: str) -> bytes:
    select.select([descriptor], [], [], WRITER_TIMEOUT_SECONDS)
    # A blocking read waits for a slow writer, and returns nothing if there is no writer.
    os.set_blocking(descriptor, True)
    with os.fdopen(descriptor, "rb", closefd=False) as pipe:
        content = read_all(pipe, name)
    if not content:
        raise InputError(f"cannot read {name}: it is a pipe that nobody writes into")
    return content


def read_all(file: BinaryIO, name: str, most: int = MAX_BYTES) -> bytes:
    """Read a stream to its end.

    Args:
        file: read from its current position.
        name: name used in error messages.
        most: limit in bytes; a longer stream is refused and not read further.

    Raises:
        InputError: the stream is longer.

    Example:
        >>> read_all(io.BytesIO(b"abc"), "three letters", most=2)
        Traceback (most recent call last):
        ...
        dither.errors.InputError: three letters has more than 2 bytes
    """
    pieces, size = [], 0
    # In pieces: one read of the limit would allocate all of it first.
    while piece := file.read(min(_PIECE, most + 1 - size)):
        pieces.append(piece)
        size += len(piece)
        if size > most:
            raise InputError(f"{name} has more than {most} bytes")
    return b"".join(pieces)


def read_file(path: Path | str, most: int = MAX_BYTES) -> bytes:
    """Read a file or pipe to its end.

    Args:
        path: a file or a pipe.
        most: limit in bytes; a longer file is refused and not read further.

    Raises:
        InputError: as `safe_open` and `read_all`, or reading fails.

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
