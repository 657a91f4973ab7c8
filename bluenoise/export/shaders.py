"""Snippets for shaders: they sample a texture of the matrix and dither with it, in whole numbers.

The texts stand in `templates`. They decide alike on every processor: a sample is rounded to the whole
number that it stands for, from which it is far less than half away, and decided as `codes` says.
"""

import re
from importlib import resources
from string import Template
from typing import Literal

from bluenoise.export.png import grid
from bluenoise.export.texels import Source
from dither.errors import InputError

Language = Literal["glsl", "hlsl", "wgsl", "gdshader"]


def shader(language: Language, source: Source, name: str) -> bytes:
    """The snippet of a language, its functions named after the matrix.

    Args:
        language: what it is written in.
        source: a matrix or several; frames are read from a flipbook.
        name: the textures' name.

    Raises:
        InputError: the source is noise, which decides nothing by itself.

    Example:
        >>> import numpy as np
        >>> from bluenoise.export.texels import source
        >>> b"int two_by_one_level(" in shader("glsl", source(np.array([[0, 1]])), "two-by-one")
        True
    """
    refuse_noise(source, language)
    frames, height, width, _ = source.shape
    text = template(f"matrix.{language}").substitute(
        title=title(source, name),
        id=identifier(name),
        width=width,
        height=height,
        frames=frames,
        columns=grid(frames)[0],
    )
    return text.encode()


def refuse_noise(source: Source, what: str) -> None:
    """Raise InputError where `source` has no thresholds."""
    if source.noise is not None:
        raise InputError(
            f"noise has no thresholds, by which {what} decides; take npy, raw-f32, ktx2-r32f, "
            "dds-r32f or exr"
        )


def template(name: str) -> Template:
    """A text with places to fill, $ before their names."""
    folder = resources.files("bluenoise.export") / "templates"
    return Template((folder / name).read_text(encoding="utf-8"))


def title(source: Source, name: str) -> str:
    """What the matrix is, in a line."""
    frames, height, width, channels = source.shape
    more = f", {frames} frames" if source.has_frames else ""
    more += f", {channels} channels" if channels > 1 else ""
    return f"{name}: a threshold matrix of {width} columns and {height} rows{more}"


def identifier(name: str) -> str:
    """The name as languages take it.

    Example:
        >>> identifier("blue-64x64"), identifier("8x8")
        ('blue_64x64', 'matrix_8x8')
    """
    plain = re.sub(r"_+", "_", name.replace("-", "_")).strip("_").lower()
    return plain if plain[0].isalpha() else f"matrix_{plain}"
