"""TIFF of 16 bits of grey, uncompressed; a page for each frame."""

import io

import numpy as np

from bluenoise.export.texels import Texels


def tiff(texels: Texels) -> bytes:
    """A TIFF file.

    Args:
        texels: "r16".

    Example:
        >>> from bluenoise.export.texels import source, texels
        >>> tiff(texels(source(np.array([[0, 1]])), "r16"))[:2]
        b'II'
    """
    from PIL import Image

    first, *others = (Image.fromarray(np.ascontiguousarray(p[..., 0])) for p in texels.values)
    stream = io.BytesIO()
    first.save(stream, format="TIFF", save_all=True, append_images=others)
    return stream.getvalue()
