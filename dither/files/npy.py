"""Read and write .npy files; the header of a file is checked before any memory is taken."""

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

# What a matrix file may hold; a header of 13 bytes can ask for 4 GiB, so each is checked first.
_MAX_HEADER = 4096
_MAX_SIDE = 1 << 16
# A matrix of 512 x 512 with 256 frames.
MAX_VALUES = 1 << 26
_NPY_TYPES = ("|u1", "<u2", "<u4", "<i4", "<i8", "<f4", "<f8")


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
        with safe_open(path) as file:
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
    if math.prod(shape) > MAX_VALUES:
        raise InputError(f"{path} has shape {shape}; at most {MAX_VALUES} values are read")
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
    with atomic_write(path, replace=replace) as file:
        # numpy.save would say of a full disk how many items went, and not why no more did.
        npy_format.write_array_header_1_0(file, npy_format.header_data_from_array_1_0(little))
        file.write(little.data)
