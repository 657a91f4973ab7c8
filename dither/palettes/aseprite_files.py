"""Parse the palette of an Aseprite file, .aseprite or .ase: that of its first frame.

Source: D. Capello, "Aseprite File Format (.ase/.aseprite) Specifications" (2024).
"""

import struct
from collections.abc import Iterator
from pathlib import Path

from dither.color_text import Color
from dither.errors import InputError

_FILE, _FRAME = 0xA5E0, 0xF1FA
_HEADER_BYTES, _FRAME_BYTES, _CHUNK_BYTES = 128, 16, 6
_PALETTE, _OLD_PALETTES = 0x2019, {0x0004: 255, 0x0011: 63}
_MAX_ENTRIES = 1 << 16

# Red, green, blue and alpha of each entry.
Entries = dict[int, tuple[int, int, int, int]]


def is_aseprite(data: bytes) -> bool:
    """Return whether bytes begin as an Aseprite file; Adobe's files have the ending .ase too.

    Example:
        >>> is_aseprite(b"ASEF" + bytes(8))
        False
    """
    return len(data) >= 6 and struct.unpack_from("<H", data, 4)[0] == _FILE


def aseprite_colors(path: Path, data: bytes) -> list[Color]:
    """Return the colours of the palette in its order; transparent entries have no colour.

    Raises:
        InputError: the file is damaged or has no palette.
    """
    if not is_aseprite(data):
        raise InputError(f"{path} is not an Aseprite file")
    new: Entries = {}
    old: Entries = {}
    for kind, chunk in _first_chunks(path, data):
        try:
            if kind == _PALETTE:
                _read_palette(chunk, new)
            elif kind in _OLD_PALETTES:
                _read_old_palette(chunk, _OLD_PALETTES[kind], old)
        except (struct.error, IndexError):
            raise InputError(f"{path} is damaged: its palette ends too early") from None
    # Files hold the old form only where all entries are opaque.
    entries = new or old
    if not entries:
        raise InputError(f"{path} has no palette in its first frame")
    return [(red, green, blue) for _, (red, green, blue, alpha) in sorted(entries.items()) if alpha]


def _first_chunks(path: Path, data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the type and the content of each chunk of the first frame."""
    if len(data) < _HEADER_BYTES + _FRAME_BYTES:
        raise InputError(f"{path} is damaged: it ends before its first frame")
    size, magic, old_count, _, count = struct.unpack_from("<IHHHxxI", data, _HEADER_BYTES)
    if magic != _FRAME:
        raise InputError(f"{path} is damaged: its first frame has no mark")
    end, at = _HEADER_BYTES + size, _HEADER_BYTES + _FRAME_BYTES
    for _ in range(count or old_count):
        if len(data) < at + _CHUNK_BYTES or at >= end:
            raise InputError(f"{path} is damaged: it ends before its palette is complete")
        length, kind = struct.unpack_from("<IH", data, at)
        chunk = data[at + _CHUNK_BYTES : at + length]
        if length < _CHUNK_BYTES or len(chunk) < length - _CHUNK_BYTES:
            raise InputError(f"{path} is damaged: a part of its first frame has a wrong length")
        at += length
        yield kind, chunk


def _read_palette(chunk: bytes, entries: Entries) -> None:
    """Read entries first to last: flags, red, green, blue, alpha, and a name if flag 1 is set."""
    _, first, last = struct.unpack_from("<III", chunk)
    at = 20
    for index in range(first, min(last, _MAX_ENTRIES) + 1):
        flags, *color = struct.unpack_from("<H4B", chunk, at)
        entries[index] = (color[0], color[1], color[2], color[3])
        at += 6
        if flags & 1:
            at += 2 + struct.unpack_from("<H", chunk, at)[0]


def _read_old_palette(chunk: bytes, white: int, entries: Entries) -> None:
    """Read packets: entries to skip, their number (0 is 256), and red, green, blue up to `white`."""
    (packets,) = struct.unpack_from("<H", chunk)
    at, index = 2, 0
    for _ in range(packets):
        index += chunk[at]
        count = chunk[at + 1] or 256
        at += 2
        for _ in range(count):
            red, green, blue = (
                min(255, code * 255 // white) for code in struct.unpack_from("<3B", chunk, at)
            )
            entries[index] = (red, green, blue, 255)
            index += 1
            at += 3
