"""Read a TIFF in bands of rows: each strip, or row of tiles, becomes a small TIFF that Pillow reads.

The entries that say how samples are stored are copied, so that Pillow reads a part as it reads the
whole, whatever the compression.

Source: Adobe, "TIFF Revision 6.0" (1992), section 2; BigTIFF (Adobe and
others, 2004).
"""

import io
import struct
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from dither.images.deep_color import read_deep
from dither.images.pillow_conversion import from_pillow
from dither.images.quiet_stderr import quiet_stderr
from dither.images.raster_image import RasterImage
from dither.images.rows import band_height

if TYPE_CHECKING:
    pass

_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC = 256, 257, 258, 259, 262
_OFFSETS, _ORIENTATION, _CHANNELS, _STRIP_ROWS, _COUNTS, _PLANES = 273, 274, 277, 278, 279, 284
_TILE_WIDTH, _TILE_HEIGHT, _TILE_OFFSETS, _TILE_COUNTS = 322, 323, 324, 325
# How samples are stored: fill order, T4 and T6 options, predictor, colour map, extra samples, sample
# format, JPEG tables, and the subsampling, positions and range of YCbCr.
_COPIED = (_BITS, _COMPRESSION, _PHOTOMETRIC, _CHANNELS, 266, 292, 293, 317, 320, 338, 339, 347)
_COPIED += (529, 530, 531, 532)
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 16: 8}
_NUMBERS = {1: "B", 3: "H", 4: "I", 16: "Q"}
_UNCOMPRESSED, _OLD_JPEG = 1, 6
_MAX_ENTRIES, _MAX_VALUES = 4096, 1 << 26
# Bytes of a pixel in Pillow while a part is decoded.
_PIXEL_BYTES = 4


Decode = Callable[["TiffParts", tuple[int, int], bytes], RasterImage]


