"""Store pages of pixels in TIFF files: headers, strips, and their compression.

Source: Adobe, "TIFF Revision 6.0" (1992), sections 3 to 6 and 18; zstd has the number 50000 in libtiff.
"""

import io
import itertools
import operator
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from dither.errors import InputError
from dither.images.formats import tiff_reader
from dither.images.raster_image import Resolution
from dither.images.resolution import rational
from dither.images.rows import RowStore, band_height, row_store

Compression = Literal["none", "deflate", "lzw", "group4", "zstd"]
_NUMBERS: dict[str, int] = {"none": 1, "deflate": 8, "lzw": 5, "group4": 4, "zstd": 50000}
# Pillow's names, where libtiff compresses strips.
_PILLOW = {"lzw": "tiff_lzw", "group4": "group4", "zstd": "zstd"}
_SHORT, _LONG, _RATIONAL, _UNDEFINED, _LONG8 = 3, 4, 5, 7, 16
# Kinds of colour: 0 is black, red with green and blue, and indices of a colour map.
GRAY, RGB, PALETTE_COLOR = 1, 2, 3
# Bits of an index of a colour map.
INDEX_BITS = 8
FILE_HEADER_BYTES = {False: 8, True: 16}
_DEFAULT_DPI = 72  # baseline TIFF needs a resolution
_MAX_BYTES = (1 << 32) - 1
# Uncompressed bytes of a strip that is compressed.
_STRIP_BYTES = 1 << 18
# Compressed bytes that wait in memory; more wait in a temporary file.
_ROOM = 1 << 24


