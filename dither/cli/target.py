"""Targets of dithering: levels of every channel, a palette, or a palette made for each image."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dither.cli.choices import IntentChoice
from dither.cli.options import Quantizer
from dither.errors import InputError

if TYPE_CHECKING:
    import numpy as np

    from dither.cells.cells import Cells
    from dither.cells.colors import CellColors
    from dither.images.raster_image import RasterImage
    from dither.palettes.palette import Intent, Palette
    from dither.palettes.rgba import RgbaPalette
    from dither.panels.panel import Panel
    from dither.preparation.fit import Sides


@dataclass(frozen=True)
class Target:
    """Levels, palette, number of colours or cells to dither to; one of the four is set.

    Attributes:
        levels: levels of every channel, or of red, green and blue.
        palette: the palette of all images.
        colors: the size of a palette made for each image.
        panel: the panel that `palette` shows as it looks, if there is one.
        intent: rendering intent; the palette's own if None.
        cells: the display whose cells have palettes of their own.
    """

    levels: int | tuple[int, int, int] | None = None
    palette: "Palette | None" = None
    colors: int | None = None
    panel: "Panel | None" = None
    intent: "Intent | None" = None
    cells: "Cells | None" = None

    @property
    def keeps_depth(self) -> bool:
        """Whether colours of 16 bits are dithered as such, not as 8 bits."""
        return self.levels is not None

    @classmethod
    def from_options(cls, given: Quantizer, intent: IntentChoice | None) -> "Target":
        """Return the target that the options name.

        Raises:
            InputError: there is no such palette or panel.
        """
        if given.panel is not None:
            return cls.from_panel(given.panel, intent)
        if given.palette is not None:
            return cls.from_palette(given.palette, intent)
        levels = parse_levels(given.levels) if given.bits is None else 1 << given.bits
        return cls(levels, colors=given.colors, intent=None if intent is None else intent.value)

    @classmethod
    def from_palette(cls, text: str, intent: IntentChoice | None) -> "Target":
        """Return the target of a palette, in any form that --palette takes.

        Raises:
            InputError: there is no such palette.
        """
        from dither.palettes.palette_like import load_palette

        return cls(palette=load_palette(text), intent=None if intent is None else intent.value)

    @classmethod
    def from_panel(cls, text: str, intent: IntentChoice | None) -> "Target":
        """Return the target of a panel, named or in a file.

        Raises:
            InputError: there is no such panel.
        """
        from dither.panels.files import load_panel

        panel = load_panel(text)
        chosen = None if intent is None else intent.value
        return cls(palette=panel.palette, panel=panel, intent=chosen)

    @property
    def frame(self) -> "Sides | None":
        """The sides that a picture must have to fill the panel or the device; None without one."""
        from dither.preparation.fit import Sides

        if self.cells is not None and self.cells.frame is not None:
            return Sides(*self.cells.frame)
        return None if self.panel is None else Sides(self.panel.width, self.panel.height)

    def palette_for(self, frames: Sequence["RasterImage"]) -> "Palette | None":
        """Return the palette of an image or of all frames of an animation; None for levels."""
        if self.colors is None:
            return self.palette
        import numpy as np

        from dither.palettes.from_image import palette_of
        from dither.preparation.alpha import beside_clear
        from dither.samples import eight_bit_colors

        # Transparent pixels take no part, unless all are transparent.
        is_seen = any(frame.alpha is None or frame.alpha.any() for frame in frames)
        seen = []
        for frame in frames:
            pixels = eight_bit_colors(frame.color)
            shown = ... if frame.alpha is None or not is_seen else frame.alpha > 0
            seen.append(pixels[shown].reshape(1, -1, 3))
        return palette_of(np.concatenate(seen, axis=1), beside_clear(self.colors, frames))

    def colored(self, color: "np.ndarray") -> "np.ndarray":
        """Return an image in the channels that it is dithered in: colour for levels of each channel."""
        from dither.samples import as_color

        return as_color(color) if isinstance(self.levels, tuple) else color

    def values(self, palette: "Palette | RgbaPalette | CellColors | None") -> "np.ndarray":
        """Return the (levels,) or (colours, 3) values as which codes are saved.

        A palette with alpha has (colours, 4). Up to 256 levels are saved as 8 bits, whatever the depth
        of the image; levels of each channel as `dither.cli.result_files.level_codes` makes them; inks
        of a panel as the colours that its driver takes.
        """
        if self.panel is not None:
            return self.panel.pure
        if palette is not None:
            return palette.colors
        import numpy as np

        from dither.samples import level_values

        assert self.levels is not None  # without a palette
        if isinstance(self.levels, tuple):
            return np.arange(256, dtype=np.uint8)
        return level_values(self.levels, np.dtype(np.uint8 if self.levels <= 256 else np.uint16))

    def equal_levels(self, what: str) -> int | None:
        """Return the levels of every channel, or None for a palette.

        Args:
            what: the subject of the error message, which cannot have levels of each channel.

        Raises:
            InputError: red, green and blue have levels of their own.
        """
        if isinstance(self.levels, tuple):
            raise InputError(f"{what} takes one number of --levels for all channels")
        return self.levels

    @property
    def raw_levels(self) -> int | tuple[int, int, int]:
        """The number of codes of raw results, for all channels or for each."""
        return self.levels or self.colors or len(self.palette or ())


def parse_levels(text: str | None) -> int | tuple[int, int, int] | None:
    """Return the levels that --levels names.

    Raises:
        InputError: the text is no number from 2 to 65,536, three numbers from 2 to 256, or a name.

    Example:
        >>> parse_levels("4"), parse_levels("rgb565")
        (4, (32, 64, 32))
    """
    from dither.palettes.device import parse_device
    from dither.samples import check_levels

    if text is None:
        return None
    if text.isdecimal():
        check_levels(int(text))
        return int(text)
    try:
        return parse_device(text)
    except InputError:
        raise InputError(
            f"--levels is {text[:40]!r}; it must be a number from 2 to 65536, three from 2 to 256 such "
            "as 32,64,32, or rgb888, rgb666, rgb565, rgb555, rgb444, rgb333, rgb332, rgb111"
        ) from None
