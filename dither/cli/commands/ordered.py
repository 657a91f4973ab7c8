"""`dither ordered`: dither by comparing pixels with a threshold matrix."""

import enum
import functools
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dither.cli.choices import MixInChoice
from dither.cli.declare import (
    DITHERING,
    any_given,
    refuse_given,
    refuse_without_effect,
    with_option_groups,
)
from dither.cli.dithered_frames import PerFrame
from dither.cli.in_rows import NextRows
from dither.cli.inks import COLORS_ONLY, dither_inks
from dither.cli.job import Job
from dither.cli.memory import parse_memory
from dither.cli.options import (
    MIX_IN_HELP,
    WITHOUT_BATCH,
    WITHOUT_EFFECT,
    Batch,
    InksOption,
    IntentOption,
    MemoryOption,
    Quantizer,
    matrix_option,
    threads_option,
)
from dither.cli.pipeline import dither_images, finish
from dither.cli.target import Target
from dither.console.options import number, option
from dither.console.progress import delayed_progress
from dither.matrix.catalog import DEFAULT_MATRIX

if TYPE_CHECKING:
    import numpy as np

_PALETTE_ONLY = "--intent --mixture-size --mix --candidates"
_RULES = {
    "without --palette or --panel or --colors": _PALETTE_ONLY,
    "with --mixture-size": "--mix --candidates",
    "with --mix two": "--candidates",
    "with --add-noise": "--threads --matrix --strength --mix-in",
}
_LAYERS = {"without --recursive": "--preview --fps --loop", "without --output -": "--format"}
_IMAGE_RULES = {"with --palette or --panel or --colors": "--add-noise --threads"}
# Options that palettes with alpha lack.
_NOT_FOR_RGBA = "--intent --strength --mix-in --mixture-size --mix --candidates"
_VOLUME_SUFFIXES = frozenset((".tif", ".tiff", ".zarr"))


class MixChoice(enum.StrEnum):
    """The number of palette entries per mixture, in the former spelling of --mixture-size."""

    two = "two"
    many = "many"


