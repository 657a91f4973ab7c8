"""A volume, or an image larger than memory, as blocks that are read, dithered and written apart."""

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np

from dither.errors import InputError, TooLargeError
from dither.files.atomic_folder import atomic_path, check_path
from dither.images.adjustments import Preparation
from dither.volumes.block import (
    PaletteDither,
    Region,
    VolumeDither,
    block_sides,
    dither_block,
    dithered_like,
    regions,
)
from dither.volumes.tiff_files import TiffVolume, make_tiff, open_tiff
from dither.volumes.zarr_arrays import (
    ZarrVolume,
    check_replaceable,
    is_zarr,
    make_zarr,
    open_zarr,
    usual_chunks,
)

TIFF_ENDINGS = (".tif", ".tiff")
ZARR_ENDING = ".zarr"
MEMORY = 256_000_000
LEAST_MEMORY, MOST_MEMORY = 16_000_000, 1 << 50
MAX_VOXELS = 1 << 40
# Beside a block and what becomes of it, libraries hold chunks packed and unpacked.
_SHARE = 4
# That a library takes for each chunk which it reads or writes at once, beside the samples.
_CHUNK_BYTES = 2048
# Palettes are met in three channels of 8 bits; tones and greys are worked out in floats.
_PALETTE_BYTES, _FLOAT_BYTES = 3, 48


StoredVolume = TiffVolume | ZarrVolume


class VolumeWork(NamedTuple):
    """Blocks to be dithered, which do not depend on one another; all of it can be sent by pickle.

    Attributes:
        source: what is read.
        target: what is written, in whole pieces of its own in every block.
        dithering: how.
        block: layers, rows and columns of a block.
        at_once: how many blocks may be at work at once within the memory.
    """

    source: StoredVolume
    target: StoredVolume
    dithering: VolumeDither
    block: tuple[int, int, int]
    at_once: int

    def regions(self) -> list[Region]:
        """The place of every block."""
        return list(regions(self.source.shape, self.block))

    def do(self, region: Region) -> None:
        """Read, dither and write one block."""
        values = dither_block(self.source.read(region), region.origin, self.dithering)
        self.target.write(region, values)


