"""Read and write separations: images whose samples are amounts of inks, such as CMYK.

Samples are read as they are: no colour profile is applied, because each ink is dithered for itself.
A strip with any number of inks is decoded as grey of as many times the width.

Source: Adobe, "TIFF Revision 6.0" (1992), section 16; "Adobe Technical Note #5116" (1992): JPEG files
by Adobe hold inverted amounts.
"""

import contextlib
import dataclasses
import io
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np

from dither.errors import InputError, TooLargeError
from dither.images.bit_packing import pack_rows
from dither.images.formats import tiff_reader
from dither.images.formats.tiff_inks import (
    BITS,
    CHANNELS,
    COMPRESSION,
    EXTRA,
    JPEG,
    PHOTOMETRIC,
    SAMPLE_FORMAT,
    SEPARATED,
    TIFF_MARKS,
    ink_refusal,
    tag_numbers,
)
from dither.images.formats.tiff_storage import StoredPixels
from dither.images.io import Source, damage_refused, open_image, opened_file
from dither.images.raster_image import RasterImage, Resolution
from dither.images.resolution import file_resolution
from dither.images.rows import BAND_PIXELS, RowArray
from dither.wording import counted

_PREDICTOR = 317
_INK_SET, _INK_NAMES, _INK_COUNT, _PROFILE = 332, 333, 334, 34675
_X, _Y, _UNIT = 282, 283, 296
_PER_INCH = {2: 1.0, 3: 2.54}
_COMPRESSIONS = {1: "raw", 3: "group3", 4: "group4", 5: "tiff_lzw", 50000: "zstd"}


@dataclass(frozen=True)
class InkImage:
    """An image of inks that is read from top to bottom.

    Attributes:
        shape: height and width.
        inks: number of inks.
        bands: yields bands of rows; the colour of each is (n, W, inks) uint8, 0 for no ink.
        more: entries about the inks to copy into a result: tag, type, count and bytes.
        profile: ICC profile of the inks, or None.
        resolution: pixels per inch, across and down, or None.
        compression: of a TIFF, by Pillow's name; None for other files.
        piece_bytes: largest number of bytes that the file makes the reader hold at once.
    """

    shape: tuple[int, int]
    inks: int
    bands: Callable[[], Iterator[RasterImage]]
    more: tuple[tuple[int, int, int, bytes], ...] = ()
    profile: bytes | None = None
    resolution: Resolution | None = None
    compression: str | None = None
    piece_bytes: int = 0


@contextlib.contextmanager
def open_inks(source: Source, max_pixels: int, name: str) -> Iterator[InkImage]:
    """Open a TIFF of separated inks, or a CMYK JPEG, of 8 bits per ink.

    Args:
        source: the file, or a binary stream.
        max_pixels: refuse larger images.
        name: name used in error messages.

    Raises:
        InputError: the file cannot be read or holds no inks; for damaged rows, when they are read.
    """
    with opened_file(source, name) as file:
        with damage_refused(name):
            mark = file.read(4)
            file.seek(0)
            found = None
            if mark in TIFF_MARKS:
                found = _tiff_inks(file, name)
        if found is None:
            found = _pillow_inks(file, max_pixels, name)
        if found.shape[0] * found.shape[1] > max_pixels:
            raise TooLargeError(f"{name} has more than {counted(max_pixels, 'pixel')}")
        yield dataclasses.replace(found, bands=lambda: _checked(found, name))


def _checked(found: InkImage, name: str) -> Iterator[RasterImage]:
    bands = found.bands()
    while True:
        with damage_refused(name):
            band = next(bands, None)
        if band is None:
            return
        yield band


