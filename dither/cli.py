"""The command line `dither`."""

import enum
import json
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
    images: Annotated[list[Path], typer.Argument(help="PNG, JPEG, TIFF, WebP, BMP, GIF or PNM.")],
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
        str, typer.Option("--matrix", "-m", help="A shipped matrix or a .npy file.")
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

    from dither.color import to_gray
    from dither.io import check_image_path, read_image, write_image
    from dither.matrix import load_matrix
    from dither.ordered import requantize

    if (bits is None) == (levels is None):
        raise InputError("give either --bits or --levels")
    threshold_matrix = load_matrix(matrix)
    outputs = _output_paths(images, output)
    for path in outputs:
        check_image_path(path, replace=force)
    done = []
    for source, path in zip(images, outputs, strict=True):
        image = read_image(source, max_pixels=max_pixels)
        color = to_gray(image.color) if gray and image.color.ndim == 3 else image.color
        profile = image.profile if color is image.color else None
        try:
            dithered = requantize(
                color, threshold_matrix, bits=bits, levels=levels, light=light.value
            )
        except InputError as error:
            raise InputError(f"{source}: {error}") from None
        write_image(path, dataclasses.replace(image, color=dithered, profile=profile))
        note(f"{source} -> {path}", quiet=quiet)
        done.append({"input": str(source), "output": str(path), "shape": list(color.shape)})
    if json_output:
        print(json.dumps({"matrix": matrix, "levels": levels or 1 << (bits or 0), "images": done}))


def _output_paths(images: list[Path], output: Path) -> list[Path]:
    """One output for each input: `output` itself, or {stem}-dithered.png in that folder."""
    if output.is_dir():
        paths = [output / f"{image.stem}-dithered.png" for image in images]
        if len(set(paths)) < len(paths):
            raise InputError(f"two inputs would both be written as {_repeated(paths)}")
        return paths
    if len(images) > 1:
        raise InputError(f"{len(images)} images need a folder as --output, and {output} is none")
    return [output]


def _repeated(paths: list[Path]) -> Path:
    return next(path for index, path in enumerate(paths) if path in paths[:index])


def main() -> None:
    """Entry point of the command `dither`."""
    run(app)


if __name__ == "__main__":
    main()
