"""Options that several commands share, each declared once."""

import dataclasses
import enum
from pathlib import Path
from typing import Annotated, Any

import typer

from dither.cli.declare import BATCH, DITHERING, PREPARATION, QUANTIZER
from dither.console import INPUT, OUTPUT, ForceOption, JsonOption, QuietOption, number, option
from dither.errors import InputError
from dither.images.adjustments import Preparation
from dither.images.fit import Sides

STREAM = Path("-")


class MixInChoice(enum.StrEnum):
    """The space in which neighbouring pixels keep their mean."""

    encoded = "encoded"
    linear = "linear"


class PackedChoice(enum.StrEnum):
    """The bits of a byte that hold the leftmost pixel: the highest or the lowest."""

    msb = "msb"
    lsb = "lsb"


def palette_names(incomplete: str) -> list[str]:
    """Return the named palettes that complete a word; for other words, shells complete file names."""
    from dither.palettes.named import NAMED_PALETTES

    return [name for name in NAMED_PALETTES if name.startswith(incomplete)]


def matrix_names(incomplete: str) -> list[str]:
    """Return the shipped matrices that complete a word; for other words, shells complete file names."""
    from dither.matrix.catalog import shipped_matrices

    return [name for name in shipped_matrices() if name.startswith(incomplete)]


def matrix_option(text: str) -> Any:
    """Return the option --matrix of a command."""
    return option(DITHERING, text, "--matrix", "-m", value="NAME|FILE", autocompletion=matrix_names)


def threads_option(where: str = "") -> Any:
    """Return the option --threads; `where` says for what it has an effect, such as ", for volumes"."""
    text = f"Threads{where}; 0: one per processor [1]. The result does not depend on it."
    return number(DITHERING, 0, 1024, text)


MIX_IN_HELP = (
    "Mix neighbouring pixels as linear light (true from a distance) or as encoded sRGB codes"
)
MAX_SEED = (1 << 32) - 1
MaxPixelsOption = Annotated[
    int, number(INPUT, 1, 1 << 40, "Refuse images with more pixels, all frames together.")
]
PaletteOption = Annotated[
    str | None,
    option(
        QUANTIZER,
        "A name (list: dither palettes), a .gpl .pal .hex .act or image file, or colours such as "
        "#000000,#ffffff.",
        *("--palette", "-p"),
        value="NAME|FILE|COLOURS",
        autocompletion=palette_names,
    ),
]
SeedOption = Annotated[
    int, number(DITHERING, 0, MAX_SEED, "Seed of the random numbers.", "--seed", "-s")
]


def parse_resize(text: str) -> Sides | float:
    """Return the sides or the factor that --resize names.

    Raises:
        InputError: the text is none of WxH, Wx, xH and P%, or a number is out of range.

    Example:
        >>> parse_resize("320x"), parse_resize("50%")
        (Sides(width=320, height=None), 0.5)
    """
    try:
        if text.endswith("%"):
            resize = float(text[:-1]) / 100
            Preparation(resize=resize)
            return resize
        width, height = (int(side) if side else None for side in text.lower().split("x"))
        return Sides(width, height)
    except InputError as error:
        raise InputError(f"--resize is {text!r}: {error}") from None
    except ValueError:
        raise InputError(
            f"--resize is {text!r}; it must be like 320x240, 320x, x240 or 50%"
        ) from None


