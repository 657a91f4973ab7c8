"""A display panel: its inks as they look, the codes of its controller, its size and its packing."""

import math
import re
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from dither.errors import InputError
from dither.palettes.palette import CHOOSE, MAX_COLORS, Palette

Interleave = Literal["planes", "rows"]
MAX_SIDE = 16384
MAX_PIXELS = 1 << 26
# Ranges of the viewing filter that `Panel.viewing_filter` names.
PPI_RANGE = (20, 5000)
DISTANCE_RANGE = (1, 1000)

_MAX_PLANES = 4
_MAX_TEXT = 2000
_HEX = re.compile(r"#[0-9a-f]{6}")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9 _-]{0,31}")


@dataclass(frozen=True)
class Ink:
    """A colour that a panel shows.

    Attributes:
        name: letters, digits, spaces, - and _, at most 32.
        look: the colour as it looks on the panel, '#rrggbb' in lower case.
        pure: the colour that the panel's driver takes for it, such as '#ff0000' for a dark red.
        code: the number that the controller takes for it, one for each plane of the buffer.

    Raises:
        InputError: a value has another type or range.

    Example:
        >>> Ink("red", "#790900", "#ff0000", (3,)).pure
        '#ff0000'
    """

    name: str
    look: str
    pure: str
    code: tuple[int, ...]

    def __post_init__(self) -> None:
        _check_word("name", self.name)
        for key in ("look", "pure"):
            value = getattr(self, key)
            if not isinstance(value, str) or not _HEX.fullmatch(value):
                raise InputError(
                    f"{key} of the ink {self.name!r} is {_shown(value)}; it must be a colour such as "
                    "'#0f380f'"
                )


@dataclass(frozen=True)
class PanelPacking:
    """The order of the bits that a panel's controller receives.

    Attributes:
        bits: bits per pixel in each plane: 1, 2, 4 or 8.
        order: whether the leftmost pixel takes a byte's highest bits ("msb") or its lowest ("lsb").
        planes: names of the planes; all pixels of a plane are sent before those of the next.
        parts: width and height of the parts that are sent one after the other, row by row, such as the
            two halves of a panel with two controllers; None if the panel is one part.
        interleave: "planes" if each part holds one plane after the other, "rows" if each row does.
        row_bytes: bytes of each row of a plane; shorter rows are filled with 0. None for as many as
            the pixels take.
        rotation: clockwise rotation from the picture as seen to the rows as sent: 0, 90, 180 or 270
            degrees.

    Raises:
        InputError: a value has another type or range.

    Example:
        >>> PanelPacking(bits=1, planes=("black", "red")).order
        'msb'
    """

    bits: int
    order: Literal["msb", "lsb"] = "msb"
    planes: tuple[str, ...] = ("pixels",)
    parts: tuple[int, int] | None = None
    interleave: Interleave = "planes"
    row_bytes: int | None = None
    rotation: int = 0

    def __post_init__(self) -> None:
        choices = {
            "bits": (1, 2, 4, 8),
            "order": ("msb", "lsb"),
            "interleave": get_args(Interleave),
            "rotation": (0, 90, 180, 270),
        }
        for key, allowed in choices.items():
            value = getattr(self, key)
            if type(value) is not type(allowed[0]) or value not in allowed:
                words = ", ".join(map(str, allowed[:-1]))
                raise InputError(f"{key} is {_shown(value)}; it must be {words} or {allowed[-1]}")
        if not 1 <= len(self.planes) <= _MAX_PLANES:
            raise InputError(
                f"there are {len(self.planes)} planes; 1 to {_MAX_PLANES} are possible"
            )
        for plane in self.planes:
            _check_word("a plane", plane)
        if len({plane.lower() for plane in self.planes}) < len(self.planes):
            raise InputError(f"two planes have the same name: {', '.join(self.planes)}")
        for side in self.parts or ():
            check_whole("a side of parts", side, 1, MAX_SIDE)
        if self.row_bytes is not None:
            check_whole("row_bytes", self.row_bytes, 1, MAX_SIDE)


