"""Rows of an image that are made when they are needed, and sources and stores of such rows.

An image larger than memory is read, adjusted and dithered in bands of rows from top to bottom. Its
result waits in a `RowStore`, from which an encoder reads rows in any order.
"""

import bisect
import contextlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Literal, cast

import numpy as np

from dither.images.raster_image import RasterImage, Resolution, is_opaque

# Pixels of a band: few enough to stay small beside the program, enough to be worth a call.
BAND_PIXELS = 1 << 19


@dataclass(frozen=True)
class RowSource:
    """An image that is read from top to bottom.

    Attributes:
        shape: height and width.
        bands: yields the image as bands of rows with the same kind of samples; each call starts anew.
            An alpha that is opaque everywhere is kept, because that is known at the end only.
        notes: a sentence for each part of the file that is not read.
        piece_bytes: largest number of bytes that the file makes the reader hold at once.
        compression: of a TIFF, by Pillow's name; None for other files.
        resolution: pixels per inch, across and down; None if unknown. The bands have none.
    """

    shape: tuple[int, int]
    bands: Callable[[], Iterator[RasterImage]]
    notes: Sequence[str] = ()
    piece_bytes: int = 0
    compression: str | None = None
    resolution: Resolution | None = None


def without_opaque_bands(source: RowSource) -> RowSource:
    """Return an image without its alpha if that is opaque everywhere; it is read once to find out.

    Args:
        source: the image; `bands` is called again for the result.
    """
    for band in source.bands():
        if band.alpha is None or not is_opaque(band.alpha):
            return source

    def bands() -> Iterator[RasterImage]:
        for band in source.bands():
            yield RasterImage(band.color, None, band.profile)

    return replace(source, bands=bands)


@dataclass(frozen=True)
class Rows:
    """Rows that are made when they are needed; it is sliced like an array of (H, W) or (H, W, C).

    Attributes:
        shape: of the array.
        dtype: of the samples.
        read: returns the rows from a start to a stop.

    Example:
        >>> rows = Rows((4, 2), np.dtype(np.uint8), lambda start, stop: np.full((stop - start, 2), 7))
        >>> rows[1:9].shape
        (3, 2)
    """

    shape: tuple[int, ...]
    dtype: np.dtype
    read: Callable[[int, int], np.ndarray]

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: slice) -> np.ndarray:
        """Return some rows; the step is 1."""
        start, stop, _ = rows.indices(len(self))
        return self.read(start, max(start, stop))

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)


# An array, or rows that are made when they are needed.
RowArray = np.ndarray | Rows


def mapped(rows: RowArray, function: Callable[[np.ndarray], np.ndarray]) -> Rows:
    """Return rows to which a function of samples or pixels is applied when they are needed.

    Args:
        rows: the rows.
        function: maps (n, ...) rows to as many rows, each pixel by itself.

    Example:
        >>> mapped(np.array([[0, 1]]), lambda rows: rows + 1)[0:1].tolist()
        [[1, 2]]
    """
    none = function(rows[0:0])
    return Rows(
        (len(rows), *none.shape[1:]), none.dtype, lambda start, stop: function(rows[start:stop])
    )


def sample_bytes(
    byte_order: Literal["<", ">"], *planes: RowArray
) -> Callable[[int, int], np.ndarray]:
    """Return a reader of rows of bytes, in which the channels of all planes follow each other.

    Args:
        byte_order: of 16-bit samples: "<" with the low byte first, ">" with the high one.
        planes: (H, W) or (H, W, C) each.

    Returns:
        A function of the first row and the one after the last; it returns (rows, bytes) uint8.

    Example:
        >>> sample_bytes(">", np.array([[258]], np.uint16))(0, 1).tolist()
        [[1, 2]]
    """

    def read(start: int, stop: int) -> np.ndarray:
        parts = [plane[start:stop] for plane in planes]
        parts = [part[..., None] if part.ndim == 2 else part for part in parts]
        joined = parts[0] if len(parts) == 1 else np.concatenate(parts, axis=2)
        ordered = np.ascontiguousarray(joined, joined.dtype.newbyteorder(byte_order))
        return ordered.view(np.uint8).reshape(len(joined), -1)

    return read


