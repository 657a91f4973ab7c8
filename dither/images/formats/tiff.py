"""Write TIFF files: grey of 1, 8 or 16 bits, indices with a colour map, and 8-bit colours.

Pillow writes a white of 65,280 instead of 65,535 into colour maps, and takes whole images only.

Source: Adobe, "TIFF Revision 6.0" (1992), sections 3 to 6 and 18; zstd has the number 50000 in libtiff.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from dither.images.bit_packing import pack_rows
from dither.images.formats.tiff_storage import (
    FILE_HEADER_BYTES,
    GRAY,
    INDEX_BITS,
    PALETTE_COLOR,
    RGB,
    Compression,
    StoredPixels,
    check_size,
    chosen_compression,
    stored_pages,
)
from dither.images.indexed import IndexedFrames
from dither.images.pillow_conversion import check_samples, gray_bits
from dither.images.raster_image import Resolution
from dither.images.rows import RowArray, mapped, sample_bytes

# The compression of a result for that of its source, by Pillow's names; JPEG and WebP would blur it.
_OF_SOURCES: dict[str, Compression] = {
    "raw": "none",
    "tiff_lzw": "lzw",
    "group3": "group4",
    "group4": "group4",
    "tiff_ccitt": "group4",
    "zstd": "zstd",
}


def compression_like(name: str | None) -> Compression | None:
    """Return the compression of results for Pillow's name of a source's; None for no TIFF."""
    return None if name is None else _OF_SOURCES.get(name, "deflate")


def tiff_bytes(found: IndexedFrames, resolution: Resolution | None = None) -> bytes:
    """Encode the first frame as an uncompressed TIFF of 8 bits per pixel, as all readers take.

    The format has no count of colours: the map holds 256 of them, the last one repeated.

    Args:
        found: a frame with opaque colours.
        resolution: pixels per inch, across and down.

    Raises:
        InputError: the file would have 4 GiB or more.
    """
    return b"".join(indexed_tiff_parts(found, resolution=resolution))


def indexed_tiff_parts(
    found: IndexedFrames,
    *,
    like: Compression | None = None,
    compression: Compression | None = None,
    folder: Path | None = None,
    resolution: Resolution | None = None,
) -> Iterator[bytes]:
    """Yield the file of `tiff_bytes` in pieces, with a page for each frame, from rows made when needed.

    Args:
        found: frames with opaque colours.
        like: the compression to use if it can hold the pixels.
        compression: the compression to use.
        folder: of temporary files.
        resolution: pixels per inch, across and down; 72 if None.

    Raises:
        InputError: the file would have 4 GiB or more, or cannot be compressed so.
    """
    # 16 bits per value; 257 makes white 65,535.
    color_map = (found.padded_colors(INDEX_BITS).T.astype("<u2") * 257).tobytes()
    pages = [
        StoredPixels(
            (frame.shape[1], frame.shape[0]),
            *(INDEX_BITS, PALETTE_COLOR, sample_bytes("<", frame)),
            color_map=color_map,
            resolution=resolution,
        )
        for frame in found.frames
    ]
    return _file(pages, chosen_compression(pages[0], like, compression), folder)


def tiff_parts(
    color: RowArray,
    alpha: RowArray | None = None,
    profile: bytes | None = None,
    *,
    like: Compression | None = None,
    compression: Compression | None = None,
    folder: Path | None = None,
    resolution: Resolution | None = None,
) -> Iterator[bytes]:
    """Yield a TIFF of colours or greys in pieces; black and white take 1 bit per pixel.

    Args:
        color: (H, W) or (H, W, 3) uint8, or (H, W) uint16 without alpha.
        alpha: (H, W) uint8, or None if every pixel is opaque.
        profile: ICC profile, or None for sRGB.
        like: the compression to use if it can hold the pixels.
        compression: the compression to use.
        folder: of temporary files.
        resolution: pixels per inch, across and down; 72 if None.

    Raises:
        InputError: the samples have another type, the file would have 4 GiB or more, or cannot be
            compressed so.
    """
    return tiff_stack_parts(
        *([(color, alpha)], profile),
        like=like,
        compression=compression,
        folder=folder,
        resolution=resolution,
    )


def tiff_stack_parts(
    pages: Sequence[tuple[RowArray, RowArray | None]],
    profile: bytes | None = None,
    *,
    like: Compression | None = None,
    compression: Compression | None = None,
    folder: Path | None = None,
    resolution: Resolution | None = None,
) -> Iterator[bytes]:
    """Yield a TIFF of one or more pages in pieces; all pages are stored alike.

    Args:
        pages: colour and alpha of each, as in `tiff_parts`.
        profile: as in `tiff_parts`.
        like: as in `tiff_parts`.
        compression: as in `tiff_parts`.
        folder: as in `tiff_parts`.
        resolution: as in `tiff_parts`.

    Raises:
        InputError: as `tiff_parts`.
    """
    for color, alpha in pages:
        check_samples(color, alpha, "TIFF")
    is_one_bit = all(
        color.ndim == 2 and alpha is None and color.dtype == np.uint8 and gray_bits(color) == 1
        for color, alpha in pages
    )
    # Readers of stacks expect pages of one kind.
    has_alpha = any(alpha is not None for _, alpha in pages)
    stored = []
    for color, alpha in pages:
        size = color.shape[1], color.shape[0]
        if is_one_bit:
            pixels = StoredPixels(size, 1, GRAY, _packed(color))
        else:
            if has_alpha and alpha is None:
                alpha = mapped(color, _opaque)
            channels = (1 if color.ndim == 2 else 3) + has_alpha
            planes = [color] if alpha is None else [color, alpha]
            bits = 8 * color.dtype.itemsize
            kind = GRAY if channels < 3 else RGB
            pixels = StoredPixels(size, bits, kind, sample_bytes("<", *planes), channels)
        stored.append(replace(pixels, profile=profile, resolution=resolution))
    return _file(stored, chosen_compression(stored[0], like, compression), folder)


def _packed(color: RowArray) -> Callable[[int, int], np.ndarray]:
    return lambda start, stop: pack_rows(color[start:stop], 1, "msb")


def _opaque(color: np.ndarray) -> np.ndarray:
    return np.full(color.shape[:2], 255, np.uint8)


def _file(
    pages: Sequence[StoredPixels], compression: Compression, folder: Path | None
) -> Iterator[bytes]:
    """Yield the header and the pages; refuse what is certainly too large before any work."""
    if compression == "none":
        check_size(
            sum(pixels.size[1] * pixels.row_bytes for pixels in pages), FILE_HEADER_BYTES[False]
        )
    return stored_pages(pages, compression, folder=folder)
