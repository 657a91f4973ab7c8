"""Read 16 bits per channel of colours, and of grey with alpha, with Pillow, which reads 8.

PNG and TIFF: Pillow takes the first byte of samples that it believes to be big-endian, and the second
of those that it believes to be little-endian. So a second reading, with the byte order swapped, has the
lower bytes. Grey with alpha is read as four channels of 8 bits, and PNM as grey with three times as
many columns, of which Pillow reads all bits.
"""

import dataclasses
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from dither.images.raster_image import RasterImage
from dither.images.rows import band_height

if TYPE_CHECKING:
    from PIL import Image

_OTHER = "B" if sys.byteorder == "little" else "L"
# Returns the samples of some rows, uint16.
_Rows = Callable[[slice], np.ndarray]
# Byte orders in Pillow's raw modes, and those that read the lower bytes.
_SWAPPED = {";16L": ";16B", ";16B": ";16L", ";16N": f";16{_OTHER}"}
_MODES = ("RGB", "RGBA")
_GRAY_ALPHA = "LA;16B"
# Key of `info` for the transparent colour of a PNG in the depth of the file.
CLEAR_COLOR = "clear color"
# The orientations of EXIF, as steps of numpy: whether rows and columns are swapped first, and then in
# which directions rows and columns run.
_ORIENTATION, _BITS, _PLANAR = 0x0112, 258, 284
_TURNS = {
    2: (False, 1, -1),
    3: (False, -1, -1),
    4: (False, -1, 1),
    5: (True, 1, 1),
    6: (True, 1, -1),
    7: (True, -1, -1),
    8: (True, -1, 1),
}


def has_deep_planes(picture: "Image.Image") -> bool:
    """Return whether the channels of a TIFF have 16 bits, in planes of their own.

    Pillow reads the upper bytes of compressed planes, and wrong bytes of others.
    """
    tags = getattr(picture, "tag_v2", {})
    return picture.mode in _MODES and tags.get(_PLANAR) == 2 and max(tags.get(_BITS, (8,))) > 8


def is_deep(picture: "Image.Image") -> bool:
    """Return whether an open picture, not loaded yet, has 16 bits per channel that can be read."""
    tiles = getattr(picture, "tile", ())
    if picture.format == "PPM":
        return picture.mode == "RGB" and any(_white_code(tile) > 255 for tile in tiles)
    modes = [_raw_mode(tile[3]) for tile in tiles]
    return (
        picture.mode in _MODES
        and bool(modes)
        and all(mode[:-4] == picture.mode and mode[-4:] in _SWAPPED for mode in modes)
    ) or is_deep_gray_alpha(picture)


def is_deep_gray_alpha(picture: "Image.Image") -> bool:
    """Return whether an open picture, not loaded yet, is a PNG of grey with alpha of 16 bits."""
    tiles = getattr(picture, "tile", ())
    return picture.format == "PNG" and [_raw_mode(tile[3]) for tile in tiles] == [_GRAY_ALPHA]


def read_deep(
    picture: "Image.Image", convert: Callable[[RasterImage], RasterImage] = lambda band: band
) -> RasterImage:
    """Load an open picture for which `is_deep` is true; it is turned upright by its EXIF orientation.

    Args:
        picture: open and not loaded.
        convert: called with one band of rows after the other, so that the whole picture is held in the
            depth of its result alone.

    Returns:
        (H, W, 3) uint16 samples, or (H, W) of grey with alpha; 8 bits of alpha; and the colour profile:
        all as `convert` returns them.
    """
    if picture.format == "PPM":
        samples = _pnm_rows(picture)
    elif is_deep_gray_alpha(picture):
        samples = _gray_alpha_rows(picture)
    else:
        samples = _rows_of_both_bytes(picture)
    clear, profile = picture.info.get(CLEAR_COLOR), picture.info.get("icc_profile")
    height, step = picture.height, band_height(picture.width)
    found: RasterImage | None = None
    for top in range(0, height, step):
        rows = slice(top, min(top + step, height))
        band = convert(split_deep(samples(rows), clear, profile))
        if found is None:
            whole = [
                None if part is None else np.empty((height, *part.shape[1:]), part.dtype)
                for part in (band.color, band.alpha)
            ]
            found = dataclasses.replace(band, color=whole[0], alpha=whole[1])
        found.color[rows] = band.color
        if found.alpha is not None:
            found.alpha[rows] = band.alpha
    assert found is not None
    # Pillow turns TIFFs itself, and leaves no orientation then.
    orientation = picture.getexif().get(_ORIENTATION)
    if orientation not in _TURNS:
        return found
    return RasterImage(
        _turned(found.color, orientation),
        None if found.alpha is None else _turned(found.alpha, orientation),
        found.profile,
    )


def in_eight_bits(image: RasterImage) -> RasterImage:
    """Return an image with colours of 16 bits rounded to 8; others, grey included, as they are.

    Example:
        >>> in_eight_bits(RasterImage(np.full((1, 1, 3), 129 * 257 - 100, np.uint16))).color.tolist()
        [[[129, 129, 129]]]
    """
    if image.color.dtype != np.uint16 or image.color.ndim == 2:
        return image
    return dataclasses.replace(image, color=rounded(image.color))