def band_height(width: int) -> int:
    """Return the number of rows in a band."""
    return max(1, BAND_PIXELS // max(1, width))


def row_spans(rows: RowArray) -> Iterator[slice]:
    """Yield the rows of an image as slices of a band each."""
    step = band_height(rows.shape[1])
    for start in range(0, len(rows), step):
        yield slice(start, min(len(rows), start + step))


class RowStore:
    """Rows of a result, kept in memory up to a limit, then in a temporary file without a name.

    Args:
        room: bytes to keep in memory.
        folder: of the temporary file; the system's if None.
    """

    def __init__(self, room: int, folder: Path | None = None) -> None:
        self._room = room
        self._folder = folder
        self._bands: list[np.ndarray] = []
        self._ends: list[int] = []  # numbers of the first rows after the bands in memory
        self._file: BinaryIO | None = None
        self._kind = np.empty((0, 0), np.uint8)
        self._height = 0

    def append(self, rows: np.ndarray) -> None:
        """Add (n, W) or (n, W, C) rows of the same kind as those before."""
        self._kind = rows[:0]
        self._height += len(rows)
        if self._file is None and self._height * self._row_bytes > self._room:
            folder = None if self._folder is None else str(self._folder)
            self._file = cast(BinaryIO, tempfile.TemporaryFile(dir=folder))  # noqa: SIM115
            for band in self._bands:
                self._file.write(np.ascontiguousarray(band).data)
            self._bands.clear()
        if self._file is not None:
            self._file.write(np.ascontiguousarray(rows).data)
        else:
            self._bands.append(rows)
            self._ends.append(self._height)

    @property
    def _row_bytes(self) -> int:
        return int(np.prod(self._kind.shape[1:], dtype=np.int64)) * self._kind.dtype.itemsize

    @property
    def rows(self) -> Rows:
        """All rows that were added."""
        return Rows((self._height, *self._kind.shape[1:]), self._kind.dtype, self._read)

    def _read(self, start: int, stop: int) -> np.ndarray:
        if self._file is not None:
            self._file.seek(start * self._row_bytes)
            content = self._file.read((stop - start) * self._row_bytes)
            return np.frombuffer(content, self._kind.dtype).reshape(-1, *self._kind.shape[1:])
        parts, number = [self._kind], bisect.bisect_right(self._ends, start)
        while start < stop:
            band = self._bands[number]
            first = self._ends[number] - len(band)
            parts.append(band[start - first : stop - first])
            start, number = self._ends[number], number + 1
        return parts[1] if len(parts) == 2 else np.concatenate(parts)

    def close(self) -> None:
        """Free the rows."""
        self._bands.clear()
        if self._file is not None:
            self._file.close()


@contextlib.contextmanager
def row_store(room: int, folder: Path | None = None) -> Iterator[RowStore]:
    """Yield a store that is closed at the end of the block."""
    store = RowStore(room, folder)
    try:
        yield store
    finally:
        store.close()


def gathered(bands: Iterator[RasterImage], height: int) -> Iterator[RasterImage]:
    """Join and cut bands to a number of rows; the last may have fewer.

    Args:
        bands: bands of one kind.
        height: rows of a band.
    """
    waiting: list[RasterImage] = []
    count = 0
    for band in bands:
        waiting.append(band)
        count += len(band.color)
        while count >= height:
            whole = joined(waiting)
            yield cut(whole, 0, height)
            waiting = [cut(whole, height, count)] if count > height else []
            count -= height
    if waiting:
        yield joined(waiting)


def joined(bands: Sequence[RasterImage]) -> RasterImage:
    """Return bands of one kind, one below the other."""
    first = bands[0]
    if len(bands) == 1:
        return first
    color = np.concatenate([band.color for band in bands])
    alpha = None
    if first.alpha is not None:
        alpha = np.concatenate([band.alpha for band in bands if band.alpha is not None])
    return RasterImage(color, alpha, first.profile)


def cut(image: RasterImage, start: int, stop: int) -> RasterImage:
    """Return some rows of a band, as views."""
    alpha = None if image.alpha is None else image.alpha[start:stop]
    return RasterImage(image.color[start:stop], alpha, image.profile)
