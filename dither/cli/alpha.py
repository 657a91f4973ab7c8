"""The option --alpha: what a result does with transparent pixels, and what its format can hold."""

import dataclasses
from typing import TYPE_CHECKING, Any

from dither.cli.choices import AlphaChoice
from dither.cli.inputs import title
from dither.cli.job import Job
from dither.cli.outputs import Kind, format_suffix
from dither.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np

    from dither.images.raster_image import RasterImage

_WHITE = "#ffffff"
_WITH_ALPHA = (".png", ".webp", ".tif", ".tiff")
_KINDS: dict[Kind, str] = {
    "rows": "packed rows hold",
    "buffer": "the buffer of a panel holds",
    "source": "the buffer of a panel holds",
}


@dataclasses.dataclass(frozen=True)
class AlphaRule:
    """Treatment of transparent pixels in one result.

    Attributes:
        mode: the option --alpha, or what suits the format.
        background: the colour for `mode` background.
        gray: whether the background becomes grey.
        given: whether the mode was chosen by an option.
        holder: the beginning of a sentence about what the format holds; None if it holds all alpha.
        partial_only: whether the format lacks partial alpha only.
    """

    mode: AlphaChoice
    background: str = _WHITE
    gray: bool = False
    given: bool = False
    holder: str | None = None
    partial_only: bool = False

    @classmethod
    def of(cls, output: "Path", kind: Kind, job: Job, *, in_cells: bool = False) -> "AlphaRule":
        """Return the rule for an output.

        Args:
            output: the file, or -.
            kind: what it holds.
            job: its options --alpha, --background and --gray.
            in_cells: whether cells limit the colours; devices with cells know no partial alpha.
        """
        suffix, holder, partial_only = format_suffix(output, job), None, False
        mode = AlphaChoice.keep
        if kind == "image" and (suffix == ".gif" or (in_cells and suffix in _WITH_ALPHA)):
            holder = "a GIF has" if suffix == ".gif" else "an image of cells has"
            partial_only, mode = True, AlphaChoice.threshold
        elif kind != "image" or suffix not in _WITH_ALPHA:
            holder = _KINDS.get(kind, f"{suffix} holds")
            mode = AlphaChoice.background
        if job.background is not None:
            mode = AlphaChoice.background
        given = job.alpha is not None or job.background is not None
        return cls(
            mode=job.alpha or mode,
            background=job.background or _WHITE,
            gray=job.gray,
            given=given,
            holder=holder,
            partial_only=partial_only,
        )

    @property
    def is_kept(self) -> bool:
        """Whether partial alpha stays."""
        return self.mode == AlphaChoice.keep

    def apply(self, image: "RasterImage", phase: tuple[int, int, int]) -> "RasterImage":
        """Return a prepared image, or a band of one, as the result shows it.

        Args:
            image: with or without alpha.
            phase: number of the frame, and row and column of the first pixel.
        """
        if image.alpha is None or self.is_kept:
            return image
        from dither.preparation.alpha import composite, threshold_alpha

        if self.mode == AlphaChoice.threshold:
            return threshold_alpha(image)
        if self.mode == AlphaChoice.background:
            return composite(image, self.background, gray=self.gray)
        from dither.ordered.alpha import dither_alpha

        return dither_alpha(image, phase=phase)

    def sentence(self, seen: "AlphaSeen", output: "Path") -> str | None:
        """Return what was done because the format cannot hold the alpha; None if it can.

        Args:
            seen: the alpha of the picture.
            output: the file, or -, for the sentence.

        Raises:
            InputError: the alpha is to be kept, and the format cannot hold it.
        """
        lost = seen.partial if self.partial_only else seen.clear
        if self.holder is None or not lost:
            return None
        name = title(output, "standard output")
        lacks = "partial transparency" if self.partial_only else "alpha"
        if self.is_kept or (self.mode != AlphaChoice.background and not self.partial_only):
            modes = "threshold, dither or background" if self.partial_only else "background"
            raise InputError(
                f"cannot write {name}: {self.holder} no {lacks}; choose --alpha {modes}"
                f"{'' if 'cells' in self.holder else ', or a .png'}"
            )
        if self.given:
            return None
        done = (
            "alpha below 128 becomes transparent, the rest opaque (--background COLOUR blends soft "
            "edges, and makes all pixels opaque)"
            if self.partial_only
            else "transparent pixels are composited on white (--background chooses another colour)"
        )
        return f"{name}: {self.holder} no {lacks}; {done}"

    def report(self, seen: "AlphaSeen") -> dict[str, Any]:
        """Return the entry for --json of a picture with transparent pixels."""
        # --background has composited all transparent pixels by then.
        seen_any = seen.read if self.mode == AlphaChoice.background else seen.clear
        return {"alpha": str(self.mode)} if seen_any else {}


@dataclasses.dataclass
class AlphaSeen:
    """Kinds of alpha that a picture has.

    Attributes:
        read: whether a pixel of the file is not opaque.
        clear: whether one is not opaque after the preparation.
        partial: whether one is neither opaque nor fully transparent after the preparation.
    """

    read: bool = False
    clear: bool = False
    partial: bool = False

    def add_read(self, alpha: "np.ndarray | None") -> None:
        """Look at some rows as they were read."""
        from dither.images.raster_image import is_opaque

        self.read = self.read or not is_opaque(alpha)

    def add_prepared(self, alpha: "np.ndarray | None") -> None:
        """Look at some rows after the preparation."""
        from dither.images.raster_image import is_opaque
        from dither.preparation.alpha import is_partly_transparent

        self.clear = self.clear or not is_opaque(alpha)
        self.partial = self.partial or is_partly_transparent(alpha)


def without_hidden(codes: "np.ndarray", alpha: "np.ndarray | None") -> "np.ndarray":
    """Return codes that are 0 in fully transparent pixels.

    Args:
        codes: (H, W) or (H, W, 3).
        alpha: (H, W) uint8, or None.
    """
    if alpha is None or alpha.all():
        return codes
    codes = codes.copy()
    codes[alpha == 0] = 0
    return codes
