"""Read and write indexed images whose pixel values are the indices of a palette."""

import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dither.color import LUMINANCE_WEIGHTS, srgb_to_linear
from dither.errors import InputError
from dither.held import as_array
from dither.images.animation import Animation, encode_animation, encode_frames
from dither.images.formats.bmp import bmp_bytes
from dither.images.formats.gif import binary_alpha, indexed_gif
from dither.images.formats.png import color_parts, indexed_parts, with_png_density
from dither.images.formats.tiff import indexed_tiff_parts, tiff_bytes, tiff_stack_parts
from dither.images.indexed import MAX_COLORS, IndexedFrames, checked_colors, with_palette
from dither.images.io import (
    MAX_PIXELS,
    WRITE_FORMATS,
    Source,
    check_ending,
    encode_image,
    open_image,
    write_encoded,
)
from dither.images.pillow_conversion import to_pillow_8_bit
from dither.images.raster_image import RasterImage, Resolution
from dither.images.resolution import per_metre
from dither.images.rows import RowArray, mapped, row_spans

if TYPE_CHECKING:
    from PIL import Image

Log = Callable[[str], object]
TOO_MANY_FOR_PNG = (
    f"the palette and its transparent colours need more than {MAX_COLORS} entries, the most of a PNG; "
    "the file holds RGBA instead of indices"
)
_NO_ALPHA_IN_TIFF = "a TIFF palette has no transparency; the file holds RGBA instead of indices"


def encode_indexed(
    frames: Sequence[np.ndarray],
    colors: np.ndarray,
    ending: str,
    *,
    alphas: Sequence[np.ndarray | None] | None = None,
    durations: Sequence[int] = (0,),
    plays: int = 1,
    log: Log | None = None,
    resolution: Resolution | None = None,
) -> bytes:
    r"""Encode palette indices; the values stored in the file are the indices.

    PNG, GIF, BMP and TIFF hold the whole palette in its order, as `write_indexed` describes. Formats
    without a colour table hold the colours.

    Args:
        frames: (H, W) integer indices from 0 to K - 1, of one size.
        colors: (K, 3) integer sRGB codes, K from 1 to 256; colours may be repeated.
        ending: the format, as for `encode_image`; several frames need .gif, .png or .webp.
        alphas: (H, W) uint8 for each frame, or None if every pixel is opaque.
        durations: milliseconds per frame.
        plays: number of times that the animation is shown, 0 for endless.
        log: called with a sentence if indices or colours are lost.
        resolution: pixels per inch, across and down, for PNG, TIFF and BMP.

    Raises:
        InputError: an array has another shape, dtype or range, or the format cannot store the image.

    Example:
        >>> colors = np.array([[9, 9, 9], [0, 0, 0], [255, 0, 0]], np.uint8)
        >>> encode_indexed([np.array([[2, 0]])], colors, ".png")[24:26]  # 2 bits, with a palette
        b'\x02\x03'
    """
    ending = ending.lower()
    check_ending(ending)
    colors = checked_colors(colors)
    alphas = [None] * len(frames) if alphas is None else alphas
    alphas = [None if alpha is None or alpha.min(initial=255) == 255 else alpha for alpha in alphas]
    log = log or (lambda sentence: None)
    format_name = WRITE_FORMATS[ending]
    if format_name == "PNG" and len(frames) == 1:
        parts = indexed_png_parts(frames[0], colors, alphas[0], log)
        return b"".join(with_png_density(parts, resolution))
    if format_name == "GIF":
        alphas = [None if alpha is None else binary_alpha(alpha) for alpha in alphas]
    found = with_palette(frames, colors, alphas)
    if format_name == "GIF":
        if found is None:
            raise InputError(
                f"a GIF holds at most {MAX_COLORS} colours, and transparent pixels need one more "
                "than the palette has; choose .png"
            )
        _log_reused_entry(found, len(colors), log)
        return indexed_gif(found, durations=durations, plays=plays)
    if format_name == "PNG" and found is not None:
        _log_reused_entry(found, len(colors), log)
        return _animated_png(found, durations, plays, resolution)
    if len(frames) == 1 and found is not None and found.is_opaque:
        if format_name == "BMP":
            return bmp_bytes(found, None if resolution is None else per_metre(resolution))
        if format_name == "TIFF":
            return tiff_bytes(found, resolution)
        if ending == ".pbm" and len(colors) == 2:
            return _pbm_bytes(found, log)
    images = tuple(
        RasterImage(colors[frame], alpha, resolution=resolution)
        for frame, alpha in zip(frames, alphas, strict=True)
    )
    if format_name == "TIFF":
        log(_NO_ALPHA_IN_TIFF)
    if format_name == "PNG":
        log(TOO_MANY_FOR_PNG)
        pictures = [to_pillow_8_bit(image) for image in images]
        options: dict[str, object] = {} if resolution is None else {"dpi": resolution}
        return encode_frames(pictures, ending, options, durations=durations, plays=plays)
    return encode_animation(Animation(images, tuple(durations), plays), ending)


