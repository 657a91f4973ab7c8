"""The options that the commands which dither images have in common."""

import enum
from pathlib import Path
from typing import Annotated

import typer

from dither.console import in_range
from dither.errors import InputError
from dither.images.adjustments import MAX_FACTOR
from dither.images.fit import MAX_SCALE, Sides


class LightChoice(enum.StrEnum):
    """Which mean of neighbouring levels dithering keeps."""

    encoded = "encoded"
    linear = "linear"


class PackedChoice(enum.StrEnum):
    """Where in a byte the leftmost pixel lies."""

    msb = "msb"
    lsb = "lsb"


ImagesArgument = Annotated[
    list[Path],
    typer.Argument(
        help="PNG, JPEG, TIFF, WebP, BMP, GIF or PNM, - for standard input; 16 bits for grey; all "
        "frames of an animated GIF, PNG or WebP."
    ),
]
OutputOption = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        help="A file (.png .gif .webp .tif .bmp .pnm ...), a folder for several, or - for standard "
        "output. Animations stay so as .gif, .png and .webp; else their first frame is taken.",
    ),
]
OutputDirOption = Annotated[
    Path | None,
    typer.Option(help="A folder, made if it is missing; all results arrive there, or none."),
]
NameOption = Annotated[
    str | None,
    typer.Option(
        help="Of files in a folder, with the input's {stem} or {name} [{stem}-dithered.png; with "
        "--recursive {stem}.png]."
    ),
]
FormatOption = Annotated[
    str | None,
    typer.Option("--format", help="Of standard output: png, gif, webp, tif, bmp, pnm ... [png]."),
]
BitsOption = Annotated[
    int | None,
    typer.Option(
        "--bits",
        "-b",
        callback=in_range(1, 16),
        help="Bits a channel, 1 to 16; give this or one of --levels, --palette and --colors.",
    ),
]
LevelsOption = Annotated[
    int | None,
    typer.Option(
        "--levels", "-l", callback=in_range(2, 65536), help="Levels a channel, 2 to 65536."
    ),
]


def names_of_palettes(incomplete: str) -> list[str]:
    """The named palettes that a shell may complete to; where there is none it completes files."""
    from dither.palettes.named import NAMED_PALETTES

    return [name for name in NAMED_PALETTES if name.startswith(incomplete)]


def names_of_matrices(incomplete: str) -> list[str]:
    """The shipped matrices that a shell may complete to; where there is none it completes files."""
    from dither.matrix.catalog import shipped_matrices

    return [name for name in shipped_matrices() if name.startswith(incomplete)]


PaletteOption = Annotated[
    str | None,
    typer.Option(
        "--palette",
        "-p",
        autocompletion=names_of_palettes,
        help="A name (`dither palettes`), a .gpl .pal .hex .act or image file, or colours as "
        "#000000,#ffffff.",
    ),
]
ColorsOption = Annotated[
    int | None,
    typer.Option(
        callback=in_range(2, 256),
        help="So many colours, 2 to 256, chosen for each image or animation.",
    ),
]
GrayOption = Annotated[bool, typer.Option("--gray", help="Dither the luminance alone.")]
ResizeOption = Annotated[
    str | None,
    typer.Option(
        help="First, to WxH pixels; Wx or xH keeps the ratio, and so does a share such as 50%."
    ),
]
SaturationOption = Annotated[
    float,
    typer.Option(
        callback=in_range(0, MAX_FACTOR), help="First, colourfulness times 0 to 10; 0 is grey."
    ),
]
BrightnessOption = Annotated[
    float,
    typer.Option(
        callback=in_range(0, MAX_FACTOR), help="First, sRGB codes times 0 to 10; 0 is black."
    ),
]
ContrastOption = Annotated[
    float,
    typer.Option(
        callback=in_range(0, MAX_FACTOR),
        help="First, distance from middle grey times 0 to 10; 0 is middle grey.",
    ),
]
ScaleOption = Annotated[
    int,
    typer.Option(
        callback=in_range(1, 64), help="At last, each pixel as a square of 1 to 64 pixels."
    ),
]
PackedOption = Annotated[
    PackedChoice | None,
    typer.Option(
        help="Write bare rows of 1, 2 or 4 bits a pixel, for panels: the first pixel in the highest "
        "bits (msb) or the lowest. Grey, or indices of up to 16 colours."
    ),
]
MaxPixelsOption = Annotated[
    int,
    typer.Option(
        callback=in_range(1, 1 << 40),
        help="Refuse larger images, before and after --resize and --scale; frames add up.",
    ),
]
RecursiveOption = Annotated[
    bool,
    typer.Option(
        "--recursive",
        help="Take all images in a folder and those in it, to a folder of the same shape; what was "
        "done is not done again.",
    ),
]
JobsOption = Annotated[
    int | None,
    typer.Option(
        callback=in_range(1, 1024),
        help="With --recursive: processes at work at once [one for each processor].",
    ),
]
SchedulerOption = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="With --recursive: work on the machines of a Dask scheduler, as tcp://10.0.0.1:8786.",
    ),
]


def sides_of(text: str | None) -> Sides | float | None:
    """What --resize asks for.

    Raises:
        InputError: it is none of WxH, Wx, xH and P%, or out of range.

    Example:
        >>> sides_of("320x"), sides_of("50%")
        (Sides(width=320, height=None), 0.5)
    """
    if text is None:
        return None
    unreadable = InputError(f"--resize is {text!r}; it must be like 320x240, 320x, x240 or 50%")
    if text.endswith("%"):
        try:
            share = float(text[:-1]) / 100
        except ValueError:
            raise unreadable from None
        if not 0 < share <= MAX_SCALE:
            raise InputError(
                f"--resize is {text!r}; a share is above 0% and at most {100 * MAX_SCALE:g}%"
            )
        return share
    try:
        width, height = (int(side) if side else None for side in text.lower().split("x"))
    except ValueError:
        raise unreadable from None
    try:
        return Sides(width, height)
    except InputError as error:
        raise InputError(f"--resize is {text!r}: {error}") from None
