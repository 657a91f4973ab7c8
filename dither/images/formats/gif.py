"""GIF files: check that one is complete, and write frames with exact durations and colour table.

Pillow reads GIFs. It takes one that is cut off after a frame for complete, and its writer merges equal
frames.
Source: CompuServe, "Graphics Interchange Format, version 89a" (1990); the number of repeats is in the
extension NETSCAPE2.0.
"""

import dataclasses
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from dither.errors import InputError
from dither.images.formats.gif_frames import DrawnFrame, drawn_frames
from dither.images.formats.lzw import compress, is_shorter
from dither.images.indexed import MAX_COLORS, IndexedFrames, to_indexed
from dither.images.raster_image import RasterImage

_TRAILER, _EXTENSION, _IMAGE = b";", b"!", b","
_MAX_SIDE = 65535
# Durations and repeats are stored in 16 bits, durations as hundredths of a second.
_MAX_COUNT = 65535
# Disposal of a frame before the next one is drawn: keep it, or clear its area.
_KEEP, _CLEAR = 1, 2
# The flag of interlaced rows, and the first row and the step of each of their passes.
_INTERLACED, _PASSES = 0x40, ((0, 8), (4, 8), (2, 4), (1, 2))
# Alpha from here on becomes opaque.
_OPAQUE = 128


def check_complete(file: BinaryIO) -> None:
    """Walk through all blocks of a GIF up to its trailer.

    Args:
        file: a seekable stream, read from its start.

    Raises:
        EOFError: the file ends before the trailer.
        ValueError: a block has an unknown type.
    """
    file.seek(0)
    _, flags, _, _ = struct.unpack("<10sBBB", _read(file, 13))
    _skip_table(file, flags)
    while (kind := _read(file, 1)) != _TRAILER:
        if kind == _IMAGE:
            _skip_table(file, _read(file, 9)[8])
            _read(file, 1)
        elif kind == _EXTENSION:
            _read(file, 1)
        elif kind == b"\0":
            continue  # some programs end a block twice
        else:
            raise ValueError(f"no block of a GIF begins with {kind!r}")
        while size := _read(file, 1)[0]:
            _read(file, size)


def _skip_table(file: BinaryIO, flags: int) -> None:
    if flags & 0x80:
        _read(file, 3 << (flags & 7) + 1)


def _read(file: BinaryIO, size: int) -> bytes:
    data = file.read(size)
    if len(data) < size:
        raise EOFError("it ends too early")
    return data


def gif_bytes(images: Sequence[RasterImage], *, durations: Sequence[int], plays: int) -> bytes:
    """Encode a GIF with one colour table; equal frames are kept as frames.

    Args:
        images: uint8 samples, all of one size. Alpha below 128 becomes transparent, the rest opaque.
        durations: milliseconds per frame. GIF stores hundredths of a second; the end times of the
            frames are rounded, so that the clip keeps its length.
        plays: number of times that the animation is shown, 0 for endless.

    Raises:
        InputError: there are more than 256 colours (transparent counts as one), a side is not from 1
            to 65,535 pixels, or a duration is above 655.35 seconds.

    Example:
        >>> still = RasterImage(np.array([[0, 255]], np.uint8))
        >>> gif_bytes([still] * 2, durations=[50, 50], plays=0)[:6]
        b'GIF89a'
    """
    _check_size(*images[0].color.shape[:2])
    found = to_indexed([_with_binary_alpha(image) for image in images])
    if found is None:
        raise InputError(
            f"a GIF holds at most {MAX_COLORS} colours, and the image or its frames have more; "
            "choose .png or .webp"
        )
    return indexed_gif(found, durations=durations, plays=plays, reorder=True)


def indexed_gif(
    found: IndexedFrames, *, durations: Sequence[int], plays: int, reorder: bool = False
) -> bytes:
    """Encode a GIF whose global colour table and indices are those of the frames.

    The table is padded to a power of two with its last entry.

    Args:
        found: frames whose table has at most one fully transparent entry; partial alpha is ignored.
        durations: milliseconds per frame, as in `gif_bytes`.
        plays: number of times that the animation is shown, 0 for endless.
        reorder: colours that many frames draw may come first, so that indices of other frames take
            fewer bits.

    Raises:
        InputError: a side is not from 1 to 65,535 pixels, or a duration is above 655.35 seconds.
    """
    frames = found.frames
    height, width = frames[0].shape
    clear = np.flatnonzero(found.table[:, 3] == 0)
    transparent = int(clear[0]) if len(clear) else None
    drawn = list(drawn_frames(frames, transparent))
    if reorder and len(drawn) > 1:
        order = _order_by_frames(drawn, len(found.table), transparent)
        places = np.argsort(order).astype(np.uint8)
        drawn = [dataclasses.replace(frame, pixels=places[frame.pixels]) for frame in drawn]
        transparent = None if transparent is None else int(places[transparent])
        found = IndexedFrames((), found.table[order])
    coded = [_coded(frame, len(found.table), transparent) for frame in drawn]
    size_code = max(len(found.table) - 1, 1).bit_length() - 1
    table = found.padded_colors(size_code + 1)
    return coded_gif(coded, table, height, width, durations=durations, plays=plays)


@dataclass(frozen=True, eq=False)
class CodedFrame:
    """A frame of a GIF, compressed.

    Attributes:
        top: first row of its rectangle.
        left: its first column.
        height: rows of the rectangle.
        width: its columns.
        data: from `dither.images.formats.lzw`.
        transparent: index that leaves a pixel unchanged, or None.
        clears: whether the rectangle becomes transparent before the next frame.
        interlaced: whether the rows are in the order of `_interlaced`.
    """

    top: int
    left: int
    height: int
    width: int
    data: bytes
    transparent: int | None = None
    clears: bool = False
    interlaced: bool = False


