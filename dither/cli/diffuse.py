"""`dither diffuse`."""

import enum
import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dither.cli.images import (
    BitsOption,
    ColorsOption,
    GrayOption,
    ImagesArgument,
    LevelsOption,
    LightChoice,
    MaxPixelsOption,
    OutputOption,
    PaletteOption,
    check_one_quantizer,
    dither_each,
    full_range,
    palette_of,
)
from dither.console import ForceOption, JsonOption, QuietOption, within
from dither.errors import InputError

if TYPE_CHECKING:
    import numpy as np


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
    output: OutputOption,
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
        float, typer.Option(callback=within(0, 1), help="White noise on the threshold.")
    ] = 0.0,
    matrix: Annotated[
        str | None,
        typer.Option(
            "--matrix", "-m", help="That the threshold follows, against worms; of dots, the order."
        ),
    ] = None,
    strength: Annotated[
        float | None, typer.Option(callback=within(0, 1), help="Of the matrix [0.5].")
    ] = None,
    seed: Annotated[
        int, typer.Option("--seed", "-s", callback=within(0, (1 << 32) - 1), help="Of the noise.")
    ] = 0,
    gray: GrayOption = False,
    threads: Annotated[
        int | None,
        typer.Option(callback=within(1, 256), help="At work at once, with --raster [1]."),
    ] = None,
    max_pixels: MaxPixelsOption = 1 << 28,
    json_output: JsonOption = False,
    force: ForceOption = False,
    quiet: QuietOption = False,
) -> None:
    """Dither by handing each pixel's error on to its neighbours, to levels or a palette."""
    from dither.diffusion import KNUTH_CLASSES, dot_diffuse, error_diffuse, riemersma_dither
    from dither.palette import load_palette

    check_one_quantizer(bits=bits, levels=levels, palette=palette, colors=colors)
    options: dict[str, Any] = {
        "light": light.value,
        "clamp": None if clamp is None else clamp.value,
    }
    to_palette = palette is not None or colors is not None
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
        by = error_diffuse
        options |= _by_rows(
            kernel, serpentine, noise, matrix, strength, seed, threads, to_palette=to_palette
        )
    else:
        if method is MethodChoice.curve:
            rows["--matrix"] = matrix
        for name, value in rows.items():
            if value is not None:
                raise InputError(f"{name} has no effect with --method {method.value}")
        by = riemersma_dither if method is MethodChoice.curve else dot_diffuse
        if method is MethodChoice.dots:
            options["matrix"] = matrix or KNUTH_CLASSES
    fixed = None if palette is None else load_palette(palette)
    count = levels or 1 << (bits or 1)
    chosen: list[list[str]] = []

    def dithered(color: "np.ndarray", frame: int) -> "np.ndarray":
        if method is not MethodChoice.curve:
            options["frame"] = frame
        if fixed is None and colors is None:
            return full_range(by(color, levels=count, **options), count)
        mine = palette_of(color, fixed, colors)
        chosen.append(mine.hex)
        return mine.colors[by(color, palette=mine.colors, **options)]

    done = dither_each(
        images,
        output,
        dithered,
        to_palette=to_palette,
        gray=gray,
        max_pixels=max_pixels,
        force=force,
        quiet=quiet,
    )
    if json_output:
        quantizer = {"levels": count} if not chosen else {"palettes": chosen}
        order = {"kernel": kernel} if method is MethodChoice.rows else {}
        print(json.dumps({"method": method.value, **order, **quantizer, "images": done}))


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
    from dither.diffusion import VariableKernel, load_kernel

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
        "matrix": matrix,
        "strength": 0.5 if strength is None else strength,
        "seed": seed,
        "threads": threads or 1,
    }
