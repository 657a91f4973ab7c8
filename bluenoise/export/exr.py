"""OpenEXR: single-precision floats, of thresholds or of noise; frames in a grid.

The OpenEXR library itself writes them, from the extra `textures`.
"""

import importlib.util
import tempfile
from pathlib import Path

import numpy as np

from bluenoise.export.png import flipbook
from bluenoise.export.texels import Texels
from dither.errors import InputError

# One channel is luminance, which every reader shows as grey; more are colours.
_CHANNELS = {1: "Y", 2: "RG", 3: "RGB", 4: "RGBA"}


def exr(texels: Texels) -> bytes:
    """An EXR file, compressed without loss.

    Args:
        texels: "r32f", of 1 to 4 channels.

    Raises:
        InputError: the library is not installed.
    """
    if importlib.util.find_spec("OpenEXR") is None:
        raise InputError("EXR files need OpenEXR: pip install 'bluenoise-dither[textures]'")
    import OpenEXR

    plane = flipbook(texels.values)
    channels = {
        letter: np.ascontiguousarray(plane[..., index])
        for index, letter in enumerate(_CHANNELS[plane.shape[-1]])
    }
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    # The library writes to a path alone.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "matrix.exr"
        with OpenEXR.File(header, channels) as file:
            file.write(str(path))
        return path.read_bytes()
