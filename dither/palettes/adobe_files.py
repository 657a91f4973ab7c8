"""Read and write Adobe's palettes: colour tables (.act), swatches (.aco), swatch exchange (.ase).

Every parser accepts arbitrary bytes and returns rows of red, green and blue, or raises one InputError.
Colours in CMYK are converted without a profile, red = (1 - cyan) (1 - black), as files name none.
"""

import colorsys
import struct
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from dither.color import linear_to_srgb
from dither.color_text import Color
from dither.errors import InputError
from dither.wording import counted

Rows = list[Color]
# Neither a global colour nor a spot colour.
_NORMAL_COLOR = 2

# White point D50, and XYZ relative to it to linear sRGB, adapted by Bradford's method: B. Lindbloom,
# "RGB/XYZ Matrices" (2017). L* a* b*: CIE 15:2004.
_D50 = np.array([0.96422, 1.0, 0.82521])
_XYZ_TO_SRGB = np.array(
    [
        [3.1338561, -1.6168667, -0.4906146],
        [-0.9787684, 1.9161415, 0.0334540],
        [0.0719453, -0.2289914, 1.4052427],
    ]
)


def table_colors(path: Path, data: bytes) -> Rows:
    """Parse an Adobe colour table: 256 times R, G, B; in newer files, then the number of colours.

    Source: "Adobe Photoshop File Formats Specification" (2019), section "Color Table".
    """
    if len(data) not in (768, 772):
        raise InputError(f"{path} has {len(data)} bytes; an Adobe colour table has 768 or 772")
    count = 256 if len(data) == 768 else struct.unpack_from(">H", data, 768)[0]
    if not 1 <= count <= 256:
        raise InputError(
            f"{path} announces {counted(count, 'colour')}; a colour table holds 1 to 256"
        )
    return [(data[at], data[at + 1], data[at + 2]) for at in range(0, 3 * count, 3)]


def swatch_colors(path: Path, data: bytes) -> Rows:
    """Parse Adobe colour swatches (.aco) of version 1 or 2; the names of version 2 are not needed.

    A swatch is the number of its colour space and four numbers of 16 bits.

    Source: "Adobe Photoshop File Formats Specification" (2019), section "Color Swatches".
    """
    if len(data) < 4:
        raise InputError(f"{path} has {len(data)} bytes; Adobe swatches have at least 4")
    version, count = struct.unpack_from(">HH", data)
    if version not in (1, 2):
        raise InputError(f"{path} is not a file of Adobe swatches: its version is {version}, not 1")
    colors, at = [], 4
    for number in range(count):
        if len(data) < at + 10:
            raise InputError(f"{path} announces {counted(count, 'colour')} and holds {number}")
        space, *values = struct.unpack_from(">H4H", data, at)
        if space not in _SWATCH_SPACES:
            raise InputError(
                f"colour {number + 1} of {path} is in colour space {space}; RGB (0), HSB (1), CMYK "
                "(2), Lab (7), grey (8) and wide CMYK (9) are read"
            )
        colors.append(_codes(_SWATCH_SPACES[space](values)))
        at += 10
        if version == 2:
            if len(data) < at + 4:
                raise InputError(f"{path} announces {counted(count, 'colour')} and holds {number}")
            at += 4 + 2 * struct.unpack_from(">I", data, at)[0]
    return colors


def exchange_colors(path: Path, data: bytes) -> Rows:
    """Parse Adobe swatch exchange (.ase): blocks with a type and a length; groups are ignored.

    A colour is its name in UTF-16, the name of its model in four letters, and floats of 32 bits.

    Source: O. Berg, "Adobe Swatch Exchange (ase) file format" (2006), from files of Illustrator CS2;
    Adobe publishes no specification.
    """
    if len(data) < 12 or data[:4] != b"ASEF":
        raise InputError(f"{path} is not a swatch exchange file: it does not begin with 'ASEF'")
    (count,) = struct.unpack_from(">I", data, 8)
    colors, at = [], 12
    for number in range(1, count + 1):
        if len(data) < at + 6:
            raise InputError(
                f"{path} announces {counted(count, 'block')} and ends before block {number}"
            )
        kind, length = struct.unpack_from(">HI", data, at)
        block = data[at + 6 : at + 6 + length]
        if len(block) < length:
            raise InputError(f"{path} ends within block {number}")
        at += 6 + length
        if kind == 1:
            colors.append(_exchange_color(path, number, block))
    return colors


def table_file(colors: Rows) -> bytes:
    """Return an Adobe colour table of up to 256 colours, none of which is transparent."""
    table = b"".join(map(bytes, colors)).ljust(768, b"\0")
    return table + struct.pack(">HH", len(colors), 0xFFFF)


