"""`dither diffuse`."""

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
    JobsOption,
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
    SchedulerOption,
    names_of_matrices,
    sides_of,
)
from dither.cli.outputs import Placing
from dither.cli.pipeline import Job
from dither.cli.target import Target
from dither.console import ForceOption, JsonOption, QuietOption, in_range
from dither.errors import InputError
from dither.extras import require_extra
from dither.images.adjustments import Preparation

if TYPE_CHECKING:
    import numpy as np

    from dither.palettes.palette import Palette


class MethodChoice(enum.StrEnum):
    """The order of the pixels, and who receives their errors."""

    rows = "rows"
    curve = "curve"
    dots = "dots"


class ClampChoice(enum.StrEnum):
    """What becomes of errors beyond black and white."""

    none = "none"
    range = "range"


def diffuse(
    images: ImagesArgument,
    output: OutputOption = None,
    output_dir: OutputDirOption = None,
    name: NameOption = None,
    output_format: FormatOption = None,
    bits: BitsOption = None,
    levels: LevelsOption = None,
    palette: PaletteOption = None,
    colors: ColorsOption = None,
    method: Annotated[
        MethodChoice,
        typer.Option(help="By rows, along Hilbert's curve (Riemersma), or in dots (Knuth)."),
    ] = MethodChoice.rows,
    kernel: Annotated[
        str | None,
        typer.Option(
            "--kernel",
            "-k",
            help="ostromoukhov, atkinson, sierra-lite, ... or a .json file [floyd-steinberg].",
        ),
    ] = None,
    serpentine: Annotated[
        bool | None,
        typer.Option(
            "--serpentine/--raster", help="Every second row to the left, against worms [yes]."
        ),
    ] = None,
    light: Annotated[
        LightChoice, typer.Option(help="Keep the mean of the codes, or of the light they emit.")
    ] = LightChoice.encoded,
    clamp: Annotated[
        ClampChoice | None,
        typer.Option(help="Clip pixels with their errors [none for levels, range for palettes]."),
    ] = None,
    noise: Annotated[
        float, typer.Option(callback=in_range(0, 1), help="White noise on the threshold.")
    ] = 0.0,
    matrix: Annotated[
        str | None,
        typer.Option(
            "--matrix",
            "-m",
            autocompletion=names_of_matrices,
            help="That the threshold follows, against worms; of dots, the order.",
        ),
    ] = None,
    strength: Annotated[
        float | None, typer.Option(callback=in_range(0, 1), help="Of the matrix [0.5].")
    ] = None,
    seed: Annotated[
        int, typer.Option("--seed", "-s", callback=in_range(0, (1 << 32) - 1), help="Of the noise.")
    ] = 0,
    gray: GrayOption = False,
    resize: ResizeOption = None,
    saturation: SaturationOption = 1.0,
    brightness: BrightnessOption = 1.0,
    contrast: ContrastOption = 1.0,
    scale: ScaleOption = 1,
    packed: PackedOption = None,
    threads: Annotated[
        int | None,
        typer.Option(callback=in_range(1, 256), help="Threads at work at once, with --raster [1]."),
    ] = None,
    recursive: RecursiveOption = False,
    jobs: JobsOption = None,
    scheduler: SchedulerOption = None,
    max_pixels: MaxPixelsOption = 1 << 28,
    json_output: JsonOption = False,
    force: ForceOption = False,
    quiet: QuietOption = False,
) -> None:
    """Dither by handing each pixel's error on to its neighbours."""
    from dither.diffusion import KNUTH_CLASSES
    from dither.matrix.catalog import load_matrix

    target = Target.of(bits=bits, levels=levels, palette=palette, colors=colors)
    options: dict[str, Any] = {
        "light": light.value,
        "clamp": None if clamp is None else clamp.value,
    }
    rows: dict[str, Any] = {
        "--kernel": kernel,
        "--serpentine" if serpentine else "--raster": serpentine,
        "--noise": noise or None,
        "--strength": strength,
        "--seed": seed or None,
        "--threads": threads,
    }
    if method is MethodChoice.rows:
        kernel = kernel or "floyd-steinberg"
        serpentine = serpentine is not False
        options |= _by_rows(
            kernel,
            serpentine,
            noise,
            matrix,
            strength,
            seed,
            threads,
            to_palette=target.levels is None,
        )
    else:
        if method is MethodChoice.curve:
            rows["--matrix"] = matrix
        for option, value in rows.items():
            if value is not None:
                raise InputError(f"{option} has no effect with --method {method.value}")
        if method is MethodChoice.dots:
            options["matrix"] = KNUTH_CLASSES if matrix is None else load_matrix(matrix)

    options["levels"] = target.levels
    dithering = functools.partial(_diffused, method=method, options=options)
    job = Job(
        images=images,
        target=target,
        placing=Placing(output, output_dir, name, output_format, packed),
        preparation=Preparation(gray, sides_of(resize), saturation, brightness, contrast),
        scale=scale,
        max_pixels=max_pixels,
        json_output=json_output,
        force=force,
        quiet=quiet,
    )
    done = dither_all(
        *(job, dithering),
        recursive=recursive,
        jobs=jobs,
        scheduler=scheduler,
        check=functools.partial(require_extra, "error diffusion", "diffuse", "numba"),
    )
    if json_output:
        order = {"kernel": kernel} if method is MethodChoice.rows else {}
        print(json.dumps({"method": method.value, **order, **done}))
    end(done)


# A batch sends this to other processes, with all that it needs.
def _diffused(
    color: "np.ndarray",
    frame: int,
    palette: "Palette | None",
    *,
    method: MethodChoice,
    options: dict[str, Any],
) -> "np.ndarray":
    from dither.diffusion import dot_diffuse, error_diffuse, riemersma_dither

    if method is MethodChoice.curve:
        return riemersma_dither(color, palette=palette, **options)
    if method is MethodChoice.dots:
        return dot_diffuse(color, palette=palette, frame=frame, **options)
    threads = options["threads"].value
    return error_diffuse(color, palette=palette, frame=frame, **{**options, "threads": threads})


def _by_rows(
    kernel: str,
    serpentine: bool,
    noise: float,
    matrix: str | None,
    strength: float | None,
    seed: int,
    threads: int | None,
    *,
    to_palette: bool,
) -> dict[str, Any]:
    """The options of `error_diffuse` alone, those without effect refused."""
    from dither.cli.batch.fingerprint import Unhashed
    from dither.diffusion import VariableKernel, load_kernel
    from dither.matrix.catalog import load_matrix

    if strength is not None and matrix is None:
        raise InputError("--strength has no effect without --matrix")
    if seed and not noise:
        raise InputError("--seed has no effect without --noise")
    if serpentine and threads is not None:
        raise InputError("--threads has no effect without --raster")
    weights = load_kernel(kernel)
    if isinstance(weights, VariableKernel):
        if to_palette:
            raise InputError(f"--kernel {kernel} goes to --bits or --levels, not to a palette")
        if threads is not None:
            raise InputError(f"--threads has no effect with --kernel {kernel}")
    return {
        "kernel": weights,
        "serpentine": serpentine,
        "noise": noise,
        "matrix": None if matrix is None else load_matrix(matrix),
        "strength": 0.5 if strength is None else strength,
        "seed": seed,
        "threads": Unhashed(threads or 1),
    }
