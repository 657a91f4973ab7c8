"""Embed images in a page as data: URLs."""

import base64
import io
import struct
from dataclasses import dataclass

import numpy as np

from dither.comparison.compare import png_bytes
from dither.errors import InputError
from dither.images.io import open_image
from dither.images.pillow_conversion import from_pillow
from dither.samples import checked_image, eight_bit_colors

# JPEG segments with metadata and colour profiles: APP1 to APP13, APP15, and comments. APP0 (JFIF) and
# APP14 (Adobe) are kept, because they say how colours are stored.
_METADATA = frozenset({*range(0xE1, 0xEE), 0xEF, 0xFE})
_START_OF_SCAN = 0xDA
_END = b"\xff\xd9"


@dataclass(frozen=True, eq=False)
class Picture:
    """An image to show on the page.

    Attributes:
        name: for the reader.
        pixels: (H, W) or (H, W, 3), as for `compare`.
        file: bytes of the file it was read from, or None. A JPEG with the same pixels is embedded
            instead of a larger PNG.
    """

    name: str
    pixels: np.ndarray
    file: bytes | None = None


def picture_address(picture: Picture) -> str:
    """Return a data: URL of an image with 8 bits per channel, in sRGB.

    A JPEG is embedded without its metadata, so that a page does not reveal where a photo was taken.

    Example:
        >>> picture_address(Picture("dot", np.zeros((1, 1), np.uint8)))[:22]
        'data:image/png;base64,'
    """
    samples = shown_pixels(picture.pixels)
    if picture.file is not None and picture.file.startswith(b"\xff\xd8"):
        bare = _without_metadata(picture.file)
        if bare is not None and _same_pixels(bare, samples):
            return data_address("jpeg", bare)
    return data_address("png", png_bytes(samples))


def shown_pixels(pixels: np.ndarray) -> np.ndarray:
    """Return (H, W) or (H, W, 3) uint8: an image as an 8-bit screen shows it.

    Example:
        >>> shown_pixels(np.array([[0.0, 1.0]])).tolist()
        [[0, 255]]
    """
    samples = checked_image(pixels)
    codes = eight_bit_colors(samples)
    gray = samples.ndim == 2 or samples.shape[2] == 1
    return np.ascontiguousarray(codes[..., 0] if gray else codes)


def data_address(kind: str, content: bytes) -> str:
    """Return a data: URL of the bytes of an image file; `kind` is png or jpeg.

    Example:
        >>> data_address("png", b"...")
        'data:image/png;base64,Li4u'
    """
    return f"data:image/{kind};base64,{base64.b64encode(content).decode('ascii')}"


def _without_metadata(file: bytes) -> bytes | None:
    """Return the bytes of a JPEG without metadata, or None if its structure is not as expected."""
    kept, position = [file[:2]], 2
    while position + 4 <= len(file) and file[position] == 0xFF:
        kind, length = file[position + 1], struct.unpack(">H", file[position + 2 : position + 4])[0]
        end = position + 2 + length
        if kind == _START_OF_SCAN:
            end = _end_of_scan(file, end)
        if kind not in _METADATA:
            kept.append(file[position:end])
        position = end
        # Phones store second images and videos after the end.
        if file[position : position + 2] == _END:
            return b"".join([*kept, _END])
    return None


def _end_of_scan(file: bytes, position: int) -> int:
    """Return the position of the next marker after compressed samples."""
    while True:
        position = file.find(b"\xff", position)
        if position < 0 or position + 1 >= len(file):
            return len(file)
        # Within samples, 255 is followed by 0 or by a restart marker.
        if file[position + 1] != 0 and not 0xD0 <= file[position + 1] <= 0xD7:
            return position
        position += 2


def _same_pixels(file: bytes, samples: np.ndarray) -> bool:
    """Return whether a grey or RGB JPEG, which all browsers decode alike, has these pixels."""
    try:
        with open_image(io.BytesIO(file), samples.shape[0] * samples.shape[1]) as image:
            image.load()
            return image.mode in ("L", "RGB") and np.array_equal(from_pillow(image).color, samples)
    except InputError:
        return False