@with_option_groups
def ordered(
    context: typer.Context,
    *,
    job: Job,
    quantizer: Quantizer,
    matrix: Annotated[
        str | None,
        matrix_option(
            "A shipped matrix (list: bluenoise list); bayer-8x8, clustered-dot-45, white, r2, "
            "gradient-noise or playstation, also of other sizes, such as bayer-4x4; or a .npy "
            "file or a PNG or TIFF texture, whose values are taken by their order. "
            f"If it has frames, each image or animation frame takes the next one [{DEFAULT_MATRIX}]."
        ),
    ] = None,
    add_noise: Annotated[
        str | None,
        option(
            DITHERING,
            "Add this noise before rounding instead of using a matrix: a .npy file of triangular or "
            "gaussian noise.",
            value="FILE",
        ),
    ] = None,
    strength: Annotated[
        float | None,
        number(
            DITHERING,
            *(0, 1),
            "Spread of the thresholds (0 to 1): 0 rounds to the nearest; only 1 keeps the mean [1].",
            value="SHARE",
        ),
    ] = None,
    mix_in: Annotated[
        MixInChoice | None,
        option(DITHERING, f"{MIX_IN_HELP} [encoded for levels, linear for palettes]."),
    ] = None,
    intent: IntentOption = None,
    mixture_size: Annotated[
        int | None,
        number(
            DITHERING,
            *(2, 64),
            "Palette entries per mixture: 2 mixes pairs (less grain); up to 64 is more accurate and "
            "slower [32; 64 up to 8 colours; 2 for two].",
        ),
    ] = None,
    mix: Annotated[MixChoice | None, typer.Option(hidden=True)] = None,
    candidates: Annotated[int | None, number(DITHERING, 1, 64, "", hidden=True)] = None,
    threads: Annotated[int | None, threads_option(", for levels and volumes")] = None,
    inks: InksOption = False,
    batch: Batch,
    memory: MemoryOption = None,
) -> None:
    """Dither by comparing pixels with a matrix."""
    target = Target.from_options(quantizer, intent)
    if inks:
        refuse_given(
            context,
            f"{COLORS_ONLY} --add-noise --strength --threads",
            "is not for --inks, which keeps inks",
        )
        refuse_without_effect(context, {**WITHOUT_EFFECT, **WITHOUT_BATCH})
        name = matrix or DEFAULT_MATRIX
        levels = target.equal_levels("--inks") or 2
        begin = functools.partial(_begin_inks, name, levels)
        used = None if memory is None else parse_memory(memory)
        with delayed_progress("dither", job.quiet) as on_progress:
            report = dither_inks(job, levels, begin, used, on_progress)
        finish(report, job.json_output, matrix=name)
        return
    volume = _may_be_volume(job, memory) and _is_volume(job, memory)
    rules = {**WITHOUT_EFFECT, **_RULES}
    refuse_without_effect(context, rules if volume else rules | _IMAGE_RULES)
    options: dict[str, Any] = {"strength": 1.0 if strength is None else strength}
    if target.levels is None:
        options["light"] = str(mix_in or "linear")
        options |= _mixture(mixture_size, mix, candidates)
    else:
        options["light"] = str(mix_in or "encoded")
    if volume:
        from dither.cli.volumes import IMAGES_ONLY, dither_volume_file

        refuse_given(context, IMAGES_ONLY, "is not for volumes, which are dithered block by block")
        typed = context.get_parameter_source("max_pixels")
        limited = typed is not None and typed.name != "DEFAULT"
        report = dither_volume_file(
            job,
            target,
            {"matrix": matrix or DEFAULT_MATRIX, **options},
            batch,
            memory=memory,
            threads=threads,
            limited=limited,
        )
        finish(report, job.json_output, matrix=matrix or DEFAULT_MATRIX)
        return
    from dither.matrix.catalog import load_channels, load_matrix

    layers = (
        not (batch.recursive or job.makes_clip) and len(job.images) == 1 and job.images[0].is_dir()
    )
    refuse_without_effect(context, _LAYERS if layers else WITHOUT_BATCH)
    name = matrix or DEFAULT_MATRIX
    if add_noise is not None:
        from dither.ordered.additive_noise import load_noise, noise_dither

        noise = load_noise(add_noise)
        assert target.levels is not None  # noise is refused with a palette
        function = functools.partial(noise_dither, noise=noise, levels=target.levels)
    elif target.levels is None:
        from dither.ordered.palette import dither_to_palette

        function = functools.partial(dither_to_palette, matrix=load_matrix(name), **options)
    else:
        from dither.ordered.levels import ordered_dither

        options |= {"levels": target.levels, "threads": 1 if threads is None else threads}
        function = functools.partial(ordered_dither, matrix=load_channels(name), **options)
    is_to_palette = add_noise is None and target.levels is None
    rows = functools.partial(_palette_rows if is_to_palette else _any_rows, function)
    rgba = None
    if target.colors and not any_given(context, _NOT_FOR_RGBA):
        from dither.ordered.rgba import ordered_rgba

        rgba = functools.partial(ordered_rgba, matrix=load_matrix(name))
    dithering = PerFrame(
        function, rows, memory=None if memory is None else parse_memory(memory), rgba=rgba
    )
    if batch.recursive or layers:
        from dither.cli.batch.recursive import dither_folder

        report = dither_folder(job, target, dithering, batch, layers=layers)
    else:
        with delayed_progress("dither", job.quiet) as on_progress:
            report = dither_images(job, target, dithering, on_progress)
    used = {"matrix": name} if add_noise is None else {"noise": add_noise}
    finish(report, job.json_output, **used)


def _begin_inks(name: str, levels: int, inks: int, number: int) -> NextRows:
    """Return the function that dithers the next rows of the inks of an image."""
    from dither.matrix.catalog import load_channels
    from dither.ordered.inks import dither_ink_rows

    matrices = load_channels(name)
    return lambda color, phase: dither_ink_rows(
        color, matrices, levels=levels, phase=(number, *phase[1:])
    )


# A batch pickles these with their arguments.
def _any_rows(function: NextRows, *, phase: tuple[int, int, int], pixels: int) -> NextRows:
    """Return a function of the next rows that depends on nothing but their phase: itself."""
    return function


def _palette_rows(
    function: "functools.partial[np.ndarray]", *, phase: tuple[int, int, int], **options: Any
) -> NextRows:
    """Return a function of the next rows that looks up the palette once, at the first."""
    from dither.ordered.palette import palette_rows

    dither = palette_rows(phase=phase, **function.keywords, **options)
    return lambda color, phase: dither(color)


def _may_be_volume(job: Job, memory: str | None) -> bool:
    """Tell from the file names alone whether the volume code has to look at them."""
    paths = job.images if job.output is None else [*job.images, job.output]
    return any(path.suffix.lower() in _VOLUME_SUFFIXES for path in paths) or any(
        image.is_dir() for image in job.images
    )


def _is_volume(job: Job, memory: str | None) -> bool:
    from dither.cli.volumes import is_volume

    return is_volume(job.images, job.output, memory)


def _mixture(size: int | None, mix: MixChoice | None, candidates: int | None) -> dict[str, Any]:
    """Return the arguments `mix` and `candidates` of `dither_to_palette`."""
    if size is not None:
        return {"mix": "two" if size == 2 else "many", "candidates": size}
    if candidates is not None:
        return {"mix": "many", "candidates": candidates}
    return {"mix": None if mix is None else str(mix), "candidates": None}