@dataclass(frozen=True)
class StoredPixels:
    """Pixels of a page as they are stored.

    Attributes:
        size: width and height.
        bits: of each sample.
        photometric: kind of colour.
        read: returns (rows, bytes) uint8 from a start to a stop.
        channels: samples of a pixel; with 2 or 4, the last is alpha.
        color_map: entries of the colour map.
        profile: ICC profile.
        resolution: pixels per inch.
        more: tag, type, count and little-endian bytes of further entries.
    """

    size: tuple[int, int]
    bits: int
    photometric: int
    read: Callable[[int, int], np.ndarray]
    channels: int = 1
    color_map: bytes = b""
    profile: bytes | None = None
    resolution: Resolution | None = None
    more: tuple[tuple[int, int, int, bytes], ...] = ()

    @property
    def row_bytes(self) -> int:
        """Bytes of a row."""
        return -(-self.size[0] * self.channels * self.bits // 8)


def chosen_compression(
    pixels: StoredPixels, like: Compression | None, compression: Compression | None
) -> Compression:
    """Return the compression of some pixels: the one that is asked for, or like that of a source.

    Raises:
        InputError: there is no such compression, or it cannot compress such pixels.
    """
    if compression is None:
        # A source of 1 bit may get a result of more.
        return "deflate" if like == "group4" and pixels.bits > 1 else like or "none"
    if compression not in get_args(Compression):
        raise InputError(
            f"the compression is {compression!r}; it must be {', '.join(get_args(Compression))}"
        )
    if compression == "group4" and pixels.bits > 1:
        bits = pixels.bits * pixels.channels
        raise InputError(
            f"group4 compresses 1 bit per pixel, and this result has {bits}; choose deflate, or "
            "--gray with --bits 1"
        )
    return compression


def stored_pages(
    pages: Iterable[StoredPixels],
    compression: Compression,
    *,
    big: bool = False,
    folder: Path | None = None,
) -> Iterator[bytes]:
    """Yield a TIFF of stored pixels in pieces.

    Args:
        pages: one or more.
        compression: of all pages.
        big: write BigTIFF, which holds more than 4 GiB.
        folder: of temporary files.

    Raises:
        InputError: the file would have 4 GiB or more, and is not big.
    """
    place = FILE_HEADER_BYTES[big]
    header, waiting = file_header(big), None
    for pixels in itertools.chain(pages, [None]):
        if waiting is not None:
            is_last = pixels is None
            if compression == "none":
                content = _plain_page(waiting, place, is_last, big)
            else:
                content = _compressed_page(waiting, compression, folder, place, is_last, big)
            for piece in content:
                place += len(piece)
                yield header + piece
                header = b""
            if place % 2 and not is_last:
                yield b"\0"
                place += 1
        waiting = pixels


def file_header(big: bool) -> bytes:
    """Return the header of a TIFF whose first page follows, or of a BigTIFF."""
    if big:
        return struct.pack("<2sHHHQ", b"II", 43, 8, 0, FILE_HEADER_BYTES[True])
    return struct.pack("<2sHI", b"II", 42, FILE_HEADER_BYTES[False])


def _plain_page(pixels: StoredPixels, place: int, is_last: bool, big: bool) -> Iterator[bytes]:
    """Yield an uncompressed page that begins at a place of the file."""
    height = pixels.size[1]
    step = band_height(pixels.size[0])
    yield plain_header(pixels, place, is_last, big)
    for start in range(0, height, step):
        yield pixels.read(start, min(start + step, height)).tobytes()


def plain_header(pixels: StoredPixels, place: int, is_last: bool, big: bool = False) -> bytes:
    """Return what comes before the samples of an uncompressed page that begins at a place."""
    height = pixels.size[1]
    counts = np.array([height * pixels.row_bytes])
    return _header(pixels, 1, height, counts, place, is_last, big)


def _compressed_page(
    pixels: StoredPixels,
    compression: Compression,
    folder: Path | None,
    place: int,
    is_last: bool,
    big: bool,
) -> Iterator[bytes]:
    height = pixels.size[1]
    step = min(height, max(1, _STRIP_BYTES // pixels.row_bytes))
    counts = []
    with row_store(_ROOM, folder) as strips:
        for start in range(0, height, step):
            rows = pixels.read(start, min(start + step, height))
            strip = _compressed(rows, pixels, compression)
            counts.append(len(strip))
            strips.append(np.frombuffer(strip, np.uint8)[:, None])
        number = _NUMBERS[compression]
        yield _header(pixels, number, step, np.array(counts), place, is_last, big)
        yield from _pieces(strips)


def check_size(stored: int, more: int) -> None:
    """Refuse a file of 4 GiB or more, given the bytes of its pixels and those of its headers."""
    if stored + more > _MAX_BYTES:
        raise InputError(f"a TIFF holds less than 4 GiB, not {stored} bytes; choose .png")


def _pieces(strips: RowStore) -> Iterator[bytes]:
    content = strips.rows
    for start in range(0, len(content), _STRIP_BYTES):
        yield content[start : start + _STRIP_BYTES].tobytes()


def _compressed(rows: np.ndarray, pixels: StoredPixels, compression: Compression) -> bytes:
    """Return a compressed strip."""
    if compression == "deflate":
        return zlib.compress(rows.tobytes())
    from PIL import Image

    # Without a predictor, LZW and zstd compress bytes, whatever samples they are.
    mode, width = ("1", pixels.size[0]) if compression == "group4" else ("L", pixels.row_bytes)
    picture = Image.frombytes(mode, (width, len(rows)), rows.tobytes())
    file = io.BytesIO()
    try:
        # Pillow compresses a strip as a file of one strip, from which it is taken.
        picture.save(file, "TIFF", compression=_PILLOW[compression], strip_size=1 << 30)
    except (OSError, ValueError, KeyError) as error:
        raise InputError(
            f"the installed Pillow cannot compress with {compression}; choose deflate"
        ) from error
    found = tiff_reader.tiff_parts(file)
    assert found is not None
    assert len(found.counts) == 1
    file.seek(int(found.offsets[0]))
    return file.read(int(found.counts[0]))


def _header(
    pixels: StoredPixels,
    compression: int,
    strip_rows: int,
    counts: np.ndarray,
    begin: int,
    is_last: bool,
    big: bool,
) -> bytes:
    """Return all that comes before the strips of a page, which begins at a place of the file."""
    width, height = pixels.size
    channels = pixels.channels
    word, long = ("Q", _LONG8) if big else ("I", _LONG)
    count_word, line, room = ("Q", 20, 8) if big else ("H", 12, 4)
    across, down = pixels.resolution or (_DEFAULT_DPI, _DEFAULT_DPI)
    more: dict[int, bytes] = {}  # values that are longer than four bytes
    tags: list[tuple[int, int, int, int | bytes]] = [
        (256, _LONG, 1, width),
        (257, _LONG, 1, height),
        (258, _SHORT, channels, struct.pack(f"<{channels}H", *[pixels.bits] * channels)),
        (259, _SHORT, 1, compression),
        (262, _SHORT, 1, pixels.photometric),
        (273, long, len(counts), bytes(room * len(counts))),  # offsets of the strips, set below
        (277, _SHORT, 1, channels),
        (278, _LONG, 1, strip_rows),
        (279, long, len(counts), counts.astype(f"<u{room}").tobytes()),
        (282, _RATIONAL, 1, struct.pack("<II", *rational(across))),
        (283, _RATIONAL, 1, struct.pack("<II", *rational(down))),
        (296, _SHORT, 1, 2),  # resolution per inch
    ]
    if pixels.color_map:
        tags.append((320, _SHORT, 3 << INDEX_BITS, pixels.color_map))
    if channels in (2, 4) and pixels.photometric in (GRAY, RGB):
        tags.append((338, _SHORT, 1, 2))  # alpha that is not multiplied into the colours
    if pixels.profile:
        tags.append((34675, _UNDEFINED, len(pixels.profile), pixels.profile))
    tags = sorted([*tags, *pixels.more], key=operator.itemgetter(0))
    start = begin + struct.calcsize(f"<{count_word}") + line * len(tags) + room
    place = start
    for tag, _, _, value in tags:
        if isinstance(value, bytes) and len(value) > room:
            more[tag] = value
            place += len(value) + len(value) % 2
    stored = int(counts.sum())
    if not big:
        check_size(stored, place)
    end = place + stored
    offsets = (place + np.cumsum(counts) - counts).astype(f"<u{room}").tobytes()
    if len(offsets) > room:
        more[273] = offsets
    entries, at = [], start
    for tag, kind, count, value in tags:
        if tag in more:
            value = at
            at += len(more[tag]) + len(more[tag]) % 2
        elif tag == 273:
            value = offsets
        packed = value if isinstance(value, bytes) else struct.pack(f"<{word}", value)
        entries.append(struct.pack(f"<HH{word}", tag, kind, count) + packed.ljust(room, b"\0"))
    values = (value + b"\0" * (len(value) % 2) for value in more.values())
    return b"".join(
        [
            struct.pack(f"<{count_word}", len(tags)),
            *entries,
            struct.pack(f"<{word}", 0 if is_last else end + end % 2),
            *values,
        ]
    )
