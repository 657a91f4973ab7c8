"""How `dither optimize` makes an image or a clip: a value that a batch sends to other processes."""

import dataclasses
import os
from typing import TYPE_CHECKING, Any, Literal

from dither.cli.pipeline import Dithered
from dither.errors import InputError

if TYPE_CHECKING:
    import numpy as np

    from dither.cli.batch.fingerprint import Unhashed
    from dither.images.animation import Animation
    from dither.optimizer.config import Preset
    from dither.optimizer.optimize import OnProgress, OptimizedPalette, Pixels
    from dither.palettes.palette import Palette

# Of a clip, so many frames tell how many colours it needs.
_COUNTED_FRAMES = 4


def _silent(share: float, what: str) -> None:
    """Report nothing."""


@dataclasses.dataclass(frozen=True, eq=False)
class Optimizing:
    """All that decides how a picture is optimised, and two things that do not.

    Attributes:
        colors: how many, or "auto" for the fewest that are hardly seen; None where a palette is given.
        palette: the colours, where they are given.
        keep: (N, 3) uint8, colours that are fixed among others.
        preset: as for `dither.optimize_palette`.
        pixels: likewise.
        device_levels: likewise.
        seed: likewise.
        threads: likewise.
        measured: whether --json is to tell how near the result is.
    """

    colors: int | Literal["auto"] | None
    palette: "Palette | None"
    keep: "np.ndarray | None"
    preset: "Preset"
    pixels: "Pixels"
    device_levels: tuple[int, int, int]
    seed: int
    threads: "Unhashed[int]"
    measured: "Unhashed[bool]"

    def __call__(
        self, animation: "Animation", number: int, on_progress: "OnProgress" = _silent
    ) -> Dithered:
        """What becomes of an image or animation, whatever its number among others."""
        # Processes that share a graphics card would find most of its memory taken by the first.
        os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
        colors, about = self.colors, {}
        if colors == "auto":
            on_progress(0.0, "how many colours")
            colors = about["colors"] = self._counted(animation)
        found = self._optimized(animation, colors, on_progress)
        if self.measured.value:
            about |= _measured(animation, found)
        return Dithered([each.indices for each in found], found[0].palette, about)

    def _options(self) -> dict[str, Any]:
        """What counting colours and optimising have in common."""
        return {
            "keep": self.keep,
            "preset": self.preset,
            "pixels": self.pixels,
            "device_levels": self.device_levels,
            "seed": self.seed,
            "threads": self.threads.value,
        }

    def _counted(self, animation: "Animation") -> int:
        """How many colours a picture needs, or a few frames of a clip."""
        import numpy as np

        from dither.color_count.count import count_colors
        from dither.images.mask import transparent_mask
        from dither.samples import eight_bit_colors

        frames = animation.frames
        few = np.linspace(0, len(frames) - 1, min(len(frames), _COUNTED_FRAMES)).round().astype(int)
        pictures = [eight_bit_colors(frames[place].color) for place in few]
        clear = [transparent_mask(frames[place].alpha) for place in few]
        ignored = [
            np.zeros(picture.shape[:2], bool) if away is None else away
            for picture, away in zip(pictures, clear, strict=True)
        ]
        stacked, hidden = np.concatenate(pictures), np.concatenate(ignored)
        return count_colors(stacked, ignored=hidden, **self._options())

    def _optimized(
        self, animation: "Animation", colors: int | None, on_progress: "OnProgress"
    ) -> "list[OptimizedPalette]":
        if self.pixels != "search" and len(animation.frames) > 1:
            raise InputError("--pixels is for still images; the pixels of clips are searched")
        from dither.images.mask import transparent_mask
        from dither.optimizer.frames import optimize_frames

        return optimize_frames(
            [frame.color for frame in animation.frames],
            colors,
            palette=self.palette,
            ignored=[transparent_mask(frame.alpha) for frame in animation.frames],
            on_progress=on_progress,
            **self._options(),
        )


def _measured(animation: "Animation", found: "list[OptimizedPalette]") -> dict[str, Any]:
    """What --json tells of the palette, and how near each frame is to the original."""
    import numpy as np

    from dither.images.mask import transparent_mask
    from dither.metrics import image_errors
    from dither.samples import eight_bit_colors

    errors = []
    for frame, result in zip(animation.frames, found, strict=True):
        before = eight_bit_colors(frame.color)
        after, hidden = result.picture, transparent_mask(frame.alpha)
        if hidden is not None:
            before = np.where(hidden[..., None], np.uint8(0), before)
            after = np.where(hidden[..., None], np.uint8(0), after)
        errors.append(dataclasses.asdict(image_errors(before, after)))
    trace = found[0].trace
    return {
        "palette": found[0].palette.hex,
        "usage": np.mean([each.usage for each in found], axis=0).tolist(),
        "loss": float(trace[-1]) if len(trace) else None,
        "errors": errors if len(errors) > 1 else errors[0],
    }
