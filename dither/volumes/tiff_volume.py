"""A volume in a TIFF file: read and write the samples of a region, in a file that lies ready."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from dither.errors import InputError
from dither.images.color_management import UNMANAGED, ColorSource
from dither.images.formats.tiff_storage import StoredPixels
from dither.volumes.regions import Region
from dither.volumes.tiff_colors import in_srgb
from dither.volumes.tiff_layout import read_part, tiff_layout

# Uncompressed samples are divided after about this many bytes of rows.
_PIECE_BYTES = 1 << 18


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
                    read_into(self.path, file, run)
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


def row_grid(shape: tuple[int, ...], dtype: np.dtype) -> tuple[int, int, int]:
    """Return a grid of whole rows, for uncompressed samples, which can be divided anywhere."""
    row = int(np.prod(shape[2:], dtype=int)) * dtype.itemsize
    return 1, min(shape[1], max(1, _PIECE_BYTES // row)), shape[2]


def read_into(path: str, file: BinaryIO, run: memoryview) -> None:
    """Read as many bytes as `run` has."""
    while run:
        count = file.readinto(run)  # pyright: ignore[reportAttributeAccessIssue]
        if not count:
            raise InputError(f"{path} is damaged: it is shorter than its pages")
        run = run[count:]
