"""Write a matrix or values as a folder of textures with sidecars, import settings and a README."""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bluenoise.export.formats import Content, encode
from bluenoise.export.guide import FILENAME, guide
from bluenoise.export.import_settings import import_settings
from bluenoise.export.sidecar import provenance_of, sidecar
from bluenoise.matrix_set import MatrixLike, MatrixSet, matrix_set_of
from bluenoise.value_texture import ValueTexture, load_value_texture, value_texture_of
from dither.errors import InputError
from dither.files.atomic import atomic_writes, created_folder
from dither.files.temp_files import TEMP_PREFIX

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")


def export(
    matrix: MatrixLike | MatrixSet | ValueTexture,
    folder: Path | str,
    formats: Sequence[str] | str | None = None,
    *,
    name: str | None = None,
    force: bool = False,
    origin: Mapping[str, Any] | None = None,
    values: str | None = None,
) -> list[Path]:
    """Write a matrix or a noise texture of values as textures that engines load: all files or none.

    Each texture gets a sidecar `.json` and the import settings of engines that keep them in files; a
    README.md describes the steps for each engine.

    Args:
        matrix: a matrix, one per channel, or an array: integer ranks, channel thresholds (H, W, C), or
            floats that are noise to add before rounding. Or values: (H, W, C), or (T, H, W, C) with
            frames. A file or an array holds values if `values` names their kind, if the file's JSON
            sidecar has `"values"`, or if it has four axes (points); all others are thresholds or noise.
        folder: new or empty; missing parents are created.
        formats: names, or a text such as "png16,rg8"; default png16 and rg8; for values rg8, or
            rgba8 if there are more than two components or a pdf. npy; png8, png16, rg8 (16 bits in two
            8-bit channels); raw-u8, raw-u16, raw-f32;
            tiff16; exr; ktx2-r8, -rg8, -r16, -r16ui, -r32f; dds-r8 and so on; c (a header); glsl, hlsl,
            wgsl, godot (shaders); imagemagick (a thresholds.xml), aseprite (an extension). For values:
            png8, png16 (scalars), rg8 (two components), rgba8, octahedral8; rgb10a2, rg16, rgba16,
            rgba16f and octahedral16, each as KTX 2 and DDS. raw, ktx2 and dds write all of their
            formats that can hold the matrix or the values. Frames become a flipbook in PNG and EXR,
            numbered files in frames-png16, frames-rg8 and so on, pages in TIFF, an array in KTX 2 and
            DDS, and a 3-D texture in ktx2-volume and dds-volume (or ktx2-volume-r16 and so on).
        name: start of the file names: letters, digits, - and _; default such as `matrix-64x64`.
        force: write into a folder that is not empty, and replace files of the same names.
        origin: provenance for the sidecars: "seed", "license", "command", "scores"; filled in for
            shipped matrices.
        values: kind of the values: scalar, vec2, vec3, circle, disk, sphere, hemisphere, cosine or
            points. One channel more than the kind has components is their pdf.

    Returns:
        The textures, headers and shaders, in the order of `formats`.

    Raises:
        InputError: the array is no matrix and no values of this kind, a format is unknown or cannot
            hold it, or the folder is not empty and `force` is false.

    Example:
        >>> import numpy as np, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     paths = export(np.array([[0, 2], [3, 1]]), folder, ["png16"], name="tiny")
        >>> paths[0].name
        'tiny.r16.png'
    """
    if not str(folder):
        raise InputError("the folder to write is an empty path; give its name, or . for this one")
    content = _content_of(matrix, values)
    if isinstance(formats, str):
        formats = [each.strip() for each in formats.split(",")]
    if name is None:
        kind = content.kind if isinstance(content, ValueTexture) else "matrix"
        name = f"{kind}-{'x'.join(map(str, content.shape))}"
    if not _NAME.fullmatch(name):
        raise InputError(
            f"{name[:40]!r} cannot name textures; use at most 100 letters, digits, - and _"
        )
    if formats is None:
        formats = _usual_formats(content)
    if not formats:
        raise InputError("no formats given; the usual ones are png16 and rg8")
    folder = Path(folder)
    _check_folder(folder, force)
    textures = {f"{name}{file.ending}": file for file in encode(tuple(formats), content, name)}
    provenance = provenance_of(content, origin or {})
    contents = {filename: file.content for filename, file in textures.items()}
    if isinstance(content, ValueTexture) and f"{name}.npy" in contents:
        contents[f"{name}.json"] = content.sidecar()
    for filename, file in textures.items():
        contents.update(import_settings(file, filename))
        if file.texels is not None:
            contents[f"{filename}.json"] = sidecar(file, filename, content, provenance)
    contents[FILENAME] = guide(content, name, provenance)
    with created_folder(folder), atomic_writes(replace=force) as opened:
        for filename, data in contents.items():
            with opened(folder / filename) as file:
                file.write(data)
    return [folder / filename for filename in textures]


def _usual_formats(content: Content) -> tuple[str, ...]:
    """Return the formats that every engine loads exactly."""
    if isinstance(content, MatrixSet):
        return ("png16", "rg8")
    return ("rg8",) if content.components <= 2 and content.pdf is None else ("rgba8",)


def _content_of(matrix: MatrixLike | MatrixSet | ValueTexture, values: str | None) -> Content:
    """Return thresholds, noise or values, as `export` tells them apart."""
    if isinstance(matrix, ValueTexture | MatrixSet):
        return matrix
    if isinstance(matrix, str | os.PathLike):
        return load_value_texture(os.fspath(matrix), values) or matrix_set_of(matrix)
    if values is not None:
        return value_texture_of(matrix, values)
    if getattr(matrix, "ndim", 0) == 4:
        return value_texture_of(matrix, "points")
    return matrix_set_of(matrix)


def _check_folder(folder: Path, force: bool) -> None:
    """Refuse a folder that holds other files unless `force` is set."""
    try:
        entries = folder.iterdir() if folder.is_dir() and not force else ()
        # A killed export leaves temporary files, which do not count.
        if any(not entry.name.startswith(TEMP_PREFIX) for entry in entries):
            raise InputError(f"the folder {folder} is not empty; give --force to write into it")
    except OSError as error:
        raise InputError(f"cannot read {folder}: {error.strerror or error}") from error
