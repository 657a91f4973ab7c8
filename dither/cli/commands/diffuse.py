"""`dither diffuse`: dither by error diffusion."""

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
from dither.cli.inks import COLORS_ONLY, BeginInks, dither_inks
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
    SeedOption,
    matrix_option,
    threads_option,
)
from dither.cli.pipeline import dither_images, finish
from dither.cli.target import Target
from dither.console.options import number, option
from dither.console.progress import delayed_progress
from dither.errors import InputError
from dither.extras import require_extra
from dither.parallel.processors import thread_count

if TYPE_CHECKING:
    import numpy as np

    from dither.images.raster_image import RasterImage
    from dither.palettes.palette import Palette
    from dither.palettes.rgba import RgbaPalette

_ROWS_ONLY = "--kernel --serpentine --raster --amount --threshold-noise --strength --seed --threads"
_RULES = {
    "with --method curve": f"{_ROWS_ONLY} --matrix",
    "with --method dots": _ROWS_ONLY,
    "without --palette or --panel or --colors": "--intent",
    "without --matrix": "--strength",
    "without --threshold-noise": "--seed",
    "without --raster": "--threads",
    "without --inks": "--ink-dots",
}


class MethodChoice(enum.StrEnum):
    """The order of the pixels and the neighbours that receive the error."""

    rows = "rows"
    curve = "curve"
    dots = "dots"


class ClampChoice(enum.StrEnum):
    """The treatment of pixels that their received errors push beyond black or white."""

    none = "none"
    range = "range"


class InkDotsChoice(enum.StrEnum):
    """The relation between the dots of different inks."""

    independent = "independent"
    avoid = "avoid"


@with_option_groups
def diffuse(
    context: typer.Context,
    *,
    job: Job,
    quantizer: Quantizer,
    method: Annotated[
        MethodChoice,
        option(
            DITHERING,
            "Scan by rows, along a Hilbert curve (Riemersma), or by dot diffusion (Knuth).",
        ),
    ] = MethodChoice.rows,
    kernel: Annotated[
        str | None,
        option(
            DITHERING,
            "ostromoukhov, atkinson, sierra-lite ... or a .json file [floyd-steinberg].",
            *("--kernel", "-k"),
            value="NAME|FILE",
        ),
    ] = None,
    serpentine: Annotated[
        bool | None,
        option(
            DITHERING,
            "Scan every second row from right to left, against worms, or all from the left "
            "[serpentine].",
            "--serpentine/--raster",
        ),
    ] = None,
    amount: Annotated[
        float,
        number(
            DITHERING,
            *(0, 1),
            "Share of each error that is passed on (0 to 1): less gives cleaner flat areas and more "
            "contrast.",
            value="SHARE",
        ),
    ] = 1.0,
    mix_in: Annotated[
        MixInChoice | None,
        option(DITHERING, f"{MIX_IN_HELP} [encoded for levels, linear for palettes]."),
    ] = None,
    intent: IntentOption = None,
    clamp: Annotated[
        ClampChoice | None,
        option(
            DITHERING,
            "Clip pixels to black..white after adding their errors (range) or to 16 times white (none) "
            "[none].",
        ),
    ] = None,
    threshold_noise: Annotated[
        float,
        number(DITHERING, 0, 1, "White noise added to the threshold (0 to 1).", value="SHARE"),
    ] = 0.0,
    matrix: Annotated[
        str | None,
        matrix_option(
            "Modulate the threshold with this matrix to break up worms; with --method dots, the class "
            "matrix."
        ),
    ] = None,
    strength: Annotated[
        float | None,
        number(
            DITHERING,
            *(0, 1),
            "How strongly --matrix modulates the threshold (0 to 1) [0.5].",
            value="SHARE",
        ),
    ] = None,
    seed: SeedOption = 0,
    threads: Annotated[int | None, threads_option(", with --raster")] = None,
    inks: InksOption = False,
    ink_dots: Annotated[
        InkDotsChoice | None,
        option(
            DITHERING,
            "With --inks, diffuse each ink by itself (independent), or keep the dots of inks apart "
            "(avoid), which gives less grain [independent].",
        ),
    ] = None,
    batch: Batch,
    memory: MemoryOption = None,
) -> None:
    """Dither by passing errors to neighbours."""
    target = Target.from_options(quantizer, intent)
    refuse_without_effect(context, {**WITHOUT_EFFECT, **WITHOUT_BATCH, **_RULES})
    options: dict[str, Any] = {
        "levels": target.levels,
        "light": None if mix_in is None else str(mix_in),
        "clamp": None if clamp is None else str(clamp),
    }
    if method is MethodChoice.rows:
        kernel = kernel or "floyd-steinberg"
        options |= {
            "serpentine": serpentine is not False,
            "amount": amount,
            "noise": threshold_noise,
            "strength": 0.5 if strength is None else strength,
            "seed": seed,
            "threads": thread_count(1 if threads is None else threads),
            **_kernel_and_matrix(kernel, matrix, target, threads),
        }
    elif method is MethodChoice.dots:
        from dither.diffusion import KNUTH_CLASSES
        from dither.matrix.catalog import load_matrix

        options["matrix"] = KNUTH_CLASSES if matrix is None else load_matrix(matrix)
    by_rows = method is MethodChoice.rows
    dithering = PerFrame(
        functools.partial(_diffusion, method=method, **options),
        functools.partial(_rows, **options) if by_rows else None,
        whole=f"--method {method}",
        memory=None if memory is None else parse_memory(memory),
        spreads=True,
        rgba=_rgba(context, options) if by_rows else None,
    )
    if inks:
        refuse_given(context, f"{COLORS_ONLY} --method", "is not for --inks, which keeps inks")
        begin: BeginInks = functools.partial(_begin_inks, {**options, "light": "encoded"})
        if ink_dots is InkDotsChoice.avoid:
            if threads is not None:
                raise InputError("--threads has no effect with --ink-dots avoid")
            begin = functools.partial(_begin_avoiding_inks, options)
        with delayed_progress("dither", job.quiet) as on_progress:
            report = dither_inks(
                job, target.equal_levels("--inks") or 2, begin, dithering.memory, on_progress
            )
        finish(report, job.json_output, kernel=kernel)
        return
    if batch.recursive:
        from dither.cli.batch.recursive import dither_folder

        check = functools.partial(require_extra, "error diffusion", "diffuse", "numba")
        report = dither_folder(job, target, dithering, batch, check)
    else:
        with delayed_progress("dither", job.quiet) as on_progress:
            report = dither_images(job, target, dithering, on_progress)
    order = {"kernel": kernel} if method is MethodChoice.rows else {}
    finish(report, job.json_output, method=method.value, **order)