def _pillow_inks(file: BinaryIO, max_pixels: int, name: str) -> InkImage:
    """Read a whole CMYK image."""
    file.seek(0)
    with open_image(file, max_pixels, name) as picture:
        if picture.mode != "CMYK":
            raise InputError(
                f"{name} has no inks; --inks takes a CMYK or multi-ink TIFF, or a CMYK JPEG"
            )
        resolution, profile = file_resolution(picture), picture.info.get("icc_profile")
        samples = np.asarray(picture)  # Pillow inverts what Adobe inverts
        step = max(1, BAND_PIXELS // samples.shape[1])

    def bands() -> Iterator[RasterImage]:
        for start in range(0, len(samples), step):
            yield RasterImage(samples[start : start + step])

    shape = samples.shape[0], samples.shape[1]
    return InkImage(shape, 4, bands, (), profile, resolution)


def _tiff_inks(file: BinaryIO, name: str) -> InkImage | None:
    """Return the inks of a TIFF, or None if it holds none or Pillow has to decode it."""
    more = (_INK_SET, _INK_NAMES, _INK_COUNT, _PROFILE, _X, _Y, _UNIT)
    order, entries = tiff_reader.first_page(file, more)
    if entries is None:
        return None

    def number(tag: int, default: int) -> int:
        return tag_numbers(order, entries, tag, default)[0]

    if number(PHOTOMETRIC, 1) != SEPARATED:
        return None
    inks, compression = number(CHANNELS, 1), number(COMPRESSION, 1)
    reason = ink_refusal(order, entries)
    if reason is not None:
        raise InputError(f"{name} {reason}")
    if compression == JPEG:
        return None
    parts = tiff_reader.tiff_parts(file)
    if parts is None:
        raise InputError(f"{name} is turned or stored in an unusual way; save it again")
    copied = []
    for tag in (_INK_SET, _INK_NAMES, _INK_COUNT, EXTRA):
        if tag in entries:
            kind, count, content = entries[tag]
            if kind == 3 and order == ">":
                content = np.frombuffer(content, ">u2").astype("<u2").tobytes()
            copied.append((tag, kind, count, content))
    profile = entries[_PROFILE][2] if _PROFILE in entries else None
    piece = parts.piece_bytes // max(1, parts.samples) * max(inks, parts.samples)
    return InkImage(
        (parts.size[1], parts.size[0]),
        inks,
        lambda: tiff_reader.bands(file, parts, _decoder(inks, number(_PREDICTOR, 1) == 2)),
        tuple(copied),
        profile,
        _resolution(order, entries, number(_UNIT, 2)),
        _COMPRESSIONS.get(compression, "deflate"),
        piece,
    )


def _resolution(
    order: str, entries: dict[int, tuple[int, int, bytes]], unit: int
) -> Resolution | None:
    if unit not in _PER_INCH or _X not in entries or _Y not in entries:
        return None
    found = []
    for tag in (_X, _Y):
        top, bottom = struct.unpack_from(order + "II", entries[tag][2].ljust(8, b"\0"))
        if not top or not bottom:
            return None
        found.append(top / bottom * _PER_INCH[unit])
    return found[0], found[1]


def _decoder(inks: int, has_predictor: bool) -> tiff_reader.Decode:
    """Return a decoder of strips; Pillow takes no more than four inks."""

    def decode(parts: tiff_reader.TiffParts, size: tuple[int, int], content: bytes) -> RasterImage:
        from PIL import Image

        one = struct.pack(parts.order + "H", 1)
        kept = {
            k: v for k, v in parts.entries.items() if k not in (_PREDICTOR, EXTRA, SAMPLE_FORMAT)
        }
        kept |= {
            BITS: (3, 1, struct.pack(parts.order + "H", 8)),
            PHOTOMETRIC: (3, 1, one),
            CHANNELS: (3, 1, one),
        }
        gray = dataclasses.replace(parts, entries=kept)
        small = tiff_reader.small_tiff(gray, (size[0] * inks, size[1]), content)
        with Image.open(io.BytesIO(small), formats=("TIFF",)) as picture:
            samples = np.array(picture).reshape(size[1], size[0], inks)
        if has_predictor:
            samples = np.add.accumulate(samples, axis=1, dtype=np.uint8)
        return RasterImage(samples)

    return decode


def ink_pixels(codes: RowArray, levels: int, inks: int, image: InkImage) -> StoredPixels:
    """Return how levels of inks are stored in a TIFF: 1 bit per ink, or 8 for more than two levels.

    Args:
        codes: (H, W, inks) uint8 levels.
        levels: 2 to 256.
        inks: number of inks.
        image: where they come from.
    """
    values = np.rint(np.arange(levels) * (255 / (levels - 1))).astype(np.uint8)

    def read(start: int, stop: int) -> np.ndarray:
        rows = codes[start:stop].reshape(stop - start, -1)
        return pack_rows(rows, 1, "msb") if levels == 2 else values[rows]

    options: dict[str, Any] = {"profile": image.profile, "resolution": image.resolution}
    size = codes.shape[1], codes.shape[0]
    bits = 1 if levels == 2 else 8
    more = image.more or ((_INK_SET, 3, 1, struct.pack("<H", 1)),)
    return StoredPixels(size, bits, SEPARATED, read, inks, more=more, **options)
