"""`dither ordered`."""

import enum
import functools
import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dither.cli.batch.recursive import dither_all, end
from dither.cli.options import (
    BitsOption,
    BrightnessOption,
    ColorsOption,
    ContrastOption,
    FormatOption,
    GrayOption,
    ImagesArgument,
    LevelsOption,
    LightChoice,
    MaxPixelsOption,
    NameOption,
    OutputDirOption,
    OutputOption,
    PackedOption,
    PaletteOption,
    RecursiveOption,
    ResizeOption,
    SaturationOption,
    ScaleOption,
    names_of_matrices,
    sides_of,
)
from dither.cli.outputs import Placing
from dither.cli.pipeline import Job
from dither.cli.target import Target
from dither.cli.volumes import (
    MemoryOption,
    VolumeJobsOption,
    VolumeSchedulerOption,
    dither_streamed,
    is_streamed,
)
from dither.console import ForceOption, JsonOption, QuietOption, in_range
from dither.errors import InputError
from dither.images.adjustments import Preparation
from dither.matrix.catalog import DEFAULT_MATRIX

if TYPE_CHECKING:
    import numpy as np

    from dither.cli.batch.fingerprint import Unhashed
    from dither.cli.pipeline import Dithering
    from dither.palettes.palette import Palette


class MixChoice(enum.StrEnum):
    """Of how many colours of a palette a mixture is."""

    two = "two"
    many = "many"


def ordered(
    context: typer.Context,
    images: ImagesArgument,
    output: OutputOption = None,
    output_dir: OutputDirOption = None,
    name: NameOption = None,
    output_format: FormatOption = None,
    bits: BitsOption = None,
    levels: LevelsOption = None,
    palette: PaletteOption = None,
    colors: ColorsOption = None,
    candidates: Annotated[
        int | None,
        typer.Option(
            callback=in_range(1, 64),
            help="Of how many colours, 1 to 64, a mixture of many is; more are more faithful [32].",
        ),
    ] = None,
    mix: Annotated[
        MixChoice | None,
        typer.Option(
            help="Of how many colours of a palette a mixture is; two have less grain "
            "[many; two of a palette of two]."
        ),
    ] = None,
    matrix: Annotated[
        str | None,
        typer.Option(
            "--matrix",
            "-m",
            autocompletion=names_of_matrices,
            help="A shipped matrix or a .npy file; of one with frames, each image or frame of an "
            f"animation takes the next [{DEFAULT_MATRIX}].",
        ),
    ] = None,
    add_noise: Annotated[
        str | None,
        typer.Option(
            help="A .npy of triangular or gaussian noise to add before rounding, in place of a matrix."
        ),
    ] = None,
    strength: Annotated[
        float | None,
        typer.Option(
            callback=in_range(0, 1), help="How far thresholds lie apart; only 1 keeps the mean [1]."
        ),
    ] = None,
    light: Annotated[
        LightChoice | None,
        typer.Option(
            help="Keep the mean of the codes, or of the light they emit [encoded for levels, linear "
            "for palettes]."
        ),
    ] = None,
    gray: GrayOption = False,
    resize: ResizeOption = None,
    saturation: SaturationOption = 1.0,
    brightness: BrightnessOption = 1.0,
    contrast: ContrastOption = 1.0,
    scale: ScaleOption = 1,
    packed: PackedOption = None,
    threads: Annotated[
        int | None,
        typer.Option(
            callback=in_range(0, 1024),
            help="Threads at work at once [1; 2 of volumes]; 0: one for each processor.",
        ),
    ] = None,
    recursive: RecursiveOption = False,
    jobs: VolumeJobsOption = None,
    scheduler: VolumeSchedulerOption = None,
    max_pixels: MaxPixelsOption = 1 << 28,
    memory: MemoryOption = None,
    json_output: JsonOption = False,
    force: ForceOption = False,
    quiet: QuietOption = False,
) -> None:
    """Dither by comparing every pixel with a tiled threshold matrix."""
    target = Target.of(bits=bits, levels=levels, palette=palette, colors=colors)
    to_palette = palette is not None or colors is not None
    streamed = is_streamed(images, output, memory)
    _refuse_options_without_effect(
        context.params,
        {
            "--candidates": (not to_palette and "without --palette or --colors")
            or (mix == MixChoice.two and "with --mix two"),
            "--mix": not to_palette and "without --palette or --colors",
            "--threads": (to_palette and not streamed and "with --palette or --colors")
            or (add_noise is not None and "with --add-noise"),
            "--add-noise": to_palette and "with --palette or --colors",
            **dict.fromkeys(
                ("--matrix", "--strength", "--light"), add_noise is not None and "with --add-noise"
            ),
        },
    )
    preparation = Preparation(gray, sides_of(resize), saturation, brightness, contrast)
    if streamed:
        dither_streamed(context, target, preparation)
        return
    if target.levels is None:
        dithering = _to_palette(matrix, mix, candidates, light, strength)
    elif add_noise is not None:
        dithering = _by_noise(target.levels, add_noise)
    else:
        dithering = _to_levels(target.levels, matrix, light, strength, threads)
    job = Job(
        images=images,
        target=target,
        placing=Placing(output, output_dir, name, output_format, packed),
        preparation=preparation,
        scale=scale,
        max_pixels=max_pixels,
        json_output=json_output,
        force=force,
        quiet=quiet,
    )
    done = dither_all(job, dithering, recursive=recursive, jobs=jobs, scheduler=scheduler)
    if json_output:
        used = {"matrix": matrix or DEFAULT_MATRIX} if add_noise is None else {"noise": add_noise}
        print(json.dumps({**used, **done}))
    end(done)


