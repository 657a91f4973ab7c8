"""Filter and compress the rows of a PNG.

A sample of the rows decides for the whole image between three row filters and two ways of compression.
Dithered pixels are compressed best without a filter: filters are made for smooth colours, and make
dithered bits up to half as large again. Where no bytes repeat, as in error diffusion, counting them is
as good as a search for repetitions, in a fifth of the time.

libdeflate, of the extras `diffuse` and `web`, searches better than zlib and in less time; the pixels of
the file are the same. The bytes of a file depend on the version of the library.

Source: W3C, "Portable Network Graphics (PNG) Specification (Third Edition)" (2025), section 9:
Filtering.
"""

import functools
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module

import numpy as np

# Rows are packed, filtered and compressed in blocks that stay in cache.
_BLOCK_BYTES = 1 << 16
# An image of fewer bytes is its own sample; of a larger one, 1/32 or at least as many are tried.
_SAMPLE_BYTES = 3 << 13
_SAMPLES = 3
# An image of fewer bytes is small: it takes at most some hundredths of a second.
_SMALL_BYTES = 1 << 19
_SAMPLE_SHARE = 32
_PAETH = 4
# libdeflate takes and returns whole buffers; rows of more bytes are compressed by zlib, in blocks.
_WHOLE_BYTES = 1 << 23
# Its levels, by the most bytes of rows. 8 takes three times the time of 6, for 1 % fewer bytes; 10
# takes twice that of 8, for 1 to 5 % fewer, and its time is that of Pillow's files where bytes repeat.
_LEVELS = ((1 << 17, 10), (1 << 21, 8), (_WHOLE_BYTES, 6))
_BRIEF = 6
# zlib's memory level at which the codes of bytes are made anew after 8192 of them, not 16384: bits in
# error diffusion differ from one part of an image to the next, and take up to 1 % less.
_ADAPTIVE = 7
# A search for repetitions takes 5 times as long, so it has to gain at least 1 %.
_WORTHWHILE = 0.99


@dataclass(frozen=True)
class PngRows:
    """The rows of an image as packed bytes, made when they are needed.

    Attributes:
        read: returns the rows from a start to a stop, (rows, bytes) uint8.
        height: number of rows, 1 or more.
        row_bytes: bytes per row, 1 or more.
        pixel_bits: bits per pixel, 1 or more.
    """

    read: Callable[[int, int], np.ndarray]
    height: int
    row_bytes: int
    pixel_bits: int = 8

    @property
    def size(self) -> int:
        """Bytes of all rows."""
        return self.height * self.row_bytes


