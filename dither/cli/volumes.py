"""Dither volumes, and images larger than memory, block by block for `dither ordered`."""

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dither.cli.inputs import title
from dither.cli.job import Job
from dither.cli.memory import parse_memory
from dither.cli.options import Batch
from dither.cli.target import Target
from dither.console.messages import log, stop
from dither.console.progress import progress_bar
from dither.errors import InputError, TooLargeError

_TIFF_SUFFIXES, _ZARR_SUFFIX = (".tif", ".tiff"), ".zarr"
# Options of `dither ordered` that need the whole image.
IMAGES_ONLY = (
    "--output-dir --name --fps --loop --format --packed --colors --panel --preview --add-noise "
    "--dpi --resize --fit --rotate --background --alpha --auto-contrast --scale --recursive "
    "--line-art --mask"
)


def is_volume(images: list[Path], output: Path | None, memory: str | None) -> bool:
    """Tell whether the input is a volume, or an image that only the code for volumes reads fully."""
    memory_bytes = parse_memory(memory)
    suffix = "" if output is None else output.suffix.lower()
    if suffix == _ZARR_SUFFIX or any(map(_is_zarr, images)):
        return True
    if suffix in _TIFF_SUFFIXES and any(each.suffix.lower() in _TIFF_SUFFIXES for each in images):
        return any(_is_large_tiff(image, memory_bytes) for image in images)
    return False


def dither_volume_file(
    job: Job,
    target: Target,
    options: Mapping[str, Any],
    batch: Batch,
    *,
    memory: str | None,
    threads: int | None,
    limited: bool,
) -> dict[str, Any]:
    """Dither a volume; return the report for --json.

    Args:
        job: one input, one output, and the preparation.
        target: levels or a palette.
        options: arguments of `LevelDither` or `PaletteDither`.
        batch: processes or a scheduler.
        memory: the option --memory.
        threads: the option --threads.
        limited: whether --max-pixels was given; if not, volumes have their own limit.

    Raises:
        InputError: there are several inputs or no output, or as `dither.dither_volume`.
    """
    from dither.volumes.block import LevelDither, PaletteDither
    from dither.volumes.stream import dither_volume
    from dither.volumes.work import MAX_VOXELS

    if len(job.images) > 1 or job.output is None:
        raise InputError(
            "a volume, or an image larger than --memory, is dithered alone: one input, and a .tif or "
            ".zarr as --output"
        )
    if batch.jobs is not None and batch.scheduler is not None:
        raise InputError("choose one of --jobs and --scheduler, which has its own processes")
    source, output, palette = job.images[0], job.output, target.palette
    levels = target.equal_levels("a volume")
    if palette is None:
        dithering = LevelDither(levels=levels or 2, preparation=job.preparation, **options)
    else:
        dithering = PaletteDither(
            palette, intent=target.intent, preparation=job.preparation, **options
        )
    compression: Any = None if job.compression is None else str(job.compression)
    with _stopped(), progress_bar("dither", None, job.quiet) as on_progress:
        try:
            done = dither_volume(
                source,
                output,
                dithering,
                memory=parse_memory(memory),
                jobs=batch.jobs or 1,
                **({} if threads is None else {"threads": threads}),
                scheduler=batch.scheduler,
                max_voxels=job.max_pixels if limited else MAX_VOXELS,
                replace=job.force,
                compression=compression,
                color_management=not job.no_color_management,
                resume=_work_key(source, dithering),
                on_progress=on_progress,
            )
        except TooLargeError as error:
            raise InputError(f"{error}; --max-pixels raises this limit") from None
    if done.note:
        log(done.note, quiet=job.quiet)
    shape = " x ".join(map(str, done.shape))
    log(f"{title(source)} -> {output}: {shape} {done.dtype}", quiet=job.quiet)
    entry = {
        "input": str(source),
        "output": str(output),
        "shape": list(done.shape),
        "dtype": done.dtype.name,
        "block": list(done.block),
        "blocks": done.blocks,
    }
    if done.note:
        entry["notes"] = [done.note]
    common = {"levels": target.levels} if palette is None else {"palettes": [palette.hex]}
    return {**common, "images": [entry]}


@contextlib.contextmanager
def _stopped() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        raise stop("Run the same command to resume.") from None


def _work_key(source: Path, dithering: Any) -> str:
    """Return a text that is equal for the same source, options and version."""
    from dither.cli.batch.fingerprint import fingerprint
    from dither.files.safe_open import read_file
    from dither.version import installed_version

    matrix = str(dithering.matrix)
    content = read_file(Path(matrix)) if matrix.endswith(".npy") else None
    paths = sorted(source.rglob("*")) if source.is_dir() else [source]
    paths = [path for path in paths if path.is_file()]
    stamps = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in paths]
    return fingerprint((installed_version(), os.path.realpath(source), stamps, dithering, content))


def _is_zarr(path: Path) -> bool:
    from dither.volumes.zarr_arrays import is_zarr

    return path.suffix.lower() == _ZARR_SUFFIX or (path.is_dir() and is_zarr(path))


def _is_large_tiff(path: Path, memory: int) -> bool:
    """Tell whether a TIFF has several pages of one size, or too many bytes and too deep colours.

    Other large images are read in bands of rows, by `dither.images.formats.tiff_reader`.
    """
    import numpy as np

    from dither.volumes.tiff_files import open_tiff, tiff_extent
    from dither.volumes.tiff_pages import has_several_pages

    try:
        pages, size = tiff_extent(path)
        if pages == 1 and size > memory:
            found = open_tiff(path)
            shallow = found.dtype.itemsize == 1 or (
                found.dtype == np.uint16 and len(found.shape) == 3
            )
            return not shallow
        return pages > 1
    except InputError:
        # Reading it whole gives the better error, or works; but it reads the first page only.
        return path.is_file() and has_several_pages(path)
    except ModuleNotFoundError:
        # Without tifffile, refuse only what needs it.
        from dither.images.io import MAX_PIXELS, open_image

        try:
            with open_image(path, MAX_PIXELS) as picture:
                needed = getattr(picture, "n_frames", 1) > 1
        except TooLargeError:
            needed = True
        except InputError:
            needed = False
        if needed:
            raise
        return False
