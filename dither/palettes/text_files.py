"""Parse palette files that are text: GIMP, JASC, lists in hexadecimal, paint.net and Lospec's JSON.

Every parser accepts arbitrary bytes and returns rows of red, green and blue, or raises one InputError.
"""

import json
import re
from pathlib import Path
from typing import Any

from dither.color_text import Color, find_color, parse_color
from dither.errors import InputError
from dither.wording import counted

Rows = list[Color]


def _lines(data: bytes) -> list[str]:
    """Return the stripped lines of a text file; only names may contain bytes that are not UTF-8."""
    return [line.strip() for line in _text(data).split("\n")]


def _text(data: bytes) -> str:
    # Editors of Windows save UTF-16.
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace")
    return data.decode("utf-8-sig", errors="replace")


def _triple(path: Path, number: int, line: str) -> Color:
    """Parse red, green and blue at the start of a line; `number` counts from 1."""
    fields = line.split()[:3]
    if len(fields) == 3 and all(re.fullmatch(r"[0-9]{1,3}", field) for field in fields):
        red, green, blue = (int(field) for field in fields)
        if max(red, green, blue) <= 255:
            return red, green, blue
    raise InputError(
        f"line {number} of {path} does not begin with red, green and blue from 0 to 255: {line[:40]!r}"
    )


def gimp_colors(path: Path, data: bytes) -> Rows:
    """Parse a GIMP palette: a title, `Name: value` lines, # comments, then `R G B name` lines."""
    lines = _lines(data)
    if lines[0] != "GIMP Palette":
        raise InputError(f"{path} is not a GIMP palette: its first line is not 'GIMP Palette'")
    return [
        _triple(path, number, line)
        for number, line in enumerate(lines[1:], 2)
        if line and not line.startswith("#") and not re.match(r"[A-Za-z]+:", line)
    ]


def jasc_colors(path: Path, data: bytes) -> Rows:
    """Parse a palette of Paint Shop Pro: 'JASC-PAL', '0100', the number of colours, then `R G B`."""
    lines = _lines(data)
    if lines[0] != "JASC-PAL":
        raise InputError(f"{path} begins neither with 'JASC-PAL' nor with 'RIFF'")
    if len(lines) < 3 or lines[1] != "0100" or not re.fullmatch(r"[0-9]{1,5}", lines[2]):
        raise InputError(
            f"{path} has no JASC-PAL header: 'JASC-PAL', '0100', the number of colours"
        )
    colors = [_triple(path, number, line) for number, line in enumerate(lines[3:], 4) if line]
    if len(colors) != int(lines[2]):
        raise InputError(
            f"{path} announces {counted(int(lines[2]), 'colour')} and holds {len(colors)}"
        )
    return colors


def hex_colors(path: Path, data: bytes) -> Rows:
    """Parse one RRGGBB per line, as Lospec's palette list exports it."""
    colors = []
    for number, line in enumerate(_lines(data), 1):
        if line and not re.fullmatch(r"#?[0-9A-Fa-f]{6}", line):
            raise InputError(
                f"line {number} of {path} is {line[:40]!r}; a .hex palette has a colour RRGGBB in each "
                "line"
            )
        if line:
            colors.append(parse_color(line))
    return colors


def paint_net_colors(path: Path, data: bytes) -> Rows:
    """Parse a palette of paint.net: lines AARRGGBB, and comments that begin with a semicolon.

    Transparent entries have no colour. Lines RRGGBB are read too.

    Source: dotPDN, "paint.net documentation", page "Working With Palettes" (2024).
    """
    colors = []
    for number, line in enumerate(_lines(data), 1):
        entry = line.partition(";")[0].strip().removeprefix("#")
        if not entry:
            continue
        if not re.fullmatch(r"([0-9A-Fa-f]{2})?[0-9A-Fa-f]{6}", entry):
            raise InputError(
                f"line {number} of {path} is {line[:40]!r}; a palette of paint.net has a colour "
                "AARRGGBB in each line, and comments after a semicolon"
            )
        if len(entry) == 6 or entry[:2] != "00":
            colors.append(parse_color(entry[-6:]))
    return colors


def paint_net_file(colors: Rows, name: str) -> bytes:
    """Return a palette file of paint.net, which ignores colours after the 96th.

    Example:
        >>> paint_net_file([(255, 128, 0)], "one").decode().splitlines()[-1]
        'FFFF8000'
    """
    lines = [
        "; paint.net Palette File",
        f"; Palette Name: {' '.join(name.split())}",
        f"; Colors: {len(colors)}",
        *("FF{:02X}{:02X}{:02X}".format(*color) for color in colors),
    ]
    return "\r\n".join([*lines, ""]).encode(errors="replace")


def json_colors(path: Path, data: bytes) -> Rows:
    """Parse JSON: a list of colours, or an object whose "colors" is one, as Lospec gives it.

    A colour is a text such as "0f380f" or "#fff", or a list of red, green and blue from 0 to 255.
    """
    try:
        found = json.loads(_text(data))
    except (ValueError, RecursionError):
        raise InputError(f"{path} is not valid JSON") from None
    if isinstance(found, dict):
        found = found.get("colors", found.get("palette"))
    if not isinstance(found, list):
        raise InputError(
            f'{path} is not a palette: it has no list of colours, nor one named "colors"'
        )
    return [_json_color(path, number, each) for number, each in enumerate(found, 1)]


def _json_color(path: Path, number: int, found: Any) -> Color:
    color = None
    if isinstance(found, dict):
        found = found.get("hex", found.get("color"))
    if isinstance(found, str):
        color = find_color(found)
    elif isinstance(found, list) and len(found) == 3 and all(type(each) is int for each in found):
        color = None if min(found) < 0 or max(found) > 255 else (found[0], found[1], found[2])
    if color is None:
        raise InputError(
            f"colour {number} of {path} is {str(found)[:40]!r}; it must be like '0f380f' or "
            "[15, 56, 15]"
        )
    return color
