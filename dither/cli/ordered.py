"""`dither ordered`."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from dither.cli.images import (
    BitsOption,
    GrayOption,
    ImagesArgument,
    LevelsOption,
    LightChoice,
    LightOption,
    MaxPixelsOption,
    OutputOption,
    dither_each,
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
    light: LightOption = LightChoice.encoded,
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

    from dither.matrix import load_channels
    from dither.ordered import ordered_dither
    from dither.samples import level_values

    if (bits is None) == (levels is None):
        raise InputError("give either --bits or --levels")
    count = levels or 1 << (bits or 0)
    matrices = load_channels(matrix)
    # Up to 256 levels fit 8 bits, whatever the depth of the image was.
    values = level_values(count, np.dtype(np.uint8 if count <= 256 else np.uint16))

    def dithered(color: "np.ndarray", frame: int) -> "np.ndarray":
        codes = ordered_dither(
            color,
            matrices,
            levels=count,
            light=light.value,
            phase=(frame, 0, 0),
            strength=strength,
            threads=threads,
        )
        return values[codes]

    done = dither_each(
        images, output, dithered, gray=gray, max_pixels=max_pixels, force=force, quiet=quiet
    )
    if json_output:
        print(json.dumps({"matrix": matrix, "levels": count, "images": done}))