@contextmanager
def volume_work(
    source: Path | str,
    target: Path | str,
    dithering: VolumeDither,
    *,
    memory: int = MEMORY,
    at_once: int = 1,
    max_voxels: int = MAX_VOXELS,
    replace: bool = True,
) -> Iterator[VolumeWork]:
    """Work that the caller does, in any order, here or elsewhere; `dither_volume` does it.

    When the `with` block ends without an error, the target is put in its place; all must be done by
    then. On an error what was there stays.

    Args:
        source: a TIFF, whose pages are the layers, or a Zarr array of (Y, X), (Y, X, C), (Z, Y, X) or
            (Z, Y, X, C).
        target: a file ending in .tif or .tiff, or a folder ending in .zarr.
        dithering: to levels or to a palette. A palette's indices are stored as bytes: a TIFF shows its
            colours, a Zarr array names them in its attribute "palette".
        memory: in bytes, 16 million or more, that the blocks at work may take with all that they need.
        at_once: how many blocks are to share the memory; of pieces that are large there will be fewer.
        max_voxels: refuse larger volumes, whose result could fill the disk.
        replace: whether a target that is there already may be replaced.

    Raises:
        InputError: a file cannot be read or written, its pieces are larger than the memory, or a
            number is out of range; of too many voxels it is a TooLargeError.
        ImportError: zarr or tifffile is needed and missing: they come with the extra `scale`.

    Example:
        >>> with volume_work("in.tif", "out.zarr", LevelDither(levels=2)) as work:  # doctest: +SKIP
        ...     for region in work.regions():
        ...         work.do(region)
    """
    if not LEAST_MEMORY <= memory <= MOST_MEMORY:
        raise InputError(
            f"memory is {memory} bytes; it must be from {LEAST_MEMORY:,} to {MOST_MEMORY:,}"
        )
    check_target(target, replace=replace)
    if Path(os.path.realpath(source)) in Path(os.path.realpath(target)).parents:
        raise InputError(f"cannot write {target}: it lies in {source}, which is read")
    opened = open_volume(source)
    voxels = math.prod(opened.shape[:3])
    if voxels > max_voxels:
        raise TooLargeError(f"{source} has {voxels} voxels, more than {max_voxels}")
    try:
        shape, dtype = dithered_like(opened.shape, opened.dtype, dithering)
    except InputError as error:
        raise InputError(f"{source}: {error}") from None
    voxel = _bytes_per_voxel(opened, dithering, shape, dtype)
    room = memory // (_SHARE * voxel)
    if isinstance(opened, ZarrVolume) and opened.piece_bytes > memory:
        raise InputError(
            f"{source}: a chunk of it unpacks to {opened.piece_bytes} bytes, and {memory} may be taken"
        )
    chunks, grid = _pieces(opened, Path(target), room)
    try:
        block_sides(opened.shape, grid, room)
    except InputError as error:
        least = -(-math.prod(grid) * voxel * _SHARE // 1_000_000)
        raise InputError(f"{source}: {error}; it takes {least} MB") from None
    piece = math.prod(min(pair) for pair in zip(grid, opened.shape, strict=False))
    at_once = max(1, min(at_once, room // piece))
    block = block_sides(opened.shape, grid, room // at_once)
    with atomic_path(target, replace=replace) as beside:
        made = _made(beside, opened, dithering, shape, dtype, chunks)
        yield VolumeWork(opened, made, dithering, block, at_once)


def open_volume(path: Path | str) -> StoredVolume:
    """A volume to be read: a Zarr array where `path` is a folder or ends so, else a TIFF.

    Raises:
        InputError: there is none, or it holds anything but an image or a volume.
    """
    if Path(path).suffix.lower() == ZARR_ENDING or Path(path).is_dir():
        return open_zarr(path)
    return open_tiff(path)


def check_target(path: Path | str, *, replace: bool = True) -> None:
    """Say before long work starts whether a volume can be written to `path`.

    Raises:
        InputError: the ending names neither TIFF nor Zarr, the folder refuses, or what is there may not
            be replaced, or is a folder of other things or no file.
    """
    path = Path(path)
    if path.suffix.lower() not in (*TIFF_ENDINGS, ZARR_ENDING):
        raise InputError(
            f"cannot write {path}: a volume is written as {', '.join(TIFF_ENDINGS)} or {ZARR_ENDING}"
        )
    check_path(path, replace=replace)
    if path.is_dir():
        if path.suffix.lower() != ZARR_ENDING or not is_zarr(path):
            raise InputError(f"cannot write {path}: it is a folder")
        check_replaceable(path)
    if path.is_file() and path.suffix.lower() == ZARR_ENDING:
        raise InputError(f"cannot write {path}: it is a file, where a folder would be made")
    if path.exists() and not (path.is_dir() or path.is_file()):
        raise InputError(f"cannot write {path}: it is no file, but a device, pipe or socket")


def _pieces(
    source: StoredVolume, target: Path, room: int
) -> tuple[tuple[int, int, int] | None, tuple[int, int, int]]:
    """The sides of the target's chunks, if it has some, and the grid that blocks keep to."""
    if target.suffix.lower() != ZARR_ENDING:
        return None, source.grid
    if isinstance(source, ZarrVolume):
        return source.chunks, source.grid
    chunks, grid = list(usual_chunks(source.shape)), [1, 0, 0]
    for axis in (1, 2):
        piece, whole = source.grid[axis], source.shape[axis]
        if source.offsets is not None:  # plain samples are cut anywhere
            grid[axis] = chunks[axis]
        elif piece >= whole:
            grid[axis] = whole
        else:
            grid[axis] = chunks[axis] = min(whole, -(-chunks[axis] // piece) * piece)
    grid[0] = chunks[0] = max(1, min(chunks[0], room // (grid[1] * grid[2])))
    return (chunks[0], chunks[1], chunks[2]), (grid[0], grid[1], grid[2])


def _made(
    beside: Path,
    source: StoredVolume,
    dithering: VolumeDither,
    shape: tuple[int, ...],
    dtype: np.dtype,
    chunks: tuple[int, int, int] | None,
) -> StoredVolume:
    """The target, empty as yet."""
    palette = dithering.palette if isinstance(dithering, PaletteDither) else None
    if chunks is None:
        like = source if isinstance(source, TiffVolume) else None
        return make_tiff(beside, shape, dtype, palette=palette, like=like)
    about = {} if palette is None else {"palette": palette.hex}
    return make_zarr(beside, shape, dtype, chunks, flat=is_flat(source), about=about)


def is_flat(volume: StoredVolume) -> bool:
    """Whether it is an image, without layers."""
    return volume.flat if isinstance(volume, ZarrVolume) else volume.shape[0] == 1


def _bytes_per_voxel(
    source: StoredVolume, dithering: VolumeDither, shape: tuple[int, ...], dtype: np.dtype
) -> int:
    """What a voxel takes while its block is at work."""
    taken = math.prod(source.shape[3:]) * source.dtype.itemsize
    if isinstance(dithering, PaletteDither):
        taken += _PALETTE_BYTES
    if dithering.preparation != Preparation():
        taken += _FLOAT_BYTES
    if isinstance(source, ZarrVolume):
        taken += _CHUNK_BYTES // (_SHARE * math.prod(source.chunks))
    return taken + math.prod(shape[3:]) * dtype.itemsize