@dataclass(frozen=True)
class Panel:
    """A display panel and what its driver takes.

    Attributes:
        name: the panel's name.
        inks: the colours, in the order of the palette's indices, 2 to 256.
        width: width of the picture in pixels, 1 to 16384.
        height: height of the picture in pixels, 1 to 16384; at most 2^26 pixels in all.
        ppi: pixels per inch, 20 to 5000.
        packing: the order of the bits that the controller receives.
        distance_cm: usual viewing distance in cm, 1 to 1000.
        white: index of the ink that shows white; if not given, a light one with little colour.
        black: index of the ink that shows black; if not given, a dark one with little colour.
        title: a longer name.
        source: origin of the size, codes and packing.
        looks: origin of the looks of the inks.
        measured: whether the looks were measured on a panel of this model.

    Raises:
        InputError: a value has another type or range, two inks have the same name, look, pure colour or
            code, or the parts do not fill the panel.

    Example:
        >>> inks = Ink("black", "#050505", "#000000", (0,)), Ink("white", "#dcdcdc", "#ffffff", (1,))
        >>> panel = Panel("mine", inks, 800, 480, 219.0, PanelPacking(bits=1))
        >>> panel.palette.hex, panel.viewing_filter, panel.buffer_bytes
        (['#050505', '#dcdcdc'], 'nasanen:219dpi,40cm', 48000)
    """

    name: str
    inks: tuple[Ink, ...]
    width: int
    height: int
    ppi: float
    packing: PanelPacking
    distance_cm: float = 40.0
    white: int = CHOOSE
    black: int = CHOOSE
    title: str = ""
    source: str = ""
    looks: str = ""
    measured: bool = False

    def __post_init__(self) -> None:
        for key in ("name", "title", "source", "looks"):
            _check_text(key, getattr(self, key))
        if not isinstance(self.measured, bool):
            raise InputError(f"measured is {_shown(self.measured)}; it must be true or false")
        check_whole("width", self.width, 1, MAX_SIDE)
        check_whole("height", self.height, 1, MAX_SIDE)
        if self.width * self.height > MAX_PIXELS:
            raise InputError(
                f"the panel has {self.width}x{self.height} pixels; at most {MAX_PIXELS} are possible"
            )
        _check_number("ppi", self.ppi, *PPI_RANGE)
        _check_number("distance_cm", self.distance_cm, *DISTANCE_RANGE)
        self._check_inks()
        palette = self.palette  # checks the looks, white and black
        object.__setattr__(self, "white", palette.white)
        object.__setattr__(self, "black", palette.black)
        self._check_scan()

    def _check_inks(self) -> None:
        if not 2 <= len(self.inks) <= MAX_COLORS:
            raise InputError(f"a panel has 2 to {MAX_COLORS} inks, not {len(self.inks)}")
        planes, most = len(self.packing.planes), (1 << self.packing.bits) - 1
        for ink in self.inks:
            if len(ink.code) != planes:
                raise InputError(
                    f"code of the ink {ink.name!r} has {len(ink.code)} numbers; it needs one for each "
                    f"plane ({', '.join(self.packing.planes)})"
                )
            for code in ink.code:
                check_whole(f"code of the ink {ink.name!r}", code, 0, most)
        for key in ("name", "look", "pure", "code"):
            first: dict[object, int] = {}
            for number, ink in enumerate(self.inks):
                value = getattr(ink, key)
                other = first.setdefault(value, number)
                if other != number:
                    raise InputError(
                        f"{key} is {_shown(value)} for two inks, {self.inks[other].name!r} and "
                        f"{ink.name!r}"
                    )

    def _check_scan(self) -> None:
        (width, height), (part_width, part_height) = self.scan_size, self.part_size
        if width % part_width or height % part_height:
            raise InputError(
                f"parts of {part_width}x{part_height} pixels do not fill the {width}x{height} pixels "
                "that are sent"
            )
        least = -(-part_width * self.packing.bits // 8)
        if self.packing.row_bytes is not None and self.packing.row_bytes < least:
            raise InputError(
                f"row_bytes is {self.packing.row_bytes}; {part_width} pixels of {self.packing.bits} "
                f"bits take {least} bytes"
            )

    @property
    def palette(self) -> Palette:
        """The inks as they look."""
        looks = [list(bytes.fromhex(ink.look[1:])) for ink in self.inks]
        return Palette(np.array(looks), "perceptual", self.white, self.black, self.pure)

    @property
    def pure(self) -> np.ndarray:
        """The colours that the driver takes for the inks, (K, 3) uint8 sRGB codes."""
        return np.array([list(bytes.fromhex(ink.pure[1:])) for ink in self.inks], np.uint8)

    @property
    def viewing_filter(self) -> str:
        """The viewing filter of the panel at its usual distance, as `dither.metrics` parses it."""
        return f"nasanen:{self.ppi:g}dpi,{self.distance_cm:g}cm"

    @property
    def scan_size(self) -> tuple[int, int]:
        """Width and height of the picture as it is sent, after `packing.rotation`."""
        turned = self.packing.rotation in (90, 270)
        return (self.height, self.width) if turned else (self.width, self.height)

    @property
    def part_size(self) -> tuple[int, int]:
        """Width and height of each part that is sent."""
        return self.packing.parts or self.scan_size

    @property
    def part_count(self) -> int:
        """The number of parts that are sent."""
        (width, height), (part_width, part_height) = self.scan_size, self.part_size
        return (width // part_width) * (height // part_height)

    @property
    def row_bytes(self) -> int:
        """Bytes of each row of a plane of a part."""
        return self.packing.row_bytes or -(-self.part_size[0] * self.packing.bits // 8)

    @property
    def buffer_bytes(self) -> int:
        """Bytes of the whole buffer."""
        rows = self.part_count * self.part_size[1]
        return rows * self.row_bytes * len(self.packing.planes)


def check_whole(key: str, value: Any, low: int, high: int) -> None:
    """Raise InputError unless a value is a whole number from `low` to `high`."""
    if type(value) is not int or not low <= value <= high:
        raise InputError(
            f"{key} is {_shown(value)}; it must be a whole number from {low} to {high}"
        )


def _check_number(key: str, value: Any, low: float, high: float) -> None:
    if type(value) not in (int, float) or not math.isfinite(value) or not low <= value <= high:
        raise InputError(f"{key} is {_shown(value)}; it must be a number from {low:g} to {high:g}")


def _check_text(key: str, value: Any) -> None:
    if not isinstance(value, str) or len(value) > _MAX_TEXT:
        raise InputError(
            f"{key} is {_shown(value)}; it must be a text of at most {_MAX_TEXT} letters"
        )


def _check_word(key: str, value: Any) -> None:
    if not isinstance(value, str) or not _WORD.fullmatch(value):
        raise InputError(
            f"{key} is {_shown(value)}; it must be 1 to 32 letters, digits, spaces, - and _, and begin "
            "with a letter"
        )


def _shown(value: Any) -> str:
    """Return the beginning of a value for messages."""
    if type(value) is int and abs(value) >= 1 << 64:
        return "a number of more than 64 bits"  # Python refuses to write very long numbers
    try:
        text = repr(value)
    except (ValueError, RecursionError):
        return "a value that is too long to show"
    return text if len(text) <= 40 else f"{text[:40]}..."
