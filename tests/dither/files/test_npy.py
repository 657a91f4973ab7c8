import contextlib
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dither.errors import InputError
from dither.files.npy import read_npy, write_npy


def test_big_endian_is_written_little(tmp_path: Path) -> None:
    write_npy(tmp_path / "m.npy", np.arange(6, dtype=">u2").reshape(2, 3))
    assert read_npy(tmp_path / "m.npy").dtype == np.dtype("<u2")
    assert read_npy(tmp_path / "m.npy").tolist() == [[0, 1, 2], [3, 4, 5]]


def _npy(header: bytes, data: bytes = b"") -> bytes:
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + data


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "not a .npy"),
        (b"GIF89a", "not a .npy"),
        (b"\x93NUMPY\x02\x00\xff\xff\xff\xff", "header of 4294967295 bytes"),
        (b"\x93NUMPY\x09\x00", "version"),
        (_npy(b"{'descr': '|O', 'fortran_order': False, 'shape': (1, 1)}\n", b"x" * 8), "object"),
        (_npy(b"{'descr': '<u2', 'fortran_order': False, 'shape': (65536, 65536)}\n"), "at most"),
        (_npy(b"{'descr': '<u2', 'fortran_order': False, 'shape': (-1, 2)}\n"), "shape"),
        (
            _npy(b"{'descr': '<u2', 'fortran_order': False, 'shape': (1, 2)}\n", b"abc"),
            "3 bytes|bytes",
        ),
        (_npy(b"{'descr': '<u2'}\n"), "damaged"),
        (_npy(b"__import__('os').abort()\n"), "damaged"),
        (_npy(b"{'descr': '<u2', 'fortran_order': False, 'shape': ('a',)}\n"), "damaged|shape"),
    ],
)
def test_hostile_npy_is_refused(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "m.npy"
    path.write_bytes(content)
    with pytest.raises(InputError, match=sentence):
        read_npy(path)


@given(cut=st.integers(0, 159), flip=st.integers(0, 159), bit=st.integers(0, 7))
def test_damage_is_refused_or_read_as_numbers(
    tmp_path_factory: pytest.TempPathFactory, cut: int, flip: int, bit: int
) -> None:
    path = tmp_path_factory.mktemp("npy") / "m.npy"
    write_npy(path, np.arange(16, dtype=np.uint16).reshape(4, 4))
    whole = bytearray(path.read_bytes())
    path.write_bytes(whole[:cut])
    with pytest.raises(InputError):
        read_npy(path)
    whole[flip] ^= 1 << bit
    path.write_bytes(whole)
    with contextlib.suppress(InputError):
        assert read_npy(path).size <= 16


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_npy(tmp_path / "none.npy")
