"""Text templates: shader snippets that dither with a matrix or decode values, and a C header.

The snippets for matrices decide alike on every GPU: they round a sample to the integer it stands for,
from which it is far less than half away, and decide as described in `codes`. Those for values decode as
described in `value_codes`.
"""

import re
from importlib import resources
from string import Template
from typing import Literal

import numpy as np

from bluenoise.export.texels import grid, texels
from bluenoise.matrix_set import MatrixSet
from bluenoise.value_texture import ValueTexture
from dither.errors import InputError
from dither.wording import counted

Language = Literal["glsl", "hlsl", "wgsl", "gdshader"]
LANGUAGES: dict[str, Language] = {
    "glsl": "glsl",
    "hlsl": "hlsl",
    "wgsl": "wgsl",
    "godot": "gdshader",
}
_NUMBERS_PER_LINE = 12
# Types of 1 to 4 numbers.
_GLSL_TYPES = ("float", "vec2", "vec3", "vec4")
_TYPES: dict[Language, tuple[str, ...]] = {
    "glsl": _GLSL_TYPES,
    "gdshader": _GLSL_TYPES,
    "hlsl": ("float", "float2", "float3", "float4"),
    "wgsl": ("f32", "vec2<f32>", "vec3<f32>", "vec4<f32>"),
}
# A value as a colour, in GLSL.
_SHOWN = {1: "vec3($)", 2: "vec3($, 0.0)", 3: "$", 4: "$.rgb"}


def shader(language: Language, content: MatrixSet | ValueTexture, name: str) -> bytes:
    """Return a shader snippet whose functions are named after the texture.

    Args:
        language: shading language.
        content: one matrix or one per channel, or values; frames are read from a flipbook, an array or
            a volume.
        name: name of the textures.

    Raises:
        InputError: the input is noise to add, which has no thresholds.

    Example:
        >>> from bluenoise.matrix_set import matrix_set_of
        >>> text = shader("glsl", matrix_set_of(np.array([[0, 1]])), "two-by-one")
        >>> b"int two_by_one_level(" in text
        True
    """
    if isinstance(content, ValueTexture):
        return _value_shader(language, content, name)
    _refuse_noise(content, language)
    return fill_template(f"matrix.{language}", content, name)


def _value_shader(language: Language, values: ValueTexture, name: str) -> bytes:
    """Fill the template for values: with types of their number of components, scales and offsets."""
    count = values.components
    low, high = values.range
    scales = {
        f"{what}{bits}": repr(number)
        for bits in (8, 10, 16)
        for what, number in _scale_and_offset(values.scalar, bits, low, high).items()
    }
    text = template(f"values.{language}").template
    kept = {
        "unit sphere": values.unit and count == 3,
        "pdf": values.pdf is not None,
        "scalar plane": values.scalar and not values.has_frames,
        "circle plane": values.kind == "circle" and not values.has_frames,
    }
    return fill_template(
        Template(_with_sections(text, {each for each, keep in kept.items() if keep})),
        values,
        name,
        vector=_TYPES[language][count - 1],
        parts="rgba"[:count],
        shown=_SHOWN[count].replace("$", "value"),
        unit="normalize" if values.unit else "",
        pdf_range=repr(values.pdf_range),
        **scales,
    )


def _scale_and_offset(is_scalar: bool, bits: int, low: float, high: float) -> dict[str, float]:
    """Return the numbers with which a sample of 0..1 is decoded: sample * scale + offset."""
    if is_scalar:
        count = 1 << bits
        return {"scale": (count - 1) / count, "offset": 0.5 / count}
    return {"scale": high - low, "offset": low}


def _with_sections(text: str, kept: set[str]) -> str:
    """Return a template without the sections `//[ NAME` ... `//]` that are not kept."""

    def section(found: re.Match[str]) -> str:
        return found[2] if found[1] in kept else ""

    return re.sub(r"^//\[ ([a-z ]+)\n(.*?)^//\]\n", section, text, flags=re.DOTALL | re.MULTILINE)


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


def fill_template(
    filled: str | Template, content: MatrixSet | ValueTexture, name: str, **more: object
) -> bytes:
    """Fill a template, or a file of `templates/`, with name and sizes of a texture, and `more`."""
    frames = content.shape[0] if content.has_frames else 1
    height, width = content.shape[-2:]
    if isinstance(content, ValueTexture):
        channels, what = content.components, f"values of {content.kind} in"
        pdf = " and the pdf" if content.pdf is not None else ""
        held = f", {counted(channels, 'component')}{pdf}"
    else:
        channels, what = len(content.matrices), "a threshold matrix of"
        held = f", {channels} channels" if channels > 1 else ""
    columns, rows = grid(frames)
    title = f"{name}: {what} {width} columns and {height} rows"
    title += f", {frames} frames" if content.has_frames else ""
    text = template(filled) if isinstance(filled, str) else filled
    return text.substitute(
        title=title + held,
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
    ).encode()


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
