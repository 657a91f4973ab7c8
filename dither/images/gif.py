"""GIF files: whether one is whole, and frames as they are, each with its own time.

Pillow reads GIFs and compresses the frames of those that are written; but what it writes by itself has
equal frames in a row made one, and what it reads is taken for whole wherever a frame ends.
Source: CompuServe, "Graphics Interchange Format, version 89a" (1990); the number of repeats is in the
extension NETSCAPE2.0.
"""

import struct
from collections.abc import Sequence
from typing import BinaryIO

import numpy as np

from dither.errors import InputError
from dither.images.raster_image import MAX_COLORS, RasterImage, indexed

_TRAILER, _EXTENSION, _IMAGE = b";", b"!", b","
_MOST_SIDE = 65535
# What becomes of a frame when the next one comes: it stays, or its place is made transparent.
_STAYS, _CLEARED = 1, 2
# Alpha from here on is opaque: half of the 255.
_OPAQUE = 128


def check_whole(file: BinaryIO) -> None:
    """Walk from block to block to the end of a GIF.

    Args:
        file: read from its start.

    Raises:
        EOFError: the file ends before its trailer.
        ValueError: something else than a block stands where one begins.
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
    """A GIF of as many frames as there are images, of one colour table, equal frames and all.

    Args:
        images: uint8 samples, all of one size. Alpha below 128 becomes transparent, and the rest
            opaque.
        durations: how long each frame is shown, in milliseconds. A GIF counts hundredths of a second;
            the times at which frames end are rounded, so that a clip is as long as it was.
        plays: how many times the frames are shown, 0 for endlessly.

    Raises:
        InputError: there are more than 256 colours, the transparent one counted, a side is not from 1
            to 65,535 pixels, or a duration is longer than 655.35 seconds.

    Example:
        >>> still = RasterImage(np.array([[0, 255]], np.uint8))
        >>> gif_bytes([still] * 2, durations=[50, 50], plays=0)[:6]
        b'GIF89a'
    """
    from PIL import Image
    from PIL.GifImagePlugin import getdata

    height, width = images[0].color.shape[:2]
    if not 1 <= min(height, width) <= max(height, width) <= _MOST_SIDE:
        raise InputError(f"a GIF has sides from 1 to {_MOST_SIDE}, not {width}x{height}")
    found = indexed([_cut_out(image) for image in images])
    if found is None:
        raise InputError(
            f"a GIF holds at most {MAX_COLORS} colours, and the image or its frames have more"
        )
    frames, table = found.frames, found.table[:, :3]
    transparent = 0 if found.table[0, 3] == 0 else None
    if max(durations) > 10 * 65535:
        raise InputError(f"a GIF shows a frame for at most 655.35 s, not {max(durations) / 1000}")
    size_code = max(len(table) - 1, 1).bit_length() - 1
    parts = [
        struct.pack("<6sHHBBB", b"GIF89a", width, height, 0xF0 | size_code, 0, 0),
        table.tobytes().ljust(3 << size_code + 1, b"\0"),
    ]
    if plays != 1:
        # The file says how often the frames come again after the first time.
        repeats = min(max(plays - 1, 0), 65535)
        parts.append(b"!\xff\x0bNETSCAPE2.0" + struct.pack("<BBHB", 3, 1, repeats, 0))
    before = None
    ends = (np.cumsum([0, *durations]) + 5) // 10
    for frame, hundredths in zip(frames, np.diff(ends).tolist(), strict=True):
        top, left, part = 0, 0, frame
        if before is not None and transparent is None:
            top, left, part = _changed(before, frame)
        options = {"duration": 10 * hundredths}
        if len(frames) > 1:
            options["disposal"] = _STAYS if transparent is None else _CLEARED
        if transparent is not None:
            options["transparency"] = transparent
        picture = Image.fromarray(np.ascontiguousarray(part))
        parts.extend(getdata(picture, (left, top), **options))
        before = frame
    return b"".join([*parts, _TRAILER])


def _cut_out(image: RasterImage) -> RasterImage:
    """The image with each pixel opaque or clear, all clear ones alike."""
    if image.color.dtype != np.uint8:
        raise InputError(f"a GIF holds samples of uint8, not {image.color.dtype}")
    if image.alpha is None or image.alpha.min() >= _OPAQUE:
        return RasterImage(image.color)
    clear = image.alpha < _OPAQUE
    color = np.where(clear if image.color.ndim == 2 else clear[..., None], 0, image.color)
    return RasterImage(color.astype(np.uint8), np.where(clear, 0, 255).astype(np.uint8))


def _changed(before: np.ndarray, frame: np.ndarray) -> tuple[int, int, np.ndarray]:
    """The smallest part that holds all changes, and its top and left; one pixel where nothing does."""
    rows, columns = (np.flatnonzero((before != frame).any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return 0, 0, frame[:1, :1]
    top, left = int(rows[0]), int(columns[0])
    return top, left, frame[top : rows[-1] + 1, left : columns[-1] + 1]