def coded_gif(
    frames: Sequence[CodedFrame],
    table: np.ndarray,
    height: int,
    width: int,
    *,
    durations: Sequence[int],
    plays: int,
) -> bytes:
    """Return a GIF of compressed frames.

    Args:
        frames: in order.
        table: (2**n, 3) uint8 colours, n from 1 to 8.
        height: rows of the picture.
        width: its columns.
        durations: milliseconds per frame, as in `gif_bytes`.
        plays: number of times that the animation is shown, 0 for endless.

    Raises:
        InputError: a side is not from 1 to 65,535 pixels, or a duration is above 655.35 seconds.
    """
    _check_size(height, width)
    if max(durations) > 10 * _MAX_COUNT:
        raise InputError(
            f"a GIF frame lasts at most {_MAX_COUNT / 100} s, not {max(durations) / 1000} s"
        )
    size_code = len(table).bit_length() - 2
    parts = [
        struct.pack("<6sHHBBB", b"GIF89a", width, height, 0xF0 | size_code, 0, 0),
        table.tobytes(),
    ]
    if plays != 1:
        # The file stores the number of repeats after the first time; 0 is endless.
        repeats = min(max(plays - 1, 0), _MAX_COUNT)
        parts.append(b"!\xff\x0bNETSCAPE2.0" + struct.pack("<BBHB", 3, 1, repeats, 0))
    ends = (np.cumsum([0, *durations]) + 5) // 10
    for frame, hundredths in zip(frames, np.diff(ends).tolist(), strict=True):
        disposal = 0 if len(frames) == 1 else _CLEAR if frame.clears else _KEEP
        mark = frame.transparent
        flags = disposal << 2 | (mark is not None)
        rectangle = (frame.left, frame.top, frame.width, frame.height)
        parts += [
            struct.pack("<3sBHBB", b"!\xf9\x04", flags, hundredths, mark or 0, 0),
            struct.pack("<cHHHHB", _IMAGE, *rectangle, _INTERLACED if frame.interlaced else 0),
            frame.data,
        ]
    return b"".join([*parts, _TRAILER])


def _coded(frame: DrawnFrame, count: int, transparent: int | None) -> CodedFrame:
    """Compress a frame; its rows are interlaced where that is shorter.

    Equal rows of a small threshold matrix are next to each other then, which saves up to 3 %.

    Args:
        frame: the frame.
        count: entries of the colour table.
        transparent: entry of transparent pixels, or None if the picture has none.
    """
    mark = _skipped_entry(frame, count) if transparent is None else transparent
    free = frame.free if mark is not None else np.zeros_like(frame.free)
    skipped = mark if transparent is not None or free.any() else None
    rows, columns = frame.pixels.shape
    pixels = np.ascontiguousarray(frame.pixels)
    data, interlaced = compress(pixels.ravel(), free.ravel(), skipped or 0), False
    if not free.any():
        others = pixels[_interlaced(rows)].ravel()
        if is_shorter(others, pixels.ravel()):
            tried = compress(others, free.ravel(), skipped or 0)
            data, interlaced = min((data, False), (tried, True), key=lambda each: len(each[0]))
    return CodedFrame(frame.top, frame.left, rows, columns, data, skipped, frame.clears, interlaced)


def _interlaced(rows: int) -> np.ndarray:
    """Return the rows of an interlaced frame in their order: the specification's appendix E."""
    return np.concatenate([np.arange(start, rows, step) for start, step in _PASSES])


def _order_by_frames(
    drawn: Sequence[DrawnFrame], count: int, transparent: int | None
) -> np.ndarray:
    """Return the entries of a colour table, those first that most frames draw."""
    uses = np.zeros(count, np.int64)
    for frame in drawn:
        uses += np.bincount(frame.pixels[~frame.free], minlength=count) > 0
    if transparent is not None:
        uses[transparent] = len(drawn)
    return np.argsort(-uses, kind="stable")


def _skipped_entry(frame: DrawnFrame, count: int) -> int | None:
    """Return an index that no changed pixel of a frame has, to mark the unchanged; None if all do.

    Args:
        frame: the frame.
        count: entries of the colour table.
    """
    unused = np.bincount(frame.pixels[~frame.free], minlength=min(count + 1, MAX_COLORS)) == 0
    return int(unused.argmax()) if unused.any() else None


def _check_size(height: int, width: int) -> None:
    if not 1 <= min(height, width) <= max(height, width) <= _MAX_SIDE:
        raise InputError(f"GIF sides must be from 1 to {_MAX_SIDE} pixels, not {width}x{height}")


def binary_alpha(alpha: np.ndarray) -> np.ndarray:
    """Return 0 for alpha below 128 and 255 for the rest, as uint8."""
    return np.where(alpha < _OPAQUE, 0, 255).astype(np.uint8)


def _with_binary_alpha(image: RasterImage) -> RasterImage:
    """Make each pixel opaque or transparent, and all transparent ones black."""
    if image.color.dtype != np.uint8:
        raise InputError(f"GIF samples must be uint8, not {image.color.dtype}")
    if image.alpha is None or image.alpha.min() >= _OPAQUE:
        return RasterImage(image.color)
    clear = image.alpha < _OPAQUE
    color = np.where(clear if image.color.ndim == 2 else clear[..., None], 0, image.color)
    return RasterImage(color.astype(np.uint8), binary_alpha(image.alpha))
