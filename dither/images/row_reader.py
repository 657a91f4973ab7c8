"""Read image files in bands of rows: PNG without interlacing, baseline JPEG, and TIFF.

The bands together are what `read_image` returns, but for an alpha that is opaque everywhere; other
files are read whole.
"""

import contextlib
import copy
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from dither.images.color_management import UNMANAGED, color_source, managed
from dither.images.deep_color import (
    CLEAR_COLOR,
    is_deep,
    is_deep_gray_alpha,
    split_deep,
)
from dither.images.formats import jpeg_reader, png_reader, tiff_reader
from dither.images.io import Source, damage_refused, open_image, opened_file, unread_parts
from dither.images.pages import page_numbers
from dither.images.pillow_conversion import PROFILED_MODES, from_pillow
from dither.images.raster_image import RasterImage, is_gray
from dither.images.resolution import file_resolution
from dither.images.rows import RowSource

if TYPE_CHECKING:
    from PIL import Image

_ORIENTATION = 0x0112
_UPRIGHT = (None, 1)


@contextlib.contextmanager
def open_rows(
    source: Source,
    max_pixels: int,
    name: str,
    *,
    color_management: bool = True,
    deep: bool = False,
) -> Iterator[RowSource | None]:
    """Open an image to read it in bands of rows; None if its format needs it to be read whole.

    Args:
        source: the file, or a binary stream.
        max_pixels: refuse larger images.
        name: name used in error messages.
        color_management: as for `read_image`.
        deep: as there.

    Raises:
        InputError: as `read_image`; for damaged rows, when they are read.
    """
    with contextlib.ExitStack() as stack:
        with open_image(source, max_pixels, name) as picture:
            file = stack.enter_context(opened_file(source, name))
            with damage_refused(name):
                colors = color_source(picture, name) if color_management else UNMANAGED
                is_converted = colors.space is not None
                # Only whole pictures are read with their inks.
                by_rows = not is_converted or colors.mode in ("L", "RGB")
                found = _row_bands(picture, file) if by_rows else None
                notes = (*unread_parts(picture, name, deep=deep), *filter(None, [colors.note]))
                shape, mode = (picture.height, picture.width), picture.mode
                profile = picture.info.get("icc_profile") if mode in PROFILED_MODES else None
                compression = str(picture.info.get("compression"))
                compression = compression if picture.format == "TIFF" else None
                resolution = file_resolution(picture)
                depends = mode in ("P", "PA") and profile is None and not is_converted
        if found is None:
            yield None
            return
        bands, piece_bytes = found

        def checked() -> Iterator[RasterImage]:
            rows, iterator = 0, bands()
            while True:
                with damage_refused(name):
                    band = next(iterator, None)
                    if band is None:
                        break
                rows += len(band.color)
                yield managed(RasterImage(band.color, band.alpha, profile), colors, deep=deep)
            assert rows == shape[0]

        read = checked
        # Programs (this one too) store few greys as a palette, which is the same image as in grey.
        if depends and all(is_gray(band.color) for band in checked()):

            def read() -> Iterator[RasterImage]:
                for band in checked():
                    yield RasterImage(np.ascontiguousarray(band.color[..., 0]), band.alpha)

        yield RowSource(shape, read, notes, piece_bytes, compression, resolution)


def _row_bands(
    picture: "Image.Image", file: BinaryIO
) -> tuple[Callable[[], Iterator[RasterImage]], int] | None:
    """Return a function that reads the bands, and the bytes of a part of the file, or None."""
    from PIL import Image

    # A PNG would read its pixels to look for an orientation behind them.
    if Image.Image.getexif(picture).get(_ORIENTATION) not in _UPRIGHT:
        return None
    size = picture.size
    if picture.format == "PNG" and png_reader.is_read_in_rows(picture, file):
        convert = _png_conversion(picture)
        if convert is not None:
            return lambda: map(convert, png_reader.packed_rows(file, *size)), 0
    if picture.format == "JPEG" and jpeg_reader.is_read_in_rows(picture):
        return lambda: map(RasterImage, jpeg_reader.color_rows(picture, file)), 0
    if picture.format == "TIFF" and len(page_numbers(picture)) > 1:
        return None
    if picture.format == "TIFF" and picture.mode != "F" and not picture.mode.startswith("I;32"):
        parts = tiff_reader.tiff_parts(file)
        if parts is not None and parts.size == size:
            decode = tiff_reader.deep_part if is_deep(picture) else None
            return lambda: tiff_reader.bands(file, parts, decode), parts.piece_bytes
    return None


def _png_conversion(picture: Any) -> Callable[[np.ndarray], RasterImage] | None:
    """Return the function that converts the bytes of a PNG's rows as `from_pillow` does."""
    from PIL import Image

    mode, rawmode, info = picture.mode, picture.tile[0][3], dict(picture.info)
    width, is_plain = picture.width, "transparency" not in picture.info
    if is_deep(picture):
        clear, profile = info.get(CLEAR_COLOR), info.get("icc_profile")
        channels = 2 if is_deep_gray_alpha(picture) else len(mode)
        return lambda rows: split_deep(
            rows.view(">u2").astype(np.uint16).reshape(len(rows), width, channels), clear, profile
        )
    if mode == "P":
        table = _palette_table(picture)

        def from_palette(rows: np.ndarray) -> RasterImage:
            band = Image.frombytes(mode, (width, len(rows)), rows.tobytes(), "raw", rawmode)
            indices = np.asarray(band)
            alpha = None if table.alpha is None else table.alpha[0][indices]
            return RasterImage(table.color[0][indices], alpha)

        return from_palette
    if mode == rawmode and mode in ("L", "RGB") and is_plain:
        channels = 1 if mode == "L" else 3
        return lambda rows: RasterImage(
            rows if channels == 1 else rows.reshape(len(rows), width, channels)
        )

    def from_mode(rows: np.ndarray) -> RasterImage:
        band: Any = Image.frombytes(mode, (width, len(rows)), rows.tobytes(), "raw", rawmode)
        band.info = dict(info)
        return from_pillow(band)

    return from_mode


def _palette_table(picture: "Image.Image") -> RasterImage:
    """Return the (1, 256, 3) colour, and the alpha, of each index."""
    from PIL import Image

    line = Image.frombytes("P", (256, 1), bytes(range(256)))
    line.palette = copy.copy(picture.palette)
    line.info = dict(picture.info)
    line.load()
    found = from_pillow(line)
    color = found.color if found.color.ndim == 3 else np.stack([found.color] * 3, axis=2)
    return RasterImage(color, found.alpha)
