"""Write PNG files: grey of 1 to 16 bits, indices with a colour table, and 8-bit colours.

`dither.images.formats.png_rows` compresses the rows; Pillow's files are larger and take longer.

Source: W3C, "Portable Network Graphics (PNG) Specification (Third Edition)" (2025), sections 5 and 11.
"""

import itertools
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, cast

import numpy as np

from dither.errors import InputError
from dither.images.bit_packing import pack_rows
from dither.images.formats.png_rows import PngRows, compressed_rows
from dither.images.indexed import IndexedFrames, to_indexed
from dither.images.pillow_conversion import check_samples, fewest_bits, gray_bits, value_counts
from dither.images.raster_image import RasterImage, Resolution
from dither.images.resolution import per_metre
from dither.images.rows import RowArray, mapped, row_spans, sample_bytes

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER_BYTES = 8 + 25  # signature and IHDR
_GRAY, _RGB, _INDEXED, _GRAY_ALPHA, _RGBA = 0, 2, 3, 4, 6
_MAX_SIDE = (1 << 31) - 1
# Levels that can fit less than 8 bits.
_FEW_LEVELS = 16
# Compressed bytes in an IDAT chunk; readers take any size.
_CHUNK_BYTES = 1 << 20
_CHANNELS = {_GRAY: 1, _RGB: 3, _INDEXED: 1, _GRAY_ALPHA: 2, _RGBA: 4}

# Returns the packed bytes of the rows from a start to a stop, (rows, bytes) uint8.
_Read = Callable[[int, int], np.ndarray]


def png_bytes(image: RasterImage) -> bytes:
    r"""Encode an image as a PNG, in the fewest bits per pixel that hold its samples.

    The pixels decide, not the source: 2, 4 or 16 even greys from black to white take 1, 2 or 4 bits,
    and at most 256 colours (alpha included) a palette of 1, 2, 4 or 8 bits.

    Args:
        image: uint8 samples, or uint16 grey.

    Raises:
        InputError: the samples have another type, or a side has more than 2,147,483,647 pixels.

    Example:
        >>> png_bytes(RasterImage(np.array([[0, 85]], np.uint8)))[24:26]  # 2 bits, grey
        b'\x02\x00'
    """
    parts = png_parts(image.color, image.alpha, image.profile)
    return b"".join(with_png_density(parts, image.resolution))


def with_png_density(parts: Iterable[bytes], resolution: Resolution | None) -> Iterable[bytes]:
    """Return a PNG in pieces with a pHYs chunk after its header; the same pieces without a resolution.

    Args:
        parts: the file; the first piece holds its whole header.
        resolution: pixels per inch, across and down.
    """
    if resolution is None:
        return parts
    parts = iter(parts)
    first = next(parts)
    # 1 is the unit metre.
    density = _chunk(b"pHYs", struct.pack(">IIB", *per_metre(resolution), 1))
    return itertools.chain([first[:_HEADER_BYTES] + density + first[_HEADER_BYTES:]], parts)


def png_parts(
    color: RowArray, alpha: RowArray | None = None, profile: bytes | None = None
) -> Iterator[bytes]:
    """Yield the file of `png_bytes` in pieces, from rows that are made when they are needed.

    Args:
        color: (H, W) or (H, W, 3) uint8, or (H, W) uint16.
        alpha: (H, W) uint8, or None if every pixel is opaque.
        profile: ICC profile, or None for sRGB.

    Raises:
        InputError: as `png_bytes`.
    """
    check_samples(color, alpha, "PNG")
    if color.dtype == np.uint16:
        if alpha is None:
            return gray_parts(color, bits=16, profile=profile)
        return _deep_gray_parts(color, alpha, profile)
    bits = gray_bits(color) if alpha is None and color.ndim == 2 else 8
    if bits < 8:
        return gray_parts(color, bits=bits, profile=profile)
    # A palette holds RGB, so a grey image with a profile for grey cannot use one.
    if color.ndim == 3 or profile is None:
        found = to_indexed([RasterImage(cast(Any, color), cast(Any, alpha))])
        # 8-bit grey is as small without a palette.
        if found is not None and (color.ndim == 3 or alpha is not None or found.bits < 8):
            return indexed_parts(found, profile=profile)
    return color_parts(color, alpha, profile=profile)


