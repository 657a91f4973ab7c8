"""GIF files: check that one is complete, and write frames with exact durations and colour table.

Pillow reads GIFs. It takes one that is cut off after a frame for complete, and its writer merges equal
frames.
Source: CompuServe, "Graphics Interchange Format, version 89a" (1990); the number of repeats is in the
extension NETSCAPE2.0.
"""

import struct
from collections.abc import Sequence
from typing import BinaryIO

import numpy as np

from dither.errors import InputError
from dither.images.gif_frames import DrawnFrame, drawn_frames
from dither.images.indexed import MAX_COLORS, IndexedFrames, to_indexed
from dither.images.lzw import compress
from dither.images.raster_image import RasterImage

_TRAILER, _EXTENSION, _IMAGE = b";", b"!", b","
_MAX_SIDE = 65535
# Durations and repeats are stored in 16 bits, durations as hundredths of a second.
_MAX_COUNT = 65535
# Disposal of a frame before the next one is drawn: keep it, or clear its area.
_KEEP, _CLEAR = 1, 2
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
    return indexed_gif(found, durations=durations, plays=plays)


def indexed_gif(found: IndexedFrames, *, durations: Sequence[int], plays: int) -> bytes:
    """Encode a GIF whose global colour table and indices are those of the frames.

    The table is padded to a power of two with its last entry.

    Args:
        found: frames whose table has at most one fully transparent entry; partial alpha is ignored.
        durations: milliseconds per frame, as in `gif_bytes`.
        plays: number of times that the animation is shown, 0 for endless.

    Raises:
        InputError: a side is not from 1 to 65,535 pixels, or a duration is above 655.35 seconds.
    """
    frames = found.frames
    height, width = frames[0].shape
    _check_size(height, width)
    if max(durations) > 10 * _MAX_COUNT:
        raise InputError(
            f"a GIF frame lasts at most {_MAX_COUNT / 100} s, not {max(durations) / 1000} s"
        )
    clear = np.flatnonzero(found.table[:, 3] == 0)
    transparent = int(clear[0]) if len(clear) else None
    size_code = max(len(found.table) - 1, 1).bit_length() - 1
    parts = [
        struct.pack("<6sHHBBB", b"GIF89a", width, height, 0xF0 | size_code, 0, 0),
        found.padded_colors(size_code + 1).tobytes(),
    ]
    if plays != 1:
        # The file stores the number of repeats after the first time; 0 is endless.
        repeats = min(max(plays - 1, 0), _MAX_COUNT)
        parts.append(b"!\xff\x0bNETSCAPE2.0" + struct.pack("<BBHB", 3, 1, repeats, 0))
    ends = (np.cumsum([0, *durations]) + 5) // 10
    drawn = drawn_frames(frames, transparent)
    for frame, hundredths in zip(drawn, np.diff(ends).tolist(), strict=True):
        disposal = 0 if len(frames) == 1 else _CLEAR if frame.clears else _KEEP
        mark = _skipped_entry(frame, len(found.table)) if transparent is None else transparent
        free = frame.free if mark is not None else np.zeros_like(frame.free)
        is_marked = transparent is not None or bool(free.any())
        mark = mark if is_marked and mark is not None else 0
        flags = disposal << 2 | is_marked
        part_height, part_width = frame.pixels.shape
        largest = max(int(frame.pixels.max()), mark)
        parts += [
            struct.pack("<3sBHBB", b"!\xf9\x04", flags, hundredths, mark, 0),
            struct.pack("<cHHHHB", _IMAGE, frame.left, frame.top, part_width, part_height, 0),
            compress(
                *(np.ascontiguousarray(frame.pixels).ravel(), free.ravel()),
                *(mark, max(2, largest.bit_length())),
            ),
        ]
    return b"".join([*parts, _TRAILER])


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
