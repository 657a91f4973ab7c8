"""Where in a TIFF file the samples of its pages lie, and how packed ones are unpacked."""

import collections
import contextlib
import functools
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dither.errors import InputError
from dither.volumes.decompressed_size import refuse_more, unpacked_bytes
from dither.volumes.tiff_pages import MAGIC, page_offsets

if TYPE_CHECKING:
    import tifffile

# Packings that a kilobyte of can unpack to gigabytes, and that the library undoes by itself.
_COUNTED = {8: "zlib", 32946: "zlib", 34925: "lzma"}


class TiffLayout(NamedTuple):
    """The first image or stack of pages of one size in a file, its samples apart.

    Attributes:
        path: the file.
        key: the page that tells what all are like; its file is closed.
        dtype: of the samples, whatever their byte order.
        byteorder: of the samples, "<" or ">".
        offsets: (pages, parts) int64, where each strip or tile lies; of plain samples in one run,
            (pages, 1).
        counts: (pages, parts) int64, their bytes as they are packed.
    """

    path: str
    key: "tifffile.TiffPage"
    dtype: np.dtype
    byteorder: str
    offsets: np.ndarray
    counts: np.ndarray

    @property
    def page_bytes(self) -> int:
        """That the samples of a page take unpacked."""
        pixels = self.key.imagelength * self.key.imagewidth
        return pixels * self.key.samplesperpixel * self.dtype.itemsize


def tiff_layout(path: Path | str) -> TiffLayout:
    """How a file is laid out, checked against its size.

    Raises:
        InputError: it is missing, no TIFF, or damaged.
    """
    path = Path(path)
    try:
        status = path.stat()
        if not path.is_file():  # a pipe would be waited for, and could not be read again
            raise InputError(f"cannot read {path}: it is no file")
        with path.open("rb") as file:
            magic = file.read(4)
    except FileNotFoundError:
        raise InputError(f"cannot read {path}: there is no such file") from None
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error
    if magic not in MAGIC:
        raise InputError(f"{path} is neither a TIFF nor a Zarr array, from which volumes are read")
    return _layout(str(path), (status.st_size, status.st_mtime_ns))


@functools.lru_cache(maxsize=2)
def _layout(path: str, stamp: tuple[int, int]) -> TiffLayout:
    import tifffile

    size = stamp[0]
    try:
        collections.deque(page_offsets(path), maxlen=0)  # no circle
        with _complaints() as complaints, tifffile.TiffFile(path) as tiff:
            series = tiff.series[0]
            first = series.pages[0]
            key = None if first is None else first.keyframe
            if key is None or key.dtype is None:
                raise InputError(f"{path} is damaged or cannot be read: it has no samples")
            layout = TiffLayout(path, key, key.dtype, tiff.byteorder, *_places(series, key))
            # What is read only when it is asked for, while the file is open.
            _ = key.decode, [tag.value for tag in key.tags]
            if complaints:
                raise InputError(f"{path} is damaged: {complaints[0]}")
    except (InputError, ImportError, MemoryError):
        raise
    except Exception as error:  # strangers' files fail in as many ways as there are
        reason = " ".join(str(error).split()) or type(error).__name__
        raise InputError(f"{path} is damaged or cannot be read: {reason}") from error
    if not layout.offsets.size:
        raise InputError(f"{path} is damaged: it does not tell where its samples are")
    if layout.offsets.min() < 0 or (layout.offsets + layout.counts).max() > size:
        raise InputError(f"{path} is damaged: it is shorter than its pages")
    return layout


@contextlib.contextmanager
def _complaints() -> Iterator[list[str]]:
    """What tifffile logs as an error, where it goes on with the pages that it found."""
    found: list[str] = []

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.levelno >= logging.ERROR:
                found.append(re.sub(r"<.*?> ", "", record.getMessage()).splitlines()[0])

    logger, handler = logging.getLogger("tifffile"), Handler()
    before, logger.propagate = logger.propagate, False
    logger.addHandler(handler)
    try:
        yield found
    finally:
        logger.removeHandler(handler)
        logger.propagate = before


def _places(
    series: "tifffile.TiffPageSeries", key: "tifffile.TiffPage"
) -> tuple[np.ndarray, np.ndarray]:
    """Where parts lie, and their bytes."""
    if not key.is_contiguous:
        places = [(page.dataoffsets, page.databytecounts) for page in _each(series)]
        offsets, counts = zip(*places, strict=True)
        return np.array(offsets, np.int64), np.array(counts, np.int64)
    size = key.nbytes
    # Of pages that follow one another in one run, some files tell the first one's place alone.
    if series.dataoffset is not None:
        offsets = series.dataoffset + np.arange(series.nbytes // size, dtype=np.int64) * size
    else:
        offsets = np.array([page.dataoffsets[0] for page in _each(series)], np.int64)
    return offsets[:, None], np.full((len(offsets), 1), size, np.int64)


def _each(series: "tifffile.TiffPageSeries") -> "Iterator[tifffile.TiffPage | tifffile.TiffFrame]":
    for page in series.pages:
        if page is None:
            raise ValueError("a page is missing")
        yield page


def read_part(layout: TiffLayout, page: int, part: int) -> tuple[np.ndarray | None, int, int]:
    """A strip or tile: its samples (rows, columns, channels), its first row and its first column.

    None in place of samples means that the file leaves the part out, as empty.

    Raises:
        InputError: it is damaged, unpacks to more than it should, or needs another library.
    """
    path, key = layout.path, layout.key
    if part >= layout.counts.shape[1]:
        raise InputError(f"{path} is damaged: a page lacks a part")
    offset, count = int(layout.offsets[page, part]), int(layout.counts[page, part])
    rows, columns = (
        (key.tilelength, key.tilewidth) if key.is_tiled else (key.rowsperstrip, key.imagewidth)
    )
    assert key.dtype is not None
    most = (
        2 * min(rows, key.imagelength + rows) * columns * key.samplesperpixel * key.dtype.itemsize
        + 1024
    )
    # No packing makes samples twice as long.
    if count > most:
        raise InputError(f"{path} is damaged: a part of it is longer than its samples")
    try:
        with Path(path).open("rb") as file:
            file.seek(offset)
            data = file.read(count)
        if codec := _COUNTED.get(int(key.compression)):
            refuse_more(unpacked_bytes(codec, memoryview(data), most), most)
        samples, place, _ = key.decode(data or None, part)
    except MemoryError:
        raise
    except Exception as error:  # every codec has errors of its own
        reason = " ".join(str(error).split()) or type(error).__name__
        if "imagecodecs" in reason:
            name = getattr(key.compression, "name", key.compression)
            reason = f"it is packed with {name}, which needs imagecodecs: pip install imagecodecs"
        raise InputError(f"{path} is damaged or cannot be read: {reason}") from error
    return None if samples is None else samples[0], int(place[2]), int(place[3])


def value_of(page: Any, code: int, default: Any) -> Any:
    """What a page's entry says, or `default` where it has none."""
    tag = page.tags.get(code)
    return default if tag is None else tag.value
