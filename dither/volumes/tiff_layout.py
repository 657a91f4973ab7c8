"""Layout of a TIFF file: where the samples of its pages are, and how compressed parts are read."""

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
from dither.files.safe_open import refuse_address
from dither.volumes.damage import damaged
from dither.volumes.decompressed_size import check_decompressed_size
from dither.volumes.tiff_codecs import decompressed, has_codec, misses_codec, uncompressed_page
from dither.volumes.tiff_pages import MAGIC, page_offsets

if TYPE_CHECKING:
    import tifffile

# Compressions that can turn a kilobyte into gigabytes and that tifffile decompresses without a limit.
_CHECKED_CODECS = {8: "zlib", 32946: "zlib", 34925: "lzma"}


class TiffLayout(NamedTuple):
    """Layout of the first image, or stack of pages of one size, in a file.

    Attributes:
        path: the file.
        key: the page that describes all others; its file is closed.
        dtype: of the samples, in native byte order.
        byteorder: of the samples, "<" or ">".
        offsets: (pages, parts) int64, of each strip or tile; (pages, 1) for uncompressed samples in one
            run.
        counts: (pages, parts) int64, compressed bytes of each part.
    """

    path: str
    key: "tifffile.TiffPage"
    dtype: np.dtype
    byteorder: str
    offsets: np.ndarray
    counts: np.ndarray

    @property
    def page_bytes(self) -> int:
        """Return the uncompressed bytes of a page."""
        pixels = self.key.imagelength * self.key.imagewidth
        return pixels * self.key.samplesperpixel * self.dtype.itemsize


def tiff_layout(path: Path | str) -> TiffLayout:
    """Return the layout of a file, checked against the file's size.

    Raises:
        InputError: it is missing, no TIFF, or damaged.
    """
    path = Path(path)
    try:
        status = path.stat()
        if not path.is_file():  # opening a pipe would wait
            raise InputError(f"cannot read {path}: it is no file")
        with path.open("rb") as file:
            magic = file.read(4)
    except FileNotFoundError:
        refuse_address(str(path))
        raise InputError(f"cannot read {path}: there is no such file") from None
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error
    if magic not in MAGIC:
        raise InputError(f"{path} is neither a TIFF nor a Zarr array; volumes are read from these")
    return _read_layout(str(path), (status.st_size, status.st_mtime_ns))


@functools.lru_cache(maxsize=2)
def _read_layout(path: str, stamp: tuple[int, int]) -> TiffLayout:
    import tifffile

    size = stamp[0]
    try:
        collections.deque(page_offsets(path), maxlen=0)  # raises if the pages form a circle
        with _logged_errors() as errors, tifffile.TiffFile(path) as tiff:
            series = tiff.series[0]
            first = series.pages[0]
            key = None if first is None else first.keyframe
            if key is None or key.dtype is None:
                raise ValueError("it has no samples")
            layout = TiffLayout(path, key, key.dtype, tiff.byteorder, *_parts(series, key))
            # The library reads these only when asked, while the file is open.
            _ = key.decode, [tag.value for tag in key.tags]
            if errors:
                raise InputError(f"{path} is damaged: {errors[0]}")
    except (InputError, ImportError, MemoryError):
        raise
    except Exception as error:  # files can be wrong in many ways
        raise damaged(path, error) from error
    if not layout.offsets.size:
        raise InputError(f"{path} is damaged: it does not tell where its samples are")
    if layout.offsets.min() < 0 or (layout.offsets + layout.counts).max() > size:
        raise InputError(f"{path} is damaged: it is shorter than its pages")
    return layout


@contextlib.contextmanager
def _logged_errors() -> Iterator[list[str]]:
    """Collect the errors that tifffile logs where it continues with the pages that it found."""
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


def _parts(
    series: "tifffile.TiffPageSeries", key: "tifffile.TiffPage"
) -> tuple[np.ndarray, np.ndarray]:
    """Return the offsets and the byte counts of strips or tiles."""
    if key.is_contiguous and series.dataoffset is not None:
        # All pages follow one another in one run; some files state only the offset of the first.
        steps = np.arange(series.nbytes // key.nbytes, dtype=np.int64)
        offsets = (series.dataoffset + steps * key.nbytes)[:, None]
        return offsets, np.full_like(offsets, key.nbytes)
    pages = [page for page in series.pages if page is not None]
    if len(pages) < len(series.pages):
        raise ValueError("a page is missing")
    if key.is_contiguous:
        offsets = np.array([page.dataoffsets[:1] for page in pages], np.int64)
        return offsets, np.full_like(offsets, key.nbytes)
    parts = [(page.dataoffsets, page.databytecounts) for page in pages]
    offsets, counts = zip(*parts, strict=True)
    return np.array(offsets, np.int64), np.array(counts, np.int64)


def read_part(layout: TiffLayout, page: int, part: int) -> tuple[np.ndarray | None, int, int]:
    """Read and decompress a strip or tile.

    Returns:
        Its samples (rows, columns, channels), or None if the file leaves the part out as empty; its
        first row and its first column.

    Raises:
        InputError: it is damaged, decompresses to more than its samples, or needs another library.
    """
    path, key = layout.path, layout.key
    if part >= layout.counts.shape[1]:
        raise InputError(f"{path} is damaged: a page lacks a part")
    offset, count = int(layout.offsets[page, part]), int(layout.counts[page, part])
    rows, columns = (
        (key.tilelength, key.tilewidth) if key.is_tiled else (key.rowsperstrip, key.imagewidth)
    )
    pixels = min(rows, key.imagelength + rows) * columns
    # No compression makes samples twice as long.
    limit = 2 * pixels * key.samplesperpixel * layout.dtype.itemsize + 1024
    if count > limit:
        raise InputError(f"{path} is damaged: a part of it is longer than its samples")
    try:
        with Path(path).open("rb") as file:
            file.seek(offset)
            data = file.read(count)
        if codec := _CHECKED_CODECS.get(int(key.compression)):
            check_decompressed_size(codec, memoryview(data), limit)
        samples, place = _decoded(key, data, part, rows, columns)
    except MemoryError:
        raise
    except Exception as error:  # each codec has errors of its own
        if misses_codec(error):
            name = getattr(key.compression, "name", key.compression)
            raise InputError(
                f"{path} is compressed with {name}; reading it needs: pip install imagecodecs"
            ) from error
        raise damaged(path, error) from error
    return None if samples is None else samples[0], int(place[2]), int(place[3])


def _decoded(
    key: "tifffile.TiffPage", data: bytes, part: int, rows: int, columns: int
) -> tuple[np.ndarray | None, tuple[int, ...]]:
    """Return the samples of a part, and its place in the page."""
    try:
        return key.decode(data or None, part)[:2]
    except Exception as error:  # tifffile has several for a missing codec
        if not misses_codec(error) or not has_codec(key):
            raise
    if not key.is_tiled:
        rows = min(rows, key.imagelength - part * rows)
    plain = uncompressed_page(key)
    return plain.decode(decompressed(key, data, rows, columns), part)[:2]


def value_of(page: Any, code: int, default: Any) -> Any:
    """Return the value of a page's entry, or `default` if it has none."""
    tag = page.tags.get(code)
    return default if tag is None else tag.value
