"""The file formats of an export: a table of textures; shaders, headers, .npy and files of programs."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal, cast

from bluenoise.export.dds import dds
from bluenoise.export.image_files import exr, png, tiff
from bluenoise.export.ktx2 import ktx2
from bluenoise.export.programs import aseprite, imagemagick
from bluenoise.export.shaders import LANGUAGES, c_header, shader
from bluenoise.export.texels import THRESHOLD_FORMATS, PixelFormat, Texels, texels
from bluenoise.export.value_texels import VALUE_FORMATS, ValueFormat, value_texels
from bluenoise.matrix_set import MatrixSet
from bluenoise.value_texture import ValueTexture
from dither.errors import InputError
from dither.suggestions import did_you_mean

Content = MatrixSet | ValueTexture
Layout = Literal["plane", "flipbook", "files", "array", "volume", "pages", "frames"]
Holds = Literal["thresholds", "values"]


@dataclass(frozen=True)
class TextureFormat:
    """A texture file format.

    Attributes:
        ending: end of the file name, after the name of the matrix.
        texel_format: a pixel format; for values also an octahedral one.
        encode: the encoder.
        frame_layout: how the file holds frames.
        holds: thresholds (or noise to add), values, or both.
        families: names that stand for this format and others.
    """

    ending: str
    texel_format: PixelFormat | ValueFormat
    encode: Callable[[Texels], bytes]
    frame_layout: Layout
    holds: tuple[Holds, ...] = ("thresholds", "values")
    families: tuple[str, ...] = ()


_ALL = tuple(dict.fromkeys((*THRESHOLD_FORMATS, *VALUE_FORMATS)))
# Bare names of formats that PNG cannot hold: both containers.
_CONTAINED = ("rgb10a2", "rg16", "rgba16", "rgba16f", "octahedral16")
_CONTAINERS: tuple[tuple[str, Callable[[Texels], bytes], Layout], ...] = (
    ("ktx2", ktx2, "array"),
    ("dds", dds, "array"),
    ("ktx2-volume", partial(ktx2, volume=True), "volume"),
    ("dds-volume", partial(dds, volume=True), "volume"),
)


def _held(texel_format: PixelFormat | ValueFormat) -> tuple[Holds, ...]:
    thresholds: tuple[Holds, ...] = ("thresholds",) if texel_format in THRESHOLD_FORMATS else ()
    values: tuple[Holds, ...] = ("values",) if texel_format in VALUE_FORMATS else ()
    return thresholds + values


def _contained(
    family: str, encode: Callable[[Texels], bytes], layout: Layout
) -> dict[str, TextureFormat]:
    """Return the formats of a container: one per pixel format."""
    kind, _, volume = family.partition("-")
    formats = {}
    for each in _ALL:
        ending = f".{each}.{volume}.{kind}" if volume else f".{each}.{kind}"
        families = (family, each) if each in _CONTAINED and not volume else (family,)
        formats[f"{family}-{each}"] = TextureFormat(
            ending, each, encode, layout, _held(each), families
        )
    return formats


_PNG: dict[str, tuple[PixelFormat | ValueFormat, tuple[Holds, ...]]] = {
    "png8": ("r8", ("thresholds", "values")),
    "png16": ("r16", ("thresholds", "values")),
    "rg8": ("rg8", ("thresholds", "values")),
    "rgba8": ("rgba8", ("values",)),
    "octahedral8": ("octahedral8", ("values",)),
}
TEXTURES: dict[str, TextureFormat] = {
    **{
        name: TextureFormat(f".{each}.png", each, png, "flipbook", holds)
        for name, (each, holds) in _PNG.items()
    },
    "raw-u8": TextureFormat(".u8.raw", "r8", Texels.raw, "frames", families=("raw",)),
    "raw-u16": TextureFormat(
        ".u16.raw", "r16ui", Texels.raw, "frames", ("thresholds",), families=("raw",)
    ),
    "raw-f32": TextureFormat(".f32.raw", "r32f", Texels.raw, "frames", families=("raw",)),
    # Thresholds have these as raw-u8 and raw-u16.
    **{
        f"raw-{each}": TextureFormat(
            f".{each}.raw", each, Texels.raw, "frames", ("values",), families=("raw",)
        )
        for each in VALUE_FORMATS
        if each not in ("r8", "r32f")
    },
    **{name: each for how in _CONTAINERS for name, each in _contained(*how).items()},
    **{
        f"frames-{name}": TextureFormat(f".{each}.png", each, png, "files", holds, ("frames",))
        for name, (each, holds) in _PNG.items()
    },
    "tiff16": TextureFormat(".r16.tiff", "r16", tiff, "pages"),
    "exr": TextureFormat(".exr", "r32f", exr, "flipbook"),
}
# A family writes those of its formats that can hold the matrix or the values.
FAMILIES = {
    family: tuple(name for name, each in TEXTURES.items() if family in each.families)
    for family in ("raw", *(each[0] for each in _CONTAINERS), "frames", *_CONTAINED)
}
# Programs that dither by themselves: the ending of their files, and the encoder.
PROGRAMS = {
    "imagemagick": (".thresholds.xml", imagemagick),
    "aseprite": (".aseprite-extension", aseprite),
}
FORMATS = ("npy", *TEXTURES, "c", *LANGUAGES, *PROGRAMS)
# Those to suggest: all but the members of families.
_USUAL = (
    *(name for name in FORMATS if name not in TEXTURES or not TEXTURES[name].families),
    *FAMILIES,
)


@dataclass(frozen=True, eq=False)
class ExportedFile:
    """An encoded file.

    Attributes:
        format_name: the requested format, such as "rg8".
        ending: end of the file name, after the name of the matrix.
        content: its bytes.
        texels: the values of a texture; None for other files.
        layout: how it holds frames.
        frame: its frame, if each frame has a file of its own.
    """

    format_name: str
    ending: str
    content: bytes
    texels: Texels | None = None
    layout: Layout = "plane"
    frame: int | None = None


def encode(format_names: tuple[str, ...], content: Content, name: str) -> list[ExportedFile]:
    """Encode a matrix or a texture of values in several formats.

    Args:
        format_names: from FORMATS or FAMILIES.
        content: matrix, channels or noise; or values.
        name: identifier prefix in shaders and headers.

    Raises:
        InputError: a format is unknown or cannot hold the content.

    Example:
        >>> import numpy as np
        >>> from bluenoise.matrix_set import matrix_set_of
        >>> files = encode(("raw",), matrix_set_of(np.array([[0, 1]])), "two")
        >>> [file.ending for file in files]
        ['.u8.raw', '.u16.raw', '.f32.raw']
    """
    for each in format_names:
        if each not in FORMATS and each not in FAMILIES:
            advice = f"use one of {', '.join(_USUAL)}"
            names = [*FORMATS, *FAMILIES]
            raise InputError(f"no format is named {each!r}; {did_you_mean(each, names, advice)}")
    files: dict[str, list[ExportedFile]] = {}
    for each in format_names:
        if each in FAMILIES:
            files.update(_encode_family(each, content, name))
        else:
            files[each] = _encode_one(each, content, name)
    return [file for group in files.values() for file in group]


def _encode_family(family: str, content: Content, name: str) -> dict[str, list[ExportedFile]]:
    files: dict[str, list[ExportedFile]] = {}
    refused: InputError | None = None
    held = _holds(content)
    members = [each for each in FAMILIES[family] if held in TEXTURES[each].holds]
    # Last the format that holds everything: its refusal is the one to report.
    for each in sorted(members or FAMILIES[family], key=lambda each: each.endswith("-r32f")):
        try:
            files[each] = _encode_one(each, content, name)
        except InputError as error:
            refused = error
    if not files and refused is not None:
        raise refused
    return files


def _encode_one(format_name: str, content: Content, name: str) -> list[ExportedFile]:
    if format_name == "npy":
        return [ExportedFile(format_name, ".npy", content.npy())]
    if format_name in LANGUAGES:
        language = LANGUAGES[format_name]
        return [ExportedFile(format_name, f".{language}", shader(language, content, name))]
    if format_name in TEXTURES:
        return _encode_texture(format_name, content)
    if isinstance(content, ValueTexture):
        raise InputError(f"{format_name} holds thresholds, not values of {content.kind}; use npy")
    if format_name == "c":
        return [ExportedFile(format_name, ".h", c_header(content, name))]
    ending, encoder = PROGRAMS[format_name]
    return [ExportedFile(format_name, ending, encoder(content, name))]


def _encode_texture(format_name: str, content: Content) -> list[ExportedFile]:
    kind = TEXTURES[format_name]
    held = _holds(content)
    if held not in kind.holds:
        other = "thresholds" if held == "values" else "values such as vectors"
        usual = "rgba8, ktx2 or dds" if held == "values" else "png16, rg8, ktx2 or dds"
        raise InputError(f"{format_name} holds {other}, not {held}; use {usual}")
    found = _texels(kind, content)
    if kind.frame_layout == "files" and found.has_frames:
        frames = range(len(found.values))
        digits = max(4, len(str(frames[-1])))
        planes = [Texels(found.values[t : t + 1], found.pixel_format, False) for t in frames]
        stem, _, suffix = kind.ending.rpartition(".")
        return [
            ExportedFile(
                format_name,
                f"{stem}.{t:0{digits}d}.{suffix}",
                kind.encode(plane),
                plane,
                "files",
                t,
            )
            for t, plane in enumerate(planes)
        ]
    layout = kind.frame_layout if found.has_frames else "plane"
    return [ExportedFile(format_name, kind.ending, kind.encode(found), found, layout)]


def _texels(kind: TextureFormat, content: Content) -> Texels:
    if isinstance(content, ValueTexture):
        return value_texels(content, cast(ValueFormat, kind.texel_format))
    return texels(content, cast(PixelFormat, kind.texel_format))


def _holds(content: Content) -> Holds:
    return "values" if isinstance(content, ValueTexture) else "thresholds"