def indexed_png_parts(
    frame: RowArray, colors: np.ndarray, alpha: RowArray | None = None, log: Log | None = None
) -> Iterator[bytes]:
    """Yield a PNG of palette indices in pieces, from rows that are made when they are needed.

    Args:
        frame: (H, W) uint8 indices from 0 to K - 1.
        colors: (K, 3) uint8 sRGB codes, as in `encode_indexed`.
        alpha: (H, W) uint8, or None if every pixel is opaque.
        log: called with a sentence if indices are lost.

    Raises:
        InputError: as `encode_indexed`.
    """
    log = log or (lambda sentence: None)
    if alpha is not None and all(alpha[rows].min() == 255 for rows in row_spans(alpha)):
        alpha = None
    found = with_palette([frame], colors, [alpha])
    if found is None:
        log(TOO_MANY_FOR_PNG)
        return color_parts(mapped(frame, colors.__getitem__), alpha)
    _log_reused_entry(found, len(colors), log)
    return indexed_parts(found)


def indexed_tiff_pieces(
    frames: Sequence[RowArray],
    colors: np.ndarray,
    alphas: Sequence[RowArray | None],
    log: Log | None = None,
    **options: Any,
) -> Iterator[bytes]:
    """Yield a TIFF of palette indices in pieces; arguments as in `indexed_png_parts`.

    Args:
        frames: (H, W) uint8 indices of each page.
        colors: (K, 3) uint8 sRGB codes.
        alphas: (H, W) uint8 of each page, or None.
        log: called with a sentence if indices are lost.
        **options: as in `tiff_parts`.
    """
    given = [alpha for alpha in alphas if alpha is not None]
    if all(alpha[rows].min() == 255 for alpha in given for rows in row_spans(alpha)):
        found = with_palette(frames, colors, [None] * len(frames))
        assert found is not None  # 256 colours fit
        return indexed_tiff_parts(found, **options)
    if log is not None:
        log(_NO_ALPHA_IN_TIFF)
    pages = [
        (mapped(frame, colors.__getitem__), alpha)
        for frame, alpha in zip(frames, alphas, strict=True)
    ]
    return tiff_stack_parts(pages, **options)


def encode_rgba_indexed(
    frames: Sequence[np.ndarray],
    table: np.ndarray,
    ending: str,
    *,
    durations: Sequence[int] = (0,),
    plays: int = 1,
    resolution: Resolution | None = None,
) -> bytes:
    r"""Encode indices into a palette with alpha: in a PNG as indices, in a WebP as colours.

    Args:
        frames: (H, W) uint8 indices from 0 to K - 1, of one size.
        table: (K, 4) uint8 red, green, blue and alpha.
        ending: .png or .webp.
        durations: milliseconds per frame.
        plays: number of times that the animation is shown, 0 for endless.
        resolution: pixels per inch, across and down; a PNG holds it.

    Raises:
        InputError: the format cannot store the image.

    Example:
        >>> table = np.array([[0, 0, 0, 0], [0, 0, 0, 128]], np.uint8)
        >>> encode_rgba_indexed([np.array([[1, 0]], np.uint8)], table, ".png")[24:26]
        b'\x01\x03'
    """
    if ending == ".png":
        found = IndexedFrames(tuple(frames), table)
        if len(frames) == 1:
            return b"".join(with_png_density(indexed_parts(found), resolution))
        return _animated_png(found, durations, plays, resolution)
    images = tuple(RasterImage(table[frame, :3], table[frame, 3]) for frame in frames)
    return encode_animation(Animation(images, tuple(durations), plays), ending)


