"""`dither ordered`."""

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
    palette_of,
)
from dither.console import ForceOption, JsonOption, QuietOption, within
from dither.errors import InputError
from dither.matrix import DEFAULT_MATRIX

if TYPE_CHECKING:
    import numpy as np


def ordered(
    images: ImagesArgument,
    output: OutputOption,
    bits: BitsOption = None,
    levels: LevelsOption = None,
    palette: PaletteOption = None,
    colors: ColorsOption = None,
    candidates: Annotated[
        int | None,
        typer.Option(
            callback=within(1, 64), help="To a palette, each pixel takes one of so many [32]."
        ),
    ] = None,
    matrix: Annotated[
        str,
        typer.Option(
            "--matrix",
            "-m",
            help="A shipped matrix or a .npy file; of one with frames, each image takes the next.",
        ),
    ] = DEFAULT_MATRIX,
    strength: Annotated[
        float,
        typer.Option(
            callback=within(0, 1), help="How far thresholds lie apart; only 1 keeps the mean."
        ),
    ] = 1.0,
    light: Annotated[
        LightChoice | None,
        typer.Option(
            help="Keep the mean of the codes, or of the light they emit [encoded for levels, linear "
            "for palettes]."
        ),
    ] = None,
    gray: GrayOption = False,
    threads: Annotated[
        int, typer.Option(callback=within(0, 1024), help="At work at once; 0 is one a processor.")
    ] = 1,
    max_pixels: MaxPixelsOption = 1 << 28,
    json_output: JsonOption = False,
    force: ForceOption = False,
    quiet: QuietOption = False,
) -> None:
    """Dither by comparing every pixel with a tiled threshold matrix."""
    import numpy as np

    from dither.candidates import dither_to_palette
    from dither.matrix import load_channels, load_matrix
    from dither.ordered import ordered_dither
    from dither.palette import load_palette
    from dither.samples import level_values

    check_one_quantizer(bits=bits, levels=levels, palette=palette, colors=colors)
    if palette is None and colors is None:
        if candidates is not None:
            raise InputError("--candidates has no effect without --palette or --colors")
        count = levels or 1 << (bits or 1)
        # Up to 256 levels fit 8 bits, whatever the depth of the image was.
        values = level_values(count, np.dtype(np.uint8 if count <= 256 else np.uint16))
        matrices = load_channels(matrix)

        def dithered(color: "np.ndarray", frame: int) -> "np.ndarray":
            codes = ordered_dither(
                color,
                matrices,
                levels=count,
                light="encoded" if light is None else light.value,
                phase=(frame, 0, 0),
                strength=strength,
                threads=threads,
            )
            return values[codes]

        quantizer: dict[str, object] = {"levels": count}
    else:
        if threads != 1:
            raise InputError("--threads has no effect with --palette or --colors")
        fixed = None if palette is None else load_palette(palette)
        one = load_matrix(matrix)
        chosen: list[list[str]] = []

        def dithered(color: "np.ndarray", frame: int) -> "np.ndarray":
            mine = palette_of(color, fixed, colors)
            chosen.append(mine.hex)
            indices = dither_to_palette(
                color,
                mine,
                one,
                candidates=candidates or 32,
                light="linear" if light is None else light.value,
                strength=strength,
                phase=(frame, 0, 0),
            )
            return mine.colors[indices]

        quantizer = {"palettes": chosen}
    done = dither_each(
        images, output, dithered, gray=gray, max_pixels=max_pixels, force=force, quiet=quiet
    )
    if json_output:
        print(json.dumps({"matrix": matrix, **quantizer, "images": done}))
