"""The command line `bluenoise`: one module for each command."""

import shlex
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from dither.console.app import command_first, command_line, examples, file_for_command
from dither.console.run import run

if TYPE_CHECKING:
    import typer

    app: typer.Typer

# The function of each command, and its settings.
_COMMANDS: dict[str, tuple[str, dict[str, Any]]] = {
    "generate": (
        "bluenoise.cli.generate:generate",
        examples(
            "bluenoise generate 64x64 -o mine.npy --seed 7",
            "bluenoise generate 8x32x32 -o frames.npy",
            "bluenoise generate 32x32 -o colours.npy --channels 3",
            "bluenoise generate 64x64 -o paper.npy --viewing-filter nasanen:300dpi,30cm",
            "bluenoise generate 64x64 -o dots.npy --viewing-filter green:90lpi,600dpi",
            "bluenoise generate 64x64 -o spectrum.npy --method spectrum --checkpoint run.npz",
        ),
    ),
    "evaluate": (
        "bluenoise.cli.evaluate:evaluate",
        examples(
            "bluenoise evaluate blue-64x64",
            "bluenoise evaluate mine.npy --json",
            "bluenoise evaluate vectors.npy others/ --values vec2",
        ),
    ),
    "export": (
        "bluenoise.cli.export:export",
        examples(
            "bluenoise export blue-64x64 -o textures --format png16,rg8,glsl",
            "bluenoise export mine.npy -o textures --format ktx2,dds,hlsl",
        ),
    ),
    "report": (
        "bluenoise.cli.report:report",
        examples(
            "bluenoise report blue-64x64 -o report.html",
            "bluenoise report mine.npy blue-64x64 -o report.html --png --photo photo.jpg",
        ),
    ),
    "list": ("bluenoise.cli.list:list_shipped", examples("bluenoise list")),
}


def app_of(words: Iterable[str]) -> "typer.Typer":
    """Return the app for these command-line words."""
    return command_line(
        "Make blue-noise threshold matrices, score them, and export them as textures.",
        _COMMANDS,
        words,
    )


def __getattr__(name: str) -> Any:
    """Build the app with all commands when it is used first."""
    if name != "app":
        raise AttributeError(f"module {__name__} has no attribute {name}")
    globals()["app"] = app_of(())
    return globals()["app"]


def main() -> None:
    """Run the command `bluenoise`."""
    words = sys.argv[1:]
    file = file_for_command(words, _COMMANDS, (".npy",))
    mistake = command_first("bluenoise", words, _COMMANDS)
    if file is not None:
        command = shlex.join(["bluenoise", "evaluate", file])
        mistake = f"{file!r} is not a command; to score the matrix: {command}"
    run(app_of(words), mistake)