@dataclass(frozen=True)
class TiffParts:
    """Strips, or tiles, of the first page of a TIFF.

    Attributes:
        order: "<" or ">".
        entries: type, count and bytes of the entries that are copied.
        size: width and height of the page.
        part: width and height of a strip or tile.
        offsets: of each part.
        counts: bytes of each part.
        samples: bytes of a pixel's samples.
    """

    order: str
    entries: dict[int, tuple[int, int, bytes]]
    size: tuple[int, int]
    part: tuple[int, int]
    offsets: np.ndarray
    counts: np.ndarray
    samples: int

    @property
    def piece_bytes(self) -> int:
        """Bytes that a strip, or a row of tiles, takes while it is decoded."""
        across = -(-self.size[0] // self.part[0])
        pixels = self.part[0] * self.part[1]
        decoded = pixels * _PIXEL_BYTES + int(self.counts.max(initial=0))
        return decoded + 2 * across * pixels * self.samples  # tiles, and the band that joins them


def tiff_parts(file: BinaryIO) -> TiffParts | None:
    """Return the parts of the first page, or None if Pillow has to read it whole.

    Raises:
        ValueError: the file is damaged.
        struct.error: it ends too early.
    """
    order, entries = first_page(file)
    if entries is None:
        return None

    def numbers(tag: int, default: tuple[int, ...] = ()) -> np.ndarray:
        kind, count, content = entries.get(tag, (4, len(default), b""))
        if not content:
            return np.array(default, np.int64)
        return np.frombuffer(content, order + _NUMBERS[kind], count).astype(np.int64)

    def number(tag: int, default: int) -> int:
        return int(numbers(tag, (default,))[0])

    width, height = number(_WIDTH, 0), number(_HEIGHT, 0)
    compression, channels = number(_COMPRESSION, _UNCOMPRESSED), number(_CHANNELS, 1)
    planes, orientation = number(_PLANES, 1), number(_ORIENTATION, 1)
    if planes != 1 or orientation != 1 or compression == _OLD_JPEG or not width or not height:
        return None
    if _TILE_OFFSETS in entries:
        part = number(_TILE_WIDTH, 0), number(_TILE_HEIGHT, 0)
        offsets, counts = numbers(_TILE_OFFSETS), numbers(_TILE_COUNTS)
    else:
        part = width, min(height, number(_STRIP_ROWS, height))
        offsets, counts = numbers(_OFFSETS), numbers(_COUNTS)
    if min(part) < 1:
        return None
    expected = -(-width // part[0]) * -(-height // part[1])
    if len(offsets) != expected or len(counts) != expected:
        return None
    if compression == _UNCOMPRESSED and _TILE_OFFSETS not in entries:
        bits = int(numbers(_BITS, (1,)).sum()) if _BITS in entries else channels
        row_bytes = -(-width * bits // 8)
        part, offsets, counts = _divided(height, part, row_bytes, offsets)
    copied = {tag: entries[tag] for tag in _COPIED if tag in entries}
    # Other colours than greys become RGB.
    samples = max(channels, 1 if number(_PHOTOMETRIC, 1) < 2 else 3) if channels < 4 else 4
    samples = 2 * samples if number(_BITS, 1) == 16 else samples
    return TiffParts(order, copied, (width, height), part, offsets, counts, samples)


def _divided(
    height: int, part: tuple[int, int], row_bytes: int, offsets: np.ndarray
) -> tuple[tuple[int, int], np.ndarray, np.ndarray]:
    """Divide uncompressed strips of many rows into bands; join nothing."""
    width, rows = part
    step = band_height(width)
    if len(offsets) > 1 or rows <= step:
        tops = np.arange(0, height, rows)
        return part, offsets, np.minimum(rows, height - tops) * row_bytes
    tops = np.arange(0, height, step)
    return (width, step), offsets[0] + tops * row_bytes, np.minimum(step, height - tops) * row_bytes


def deep_part(parts: TiffParts, size: tuple[int, int], content: bytes) -> RasterImage:
    """Return a strip or tile of colours of 16 bits with all their bits."""
    from PIL import Image

    file = io.BytesIO(small_tiff(parts, size, content))
    with Image.open(file, formats=("TIFF",)) as picture, quiet_stderr():
        return read_deep(picture)


def bands(
    file: BinaryIO, parts: TiffParts, decode: "Decode | None" = None
) -> Iterator[RasterImage]:
    """Yield a band for each strip or row of tiles, without a colour profile.

    Args:
        file: the file.
        parts: of that file.
        decode: returns the image of a strip or tile, from the parts, its size and its bytes.

    Raises:
        OSError: a part is damaged.
        EOFError: the file ends too early.
    """
    (width, height), (wide, tall) = parts.size, parts.part
    across = -(-width // wide)
    is_tiled = across > 1 or wide != width or tall > height
    for top in range(0, height, tall):
        rows = min(tall, height - top)
        images = []
        for column in range(across):
            number = top // tall * across + column
            file.seek(int(parts.offsets[number]))
            count = int(parts.counts[number])
            content = file.read(count)
            if len(content) < count:
                raise EOFError("it ends too early")
            # A tile is stored whole, even if the page ends within it.
            stored = tall if is_tiled else rows
            if decode is not None:
                images.append(decode(parts, (wide, stored), content))
                continue
            images.append(_decoded(small_tiff(parts, (wide, stored), content)))
        yield _cut(_beside(images), rows, width)


def _decoded(content: bytes) -> RasterImage:
    from PIL import Image

    with Image.open(io.BytesIO(content), formats=("TIFF",)) as picture, quiet_stderr():
        picture.load()
        gray = from_pillow(picture)
        if picture.mode in ("P", "PA") and gray.color.ndim == 2:
            # Whether a palette shows greys only depends on all parts.
            return RasterImage(np.stack([gray.color] * 3, axis=2), gray.alpha)
        return gray


def _beside(images: list[RasterImage]) -> RasterImage:
    if len(images) == 1:
        return images[0]
    alphas = [image.alpha for image in images if image.alpha is not None]
    color = np.concatenate([image.color for image in images], axis=1)
    return RasterImage(color, np.concatenate(alphas, axis=1) if alphas else None)


def _cut(image: RasterImage, rows: int, width: int) -> RasterImage:
    alpha = None if image.alpha is None else image.alpha[:rows, :width]
    return RasterImage(image.color[:rows, :width], alpha)


def small_tiff(parts: TiffParts, size: tuple[int, int], content: bytes) -> bytes:
    """Return a TIFF of one strip."""
    order = parts.order
    one = {
        _WIDTH: size[0],
        _HEIGHT: size[1],
        _STRIP_ROWS: size[1],
        _COUNTS: len(content),
        _OFFSETS: 8,
    }
    entries = {
        **parts.entries,
        **{tag: (4, 1, struct.pack(order + "I", value)) for tag, value in one.items()},
    }
    table = 8 + len(content) + len(content) % 2
    place = table + 2 + 12 * len(entries) + 4
    lines, more = [], b""
    for tag, (kind, count, value) in sorted(entries.items()):
        if len(value) > 4:
            more_at = struct.pack(order + "I", place + len(more))
            more += value + b"\0" * (len(value) % 2)
            value = more_at
        lines.append(struct.pack(order + "HHI", tag, kind, count) + value.ljust(4, b"\0"))
    mark = b"II" if order == "<" else b"MM"
    return b"".join(
        [
            struct.pack(order + "2sHI", mark, 42, table),
            content,
            b"\0" * (len(content) % 2),
            struct.pack(order + "H", len(lines)),
            *lines,
            bytes(4),
            more,
        ]
    )


def first_page(
    file: BinaryIO, more: Collection[int] = ()
) -> tuple[str, dict[int, tuple[int, int, bytes]] | None]:
    """Return the byte order, and type, count and bytes of the entries; None if they are unusual.

    Args:
        file: a TIFF.
        more: tags of further entries to return.
    """
    file.seek(0)
    mark, version = struct.unpack("<2s2s", file.read(4))
    order = "<" if mark == b"II" else ">"
    big = version in (b"+\0", b"\0+")
    if big:
        file.seek(8)
    word, line = ("Q", 20) if big else ("I", 12)
    room = struct.calcsize(order + word)
    (place,) = struct.unpack(order + word, file.read(room))
    file.seek(place)
    length = "Q" if big else "H"
    (count,) = struct.unpack(order + length, file.read(struct.calcsize(order + length)))
    if count > _MAX_ENTRIES:
        return order, None
    table = file.read(line * count)
    entries = {}
    wanted = {_WIDTH, _HEIGHT, _OFFSETS, _ORIENTATION, _STRIP_ROWS, _COUNTS, _PLANES}
    wanted |= {_TILE_WIDTH, _TILE_HEIGHT, _TILE_OFFSETS, _TILE_COUNTS, *_COPIED}
    for start in range(0, line * count, line):
        tag, kind, values = struct.unpack_from(order + "HH" + word, table, start)
        if tag not in wanted and tag not in more:
            continue
        size = _SIZES.get(kind, 0) * values
        if (
            not size
            or size > _MAX_VALUES
            or (kind not in _NUMBERS and tag not in _COPIED and tag not in more)
        ):
            return order, None
        content = table[start + line - room : start + line]
        if size > room:
            file.seek(struct.unpack(order + word, content)[0])
            content = file.read(size)
            if len(content) < size:
                raise EOFError("it ends too early")
        entries[tag] = kind, values, content[:size]
    return order, entries
