"""Import settings that engines keep in a file beside the picture: Godot's .import, Unity's .meta.

They say what the sidecar says: no sRGB, point sampling, repeated, no mipmaps, no compression.
"""

import hashlib

from bluenoise.export.formats import Made
from bluenoise.export.shaders import template

# Unity's TextureFormat, by the files that it imports as textures.
_UNITY = {".r8.png": 63, ".rg8.png": 3, ".r16.png": 9, ".r16.tiff": 9, ".exr": 18}
_UNITY_COLORS = {".r8.png": 3, ".exr": 20}


def settings(made: Made, filename: str) -> dict[str, bytes]:
    """The names and contents of settings beside a texture; none where engines import no such file.

    Example:
        >>> import numpy as np
        >>> from bluenoise.export.formats import made
        >>> from bluenoise.export.texels import source
        >>> (file,) = made(("rg8",), source(np.array([[0, 1]])), "two")
        >>> list(settings(file, "two.rg8.png"))
        ['two.rg8.png.import', 'two.rg8.png.meta']
    """
    if made.texels is None:
        return {}
    ending = made.ending
    if made.frame is not None:
        ending = f".{made.texels.pixel_format}.png"
    files = {}
    if ending.endswith((".png", ".exr")):
        files[f"{filename}.import"] = template("godot.import").template.encode()
    one = made.texels.pixel_format == "rg8" or made.texels.values.shape[-1] == 1
    number = (_UNITY if one else _UNITY_COLORS).get(ending)
    if number is not None:
        # Any 128 bits that no other file of the project has.
        guid = hashlib.sha256(filename.encode() + made.content).hexdigest()[:32]
        text = template("unity.meta").substitute(guid=guid, format=number)
        files[f"{filename}.meta"] = text.encode()
    return files
