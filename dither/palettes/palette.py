"""A palette: load and save it, index an image with it, and replace it by another in an image."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from dither.color import (
    LUMINANCE_WEIGHTS,
    distinct_colors,
    linear_to_oklab,
    packed_codes,
    srgb_to_linear,
)
from dither.color_text import is_color, parse_colors, split_colors
from dither.errors import InputError
from dither.files.atomic import atomic_write
from dither.held import as_array
from dither.palettes.files import READ_ENDINGS, encode_colors, read_colors
from dither.palettes.named import NAMED_PALETTES, palette_names
from dither.suggestions import did_you_mean

Intent = Literal["perceptual", "relative", "absolute", "lightness"]
MAX_COLORS = 256
# Index of an end of the palette that is to be chosen.
CHOOSE = -1
_LOSPEC = "lospec:"


@dataclass(frozen=True, eq=False)
class Palette:
    """The distinct colours that an image may use; the order defines each colour's index.

    Attributes:
        colors: (K, 3) uint8 sRGB codes, K from 2 to 256; read-only.
        intent: rendering intent of images that are dithered to the palette, unless another is given:
            "perceptual" for palettes of devices, "absolute" for palettes made from the image.
        white: index of the entry that shows white; if not given, a light entry with little colour.
        black: index of the entry that shows black; if not given, a dark entry with little colour.
        device: (K, 3) uint8, the colours by which the driver of a display names its entries, such as
            pure red for a dull red ink; `colors` if not given; read-only.

    Palettes with equal attributes are equal.

    Raises:
        InputError: an array has another shape, dtype or range, a colour appears twice in `colors`, or
            black is not darker than white.

    Example:
        >>> palette = Palette(np.array([[0, 0, 0], [161, 164, 165], [208, 190, 71]]))
        >>> len(palette), palette.hex[palette.white], palette.hex[palette.black]
        (3, '#a1a4a5', '#000000')
    """

    colors: np.ndarray
    intent: Intent = "perceptual"
    white: int = CHOOSE
    black: int = CHOOSE
    device: np.ndarray | None = None

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
        check_intent(self.intent)
        black, white = self._ends()
        object.__setattr__(self, "white", white)
        object.__setattr__(self, "black", black)
        device = np.array(colors if self.device is None else self.device, order="C")
        if device.shape != colors.shape or device.dtype != np.uint8:
            raise InputError(
                f"device must be uint8 of shape {colors.shape}, not {device.dtype} of {device.shape}"
            )
        device.flags.writeable = False
        object.__setattr__(self, "device", device)

    @property
    def device_colors(self) -> np.ndarray:
        """Return (K, 3) uint8, the colours by which the driver names the entries; read-only."""
        assert self.device is not None  # filled in when the palette is made
        return self.device

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Palette) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[bytes, Intent, int, int, bytes]:
        return (
            self.colors.tobytes(),
            self.intent,
            self.white,
            self.black,
            self.device_colors.tobytes(),
        )

    def _ends(self) -> tuple[int, int]:
        """Return the indices of black and white: of all pairs, the farthest apart in lightness.

        The chroma of both is subtracted, so that grey paper is white though a yellow ink is lighter.
        """
        count = len(self)
        lightness, chroma = self.oklab[:, 0], np.hypot(*self.oklab[:, 1:].T)
        luminance = self.linear @ np.array(LUMINANCE_WEIGHTS)
        # Equal luminance (to 9 digits) is ordered by index.
        rank = np.argsort(np.lexsort((np.arange(count), luminance.round(9))))
        contrast = (lightness - chroma) - (lightness + chroma)[:, None]
        allowed = rank > rank[:, None]
        for name, index, axis in (("black", self.black, 0), ("white", self.white, 1)):
            if index == CHOOSE:
                continue
            if not 0 <= index < count:
                raise InputError(f"{name} is {index}; it must be from 0 to {count - 1}")
            others = np.arange(count) != index
            allowed[(others, slice(None)) if axis == 0 else (slice(None), others)] = False
        if not allowed.any():
            raise InputError(
                f"black is {self.black} and white is {self.white}; black must be darker than white"
            )
        contrast[~allowed] = -np.inf
        black, white = np.unravel_index(contrast.argmax(), contrast.shape)
        return int(black), int(white)

    def __len__(self) -> int:
        return len(self.colors)

    @classmethod
    def from_hex(cls, text: str, **options: Any) -> "Palette":
        """Parse a list of colours such as "#0f380f #9bbc0f".

        Args:
            text: colours as #rgb, RRGGBB with or without #, or names of CSS, separated by commas or
                blanks; quotes and brackets are ignored, and repeated colours dropped.
            **options: further attributes, such as `white`.

        Raises:
            InputError: an item is not a colour, or there are not 2 to 256 distinct ones.

        Example:
            >>> Palette.from_hex("#0f380f, white").colors
            array([[ 15,  56,  15],
                   [255, 255, 255]], dtype=uint8)
        """
        colors = np.array(parse_colors(text), np.uint8).reshape(-1, 3)
        return cls(_distinct(repr(text[:80]), colors), **options)

    @property
    def hex(self) -> list[str]:
        """Colours as '#rrggbb'."""
        return [f"#{code:06x}" for code in packed_codes(self.colors)]

    @property
    def linear(self) -> np.ndarray:
        """Colours as (K, 3) float64 linear light, 0 to 1."""
        return srgb_to_linear(self.colors / 255)

    @property
    def oklab(self) -> np.ndarray:
        """Colours as (K, 3) float64 OKLab coordinates L, a, b."""
        return linear_to_oklab(self.linear)

    def indices(self, image: np.ndarray) -> np.ndarray:
        """Return the index of each pixel's colour.

        Args:
            image: (H, W, 3) uint8 with only colours of this palette.

        Returns:
            (H, W) uint8.

        Raises:
            InputError: the image has another shape or dtype, or holds another colour.

        Example:
            >>> two = Palette.from_hex("000000 ffffff")
            >>> two.indices(np.array([[[255, 255, 255], [0, 0, 0]]], np.uint8)).tolist()
            [[1, 0]]
        """
        image = as_array(image, "image")
        if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
            raise InputError(
                f"an image of palette colours is (H, W, 3) uint8, not {image.shape} {image.dtype}"
            )
        own, codes = packed_codes(self.colors), packed_codes(image)
        order = np.argsort(own)
        position = np.searchsorted(own[order], codes).clip(max=len(own) - 1)
        foreign = own[order][position] != codes
        if foreign.any():
            raise InputError(
                f"the image holds #{codes[foreign][0]:06x}, which the palette does not hold"
            )
        return order.astype(np.uint8)[position]


def check_intent(intent: Intent) -> None:
    """Raise InputError unless `intent` is a rendering intent."""
    names = get_args(Intent)
    if intent not in names:
        raise InputError(f"intent is {intent!r}; it must be {', '.join(names[:-1])} or {names[-1]}")


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
    if text.lower().startswith(_LOSPEC):
        name = "-".join(text[len(_LOSPEC) :].lower().split()) or "NAME"
        raise InputError(
            f"{text[:80]!r} is not downloaded: save https://lospec.com/palette-list/{name[:60]}.hex "
            "and give the path of that file"
        )
    if Path(text).suffix.lower() not in READ_ENDINGS:
        items = split_colors(text)
        if text.startswith("#") or any(is_color(item) for item in items):
            return Palette.from_hex(text)
        if not Path(text).suffix:
            names = palette_names()
            advice = (
                "give colours such as '#000000 #ffffff', a palette file, or one of: "
                f"{', '.join(names)}"
            )
            raise InputError(
                f"{text[:80]!r} is not a palette; {did_you_mean(text[:80], names, advice)}"
            )
    return Palette(_distinct(text, read_colors(text)))


def _distinct(name: str, colors: np.ndarray) -> np.ndarray:
    """Return the distinct rows of (N, 3) uint8 codes; `name` begins the error message."""
    colors = distinct_colors(colors)
    if not 2 <= len(colors) <= MAX_COLORS:
        raise InputError(
            f"{name} holds {len(colors)} distinct colours; a palette holds 2 to {MAX_COLORS}"
        )
    return colors


# A palette, the name, file or colours of one, (K, 3) colours, or an object that has a palette.
PaletteLike = Palette | str | os.PathLike[str] | np.ndarray | Sequence[Any]


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


def recolored(image: np.ndarray, palette: PaletteLike, new: PaletteLike) -> np.ndarray:
    """Replace each colour of a dithered image by the colour of the same index in another palette.

    For example, dither to the measured look of inks, then write the codes that the device expects.

    Args:
        image: (H, W, 3) uint8 with only colours of `palette`, or (H, W) integer indices from 0 to
            K - 1.
        palette: the palette that the image was dithered to, or what `as_palette` takes.
        new: the new palette, of the same length.

    Returns:
        (H, W, 3) uint8.

    Raises:
        InputError: the palettes differ in length, or the image holds a colour or an index that
            `palette` does not.

    Example:
        >>> greens, grays = load_palette("game-boy"), load_palette("gray-4")
        >>> recolored(np.array([[0, 3]]), greens, grays).tolist()
        [[[0, 0, 0], [255, 255, 255]]]
    """
    palette, new = as_palette(palette), as_palette(new, "new")
    if len(palette) != len(new):
        raise InputError(
            f"a palette of {len(palette)} colours cannot be replaced by one of {len(new)}"
        )
    image = as_array(image, "image")
    if image.ndim != 2:
        return new.colors[palette.indices(image)]
    if not np.issubdtype(image.dtype, np.integer):
        raise InputError(f"palette indices are integers, not {image.dtype}")
    if image.size and (image.min() < 0 or image.max() >= len(palette)):
        raise InputError(
            f"palette indices run from 0 to {len(palette) - 1}, not {image.min()} to {image.max()}"
        )
    return new.colors[image]
