"""Read and write .npy files; a file's header is checked before memory is allocated."""

import math
import os
import tokenize
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.lib import format as npy_format

from dither.errors import InputError
from dither.files.atomic import atomic_write
from dither.files.safe_open import safe_open

# A file of a few bytes can announce an array of 4 GiB, so every number of the header has a limit.
_MAX_HEADER = 4096
_MAX_SIDE = 1 << 16
# A matrix of 512 x 512 with 256 frames.
MAX_VALUES = 1 << 26


def read_npy(path: Path | str) -> np.ndarray:
    """Read an untrusted .npy file; its header is checked against the file's size first.

    Args:
        path: a file with an array of 1 to 4 dimensions, of integers or floats of any size and byte
            order.

    Returns:
        The array, in the byte order of this machine.

    Raises:
        InputError: the file is missing, is not a .npy file, has the wrong length, or holds another
            dtype or shape.
    """
    path = Path(path)
    try:
        with safe_open(path) as file:
            return _read_checked(path, file)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error


def _read_checked(path: Path, file: BinaryIO) -> np.ndarray:
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    try:
        version = npy_format.read_magic(file)
    except ValueError:
        raise InputError(f"{path} is not a .npy file") from None
    if version not in ((1, 0), (2, 0)):
        raise InputError(f"{path} has .npy format version {version[0]}; 1 and 2 are read")
    start = file.tell()
    # The length takes 2 bytes in version 1 and 4 in version 2.
    header_length = int.from_bytes(file.read(2 * version[0]), "little")
    if header_length > _MAX_HEADER:
        raise InputError(f"{path} has a header of {header_length} bytes, above {_MAX_HEADER}")
    file.seek(start)
    read_header = (npy_format.read_array_header_1_0, npy_format.read_array_header_2_0)
    try:
        shape, fortran_order, dtype = read_header[version[0] - 1](file)
    except (ValueError, SyntaxError, TypeError, tokenize.TokenError) as error:
        raise InputError(f"{path} has a damaged .npy header") from error
    if dtype.kind not in "iuf" or dtype.shape:
        raise InputError(f"{path} holds {dtype}; it must hold integers or floats")
    if not 1 <= len(shape) <= 4 or any(not 1 <= side <= _MAX_SIDE for side in shape):
        raise InputError(
            f"{path} has shape {shape}; it must have 1 to 4 sides from 1 to {_MAX_SIDE}"
        )
    if math.prod(shape) > MAX_VALUES:
        raise InputError(f"{path} has shape {shape}; at most {MAX_VALUES} values are read")
    expected = file.tell() + math.prod(shape) * dtype.itemsize
    if size != expected:
        raise InputError(f"{path} has {size} bytes; its header announces {expected}")
    values = np.frombuffer(file.read(size), dtype)
    values = values.astype(dtype.newbyteorder("="), copy=False)
    return values.reshape(shape, order="F" if fortran_order else "C")


def write_npy(path: Path | str, array: np.ndarray, *, replace: bool = True) -> None:
    """Write a .npy file atomically, little-endian and in C order.

    Args:
        path: the file to write.
        array: the values.
        replace: whether an existing file may be replaced.

    Raises:
        InputError: the file cannot be written.
    """
    little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
    with atomic_write(path, replace=replace) as file:
        # numpy.save would report the number of items that did not fit on a full disk, not the reason.
        npy_format.write_array_header_1_0(file, npy_format.header_data_from_array_1_0(little))
        file.write(little.data)
