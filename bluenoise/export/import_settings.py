"""Import settings that engines keep in a file beside the image: Godot's .import, Unity's .meta.

They set the same as the sidecar: no sRGB, point sampling, repeat, no mipmaps, no compression.
"""

import hashlib

from bluenoise.export.formats import ExportedFile
from bluenoise.export.shaders import template

# Unity's TextureFormat by file ending, for one matrix and for several channels.
_UNITY = {".r8.png": 63, ".rg8.png": 3, ".r16.png": 9, ".r16.tiff": 9, ".exr": 18}
_UNITY_COLORS = {".r8.png": 3, ".exr": 20}


def import_settings(file: ExportedFile, filename: str) -> dict[str, bytes]:
    """Return names and contents of the import settings of a file; empty if engines use none.

    Example:
        >>> import numpy as np
        >>> from bluenoise.export.formats import encode
        >>> from bluenoise.matrix_set import matrix_set_of
        >>> (file,) = encode(("rg8",), matrix_set_of(np.array([[0, 1]])), "two")
        >>> list(import_settings(file, "two.rg8.png"))
        ['two.rg8.png.import', 'two.rg8.png.meta']
    """
    if file.texels is None:
        return {}
    files = {}
    if file.ending.endswith((".png", ".exr")):
        files[f"{filename}.import"] = template("godot.import").template.encode()
    one_matrix = file.texels.pixel_format == "rg8" or file.texels.values.shape[-1] == 1
    number = (_UNITY if one_matrix else _UNITY_COLORS).get(file.ending)
    if number is not None:
        # Unity needs 128 bits that no other file of the project has.
        guid = hashlib.sha256(filename.encode() + file.content).hexdigest()[:32]
        text = template("unity.meta").substitute(guid=guid, format=number)
        files[f"{filename}.meta"] = text.encode()
    return files
