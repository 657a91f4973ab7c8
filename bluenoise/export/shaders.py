"""Text templates: shader snippets and a C header that dither with the exported matrix in integers.

The snippets decide alike on every GPU: they round a sample to the integer it stands for, from which it
is far less than half away, and decide as described in `codes`.
"""

import re
from importlib import resources
from string import Template
from typing import Literal

import numpy as np

from bluenoise.export.texels import grid, texels
from bluenoise.matrix_set import MatrixSet
from dither.errors import InputError

Language = Literal["glsl", "hlsl", "wgsl", "gdshader"]
LANGUAGES: dict[str, Language] = {
    "glsl": "glsl",
    "hlsl": "hlsl",
    "wgsl": "wgsl",
    "godot": "gdshader",
}
_NUMBERS_PER_LINE = 12


def shader(language: Language, matrix_set: MatrixSet, name: str) -> bytes:
    """Return a shader snippet whose functions are named after the matrix.

    Args:
        language: shading language.
        matrix_set: one matrix or one per channel; frames are read from a flipbook.
        name: name of the textures.

    Raises:
        InputError: the input is noise, which has no thresholds.

    Example:
        >>> from bluenoise.matrix_set import matrix_set_of
        >>> text = shader("glsl", matrix_set_of(np.array([[0, 1]])), "two-by-one")
        >>> b"int two_by_one_level(" in text
        True
    """
    _refuse_noise(matrix_set, language)
    return fill_template(f"matrix.{language}", matrix_set, name)


def c_header(matrix_set: MatrixSet, name: str) -> bytes:
    """Return a C header with the matrix as a table of 16-bit codes and functions that dither with it.

    Args:
        matrix_set: one matrix, with or without frames.
        name: prefix of its functions.

    Raises:
        InputError: the input is noise or has several channels, or does not fit 16 bits.

    Example:
        >>> from bluenoise.matrix_set import matrix_set_of
        >>> b"two_codes[TWO_FRAMES]" in c_header(matrix_set_of(np.array([[0, 1]])), "two")
        True
    """
    _refuse_noise(matrix_set, "a C header")
    channels = len(matrix_set.matrices)
    if channels > 1:
        raise InputError(f"a C header holds one matrix, not {channels} channels; use npy")
    planes = texels(matrix_set, "r16").values[..., 0]
    table = ",\n".join(_braced(plane) for plane in planes)
    return fill_template("matrix.h", matrix_set, name, table=table)


def _refuse_noise(matrix_set: MatrixSet, what: str) -> None:
    if matrix_set.values is not None:
        raise InputError(
            f"noise has no thresholds, which {what} needs; use npy, raw-f32, ktx2-r32f, dds-r32f or "
            "exr"
        )


def _braced(plane: np.ndarray) -> str:
    rows = []
    for row in plane.tolist():
        lines = [
            ", ".join(map(str, row[start : start + _NUMBERS_PER_LINE]))
            for start in range(0, len(row), _NUMBERS_PER_LINE)
        ]
        rows.append("        {" + ",\n         ".join(lines) + "}")
    return "    {\n" + ",\n".join(rows) + "\n    }"


def fill_template(filename: str, matrix_set: MatrixSet, name: str, **more: object) -> bytes:
    """Fill a file of `templates/` with the name and the sizes of a matrix, and with `more`."""
    frames = matrix_set.shape[0] if matrix_set.has_frames else 1
    height, width = matrix_set.shape[-2:]
    channels = len(matrix_set.matrices)
    columns, rows = grid(frames)
    title = f"{name}: a threshold matrix of {width} columns and {height} rows"
    title += f", {frames} frames" if matrix_set.has_frames else ""
    title += f", {channels} channels" if channels > 1 else ""
    filled = template(filename).substitute(
        title=title,
        name=name,
        id=identifier(name),
        guard=identifier(name).upper(),
        frames=frames,
        height=height,
        width=width,
        channels=channels,
        columns=columns,
        sheet_height=height * rows,
        **more,
    )
    return filled.encode()


def template(filename: str) -> Template:
    """Read a file of `templates/`."""
    folder = resources.files("bluenoise.export") / "templates"
    return Template((folder / filename).read_text(encoding="utf-8"))


def identifier(name: str) -> str:
    """Return the name as an identifier of C and of shading languages.

    Example:
        >>> identifier("blue-64x64"), identifier("8x8")
        ('blue_64x64', 'matrix_8x8')
    """
    plain = re.sub(r"_+", "_", name.replace("-", "_")).strip("_").lower()
    return plain if plain[0].isalpha() else f"matrix_{plain}"
