"""The kinds of files that there are, each made of a matrix by the module of its format."""

from dataclasses import dataclass
from typing import Literal

from bluenoise.export.c_header import c_header
from bluenoise.export.dds import dds
from bluenoise.export.exr import exr
from bluenoise.export.ktx2 import ktx2
from bluenoise.export.png import png
from bluenoise.export.raw import npy, raw
from bluenoise.export.shaders import Language, shader
from bluenoise.export.texels import PIXEL_FORMATS, PixelFormat, Source, Texels, texels
from bluenoise.export.tiff import tiff
from dither.errors import InputError

_CONTAINERS = {"ktx2": ktx2, "dds": dds}
_PNG: dict[str, PixelFormat] = {"png8": "r8", "png16": "r16", "rg8": "rg8"}
_RAW: dict[str, PixelFormat] = {"raw-u8": "r8", "raw-u16": "r16ui", "raw-f32": "r32f"}
_LANGUAGES: dict[str, Language] = {
    "glsl": "glsl",
    "hlsl": "hlsl",
    "wgsl": "wgsl",
    "godot": "gdshader",
}
_HEADERS = {"c": 16, "c8": 8}
Layout = Literal["plane", "flipbook", "array", "volume", "pages", "frames"]
# What stands for several kinds: those of them that hold the matrix are written.
FAMILIES = {
    "raw": tuple(_RAW),
    "ktx2": tuple(f"ktx2-{each}" for each in PIXEL_FORMATS),
    "ktx2-3d": tuple(f"ktx2-{each}-3d" for each in PIXEL_FORMATS),
    "dds": tuple(f"dds-{each}" for each in PIXEL_FORMATS),
    "dds-3d": tuple(f"dds-{each}-3d" for each in PIXEL_FORMATS),
}
KINDS = (
    "npy",
    *_PNG,
    *(f"{each}-slices" for each in _PNG),
    *(kind for family in FAMILIES.values() for kind in family),
    "tiff16",
    "exr",
    *_HEADERS,
    *_LANGUAGES,
)


@dataclass(frozen=True, eq=False)
class Made:
    """A file that is ready to be written.

    Attributes:
        kind: what it was asked for as.
        ending: of its name, after the matrix's.
        content: its bytes.
        texels: what a texture holds; None where there is none.
        layout: how it holds frames.
        frame: which one, where the file holds one of several.
    """

    kind: str
    ending: str
    content: bytes
    texels: Texels | None = None
    layout: Layout = "plane"
    frame: int | None = None


def made(kinds: tuple[str, ...], source: Source, name: str) -> list[Made]:
    """The files of these kinds.

    Args:
        kinds: of KINDS or FAMILIES.
        source: what they hold.
        name: what shaders and headers call it.

    Raises:
        InputError: there is no such kind, or it cannot hold the matrix.

    Example:
        >>> import numpy as np
        >>> from bluenoise.export.texels import source
        >>> [file.ending for file in made(("raw",), source(np.array([[0, 1]])), "two")]
        ['.u8.raw', '.u16.raw', '.f32.raw']
    """
    for kind in kinds:
        if kind not in KINDS and kind not in FAMILIES:
            raise InputError(
                f"no format is named {kind!r}; there are {', '.join((*KINDS, *FAMILIES))}"
            )
    files: dict[str, list[Made]] = {}
    for kind in kinds:
        if kind in FAMILIES:
            files.update(_family(kind, source, name))
        else:
            files[kind] = _files(kind, source, name)
    return [each for some in files.values() for each in some]


def _family(family: str, source: Source, name: str) -> dict[str, list[Made]]:
    """All of its kinds that hold the matrix."""
    files: dict[str, list[Made]] = {}
    refused: InputError | None = None
    for kind in FAMILIES[family]:
        try:
            files[kind] = _files(kind, source, name)
        except InputError as error:
            refused = error
    if not files and refused is not None:
        raise refused
    return files


def _files(kind: str, source: Source, name: str) -> list[Made]:
    if kind == "npy":
        return [Made(kind, ".npy", npy(source))]
    if kind in _HEADERS:
        ending = ".h" if kind == "c" else ".r8.h"
        return [Made(kind, ending, c_header(source, name, bits=_HEADERS[kind]))]
    if kind in _LANGUAGES:
        language = _LANGUAGES[kind]
        return [Made(kind, f".{language}", shader(language, source, name))]
    if kind.endswith("-slices"):
        return _slices(kind, source)
    return [_texture(kind, source)]


def _texture(kind: str, source: Source) -> Made:
    frames = source.has_frames
    if kind in _PNG:
        content = texels(source, _PNG[kind])
        ending = f".{content.pixel_format}.png"
        return Made(kind, ending, png(content), content, "flipbook" if frames else "plane")
    if kind == "tiff16":
        content = texels(source, "r16")
        return Made(kind, ".r16.tiff", tiff(content), content, "pages" if frames else "plane")
    if kind == "exr":
        content = texels(source, "r32f")
        return Made(kind, ".exr", exr(content), content, "flipbook" if frames else "plane")
    if kind in _RAW:
        content = texels(source, _RAW[kind])
        ending = f".{kind.removeprefix('raw-')}.raw"
        return Made(kind, ending, raw(content), content, "frames" if frames else "plane")
    family, wanted, *more = kind.split("-")
    content = texels(source, next(each for each in PIXEL_FORMATS if each == wanted))
    volume = bool(more)
    ending = f".{wanted}{'.3d' if volume else ''}.{family}"
    layout = "volume" if volume else "array" if frames else "plane"
    return Made(kind, ending, _CONTAINERS[family](content, volume=volume), content, layout)


def _slices(kind: str, source: Source) -> list[Made]:
    """A picture for each frame."""
    if not source.has_frames:
        raise InputError(f"{kind} needs a matrix with frames, and this one has none")
    content = texels(source, _PNG[kind.removesuffix("-slices")])
    slices = []
    for frame, plane in enumerate(content.values):
        one = Texels(plane[None], content.pixel_format, has_frames=False)
        ending = f".{content.pixel_format}.{frame:03}.png"
        slices.append(Made(kind, ending, png(one), one, frame=frame))
    return slices
