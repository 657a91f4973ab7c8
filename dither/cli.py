"""The command line `dither`."""

import enum
import json
import os
from pathlib import Path
from typing import Annotated

import typer

from dither.console import ForceOption, JsonOption, QuietOption, note, run, within
from dither.errors import InputError
from dither.matrix import DEFAULT_MATRIX

app = typer.Typer(
    help="Dither images with blue-noise threshold matrices.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


class LightChoice(enum.StrEnum):
    """Which mean of neighbouring levels dithering keeps."""

    encoded = "encoded"
    linear = "linear"


@app.callback()
def _commands() -> None:
    """Dither images with blue-noise threshold matrices."""


@app.command()
def ordered(
    images: Annotated[
        list[Path],
        typer.Argument(
            help="PNG, JPEG, TIFF, WebP, BMP, GIF (first frame) or PNM; 16 bits for grey."
        ),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="A file, or a folder for several.")
    ],
    bits: Annotated[
        int | None,
        typer.Option("--bits", "-b", callback=within(1, 16), help="Bits a channel, 1 to 16."),
    ] = None,
    levels: Annotated[
        int | None,
        typer.Option(
            "--levels", "-l", callback=within(2, 65536), help="Levels a channel, 2 to 65536."
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
    light: Annotated[
        LightChoice, typer.Option(help="Keep the mean of the codes, or of the light they emit.")
    ] = LightChoice.encoded,
    gray: Annotated[bool, typer.Option("--gray", help="Dither the luminance alone.")] = False,
    max_pixels: Annotated[
        int, typer.Option(callback=within(1, 1 << 40), help="Refuse larger images.")
    ] = 1 << 28,
    json_output: JsonOption = False,
    force: ForceOption = False,
    quiet: QuietOption = False,
) -> None:
    """Dither by comparing every pixel with a tiled threshold matrix."""
    import dataclasses

    import numpy as np

    from dither.color import to_gray
    from dither.io import check_image_path, read_image, write_image
    from dither.matrix import load_channels
    from dither.ordered import ordered_dither
    from dither.samples import level_values

    if (bits is None) == (levels is None):
        raise InputError("give either --bits or --levels")
    count = levels or 1 << (bits or 0)
    matrices = load_channels(matrix)
    outputs = _output_paths(images, output)
    for path in outputs:
        check_image_path(path, replace=force)
    # Up to 256 levels fit 8 bits, whatever the depth of the image was.
    values = level_values(count, np.dtype(np.uint8 if count <= 256 else np.uint16))
    done = []
    for frame, (source, path) in enumerate(zip(images, outputs, strict=True)):
        image = read_image(source, max_pixels=max_pixels)
        color = to_gray(image.color) if gray and image.color.ndim == 3 else image.color
        profile = image.profile if color is image.color else None
        try:
            codes = ordered_dither(
                color, matrices, levels=count, light=light.value, phase=(frame, 0, 0)
            )
        except InputError as error:
            raise InputError(f"{source}: {error}") from None
        dithered = dataclasses.replace(image, color=values[codes], profile=profile)
        write_image(path, dithered, replace=force)
        note(f"{source} -> {path}", quiet=quiet)
        done.append({"input": str(source), "output": str(path), "shape": list(color.shape)})
    if json_output:
        print(json.dumps({"matrix": matrix, "levels": count, "images": done}))


def _output_paths(images: list[Path], output: Path) -> list[Path]:
    """One output for each input: `output` itself, or {stem}-dithered.png in that folder."""
    if not output.is_dir():
        if len(images) > 1:
            raise InputError(
                f"{len(images)} images need a folder as --output, and {output} is none"
            )
        return [output]
    paths = [output / f"{image.stem}-dithered.png" for image in images]
    for index, path in enumerate(paths):
        if path in paths[:index]:
            raise InputError(f"two inputs would both be written as {path}")
        if os.path.realpath(path) in map(os.path.realpath, images[index + 1 :]):
            raise InputError(f"{path} would be overwritten before it is read")
    return paths


def main() -> None:
    """Entry point of the command `dither`."""
    run(app)


if __name__ == "__main__":
    main()
