"""Options of `dither optimize` for files of few bytes: --rate, --max-bytes and --look."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from dither.cli.memory import parse_bytes
from dither.console.options import number, option
from dither.errors import InputError
from dither.progress import no_progress

if TYPE_CHECKING:
    import numpy as np

    from dither.images.animation import Animation
    from dither.images.raster_image import RasterImage
    from dither.palettes.palette import Palette
    from dither.progress import OnProgress
    from dither.small_files.fewest_rgba import SmallRgba
    from dither.small_files.picture_search import SmallPicture
    from dither.small_files.small_clip import SmallClip

_SMALL_FILES = "Small files (choose one; --colors is optional then)"
# Formats whose compression finds what repeats.
_SMALL_SUFFIXES = (".png", ".gif", ".webp")
# Formats whose colour tables have alpha, or that hold any pixel.
_RGBA_SUFFIXES = (".png", ".webp")
# Smallest and largest rate, and the rates of a plot, as multiples of that of the result.
_RATES = (0.01, 100.0)
_STEPS = (1 / 8, 1 / 4, 1 / 2, 2, 4, 8)
# Options that these exclude.
WITHOUT_SMALL = {
    "with --rate or --max-bytes or --look": (
        "--cells --panel --keep --device --preset --intent --viewing-filter --pixels --packed "
        "--line-art --mask --preview --threads"
    )
}


@dataclass(frozen=True)
class SmallFileOptions:
    """Three options, at most one of which is given, and a plot of what they choose from."""

    max_bytes: Annotated[
        str | None,
        option(
            _SMALL_FILES,
            "Best look in at most this size, such as 60k: the number of colours, the palette and "
            "the pixels are chosen together.",
            value="SIZE",
        ),
    ] = None
    look: Annotated[
        float | None,
        number(
            _SMALL_FILES,
            *(0, 100),
            "Fewest bytes with at least this look: 80 is hardly different, 60 good, 40 coarse; about "
            "the scale of SSIMULACRA2.",
        ),
    ] = None
    rate: Annotated[
        float | None,
        number(
            _SMALL_FILES,
            *(0.01, 100),
            "Weight of a bit of the file against the error of the image: 0.1 is hardly "
            "different, 0.5 good, 2 coarse.",
        ),
    ] = None

    plot: Annotated[
        Path | None,
        option(
            _SMALL_FILES,
            "Also draw the look over the bytes at several rates, for a single still image: .png, .svg "
            "or .pdf.",
            value="FILE",
        ),
    ] = None

    @property
    def given(self) -> bool:
        """Return whether one of the options is given."""
        return any(each is not None for each in (self.max_bytes, self.look, self.rate))

    def target(self, suffix: str, scale: int) -> "SmallFile | None":
        """Return what is wanted, or None if nothing is.

        Args:
            suffix: of all results, with its dot.
            scale: side of the square that each pixel becomes.

        Raises:
            InputError: several options are given, the size is none, or the format is not compressed.
        """
        if not self.given:
            return None
        if sum(each is not None for each in (self.max_bytes, self.look, self.rate)) > 1:
            raise InputError("choose one of --max-bytes, --look and --rate")
        if suffix not in _SMALL_SUFFIXES:
            raise InputError(
                f"--max-bytes, --look and --rate are for .png, .gif and .webp; {suffix} files do not "
                "get smaller by a search for pixels"
            )
        size = None
        if self.max_bytes is not None:
            size = parse_bytes("--max-bytes", self.max_bytes, "100", "1G")
        return SmallFile(self.rate, size, self.look, suffix, scale, self.plot is not None)


@dataclass(frozen=True)
class SmallFile:
    """A file of few bytes that is wanted.

    Attributes:
        rate: weight of a bit, or None.
        max_bytes: the most bytes, or None.
        look: the least look, or None.
        suffix: of the file, with its dot.
        scale: side of the square that each pixel becomes.
        curve: whether results at other rates are wanted too, for a plot.
    """

    rate: float | None
    max_bytes: int | None
    look: float | None
    suffix: str
    scale: int
    curve: bool = False

    def optimized(
        self,
        frame: "RasterImage",
        colors: int | None,
        palette: "Palette | None",
        seed: int,
        on_progress: "OnProgress",
    ) -> "SmallPicture | SmallRgba":
        """Optimise a still image.

        Raises:
            InputError: it is partly transparent, and the file or the palette is not; or the target is
                out of reach.
        """
        from dither.images.resolution import scaled
        from dither.preparation.alpha import is_partly_transparent
        from dither.preparation.mask import transparent_mask
        from dither.small_files.fewest_bytes import encoded_tightly, optimize_bytes

        resolution = scaled(frame.resolution, self.scale, self.scale)

        def enlarged(pixels: "np.ndarray") -> "np.ndarray":
            return pixels.repeat(self.scale, axis=0).repeat(self.scale, axis=1)

        if is_partly_transparent(frame.alpha):
            return self._optimized_rgba(frame, colors, palette, seed, on_progress)
        alpha = None if frame.alpha is None else enlarged(frame.alpha)

        def encode(indices: "np.ndarray", colors: "np.ndarray") -> bytes:
            return encoded_tightly(
                enlarged(indices), colors, self.suffix, alpha=alpha, resolution=resolution
            )

        return optimize_bytes(
            frame.color,
            rate=self.rate,
            max_bytes=self.max_bytes,
            look=self.look,
            colors=colors,
            palette=palette,
            mask=transparent_mask(frame.alpha),
            encode=encode,
            coding="lzw" if self.suffix == ".gif" and self.scale == 1 else "deflate",
            seed=seed,
            on_progress=on_progress,
        )

    def optimized_around(
        self,
        found: "SmallPicture | SmallRgba",
        frame: "RasterImage",
        colors: int | None,
        palette: "Palette | None",
        seed: int,
    ) -> "list[SmallPicture | SmallRgba]":
        """Optimise a still image at rates around that of a result."""
        center = min(max(found.rate, _RATES[0]), _RATES[1])
        rates = {min(max(center * step, _RATES[0]), _RATES[1]) for step in _STEPS}
        targets = [replace(self, rate=rate, max_bytes=None, look=None) for rate in sorted(rates)]
        return [target.optimized(frame, colors, palette, seed, no_progress) for target in targets]

    def optimized_clip(
        self,
        animation: "Animation",
        colors: int | None,
        palette: "Palette | None",
        seed: int,
        on_progress: "OnProgress",
    ) -> "SmallClip":
        """Optimise a clip.

        Raises:
            InputError: the output is no GIF, a plot is wanted, the clip has transparent pixels, or the
                target is out of reach.
        """
        from dither.small_files.small_clip import optimize_clip_bytes

        if self.curve:
            raise InputError("--plot draws the bytes of a still image, not of a clip")
        if self.suffix != ".gif" or self.scale != 1:
            raise InputError(
                "--max-bytes, --look and --rate write clips as .gif and without --scale; in other "
                "formats, they are for still images"
            )
        if any(frame.alpha is not None and frame.alpha.min() < 255 for frame in animation.frames):
            raise InputError(
                "--max-bytes, --look and --rate take no clips with transparent pixels; --background "
                "puts a colour behind them"
            )
        return optimize_clip_bytes(
            [frame.color for frame in animation.frames],
            durations=animation.durations,
            plays=animation.plays,
            rate=self.rate,
            max_bytes=self.max_bytes,
            look=self.look,
            colors=colors,
            palette=palette,
            seed=seed,
            on_progress=on_progress,
        )

    def _optimized_rgba(
        self,
        frame: "RasterImage",
        colors: int | None,
        palette: "Palette | None",
        seed: int,
        on_progress: "OnProgress",
    ) -> "SmallRgba":
        """Optimise a still image with partial alpha."""
        from dither.images.resolution import scaled
        from dither.small_files.fewest_rgba import encoded_rgba_tightly, optimize_rgba_bytes

        if palette is not None or self.suffix not in _RGBA_SUFFIXES:
            lacking = "the colours of --palette" if palette is not None else f"{self.suffix} files"
            raise InputError(
                f"{lacking} have no partial transparency, which --max-bytes, --look and --rate keep; "
                "--background puts a colour behind the image"
            )
        resolution = scaled(frame.resolution, self.scale, self.scale)

        def encode(indices: "np.ndarray", colors: "np.ndarray") -> bytes:
            large = indices.repeat(self.scale, axis=0).repeat(self.scale, axis=1)
            return encoded_rgba_tightly(large, colors, self.suffix, resolution=resolution)

        return optimize_rgba_bytes(
            frame,
            rate=self.rate,
            max_bytes=self.max_bytes,
            look=self.look,
            colors=colors,
            encode=encode,
            seed=seed,
            on_progress=on_progress,
        )
