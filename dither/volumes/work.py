"""Divide the dithering of a file into blocks that are independent of one another."""

import dataclasses
import hashlib
import math
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np

from dither.errors import InputError, TooLargeError
from dither.files.atomic_folder import atomic_path, check_path, resumable_path
from dither.images.formats.tiff_storage import Compression, chosen_compression
from dither.preparation.adjustments import Preparation
from dither.volumes.block import (
    LevelDither,
    PaletteDither,
    VolumeDither,
    dither_block,
    output_layout,
)
from dither.volumes.done_blocks import DoneBlocks
from dither.volumes.new_tiff import compress_tiff, make_bilevel_tiff, make_tiff, stored_pixels
from dither.volumes.regions import Region, block_sides, regions
from dither.volumes.tiff_colors import tiff_colors
from dither.volumes.tiff_files import open_tiff, source_compression
from dither.volumes.tiff_volume import TiffVolume
from dither.volumes.zarr_arrays import (
    ZarrVolume,
    check_replaceable,
    default_chunks,
    is_zarr,
    make_zarr,
    open_zarr,
    reopened_zarr,
)
from dither.wording import counted

TIFF_ENDINGS = (".tif", ".tiff")
ZARR_ENDING = ".zarr"
MEMORY = 256_000_000
LEAST_MEMORY, MOST_MEMORY = 16_000_000, 1 << 50
MAX_VOXELS = 1 << 40
# Memory per byte of a block and its result, because libraries hold chunks encoded and decoded as well.
_SHARE = 4
# Overhead of a library for each chunk that it reads or writes at once.
_CHUNK_BYTES = 2048
# Bytes per voxel: palettes are applied to three channels of 8 bits, adjustments are made in floats.
_PALETTE_BYTES, _FLOAT_BYTES = 3, 48

StoredVolume = TiffVolume | ZarrVolume


class VolumeWork(NamedTuple):
    """Independent blocks to dither; it can be sent to other processes by pickle.

    Attributes:
        source: the volume to read.
        target: the volume to write; every block consists of whole chunks of it.
        dithering: a `LevelDither` or `PaletteDither`.
        block: layers, rows and columns of a block.
        at_once: number of blocks that fit into the memory at the same time.
        done: numbers of the blocks, in the order of `regions`, that stopped work has finished.
    """

    source: StoredVolume
    target: StoredVolume
    dithering: VolumeDither
    block: tuple[int, int, int]
    at_once: int
    done: frozenset[int] = frozenset()

    def regions(self) -> list[Region]:
        """Return the region of every block."""
        return list(regions(self.source.shape, self.block))

    def do(self, region: Region) -> None:
        """Read, dither and write the block at `region`."""
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
    compression: Compression | None = None,
    color_management: bool = True,
) -> Iterator[VolumeWork]:
    """Divide a volume into blocks for the caller to dither in any order, here or on other machines.

    `dither_volume` does this and the work. When the `with` block ends without an error, the target is
    moved to its place; all blocks must be done by then. On an error, an existing target stays.

    Args:
        source: a TIFF, whose pages are the layers, or a Zarr array of (Y, X), (Y, X, C), (Z, Y, X) or
            (Z, Y, X, C).
        target: a file ending in .tif or .tiff, or a folder ending in .zarr.
        dithering: a `LevelDither` or `PaletteDither`. Palette indices are stored as bytes: a TIFF has
            the palette as its colour map, a Zarr array as its attribute "palette".
        memory: bytes for all blocks at work and what they need, at least 16 million.
        at_once: number of blocks that share the memory; fewer if the pieces are large.
        max_voxels: refuse larger volumes, whose result could fill the disk.
        replace: whether to overwrite an existing target.
        compression: of a TIFF; if None, like the source's. It is applied when all blocks are done.
        color_management: convert the colours of a TIFF to sRGB by the profile of its first page; if
            False, samples and profile stay. Zarr arrays have no profile.

    Raises:
        InputError: a file cannot be read or written, its pieces are larger than the memory, or a
            number is out of range; for too many voxels it is a TooLargeError.
        ImportError: zarr or tifffile is needed and missing; the extra `scale` installs them.

    Example:
        >>> with volume_work("in.tif", "out.zarr", LevelDither(levels=2)) as work:  # doctest: +SKIP
        ...     for region in work.regions():
        ...         work.do(region)
    """
    with recorded_work(
        source,
        target,
        dithering,
        memory=memory,
        at_once=at_once,
        max_voxels=max_voxels,
        replace=replace,
        compression=compression,
        color_management=color_management,
    ) as (work, _):
        yield work


