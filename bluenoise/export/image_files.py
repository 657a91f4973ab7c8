"""PNG and TIFF files by Pillow, EXR files by the OpenEXR library (extra `textures`).

The files carry no gamma and no sRGB chunk, so readers return the stored numbers.
"""

import io
import tempfile
from pathlib import Path

import numpy as np

from bluenoise.export.texels import Texels, flipbook
from dither.errors import InputError
from dither.extras import require_extra

# Readers show the channel Y (luminance) as grey.
_EXR_CHANNELS = {1: "Y", 2: "RG", 3: "RGB", 4: "RGBA"}


def png(texels: Texels) -> bytes:
    r"""Encode one plane, or all frames as a flipbook, as PNG.

    Args:
        texels: "r8" with 1 or 3 channels; "rg8", whose blue is set to 0; "rgba8"; or "r16".

    Raises:
        InputError: "r8" has 2 or 4 channels.

    Example:
        >>> from bluenoise.export.texels import texels
        >>> from bluenoise.matrix_set import matrix_set_of
        >>> png(texels(matrix_set_of(np.array([[0, 1]])), "r16"))[:4]
        b'\x89PNG'
    """
    plane = flipbook(texels.values)
    if texels.pixel_format == "rg8":
        plane = np.concatenate([plane, np.zeros_like(plane[..., :1])], axis=-1)
    if plane.shape[-1] not in (1, 3) and texels.pixel_format != "rgba8":
        raise InputError(f"a PNG of thresholds has 1 or 3 channels, not {plane.shape[-1]}")
    return _save([plane], format="PNG", optimize=True)


def tiff(texels: Texels) -> bytes:
    """Encode "r16" texels as an uncompressed TIFF with one page per frame.

    Example:
        >>> from bluenoise.export.texels import texels
        >>> from bluenoise.matrix_set import matrix_set_of
        >>> tiff(texels(matrix_set_of(np.array([[0, 1]])), "r16"))[:2]
        b'II'
    """
    return _save(list(texels.values), format="TIFF")


def exr(texels: Texels) -> bytes:
    """Encode "r32f" texels of 1 to 4 channels, frames as a flipbook, as losslessly compressed EXR.

    Raises:
        InputError: OpenEXR is not installed.
    """
    require_extra("writing EXR files", "textures", "OpenEXR")
    import OpenEXR

    plane = flipbook(texels.values)
    names = _EXR_CHANNELS[plane.shape[-1]]
    channels = {name: np.ascontiguousarray(plane[..., c]) for c, name in enumerate(names)}
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    # The library writes to paths only.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "matrix.exr"
        with OpenEXR.File(header, channels) as file:
            file.write(str(path))
        return path.read_bytes()


def _save(planes: list[np.ndarray], **options: object) -> bytes:
    from PIL import Image

    planes = [plane[..., 0] if plane.shape[-1] == 1 else plane for plane in planes]
    first, *others = (Image.fromarray(np.ascontiguousarray(plane)) for plane in planes)
    more = {"save_all": True, "append_images": others} if others else {}
    stream = io.BytesIO()
    first.save(stream, **options, **more)
    return stream.getvalue()
