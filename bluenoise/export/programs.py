"""Matrices for programs with ordered dithering of their own: ImageMagick and Aseprite.

Source: ImageMagick's `threshold.c` and `thresholds.xml`; Aseprite's documentation of extensions, and
its `dithering_matrix.cpp`.
"""

import io
import json
import zipfile
from xml.sax.saxutils import quoteattr

import numpy as np

from bluenoise.matrix_set import MatrixSet
from dither.errors import InputError
from dither.wording import counted, sides_text

# Aseprite compares values of 8 bits.
_ASEPRITE_WHITE = 255
# The first date that a ZIP file can hold, so that equal matrices give equal bytes.
_DATE = (1980, 1, 1, 0, 0, 0)


def imagemagick(matrix_set: MatrixSet, name: str) -> bytes:
    """Return a `thresholds.xml` with a map of this name, for `-ordered-dither NAME`.

    ImageMagick reads it as thresholds.xml in the folder of MAGICK_CONFIGURE_PATH or of the user. A
    level is a rank plus one, out of N + 1: N levels divide black from white.

    Args:
        matrix_set: a matrix without frames or channels.
        name: of the map.

    Raises:
        InputError: it is none.

    Example:
        >>> from bluenoise.matrix_set import matrix_set_of
        >>> text = imagemagick(matrix_set_of(np.array([[0, 2], [3, 1]])), "tiny").decode()
        >>> [line.strip() for line in text.splitlines()][-5:-2]
        ['1 3', '4 2', '</levels>']
    """
    ranks = _plane(matrix_set, "a thresholds.xml")
    height, width = ranks.shape
    rows = "\n".join(" ".join(map(str, row)) for row in (ranks + 1).tolist())
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        "<thresholds>\n"
        f"  <threshold map={quoteattr(name)}>\n"
        f"    <description>{width}x{height} threshold matrix</description>\n"
        f'    <levels width="{width}" height="{height}" divisor="{ranks.size + 1}">\n'
        f"{rows}\n"
        "    </levels>\n"
        "  </threshold>\n"
        "</thresholds>\n"
    ).encode()


def aseprite(matrix_set: MatrixSet, name: str) -> bytes:
    """Return an extension of Aseprite that adds a dithering matrix; it is a ZIP file.

    Args:
        matrix_set: a matrix without frames or channels. Of more than 256 ranks, some share a value.
        name: of the matrix and the extension.

    Raises:
        InputError: it has frames or channels, or is noise.

    Example:
        >>> from bluenoise.matrix_set import matrix_set_of
        >>> content = aseprite(matrix_set_of(np.array([[0, 2], [3, 1]])), "tiny")
        >>> zipfile.ZipFile(io.BytesIO(content)).namelist()
        ['package.json', 'tiny.png']
    """
    from dither.images.formats.png import color_png

    ranks = _plane(matrix_set, "an extension of Aseprite")
    values = ranks if ranks.size <= _ASEPRITE_WHITE + 1 else ranks * 256 // ranks.size
    package = {
        "name": name.lower(),
        "displayName": name,
        "version": "1.0",
        "contributes": {
            "ditheringMatrices": [{"id": name.lower(), "name": name, "path": f"./{name}.png"}]
        },
    }
    shown = np.repeat(values.astype(np.uint8)[..., None], 3, axis=2)
    files = {
        "package.json": json.dumps(package, indent=2).encode(),
        f"{name}.png": color_png(shown),
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for path, content in files.items():
            archive.writestr(zipfile.ZipInfo(path, _DATE), content)
    return stream.getvalue()


def _plane(matrix_set: MatrixSet, what: str) -> np.ndarray:
    if matrix_set.values is not None:
        raise InputError(f"noise has no thresholds, which {what} needs; use npy or exr")
    matrix, *more = matrix_set.matrices
    if matrix_set.has_frames or more:
        raise InputError(
            f"{what} holds one matrix without frames or channels, not "
            f"{sides_text(matrix_set.shape)} in {counted(len(matrix_set.matrices), 'channel')}; use npy"
        )
    return matrix.ranks.astype(np.int64)
