"""What the commands that dither images have in common: which files they read and write, and how."""

import dataclasses
import enum
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dither.console import note, within
from dither.errors import InputError

if TYPE_CHECKING:
    import numpy as np

    from dither.palette import Palette


class LightChoice(enum.StrEnum):
    """Which mean of neighbouring levels dithering keeps."""

    encoded = "encoded"
    linear = "linear"


ImagesArgument = Annotated[
    list[Path],
    typer.Argument(help="PNG, JPEG, TIFF, WebP, BMP, GIF (first frame) or PNM; 16 bits for grey."),
]
OutputOption = Annotated[
    Path, typer.Option("--output", "-o", help="A file, or a folder for several.")
]
BitsOption = Annotated[
    int | None,
    typer.Option("--bits", "-b", callback=within(1, 16), help="Bits a channel, 1 to 16."),
]
LevelsOption = Annotated[
    int | None,
    typer.Option("--levels", "-l", callback=within(2, 65536), help="Levels a channel, 2 to 65536."),
]
PaletteOption = Annotated[
    str | None,
    typer.Option(
        "--palette",
        "-p",
        help="A name (`dither palettes`), a .gpl .pal .hex .act or image file, or colours as "
        "#000000,#ffffff.",
    ),
]
ColorsOption = Annotated[
    int | None,
    typer.Option(callback=within(2, 256), help="So many colours, chosen for each image."),
]
GrayOption = Annotated[bool, typer.Option("--gray", help="Dither the luminance alone.")]
MaxPixelsOption = Annotated[
    int, typer.Option(callback=within(1, 1 << 40), help="Refuse larger images.")
]


def check_one_quantizer(**options: object) -> None:
    """Refuse none or several of the options that say to what is dithered."""
    if sum(option is not None for option in options.values()) != 1:
        *names, last = (f"--{name}" for name in options)
        raise InputError(f"give one of {', '.join(names)} and {last}")


def palette_of(color: "np.ndarray", palette: "Palette | None", colors: int | None) -> "Palette":
    """The palette that is given, or one of so many colours chosen for the image."""
    if palette is not None:
        return palette
    from dither.quantize import k_means
    from dither.samples import checked_image, eight_bit_colors, native

    return k_means(eight_bit_colors(checked_image(native(color))), colors or 2)


def full_range(codes: "np.ndarray", levels: int) -> "np.ndarray":
    """The codes to save: up to 256 levels fit 8 bits, whatever the depth of the image was."""
    import numpy as np

    from dither.samples import level_values

    return level_values(levels, np.dtype(np.uint8 if levels <= 256 else np.uint16))[codes]


def dither_each(
    images: list[Path],
    output: Path,
    dithered: "Callable[[np.ndarray, int], np.ndarray]",
    *,
    to_palette: bool,
    gray: bool,
    max_pixels: int,
    force: bool,
    quiet: bool,
) -> list[dict[str, Any]]:
    """Read each image, dither its colour, and write it; what was done, for --json.

    Args:
        images: the files.
        output: a file, or a folder for several.
        dithered: from a colour array and the image's place in the sequence to full-range values.
        to_palette: whether the values are a palette's.
        gray: whether to dither the luminance alone.
        max_pixels: larger images are refused.
        force: whether files that are there may be replaced.
        quiet: say nothing.
    """
    from dither.color import to_gray
    from dither.io import check_image_path, read_image, write_image

    outputs = _output_paths(images, output)
    for path in outputs:
        check_image_path(path, replace=force)
    done = []
    for frame, (source, path) in enumerate(zip(images, outputs, strict=True)):
        image = read_image(source, max_pixels=max_pixels)
        color = to_gray(image.color) if gray and image.color.ndim == 3 else image.color
        try:
            values = dithered(color, frame)
        except InputError as error:
            raise InputError(f"{source}: {error}") from None
        # The profile is that of the channels as they were; palettes are sRGB.
        same = color is image.color and not to_palette
        profile = image.profile if same else None
        write_image(path, dataclasses.replace(image, color=values, profile=profile), replace=force)
        note(f"{source} -> {path}", quiet=quiet)
        done.append({"input": str(source), "output": str(path), "shape": list(values.shape)})
    return done


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
