"""`bluenoise report`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dither.console.messages import log, printable
from dither.console.options import (
    INPUT,
    OUTPUT,
    ForceOption,
    JsonOption,
    QuietOption,
    number,
    option,
)
from dither.console.progress import progress_bar
from dither.errors import InputError

if TYPE_CHECKING:
    import numpy as np


def report(
    matrices: Annotated[
        list[str],
        typer.Argument(
            metavar="MATRIX",
            rich_help_panel=INPUT,
            help="1 to 8 .npy files or names of shipped matrices.",
        ),
    ],
    output: Annotated[
        Path,
        option(OUTPUT, "Page to write, ending in .html.", "--output", "-o", value="FILE"),
    ],
    png: Annotated[
        bool,
        option(OUTPUT, "Also write the report as one PNG next to the page.", "--png"),
    ] = False,
    photo: Annotated[
        Path | None,
        option(INPUT, "Photo to dither [the portrait that matplotlib includes].", value="FILE"),
    ] = None,
    seed: Annotated[
        int,
        number("Reference", 0, (1 << 32) - 1, "Seed of the reference matrices.", "--seed", "-s"),
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
