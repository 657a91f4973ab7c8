"""The command line `dither`: its commands and the examples in their help."""

import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dither.console.app import (
    command_first,
    command_line,
    examples,
    file_for_command,
    former_spellings,
)

if TYPE_CHECKING:
    import typer

    app: typer.Typer

_VIDEO_ENDINGS = (".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi")
_IMAGE_ENDINGS = (
    *(".png", ".jpg", ".jpeg", ".gif", ".webp", ".tif", ".tiff", ".bmp"),
    *(".pbm", ".pgm", ".ppm", ".pnm", ".zarr"),
    *_VIDEO_ENDINGS,
)

# The settings of each command, which is the function of this name in `dither.cli.commands`.
_COMMANDS: dict[str, dict[str, Any]] = {
    "ordered": {
        **former_spellings(light="mix-in"),
        **examples(
            "dither ordered photo.jpg -o one-bit.png --bits 1",
            "dither ordered photo.jpg -o e-ink.png --levels 16 --gray --resize 800x",
            "dither ordered photo.jpg -o panel.bin --panel spectra-6-7.3 --fit cover",
            "dither ordered clip.gif -o one-bit.gif --bits 1",
            "dither ordered frame*.png -o clip.gif --bits 1 --fps 12",
            "dither ordered clip.mp4 -o one-bit.mp4 --bits 1",
            "dither ordered *.jpg --output-dir dithered --bits 2",
        ),
    },
    "diffuse": {
        **former_spellings(light="mix-in", noise="threshold-noise"),
        **examples(
            "dither diffuse photo.jpg -o game-boy.png --palette game-boy --kernel atkinson",
            "dither diffuse photo.jpg -o pixels.png --palette c64 --resize 160x --scale 4",
            "dither diffuse photo.jpg -o sixteen.png --colors 16",
        ),
    },
    "optimize": {
        **former_spellings(draws="random"),
        **examples(
            "dither optimize photo.jpg -o best.png --colors 16 --palette-output best.gpl",
            "dither optimize photo.jpg -o frame.bin --panel spectra-6-7.3 --fit cover "
            "--preview seen.png",
            "dither optimize photo.jpg -o three.png --method published --colors 3 --variance 0.25",
            "dither optimize clip.gif -o still.gif --colors 16 --preset smooth",
            "dither optimize photos -o best --recursive --colors auto",
        ),
    },
    "colors": examples("dither colors photo.jpg -o how-many.png"),
    "compare": examples(
        "dither compare photo.jpg one-bit.png",
        "dither compare photo.jpg one-bit.png game-boy.png -o compared.html",
    ),
    "studio": examples("dither studio -o studio.html"),
    "palettes": examples(
        "dither palettes", "dither palettes pico-8", "dither palettes mine.gpl -o mine.ase"
    ),
    "panels": examples("dither panels", "dither panels spectra-6-7.3", "dither panels --json"),
}


def app_of(words: Iterable[str]) -> "typer.Typer":
    """Return the app for these command-line words."""
    return command_line(
        "Dither images with blue-noise threshold matrices, by error diffusion, or by optimisation.",
        {
            name: (f"dither.cli.commands.{name}:{name}", settings)
            for name, settings in _COMMANDS.items()
        },
        words,
    )


def mistaken_command(words: Iterable[str]) -> str | None:
    """Return the sentence about a missing command or one after its options, or None.

    Example:
        >>> mistaken_command(["photo.png"])
        "'photo.png' is not a command; to dither it: dither ordered photo.png -o photo-dithered.png \
--bits 1 (dither --help lists other commands)"
    """
    words = list(words)
    file = file_for_command(words, _COMMANDS, _IMAGE_ENDINGS)
    if file is None:
        return command_first("dither", words, _COMMANDS)
    suffix = ".mp4" if Path(file).suffix.lower() in _VIDEO_ENDINGS else ".png"
    output = f"{Path(file).stem}-dithered{suffix}"
    command = shlex.join(["dither", "ordered", file, "-o", output, "--bits", "1"])
    return (
        f"{file!r} is not a command; to dither it: {command} (dither --help lists other commands)"
    )


def __getattr__(name: str) -> Any:
    """Build the app with all commands when it is used first."""
    if name != "app":
        raise AttributeError(f"module {__name__} has no attribute {name}")
    globals()["app"] = app_of(())
    return globals()["app"]
