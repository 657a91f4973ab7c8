"""Read and write palette files of drawing programs, and image swatches.

Every reader accepts arbitrary bytes and returns colours or raises one InputError.
"""

import os
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np

from dither.color import distinct_colors
from dither.errors import InputError
from dither.files.safe_open import read_file, safe_open
from dither.images.color_management import color_source, managed, managed_picture
from dither.images.indexed_files import color_table, encode_indexed
from dither.images.io import open_image
from dither.images.raster_image import RasterImage
from dither.palettes.adobe_files import (
    exchange_colors,
    exchange_file,
    swatch_colors,
    swatch_file,
    table_colors,
    table_file,
)
from dither.palettes.aseprite_files import aseprite_colors, is_aseprite
from dither.palettes.text_files import (
    Rows,
    gimp_colors,
    hex_colors,
    jasc_colors,
    json_colors,
    paint_net_colors,
    paint_net_file,
)
from dither.suggestions import wrong_ending
from dither.wording import counted

WRITE_ENDINGS = (".gpl", ".pal", ".hex", ".act", ".aco", ".ase", ".txt", ".png")
IMAGE_ENDINGS = (".png", ".gif", ".bmp", ".webp", ".tif", ".tiff", ".ppm", ".pgm", ".pnm")

# 256 colours with names take about 10 KB; a swatch may be a complete dithered image.
_MAX_BYTES = 1 << 18
_MAX_IMAGE_BYTES = 1 << 26
_MAX_IMAGE_PIXELS = 1 << 24


def read_colors(path: Path | str) -> np.ndarray:
    """Read the distinct colours of a palette file, in the order of their first appearance.

    Args:
        path: its ending names the format: .gpl (GIMP), .pal (JASC text or Microsoft RIFF), .hex (one
            RRGGBB per line), .txt (paint.net), .json (Lospec), .act, .aco and .ase (Adobe), .aseprite
            and .ase (Aseprite), or an image. A PNG, GIF, BMP or TIFF with a colour table gives the
            whole table in its order, without padding and transparent entries; another image the
            colours of its pixels, row by row.

    Returns:
        (K, 3) uint8 sRGB codes.

    Raises:
        InputError: the file is missing, too large, damaged or in another format.

    Example:
        >>> read_colors("endesga-32.gpl").shape  # doctest: +SKIP
        (32, 3)
    """
    path = Path(path)
    ending = path.suffix.lower()
    if ending in IMAGE_ENDINGS:
        return distinct_colors(_swatch(path))
    if ending not in _READERS:
        raise InputError(
            f"cannot read a palette from {path}: {wrong_ending(Path(path).suffix, READ_ENDINGS)}"
        )
    parse, largest = _READERS[ending]
    colors = parse(path, read_file(path, largest))
    return distinct_colors(np.array(colors, np.uint8).reshape(-1, 3))


def _read_pal(path: Path, data: bytes) -> Rows:
    return _riff_colors(path, data) if data[:4] == b"RIFF" else jasc_colors(path, data)


def _riff_colors(path: Path, data: bytes) -> Rows:
    """Parse Microsoft's simple palette file: RIFF('PAL ' data(LOGPALETTE)), entries R, G, B, flags.

    Source: Microsoft and IBM, "Multimedia Programming Interface and Data Specifications 1.0" (1991).
    """
    if len(data) < 24 or data[8:16] != b"PAL data":
        raise InputError(f"{path} is not a simple RIFF palette: 'PAL data' does not follow 'RIFF'")
    (count,) = struct.unpack_from("<H", data, 22)
    if len(data) < 24 + 4 * count:
        raise InputError(
            f"{path} announces {counted(count, 'colour')} and holds {(len(data) - 24) // 4}"
        )
    return [(data[at], data[at + 1], data[at + 2]) for at in range(24, 24 + 4 * count, 4)]


def _read_ase(path: Path, data: bytes) -> Rows:
    """Parse a file of Aseprite or of Adobe: both use the ending .ase."""
    return aseprite_colors(path, data) if is_aseprite(data) else exchange_colors(path, data)


