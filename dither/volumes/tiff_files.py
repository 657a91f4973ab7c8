"""Volumes in TIFF and BigTIFF files: pages of one size, read and written by the library tifffile."""

import dataclasses
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from dither.errors import InputError
from dither.images.color_management import UNMANAGED, ColorSource
from dither.images.formats.tiff import (
    FILE_HEADER_BYTES,
    Compression,
    StoredPixels,
    file_header,
    plain_header,
    stored_pages,
)
from dither.images.raster_image import Resolution
from dither.volumes.damage import damaged
from dither.volumes.regions import Region
from dither.volumes.tiff_colors import PROFILE_TAG, in_srgb
from dither.volumes.tiff_layout import TiffLayout, read_part, tiff_layout, value_of

if TYPE_CHECKING:
    from dither.palettes.palette import Palette

# Above this a file gets 64-bit offsets (BigTIFF).
_MAX_CLASSIC_BYTES = (1 << 32) - (1 << 25)
_PAGE_ENTRY_BYTES = 4096
_TYPES = ("bool", "uint8", "uint16", "float32", "float64")
# Uncompressed samples are divided after about this many bytes of rows.
_PIECE_BYTES = 1 << 18
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _PALETTE = 0, 1, 2, 3
# The compression of results for the number of a source's: CCITT, LZW and zstd stay; JPEG would blur.
_OF_SOURCES: dict[int, Compression] = {
    1: "none",
    2: "group4",
    3: "group4",
    4: "group4",
    5: "lzw",
    50000: "zstd",
}
_PER_INCH = {2: 1.0, 3: 2.54}
_UNASSOCIATED_ALPHA = (2,)
_ORIENTATION, _RESOLUTIONS, _RESOLUTION_UNIT = 274, (282, 283), 296


