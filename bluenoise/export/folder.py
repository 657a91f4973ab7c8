"""A folder of textures, each with what is needed to load it right."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bluenoise.export import guide, sidecar
from bluenoise.export.engines import settings
from bluenoise.export.formats import made
from bluenoise.export.texels import source
from dither.errors import InputError
from dither.files.atomic import atomic_writes, created_folder
from dither.files.temp_files import TEMP_PREFIX
from dither.matrix.threshold_matrix import ThresholdMatrix

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")


def export(
    matrix: ThresholdMatrix | Sequence[ThresholdMatrix] | np.ndarray,
    folder: Path | str,
    formats: Sequence[str] = ("png16", "rg8"),
    *,
    name: str | None = None,
    force: bool = False,
    origin: Mapping[str, Any] | None = None,
) -> list[Path]:
    """Write a matrix as textures that engines load, all of them or none.

    Beside each texture lie its sidecar, `.json`, and the import settings of engines that have them as
    files; a README.md says how each engine takes them.

    Args:
        matrix: a matrix, one for each channel, or an array: integer ranks, thresholds of channels
            (H, W, C), or floats that are noise to add.
        folder: new or empty; its parents may be missing.
        formats: npy; png8, png16, rg8 (16 bits in two channels), of frames a flipbook, and a picture
            for each with -slices after it; raw-u8, raw-u16, raw-f32; tiff16; exr; ktx2-r8, -rg8, -r16,
            -r16ui, -r32f, of frames an array, and a volume with -3d after it; dds alike; c, c8
            (headers); glsl, hlsl, wgsl, godot (shaders). raw, ktx2, ktx2-3d, dds and dds-3d stand for
            all of theirs that hold the matrix.
        name: what the files' names begin with; letters, digits, - and _; `matrix-64x64` if not given.
        force: write into a folder that holds other files, and replace those of the same names.
        origin: what the sidecars say of the matrix: "seed", "license", "command", "scores"; those of
            shipped matrices are known.

    Returns:
        The textures, headers and shaders, in the order in which their formats were asked for.

    Raises:
        InputError: the array is no matrix, a format is unknown or cannot hold it, or the folder holds
            other files and `force` is false.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     paths = export(np.array([[0, 2], [3, 1]]), folder, ["png16"], name="tiny")
        >>> paths[0].name
        'tiny.r16.png'
    """
    content = source(matrix)
    if name is None:
        frames, height, width, _ = content.shape
        name = f"matrix-{f'{frames}x' if content.has_frames else ''}{height}x{width}"
    if not _NAME.fullmatch(name):
        raise InputError(
            f"the name {name[:40]!r} is none for textures; letters, digits, - and _ are, at most 100"
        )
    if not formats:
        raise InputError("no formats are named; png16 and rg8 are the usual ones")
    folder = Path(folder)
    _check_folder(folder, force)
    asked = {f"{name}{each.ending}": each for each in made(tuple(formats), content, name)}
    known = sidecar.origin_of(content, origin or {})
    files = {filename: each.content for filename, each in asked.items()}
    for filename, each in asked.items():
        files.update(settings(each, filename))
        if each.texels is not None:
            files[f"{filename}.json"] = sidecar.sidecar(each, filename, content, known)
    files[guide.FILENAME] = guide.guide(content, name, known)
    with created_folder(folder), atomic_writes(replace=force) as opened:
        for filename, data in files.items():
            with opened(folder / filename) as file:
                file.write(data)
    return [folder / filename for filename in asked]


def _check_folder(folder: Path, force: bool) -> None:
    """Refuse a folder in which something lies, unless that is wanted."""
    try:
        entries = folder.iterdir() if folder.is_dir() and not force else ()
        # A killed export leaves temporary files, which do not count.
        if any(not entry.name.startswith(TEMP_PREFIX) for entry in entries):
            raise InputError(
                f"the folder {folder} holds other files; give --force to write into it"
            )
    except OSError as error:
        raise InputError(f"cannot read {folder}: {error.strerror or error}") from error
