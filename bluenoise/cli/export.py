"""`bluenoise export`."""

import hashlib
import json
import re
from pathlib import Path
from typing import Annotated

import typer

from dither.console import ForceOption, JsonOption, QuietOption, in_range, log


def export(
    matrix: Annotated[str, typer.Argument(help="A .npy file, or the name of a shipped matrix.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder, new or empty.")],
    formats: Annotated[
        str,
        typer.Option(
            "--format",
            help="Formats, separated by commas: npy, png8, png16, rg8, raw, tiff16, exr, ktx2, dds, c, "
            "glsl, hlsl, wgsl, godot; or one of a family, such as ktx2-r16ui or raw-u16.",
        ),
    ] = "png16,rg8",
    name: Annotated[
        str | None, typer.Option(help="What the files' names begin with [the matrix's].")
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            "--seed",
            "-s",
            callback=in_range(0, (1 << 32) - 1),
            help="It was made with, for the sidecar.",
        ),
    ] = None,
    license_name: Annotated[
        str | None, typer.Option("--license", help="Of the matrix, for the sidecar.")
    ] = None,
    json_output: JsonOption = False,
    force: ForceOption = False,
    quiet: QuietOption = False,
) -> None:
    """Write a matrix as textures and shaders for engines."""
    from bluenoise.export import export as export_to
    from bluenoise.matrix_set import load_matrix_set

    told = {"seed": seed, "license": license_name}
    paths = export_to(
        load_matrix_set(matrix),
        output,
        [each.strip() for each in formats.split(",") if each.strip()],
        name=_plain(Path(matrix).stem) if name is None else name,
        force=force,
        origin={key: value for key, value in told.items() if value is not None},
    )
    log(f"{output}: {len(paths)} files, their sidecars and a README.md", quiet=quiet)
    if json_output:
        files = [
            {"path": str(path), "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
            for path in paths
        ]
        print(json.dumps({"output": str(output), "files": files}))


def _plain(stem: str) -> str | None:
    """A file's name as engines take it without quotes; None where nothing is left."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", stem).strip("-_")[:100] or None
