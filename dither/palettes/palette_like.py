"""Take as a palette: its name, a file, a list of colours, an array, or a palette."""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from dither.color_text import is_color, split_colors
from dither.errors import InputError
from dither.files.atomic import atomic_write
from dither.files.safe_open import refuse_address
from dither.held import as_array
from dither.palettes.files import READ_ENDINGS, encode_colors, read_colors
from dither.palettes.named import NAMED_PALETTES, palette_names
from dither.palettes.palette import Palette, checked_colors
from dither.suggestions import did_you_mean

# A palette of Lospec by its name, or the address of its page, but not of a file there.
_LOSPEC = re.compile(
    r"(?:lospec:|https?://lospec\.com/palette-list/(?=[^.]*$))(.*?)/*$", re.IGNORECASE
)
# A palette, the name, file or colours of one, (K, 3) colours, or an object that has a palette.
PaletteLike = Palette | str | os.PathLike[str] | np.ndarray | Sequence[Any]


def load_palette(text: str | Path) -> Palette:
    """Load a palette by name, from a file, or from a list of colours.

    Args:
        text: a name from `palette_names`; a path with an ending that `read_colors` knows, such as
            .gpl, .hex, .ase or an image's; or colours as #rgb, RRGGBB or names of CSS, separated by
            commas or blanks. Repeated colours are dropped.

    Raises:
        InputError: the text is none of these, or the file is missing, damaged or too large, or does
            not hold 2 to 256 distinct colours.

    Example:
        >>> load_palette("game-boy").hex
        ['#0f380f', '#306230', '#8bac0f', '#9bbc0f']
        >>> len(load_palette("black, white, #f00"))
        3
    """
    text = str(text)
    if text in NAMED_PALETTES:
        return Palette.from_hex(NAMED_PALETTES[text])
    if (found := _LOSPEC.match(text)) is not None:
        name = "-".join(found[1].lower().split()) or "NAME"
        raise InputError(
            f"{text[:80]!r} is not downloaded: save https://lospec.com/palette-list/{name[:60]}.hex "
            "and give the path of that file"
        )
    if Path(text).suffix.lower() not in READ_ENDINGS:
        items = split_colors(text)
        if text.startswith("#") or any(is_color(item) for item in items):
            return Palette.from_hex(text)
        refuse_address(text)
        if not Path(text).suffix:
            names = palette_names()
            advice = (
                "give colours such as '#000000 #ffffff', a palette file, or one of: "
                f"{', '.join(names)}"
            )
            raise InputError(
                f"{text[:80]!r} is not a palette; {did_you_mean(text[:80], names, advice)}"
            )
    return Palette(checked_colors(text, read_colors(text)))


def as_palette(held: Any, argument: str = "palette") -> Palette:
    """Return the palette that a caller holds.

    Args:
        held: a palette; any text that `load_palette` takes; a list of such colours; an object with an
            attribute `palette`, such as a panel or the result of `optimize_palette`; or colours, as
            `as_colors` takes them.
        argument: name of the argument, for the message.

    Raises:
        InputError: `held` is none of these.

    Example:
        >>> as_palette([[0, 0, 0], [255, 255, 255]]).hex, as_palette("black white").hex
        (['#000000', '#ffffff'], ['#000000', '#ffffff'])
    """
    if isinstance(held, Palette):
        return held
    own = getattr(held, "palette", None)
    if isinstance(own, Palette):
        return own
    if isinstance(held, str | os.PathLike):
        return load_palette(os.fspath(held))
    if names_palette(held):
        return Palette.from_hex(",".join(held))
    return Palette(as_colors(held, argument))


def names_palette(held: Any) -> bool:
    """Return whether an object names a palette, its file or its colours, or has a palette."""
    if isinstance(held, list | tuple):
        return len(held) > 0 and all(isinstance(each, str) for each in held)
    return isinstance(held, str | os.PathLike) or isinstance(
        getattr(held, "palette", None), Palette
    )


def as_colors(held: Any, argument: str = "palette") -> np.ndarray:
    """Return the colours that a caller holds; repeated ones stay, so that indices stay right.

    Args:
        held: what `as_palette` takes; or an array: (K, 3), or (K, 4) with an opaque alpha; integers
            from 0 to 255, floats from 0 to 1 (sRGB codes divided by 255), or floats up to 255. A flat
            list of 3 K numbers, as Pillow's `getpalette` returns it, is taken too.
        argument: name of the argument, for the message.

    Returns:
        (K, 3) integers; uint8 if `held` was.

    Raises:
        InputError: `held` is none of these.

    Example:
        >>> as_colors([[0, 0, 0], [1, 0.5, 0]]).tolist()
        [[0, 0, 0], [255, 128, 0]]
    """
    if isinstance(held, Palette) or names_palette(held):
        return as_palette(held).colors
    colors = as_array(getattr(held, "colors", held), argument)
    if colors.ndim == 1 and colors.size > 3 and colors.size % 3 == 0:
        colors = colors.reshape(-1, 3)
    if colors.ndim != 2 or colors.shape[1] not in (3, 4):
        raise InputError(
            f"{argument} must hold colours of red, green and blue as (K, 3), not {colors.shape}"
        )
    if colors.dtype.kind == "f":
        # Written so that NaN fails too.
        if not (colors.size and colors.min() >= 0 and colors.max() <= 255):
            raise InputError(f"{argument} holds floats outside 0 to 1 and 0 to 255, or NaN")
        colors = np.rint(colors * (255 if colors.max() <= 1 else 1)).astype(np.uint8)
    if colors.shape[1] == 4:
        if (colors[:, 3] != 255).any():
            raise InputError(f"{argument} holds a colour that is not opaque; give (K, 3) colours")
        colors = colors[:, :3]
    return colors


def save_palette(path: str | Path, palette: PaletteLike, *, replace: bool = True) -> None:
    """Write a palette file that `load_palette` and drawing programs read; it is replaced atomically.

    Args:
        path: ending in .gpl (GIMP), .pal (JASC text), .hex (one RRGGBB per line), .act (Adobe), or
            .png (a swatch of one row).
        palette: the palette, or what `as_palette` takes, such as its name or (K, 3) colours.
        replace: whether an existing file may be replaced.

    Raises:
        InputError: the ending names no format, or the file cannot be written.

    Example:
        >>> save_palette("mine.gpl", load_palette("game-boy"))  # doctest: +SKIP
    """
    content = encode_colors(path, as_palette(palette).colors)
    with atomic_write(path, replace=replace) as file:
        file.write(content)