@dataclass(frozen=True)
class Way:
    """A way of compression.

    Attributes:
        filter_type: filter of all rows: 0 none, 2 the row above, 4 Paeth's of three neighbours.
        repeats: whether repetitions are searched for; if not, bytes get codes by their frequency, and
            runs of one byte are found.
    """

    filter_type: int
    repeats: bool

    def compressed(
        self, rows: PngRows, start: int, stop: int, *, briefly: bool = False
    ) -> Iterator[bytes]:
        """Yield the zlib stream of some rows, in pieces.

        Args:
            rows: the image.
            start: first row.
            stop: the row after the last.
            briefly: let libdeflate search with little effort, which is enough to compare ways.
        """
        filtered = self._filtered(rows, start, stop)
        whole = _libdeflate() if self.repeats and rows.size <= _WHOLE_BYTES else None
        if whole is not None:
            level = next(level for most, level in _LEVELS if rows.size <= most)
            yield whole(b"".join(filtered), _BRIEF if briefly else level)
            return
        strategy = zlib.Z_DEFAULT_STRATEGY if self.repeats else zlib.Z_RLE
        level = _search_level(rows) if self.repeats else 1
        memory = _ADAPTIVE if self.filter_type == 0 and not self.repeats else zlib.DEF_MEM_LEVEL
        compressor = zlib.compressobj(level, memLevel=memory, strategy=strategy)
        for block in filtered:
            yield compressor.compress(block)
        yield compressor.flush()

    def _filtered(self, rows: PngRows, start: int, stop: int) -> Iterator[memoryview]:
        """Yield blocks of filtered rows, each row after the number of the filter."""
        step = max(1, _BLOCK_BYTES // rows.row_bytes)
        pixel_bytes = max(1, rows.pixel_bits // 8)
        above = np.zeros((1, rows.row_bytes), np.uint8)
        for top in range(start, stop, step):
            block = rows.read(top, min(top + step, stop))
            filtered = np.empty((len(block), rows.row_bytes + 1), np.uint8)
            filtered[:, 0] = self.filter_type
            filter_rows(block, above, self.filter_type, pixel_bytes, filtered[:, 1:])
            above = block[-1:]
            yield filtered.data


# Repetitions are searched for in unfiltered rows only: after a filter, equal rows differ.
WAYS = (Way(0, False), Way(2, False), Way(_PAETH, False), Way(0, True))


def compressed_rows(rows: PngRows) -> Iterator[bytes]:
    """Yield the zlib stream of all rows in pieces, compressed in the best of `WAYS` for a sample.

    Example:
        >>> gray = np.zeros((4, 9), np.uint8)
        >>> rows = PngRows(lambda start, stop: gray[start:stop], 4, 9)
        >>> zlib.decompress(b"".join(compressed_rows(rows))) == bytes(4 * 10)
        True
    """
    spans = _spans(rows)
    best, least = [], float("inf")
    way = WAYS[0]
    is_sample = spans != [(0, rows.height)]
    for each in WAYS:
        # Paeth's filter compares neighbours of a pixel, which share a byte with it here.
        if each.filter_type == _PAETH and rows.pixel_bits < 8:
            continue
        tried = (each.compressed(rows, *span, briefly=is_sample) for span in spans)
        pieces = [piece for stream in tried for piece in stream]
        size = sum(map(len, pieces)) / (_WORTHWHILE if each.repeats else 1)
        if size < least:
            best, least, way = pieces, size, each
    yield from way.compressed(rows, 0, rows.height) if is_sample else best


@functools.cache
def _libdeflate() -> Callable[[bytes, int], bytes] | None:
    """Return libdeflate's function of a whole buffer and a level, or None without the library."""
    try:
        return import_module("deflate").zlib_compress
    except ImportError:
        return None


def _search_level(rows: PngRows) -> int:
    """Return zlib's level for repetitions: a high one for small images, where it takes no time.

    It takes 2 to 3 times as long as level 5, for files that are 0 to 4 % smaller. Level 9 takes up
    to twice as long again, for 0.1 %.
    """
    return 8 if rows.size <= _SMALL_BYTES else 5


def _spans(rows: PngRows) -> list[tuple[int, int]]:
    """Return the rows to try, from start to stop each: all of a small image, else a few bands."""
    tried = max(_SAMPLE_BYTES, rows.size // _SAMPLE_SHARE)
    band = -(-tried // (_SAMPLES * rows.row_bytes))
    if band * _SAMPLES >= rows.height:
        return [(0, rows.height)]
    middles = (rows.height * (2 * place + 1) // (2 * _SAMPLES) for place in range(_SAMPLES))
    starts = (min(max(0, middle - band // 2), rows.height - band) for middle in middles)
    return [(start, start + band) for start in starts]


def filter_rows(
    block: np.ndarray, above: np.ndarray, filter_type: int, pixel_bytes: int, out: np.ndarray
) -> None:
    """Write the difference of each byte and its prediction, modulo 256, to `out`.

    Args:
        block: (rows, bytes) uint8.
        above: (1, bytes) uint8: the row before the block.
        filter_type: 0 (no prediction), 2 (the row above) or 4 (Paeth).
        pixel_bytes: bytes from a sample to that of the next pixel.
        out: (rows, bytes) uint8.

    Example:
        >>> out = np.empty((1, 3), np.uint8)
        >>> filter_rows(np.array([[9, 9, 8]], np.uint8), np.array([[9, 8, 8]], np.uint8), 2, 1, out)
        >>> out.tolist()
        [[0, 1, 0]]
    """
    if filter_type == 0:
        out[:] = block
        return
    upper = np.concatenate([above, block[:-1]])
    if filter_type == 2:
        np.subtract(block, upper, out=out)
        return
    left, corner = np.zeros_like(block), np.zeros_like(block)
    left[:, pixel_bytes:] = block[:, :-pixel_bytes]
    corner[:, pixel_bytes:] = upper[:, :-pixel_bytes]
    # Distances of left + upper - corner to the three neighbours; the nearest one predicts.
    wide = corner.astype(np.int16)
    to_left, to_upper = upper - wide, left - wide
    to_corner = abs(to_left + to_upper)
    to_left, to_upper = abs(to_left), abs(to_upper)
    predicted = np.where(to_upper <= to_corner, upper, corner)
    np.copyto(predicted, left, where=(to_left <= to_upper) & (to_left <= to_corner))
    np.subtract(block, predicted, out=out)
