"""`dither diffuse`."""

import enum
import json
from typing import TYPE_CHECKING, Annotated

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
    kernel: Annotated[
        str,
        typer.Option(
            "--kernel", "-k", help="floyd-steinberg, atkinson, sierra-lite, ... or a .json file."
        ),
    ] = "floyd-steinberg",
    serpentine: Annotated[
        bool,
        typer.Option("--serpentine/--raster", help="Every second row to the left, against worms."),
    ] = True,
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
        typer.Option("--matrix", "-m", help="A matrix that the threshold follows, against worms."),
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
    from dither.diffusion import error_diffuse, load_kernel
    from dither.palette import load_palette

    check_one_quantizer(bits=bits, levels=levels, palette=palette, colors=colors)
    if strength is not None and matrix is None:
        raise InputError("--strength has no effect without --matrix")
    if seed and not noise:
        raise InputError("--seed has no effect without --noise")
    if serpentine and threads is not None:
        raise InputError("--threads has no effect without --raster")
    weights = load_kernel(kernel)
    fixed = None if palette is None else load_palette(palette)
    count = levels or 1 << (bits or 1)
    options = {
        "kernel": weights,
        "serpentine": serpentine,
        "light": light.value,
        "clamp": None if clamp is None else clamp.value,
        "noise": noise,
        "matrix": matrix,
        "strength": 0.5 if strength is None else strength,
        "seed": seed,
        "threads": threads or 1,
    }
    chosen: list[list[str]] = []

    def dithered(color: "np.ndarray", frame: int) -> "np.ndarray":
        if fixed is None and colors is None:
            return full_range(error_diffuse(color, levels=count, frame=frame, **options), count)
        mine = palette_of(color, fixed, colors)
        chosen.append(mine.hex)
        return mine.colors[error_diffuse(color, palette=mine.colors, frame=frame, **options)]

    done = dither_each(
        images,
        output,
        dithered,
        to_palette=palette is not None or colors is not None,
        gray=gray,
        max_pixels=max_pixels,
        force=force,
        quiet=quiet,
    )
    if json_output:
        quantizer = {"levels": count} if not chosen else {"palettes": chosen}
        print(json.dumps({"kernel": kernel, **quantizer, "images": done}))
