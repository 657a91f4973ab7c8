"""The palette that a caller asks for: a given one, or a number of colours to learn."""

from dataclasses import dataclass

import numpy as np

from dither.color import distinct_colors, srgb_to_linear
from dither.errors import InputError
from dither.palettes.device import DeviceLevels, check_device
from dither.palettes.palette import MAX_COLORS, Palette
from dither.palettes.palette_like import PaletteLike, as_colors, as_palette

_DEFAULT_COLORS = 16


@dataclass(frozen=True, eq=False)
class PaletteRequest:
    """Palette options of `optimize_palette`.

    Attributes:
        colors: number of colours, 2 to 256; 16 if neither this nor a palette is given.
        palette: a palette to use unchanged, instead of `colors` and `keep`.
        keep: fewer than `colors` colours that the palette must contain, as a palette or (N, 3) uint8.
        device_levels: levels of a device for red, green and blue, 2 to 256 each.

    Raises:
        InputError: a value is out of range, or the options contradict one another.
    """

    colors: int | None = None
    palette: Palette | None = None
    keep: PaletteLike | None = None
    device_levels: DeviceLevels = (256, 256, 256)

    def __post_init__(self) -> None:
        check_device(self.device_levels)
        if self.palette is not None:
            if self.colors is not None or self.keep is not None:
                raise InputError("give either a palette, or colors (the number to learn) and keep")
            return
        colors = self.count
        if not isinstance(colors, int | np.integer) or not 2 <= colors <= MAX_COLORS:
            raise InputError(
                f"colors is {colors}; it must be a whole number from 2 to {MAX_COLORS}"
            )
        kept = self.kept()
        if len(kept) >= colors:
            raise InputError(
                f"keep has {len(kept)} of {colors} colours; at least one must be left to learn"
            )

    @property
    def count(self) -> int:
        """Return the number of colours of the palette."""
        if self.palette is not None:
            return len(self.palette)
        return _DEFAULT_COLORS if self.colors is None else self.colors

    def kept(self) -> np.ndarray:
        """Return (N, 3) linear light: the colours that must be in the palette."""
        if self.keep is None:
            return np.empty((0, 3))
        if isinstance(self.keep, str):
            return as_palette(self.keep).linear
        # A plain array, because a palette has at least two colours.
        colors = as_colors(self.keep, "keep")
        if colors.dtype.kind not in "iu" or (
            colors.size and not 0 <= colors.min() <= colors.max() <= 255
        ):
            raise InputError(f"keep holds integer sRGB codes from 0 to 255, not {colors.dtype}")
        return srgb_to_linear(distinct_colors(colors.astype(np.uint8)) / 255)
