"""Write TIFF files: grey of 1, 8 or 16 bits, indices with a colour map, and 8-bit colours.

Pillow writes a white of 65,280 instead of 65,535 into colour maps, and takes whole images only.

Source: Adobe, "TIFF Revision 6.0" (1992), sections 3 to 6 and 18; zstd has the number 50000 in libtiff.
"""

import io
import itertools
import operator
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from dither.errors import InputError
from dither.images.bit_packing import pack_rows
from dither.images.formats import tiff_reader
from dither.images.indexed import IndexedFrames
from dither.images.pillow_conversion import check_samples, gray_bits
from dither.images.raster_image import Resolution
from dither.images.resolution import rational
from dither.images.rows import RowArray, RowStore, band_height, mapped, row_store, sample_bytes

Compression = Literal["none", "deflate", "lzw", "group4", "zstd"]
_NUMBERS: dict[str, int] = {"none": 1, "deflate": 8, "lzw": 5, "group4": 4, "zstd": 50000}
# Pillow's names, where libtiff compresses strips.
_PILLOW = {"lzw": "tiff_lzw", "group4": "group4", "zstd": "zstd"}
# The compression of a result for that of its source, by Pillow's names; JPEG and WebP would blur it.
_OF_SOURCES: dict[str, Compression] = {
    "raw": "none",
    "tiff_lzw": "lzw",
    "group3": "group4",
    "group4": "group4",
    "tiff_ccitt": "group4",
    "zstd": "zstd",
}
_SHORT, _LONG, _RATIONAL, _UNDEFINED, _LONG8 = 3, 4, 5, 7, 16
_GRAY, _RGB, _PALETTE_COLOR = 1, 2, 3
_BITS = 8
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


def compression_like(name: str | None) -> Compression | None:
    """Return the compression of results for Pillow's name of a source's; None for no TIFF."""
    return None if name is None else _OF_SOURCES.get(name, "deflate")


def tiff_bytes(found: IndexedFrames, resolution: Resolution | None = None) -> bytes:
    """Encode the first frame as an uncompressed TIFF of 8 bits per pixel, as all readers take.

    The format has no count of colours: the map holds 256 of them, the last one repeated.

    Args:
        found: a frame with opaque colours.
        resolution: pixels per inch, across and down.

    Raises:
        InputError: the file would have 4 GiB or more.
    """
    return b"".join(indexed_tiff_parts(found, resolution=resolution))


def indexed_tiff_parts(
    found: IndexedFrames,
    *,
    like: Compression | None = None,
    compression: Compression | None = None,
    folder: Path | None = None,
    resolution: Resolution | None = None,
) -> Iterator[bytes]:
    """Yield the file of `tiff_bytes` in pieces, with a page for each frame, from rows made when needed.

    Args:
        found: frames with opaque colours.
        like: the compression to use if it can hold the pixels.
        compression: the compression to use.
        folder: of temporary files.
        resolution: pixels per inch, across and down; 72 if None.

    Raises:
        InputError: the file would have 4 GiB or more, or cannot be compressed so.
    """
    # 16 bits per value; 257 makes white 65,535.
    color_map = (found.padded_colors(_BITS).T.astype("<u2") * 257).tobytes()
    pages = [
        StoredPixels(
            (frame.shape[1], frame.shape[0]),
            *(_BITS, _PALETTE_COLOR, sample_bytes("<", frame)),
            color_map=color_map,
            resolution=resolution,
        )
        for frame in found.frames
    ]
    return _file(pages, chosen_compression(pages[0], like, compression), folder)


def tiff_parts(
    color: RowArray,
    alpha: RowArray | None = None,
    profile: bytes | None = None,
    *,
    like: Compression | None = None,
    compression: Compression | None = None,
    folder: Path | None = None,
    resolution: Resolution | None = None,
) -> Iterator[bytes]:
    """Yield a TIFF of colours or greys in pieces; black and white take 1 bit per pixel.

    Args:
        color: (H, W) or (H, W, 3) uint8, or (H, W) uint16 without alpha.
        alpha: (H, W) uint8, or None if every pixel is opaque.
        profile: ICC profile, or None for sRGB.
        like: the compression to use if it can hold the pixels.
        compression: the compression to use.
        folder: of temporary files.
        resolution: pixels per inch, across and down; 72 if None.

    Raises:
        InputError: the samples have another type, the file would have 4 GiB or more, or cannot be
            compressed so.
    """
    return tiff_stack_parts(
        *([(color, alpha)], profile),
        like=like,
        compression=compression,
        folder=folder,
        resolution=resolution,
    )


def tiff_stack_parts(
    pages: Sequence[tuple[RowArray, RowArray | None]],
    profile: bytes | None = None,
    *,
    like: Compression | None = None,
    compression: Compression | None = None,
    folder: Path | None = None,
    resolution: Resolution | None = None,
) -> Iterator[bytes]:
    """Yield a TIFF of one or more pages in pieces; all pages are stored alike.

    Args:
        pages: colour and alpha of each, as in `tiff_parts`.
        profile: as in `tiff_parts`.
        like: as in `tiff_parts`.
        compression: as in `tiff_parts`.
        folder: as in `tiff_parts`.
        resolution: as in `tiff_parts`.

    Raises:
        InputError: as `tiff_parts`.
    """
    for color, alpha in pages:
        check_samples(color, alpha, "TIFF")
    is_one_bit = all(
        color.ndim == 2 and alpha is None and color.dtype == np.uint8 and gray_bits(color) == 1
        for color, alpha in pages
    )
    # Readers of stacks expect pages of one kind.
    has_alpha = any(alpha is not None for _, alpha in pages)
    stored = []
    for color, alpha in pages:
        size = color.shape[1], color.shape[0]
        if is_one_bit:
            pixels = StoredPixels(size, 1, _GRAY, _packed(color))
        else:
            if has_alpha and alpha is None:
                alpha = mapped(color, _opaque)
            channels = (1 if color.ndim == 2 else 3) + has_alpha
            planes = [color] if alpha is None else [color, alpha]
            bits = 8 * color.dtype.itemsize
            kind = _GRAY if channels < 3 else _RGB
            pixels = StoredPixels(size, bits, kind, sample_bytes("<", *planes), channels)
        stored.append(replace(pixels, profile=profile, resolution=resolution))
    return _file(stored, chosen_compression(stored[0], like, compression), folder)


def _packed(color: RowArray) -> Callable[[int, int], np.ndarray]:
    return lambda start, stop: pack_rows(color[start:stop], 1, "msb")


def _opaque(color: np.ndarray) -> np.ndarray:
    return np.full(color.shape[:2], 255, np.uint8)


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


def _file(
    pages: Sequence[StoredPixels], compression: Compression, folder: Path | None
) -> Iterator[bytes]:
    """Yield the header and the pages; refuse what is certainly too large before any work."""
    if compression == "none":
        _check_size(
            sum(pixels.size[1] * pixels.row_bytes for pixels in pages), FILE_HEADER_BYTES[False]
        )
    return stored_pages(pages, compression, folder=folder)


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


def _check_size(stored: int, more: int) -> None:
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
        tags.append((320, _SHORT, 3 << _BITS, pixels.color_map))
    if channels in (2, 4) and pixels.photometric in (_GRAY, _RGB):
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
        _check_size(stored, place)
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
