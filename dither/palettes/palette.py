"""Palettes: the value, where to load one from, and changing one for another in an image."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dither.color import linear_to_oklab, packed_codes, srgb_to_linear
from dither.errors import InputError
from dither.palettes.files import read_colors, write_colors
from dither.palettes.named import NAMED_PALETTES, palette_names

MAX_COLORS = 256
_HEX = re.compile(r"#?[0-9A-Fa-f]{6}")


@dataclass(frozen=True, eq=False)
class Palette:
    """The distinct colours that a picture may hold, in an order that gives each its index.

    Attributes:
        colors: (K, 3) uint8 sRGB codes, K from 2 to 256; read-only.

    Raises:
        InputError: the colours are not such an array, or one appears twice.

    Example:
        >>> palette = Palette(np.array([[0, 0, 0], [255, 255, 255]]))
        >>> len(palette), palette.hex
        (2, ['#000000', '#ffffff'])
    """

    colors: np.ndarray

    def __post_init__(self) -> None:
        colors = np.array(self.colors, order="C")
        if colors.ndim != 2 or colors.shape[1] != 3 or not 2 <= len(colors) <= MAX_COLORS:
            raise InputError(
                f"a palette holds 2 to {MAX_COLORS} colours of red, green and blue, not an array "
                f"of shape {colors.shape}"
            )
        if not np.issubdtype(colors.dtype, np.integer):
            raise InputError(f"a palette holds integer sRGB codes, not {colors.dtype}")
        if colors.min() < 0 or colors.max() > 255:
            raise InputError(
                f"a palette holds sRGB codes from 0 to 255, not {colors.min()} to {colors.max()}"
            )
        colors = colors.astype(np.uint8)
        codes, counts = np.unique(packed_codes(colors), return_counts=True)
        if counts.max() > 1:
            raise InputError(
                f"a palette holds each colour once; #{codes[counts.argmax()]:06x} appears "
                f"{counts.max()} times"
            )
        colors.flags.writeable = False
        object.__setattr__(self, "colors", colors)

    def __len__(self) -> int:
        return len(self.colors)

    @classmethod
    def from_hex(cls, text: str) -> "Palette":
        """The palette of a list of colours such as "#0f380f #9bbc0f".

        Args:
            text: RRGGBB in hexadecimal, each with # or without, apart by commas or spaces.

        Raises:
            InputError: an item is no such colour, appears twice, or there are fewer than 2 or more
                than 256.

        Example:
            >>> Palette.from_hex("#0f380f, 9bbc0f").colors
            array([[ 15,  56,  15],
                   [155, 188,  15]], dtype=uint8)
        """
        items = re.split(r"[\s,]+", text.strip(" \t\r\n,"))
        for item in items:
            if not _HEX.fullmatch(item):
                raise InputError(f"{item[:40]!r} is not a colour in hexadecimal such as '#0f380f'")
        return cls(np.array([list(bytes.fromhex(item.removeprefix("#"))) for item in items]))

    @property
    def hex(self) -> list[str]:
        """The colours as '#rrggbb'."""
        return [f"#{code:06x}" for code in packed_codes(self.colors)]

    @property
    def linear(self) -> np.ndarray:
        """(K, 3) float64 linear light, 0 to 1."""
        return srgb_to_linear(self.colors / 255)

    @property
    def oklab(self) -> np.ndarray:
        """(K, 3) float64 OKLab coordinates L, a, b."""
        return linear_to_oklab(self.linear)

    def indices(self, image: np.ndarray) -> np.ndarray:
        """The index of every pixel's colour.

        Args:
            image: (H, W, 3) uint8 that holds only colours of this palette.

        Returns:
            (H, W) uint8.

        Raises:
            InputError: the image is no such array, or holds another colour.

        Example:
            >>> two = Palette.from_hex("000000 ffffff")
            >>> two.indices(np.array([[[255, 255, 255], [0, 0, 0]]], np.uint8)).tolist()
            [[1, 0]]
        """
        image = np.asarray(image)
        if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
            raise InputError(
                f"an image of palette colours is (H, W, 3) uint8, not {image.shape} {image.dtype}"
            )
        own, codes = packed_codes(self.colors), packed_codes(image)
        order = np.argsort(own)
        place = np.searchsorted(own[order], codes).clip(max=len(own) - 1)
        strange = own[order][place] != codes
        if strange.any():
            raise InputError(
                f"the image holds #{codes[strange][0]:06x}, which the palette does not hold"
            )
        return order.astype(np.uint8)[place]


def load_palette(text: str | Path) -> Palette:
    """A palette by its name, from a file, or from a list of colours.

    Args:
        text: a name that `palette_names` lists; a path ending in .gpl, .pal, .hex, .act or an image's
            ending; or colours in hexadecimal, apart by commas or spaces. In a file a colour that
            comes again is dropped.

    Raises:
        InputError: it is none of these, or the file is missing, damaged or too large, or holds
            fewer than 2 or more than 256 distinct colours.

    Example:
        >>> load_palette("game-boy").hex
        ['#0f380f', '#306230', '#8bac0f', '#9bbc0f']
        >>> len(load_palette("#000000 #ffffff #ff0000"))
        3
    """
    text = str(text)
    if text in NAMED_PALETTES:
        return Palette.from_hex(NAMED_PALETTES[text])
    items = re.split(r"[\s,]+", text.strip(" \t\r\n,"))
    if text.startswith("#") or all(_HEX.fullmatch(item) for item in items):
        return Palette.from_hex(text)
    if not Path(text).suffix:
        raise InputError(
            f"{text[:80]!r} is not a palette: give colours such as '#000000 #ffffff', a palette file, "
            f"or one of: {', '.join(palette_names())}"
        )
    colors = read_colors(text)
    if not 2 <= len(colors) <= MAX_COLORS:
        raise InputError(
            f"{text} holds {len(colors)} distinct colours; a palette holds 2 to {MAX_COLORS}"
        )
    return Palette(colors)


def save_palette(path: str | Path, palette: Palette, *, replace: bool = True) -> None:
    """Write a palette file that `load_palette` and drawing programs read, whole or not at all.

    Args:
        path: ending in .gpl (GIMP), .pal (JASC text), .hex (RRGGBB a line), .act (Adobe), or .png
            (a swatch of one row).
        palette: what it holds.
        replace: whether a file that is there already may be replaced.

    Raises:
        InputError: another ending, or the folder does not exist or cannot be written.

    Example:
        >>> save_palette("mine.gpl", load_palette("game-boy"))  # doctest: +SKIP
    """
    write_colors(path, palette.colors, replace=replace)


def recolored(image: np.ndarray, palette: Palette, new: Palette) -> np.ndarray:
    """A dithered image with each colour of `palette` replaced by the colour of that index in `new`.

    So an image is dithered to what inks look like, then written in the codes a device wants.

    Args:
        image: (H, W, 3) uint8 that holds only colours of `palette`, or its indices: (H, W) integers
            from 0 to K - 1.
        palette: the colours it was dithered to.
        new: as many colours.

    Returns:
        (H, W, 3) uint8.

    Raises:
        InputError: the palettes have different numbers of colours, the image holds a colour that
            `palette` does not, or an index lies outside it.

    Example:
        >>> greens, grays = load_palette("game-boy"), load_palette("gray-4")
        >>> recolored(np.array([[0, 3]]), greens, grays).tolist()
        [[[0, 0, 0], [255, 255, 255]]]
    """
    if len(palette) != len(new):
        raise InputError(
            f"a palette of {len(palette)} colours cannot be replaced by one of {len(new)}"
        )
    image = np.asarray(image)
    if image.ndim != 2:
        return new.colors[palette.indices(image)]
    if not np.issubdtype(image.dtype, np.integer):
        raise InputError(f"palette indices are integers, not {image.dtype}")
    if image.size and (image.min() < 0 or image.max() >= len(palette)):
        raise InputError(
            f"palette indices run from 0 to {len(palette) - 1}, not {image.min()} to {image.max()}"
        )
    return new.colors[image]
