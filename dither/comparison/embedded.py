"""Pictures inside a page: addresses that hold a whole file, whose pixels are the picture's."""

import base64
import io
import struct
from dataclasses import dataclass

import numpy as np

from dither.comparison.compare import png_bytes
from dither.errors import InputError
from dither.images.io import open_image
from dither.images.raster_image import from_pillow
from dither.samples import checked_image, eight_bit_colors

# Segments of a JPEG that hold metadata and colour profiles: APP1 to APP13, APP15, and comments. APP0
# (JFIF) and APP14 (Adobe) say how its colours are stored.
_METADATA = frozenset({*range(0xE1, 0xEE), 0xEF, 0xFE})
_START_OF_SCAN = 0xDA
_END = b"\xff\xd9"


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture of a page.

    Attributes:
        name: what people call it.
        pixels: (H, W) or (H, W, 3), of any type that is measured.
        file: the bytes of the file it was read from, which stand in the page in place of a larger PNG
            where they are those of a JPEG with the same pixels.
    """

    name: str
    pixels: np.ndarray
    file: bytes | None = None


def picture_address(picture: Picture) -> str:
    """A data: address, which holds what a browser shows: the pixels in 8 bits a channel, as sRGB.

    A JPEG stays one, without its metadata: where the photo was taken is no reader's business.

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
    """(H, W) or (H, W, 3) uint8, what a screen of 8 bits shows of a picture.

    Example:
        >>> shown_pixels(np.array([[0.0, 1.0]])).tolist()
        [[0, 255]]
    """
    samples = checked_image(pixels)
    codes = eight_bit_colors(samples)
    gray = samples.ndim == 2 or samples.shape[2] == 1
    return np.ascontiguousarray(codes[..., 0] if gray else codes)


def data_address(kind: str, content: bytes) -> str:
    """A data: address of an image file's bytes; `kind` is png or jpeg.

    Example:
        >>> data_address("png", b"...")
        'data:image/png;base64,Li4u'
    """
    return f"data:image/{kind};base64,{base64.b64encode(content).decode('ascii')}"


def _without_metadata(file: bytes) -> bytes | None:
    """A JPEG's bytes without what is said about it; None if they are not what they should be."""
    kept, place = [file[:2]], 2
    while place + 4 <= len(file) and file[place] == 0xFF:
        kind, length = file[place + 1], struct.unpack(">H", file[place + 2 : place + 4])[0]
        end = place + 2 + length
        if kind == _START_OF_SCAN:
            end = _end_of_scan(file, end)
        if kind not in _METADATA:
            kept.append(file[place:end])
        place = end
        # Phones put second pictures and films behind the end.
        if file[place : place + 2] == _END:
            return b"".join([*kept, _END])
    return None


def _end_of_scan(file: bytes, place: int) -> int:
    """Where the next marker lies behind compressed samples, in which 0 or a restart follows 255."""
    while True:
        place = file.find(b"\xff", place)
        if place < 0 or place + 1 >= len(file):
            return len(file)
        if file[place + 1] != 0 and not 0xD0 <= file[place + 1] <= 0xD7:
            return place
        place += 2


def _same_pixels(file: bytes, samples: np.ndarray) -> bool:
    """Whether a JPEG of grey or RGB, which all browsers decode alike, holds these pixels upright."""
    try:
        with open_image(io.BytesIO(file), samples.shape[0] * samples.shape[1]) as image:
            image.load()
            return image.mode in ("L", "RGB") and np.array_equal(from_pillow(image).color, samples)
    except InputError:
        return False
