"""Read noise textures to measure: .npy, and the PNG files that other tools ship."""

import re
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bluenoise.value_texture import (
    KINDS,
    ValueTexture,
    load_texture,
)
from dither.errors import InputError
from dither.files.npy import read_npy
from dither.matrix.catalog import shipped_textures
from dither.wording import counted

# Words in the names of other tools' files, in the order in which they decide.
# Sources: A. Wolfe et al., "Spatiotemporal blue noise masks" (2022), whose files are called
# stbn_unitvec3_cosine_2Dx1D_128x128x64_0.png, and W. Donnelly et al., "Filter-adapted spatiotemporal
# sampling for real-time rendering" (2024), whose files are called vector2_uniform_gauss1_0_0.png.
_WORDS = {
    "cosine": "cosine",
    "hemisphere": "hemisphere",
    "sphere": "sphere",
    "unitvec3": "sphere",
    "circle": "circle",
    "unitvec2": "circle",
    "disk": "disk",
    "vec2": "vec2",
    "vector2": "vec2",
    "vec3": "vec3",
    "vector3": "vec3",
    "phase": "phase",
    "scalar": "scalar",
    "real": "scalar",
    "vec1": "scalar",
}
_MOST_FRAMES = 256


class TextureFiles(NamedTuple):
    """The files of one texture: a .npy, a picture, or the numbered pictures of its frames.

    Attributes:
        name: of the texture.
        paths: in the order of the frames.
    """

    name: str
    paths: tuple[Path, ...]


def texture_files(paths: list[str]) -> list[TextureFiles]:
    """Group files into textures, and look into folders.

    Pictures whose names differ in the number at the end only are the frames of one texture.

    Args:
        paths: .npy and .png files, folders of them, and names of shipped textures.

    Raises:
        InputError: a folder has no such file, a file has another ending, or there are too many frames.

    Example:
        >>> [(name, len(each)) for name, each in texture_files(["b_0.png", "b_1.png", "a.npy"])]
        [('b', 2), ('a.npy', 1)]
    """
    groups: dict[str, list[Path]] = {}
    for given in paths:
        path = Path(given)
        found = [path]
        if given in shipped_textures():
            groups[given] = [path]
            continue
        if path.is_dir():
            found = sorted(
                each for each in path.iterdir() if each.suffix.lower() in (".npy", ".png")
            )
            if not found:
                raise InputError(f"the folder {path} has no .npy and no .png files")
        for each in found:
            if each.suffix.lower() not in (".npy", ".png"):
                raise InputError(f"{each} is no noise texture; they are .npy or .png files")
            groups.setdefault(_group(each), []).append(each)
    textures = []
    for members in groups.values():
        if len(members) > _MOST_FRAMES:
            raise InputError(
                f"there are {len(members)} frames of {members[0]}; at most {_MOST_FRAMES}"
            )
        members = sorted(members, key=_number)
        stem = _numbered(members[0])[0] if len(members) > 1 else members[0].name
        textures.append(TextureFiles(stem, tuple(members)))
    names = [each.name for each in textures]
    # Equal names of different folders are told apart by the folders.
    return [
        each
        if names.count(each.name) == 1
        else each._replace(name=str(each.paths[0].parent / each.name))
        for each in textures
    ]


def read_texture(files: TextureFiles, kind: str | None = None) -> ValueTexture:
    """Read a texture.

    Numbers in pictures are c / 255, and those of directions and disks 2 c / 255 - 1, in as many of the
    channels red, green and blue as the values have. Eight bits miss the circle and the sphere a
    little, and a shader normalises them, so directions get length 1.

    Args:
        files: of one texture.
        kind: of its values; None for what N.json beside N.npy says as "values", else what the values
            are, and for pictures what the name says.

    Raises:
        InputError: a file cannot be read, its kind is unknown, or the values are not of this kind.
    """
    first = files.paths[0]
    try:
        if first.suffix.lower() == ".npy" or str(first) in shipped_textures():
            if len(files.paths) > 1:
                raise InputError("frames are numbered .png files, or one .npy")
            return load_texture(first, kind)
        if not first.is_file():
            raise InputError("there is no such file")
        kind = kind or _named_kind(first)
        if kind is None:
            raise InputError("its name does not say what the values are; say it with --values KIND")
        if kind not in KINDS or kind == "points":
            raise InputError(f"pictures hold one of {', '.join(k for k in KINDS if k != 'points')}")
        frames = [_picture(path, kind) for path in files.paths]
        if len({frame.shape for frame in frames}) > 1:
            raise InputError("the frames differ in size")
        return ValueTexture(kind, np.stack(frames), has_frames=len(frames) > 1)
    except InputError as error:
        raise InputError(f"{first}: {str(error).removeprefix(f'{first}: ')}") from None


def _named_kind(path: Path) -> str | None:
    """Return the kind of values that the name of a file says, if it says one."""
    return next((kind for word, kind in _WORDS.items() if word in path.name.lower()), None)


def is_texture(path: str) -> bool:
    """Return whether a path is a noise texture, not a matrix: a folder, or 4-D floats.

    The names of shipped textures are too, and pictures whose name says what the values are, or whose
    channels differ. A file that cannot be read is none.
    """
    if Path(path).is_dir() or path in shipped_textures():
        return True
    if Path(path).suffix.lower() == ".png":
        return _named_kind(Path(path)) is not None or _has_colors(Path(path))
    if Path(path).suffix != ".npy":
        return False
    try:
        array = read_npy(path)
    except InputError:
        return False
    return array.ndim == 4 and array.dtype.kind == "f"


def _has_colors(path: Path) -> bool:
    from dither.images.io import read_image
    from dither.images.raster_image import is_gray

    try:
        return not is_gray(read_image(path, color_management=False).color)
    except InputError:
        return False


def _picture(path: Path, kind: str) -> np.ndarray:
    """Return the values of a picture: (H, W, C) float64."""
    from dither.images.io import read_image

    # Numbers are no colours.
    image = read_image(path, color_management=False).color
    codes = image[..., None] if image.ndim == 2 else image
    known = KINDS[kind]
    if codes.shape[-1] < known.components or codes.dtype.kind != "u":
        raise InputError(
            f"the picture has {counted(codes.shape[-1], 'channel')} of {codes.dtype}; {kind} needs "
            f"{known.components} of whole numbers"
        )
    values = codes[..., : known.components] / np.iinfo(codes.dtype).max
    if known.low < 0:
        values = 2 * values - 1
    if known.unit:
        values /= np.maximum(np.linalg.norm(values, axis=-1, keepdims=True), 1e-9)
    return values


def _group(path: Path) -> str:
    return str(path.with_name(_numbered(path)[0])) if path.suffix.lower() == ".png" else str(path)


def _number(path: Path) -> int:
    return int(_numbered(path)[1] or 0)


def _numbered(path: Path) -> tuple[str, str]:
    """Return the stem of a file without the number at its end, and the number."""
    found = re.fullmatch(r"(.*?)[_-]?(\d{1,9})", path.stem)
    return (found[1], found[2]) if found and found[1] else (path.stem, "")
