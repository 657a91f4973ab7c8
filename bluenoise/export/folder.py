"""Write a matrix as a folder of textures with sidecars, import settings and a README."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bluenoise.export.formats import encode
from bluenoise.export.guide import FILENAME, guide
from bluenoise.export.import_settings import import_settings
from bluenoise.export.sidecar import provenance_of, sidecar
from bluenoise.matrix_set import MatrixLike, MatrixSet, matrix_set_of
from dither.errors import InputError
from dither.files.atomic import atomic_writes, created_folder
from dither.files.temp_files import TEMP_PREFIX

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")


def export(
    matrix: MatrixLike | MatrixSet,
    folder: Path | str,
    formats: Sequence[str] = ("png16", "rg8"),
    *,
    name: str | None = None,
    force: bool = False,
    origin: Mapping[str, Any] | None = None,
) -> list[Path]:
    """Write a matrix as textures that engines load: all files or none.

    Each texture gets a sidecar `.json` and the import settings of engines that keep them in files; a
    README.md describes the steps for each engine.

    Args:
        matrix: a matrix, one per channel, or an array: integer ranks, channel thresholds (H, W, C), or
            floats that are noise to add before rounding.
        folder: new or empty; missing parents are created.
        formats: npy; png8, png16, rg8 (16 bits in two 8-bit channels); raw-u8, raw-u16, raw-f32;
            tiff16; exr; ktx2-r8, -rg8, -r16, -r16ui, -r32f; dds-r8 and so on; c (a header); glsl, hlsl,
            wgsl, godot (shaders); imagemagick (a thresholds.xml), aseprite (an extension). raw, ktx2
            and dds write all of their formats that can hold the matrix. Frames become a flipbook in PNG
            and EXR, pages in TIFF, an array in KTX 2 and DDS.
        name: start of the file names: letters, digits, - and _; default such as `matrix-64x64`.
        force: write into a folder that holds other files, and replace files of the same names.
        origin: provenance for the sidecars: "seed", "license", "command", "scores"; filled in for
            shipped matrices.

    Returns:
        The textures, headers and shaders, in the order of `formats`.

    Raises:
        InputError: the array is no matrix, a format is unknown or cannot hold it, or the folder holds
            other files and `force` is false.

    Example:
        >>> import numpy as np, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     paths = export(np.array([[0, 2], [3, 1]]), folder, ["png16"], name="tiny")
        >>> paths[0].name
        'tiny.r16.png'
    """
    matrix_set = matrix if isinstance(matrix, MatrixSet) else matrix_set_of(matrix)
    if name is None:
        name = f"matrix-{'x'.join(map(str, matrix_set.shape))}"
    if not _NAME.fullmatch(name):
        raise InputError(
            f"{name[:40]!r} cannot name textures; use at most 100 letters, digits, - and _"
        )
    if not formats:
        raise InputError("no formats given; the usual ones are png16 and rg8")
    folder = Path(folder)
    _check_folder(folder, force)
    textures = {f"{name}{file.ending}": file for file in encode(tuple(formats), matrix_set, name)}
    provenance = provenance_of(matrix_set, origin or {})
    contents = {filename: file.content for filename, file in textures.items()}
    for filename, file in textures.items():
        contents.update(import_settings(file, filename))
        if file.texels is not None:
            contents[f"{filename}.json"] = sidecar(file, filename, matrix_set, provenance)
    contents[FILENAME] = guide(matrix_set, name, provenance)
    with created_folder(folder), atomic_writes(replace=force) as opened:
        for filename, data in contents.items():
            with opened(folder / filename) as file:
                file.write(data)
    return [folder / filename for filename in textures]


def _check_folder(folder: Path, force: bool) -> None:
    """Refuse a folder that holds other files unless `force` is set."""
    try:
        entries = folder.iterdir() if folder.is_dir() and not force else ()
        # A killed export leaves temporary files, which do not count.
        if any(not entry.name.startswith(TEMP_PREFIX) for entry in entries):
            raise InputError(
                f"the folder {folder} holds other files; give --force to write into it"
            )
    except OSError as error:
        raise InputError(f"cannot read {folder}: {error.strerror or error}") from error
