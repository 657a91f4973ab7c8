"""The kinds of files that there are, each made of a matrix by the module of its format."""

from dataclasses import dataclass

from bluenoise.export.dds import dds
from bluenoise.export.ktx2 import ktx2
from bluenoise.export.png import png
from bluenoise.export.raw import npy, raw
from bluenoise.export.texels import PIXEL_FORMATS, PixelFormat, Source, Texels, texels
from dither.errors import InputError

_CONTAINERS = {"ktx2": ktx2, "dds": dds}
_PNG: dict[str, PixelFormat] = {"png8": "r8", "png16": "r16", "rg8": "rg8"}
_RAW: dict[str, PixelFormat] = {"raw-u8": "r8", "raw-u16": "r16ui", "raw-f32": "r32f"}
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
)


@dataclass(frozen=True, eq=False)
class Made:
    """A file that is ready to be written.

    Attributes:
        kind: what it was asked for as.
        ending: of its name, after the matrix's.
        content: its bytes.
        texels: what a texture holds; None where there is none.
        frame: which one, where the file holds one of several.
    """

    kind: str
    ending: str
    content: bytes
    texels: Texels | None = None
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
    if kind in _PNG:
        content = texels(source, _PNG[kind])
        return [Made(kind, f".{content.pixel_format}.png", png(content), content)]
    if kind in _RAW:
        content = texels(source, _RAW[kind])
        return [Made(kind, f".{kind.removeprefix('raw-')}.raw", raw(content), content)]
    family, pixel_format, *more = kind.split("-")
    if pixel_format == "slices":
        content = texels(source, _PNG[family])
        if not source.has_frames:
            raise InputError(f"{kind} needs a matrix with frames, and this one has none")
        return [
            Made(
                kind,
                f".{content.pixel_format}.{frame:03}.png",
                png(Texels(plane[None], content.pixel_format, has_frames=False)),
                Texels(plane[None], content.pixel_format, has_frames=False),
                frame,
            )
            for frame, plane in enumerate(content.values)
        ]
    content = texels(source, _pixel_format(pixel_format))
    volume = bool(more)
    ending = f".{pixel_format}{'.3d' if volume else ''}.{family}"
    return [Made(kind, ending, _CONTAINERS[family](content, volume=volume), content)]


def _pixel_format(name: str) -> PixelFormat:
    return next(each for each in PIXEL_FORMATS if each == name)
