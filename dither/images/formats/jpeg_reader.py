"""Read a baseline JPEG in bands of rows with Pillow's decoder.

Pillow decodes into a picture of the whole size, and takes a file in pieces. The picture is put into
memory that the system provides page by page when it is written, and takes back on request: rows are
read and given back as soon as they are decoded. The fourth byte of each pixel, which Pillow sets to
255, says which rows these are.
"""

import mmap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import numpy as np

from dither.images.rows import band_height

if TYPE_CHECKING:
    from PIL import Image

# Compressed bytes between two looks at the rows: at most some megapixels.
_READ_BYTES = 1 << 15


def is_read_in_rows(picture: "Image.Image") -> bool:
    """Return whether the rows of an open JPEG can be decoded one after the other on this system.

    A progressive file refines all rows up to its end.
    """
    from PIL import Image

    return (
        picture.mode in ("L", "RGB")
        and not picture.info.get("progressive")
        and hasattr(mmap, "MADV_DONTNEED")
        and hasattr(mmap.mmap, "madvise")
        and hasattr(Image, "_getdecoder")
        and [tile[0] for tile in getattr(picture, "tile", ())] == ["jpeg"]
    )


def color_rows(picture: "Image.Image", file: BinaryIO) -> Iterator[np.ndarray]:
    """Yield bands of (rows, W) or (rows, W, 3) uint8.

    Args:
        picture: an open JPEG for which `is_read_in_rows` is true.
        file: its file.

    Raises:
        OSError: the file is damaged.
        EOFError: it ends too early.
    """
    from PIL import Image

    width, height = picture.size
    channels = 1 if picture.mode == "L" else 3
    try:
        memory = mmap.mmap(-1, 4 * width * height)
    except OSError as error:  # a limit of the system on addresses
        raise MemoryError from error
    canvas = Image.frombuffer("RGBX", picture.size, cast(Any, memory), "raw", "RGBX", 0, 1)
    # Also grey, whose black bytes would not tell decoded rows from others.
    decoder = Image._getdecoder("RGBX", "jpeg", ("RGBX", "RGBX"))  # pyright: ignore
    decoder.setimage(canvas.im, (0, 0, width, height))
    pixels = np.frombuffer(memory, np.uint8).reshape(height, width, 4)
    try:
        yield from _decoded(decoder, pixels, file, channels, memory)
    finally:
        decoder.cleanup()


def _decoded(
    decoder: object, pixels: np.ndarray, file: BinaryIO, channels: int, memory: mmap.mmap
) -> Iterator[np.ndarray]:
    height, width = pixels.shape[:2]
    step, done, read = band_height(width), 0, 0
    waiting, ended, released = b"", False, 0
    file.seek(0)
    while done < height:
        if not ended:
            piece = file.read(_READ_BYTES)
            if not piece:
                raise EOFError("it ends too early")
            waiting += piece
            used, error = decoder.decode(waiting)  # pyright: ignore[reportAttributeAccessIssue]
            ended = used < 0
            if ended and error < 0:
                raise OSError(f"decoder error {error}")
            waiting = waiting[max(0, used) :]
            # Rows are written one after the other.
            while read < height and pixels[read, -1, 3]:
                read += 1
            if ended and read < height:
                raise EOFError("it ends too early")
        while done < read and (read - done >= step or read == height):
            stop = min(read, done + step)
            band = pixels[done:stop, :, :channels]
            yield band[..., 0].copy() if channels == 1 else _three_channels(pixels[done:stop])
            done = stop
            end = 4 * width * done // mmap.PAGESIZE * mmap.PAGESIZE
            if end > released:
                memory.madvise(mmap.MADV_DONTNEED, released, end - released)
                released = end


def _three_channels(pixels: np.ndarray) -> np.ndarray:
    """Return (rows, W, 3) of (rows, W, 4), as fast as Pillow packs it."""
    from PIL import Image

    height, width = pixels.shape[:2]
    canvas = Image.frombuffer("RGBX", (width, height), pixels, "raw", "RGBX", 0, 1)
    packed = canvas.tobytes("raw", "RGB")
    return np.frombuffer(packed, np.uint8).reshape(height, width, 3)
