"""Colours as people write them: #rgb, #rrggbb, rgb(...), and the names of CSS."""

import functools
import re
from collections.abc import Mapping

from dither.errors import InputError
from dither.suggestions import did_you_mean

Color = tuple[int, int, int]

_HEX = re.compile(r"#(?:[0-9A-Fa-f]{3,4}|[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})|[0-9A-Fa-f]{6}")
_BARE_SHORT = re.compile(r"[0-9A-Fa-f]{3}")
_RGB = re.compile(r"rgb\( *(\d{1,3})(?: *, *| +)(\d{1,3})(?: *, *| +)(\d{1,3}) *\)", re.IGNORECASE)
# Separators of lists, but not those inside parentheses.
_COMMAS = re.compile(r"[,;\r\n]+(?![^()]*\))")
_BLANKS = re.compile(r"\s+(?![^()]*\))")
_MOST_SHOWN = 40


@functools.cache
def css_colors() -> Mapping[str, str]:
    """Return the names of CSS and their colours as #rrggbb.

    Source: W3C, "CSS Color Module Level 4" (2022), section "Named Colors", as Pillow lists them.

    Example:
        >>> css_colors()["tomato"]
        '#ff6347'
    """
    from PIL.ImageColor import colormap

    return {name: code for name, code in colormap.items() if isinstance(code, str)}


def find_color(text: str) -> Color | None:
    """Return the sRGB codes of a colour, or None if the text is none.

    Args:
        text: #rgb, #rrggbb, rrggbb, either with an opaque alpha after a #, rgb(r, g, b), or a name of
            CSS; capitals do not count.

    Example:
        >>> find_color("#f80"), find_color("Tomato"), find_color("no colour")
        ((255, 136, 0), (255, 99, 71), None)
    """
    text = text.strip()
    if _HEX.fullmatch(text):
        digits = text.removeprefix("#")
        if len(digits) < 6:
            digits = "".join(2 * digit for digit in digits)
        codes = bytes.fromhex(digits)
        return None if codes[3:] not in (b"", b"\xff") else (codes[0], codes[1], codes[2])
    found = _RGB.fullmatch(text)
    if found is not None:
        red, green, blue = (int(part) for part in found.groups())
        return (red, green, blue) if max(red, green, blue) <= 255 else None
    if not text.isalpha():
        return None
    named = css_colors().get(text.lower())
    return None if named is None else find_color(named)


def parse_color(text: str) -> Color:
    """Return the sRGB codes of a colour, in a form that `find_color` accepts.

    Raises:
        InputError: the text is no colour.

    Example:
        >>> parse_color("#0f380f")
        (15, 56, 15)
    """
    found = find_color(text)
    if found is None:
        raise InputError(_refusal(text))
    return found


def _refusal(text: str) -> str:
    shown = repr(text[:_MOST_SHOWN])
    if re.fullmatch(r"#([0-9A-Fa-f]{4}|[0-9A-Fa-f]{8})", text):
        return f"{shown} is transparent; a colour is opaque, such as '#0f380f'"
    advice = "give hexadecimal such as '#0f380f' or '#fff', or a name of CSS such as 'tomato'"
    names = css_colors() if text.isalpha() else ()
    return f"{shown} is not a colour in hexadecimal; {did_you_mean(text, names, advice)}"


def split_colors(text: str) -> list[str]:
    """Split a list of colours into its items.

    Items are separated by commas, semicolons or blanks. Quotes and brackets are dropped, so that lists
    of JSON and of programs are read too. Names of CSS may hold blanks, such as "dark red".

    Example:
        >>> split_colors("['#000', rgb(1, 2, 3)] white dark red")
        ['#000', 'rgb(1, 2, 3)', 'white', 'darkred']
    """
    text = re.sub(r"[\[\]{}'\"`]", " ", text)
    items: list[str] = []
    for part in _COMMAS.split(text):
        words = [word for word in _BLANKS.split(part.strip()) if word]
        while words:
            length = _name_length(words)
            items.append("".join(words[:length]))
            words = words[length:]
    return items


def _name_length(words: list[str]) -> int:
    """Return how many words at the start form one name of CSS; 1 if the first is a colour itself."""
    if is_color(words[0]) or not words[0].isalpha():
        return 1
    for length in (2, 3, 4):
        joined = "".join(words[:length]).lower()
        if len(words) >= length and joined.isalpha() and joined in css_colors():
            return length
    return 1


def is_color(item: str) -> bool:
    """Return whether an item of a list is a colour, three digits without # included.

    Example:
        >>> is_color("fff"), is_color("white"), is_color("game-boy")
        (True, True, False)
    """
    return _BARE_SHORT.fullmatch(item) is not None or find_color(item) is not None


def parse_colors(text: str) -> list[Color]:
    """Return the sRGB codes of a list of colours, as `split_colors` reads it; repeated ones stay.

    Raises:
        InputError: an item is no colour.

    Example:
        >>> parse_colors("black, #fff")
        [(0, 0, 0), (255, 255, 255)]
    """
    return [
        parse_color(f"#{item}" if _BARE_SHORT.fullmatch(item) else item)
        for item in split_colors(text)
    ]
