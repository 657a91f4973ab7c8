"""From one file of a volume, or of an image larger than memory, to another, block after block."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from dither.errors import InputError
from dither.parallel import run_tasks
from dither.processors import usable_processors
from dither.volumes.block import VolumeDither
from dither.volumes.work import MAX_VOXELS, MEMORY, is_flat, volume_work


class Streamed(NamedTuple):
    """What was done to a volume.

    Attributes:
        shape: of the array that was written.
        dtype: of its samples.
        block: layers, rows and columns of each that was at work.
        blocks: how many there were.
    """

    shape: tuple[int, ...]
    dtype: np.dtype
    block: tuple[int, int, int]
    blocks: int


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
    on_progress: Callable[[float], None] = lambda share: None,
) -> Streamed:
    """Dither a volume, or an image of any size, from a file to a file within bounded memory.

    The bytes are those of the volume dithered in one piece, however many processes there are and
    wherever. The target arrives whole or not at all.

    Args:
        source: as in `volume_work`.
        target: as in `volume_work`.
        dithering: as in `volume_work`.
        memory: in bytes, 16 million or more, that blocks may take beside the programs themselves: all
            of this machine together, or those of each process that a scheduler has.
        jobs: processes of this machine at most; 1 works in this very process.
        threads: blocks at work at once at most where jobs is 1, so that one is read or written while
            another is dithered; 0 is one for each processor.
        scheduler: the address of a Dask scheduler in their place, whose machines see both paths.
        max_voxels: as in `volume_work`.
        replace: as in `volume_work`.
        on_progress: called with the share that is done, several times a second where others do the
            work; what it raises ends the work.

    Raises:
        InputError: as `volume_work` and `dither.parallel.run_tasks`.
        ImportError: as `volume_work`.

    Example:
        >>> dither_volume("in.zarr", "out.zarr", LevelDither(levels=2))  # doctest: +SKIP
    """
    if jobs < 1 or threads < 0:
        name, value, least = ("jobs", jobs, 1) if jobs < 1 else ("threads", threads, 0)
        raise InputError(f"{name} is {value}; it must be at least {least}")
    at_once = jobs if jobs > 1 else threads or usable_processors()
    if scheduler is not None:  # its machines have a memory each, and other working folders
        at_once = 1
        source, target = Path(source).absolute(), Path(target).absolute()
    with volume_work(
        source,
        target,
        dithering,
        memory=memory,
        at_once=at_once,
        max_voxels=max_voxels,
        replace=replace,
    ) as work:
        places, share = work.regions(), 0.0
        answers = run_tasks(
            work.do,
            places,
            **_workers(work.at_once, jobs > 1, scheduler),
            poll=lambda: on_progress(share),
        )
        for done, _ in enumerate(answers, start=1):
            share = done / len(places)
            on_progress(share)
    shape = work.target.shape[1:] if is_flat(work.target) else work.target.shape
    return Streamed(shape, work.target.dtype, work.block, len(places))


def _workers(at_once: int, apart: bool, scheduler: str | None) -> dict[str, Any]:
    """The options of `run_tasks` for blocks done elsewhere, in processes, or in threads of this one."""
    if scheduler is not None:
        return {"scheduler": scheduler}
    return {"jobs": at_once} if apart else {"jobs": 1, "threads": at_once}