# The parser of each ending, and the largest file that it takes.
_READERS: dict[str, tuple[Callable[[Path, bytes], Rows], int]] = {
    ".gpl": (gimp_colors, _MAX_BYTES),
    ".pal": (_read_pal, _MAX_BYTES),
    ".hex": (hex_colors, _MAX_BYTES),
    ".act": (table_colors, _MAX_BYTES),
    ".txt": (paint_net_colors, _MAX_BYTES),
    ".json": (json_colors, _MAX_BYTES),
    ".aco": (swatch_colors, _MAX_BYTES),
    ".ase": (_read_ase, _MAX_IMAGE_BYTES),
    ".aseprite": (aseprite_colors, _MAX_IMAGE_BYTES),
}
READ_ENDINGS = (*_READERS, *IMAGE_ENDINGS)


def _swatch(path: Path) -> np.ndarray:
    """Read the colour table of an image, or without one the colours of its pixels, row by row.

    Fully transparent entries and pixels have no colour.
    """
    from PIL import ImageOps

    with safe_open(path) as file:
        if file.seek(0, os.SEEK_END) > _MAX_IMAGE_BYTES:
            raise InputError(f"{path} has more than {_MAX_IMAGE_BYTES} bytes")
        file.seek(0)
        with open_image(file, _MAX_IMAGE_PIXELS, str(path)) as picture:
            colors = color_source(picture, str(path))
            picture.load()
            table = color_table(picture)
            if table is not None:
                shown = table[table[:, 3] > 0, :3]
                return managed(RasterImage(shown[None]), colors).color[0]
            image = managed_picture(ImageOps.exif_transpose(picture), colors)
    color = image.color
    if color.dtype != np.uint8:
        raise InputError(f"{path} holds {color.dtype} samples; an image swatch has 8 bits")
    if color.ndim == 2:
        color = np.repeat(color[..., None], 3, axis=2)
    return color.reshape(-1, 3) if image.alpha is None else color[image.alpha > 0]


def encode_colors(path: Path | str, colors: np.ndarray) -> bytes:
    r"""Encode a palette file.

    Args:
        path: its ending names the format: .gpl, .pal (JASC text), .hex, .act, .aco and .ase (Adobe),
            .txt (paint.net, which takes 96 colours), or .png (one row of pixels, with the palette as
            colour table). A .gpl and a .txt also store the name.
        colors: (K, 3) uint8 sRGB codes, K up to 256.

    Raises:
        InputError: the ending names no format.

    Example:
        >>> encode_colors("two.hex", np.array([[0, 0, 0], [255, 255, 255]]))
        b'000000\nffffff\n'
    """
    check_palette_ending(path)
    path = Path(path)
    ending = path.suffix.lower()
    if ending == ".png":
        return encode_indexed([np.arange(len(colors))[None]], colors, ending)
    rows = [(red, green, blue) for red, green, blue in colors.tolist()]
    if ending == ".gpl":
        lines = ["GIMP Palette", f"Name: {' '.join(path.stem.split())}", "Columns: 0", "#"]
        lines += ["{:3d} {:3d} {:3d}\t{:02x}{:02x}{:02x}".format(*row, *row) for row in rows]
        data = "\n".join([*lines, ""]).encode(errors="replace")
    elif ending == ".pal":
        lines = ["JASC-PAL", "0100", str(len(rows)), *("{} {} {}".format(*row) for row in rows)]
        data = "\r\n".join([*lines, ""]).encode()
    elif ending == ".hex":
        data = "".join("{:02x}{:02x}{:02x}\n".format(*row) for row in rows).encode()
    elif ending == ".txt":
        data = paint_net_file(rows, path.stem)
    else:
        data = {".act": table_file, ".aco": swatch_file, ".ase": exchange_file}[ending](rows)
    return data


def check_palette_ending(path: Path | str) -> None:
    """Check, before long work starts, that the ending names a palette format.

    Raises:
        InputError: the ending is not in WRITE_ENDINGS.
    """
    ending = Path(path).suffix.lower()
    if ending in WRITE_ENDINGS:
        return
    if ending == ".aseprite":  # close to .ase, which is Adobe's when it is written
        raise InputError(
            f"cannot write {path}: palettes in .aseprite are only read; Aseprite opens .gpl and .hex"
        )
    raise InputError(f"cannot write {path}: {wrong_ending(ending, WRITE_ENDINGS)}")