@contextmanager
def recorded_work(
    source: Path | str,
    target: Path | str,
    dithering: VolumeDither,
    *,
    memory: int,
    at_once: int,
    max_voxels: int,
    replace: bool,
    compression: Compression | None,
    color_management: bool = True,
    resume: str | None = None,
) -> Iterator[tuple[VolumeWork, DoneBlocks | None]]:
    """Divide a volume as `volume_work` does, and record finished blocks if it is to be resumed.

    Args:
        source: as in `volume_work`, like those up to `color_management`.
        target: the target.
        dithering: the dithering.
        memory: bytes.
        at_once: number of blocks.
        max_voxels: the limit.
        replace: whether to overwrite.
        compression: of a TIFF.
        color_management: whether to convert.
        resume: text that is equal for equal work, which may resume; None to begin anew always.
    """
    if not LEAST_MEMORY <= memory <= MOST_MEMORY:
        raise InputError(
            f"memory is {memory} bytes; it must be from {LEAST_MEMORY:,} to {MOST_MEMORY:,}"
        )
    check_target(target, replace=replace)
    if Path(os.path.realpath(source)) in Path(os.path.realpath(target)).parents:
        raise InputError(f"cannot write {target}: it lies in {source}, the source")
    opened = open_volume(source)
    if color_management and isinstance(opened, TiffVolume):
        channels = math.prod(opened.shape[3:])
        opened = dataclasses.replace(opened, colors=tiff_colors(source, channels))
    voxels = math.prod(opened.shape[:3])
    if voxels > max_voxels:
        raise TooLargeError(f"{source} has {counted(voxels, 'voxel')}, more than {max_voxels}")
    try:
        shape, dtype = output_layout(opened.shape, opened.dtype, dithering)
    except InputError as error:
        raise InputError(f"{source}: {error}") from None
    voxel = _bytes_per_voxel(opened, dithering, shape, dtype)
    room = memory // (_SHARE * voxel)
    if isinstance(opened, ZarrVolume) and opened.piece_bytes > memory:
        raise InputError(
            f"{source}: a chunk decompresses to {opened.piece_bytes} bytes, more than the memory of "
            f"{memory}"
        )
    is_bilevel = _is_bilevel(target, dithering, shape, dtype)
    dtype = np.dtype(np.bool_) if is_bilevel else dtype
    chosen = _compression(opened, target, shape, dtype, compression)
    chunks, grid = _pieces(opened, Path(target), room)
    if is_bilevel and grid[2] < shape[2]:
        # Blocks share no byte.
        grid = grid[0], grid[1], min(shape[2], math.lcm(grid[2], 8))
    try:
        block_sides(opened.shape, grid, room)
    except InputError as error:
        least = -(-math.prod(grid) * voxel * _SHARE // 1_000_000)
        raise InputError(f"{source}: {error}; it takes {least} MB") from None
    piece = math.prod(min(pair) for pair in zip(grid, opened.shape, strict=False))
    at_once = max(1, min(at_once, room // piece))
    block = block_sides(opened.shape, grid, room // at_once)
    if resume is None:
        with atomic_path(target, replace=replace) as temporary:
            made = _make_target(temporary, opened, dithering, shape, dtype, chunks)
            yield VolumeWork(opened, made, dithering, block, at_once), None
            if isinstance(made, TiffVolume) and chosen != "none":
                compress_tiff(made, chosen)
        return
    text = repr((resume, color_management, opened.shape, shape, dtype.str, block, chunks, chosen))
    key = hashlib.sha256(text.encode()).hexdigest()[:16]
    with resumable_path(target, key, replace=replace) as folder:
        result = folder / Path(os.path.realpath(target)).name
        record = DoneBlocks(folder / "done", result)
        finished = record.read()
        if finished is None:
            _remove(result)
            made = _make_target(result, opened, dithering, shape, dtype, chunks)
            record.begin()
        else:
            made = _reopened(result, folder, opened, dithering, shape, dtype, chunks)
        work = VolumeWork(opened, made, dithering, block, at_once, finished or frozenset())
        try:
            yield work, record
        except KeyboardInterrupt:
            record.flush()
            raise
        if isinstance(made, TiffVolume) and chosen != "none":
            compress_tiff(made, chosen, record.end)
        record.end()


def _reopened(
    result: Path,
    folder: Path,
    source: StoredVolume,
    dithering: VolumeDither,
    shape: tuple[int, ...],
    dtype: np.dtype,
    chunks: tuple[int, int, int] | None,
) -> StoredVolume:
    """Return an unfinished target, whose layout is that of a new one."""
    scratch = folder / f"scratch{result.suffix}"
    _remove(scratch)
    made = _make_target(scratch, source, dithering, shape, dtype, chunks)
    try:
        if isinstance(made, TiffVolume):
            return dataclasses.replace(made, path=str(result))
        return reopened_zarr(made, result)
    finally:
        _remove(scratch)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def open_volume(path: Path | str) -> StoredVolume:
    """Open a volume for reading: a Zarr array if `path` is a folder or ends in .zarr, else a TIFF.

    Raises:
        InputError: there is none, or it does not hold an image or a volume.
    """
    if Path(path).suffix.lower() == ZARR_ENDING or Path(path).is_dir():
        return open_zarr(path)
    return open_tiff(path)


def check_target(path: Path | str, *, replace: bool = True) -> None:
    """Check before long work whether a volume can be written to `path`.

    Raises:
        InputError: the ending is neither that of TIFF nor of Zarr, the folder is not writable, or what
            exists must not be replaced, is a folder of other things, or is not a file.
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
    """Return the sides of the target's chunks, if it has chunks, and the grid for the blocks."""
    if target.suffix.lower() != ZARR_ENDING:
        return None, source.grid
    if isinstance(source, ZarrVolume):
        return source.chunks, source.grid
    chunks, grid = list(default_chunks(source.shape)), [1, 0, 0]
    for axis in (1, 2):
        piece, whole = source.grid[axis], source.shape[axis]
        if source.offsets is not None:  # uncompressed samples can be divided anywhere
            grid[axis] = chunks[axis]
        elif piece >= whole:
            grid[axis] = whole
        else:
            grid[axis] = chunks[axis] = min(whole, -(-chunks[axis] // piece) * piece)
    grid[0] = chunks[0] = max(1, min(chunks[0], room // (grid[1] * grid[2])))
    return (chunks[0], chunks[1], chunks[2]), (grid[0], grid[1], grid[2])


def _is_bilevel(
    target: Path | str, dithering: VolumeDither, shape: tuple[int, ...], dtype: np.dtype
) -> bool:
    """Return whether a TIFF of black and white is written, which takes 1 bit a sample."""
    is_tiff = Path(target).suffix.lower() in TIFF_ENDINGS
    levels = dithering.levels if isinstance(dithering, LevelDither) else 0
    return is_tiff and levels == 2 and dtype == np.uint8 and shape[3:] in ((), (1,))


def _compression(
    source: StoredVolume,
    target: Path | str,
    shape: tuple[int, ...],
    dtype: np.dtype,
    compression: Compression | None,
) -> Compression:
    """Return the compression of the target.

    Raises:
        InputError: it cannot be used for this target.
    """
    if Path(target).suffix.lower() not in TIFF_ENDINGS:
        if compression is not None:
            raise InputError(f"compression is for TIFF, and {target} is a Zarr array")
        return "none"
    like = source_compression(source) if isinstance(source, TiffVolume) else None
    return chosen_compression(stored_pixels(shape, dtype), like, compression)


def _make_target(
    temporary: Path,
    source: StoredVolume,
    dithering: VolumeDither,
    shape: tuple[int, ...],
    dtype: np.dtype,
    chunks: tuple[int, int, int] | None,
) -> StoredVolume:
    """Make the empty target."""
    palette = dithering.palette if isinstance(dithering, PaletteDither) else None
    if chunks is None:
        like = source if isinstance(source, TiffVolume) else None
        if dtype == np.bool_:
            return make_bilevel_tiff(temporary, shape, like=like)
        return make_tiff(temporary, shape, dtype, palette=palette, like=like)
    attributes = {} if palette is None else {"palette": palette.hex}
    return make_zarr(temporary, shape, dtype, chunks, flat=is_flat(source), attributes=attributes)


def is_flat(volume: StoredVolume) -> bool:
    """Return whether a volume is an image, without layers."""
    return volume.flat if isinstance(volume, ZarrVolume) else volume.shape[0] == 1


def _bytes_per_voxel(
    source: StoredVolume, dithering: VolumeDither, shape: tuple[int, ...], dtype: np.dtype
) -> int:
    """Return the bytes that a voxel takes while its block is at work."""
    taken = math.prod(source.shape[3:]) * source.dtype.itemsize
    if isinstance(source, TiffVolume) and source.colors.space is not None:
        taken *= 3
    if isinstance(dithering, PaletteDither):
        taken += _PALETTE_BYTES
    if dithering.preparation != Preparation():
        taken += _FLOAT_BYTES
    if isinstance(source, ZarrVolume):
        taken += _CHUNK_BYTES // (_SHARE * math.prod(source.chunks))
    return taken + math.prod(shape[3:]) * dtype.itemsize
