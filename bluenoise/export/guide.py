"""The README of an export: a description of the files, and ten steps per engine."""

from collections.abc import Mapping
from typing import Any

from bluenoise.export.shaders import fill_template
from bluenoise.matrix_set import MatrixSet

FILENAME = "README.md"


def guide(matrix_set: MatrixSet, name: str, provenance: Mapping[str, Any]) -> bytes:
    """Return the README in Markdown.

    Args:
        matrix_set: the exported matrix or noise.
        name: name of the textures.
        provenance: see `bluenoise.export.sidecar.provenance_of`.

    Example:
        >>> import numpy as np
        >>> from bluenoise.matrix_set import matrix_set_of
        >>> guide(matrix_set_of(np.array([[0, 1]])), "two", {}).decode().partition(":")[0]
        '# two'
    """
    template = "guide.md" if matrix_set.values is None else "noise.md"
    license_name = provenance.get("license")
    sentence = f"Licence: {license_name}." if license_name else "No licence is stated."
    return fill_template(template, matrix_set, name, license=sentence)
