"""Tell the container of a video by its first bytes, and whether the file is complete.

Libraries read what is left of a file that is cut off without a word.
Source: ISO/IEC 14496-12 (2022), 4.2: boxes; RFC 8794 (2020), 4 to 6: variable-size integers and
elements, with RFC 9559 (2024): the Segment; Microsoft, "AVI RIFF File Reference" (1992).
"""

import os
import struct
from typing import BinaryIO, Literal

Container = Literal["mov", "matroska", "avi"]

_MOV_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
_EBML, _SEGMENT = b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67"


def container_of(file: BinaryIO) -> Container | None:
    """Return the container of a file, or None for others; the file is at its start afterwards.

    Args:
        file: seekable.

    Example:
        >>> import io
        >>> container_of(io.BytesIO(b"RIFF____AVI LIST"))
        'avi'
    """
    file.seek(0)
    head = file.read(12)
    file.seek(0)
    if head[:4] == _EBML:
        return "matroska"
    if head[:4] == b"RIFF" and head[8:] == b"AVI ":
        return "avi"
    return "mov" if head[4:8] in _MOV_BOXES else None


def is_cut_off(file: BinaryIO, container: Container) -> bool:
    """Return whether a file is shorter than it states; the file is at its start afterwards.

    A Matroska file of unknown size, as a live recording is, counts as complete.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    ends = {"mov": _mov_end, "matroska": _matroska_end, "avi": _avi_end}
    try:
        return ends[container](file, size) > size
    except (struct.error, IndexError):
        return True
    finally:
        file.seek(0)


def _mov_end(file: BinaryIO, size: int) -> int:
    """Return the end of the last box on the top level."""
    place = 0
    while place + 8 <= size:
        file.seek(place)
        (length,) = struct.unpack(">I4x", file.read(8))
        if length == 1:
            (length,) = struct.unpack(">Q", file.read(8))
        if length == 0:  # up to the end of the file
            return size
        place += max(length, 8)
    return place


def _matroska_end(file: BinaryIO, size: int) -> int:
    """Return the end of the segment, which holds all frames."""
    file.seek(4)
    length = _variable_size(file)
    file.seek(length or 0, os.SEEK_CUR)
    if file.read(4) != _SEGMENT:
        return size + 1
    length = _variable_size(file)
    return size if length is None else file.tell() + length


def _variable_size(file: BinaryIO) -> int | None:
    """Read a size of 1 to 8 bytes; None if it is unknown."""
    first = file.read(1)[0]
    more = 8 - first.bit_length()
    data = bytes([first & (0x7F >> more)]) + file.read(more)
    value = int.from_bytes(data, "big")
    return None if value == (1 << 7 * (more + 1)) - 1 else value


def _avi_end(file: BinaryIO, size: int) -> int:
    """Return the end of the first RIFF chunk; others follow in files of more than a gigabyte."""
    (length,) = struct.unpack("<4xI", file.read(8))
    return 8 + length