def swatch_file(colors: Rows) -> bytes:
    """Return Adobe colour swatches of version 1, followed by those of version 2 with names.

    Photoshop reads both parts, other programs only the first.
    """
    wide = [(0, *(257 * code for code in color), 0) for color in colors]
    swatches = [struct.pack(">5H", *each) for each in wide]
    named = [
        each + struct.pack(">I", 8) + _utf_16(color)
        for each, color in zip(swatches, colors, strict=True)
    ]
    heads = [struct.pack(">HH", version, len(colors)) for version in (1, 2)]
    return b"".join([heads[0], *swatches, heads[1], *named])


def exchange_file(colors: Rows) -> bytes:
    """Return a file of Adobe swatch exchange: RGB colours, named by their codes, in no group."""
    blocks = []
    for color in colors:
        shares = struct.pack(">4s3fH", b"RGB ", *(code / 255 for code in color), _NORMAL_COLOR)
        content = struct.pack(">H", 8) + _utf_16(color) + shares
        blocks.append(struct.pack(">HI", 1, len(content)) + content)
    return b"ASEF" + struct.pack(">HHI", 1, 0, len(colors)) + b"".join(blocks)


def _utf_16(color: Color) -> bytes:
    """Return the name of a colour, #rrggbb, in 8 units of 16 bits with the zero at its end."""
    return "#{:02x}{:02x}{:02x}\0".format(*color).encode("utf-16-be")


def _exchange_color(path: Path, number: int, block: bytes) -> Color:
    start = 2 + 2 * struct.unpack_from(">H", block)[0] if len(block) >= 2 else len(block)
    model = block[start : start + 4]
    found = _EXCHANGE_MODELS.get(model)
    if found is None:
        raise InputError(
            f"block {number} of {path} has the colour model {model!r}; RGB, CMYK, LAB and Gray are read"
        )
    numbers, convert = found
    if len(block) < start + 4 + 4 * numbers:
        raise InputError(f"block {number} of {path} ends before its {numbers} numbers")
    values = struct.unpack_from(f">{numbers}f", block, start + 4)
    if not np.isfinite(values).all():
        raise InputError(f"block {number} of {path} holds a number that is not finite")
    return _codes(convert(values))


def _codes(shares: Sequence[float]) -> Color:
    """Return the nearest codes of sRGB, 0 to 1."""
    red, green, blue = (int(min(max(share, 0.0), 1.0) * 255 + 0.5) for share in shares)
    return red, green, blue


def _cmyk(values: Sequence[float]) -> tuple[float, float, float]:
    """Convert shares of ink, 0 to 1."""
    cyan, magenta, yellow, black = (min(max(value, 0.0), 1.0) for value in values)
    return (1 - cyan) * (1 - black), (1 - magenta) * (1 - black), (1 - yellow) * (1 - black)


def _lab(lightness: float, a: float, b: float) -> tuple[float, float, float]:
    """Convert L* (0 to 100), a* and b* with the white point D50."""
    middle = (min(max(lightness, 0.0), 100.0) + 16) / 116
    roots = np.array(
        [middle + np.clip(a, -128, 128) / 500, middle, middle - np.clip(b, -128, 128) / 200]
    )
    xyz = _D50 * np.where(roots > 6 / 29, roots**3, (roots - 16 / 116) * 3 * (6 / 29) ** 2)
    red, green, blue = linear_to_srgb((_XYZ_TO_SRGB @ xyz).clip(0, 1)).tolist()
    return red, green, blue


def _signed(value: int) -> int:
    return value - 65536 if value >= 32768 else value


def _gray(value: float) -> tuple[float, float, float]:
    return value, value, value


_SWATCH_SPACES: dict[int, Callable[[Sequence[int]], Sequence[float]]] = {
    0: lambda of: [value / 65535 for value in of[:3]],
    1: lambda of: colorsys.hsv_to_rgb(of[0] / 65535 % 1, of[1] / 65535, of[2] / 65535),
    # 0 is all ink.
    2: lambda of: _cmyk([1 - value / 65535 for value in of]),
    7: lambda of: _lab(of[0] / 100, _signed(of[1]) / 100, _signed(of[2]) / 100),
    8: lambda of: _gray(of[0] / 10000),
    9: lambda of: _cmyk([value / 10000 for value in of]),
}
_EXCHANGE_MODELS: dict[bytes, tuple[int, Callable[[Sequence[float]], Sequence[float]]]] = {
    b"RGB ": (3, lambda of: of),
    b"CMYK": (4, _cmyk),
    b"LAB ": (3, lambda of: _lab(100 * of[0], of[1], of[2])),
    b"Gray": (1, lambda of: _gray(of[0])),
}