def rounded(samples: np.ndarray) -> np.ndarray:
    """Return the nearest codes of 8 bits.

    Example:
        >>> rounded(np.array([0, 128, 129, 65535], np.uint16)).tolist()
        [0, 0, 1, 255]
    """
    return ((samples.astype(np.uint32) + 128) // 257).astype(np.uint8)


def _white_code(tile: Any) -> int:
    arguments = tile[3]
    return arguments[1] if isinstance(arguments, tuple) and isinstance(arguments[1], int) else 255


def _band(picture: "Image.Image", rows: slice) -> np.ndarray:
    return np.asarray(picture.crop((0, rows.start, picture.width, rows.stop)))


def _pnm_rows(picture: "Image.Image") -> _Rows:
    """Load a PNM; return the function of its (H, W, 3) samples."""
    decoder, _, offset, (_, white) = picture.tile[0]  # pyright: ignore[reportAttributeAccessIssue]
    width, height = picture.size
    wide: Any = picture
    is_text = decoder == "ppm_plain"
    wide._mode, wide._size = "I" if is_text else "I;16", (3 * width, height)
    arguments = ("I", white) if is_text else ("I;16B", 0, 1)
    wide.tile = [(decoder if is_text else "raw", (0, 0, *wide._size), offset, arguments)]
    wide.load()

    def samples(rows: slice) -> np.ndarray:
        band = _band(wide, rows).reshape(-1, width, 3)
        if not is_text and white != 65535:  # in the steps in which Pillow scales the text
            band = np.minimum(np.rint(band / white * 65535), 65535)
        return band.astype(np.uint16)

    return samples


def _gray_alpha_rows(picture: "Image.Image") -> _Rows:
    """Load a PNG; return the function of its (H, W, 2) samples."""
    wide: Any = picture
    wide._mode = "RGBA"
    wide.tile = [(*tile[:3], "RGBA") for tile in wide.tile]
    wide.load()
    return lambda rows: _band(wide, rows).view(">u2").astype(np.uint16)


def _rows_of_both_bytes(picture: "Image.Image") -> _Rows:
    """Load a picture twice; return the function of its (H, W, C) samples."""
    from PIL import Image

    file: Any = getattr(picture, "fp", None)
    formats = [str(picture.format)]
    picture.load()
    file.seek(0)
    with Image.open(file, formats=formats) as again:
        again.tile = [_swapped(tile) for tile in again.tile]  # pyright: ignore[reportAttributeAccessIssue]
        again.load()
    return lambda rows: _joined(_band(picture, rows), _band(again, rows))


def _joined(upper: np.ndarray, lower: np.ndarray) -> np.ndarray:
    return upper.astype(np.uint16) << np.uint16(8) | lower


def split_deep(samples: np.ndarray, clear: Any, profile: bytes | None) -> RasterImage:
    """Return an image of samples of 16 bits.

    Args:
        samples: (H, W, 3) uint16; with alpha (H, W, 4), or (H, W, 2) of grey.
        clear: the samples of the transparent colour of a PNG, if it has one.
        profile: ICC profile.
    """
    alpha = None
    if samples.shape[2] in (2, 4):
        alpha = rounded(samples[..., -1])
    elif isinstance(clear, tuple) and len(clear) == 3:
        is_clear = (samples == np.array(clear, np.uint16)).all(axis=2)
        alpha = np.where(is_clear, np.uint8(0), np.uint8(255))
    color = samples[..., 0] if samples.shape[2] == 2 else samples[..., :3]
    return RasterImage(np.ascontiguousarray(color), alpha, profile)


def unfiltered(filtered: bytes, size: tuple[int, int], mode: str) -> np.ndarray:
    """Return rows of a PNG of 16 bits without their filters.

    Args:
        filtered: a zlib stream of the filtered rows.
        size: width and height.
        mode: "RGB" or "RGBA".

    Returns:
        (H, W, C) uint16.
    """
    from PIL import Image

    upper, lower = (
        np.asarray(Image.frombytes(mode, size, filtered, "zip", f"{mode};16{order}"))
        for order in ("B", "L")
    )
    return _joined(upper, lower)


def _raw_mode(arguments: Any) -> str:
    first = arguments if isinstance(arguments, str) else next(iter(arguments or ()), "")
    return first if isinstance(first, str) else ""


def _swapped(tile: Any) -> Any:
    arguments = tile[3]
    mode = _raw_mode(arguments)
    other = mode[:-4] + _SWAPPED[mode[-4:]]
    changed = other if isinstance(arguments, str) else (other, *arguments[1:])
    return type(tile)(*tile[:3], changed) if hasattr(tile, "_fields") else (*tile[:3], changed)


def _turned(samples: np.ndarray, orientation: int) -> np.ndarray:
    swaps, rows, columns = _TURNS[orientation]
    turned = samples.swapaxes(0, 1) if swaps else samples
    return np.ascontiguousarray(turned[::rows, ::columns])