@dataclass(frozen=True, eq=False)
class TiffVolume:
    """Pages of one size, in a file to read or in a new file to write.

    Attributes:
        path: the file.
        shape: (Z, Y, X) or (Z, Y, X, C).
        dtype: of the samples, in the file's byte order.
        grid: layers, rows and columns of a strip or tile; for uncompressed samples, some rows.
        offsets: of each page's samples if they are uncompressed, else None.
        inverted: whether 0 is white.
        pixels: of a new file: how a page is stored; it reads no rows.
        colors: colour space from which samples are converted to sRGB when they are read.
    """

    path: str
    shape: tuple[int, ...]
    dtype: np.dtype
    grid: tuple[int, int, int]
    offsets: np.ndarray | None
    inverted: bool = False
    pixels: StoredPixels | None = None
    colors: ColorSource = UNMANAGED

    def read(self, region: Region) -> np.ndarray:
        """Read the samples of a region.

        Raises:
            InputError: the file is damaged there.
        """
        out = np.empty((*region.sides, *self.shape[3:]), self.dtype)
        if self.offsets is None:
            self._decompress(region, out)
        else:
            with Path(self.path).open("rb", buffering=0) as file:
                for offset, run in self._runs(region, out, self.offsets):
                    file.seek(offset)
                    _read_into(self.path, file, run)
        if self.inverted:
            out = ~out if out.dtype.kind in "bu" else 1 - out
        return in_srgb(out, self.colors)

    def write(self, region: Region, values: np.ndarray) -> None:
        """Write the samples of a region; if they have 1 bit, its first column is a multiple of 8."""
        assert self.offsets is not None
        if self.dtype == np.bool_:
            self._write_bits(region, values, self.offsets)
            return
        values = np.ascontiguousarray(values, self.dtype)
        with Path(self.path).open("r+b") as file:
            for offset, run in self._runs(region, values, self.offsets):
                file.seek(offset)
                file.write(run)

    def _write_bits(self, region: Region, values: np.ndarray, offsets: np.ndarray) -> None:
        """Write black and white, 8 samples in a byte."""
        packed = np.packbits(values.reshape(region.sides) != 0, axis=2)
        row_bytes = -(-self.shape[2] // 8)
        with Path(self.path).open("r+b") as file:
            for start, page in zip(offsets[region.layers], packed, strict=True):
                rows = [page] if packed.shape[2] == row_bytes else page
                for y, row in enumerate(rows, start=region.rows.start):
                    file.seek(int(start) + y * row_bytes + region.columns.start // 8)
                    file.write(row.tobytes())

    def _runs(
        self, region: Region, values: np.ndarray, offsets: np.ndarray
    ) -> Iterator[tuple[int, memoryview]]:
        """Yield the file offset and the bytes of each run of a region's contiguous array."""
        width = self.shape[2]
        voxel = self.dtype.itemsize * int(np.prod(self.shape[3:], dtype=int))
        _, top, left = region.origin
        for start, page in zip(offsets[region.layers], values, strict=True):
            offset = int(start) + (top * width + left) * voxel
            rows = [page] if region.sides[2] == width else page
            for y, row in enumerate(rows):
                yield offset + y * width * voxel, row.reshape(-1).view(np.uint8).data

    def _decompress(self, region: Region, out: np.ndarray) -> None:
        """Write the samples of a region to `out`, from the strips or tiles that it touches."""
        layout = tiff_layout(self.path)
        _, part_rows, part_columns = self.grid
        across = -(-self.shape[2] // part_columns)
        rows, columns = region.rows, region.columns
        for layer, target in enumerate(out, start=region.layers.start):
            for y in range(rows.start // part_rows, -(-rows.stop // part_rows)):
                for x in range(columns.start // part_columns, -(-columns.stop // part_columns)):
                    samples, top, left = read_part(layout, layer, y * across + x)
                    height, width = self.grid[1:] if samples is None else samples.shape[:2]
                    first, last = max(top, rows.start), min(top + height, rows.stop)
                    start, stop = max(left, columns.start), min(left + width, columns.stop)
                    inside = target[
                        first - rows.start : last - rows.start,
                        start - columns.start : stop - columns.start,
                    ]
                    if samples is None:
                        inside[...] = 0
                        continue
                    part = samples[first - top : last - top, start - left : stop - left]
                    if part.size != inside.size:
                        raise InputError(f"{self.path} is damaged: a part is too small")
                    inside[...] = part.reshape(inside.shape)


def open_tiff(path: Path | str) -> TiffVolume:
    """Open the first image, or stack of pages of one size, in a TIFF file for reading.

    Raises:
        InputError: the file is missing, is no TIFF, is damaged, or holds anything but grey or RGB
            samples of 1, 8 or 16 bits or floats, with or without alpha.
    """
    layout = tiff_layout(path)
    try:
        return _describe(layout)
    except InputError:
        raise
    except (ValueError, TypeError, IndexError, ZeroDivisionError) as error:  # damaged entries
        raise damaged(path, error) from error


def make_tiff(
    path: Path | str,
    shape: tuple[int, ...],
    dtype: np.dtype,
    *,
    palette: "Palette | None" = None,
    like: TiffVolume | None = None,
) -> TiffVolume:
    """Make a TIFF file of uncompressed samples for writing, with a page for each layer.

    Args:
        path: must not exist.
        shape: (Z, Y, X) or (Z, Y, X, C).
        dtype: of the samples.
        palette: colours of the indices that will be written.
        like: a file from which to copy the resolution and, if the channels stay the same, the colour
            profile.
    """
    import tifffile

    channels = shape[3] if len(shape) == 4 else 1
    options: dict[str, Any] = {"photometric": "rgb" if channels > 2 else "minisblack"}
    if channels in (2, 4):
        options["extrasamples"] = ["unassalpha"]
    if channels == 2:
        options["planarconfig"] = "contig"
    if palette is not None:
        options.update(photometric="palette", colormap=_color_map(palette))
    if like is not None:
        options.update(_copied_options(like, palette is None and shape[3:] == like.shape[3:]))
    size = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    stacked = shape[0] > 1
    bigtiff = size + _PAGE_ENTRY_BYTES * shape[0] > _MAX_CLASSIC_BYTES
    with tifffile.TiffWriter(path, bigtiff=bigtiff) as writer:
        written = writer.write(
            shape=shape if stacked else shape[1:],
            dtype=dtype,
            returnoffset=True,
            metadata={"axes": "ZYXS"[0 if stacked else 1 : len(shape)]},
            **options,
        )
    assert written is not None
    offsets = written[0] + np.arange(shape[0], dtype=np.int64) * (size // shape[0])
    pixels = stored_pixels(shape, dtype, palette, options)
    return TiffVolume(str(path), shape, dtype, _row_grid(shape, dtype), offsets, False, pixels)


def make_bilevel_tiff(
    path: Path | str, shape: tuple[int, ...], *, like: TiffVolume | None = None
) -> TiffVolume:
    """Make a TIFF file of uncompressed black and white for writing, 1 bit a sample.

    Args:
        path: must not exist.
        shape: (Z, Y, X), or (Z, Y, X, 1).
        like: as in `make_tiff`.
    """
    options = {} if like is None else _copied_options(like, shape[3:] == like.shape[3:])
    pixels = stored_pixels(shape, np.dtype(np.bool_), None, options)
    page = pixels.row_bytes * shape[1]
    big = (page + _PAGE_ENTRY_BYTES) * shape[0] > _MAX_CLASSIC_BYTES
    offsets, place = [], FILE_HEADER_BYTES[big]
    with Path(path).open("xb") as file:
        file.write(file_header(big))
        for layer in range(shape[0]):
            is_last = layer == shape[0] - 1
            header = plain_header(pixels, place, is_last, big)
            file.seek(place)
            file.write(header)
            offsets.append(place + len(header))
            place += len(header) + page
            place += place % 2
        file.truncate(offsets[-1] + page)
    grid = _row_grid(shape[:3], np.dtype(np.uint8))
    return TiffVolume(str(path), shape, np.dtype(np.bool_), grid, np.array(offsets), False, pixels)


def compress_tiff(
    volume: TiffVolume, compression: Compression, before: Callable[[], None] = lambda: None
) -> None:
    """Compress a new file whose samples are complete.

    Args:
        volume: from `make_tiff` or `make_bilevel_tiff`; the file is replaced.
        compression: any but "none".
        before: called before the file is replaced.
    """
    assert volume.pixels is not None
    path, pixels = Path(volume.path), volume.pixels
    beside = path.with_name(f"{path.name}.compressed")
    size = pixels.row_bytes * volume.shape[1] * volume.shape[0]
    big = size + _PAGE_ENTRY_BYTES * volume.shape[0] > _MAX_CLASSIC_BYTES
    assert volume.offsets is not None
    with path.open("rb") as source, beside.open("wb") as file:
        pages = (
            dataclasses.replace(pixels, read=_row_reader(volume, source, int(offset), pixels))
            for offset in volume.offsets
        )
        file.writelines(stored_pages(pages, compression, big=big, folder=path.parent))
        file.flush()
        os.fsync(file.fileno())
    before()
    beside.replace(path)


def _row_reader(
    volume: TiffVolume, file: BinaryIO, offset: int, pixels: StoredPixels
) -> Callable[[int, int], np.ndarray]:
    def read(start: int, stop: int) -> np.ndarray:
        rows = np.empty((stop - start, pixels.row_bytes), np.uint8)
        file.seek(offset + start * pixels.row_bytes)
        _read_into(volume.path, file, rows.reshape(-1).data)
        return rows

    return read


def _no_rows(start: int, stop: int) -> np.ndarray:
    raise NotImplementedError


def source_compression(volume: TiffVolume) -> Compression:
    """Return the compression of results for that of a source."""
    number = int(tiff_layout(volume.path).key.compression)
    return _OF_SOURCES.get(number, "deflate")


def stored_pixels(
    shape: tuple[int, ...],
    dtype: np.dtype,
    palette: "Palette | None" = None,
    options: Mapping[str, Any] | None = None,
) -> StoredPixels:
    """Return how the pages of a volume are stored.

    Args:
        shape: (Z, Y, X) or (Z, Y, X, C).
        dtype: of the samples; bool for 1 bit.
        palette: colours of the indices.
        options: of the writer, as `make_tiff` copies them from another file.
    """
    channels = shape[3] if len(shape) == 4 else 1
    bits = 1 if dtype == np.bool_ else 8 * dtype.itemsize
    kind, color_map = _RGB if channels > 2 else _BLACK_IS_ZERO, b""
    if palette is not None:
        kind, color_map = _PALETTE, _color_map(palette).astype("<u2").tobytes()
    return StoredPixels(
        (shape[2], shape[1]),
        *(bits, kind, _no_rows, channels, color_map),
        **_stored_options(options or {}),
    )


def _stored_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the profile and the resolution, per inch, of options of tifffile's writer."""
    found: dict[str, Any] = {"profile": options.get("iccprofile")}
    factor = _PER_INCH.get(options.get("resolutionunit", 1))
    if "resolution" in options and factor is not None:
        across, down = (top / bottom * factor for top, bottom in options["resolution"])
        resolution: Resolution = across, down
        found["resolution"] = resolution
    return found


def _color_map(palette: "Palette") -> np.ndarray:
    """Return (3, 256) uint16; black after the palette would look like one more colour."""
    colors = palette.colors.T.astype(np.uint16) * 257
    return np.pad(colors, ((0, 0), (0, 256 - len(palette))), mode="edge")


def tiff_extent(path: Path | str) -> tuple[int, int]:
    """Return the number of pages of one size at the start of a TIFF file, and their uncompressed bytes.

    Raises:
        InputError: the file is missing, no TIFF, or damaged.
    """
    layout = tiff_layout(path)
    pages = len(layout.offsets)
    return pages, pages * layout.page_bytes


def _describe(layout: TiffLayout) -> TiffVolume:
    key = layout.key
    _check_kind(layout)
    channels = (key.samplesperpixel,) if key.samplesperpixel > 1 else ()
    shape = (len(layout.offsets), key.imagelength, key.imagewidth, *channels)
    if not all(shape):
        raise InputError(f"{layout.path} has a page without pixels")
    dtype = layout.dtype.newbyteorder("<" if layout.byteorder == "<" else ">")
    inverted = int(key.photometric) == _WHITE_IS_ZERO
    if key.is_contiguous:
        grid, offsets = _row_grid(shape, dtype), layout.offsets[:, 0]
        return TiffVolume(layout.path, shape, dtype, grid, offsets, inverted)
    wide, tall = (key.tilewidth, key.tilelength) if key.is_tiled else (shape[2], key.rowsperstrip)
    if tall < 1 or wide < 1:
        raise InputError(f"{layout.path} is damaged: its parts have no size")
    # A tile may be wider than its page; a block is not.
    grid = 1, min(tall, shape[1]), min(wide, shape[2])
    return TiffVolume(layout.path, shape, dtype, grid, None, inverted)


def _check_kind(layout: TiffLayout) -> None:
    """Refuse samples that are not upright grey or RGB."""
    key, dtype = layout.key, layout.dtype
    channels, extra = key.samplesperpixel, tuple(map(int, key.extrasamples))
    bits = 1 if dtype == np.bool_ else 8 * dtype.itemsize
    kinds = (_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB)
    refusals = {
        f"its samples are {dtype}, not {', '.join(_TYPES)}": dtype.name not in _TYPES,
        f"its samples have {key.bitspersample} bits": key.bitspersample != bits,
        "its colours are neither grey nor RGB": int(key.photometric) not in kinds,
        f"it has {channels} channels": not 1 <= channels <= 4,
        "its channels are in planes of their own": channels > 1 and int(key.planarconfig) != 1,
        "its alpha is multiplied into the colours, or its extra channel is not alpha": (
            channels in (2, 4) and extra != _UNASSOCIATED_ALPHA
        ),
        "its pages are turned": int(value_of(key, _ORIENTATION, 1)) != 1,
        f"its pages have {key.imagedepth} layers each": key.imagedepth > 1,
        "it has alpha, and 0 is white": (int(key.photometric) == _WHITE_IS_ZERO and channels > 1),
    }
    for reason, refused in refusals.items():
        if refused:
            raise InputError(f"{layout.path} is not dithered in blocks: {reason}")


def _row_grid(shape: tuple[int, ...], dtype: np.dtype) -> tuple[int, int, int]:
    """Return a grid of whole rows, for uncompressed samples, which can be divided anywhere."""
    row = int(np.prod(shape[2:], dtype=int)) * dtype.itemsize
    return 1, min(shape[1], max(1, _PIECE_BYTES // row)), shape[2]


def _copied_options(volume: TiffVolume, profile: bool) -> dict[str, Any]:
    """Return options of the writer for the resolution and the colour profile of another file."""
    key = tiff_layout(volume.path).key
    options: dict[str, Any] = {}
    resolution = tuple(value_of(key, code, None) for code in _RESOLUTIONS)
    unit = value_of(key, _RESOLUTION_UNIT, 2)
    if all(map(_is_fraction, resolution)) and isinstance(unit, int) and unit in (1, 2, 3):
        options.update(resolution=resolution, resolutionunit=int(unit))
    found = value_of(key, PROFILE_TAG, None)
    if profile and volume.colors.keeps_profile and isinstance(found, bytes):
        options["iccprofile"] = found
    return options


def _is_fraction(value: object) -> bool:
    """Return whether a value is a pair of whole numbers, as resolutions are stored."""
    return (
        isinstance(value, tuple)
        and len(value) == 2
        and all(isinstance(part, int) and 0 < part < 1 << 32 for part in value)
    )


def _read_into(path: str, file: BinaryIO, run: memoryview) -> None:
    """Read as many bytes as `run` has."""
    while run:
        count = file.readinto(run)  # pyright: ignore[reportAttributeAccessIssue]
        if not count:
            raise InputError(f"{path} is damaged: it is shorter than its pages")
        run = run[count:]