@dataclasses.dataclass(frozen=True)
class Job:
    """Options of every command that dithers images: the images, the outputs, and the preparation.

    Attributes:
        preparation: the options of the panel Preparation, checked.
    """

    images: Annotated[
        list[Path],
        typer.Argument(
            metavar="IMAGE",
            rich_help_panel=INPUT,
            help="PNG, JPEG, TIFF, WebP, BMP, GIF or PNM files, or - for standard input; grey may have "
            "16 bits. GIF, PNG and WebP animations are read whole.",
        ),
    ]
    max_pixels: MaxPixelsOption = 1 << 28
    output: Annotated[
        Path | None,
        option(
            OUTPUT,
            "A file (.png .gif .webp .tif .bmp .pnm ...), an existing folder, or - for standard "
            "output. .gif, .png and .webp keep the animation; other formats keep the first frame.",
            *("--output", "-o"),
            value="FILE|FOLDER|-",
        ),
    ] = None
    output_dir: Annotated[
        Path | None,
        option(
            OUTPUT,
            "A folder, created if missing; with several inputs, all outputs are written or none.",
            value="FOLDER",
        ),
    ] = None
    name: Annotated[
        str | None,
        option(
            OUTPUT,
            "File name in a folder, with the {stem} or {name} (photo, photo.jpg) of the input "
            "[{stem}-dithered.png; with --recursive {stem}.png].",
            value="TEMPLATE",
        ),
    ] = None
    output_format: Annotated[
        str | None,
        option(
            OUTPUT,
            "Format of standard output: png, gif, webp, tif, bmp, pnm ... [png].",
            "--format",
            value="FORMAT",
        ),
    ] = None
    packed: Annotated[
        PackedChoice | None,
        option(
            OUTPUT,
            "Write raw rows of 1, 2 or 4 bits per pixel for display panels, the leftmost pixel in the "
            "highest (msb) or the lowest bits (lsb). Grey, or up to 16 colours.",
        ),
    ] = None
    scale: Annotated[
        int, number(OUTPUT, 1, 64, "Enlarge the result N times without smoothing (1 to 64).")
    ] = 1
    force: ForceOption = False
    json_output: JsonOption = False
    quiet: QuietOption = False
    gray: Annotated[bool, option(PREPARATION, "Dither the luminance only.", "--gray")] = False
    resize: Annotated[
        str | None,
        option(
            PREPARATION,
            "Resize first, such as 800x480; 320x, x240 and 50% keep the aspect ratio.",
            value="WxH|Wx|xH|P%",
        ),
    ] = None
    saturation: Annotated[
        float,
        option(
            PREPARATION,
            "Colourfulness factor applied before dithering (0 to 10); 0 is grey.",
            value="FACTOR",
        ),
    ] = 1.0
    brightness: Annotated[
        float,
        option(
            PREPARATION,
            "Brightness factor applied before dithering (0 to 10); 0 is black.",
            value="FACTOR",
        ),
    ] = 1.0
    contrast: Annotated[
        float,
        option(
            PREPARATION,
            "Contrast factor applied before dithering (0 to 10); 0 is middle grey.",
            value="FACTOR",
        ),
    ] = 1.0
    line_art: Annotated[
        bool,
        option(
            DITHERING,
            "Leave lines, text and flat areas undithered, in colours that keep them readable; dither "
            "photos, gradients, and flat areas that no colour resembles.",
            "--line-art",
        ),
    ] = False
    mask: Annotated[
        Path | None,
        option(
            DITHERING,
            "A grey image of the same size: white is dithered, black takes the nearest colours without "
            "dithering. It is resized with the image.",
            value="FILE",
        ),
    ] = None
    preparation: Preparation = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        if self.line_art and self.mask is not None:
            raise InputError("choose one of --line-art and --mask")
        resize = None if self.resize is None else parse_resize(self.resize)
        tone = self.saturation, self.brightness, self.contrast
        object.__setattr__(self, "preparation", Preparation(self.gray, resize, *tone))


@dataclasses.dataclass(frozen=True)
class Quantizer:
    """Options that say to what images are dithered; exactly one is given."""

    bits: Annotated[
        int | None,
        number(
            QUANTIZER,
            *(1, 16),
            "Bits per channel (1 to 16).",
            *("--bits", "-b"),
        ),
    ] = None
    levels: Annotated[
        int | None,
        number(QUANTIZER, 2, 65536, "Levels per channel (2 to 65536).", "--levels", "-l"),
    ] = None
    palette: PaletteOption = None
    colors: Annotated[
        int | None,
        number(QUANTIZER, 2, 256, "Number of colours (2 to 256), chosen per image or animation."),
    ] = None

    def __post_init__(self) -> None:
        given = (self.bits, self.levels, self.palette, self.colors)
        if sum(value is not None for value in given) != 1:
            raise InputError("choose exactly one of --bits, --levels, --palette and --colors")


@dataclasses.dataclass(frozen=True)
class Batch:
    """Options of work on a whole folder."""

    recursive: Annotated[
        bool,
        option(
            BATCH,
            "Dither all images of a folder and its subfolders into a folder of the same structure. "
            "Run the same command again to resume, or to dither new images only.",
            "--recursive",
        ),
    ] = False
    jobs: Annotated[
        int | None,
        number(
            BATCH,
            *(1, 1024),
            "Worker processes. With --recursive: one per processor unless given. With a volume: 1 "
            "unless given; they share --memory.",
        ),
    ] = None
    scheduler: Annotated[
        str | None,
        option(
            BATCH,
            "Dask scheduler whose workers do the work, such as tcp://10.0.0.1:8786; instead of --jobs.",
            value="ADDRESS",
        ),
    ] = None


# Rules of `refuse_without_effect` for every command that dithers images.
WITHOUT_EFFECT = {"with --gray": "--saturation", "with --packed": "--format"}
WITHOUT_BATCH = {"without --recursive": "--jobs --scheduler", "without --output -": "--format"}
