"""Volumes in TIFF files, small and big: pages of one size, read and written by the library tifffile."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from dither.errors import InputError
from dither.volumes.block import Region
from dither.volumes.tiff_layout import TiffLayout, read_part, tiff_layout, value_of

if TYPE_CHECKING:
    from dither.palettes.palette import Palette

# Above this a file takes offsets of 64 bits (BigTIFF).
_MOST_CLASSIC_BYTES = (1 << 32) - (1 << 25)
_PAGE_ENTRY_BYTES = 4096
_TYPES = ("bool", "uint8", "uint16", "float32", "float64")
# Plain samples are cut after as many rows as take so much.
_PIECE_BYTES = 1 << 18
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB = 0, 1, 2
_PLAIN_ALPHA = (2,)
_ORIENTATION, _RESOLUTIONS, _RESOLUTION_UNIT, _PROFILE = 274, (282, 283), 296, 34675


@dataclass(frozen=True, eq=False)
class TiffVolume:
    """Pages of one size: those of a file that is read, or of one that was laid out to be written.

    Attributes:
        path: the file.
        shape: (Z, Y, X) or (Z, Y, X, C).
        dtype: of the samples, in the file's byte order.
        grid: layers, rows and columns of a strip or tile; of plain samples, some rows.
        offsets: of each page's samples where they are stored plainly, else None.
        inverted: whether 0 is white.
    """

    path: str
    shape: tuple[int, ...]
    dtype: np.dtype
    grid: tuple[int, int, int]
    offsets: np.ndarray | None
    inverted: bool = False

    def read(self, region: Region) -> np.ndarray:
        """The samples of a region.

        Raises:
            InputError: the file is damaged there.
        """
        out = np.empty((*region.sides, *self.shape[3:]), self.dtype)
        if self.offsets is None:
            self._unpack(region, out)
        else:
            with Path(self.path).open("rb", buffering=0) as file:
                for offset, run in self._runs(region, out, self.offsets):
                    file.seek(offset)
                    _fill(self.path, file, run)
        if not self.inverted:
            return out
        return ~out if out.dtype.kind in "bu" else 1 - out

    def write(self, region: Region, values: np.ndarray) -> None:
        """Store the samples of a region."""
        assert self.offsets is not None
        values = np.ascontiguousarray(values, self.dtype)
        with Path(self.path).open("r+b") as file:
            for offset, run in self._runs(region, values, self.offsets):
                file.seek(offset)
                file.write(run)

    def _runs(
        self, region: Region, values: np.ndarray, offsets: np.ndarray
    ) -> Iterator[tuple[int, memoryview]]:
        """Where in the file each run of a region's contiguous array lies."""
        width = self.shape[2]
        voxel = self.dtype.itemsize * int(np.prod(self.shape[3:], dtype=int))
        _, top, left = region.origin
        for start, page in zip(offsets[region.layers], values, strict=True):
            place = int(start) + (top * width + left) * voxel
            if region.sides[2] == width:
                yield place, _bytes_of(page)
                continue
            for y, row in enumerate(page):
                yield place + y * width * voxel, _bytes_of(row)

    def _unpack(self, region: Region, out: np.ndarray) -> None:
        """Write the samples of a region, from the strips or tiles that it touches."""
        layout = tiff_layout(self.path)
        _, tall, wide = self.grid
        across = -(-self.shape[2] // wide)
        rows, columns = region.rows, region.columns
        for layer, target in enumerate(out, start=region.layers.start):
            for y in range(rows.start // tall, -(-rows.stop // tall)):
                for x in range(columns.start // wide, -(-columns.stop // wide)):
                    samples, top, left = read_part(layout, layer, y * across + x)
                    high, across_part = (tall, wide) if samples is None else samples.shape[:2]
                    first, last = max(top, rows.start), min(top + high, rows.stop)
                    start, stop = max(left, columns.start), min(left + across_part, columns.stop)
                    inside = target[
                        first - rows.start : last - rows.start,
                        start - columns.start : stop - columns.start,
                    ]
                    if samples is None:
                        inside[...] = 0
                    else:
                        part = samples[first - top : last - top, start - left : stop - left]
                        if part.size != inside.size:
                            raise InputError(f"{self.path} is damaged: a part is too small")
                        inside[...] = part.reshape(inside.shape)


def open_tiff(path: Path | str) -> TiffVolume:
    """The first image or stack of pages of one size in a TIFF file, to be read.

    Raises:
        InputError: the file is missing, is no TIFF, is damaged, or holds anything but grey or RGB
            samples of 1, 8 or 16 bits or floats, with alpha beside them or not.
    """
    layout = tiff_layout(path)
    try:
        return _described(layout)
    except InputError:
        raise
    except (ValueError, TypeError, IndexError, ZeroDivisionError) as error:  # of damaged entries
        raise InputError(f"{path} is damaged or cannot be read: {error}") from error


def make_tiff(
    path: Path | str,
    shape: tuple[int, ...],
    dtype: np.dtype,
    *,
    palette: "Palette | None" = None,
    like: TiffVolume | None = None,
) -> TiffVolume:
    """Lay out a new TIFF file of plain samples, a page for each layer, to be written.

    Args:
        path: where there is nothing yet.
        shape: (Z, Y, X) or (Z, Y, X, C).
        dtype: of the samples.
        palette: whose indices they are; the file shows its colours.
        like: a file whose resolution is taken over and, if the samples stay channels of its colours,
            its colour profile.
    """
    import tifffile

    channels = shape[3] if len(shape) == 4 else 1
    options: dict[str, Any] = {"photometric": "rgb" if channels > 2 else "minisblack"}
    if channels in (2, 4):
        options["extrasamples"] = ["unassalpha"]
    if channels == 2:
        options["planarconfig"] = "contig"
    if palette is not None:
        colormap = np.zeros((3, 256), np.uint16)
        colormap[:, : len(palette)] = palette.colors.T.astype(np.uint16) * 257
        options.update(photometric="palette", colormap=colormap)
    if like is not None:
        options.update(_taken_over(like, palette is None and shape[3:] == like.shape[3:]))
    size = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    big = size + _PAGE_ENTRY_BYTES * shape[0] > _MOST_CLASSIC_BYTES
    stacked = shape[0] > 1
    with tifffile.TiffWriter(path, bigtiff=big) as writer:
        placed = writer.write(
            shape=shape if stacked else shape[1:],
            dtype=dtype,
            returnoffset=True,
            metadata={"axes": "ZYXS"[0 if stacked else 1 : len(shape)]},
            **options,
        )
    assert placed is not None
    offsets = placed[0] + np.arange(shape[0], dtype=np.int64) * (size // shape[0])
    return TiffVolume(str(path), shape, dtype, _plain_grid(shape, dtype), offsets)


def tiff_extent(path: Path | str) -> tuple[int, int]:
    """How many pages of one size a TIFF file begins with, and the bytes of their samples unpacked.

    Raises:
        InputError: the file is missing, no TIFF, or damaged.
    """
    layout = tiff_layout(path)
    pages = len(layout.offsets)
    return pages, pages * layout.page_bytes


def _described(layout: TiffLayout) -> TiffVolume:
    key = layout.key
    _check_kind(layout)
    channels = (key.samplesperpixel,) if key.samplesperpixel > 1 else ()
    shape = (len(layout.offsets), key.imagelength, key.imagewidth, *channels)
    if not all(shape):
        raise InputError(f"{layout.path} has a page without pixels")
    dtype = layout.dtype.newbyteorder("<" if layout.byteorder == "<" else ">")
    inverted = int(key.photometric) == _WHITE_IS_ZERO
    if key.is_contiguous:
        grid, offsets = _plain_grid(shape, dtype), layout.offsets[:, 0]
        return TiffVolume(layout.path, shape, dtype, grid, offsets, inverted)
    wide, tall = (key.tilewidth, key.tilelength) if key.is_tiled else (shape[2], key.rowsperstrip)
    if tall < 1 or wide < 1:
        raise InputError(f"{layout.path} is damaged: its parts have no size")
    # A tile may be wider than its page; the block of one is not.
    grid = 1, min(tall, shape[1]), min(wide, shape[2])
    return TiffVolume(layout.path, shape, dtype, grid, None, inverted)


def _check_kind(layout: TiffLayout) -> None:
    """Refuse samples that do not mean grey or colours upright."""
    key, dtype = layout.key, layout.dtype
    channels, extra = key.samplesperpixel, tuple(map(int, key.extrasamples))
    bits = 1 if dtype == np.bool_ else 8 * dtype.itemsize
    kinds = (_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB)
    refusals = {
        f"its samples are {dtype}, not {', '.join(_TYPES)}": dtype.name not in _TYPES,
        f"its samples have {key.bitspersample} bits": key.bitspersample != bits,
        "its colours are neither grey nor RGB": int(key.photometric) not in kinds,
        f"it has {channels} channels": not 1 <= channels <= 4,
        "its channels lie in planes of their own": channels > 1 and int(key.planarconfig) != 1,
        "its alpha is multiplied into its colours, or is none": (
            channels in (2, 4) and extra != _PLAIN_ALPHA
        ),
        "its pages are turned": int(value_of(key, _ORIENTATION, 1)) != 1,
        f"its pages have {key.imagedepth} layers each": key.imagedepth > 1,
        "0 is white in it, and alpha lies beside": (
            int(key.photometric) == _WHITE_IS_ZERO and channels > 1
        ),
    }
    for reason, refused in refusals.items():
        if refused:
            raise InputError(f"{layout.path} is not dithered in blocks: {reason}")


def _plain_grid(shape: tuple[int, ...], dtype: np.dtype) -> tuple[int, int, int]:
    """Whole rows of plain samples, which can be cut anywhere."""
    row = int(np.prod(shape[2:], dtype=int)) * dtype.itemsize
    return 1, min(shape[1], max(1, _PIECE_BYTES // row)), shape[2]


def _taken_over(volume: TiffVolume, profile: bool) -> dict[str, Any]:
    """Options of the writer for what another file says beside its samples."""
    key = tiff_layout(volume.path).key
    options: dict[str, Any] = {}
    resolution = tuple(value_of(key, code, None) for code in _RESOLUTIONS)
    unit = value_of(key, _RESOLUTION_UNIT, 2)
    if all(map(_is_ratio, resolution)) and isinstance(unit, int) and unit in (1, 2, 3):
        options.update(resolution=resolution, resolutionunit=int(unit))
    described = value_of(key, _PROFILE, None)
    if profile and isinstance(described, bytes):
        options["iccprofile"] = described
    return options


def _is_ratio(value: object) -> bool:
    """Whether it is a fraction of two whole numbers, as resolutions are stored."""
    return (
        isinstance(value, tuple)
        and len(value) == 2
        and all(isinstance(part, int) and 0 < part < 1 << 32 for part in value)
    )


def _bytes_of(array: np.ndarray) -> memoryview:
    return array.reshape(-1).view(np.uint8).data


def _fill(path: str, file: BinaryIO, run: memoryview) -> None:
    """Read as many bytes as there is room for."""
    while run:
        count = file.readinto(run)  # pyright: ignore[reportAttributeAccessIssue]
        if not count:
            raise InputError(f"{path} is damaged: it is shorter than its pages")
        run = run[count:]