def _refuse_options_without_effect(given: dict[str, Any], without: dict[str, str | bool]) -> None:
    """An option that would have no effect is a mistake worth a sentence."""
    for option, why in without.items():
        if why and given[option.removeprefix("--").replace("-", "_")] is not None:
            raise InputError(f"{option} has no effect {why}")


def _to_levels(
    levels: int,
    matrix: str | None,
    light: LightChoice | None,
    strength: float | None,
    threads: int | None,
) -> "Dithering":
    from dither.cli.batch.fingerprint import Unhashed
    from dither.matrix.catalog import load_channels

    return functools.partial(
        _at_levels,
        matrix=load_channels(matrix or DEFAULT_MATRIX),
        levels=levels,
        light="encoded" if light is None else light.value,
        strength=1.0 if strength is None else strength,
        threads=Unhashed(1 if threads is None else threads),
    )


# A batch sends these to other processes, with all that they need.
def _at_levels(
    color: "np.ndarray",
    frame: int,
    palette: "Palette | None",
    *,
    threads: "Unhashed[int]",
    **options: Any,
) -> "np.ndarray":
    from dither.ordered.levels import ordered_dither

    return ordered_dither(color, phase=(frame, 0, 0), threads=threads.value, **options)


def _by_noise(levels: int, path: str) -> "Dithering":
    from dither.ordered.additive_noise import load_noise

    return functools.partial(_with_noise, noise=load_noise(path), levels=levels)


def _with_noise(
    color: "np.ndarray", frame: int, palette: "Palette | None", **options: Any
) -> "np.ndarray":
    from dither.ordered.additive_noise import noise_dither

    return noise_dither(color, phase=(frame, 0, 0), **options)


def _to_palette(
    matrix: str | None,
    mix: MixChoice | None,
    candidates: int | None,
    light: LightChoice | None,
    strength: float | None,
) -> "Dithering":
    from dither.matrix.catalog import load_matrix

    return functools.partial(
        _at_colors,
        matrix=load_matrix(matrix or DEFAULT_MATRIX),
        mix="many" if mix is None and candidates else None if mix is None else mix.value,
        candidates=candidates or 32,
        light="linear" if light is None else light.value,
        strength=1.0 if strength is None else strength,
    )


def _at_colors(
    color: "np.ndarray", frame: int, palette: "Palette | None", **options: Any
) -> "np.ndarray":
    from dither.ordered.palette import dither_to_palette

    assert palette is not None
    return dither_to_palette(color, palette, phase=(frame, 0, 0), **options)
