"""Import settings that engines keep in a file beside the image: Godot's .import, Unity's .meta.

They set the same as the sidecar: no sRGB, point sampling, repeat, no mipmaps, no compression.
"""

import hashlib

from bluenoise.export.formats import ExportedFile
from bluenoise.export.shaders import template
from bluenoise.export.texels import PixelFormat

# Unity's TextureFormat of images by pixel format and number of channels.
_UNITY: dict[tuple[PixelFormat, int], int] = {
    ("r8", 1): 63,
    ("r8", 3): 3,
    ("rg8", 2): 3,
    ("rgba8", 4): 4,
    ("r16", 1): 9,
    ("r32f", 1): 18,
    ("r32f", 2): 19,
    ("r32f", 3): 20,
    ("r32f", 4): 20,
}
_IMAGES = (".png", ".tiff", ".exr")


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
    key = (file.texels.pixel_format, file.texels.values.shape[-1])
    number = _UNITY.get(key) if file.ending.endswith(_IMAGES) else None
    if number is not None:
        # Unity needs 128 bits that no other file of the project has.
        guid = hashlib.sha256(filename.encode() + file.content).hexdigest()[:32]
        # Without "alpha from input", Unity drops the channel.
        alpha = 1 if file.texels.values.shape[-1] == 4 else 0
        text = template("unity.meta").substitute(guid=guid, format=number, alpha=alpha)
        files[f"{filename}.meta"] = text.encode()
    return files