def level_parts(
    codes: RowArray,
    values: np.ndarray,
    alpha: RowArray | None = None,
    profile: bytes | None = None,
) -> Iterator[bytes]:
    """Yield the file of `png_parts` for `values[codes]`, without an array of these.

    Args:
        codes: (H, W) or (H, W, 3) levels.
        values: (levels,) uint8 or uint16, ascending.
        alpha: (H, W) uint8, or None.
        profile: ICC profile, or None for sRGB.

    Raises:
        InputError: as `png_bytes`.
    """
    if codes.ndim == 2 and alpha is None and len(values) <= _FEW_LEVELS:
        present = values[np.flatnonzero(value_counts(codes))]
        bits = fewest_bits(present)
        if bits < 8:
            bits_of = values // (255 // ((1 << bits) - 1))
            if (bits_of == np.arange(len(values))).all():
                return _gray_codes(codes, bits, profile)
    if codes.ndim == 3 and alpha is None and len(values) ** 3 <= 256 and values[-1] <= 255:
        return indexed_parts(_level_colors(codes, values.astype(np.uint8)), profile=profile)
    return png_parts(mapped(codes, values.__getitem__), alpha, profile)


def _level_colors(codes: RowArray, values: np.ndarray) -> IndexedFrames:
    """Return what `to_indexed` returns for (H, W, 3) codes of ascending values, without a search."""
    count = np.uint8(len(values))

    def numbers(rows: np.ndarray) -> np.ndarray:
        found = rows[..., 0] * count
        found += rows[..., 1]
        found *= count
        found += rows[..., 2]
        return found

    shown = np.flatnonzero(value_counts(mapped(codes, numbers)))
    levels = np.stack(np.unravel_index(shown, (len(values),) * 3), axis=1)
    table = np.concatenate([values[levels], np.full((len(shown), 1), 255, np.uint8)], axis=1)
    places = np.zeros(256, np.uint8)
    places[shown] = np.arange(len(shown))
    if len(shown) == len(values) ** 3:
        frame = mapped(codes, numbers)
    else:
        frame = mapped(codes, lambda rows: places[numbers(rows)])
    return IndexedFrames((cast(Any, frame),), table)


def gray_png(gray: np.ndarray, *, bits: int = 8, profile: bytes | None = None) -> bytes:
    r"""Encode grey as a PNG.

    Args:
        gray: (H, W) uint8, or uint16 for 16 bits.
        bits: bits per pixel: 1, 2, 4, 8 or 16. With less than 8, all values are multiples of
            255 / (2^bits - 1).
        profile: ICC profile, or None for sRGB.

    Raises:
        InputError: a side has more than 2,147,483,647 pixels.

    Example:
        >>> gray_png(np.array([[0, 255]], np.uint8), bits=1)[24:26]  # 1 bit, grey
        b'\x01\x00'
    """
    return b"".join(gray_parts(gray, bits=bits, profile=profile))