def _log_reused_entry(found: IndexedFrames, count: int, log: Log) -> None:
    """Say that an entry of the palette is transparent, because there is no room for one more."""
    for place in np.flatnonzero(found.table[:count, 3] == 0).tolist():
        log(f"palette entry {place}, which no pixel shows, marks the transparent pixels")


def _animated_png(
    found: IndexedFrames, durations: Sequence[int], plays: int, resolution: Resolution | None
) -> bytes:
    # Pillow stores the area of a frame whose colours change. Distinct colours in the place of repeated
    # ones make it see every index that changes.
    numbers = np.arange(len(found.table), dtype=np.uint8)
    distinct = found.table.copy()
    distinct[:, :3] = numbers[:, None]
    distinct = IndexedFrames(found.frames, distinct)
    pictures = [distinct.to_pillow(index) for index in range(len(found.frames))]
    options: dict[str, object] = {} if resolution is None else {"dpi": resolution}
    content = encode_frames(pictures, ".png", options, durations=durations, plays=plays)
    place = content.index(b"PLTE")
    chunk = b"PLTE" + found.table[:, :3].tobytes()
    checked = chunk + struct.pack(">I", zlib.crc32(chunk))
    return content[:place] + checked + content[place + len(checked) :]


def _pbm_bytes(found: IndexedFrames, log: Log) -> bytes:
    """Encode two colours as black and white, the darker as black."""
    colors = found.table[:, :3]
    dark = int(np.argmin(srgb_to_linear(colors / 255) @ LUMINANCE_WEIGHTS))
    values = np.full(2, 255, np.uint8)
    values[dark] = 0
    if (colors != values[:, None]).any():
        black, white = ("#{:02x}{:02x}{:02x}".format(*colors[i].tolist()) for i in (dark, 1 - dark))
        log(f"a .pbm holds no colours; {black} is written as black and {white} as white")
    return encode_image(RasterImage(values[found.frames[0]]), ".pbm")


def write_indexed(
    path: Path | str,
    indices: np.ndarray,
    colors: Any,
    *,
    alpha: np.ndarray | None = None,
    resolution: Resolution | None = None,
    replace: bool = True,
) -> None:
    """Write palette indices as an image whose pixel values are the indices; it is replaced atomically.

    PNG (1, 2, 4 or 8 bits per pixel), GIF, BMP (1, 4 or 8 bits) and TIFF (8 bits) hold the whole
    palette in its order, with the colours that no pixel shows. Where the format has a table of fixed
    size, the last entry is repeated.

    Transparent pixels do not move the colours: in PNG and GIF, all fully transparent pixels have the
    index K, after the palette. In a PNG, one entry for each combination of colour and partial alpha
    follows; in a GIF, alpha below 128 becomes transparent and the rest opaque. If the palette has 256
    colours, the last one that no pixel shows marks the transparent pixels. If the entries do not
    suffice, a PNG holds RGBA, and a GIF is refused. A TIFF with alpha holds RGBA, and a BMP with alpha
    is refused.

    A .pbm holds two colours, the darker one as black (bit 1). WebP, .ppm and .pnm hold the colours.

    Args:
        path: its ending names the format, as for `write_image`.
        indices: (H, W) integers from 0 to K - 1.
        colors: a `Palette`, or (K, 3) sRGB codes, whole numbers from 0 to 255, K from 1 to 256.
        alpha: (H, W) uint8, or None if every pixel is opaque.
        resolution: pixels per inch, across and down; PNG, TIFF and BMP hold it.
        replace: whether an existing file may be replaced.

    Raises:
        InputError: an array has another shape, dtype or range, the format cannot store the image, or
            the file cannot be written.

    Example:
        >>> palette = dither.load_palette("game-boy")  # doctest: +SKIP
        >>> indices = dither.dither_to_palette(photo, palette)  # doctest: +SKIP
        >>> dither.write_indexed("out.png", indices, palette.colors)  # doctest: +SKIP
    """
    codes = as_array(indices, "indices")
    table = as_array(getattr(colors, "colors", colors), "colors")
    write_encoded(
        path,
        lambda ending: encode_indexed(
            [codes], table, ending, alphas=[alpha], resolution=resolution
        ),
        replace=replace,
    )


