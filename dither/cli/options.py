"""Options that several commands share, each declared once."""

import dataclasses
from pathlib import Path
from typing import Annotated, Any

from dither.cli.choices import (
    IntentChoice,
)
from dither.cli.declare import BATCH, DITHERING, QUANTIZER
from dither.console.options import (
    INPUT,
    number,
    option,
)
from dither.errors import InputError

STREAM = Path("-")


def palette_names(incomplete: str) -> list[str]:
    """Return the named palettes that complete a word; for other words, shells complete file names."""
    from dither.palettes.named import NAMED_PALETTES

    return [name for name in NAMED_PALETTES if name.startswith(incomplete)]


def panel_names(incomplete: str) -> list[str]:
    """Return the shipped panels that complete a word; for other words, shells complete file names."""
    from dither.panels.files import panel_names

    return [name for name in panel_names() if name.startswith(incomplete)]


def matrix_names(incomplete: str) -> list[str]:
    """Return the matrices that complete a word; for other words, shells complete file names."""
    from dither.matrix.catalog import matrix_names

    return [name for name in matrix_names() if name.startswith(incomplete)]


def matrix_option(text: str) -> Any:
    """Return the option --matrix of a command."""
    return option(DITHERING, text, "--matrix", "-m", value="NAME|FILE", autocompletion=matrix_names)


def threads_option(where: str = "") -> Any:
    """Return the option --threads; `where` says for what it has an effect, such as ", for volumes"."""
    text = f"Threads{where}; 0: one per processor [1]. The result does not depend on it."
    return number(DITHERING, 0, 1024, text)


MemoryOption = Annotated[
    str | None,
    option(
        INPUT,
        "Memory for images and results, in addition to the program itself [256MB]. PNG, JPEG and TIFF "
        "are read and dithered in bands of rows; an image that has to be read whole is refused if this "
        "is given and too little. Volumes are dithered in blocks.",
        value="SIZE",
    ),
]
InksOption = Annotated[
    bool,
    option(
        DITHERING,
        "Dither the inks of a CMYK or multi-ink TIFF, or of a CMYK JPEG, and write them as a .tif of "
        "inks, without colour management; dither ordered keeps the dots of inks apart.",
        "--inks",
    ),
]
MIX_IN_HELP = (
    "Mix neighbouring pixels as linear light (true from a distance) or as encoded sRGB codes"
)
MAX_SEED = (1 << 32) - 1
MaxPixelsOption = Annotated[
    int, number(INPUT, 1, 1 << 40, "Refuse images with more pixels, all frames together.")
]
NoColorManagementOption = Annotated[
    bool,
    option(
        INPUT,
        "Take samples as sRGB whatever the file's colour profile says, and keep the profile in images "
        "of levels. Otherwise colours are converted to sRGB.",
        "--no-color-management",
    ),
]
PaletteOption = Annotated[
    str | None,
    option(
        QUANTIZER,
        "A name (list: dither palettes), a .gpl .pal .hex .act .aco .ase .aseprite .txt .json or image "
        "file, or colours such as '#000, tomato, #ffffff'.",
        *("--palette", "-p"),
        value="NAME|FILE|COLOURS",
        autocompletion=palette_names,
    ),
]
IntentOption = Annotated[
    IntentChoice | None,
    option(
        DITHERING,
        "Rendering intent. perceptual, relative: white and black become the palette's; other colours "
        "are compressed smoothly, or clipped at constant hue. absolute: colours stay, and are clipped. "
        "lightness: only tones count, as in a gradient map [perceptual; absolute with --colors].",
    ),
]
PanelOption = Annotated[
    str | None,
    option(
        QUANTIZER,
        "The inks of a display panel: a name (list: dither panels) or a .toml file. Images are written "
        "in the colours of its driver; .bin, .raw, .dat and .buf hold its raw buffer, .h and .c a C "
        "array.",
        value="NAME|FILE",
        autocompletion=panel_names,
    ),
]
SeedOption = Annotated[
    int, number(DITHERING, 0, MAX_SEED, "Seed of the random numbers.", "--seed", "-s")
]


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
        str | None,
        option(
            QUANTIZER,
            "Levels per channel (2 to 65536); or of red, green and blue: three numbers such as "
            "32,64,32, or rgb888, rgb666, rgb565, rgb555, rgb444, rgb333, rgb332, rgb111.",
            *("--levels", "-l"),
            value="N|R,G,B|NAME",
        ),
    ] = None
    palette: PaletteOption = None
    panel: PanelOption = None
    colors: Annotated[
        int | None,
        number(QUANTIZER, 2, 256, "Number of colours (2 to 256), chosen per image or animation."),
    ] = None

    def __post_init__(self) -> None:
        given = (self.bits, self.levels, self.palette, self.panel, self.colors)
        if sum(value is not None for value in given) != 1:
            raise InputError(
                "choose exactly one of --bits, --levels, --palette, --panel and --colors"
            )


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
WITHOUT_EFFECT = {
    "with --gray": "--saturation",
    "with --packed": "--format",
    "without --panel": "--preview",
}
WITHOUT_BATCH = {
    "without --recursive": "--jobs --scheduler",
    "with --recursive": "--preview --fps --loop",
    "without --output -": "--format",
}