def gray_parts(gray: RowArray, *, bits: int = 8, profile: bytes | None = None) -> Iterator[bytes]:
    """Yield the file of `gray_png` in pieces."""
    if bits >= 8:
        return _encode(gray.shape, bits, _GRAY, sample_bytes(">", gray), profile)
    code_of = (np.arange(256) // (255 // ((1 << bits) - 1))).astype(np.uint8)
    return _gray_codes(gray if bits == 1 else mapped(gray, code_of.__getitem__), bits, profile)


def _gray_codes(codes: RowArray, bits: int, profile: bytes | None) -> Iterator[bytes]:
    def read(start: int, stop: int) -> np.ndarray:
        return pack_rows(codes[start:stop], bits, "msb")

    return _encode(codes.shape, bits, _GRAY, read, profile)


def _deep_gray_parts(gray: RowArray, alpha: RowArray, profile: bytes | None) -> Iterator[bytes]:
    """Yield a PNG of 16-bit grey: with one transparent grey if that is enough, else with alpha.

    Many readers reduce 16-bit grey with an alpha channel to 8 bits, but not one with a tRNS chunk.
    """
    shown, is_partial = np.zeros(1 << 16, bool), False
    for rows in row_spans(gray):
        part = alpha[rows]
        shown[gray[rows][part > 0]] = True
        is_partial |= bool(((part > 0) & (part < 255)).any())
    if is_partial or shown.all():
        deep = mapped(alpha, lambda rows: rows.astype(np.uint16) * np.uint16(257))
        return _encode(gray.shape, 16, _GRAY_ALPHA, sample_bytes(">", gray, deep), profile)
    clear = np.uint16(np.argmin(shown))

    def read(start: int, stop: int) -> np.ndarray:
        rows = np.where(alpha[start:stop] == 0, clear, gray[start:stop])
        return rows.astype(">u2").view(np.uint8)

    transparent = _chunk(b"tRNS", struct.pack(">H", int(clear)))
    return _encode(gray.shape, 16, _GRAY, read, profile, [transparent])


def indexed_png(found: IndexedFrames, *, profile: bytes | None = None) -> bytes:
    r"""Encode the first of some indexed frames as a PNG of 1, 2, 4 or 8 bits per pixel.

    The file has a tRNS chunk up to the last entry that is not opaque.

    Args:
        found: a frame with its table.
        profile: ICC profile of the table, or None for sRGB.

    Raises:
        InputError: a side has more than 2,147,483,647 pixels.

    Example:
        >>> table = np.array([[9, 9, 9, 255], [0, 0, 0, 0], [255, 0, 0, 255]], np.uint8)
        >>> content = indexed_png(IndexedFrames((np.array([[0, 2]], np.uint8),), table))
        >>> content[24:26], content[content.index(b"tRNS") + 4 :][:2].hex()
        (b'\x02\x03', 'ff00')
    """
    return b"".join(indexed_parts(found, profile=profile))


def indexed_parts(found: IndexedFrames, *, profile: bytes | None = None) -> Iterator[bytes]:
    """Yield the file of `indexed_png` in pieces."""
    frame = found.frames[0]
    bits = found.bits

    def read(start: int, stop: int) -> np.ndarray:
        rows = frame[start:stop]
        return rows if bits == 8 else pack_rows(rows, bits, "msb")

    more = [_chunk(b"PLTE", found.table[:, :3].tobytes())]
    if not found.is_opaque:
        last = int(np.flatnonzero(found.table[:, 3] < 255)[-1])
        more.append(_chunk(b"tRNS", found.table[: last + 1, 3].tobytes()))
    return _encode(frame.shape, bits, _INDEXED, read, profile, more)


def color_png(
    color: np.ndarray, alpha: np.ndarray | None = None, *, profile: bytes | None = None
) -> bytes:
    r"""Encode 8-bit colours, or grey with alpha, as a PNG.

    Args:
        color: (H, W) or (H, W, 3) uint8.
        alpha: (H, W) uint8, or None if every pixel is opaque.
        profile: ICC profile, or None for sRGB.

    Raises:
        InputError: a side has more than 2,147,483,647 pixels.

    Example:
        >>> color_png(np.zeros((1, 2, 3), np.uint8))[24:26]
        b'\x08\x02'
    """
    return b"".join(color_parts(color, alpha, profile=profile))


def color_parts(
    color: RowArray, alpha: RowArray | None = None, *, profile: bytes | None = None
) -> Iterator[bytes]:
    """Yield the file of `color_png` in pieces."""
    kinds = {(2, False): _GRAY, (2, True): _GRAY_ALPHA, (3, False): _RGB, (3, True): _RGBA}
    kind = kinds[color.ndim, alpha is not None]
    planes = [color] if alpha is None else [color, alpha]
    return _encode(color.shape, 8, kind, sample_bytes(">", *planes), profile)


def _encode(
    shape: tuple[int, ...],
    bits: int,
    kind: int,
    read: _Read,
    profile: bytes | None,
    table: Sequence[bytes] = (),
) -> Iterator[bytes]:
    height, width = shape[:2]
    if max(height, width) > _MAX_SIDE:
        raise InputError(f"a PNG has at most {_MAX_SIDE} pixels a side, not {max(height, width)}")
    pixel_bits = bits * _CHANNELS[kind]
    rows = PngRows(read, height, -(-width * pixel_bits // 8), pixel_bits)
    header = struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0)
    more = [_chunk(b"iCCP", b"ICC Profile\0\0" + zlib.compress(profile))] if profile else []
    start = b"".join([_SIGNATURE, _chunk(b"IHDR", header), *more, *table])
    pixels = (_chunk(b"IDAT", data) for data in _gathered(compressed_rows(rows)))
    return itertools.chain([start], pixels, [_chunk(b"IEND", b"")])


def _gathered(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Join pieces to at least the size of a chunk."""
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        if len(waiting) >= _CHUNK_BYTES:
            yield bytes(waiting)
            waiting.clear()
    if waiting:
        yield bytes(waiting)


def _chunk(name: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(content, zlib.crc32(name))
    return b"".join([struct.pack(">I", len(content)), name, content, struct.pack(">I", checksum)])
