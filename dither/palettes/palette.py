"""A palette: distinct colours in an order, its white and black, and the indices of an image."""

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from dither.color import (
    LUMINANCE_WEIGHTS,
    distinct_colors,
    linear_to_oklab,
    packed_codes,
    srgb_to_linear,
)
from dither.color_text import parse_colors
from dither.errors import InputError
from dither.held import as_array
from dither.wording import counted

Intent = Literal["perceptual", "relative", "absolute", "lightness"]
MAX_COLORS = 256
# Index of an end of the palette that is to be chosen.
CHOOSE = -1


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
        return cls(checked_colors(repr(text[:80]), colors), **options)

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


def checked_colors(name: str, colors: np.ndarray) -> np.ndarray:
    """Return the distinct rows of (N, 3) uint8 codes; `name` begins the error message."""
    colors = distinct_colors(colors)
    if not 2 <= len(colors) <= MAX_COLORS:
        raise InputError(
            f"{name} holds {counted(len(colors), 'distinct colour')}; a palette holds 2 to {MAX_COLORS}"
        )
    return colors
