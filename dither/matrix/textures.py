"""Read textures, images whose values order the cells of a threshold matrix: PNG, TIFF and others."""

import io
from pathlib import Path

import numpy as np

from dither.errors import InputError
from dither.extras import require_extra
from dither.files.safe_open import read_file
from dither.images.io import open_image
from dither.matrix.png_samples import first_channel_16

TEXTURE_ENDINGS = (".png", ".tif", ".tiff", ".bmp", ".gif", ".pgm", ".ppm", ".pnm")

_MAX_BYTES = 1 << 28
_MAX_PIXELS = 1 << 24
_MAX_FRAMES = 1024


def read_texture(path: Path | str) -> np.ndarray:
    """Read the values of a texture: those of grey, else of the first channel, such as red.

    Args:
        path: an image of 1 to 16 bits per sample, or a TIFF of floats. The pages of a TIFF are frames.

    Returns:
        (H, W), or (T, H, W) for several pages; unsigned integers or floats.

    Raises:
        InputError: the file cannot be read, or is larger than 2^24 pixels.
    """
    name = str(path)
    content = read_file(path, _MAX_BYTES)
    with open_image(io.BytesIO(content), _MAX_PIXELS, name) as picture:
        if picture.format == "PNG":
            deep = first_channel_16(content)
            if deep is not None:
                return deep
        if picture.format != "TIFF":
            return _first_channel(picture)
        pages = getattr(picture, "n_frames", 1)
        if pages > _MAX_FRAMES or pages * picture.width * picture.height > _MAX_PIXELS:
            raise InputError(f"{name} has more than {_MAX_PIXELS} pixels or {_MAX_FRAMES} pages")
        if _is_reduced(picture):
            return _deep_pages(content, name)
        planes = []
        for page in range(pages):
            picture.seek(page)
            planes.append(_first_channel(picture))
    if len({plane.shape for plane in planes}) > 1:
        raise InputError(
            f"the pages of {name} differ in size; the frames of a matrix have one size"
        )
    return planes[0] if len(planes) == 1 else np.stack(planes)


def _first_channel(picture) -> np.ndarray:
    if picture.mode in ("P", "PA"):
        picture = picture.convert("RGB")
    values = np.asarray(picture)
    values = values[..., 0] if values.ndim == 3 else values
    return values.astype(np.uint8) if values.dtype == np.bool_ else values


def _is_reduced(picture) -> bool:
    """Return whether Pillow would reduce samples of 16 bits to 8."""
    bits = picture.tag_v2.get(258, (8,))
    return max(bits) == 16 and not picture.mode.startswith(("I", "F"))


def _deep_pages(content: bytes, name: str) -> np.ndarray:
    """Return the first channel of a TIFF whose pages have several channels of 16 bits."""
    require_extra(f"{name}, a TIFF of several channels of 16 bits,", "scale", "tifffile")
    import tifffile

    try:
        with tifffile.TiffFile(io.BytesIO(content)) as file:
            planes = []
            for page in file.pages:
                values = page.asarray()
                if values.ndim == 3:
                    values = values[..., 0] if page.axes.endswith("S") else values[0]
                planes.append(values)
            return planes[0] if len(planes) == 1 else np.stack(planes)
    except Exception as error:  # tifffile raises many kinds for damaged files
        reason = " ".join(str(error).split())[:120]
        raise InputError(f"{name} is damaged or cannot be read: {reason}") from None
