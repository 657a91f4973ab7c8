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


def report(
    matrices: Annotated[
        list[str], typer.Argument(help=".npy files, or names of shipped matrices; 1 to 8.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="The page, ending in .html.")],
    png: Annotated[
        bool, typer.Option("--png", help="Write the same as one picture too, beside the page.")
    ] = False,
    photo: Annotated[
        Path | None, typer.Option(help="To be dithered [a portrait that matplotlib carries].")
    ] = None,
    seed: Annotated[
        int,
        typer.Option("--seed", "-s", callback=in_range(0, (1 << 32) - 1), help="Of the baselines."),
    ] = 0,
    json_output: JsonOption = False,
    force: ForceOption = False,
    quiet: QuietOption = False,
) -> None:
    """Show matrices, and what they do, on a page."""
    from bluenoise.report.report import report as write

    twice = next((name for name in matrices if matrices.count(name) > 1), None)
    if twice is not None:
        raise InputError(f"{twice} is named twice")
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
    """The names of files without folder and ending, where these tell them apart."""
    stems = [Path(name).stem if name.endswith(".npy") else name for name in matrices]
    return [
        printable(name if stems.count(stem) > 1 else stem)
        for name, stem in zip(matrices, stems, strict=True)
    ]


def _read(photo: Path) -> "np.ndarray":
    from dither.images.io import read_image

    return read_image(photo).color
