"""Files that displays, printers and programs in C read: XBM, C arrays, and ESC/POS raster."""

from collections.abc import Sequence
from pathlib import PurePath

import numpy as np

from dither.errors import InputError
from dither.images.bit_packing import pack
from dither.images.c_source import c_name, c_source, hex_lines
from dither.images.raw_layout import Layout, bits_of, raw_bytes, row_bits, word_bits
from dither.suggestions import wrong_ending
from dither.wording import counted

# Endings of the files, and what they hold.
DEVICE_ENDINGS = {".c": "a C array", ".h": "a C array", ".xbm": "XBM", ".escpos": "ESC/POS raster"}
# Rows of one command of a thermal printer: many printers have little memory. Source: python-escpos 3.1.
_RASTER_ROWS = 960
_MOST_RASTER_BYTES = 0xFFFF


def device_file(
    path: PurePath | str, codes: np.ndarray, levels: int | Sequence[int], layout: Layout = "msb"
) -> bytes:
    """Return a file of dithered codes for a device.

    Args:
        path: its ending names the format: .h or .c for a C array named after the file, .xbm, or .escpos
            for a thermal printer.
        codes: as in `dither.images.raw_layout.raw_bytes`. XBM and printers take 0 for black, 1 for
            white.
        levels: as there.
        layout: of a C array.

    Raises:
        InputError: the ending is none of these, or the format cannot hold such codes.

    Example:
        >>> device_file("a.escpos", np.array([[0, 1]], np.uint8), 2).hex()
        '1d7630000100010080'
    """
    path = PurePath(path)
    ending = path.suffix.lower()
    if ending in (".c", ".h"):
        height, width = codes.shape[:2]
        content = raw_bytes(codes, levels, layout)
        rows = "" if layout == "pages" else f", rows of {counted(content.shape[1], 'byte')}"
        comment = f"{width}x{height} pixels, {_in_words(codes, levels, layout)}{rows}; "
        comment += f"{counted(content.size, 'byte')}."
        return c_source(path, comment, (width, height), [("", "", content)]).encode()
    if ending not in DEVICE_ENDINGS:
        raise InputError(f"the ending is {ending!r}; {wrong_ending(ending, DEVICE_ENDINGS)}")
    if codes.ndim == 3 or levels != 2:
        raise InputError(f"{DEVICE_ENDINGS[ending]} holds black and white; give --bits 1 --gray")
    return xbm(codes, path.stem) if ending == ".xbm" else escpos_raster(codes)


def _in_words(codes: np.ndarray, levels: int | Sequence[int], layout: Layout) -> str:
    """Return the bits of a pixel and their order in words."""
    if layout == "pages":
        return "1 bit per pixel, in pages of 8 rows, the uppermost in the lowest bit of a byte"
    if layout == "planes":
        return "a plane for each bit, the lowest first, the leftmost pixel in the highest bits"
    first = "highest" if layout == "msb" else "lowest"
    if codes.ndim == 3:
        channels = bits_of(levels)
        channels = channels if len(channels) == codes.shape[2] else channels * codes.shape[2]
        red, green, blue = channels
        bits = word_bits([1 << each for each in channels])
        each = f"red {red}, green {green}, blue {blue} bits in {bits}, red highest"
        return each if bits == 8 else f"{each}, the {first} byte first"
    bits = row_bits(levels, layout)
    if bits > 8:
        return f"{bits} bits per pixel, the {first} byte first"
    leftmost = "" if bits == 8 else f", the leftmost pixel in the {first} bits"
    return f"{counted(bits, 'bit')} per pixel{leftmost}"


def xbm(codes: np.ndarray, name: str) -> bytes:
    r"""Return an X bitmap, in which black pixels are set.

    Source: X Consortium, "X Window System, version 11, release 5", XReadBitmapFile (1991).

    Args:
        codes: (H, W), 0 for black.
        name: of the image; characters that C does not allow are replaced.

    Example:
        >>> xbm(np.array([[0, 1, 0]], np.uint8), "dots").splitlines()[-2].strip()
        b'0x05,'
    """
    height, width = codes.shape
    name = c_name(name)
    lines = [
        f"#define {name}_width {width}",
        f"#define {name}_height {height}",
        f"static unsigned char {name}_bits[] = {{",
        *hex_lines(pack((codes == 0).astype(np.uint8), order="lsb")),
        "};",
    ]
    return "\n".join([*lines, ""]).encode()


def escpos_raster(codes: np.ndarray) -> bytes:
    """Return the commands by which a thermal printer prints an image: GS v 0 for each part of it.

    Source: Seiko Epson, "ESC/POS Command Reference", GS v 0.

    Args:
        codes: (H, W), 0 for black; W up to 524,280.

    Raises:
        InputError: the image is too wide.

    Example:
        >>> escpos_raster(np.array([[0, 1]], np.uint8)).hex(" ")
        '1d 76 30 00 01 00 01 00 80'
    """
    rows = pack((codes == 0).astype(np.uint8))
    if rows.shape[1] > _MOST_RASTER_BYTES:
        raise InputError(f"the image is {codes.shape[1]} pixels wide; ESC/POS has 524280 at most")
    parts = []
    for top in range(0, len(rows), _RASTER_ROWS):
        part = rows[top : top + _RASTER_ROWS]
        size = part.shape[1].to_bytes(2, "little") + len(part).to_bytes(2, "little")
        parts.append(b"\x1dv0\0" + size + part.tobytes())
    return b"".join(parts)
