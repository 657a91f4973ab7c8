"""Dither a volume, or an image larger than memory, from file to file, block by block."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from dither.errors import InputError
from dither.images.formats.tiff_storage import Compression
from dither.parallel import run_tasks
from dither.parallel.processors import thread_count
from dither.progress import OnProgress, no_progress
from dither.volumes.block import VolumeDither
from dither.volumes.tiff_volume import TiffVolume
from dither.volumes.work import MAX_VOXELS, MEMORY, is_flat, recorded_work


class DitheredVolume(NamedTuple):
    """Result of `dither_volume`.

    Attributes:
        shape: of the array that was written.
        dtype: of its samples.
        block: layers, rows and columns of a block.
        blocks: number of blocks.
        note: sentence about colours for the user; empty for none.
    """

    shape: tuple[int, ...]
    dtype: np.dtype
    block: tuple[int, int, int]
    blocks: int
    note: str = ""


def dither_volume(
    source: Path | str,
    target: Path | str,
    dithering: VolumeDither,
    *,
    memory: int = MEMORY,
    jobs: int = 1,
    threads: int = 2,
    scheduler: str | None = None,
    max_voxels: int = MAX_VOXELS,
    replace: bool = True,
    compression: Compression | None = None,
    color_management: bool = True,
    resume: str | None = None,
    on_progress: OnProgress = no_progress,
) -> DitheredVolume:
    """Dither a volume, or an image of any size, within bounded memory.

    The result is the same as that of the volume dithered in one piece, whatever the number of processes
    and machines. The target is written completely or not at all.

    Args:
        source: as in `volume_work`.
        target: as in `volume_work`.
        dithering: as in `volume_work`.
        memory: bytes for blocks, at least 16 million, in addition to the programs themselves: of all
            processes on this machine together, or of each process of a scheduler.
        jobs: number of processes on this machine; 1 uses this process.
        threads: number of threads if `jobs` is 1, so that one block is read or written while another is
            dithered; 0 for one per processor.
        scheduler: address of a Dask scheduler to use instead, whose machines see both paths.
        max_voxels: as in `volume_work`.
        replace: as in `volume_work`.
        compression: as in `volume_work`.
        color_management: as in `volume_work`.
        resume: text that is equal for equal work. After Ctrl-C or a kill, the finished blocks stay in a
            hidden folder beside the target, and work with the same text takes them. None to begin anew.
        on_progress: called several times a second with the share of the work done, 0 to 1, and a short
            text; an exception that it raises ends the work.

    Raises:
        InputError: as `volume_work` and `dither.parallel.run_tasks`.
        ImportError: as `volume_work`.

    Example:
        >>> dither_volume("in.zarr", "out.zarr", LevelDither(levels=2))  # doctest: +SKIP
    """
    threads = thread_count(threads)
    if jobs < 1:
        raise InputError(f"jobs is {jobs}; it must be at least 1")
    at_once = jobs if jobs > 1 else threads
    if scheduler is not None:  # its machines have memory and working folders of their own
        at_once = 1
        source, target = Path(source).absolute(), Path(target).absolute()
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
        resume=resume,
    ) as (work, record):
        workers: dict[str, Any] = {"scheduler": scheduler}
        if scheduler is None:
            processes = jobs > 1
            workers = {"jobs": work.at_once} if processes else {"jobs": 1, "threads": work.at_once}
        blocks = work.regions()
        left = [number for number in range(len(blocks)) if number not in work.done]
        share = len(work.done) / len(blocks)
        answers = run_tasks(
            *(work.do, [blocks[number] for number in left]),
            **workers,
            poll=lambda: on_progress(share, ""),
        )
        for done, (number, _) in enumerate(answers, start=1 + len(work.done)):
            if record is not None:
                record.add(left[number])
            share = done / len(blocks)
            on_progress(share, "")
    shape = work.target.shape[1:] if is_flat(work.target) else work.target.shape
    note = work.source.colors.note if isinstance(work.source, TiffVolume) else ""
    return DitheredVolume(shape, work.target.dtype, work.block, len(blocks), note)
