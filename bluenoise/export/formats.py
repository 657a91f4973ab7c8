"""The file formats of an export: a table of textures; shaders, headers, .npy and files of programs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from bluenoise.export.dds import dds
from bluenoise.export.image_files import exr, png, tiff
from bluenoise.export.ktx2 import ktx2
from bluenoise.export.programs import aseprite, imagemagick
from bluenoise.export.shaders import LANGUAGES, c_header, shader
from bluenoise.export.texels import PIXEL_FORMATS, PixelFormat, Texels, texels
from bluenoise.matrix_set import MatrixSet
from dither.errors import InputError
from dither.suggestions import did_you_mean

Layout = Literal["plane", "flipbook", "array", "pages", "frames"]


@dataclass(frozen=True)
class TextureFormat:
    """A texture file format.

    Attributes:
        ending: end of the file name, after the matrix's name.
        pixel_format: of its texels.
        encode: the encoder.
        frame_layout: how the file holds frames.
    """

    ending: str
    pixel_format: PixelFormat
    encode: Callable[[Texels], bytes]
    frame_layout: Layout


TEXTURES: dict[str, TextureFormat] = {
    "png8": TextureFormat(".r8.png", "r8", png, "flipbook"),
    "png16": TextureFormat(".r16.png", "r16", png, "flipbook"),
    "rg8": TextureFormat(".rg8.png", "rg8", png, "flipbook"),
    "raw-u8": TextureFormat(".u8.raw", "r8", Texels.raw, "frames"),
    "raw-u16": TextureFormat(".u16.raw", "r16ui", Texels.raw, "frames"),
    "raw-f32": TextureFormat(".f32.raw", "r32f", Texels.raw, "frames"),
    **{f"ktx2-{f}": TextureFormat(f".{f}.ktx2", f, ktx2, "array") for f in PIXEL_FORMATS},
    **{f"dds-{f}": TextureFormat(f".{f}.dds", f, dds, "array") for f in PIXEL_FORMATS},
    "tiff16": TextureFormat(".r16.tiff", "r16", tiff, "pages"),
    "exr": TextureFormat(".exr", "r32f", exr, "flipbook"),
}
# A family writes those of its formats that can hold the matrix.
FAMILIES = {
    family: tuple(name for name in TEXTURES if name.startswith(f"{family}-"))
    for family in ("raw", "ktx2", "dds")
}
# Programs that dither by themselves: the ending of their files, and the encoder.
PROGRAMS = {
    "imagemagick": (".thresholds.xml", imagemagick),
    "aseprite": (".aseprite-extension", aseprite),
}
FORMATS = ("npy", *TEXTURES, "c", *LANGUAGES, *PROGRAMS)


@dataclass(frozen=True, eq=False)
class ExportedFile:
    """An encoded file.

    Attributes:
        format_name: the requested format, such as "rg8".
        ending: end of the file name, after the matrix's name.
        content: its bytes.
        texels: the values of a texture; None for other files.
        layout: how it holds frames.
    """

    format_name: str
    ending: str
    content: bytes
    texels: Texels | None = None
    layout: Layout = "plane"


def encode(format_names: tuple[str, ...], matrix_set: MatrixSet, name: str) -> list[ExportedFile]:
    """Encode a matrix in several formats.

    Args:
        format_names: from FORMATS or FAMILIES.
        matrix_set: matrix, channels or noise.
        name: identifier prefix in shaders and headers.

    Raises:
        InputError: a format is unknown or cannot hold the matrix.

    Example:
        >>> import numpy as np
        >>> from bluenoise.matrix_set import matrix_set_of
        >>> files = encode(("raw",), matrix_set_of(np.array([[0, 1]])), "two")
        >>> [file.ending for file in files]
        ['.u8.raw', '.u16.raw', '.f32.raw']
    """
    for each in format_names:
        if each not in FORMATS and each not in FAMILIES:
            names = [*FORMATS, *FAMILIES]
            advice = f"use one of {', '.join(names)}"
            raise InputError(f"no format is named {each!r}; {did_you_mean(each, names, advice)}")
    files: dict[str, ExportedFile] = {}
    for each in format_names:
        if each in FAMILIES:
            files.update(_encode_family(each, matrix_set, name))
        else:
            files[each] = _encode_one(each, matrix_set, name)
    return list(files.values())


def _encode_family(family: str, matrix_set: MatrixSet, name: str) -> dict[str, ExportedFile]:
    files: dict[str, ExportedFile] = {}
    refused: InputError | None = None
    for each in FAMILIES[family]:
        try:
            files[each] = _encode_one(each, matrix_set, name)
        except InputError as error:
            refused = error
    if not files and refused is not None:
        raise refused
    return files


def _encode_one(format_name: str, matrix_set: MatrixSet, name: str) -> ExportedFile:
    if format_name == "npy":
        return ExportedFile(format_name, ".npy", matrix_set.npy())
    if format_name == "c":
        return ExportedFile(format_name, ".h", c_header(matrix_set, name))
    if format_name in PROGRAMS:
        ending, encoder = PROGRAMS[format_name]
        return ExportedFile(format_name, ending, encoder(matrix_set, name))
    if format_name in LANGUAGES:
        language = LANGUAGES[format_name]
        return ExportedFile(format_name, f".{language}", shader(language, matrix_set, name))
    kind = TEXTURES[format_name]
    held = texels(matrix_set, kind.pixel_format)
    layout = kind.frame_layout if held.has_frames else "plane"
    return ExportedFile(format_name, kind.ending, kind.encode(held), held, layout)
