"""Volumes and images larger than memory, for the commands that dither them block by block."""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dither.cli.target import Target
from dither.console import in_range, log, progress_bar
from dither.errors import InputError, TooLargeError
from dither.images.adjustments import Preparation

if TYPE_CHECKING:
    from dither.volumes.block import VolumeDither

# As dither.volumes has it, which is not loaded for an option's help.
_MEMORY = 256_000_000
_UNITS = {unit: 1000**power for power, unit in enumerate(("", "K", "M", "G", "T"))}
_TIFF_ENDINGS, _ZARR_ENDING = (".tif", ".tiff"), ".zarr"

MemoryOption = Annotated[
    str | None,
    typer.Option(
        metavar="SIZE",
        help="Of .zarr, TIFFs of several pages and TIFFs of more bytes than this, written as .tif or "
        ".zarr: work block by block, in so much memory, such as 256MB or 2GiB [256MB].",
    ),
]
VolumeJobsOption = Annotated[
    int | None,
    typer.Option(
        callback=in_range(1, 1024),
        help="Processes at work at once: with --recursive [one for each processor], or of a volume, "
        "which share --memory [1].",
    ),
]
VolumeSchedulerOption = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="With --recursive, or of a volume: work on the machines of a Dask scheduler, as "
        "tcp://10.0.0.1:8786, each process in so much --memory.",
    ),
]


def memory_of(text: str | None) -> int:
    """The bytes that --memory asks for.

    Raises:
        InputError: it is no size from 16 MB on.

    Example:
        >>> memory_of("64MB"), memory_of("1GiB")
        (64000000, 1073741824)
    """
    if text is None:
        return _MEMORY
    found = re.fullmatch(r"(\d{1,16}(?:\.\d{1,6})?) ?([KMGT]?)(i?)B?", text.strip(), re.IGNORECASE)
    unit = "" if found is None else found[2].upper()
    if found is None or (found[3] and not unit):
        raise InputError(f"--memory is {text!r}; it must be a size such as 256MB or 2GiB")
    factor = 1 << 10 * list(_UNITS).index(unit) if found[3] else _UNITS[unit]
    memory = int(float(found[1]) * factor)
    if not 16_000_000 <= memory <= 1 << 50:
        raise InputError(f"--memory is {text!r}; it must be from 16MB to 1024TiB")
    return memory


def is_streamed(images: list[Path], output: Path | None, memory: str | None) -> bool:
    """Whether the work is done block by block: see the help of --memory.

    Raises:
        InputError: --memory would have no effect.
    """
    bytes_allowed = memory_of(memory)
    ending = "" if output is None else output.suffix.lower()
    if ending == _ZARR_ENDING or any(_is_zarr(image) for image in images):
        return True
    if ending in _TIFF_ENDINGS and any(each.suffix.lower() in _TIFF_ENDINGS for each in images):
        return any(_is_volume(image, bytes_allowed) for image in images)
    if memory is not None:
        raise InputError(
            "--memory has no effect but from a .tif or .zarr to a .tif or .zarr; other images are read "
            "whole"
        )
    return False


def dither_streamed(context: typer.Context, target: Target, preparation: Preparation) -> None:
    """Do what the options of `dither ordered` ask for, with a volume.

    Args:
        context: all that was given.
        target: to what it is dithered.
        preparation: what is done first.

    Raises:
        InputError: options do not go together, or as `dither.dither_volume`.
    """
    from dither.matrix.catalog import DEFAULT_MATRIX
    from dither.volumes.stream import dither_volume
    from dither.volumes.work import MAX_VOXELS

    given = context.params
    dithering = _of_volumes(given, target, preparation)
    (source,), output, quiet = given["images"], given["output"], given["quiet"]
    usual = context.get_parameter_source("max_pixels")
    limited = usual is not None and usual.name != "DEFAULT"
    with progress_bar("dither", None, quiet) as on_progress:
        try:
            done = dither_volume(
                source,
                output,
                dithering,
                memory=memory_of(given["memory"]),
                jobs=given["jobs"] or 1,
                **({} if given["threads"] is None else {"threads": given["threads"]}),
                scheduler=given["scheduler"],
                max_voxels=given["max_pixels"] if limited else MAX_VOXELS,
                replace=given["force"],
                on_progress=on_progress,
            )
        except TooLargeError as error:
            raise InputError(f"{error}; --max-pixels raises this limit") from None
    log(f"{source} -> {output}: {' x '.join(map(str, done.shape))} {done.dtype}", quiet=quiet)
    if given["json_output"]:
        entry = {
            "input": str(source),
            "output": str(output),
            "shape": list(done.shape),
            "dtype": done.dtype.name,
            "block": list(done.block),
            "blocks": done.blocks,
        }
        palette = target.palette
        about = {"levels": target.levels} if palette is None else {"palettes": [palette.hex]}
        matrix = given["matrix"] or DEFAULT_MATRIX
        print(json.dumps({"matrix": matrix, **about, "images": [entry]}))


def _of_volumes(given: dict[str, Any], target: Target, preparation: Preparation) -> "VolumeDither":
    """How a volume is dithered, and a sentence where an option needs all of it at once."""
    from dither.matrix.catalog import DEFAULT_MATRIX
    from dither.volumes.block import LevelDither, PaletteDither

    if len(given["images"]) > 1 or given["output"] is None:
        raise InputError(
            "a volume, or an image that is larger than --memory, is dithered alone, from one input "
            "to --output, a .tif or .zarr"
        )
    usual = {"scale": 1}
    for name in (
        "output_dir",
        "name",
        "output_format",
        "packed",
        "colors",
        "add_noise",
        "resize",
        "scale",
    ):
        if given[name] != usual.get(name):
            option = "format" if name == "output_format" else name.replace("_", "-")
            raise InputError(f"--{option} is not for volumes, which are dithered block by block")
    if given["recursive"]:
        raise InputError("--recursive is for folders of images; a volume is dithered alone")
    if given["jobs"] is not None and given["scheduler"] is not None:
        raise InputError("give --jobs or --scheduler, which has processes of its own")
    if preparation.gray and preparation.saturation != 1:
        raise InputError("--saturation has no effect with --gray")
    matrix = given["matrix"] or DEFAULT_MATRIX
    light, strength = given["light"], given["strength"]
    strength = 1.0 if strength is None else strength
    if target.palette is None:
        return LevelDither(
            levels=target.levels or 2,
            matrix=matrix,
            light="encoded" if light is None else light.value,
            strength=strength,
            preparation=preparation,
        )
    mix, candidates = given["mix"], given["candidates"]
    return PaletteDither(
        target.palette,
        matrix,
        mix="many" if mix is None and candidates else None if mix is None else mix.value,
        candidates=candidates or 32,
        light="linear" if light is None else light.value,
        strength=strength,
        preparation=preparation,
    )


def _is_zarr(path: Path) -> bool:
    from dither.volumes.zarr_arrays import is_zarr

    return path.suffix.lower() == _ZARR_ENDING or (path.is_dir() and is_zarr(path))


def _is_volume(path: Path, memory: int) -> bool:
    """Whether a TIFF has several pages of one size, or more bytes than the memory."""
    from dither.volumes.tiff_files import open_tiff, tiff_extent
    from dither.volumes.tiff_pages import has_several_pages

    try:
        pages, size = tiff_extent(path)
        if pages == 1 and size > memory:
            open_tiff(path)
        return pages > 1 or size > memory
    except InputError:
        # Who reads it whole tells what is wrong with it, or can do it; but reads the first page alone.
        return path.is_file() and has_several_pages(path)
    except ModuleNotFoundError:
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
