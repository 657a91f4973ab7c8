"""`bluenoise export`."""

import hashlib
import json
import re
from pathlib import Path
from typing import Annotated

import typer

from dither.console.messages import log
from dither.console.options import (
    INPUT,
    OUTPUT,
    ForceOption,
    JsonOption,
    QuietOption,
    number,
    option,
)
from dither.wording import counted

_SIDECAR = "Sidecar"


def export(
    matrix: Annotated[
        str,
        typer.Argument(
            metavar="MATRIX",
            rich_help_panel=INPUT,
            help=".npy file of a matrix or of values, or name of a shipped matrix.",
        ),
    ],
    output: Annotated[
        Path,
        option(OUTPUT, "Folder to write to, new or empty.", "--output", "-o", value="FOLDER"),
    ],
    formats: Annotated[
        str | None,
        option(
            OUTPUT,
            "Formats, separated by commas: npy, png8, png16, rg8, raw, tiff16, exr, ktx2, dds, c, "
            "glsl, hlsl, wgsl, godot, imagemagick, aseprite; values also rgba8, rgb10a2, rg16, rgba16, "
            "rgba16f, octahedral8, octahedral16; frames also ktx2-volume, dds-volume, and frames for "
            "numbered PNGs; or one of a family, such as ktx2-r16ui, dds-volume-rg8 or frames-rg8 "
            "[png16,rg8; for values rg8 or rgba8].",
            "--format",
            value="FORMAT,...",
        ),
    ] = None,
    values: Annotated[
        str | None,
        option(
            INPUT,
            "The file is a noise texture of these values: scalar, vec2, vec3, circle, disk, sphere, "
            "hemisphere, cosine or points [what its .json says; else thresholds].",
            value="KIND",
        ),
    ] = None,
    name: Annotated[
        str | None,
        option(OUTPUT, "Prefix of the file names [the name of the matrix].", value="NAME"),
    ] = None,
    seed: Annotated[
        int | None,
        number(_SIDECAR, 0, (1 << 32) - 1, "Seed to record in the sidecar files.", "--seed", "-s"),
    ] = None,
    license_name: Annotated[
        str | None,
        option(
            _SIDECAR,
            "Licence of the matrix to record in the sidecar files.",
            "--license",
            value="TEXT",
        ),
    ] = None,
    json_output: JsonOption = False,
    force: ForceOption = False,
    quiet: QuietOption = False,
) -> None:
    """Export a matrix or a noise texture for engines, with shaders."""
    from bluenoise.export import export as export_to

    origin = {"seed": seed, "license": license_name}
    paths = export_to(
        matrix,
        output,
        None if formats is None else [each.strip() for each in formats.split(",") if each.strip()],
        name=_plain(Path(matrix).stem) if name is None else name,
        force=force,
        origin={key: value for key, value in origin.items() if value is not None},
        values=values,
    )
    log(f"{output}: {counted(len(paths), 'file')} with sidecars and a README.md", quiet=quiet)
    if json_output:
        files = [
            {"path": str(path), "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
            for path in paths
        ]
        print(json.dumps({"output": str(output), "files": files}))


def _plain(stem: str) -> str | None:
    """Return a file's name in characters that engines accept unquoted; None if none is left."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", stem).strip("-_")[:100] or None
