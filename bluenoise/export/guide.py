"""The README of an export: what the files are, and ten lines for each engine."""

from collections.abc import Mapping
from typing import Any

from bluenoise.export.png import grid
from bluenoise.export.shaders import identifier, template, title
from bluenoise.export.texels import Source

FILENAME = "README.md"


def guide(source: Source, name: str, origin: Mapping[str, Any]) -> bytes:
    """The text, in Markdown.

    Args:
        source: what was exported.
        name: the textures' name.
        origin: as `bluenoise.export.sidecar.origin_of`.

    Example:
        >>> import numpy as np
        >>> from bluenoise.export.texels import source
        >>> guide(source(np.array([[0, 1]])), "two", {}).decode().partition(":")[0]
        '# two'
    """
    if source.noise is not None:
        return _noise_guide(source, name, origin)
    columns, rows = grid(source.shape[0])
    text = template("guide.md").substitute(
        title=title(source, name),
        license=_license(origin),
        name=name,
        id=identifier(name),
        columns=columns,
        sheet=source.shape[1] * rows,
    )
    return text.encode()


def _noise_guide(source: Source, name: str, origin: Mapping[str, Any]) -> bytes:
    frames, height, width, channels = source.shape
    text = template("noise.md").substitute(
        name=name,
        license=_license(origin),
        frames=frames,
        height=height,
        width=width,
        channels=channels,
    )
    return text.encode()


def _license(origin: Mapping[str, Any]) -> str:
    license_name = origin.get("license")
    return f"Licence: {license_name}." if license_name else "The licence is its maker's to name."
