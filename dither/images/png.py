"""PNG files: whether one is whole and as it was written, by the check sums of its chunks.

Pillow takes an image for whole wherever its last row ends, and does not compare the check sums of
the samples, so that changed ones would go unnoticed.
Source: ISO/IEC 15948:2004, "Portable Network Graphics (PNG)", section 5.3.
"""

import zlib
from typing import BinaryIO

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PIECE = 1 << 20


def check_whole(file: BinaryIO) -> None:
    """Walk from chunk to chunk to the end of a PNG.

    Args:
        file: read from its start.

    Raises:
        EOFError: the file ends before its last chunk.
        ValueError: it does not begin as a PNG, or what a chunk holds is not what was written.
    """
    file.seek(0)
    if _read(file, 8) != _SIGNATURE:
        raise ValueError("it does not begin as a PNG")
    kind = b""
    while kind != b"IEND":
        head = _read(file, 8)
        left, kind = int.from_bytes(head[:4], "big"), head[4:]
        found = zlib.crc32(kind)
        while left:
            piece = _read(file, min(left, _PIECE))
            found = zlib.crc32(piece, found)
            left -= len(piece)
        if found.to_bytes(4, "big") != _read(file, 4):
            raise ValueError(f"the check sum of its chunk {kind!r} is wrong")


def _read(file: BinaryIO, size: int) -> bytes:
    data = file.read(size)
    if len(data) < size:
        raise EOFError("it ends too early")
    return data