def _rgba(
    context: typer.Context, options: dict[str, Any]
) -> "functools.partial[np.ndarray] | None":
    """Return the function for palettes with alpha, unless an option is given that it lacks."""
    if any_given(context, "--amount --mix-in --intent --clamp --threshold-noise --matrix"):
        return None
    return functools.partial(_to_rgba, kernel=options["kernel"], serpentine=options["serpentine"])


# A batch pickles this with its arguments.
def _to_rgba(
    frame: "RasterImage", palette: "RgbaPalette", *, phase: tuple[int, int, int], **options: Any
) -> "np.ndarray":
    from dither.diffusion.rgba import diffuse_rgba

    return diffuse_rgba(frame, palette, **options)


# A batch pickles this with its arguments, too.
def _diffusion(
    color: "np.ndarray",
    *,
    phase: tuple[int, int, int],
    palette: "Palette | None" = None,
    method: MethodChoice,
    **options: Any,
) -> "np.ndarray":
    from dither.diffusion import dot_diffuse, error_diffuse, riemersma_dither

    if method is MethodChoice.curve:
        return riemersma_dither(color, palette=palette, **options)
    function = dot_diffuse if method is MethodChoice.dots else error_diffuse
    return function(color, palette=palette, frame=phase[0], **options)


def _begin_inks(options: dict[str, Any], inks: int, number: int) -> NextRows:
    """Return the function that diffuses the next rows of the inks of an image, each by itself."""
    import numpy as np

    from dither.diffusion.error_diffusion import row_diffusion

    functions = [
        row_diffusion(frame=number, **{**options, "seed": options["seed"] + ink})
        for ink in range(inks)
    ]

    def rows(color: "np.ndarray", phase: tuple[int, int, int]) -> "np.ndarray":
        planes = [
            diffuse(np.ascontiguousarray(color[..., ink])) for ink, diffuse in enumerate(functions)
        ]
        return np.stack(planes, axis=2)

    return rows


def _begin_avoiding_inks(options: dict[str, Any], inks: int, number: int) -> NextRows:
    """Return the function that diffuses the next rows of the inks of an image together."""
    from dither.diffusion.inks import ink_diffusion

    kept = {name: each for name, each in options.items() if name not in ("light", "threads")}
    diffuse = ink_diffusion(frame=number, **{**kept, "levels": options["levels"] or 2})
    return lambda color, phase: diffuse(color)


# And this.
def _rows(*, phase: tuple[int, int, int], pixels: int, **options: Any) -> NextRows:
    from dither.diffusion.error_diffusion import row_diffusion

    diffuse = row_diffusion(frame=phase[0], **options)
    return lambda color, phase: diffuse(color)


def _kernel_and_matrix(
    kernel: str, matrix: str | None, target: Target, threads: int | None
) -> dict[str, Any]:
    """Load the kernel and the matrix; refuse options that the kernel cannot follow."""
    from dither.diffusion import VariableKernel, load_kernel
    from dither.matrix.catalog import load_matrix

    loaded = load_kernel(kernel)
    if isinstance(loaded, VariableKernel):
        if target.levels is None:
            raise InputError(f"--kernel {kernel} works with --bits or --levels, not with a palette")
        if threads is not None:
            raise InputError(f"--threads has no effect with --kernel {kernel}")
    return {"kernel": loaded, "matrix": None if matrix is None else load_matrix(matrix)}