def read_indexed(
    source: Source, *, max_pixels: int = MAX_PIXELS, name: str | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Read the indices and the colour table of a PNG, GIF (first frame), BMP or TIFF.

    Unused entries at the end of the table are dropped as padding if they repeat an earlier entry, or if
    they are two or more times black.

    Args:
        source: the file, or a binary stream.
        max_pixels: refuse larger images.
        name: name used in error messages instead of the file's.

    Returns:
        (H, W) uint8 indices, and the table as (K, 4) uint8 red, green, blue and alpha.

    Raises:
        InputError: as `read_image`, or the image has no colour table.

    Example:
        >>> indices, table = dither.read_indexed("out.png")  # doctest: +SKIP
    """
    from PIL import ImageOps

    with open_image(source, max_pixels, name) as picture:
        picture.load()
        table = color_table(picture)
        if table is None:
            name = name or (str(source) if isinstance(source, str | Path) else "the stream")
            raise InputError(f"{name} has no colour table; read_image reads its colours")
        return _indices(ImageOps.exif_transpose(picture)), table


def color_table(picture: "Image.Image") -> np.ndarray | None:
    """Return the colour table of a Pillow image without its padding, or None if it has none.

    Grey images have no table. GIF and BMP store them with the table 0, 1, 2 ... 255, which counts as
    none.

    Args:
        picture: a loaded image.

    Returns:
        (K, 4) uint8 red, green, blue and alpha.
    """
    indices = _indices(picture)
    if picture.format == "BMP" and picture.mode == "1":
        colors = np.array([[0] * 3, [255] * 3], np.uint8)
    elif picture.mode in ("P", "PA"):
        colors = np.array(picture.getpalette("RGB"), np.uint8).reshape(-1, 3)
    else:
        return None
    alpha = np.full(len(colors), 255, np.uint8)
    transparency = picture.info.get("transparency")
    if isinstance(transparency, int):
        alpha[transparency : transparency + 1] = 0
    elif transparency is not None:
        alpha[: len(transparency)] = np.frombuffer(transparency, np.uint8)[: len(alpha)]
    table = np.column_stack([colors, alpha])
    return _without_padding(table, int(indices.max(initial=0)) + 1)


def _indices(picture: "Image.Image") -> np.ndarray:
    indices = np.asarray(picture)
    return (indices[..., 0] if indices.ndim == 3 else indices).astype(np.uint8)


def _without_padding(table: np.ndarray, used: int) -> np.ndarray:
    """Drop entries at the end of a table that are padding.

    A single black entry stays: it may be a colour that the picture does not show.

    Args:
        table: (K, 4) uint8.
        used: number of entries up to the last one that a pixel shows.
    """
    black = (table == (0, 0, 0, 255)).all(axis=1)
    end = len(table)
    while end > used and black[end - 1]:
        end -= 1
    if len(table) - end == 1:
        end = len(table)
    while end > used and (table[: end - 1] == table[end - 1]).all(axis=1).any():
        end -= 1
    return table[:end]
