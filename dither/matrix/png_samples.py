"""Decode the first channel of a PNG of 16 bits per sample, which Pillow reduces to 8 for colours.

Source: W3C, "Portable Network Graphics (PNG) Specification (Third Edition)" (2025), sections 8
(interlacing) and 9 (filtering).
"""

import struct
import zlib

import numpy as np

from dither.errors import InputError

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}
# First row, first column, and steps between rows and between columns of each pass of Adam7.
_PASSES = (
    (0, 0, 8, 8),
    (0, 4, 8, 8),
    (4, 0, 8, 4),
    (0, 2, 4, 4),
    (2, 0, 4, 2),
    (0, 1, 2, 2),
    (1, 0, 2, 1),
)


def first_channel_16(content: bytes) -> np.ndarray | None:
    """Return the first channel of a PNG with 16 bits per sample; None for other depths and formats.

    Args:
        content: a file whose checksums are right.

    Returns:
        (H, W) uint16.

    Raises:
        InputError: the file is damaged.
    """
    if content[:8] != _SIGNATURE or len(content) < 29:
        return None
    width, height, depth, kind, _, _, interlaced = struct.unpack_from(">IIBBBBB", content, 16)
    if depth != 16 or kind not in _CHANNELS:
        return None
    out = np.zeros((height, width), np.uint16)
    passes = _PASSES if interlaced else ((0, 0, 1, 1),)
    parts = [out[top::down, left::right] for top, left, down, right in passes]
    parts = [part for part in parts if part.size]
    pixel = 2 * _CHANNELS[kind]
    size = sum(len(part) * (1 + part.shape[1] * pixel) for part in parts)
    try:
        data = zlib.decompressobj().decompress(_image_data(content), size)
    except zlib.error as error:
        raise InputError(f"its compressed data is damaged: {error}") from None
    if len(data) < size:
        raise InputError("its image data ends too early")
    at = 0
    for part in parts:
        length = 1 + part.shape[1] * pixel
        rows = np.frombuffer(data, np.uint8, len(part) * length, at).reshape(len(part), length)
        at += rows.size
        _unfilter(rows[:, 0], rows[:, 1:].reshape(len(part), -1, pixel)[..., :2], part)
    return out


def _image_data(content: bytes) -> bytes:
    pieces, at = [], 8
    while at + 8 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        if kind == b"IDAT":
            pieces.append(content[at + 8 : at + 8 + length])
        at += 12 + length
    return b"".join(pieces)


def _unfilter(filters: np.ndarray, rows: np.ndarray, out: np.ndarray) -> None:
    """Undo the filters of rows; a byte depends only on the same byte of its neighbours.

    Args:
        filters: (H,) uint8, the filter of each row.
        rows: (H, W, 2) uint8, the filtered high and low bytes of a channel.
        out: (H, W) uint16, written.
    """
    above = np.zeros(rows.shape[1:], np.uint8)
    for row, kind in enumerate(filters.tolist()):
        line = rows[row]
        if kind == 1:
            line = np.cumsum(line, axis=0, dtype=np.uint8)
        elif kind == 2:
            line = line + above
        elif kind in (3, 4):
            predict = _average if kind == 3 else _paeth
            lanes = (_predicted(line[:, lane], above[:, lane], predict) for lane in range(2))
            line = np.stack([np.array(lane, np.uint8) for lane in lanes], axis=1)
        elif kind != 0:
            raise InputError(f"row {row} has the unknown filter {kind}")
        above = line
        out[row] = line[:, 0].astype(np.uint16) << 8 | line[:, 1]


def _predicted(line: np.ndarray, above: np.ndarray, predict) -> list[int]:
    """Add the prediction to each byte of a row, from left to right."""
    left = corner = 0
    done = []
    for byte, up in zip(line.tolist(), above.tolist(), strict=True):
        left = (byte + predict(left, up, corner)) & 255
        corner = up
        done.append(left)
    return done


def _average(left: int, up: int, corner: int) -> int:
    return (left + up) // 2


def _paeth(left: int, up: int, corner: int) -> int:
    to_left, to_up, to_corner = abs(up - corner), abs(left - corner), abs(left + up - 2 * corner)
    if to_left <= to_up and to_left <= to_corner:
        return left
    return up if to_up <= to_corner else corner
