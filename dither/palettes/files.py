"""Read and write palette files: .gpl, .pal, .hex, .act and image swatches.

Every reader accepts arbitrary bytes and returns colours or raises one InputError.
"""

import os
import re
import struct
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from dither.color import distinct_colors
from dither.errors import InputError
from dither.files.safe_open import read_file, safe_open
from dither.images.color_management import color_source, managed, managed_picture
from dither.images.indexed_files import color_table, encode_indexed
from dither.images.io import open_image
from dither.images.raster_image import RasterImage

WRITE_ENDINGS = (".gpl", ".pal", ".hex", ".act", ".png")
IMAGE_ENDINGS = (".png", ".gif", ".bmp", ".webp", ".tif", ".tiff", ".ppm", ".pgm", ".pnm")

# 256 colours with names take about 10 KB; a swatch may be a complete dithered image.
_MAX_BYTES = 1 << 18
_MAX_IMAGE_BYTES = 1 << 26
_MAX_IMAGE_PIXELS = 1 << 24


def read_colors(path: Path | str) -> np.ndarray:
    """Read the distinct colours of a palette file, in the order of their first appearance.

    Args:
        path: its ending names the format: .gpl (GIMP), .pal (JASC text or Microsoft RIFF), .hex (one
            RRGGBB per line), .act (Adobe), or an image. A PNG, GIF, BMP or TIFF with a colour table
            gives the whole table in its order, without padding and transparent entries; another image
            the colours of its pixels, row by row.

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
    readers = {".gpl": _gimp, ".pal": _pal, ".hex": _hex, ".act": _adobe}
    if ending not in readers:
        raise InputError(
            f"cannot read a palette from {path}: the ending must be one of "
            f"{', '.join((*readers, *IMAGE_ENDINGS))}"
        )
    colors = readers[ending](path, read_file(path, _MAX_BYTES))
    return distinct_colors(np.array(colors, np.uint8).reshape(-1, 3))


def _lines(data: bytes) -> list[str]:
    """Return the stripped lines of a text file; only names may contain bytes that are not UTF-8."""
    return [line.strip() for line in data.decode("utf-8-sig", errors="replace").split("\n")]


def _triple(path: Path, number: int, line: str) -> list[int]:
    """Parse red, green and blue at the start of a line; `number` counts from 1."""
    fields = line.split()[:3]
    if len(fields) == 3 and all(re.fullmatch(r"[0-9]{1,3}", field) for field in fields):
        values = [int(field) for field in fields]
        if max(values) <= 255:
            return values
    raise InputError(
        f"line {number} of {path} does not begin with red, green and blue from 0 to 255: {line[:40]!r}"
    )


def _gimp(path: Path, data: bytes) -> list[list[int]]:
    """Parse a GIMP palette: a title, `Name: value` lines, # comments, then `R G B name` lines."""
    lines = _lines(data)
    if lines[0] != "GIMP Palette":
        raise InputError(f"{path} is not a GIMP palette: its first line is not 'GIMP Palette'")
    return [
        _triple(path, number, line)
        for number, line in enumerate(lines[1:], 2)
        if line and not line.startswith("#") and not re.match(r"[A-Za-z]+:", line)
    ]


def _pal(path: Path, data: bytes) -> Iterable[Iterable[int]]:
    if data[:4] == b"RIFF":
        return _riff(path, data)
    lines = _lines(data)
    if lines[0] != "JASC-PAL":
        raise InputError(f"{path} begins neither with 'JASC-PAL' nor with 'RIFF'")
    if len(lines) < 3 or lines[1] != "0100" or not re.fullmatch(r"[0-9]{1,5}", lines[2]):
        raise InputError(
            f"{path} has no JASC-PAL header: 'JASC-PAL', '0100', the number of colours"
        )
    colors = [_triple(path, number, line) for number, line in enumerate(lines[3:], 4) if line]
    if len(colors) != int(lines[2]):
        raise InputError(f"{path} announces {int(lines[2])} colours and holds {len(colors)}")
    return colors


def _riff(path: Path, data: bytes) -> Iterable[Iterable[int]]:
    """Parse Microsoft's simple palette file: RIFF('PAL ' data(LOGPALETTE)), entries R, G, B, flags.

    Source: Microsoft and IBM, "Multimedia Programming Interface and Data Specifications 1.0" (1991).
    """
    if len(data) < 24 or data[8:16] != b"PAL data":
        raise InputError(f"{path} is not a simple RIFF palette: 'PAL data' does not follow 'RIFF'")
    (count,) = struct.unpack_from("<H", data, 22)
    if len(data) < 24 + 4 * count:
        raise InputError(f"{path} announces {count} colours and holds {(len(data) - 24) // 4}")
    return np.frombuffer(data, np.uint8, 4 * count, 24).reshape(-1, 4)[:, :3]


def _hex(path: Path, data: bytes) -> list[list[int]]:
    """Parse one RRGGBB per line, as Lospec's palette list exports it."""
    colors = []
    for number, line in enumerate(_lines(data), 1):
        if line and not re.fullmatch(r"#?[0-9A-Fa-f]{6}", line):
            raise InputError(f"line {number} of {path} is not a colour RRGGBB: {line[:40]!r}")
        if line:
            colors.append(list(bytes.fromhex(line.removeprefix("#"))))
    return colors


def _adobe(path: Path, data: bytes) -> Iterable[Iterable[int]]:
    """Parse an Adobe colour table: 256 times R, G, B; in newer files, then the number of colours.

    Source: "Adobe Photoshop File Formats Specification" (2019), section "Color Table".
    """
    if len(data) not in (768, 772):
        raise InputError(f"{path} has {len(data)} bytes; an Adobe colour table has 768 or 772")
    count = 256 if len(data) == 768 else struct.unpack_from(">H", data, 768)[0]
    if not 1 <= count <= 256:
        raise InputError(f"{path} announces {count} colours; a colour table holds 1 to 256")
    return np.frombuffer(data, np.uint8, 3 * count).reshape(-1, 3)


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
        path: its ending names the format: .gpl, .pal (JASC text), .hex, .act, or .png (one row of
            pixels, with the palette as colour table). A .gpl also stores the name.
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
    else:
        table = colors.astype(np.uint8).tobytes().ljust(768, b"\0")
        data = table + struct.pack(">HH", len(rows), 0xFFFF)  # no colour is transparent
    return data


def check_palette_ending(path: Path | str) -> None:
    """Check, before long work starts, that the ending names a palette format.

    Raises:
        InputError: the ending is not in WRITE_ENDINGS.
    """
    if Path(path).suffix.lower() not in WRITE_ENDINGS:
        raise InputError(
            f"cannot write {path}: the ending must be one of {', '.join(WRITE_ENDINGS)}"
        )
