"""To what images are dithered: levels of every channel, a palette, or one made for each image."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dither.errors import InputError

if TYPE_CHECKING:
    import numpy as np

    from dither.images.raster_image import RasterImage
    from dither.palettes.palette import Palette

MOST_PACKED = 16


@dataclass(frozen=True)
class Target:
    """What the one given of --bits, --levels, --palette and --colors means.

    Attributes:
        levels: of every channel, or None for a palette.
        palette: for all images, if there is one.
        colors: how many a palette made for each image has, if there is none.
    """

    levels: int | None = None
    palette: "Palette | None" = None
    colors: int | None = None

    @classmethod
    def of(
        cls, *, bits: int | None, levels: int | None, palette: str | None, colors: int | None
    ) -> "Target":
        """The target that the options name.

        Raises:
            InputError: none or several are given, or there is no such palette.
        """
        given = {"bits": bits, "levels": levels, "palette": palette, "colors": colors}
        if sum(option is not None for option in given.values()) != 1:
            *names, last = (f"--{name}" for name in given)
            raise InputError(f"give one of {', '.join(names)} and {last}")
        if palette is not None:
            from dither.palettes.palette import load_palette

            return cls(palette=load_palette(palette))
        return cls(levels=levels if bits is None else 1 << bits, colors=colors)

    def palette_for(self, frames: Sequence["RasterImage"]) -> "Palette | None":
        """The palette of an image or of all frames of an animation; None where levels are meant."""
        if self.colors is None:
            return self.palette
        import numpy as np

        from dither.palettes.from_image import k_means
        from dither.samples import eight_bit_colors

        seen = []
        for frame in frames:
            pixels = eight_bit_colors(frame.color)
            # What nobody sees takes no colour away.
            shown = ... if frame.alpha is None or not frame.alpha.any() else frame.alpha > 0
            seen.append(pixels[shown].reshape(1, -1, 3))
        return k_means(np.concatenate(seen, axis=1), self.colors)

    def shown(self, palette: "Palette | None") -> "np.ndarray":
        """(levels,) or (colours, 3) what each code is saved as.

        Up to 256 levels fit 8 bits, whatever the depth of the image was.
        """
        if palette is not None:
            return palette.colors
        import numpy as np

        from dither.samples import level_values

        levels = self.levels or 2
        return level_values(levels, np.dtype(np.uint8 if levels <= 256 else np.uint16))

    @property
    def packed_bits(self) -> int:
        """The bits of a pixel in packed rows: 1, 2 or 4, the first that hold all codes.

        Raises:
            InputError: there are more than 16 levels or colours, or 8 levels, which take 3 bits.
        """
        count = self.levels or self.colors or len(self.palette or ())
        if count > MOST_PACKED or self.levels == 8:
            kind = "levels" if self.levels else "colours"
            raise InputError(
                f"--packed takes 1, 2 or 4 bits a pixel, up to {MOST_PACKED} {kind}; not {count}"
            )
        return next(bits for bits in (1, 2, 4) if count <= 1 << bits)
