"""The README of an export: a description of the files, and ten steps per engine."""

from collections.abc import Mapping
from typing import Any

from bluenoise.export.formats import Content
from bluenoise.export.shaders import fill_template
from bluenoise.value_texture import ValueTexture

FILENAME = "README.md"


def guide(content: Content, name: str, provenance: Mapping[str, Any]) -> bytes:
    """Return the README in Markdown.

    Args:
        content: the exported matrix, noise or values.
        name: name of the textures.
        provenance: see `bluenoise.export.sidecar.provenance_of`.

    Example:
        >>> import numpy as np
        >>> from bluenoise.matrix_set import matrix_set_of
        >>> guide(matrix_set_of(np.array([[0, 1]])), "two", {}).decode().partition(":")[0]
        '# two'
    """
    more: dict[str, str] = {}
    if isinstance(content, ValueTexture):
        template, more = "values.md", _decoding(content)
    else:
        template = "guide.md" if content.values is None else "noise.md"
    license_name = provenance.get("license")
    sentence = f"Licence: {license_name}." if license_name else "No licence is stated."
    return fill_template(template, content, name, license=sentence, **more)


def _decoding(content: ValueTexture) -> dict[str, str]:
    """Return the sentences about decoding that depend on the kind of the values."""
    low, high = content.range
    more = []
    if content.scalar:
        more.append("Exact thresholds are the middles of bins: (code + 1/2) / 256 for 8 bits.")
        if not content.has_frames:
            more.append("For frame t take fract(v + t * 0.61803399).")
    if content.unit:
        more.append("Then normalize it.")
    if content.kind == "circle" and not content.has_frames:
        more.append("For frame t rotate it by t * 2.39996323 (the golden angle).")
    if content.pdf is not None:
        more.append(f"Alpha is the pdf: {content.pdf_range:g} s in UNORM formats, s in floats.")
    return {"low": f"{low:g}", "span": f"{high - low:g}", "more": " ".join(more)}
