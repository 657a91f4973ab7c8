"""`bluenoise report`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dither.console import (
    ForceOption,
    JsonOption,
    QuietOption,
    in_range,
    log,
    printable,
    progress_bar,
)
from dither.errors import InputError

if TYPE_CHECKING:
    import numpy as np


_OUTPUT = "Input and output"


def report(
    matrices: Annotated[
        list[str], typer.Argument(help=".npy files or names of shipped matrices; 1 to 8.")
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", rich_help_panel=_OUTPUT, help="Page to write, ending in .html."
        ),
    ],
    png: Annotated[
        bool,
        typer.Option(
            "--png",
            rich_help_panel=_OUTPUT,
            help="Also write the report as one PNG next to the page.",
        ),
    ] = False,
    photo: Annotated[
        Path | None,
        typer.Option(
            rich_help_panel=_OUTPUT,
            help="Photo to dither (default: the portrait that matplotlib includes).",
        ),
    ] = None,
    seed: Annotated[
        int,
        typer.Option(
            "--seed",
            "-s",
            rich_help_panel="Reference",
            callback=in_range(0, (1 << 32) - 1),
            help="Seed of the reference matrices.",
        ),
    ] = 0,
    json_output: JsonOption = False,
    force: ForceOption = False,
    quiet: QuietOption = False,
) -> None:
    """Write a page with the scores and dot patterns of matrices."""
    from bluenoise.report.report import report as write

    twice = next((name for name in matrices if matrices.count(name) > 1), None)
    if twice is not None:
        raise InputError(f"{twice} is given twice")
    names = labels(matrices)
    picture = None if photo is None else _read(photo)
    with progress_bar("report", None, quiet) as on_progress:
        paths = write(
            dict(zip(names, matrices, strict=True)),
            output,
            photo=picture,
            png=png,
            seed=seed,
            force=force,
            on_progress=on_progress,
        )
    log(", ".join(map(str, paths)), quiet=quiet)
    if json_output:
        print(json.dumps({"output": str(output), "files": [str(path) for path in paths]}))


def labels(matrices: list[str]) -> list[str]:
    """Return file names without folder and extension where that is unambiguous."""
    stems = [Path(name).stem if name.endswith(".npy") else name for name in matrices]
    return [
        printable(name if stems.count(stem) > 1 else stem)
        for name, stem in zip(matrices, stems, strict=True)
    ]


def _read(photo: Path) -> "np.ndarray":
    from dither.images.io import read_image

    return read_image(photo).color
