"""Files that arrive whole or not at all: atomic replacement, and .npy files from strangers."""

import contextlib
import math
import os
import tempfile
import tokenize
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.lib import format as npy_format

from dither.errors import InputError
from dither.files.folders import check_path
from dither.files.leftovers import prefix, swept
from dither.files.opening import opened_file
from dither.files.renaming import put_all, synced

# What a matrix file may hold; a header of 13 bytes can ask for 4 GiB, so each is checked first.
_MAX_HEADER = 4096
_MAX_SIDE = 1 << 16
# A matrix of 512 x 512 with 256 frames.
MOST_VALUES = 1 << 26
_NPY_TYPES = ("|u1", "<u2", "<u4", "<i4", "<i8", "<f4", "<f8")


@contextlib.contextmanager
def replacing(path: Path | str, *, replace: bool = True) -> Iterator[BinaryIO]:
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
        >>> with replacing(Path(folder.name) / "greeting.txt") as file:
        ...     _ = file.write(b"hello")
        >>> folder.cleanup()
    """
    with replacing_together(replace=replace) as opened, opened(path) as file:
        yield file


@contextlib.contextmanager
def replacing_together(
    *, replace: bool = True
) -> Iterator[Callable[[Path | str], AbstractContextManager[BinaryIO]]]:
    """As `replacing`, for several files: none is renamed before all are written.

    If a file cannot be renamed, those renamed before are taken back.

    Args:
        replace: whether files that are there by the end may be replaced.

    Yields:
        What opens the new file beside a path.

    Raises:
        InputError: as `replacing`.

    Example:
        >>> folder = tempfile.TemporaryDirectory()
        >>> with replacing_together() as opened:
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
            swept(path.parent)
            descriptor, name = tempfile.mkstemp(prefix=prefix(), dir=path.parent)
            ready.append((Path(name), path))
            with os.fdopen(descriptor, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise InputError(f"cannot write {path}: {error.strerror or error}") from error

    try:
        yield opened
        put_all(ready, replace)
    finally:
        for beside, _ in ready:
            beside.unlink(missing_ok=True)


@contextlib.contextmanager
def made_folder(path: Path | str) -> Iterator[None]:
    """Make a folder and those above it, where they are missing; an error in the block undoes it.

    Args:
        path: the folder.

    Raises:
        InputError: it cannot be made.

    Example:
        >>> above = tempfile.TemporaryDirectory()
        >>> with made_folder(Path(above.name) / "new"):
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
                synced(folder.parent)
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


def read_npy(path: Path | str) -> np.ndarray:
    """Read a .npy file without trusting it: the header is checked against the file's size first.

    Args:
        path: a file holding a C-order array of 1 to 3 dimensions, of unsigned 8-, 16- or 32-bit
            integers, signed 32- or 64-bit integers, or 32- or 64-bit floats.

    Returns:
        The array, little-endian.

    Raises:
        InputError: the file is missing, is no .npy, is cut short or too long, or holds something
            else than numbers.
    """
    path = Path(path)
    try:
        with opened_file(path) as file:
            return _read_checked(path, file)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error


def _read_checked(path: Path, file: BinaryIO) -> np.ndarray:
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    if file.read(6) != npy_format.MAGIC_PREFIX:
        raise InputError(f"{path} is not a .npy file")
    version = file.read(2)
    if version not in (b"\x01\x00", b"\x02\x00"):
        raise InputError(f"{path} is not a .npy file of format version 1 or 2")
    header_length = int.from_bytes(file.read(2 if version == b"\x01\x00" else 4), "little")
    if header_length > _MAX_HEADER:
        raise InputError(f"{path} has a header of {header_length} bytes, above {_MAX_HEADER}")
    file.seek(8)
    try:
        if version == b"\x01\x00":
            shape, fortran_order, dtype = npy_format.read_array_header_1_0(file)
        else:
            shape, fortran_order, dtype = npy_format.read_array_header_2_0(file)
    except (ValueError, SyntaxError, TypeError, tokenize.TokenError) as error:
        raise InputError(f"{path} has a damaged .npy header") from error
    if dtype.str not in _NPY_TYPES:
        raise InputError(f"{path} holds {dtype}; numbers of type {', '.join(_NPY_TYPES)} are read")
    if not 1 <= len(shape) <= 3 or any(not 1 <= side <= _MAX_SIDE for side in shape):
        raise InputError(f"{path} has shape {shape}; 1 to 3 sides from 1 to {_MAX_SIDE} are read")
    if math.prod(shape) > MOST_VALUES:
        raise InputError(f"{path} has shape {shape}; at most {MOST_VALUES} values are read")
    wanted = file.tell() + math.prod(shape) * dtype.itemsize
    if size != wanted:
        raise InputError(f"{path} has {size} bytes where its header announces {wanted}")
    values = np.frombuffer(file.read(size), dtype)
    return values.reshape(shape, order="F" if fortran_order else "C")


def write_npy(path: Path | str, array: np.ndarray, *, replace: bool = True) -> None:
    """Write a .npy file, little-endian and in C order, whole or not at all.

    Args:
        path: the file to be written.
        array: what it holds.
        replace: whether a file that is there already may be replaced.

    Raises:
        InputError: the folder does not exist or cannot be written.
    """
    little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
    with replacing(path, replace=replace) as file:
        # numpy.save would say of a full disk how many items went, and not why no more did.
        npy_format.write_array_header_1_0(file, npy_format.header_data_from_array_1_0(little))
        file.write(little.data)
