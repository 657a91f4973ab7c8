"""The task of `dither optimize` on one image or animation, which a batch pickles."""

import dataclasses
import os
from typing import TYPE_CHECKING, Any, Literal

from dither.cli.result_files import Dithered
from dither.console.compiled_cache import keep_compiled_code
from dither.errors import InputError
from dither.progress import OnProgress, no_progress

if TYPE_CHECKING:
    import numpy as np

    from dither.cli.small_files import SmallFile
    from dither.color_count.count import SmallestPalette
    from dither.images.animation import Animation
    from dither.images.raster_image import RasterImage
    from dither.metrics import ViewingFilter
    from dither.optimizer.config import Preset
    from dither.optimizer.optimize import OptimizedPalette, Pixels
    from dither.palettes.palette import Intent, Palette
    from dither.palettes.rgba import RgbaPalette

# Frames of an animation in which colours are counted.
_COUNTED_FRAMES = 4


@dataclasses.dataclass(frozen=True, eq=False)
class OptimizeTask:
    """Everything that decides an optimised image, and two values that change no result.

    Attributes:
        colors: their number, or "auto" for the smallest palette whose error is barely visible; None
            with a palette.
        palette: the palette, if it is given.
        keep: (N, 3) uint8, fixed colours among those chosen.
        preset: as in `dither.optimize_palette`, like the next six.
        pixels: as there.
        device_levels: as there.
        intent: as there.
        viewing_filter: as there.
        seed: as there.
        threads: as there.
        measured: whether errors are measured for --json.
        with_alpha: whether images with partial alpha get a palette with alpha.
        small: the file of few bytes that is wanted; then most other options are unused.
    """

    colors: int | Literal["auto"] | None
    palette: "Palette | None"
    keep: "np.ndarray | None"
    preset: "Preset"
    pixels: "Pixels"
    device_levels: tuple[int, int, int]
    intent: "Intent | None"
    viewing_filter: "ViewingFilter | None"
    seed: int
    threads: int = dataclasses.field(compare=False)
    measured: bool = dataclasses.field(compare=False)
    with_alpha: bool = True
    small: "SmallFile | None" = None

    def __call__(self, animation: "Animation", on_progress: OnProgress = no_progress) -> Dithered:
        """Optimise an image or animation."""
        # Processes that share a graphics card must not each reserve most of its memory.
        os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
        keep_compiled_code()
        if self.small is not None:
            return self._small(self.small, animation, on_progress)
        colors, about, results = self.colors, {}, None
        if colors == "auto":
            on_progress(0.0, "count colours")
            smallest = self._smallest_palette(animation)
            colors = about["colors"] = smallest.measured.colors
            # The colours are counted without a viewing filter, and in some frames of a clip.
            if smallest.result and len(animation.frames) == 1 and self.viewing_filter is None:
                results = [smallest.result]
        if isinstance(self.colors, int) and self._takes_alpha(animation):
            return self._to_rgba(animation, self.colors, about, on_progress)
        if results is None:
            results = self._optimized(animation, colors, on_progress)
        if self.measured:
            about |= _measurements(animation, results)
        return Dithered([each.indices for each in results], results[0].palette, about)

    def _small(
        self, small: "SmallFile", animation: "Animation", on_progress: OnProgress
    ) -> Dithered:
        """Optimise a still image or a clip for few bytes."""
        from dither.small_files.fewest_rgba import SmallRgba

        frame, *more = animation.frames
        colors = self.colors if isinstance(self.colors, int) else None
        options = (colors, self.palette, self.seed, on_progress)
        curve: dict[str, Any] = {}
        if more:
            clip = small.optimized_clip(animation, *options)
            palette, codes = clip.frames[0].palette, [each.indices for each in clip.frames]
            figures = _measurements(animation, clip.frames) if self.measured else {}
            found = clip
        else:
            found = small.optimized(frame, *options)
            palette, codes = found.palette, [found.indices]
            if small.curve:
                on_progress(0.99, "other rates, for the plot")
                around = [
                    found,
                    *small.optimized_around(found, frame, colors, self.palette, self.seed),
                ]
                curve["curve"] = sorted([len(each.content), round(each.look, 2)] for each in around)
            if not self.measured:
                figures = {}
            elif isinstance(found, SmallRgba):
                figures = _rgba_measurements(animation, codes, found.palette)
            else:
                figures = _measurements(animation, [found])
        about: dict[str, Any] = {
            "bytes": len(found.content),
            "colors": len(palette),
            "look": round(found.look, 2),
            "rate": found.rate,
            **figures,
            **curve,
        }
        return Dithered(codes, palette, about, (small.suffix, found.content))

    def draft(self, frames: int) -> "OptimizeTask":
        """Return a faster task that finds the same palette; that of a clip needs the search."""
        pixels = "diffusion" if frames == 1 else self.pixels
        return dataclasses.replace(self, pixels=pixels, measured=False, with_alpha=False)

    def with_mapped(self, palette: "Palette") -> "OptimizeTask":
        """Return the task that dithers images that are mapped to a palette already."""
        return dataclasses.replace(self, colors=None, palette=palette, keep=None, intent="absolute")

    def _takes_alpha(self, animation: "Animation") -> bool:
        """Return whether the palette is to have alpha; options that it lacks decide against it."""
        from dither.preparation.alpha import is_partly_transparent

        lacking = (self.palette, self.keep, self.intent, self.viewing_filter)
        return (
            self.with_alpha
            and all(option is None for option in lacking)
            and self.device_levels == (256, 256, 256)
            and self.pixels in ("search", "diffusion")
            and any(is_partly_transparent(frame.alpha) for frame in animation.frames)
        )

    def _to_rgba(
        self,
        animation: "Animation",
        colors: int,
        about: dict[str, Any],
        on_progress: OnProgress,
    ) -> Dithered:
        """Learn a palette with alpha, and search the pixels of an image or clip, or diffuse them."""
        from dither.diffusion.rgba import diffuse_rgba
        from dither.palettes.rgba import learn_rgba
        from dither.small_files.optimize_rgba import optimize_rgba
        from dither.small_files.rgba_frames import optimize_rgba_frames

        first, *more = animation.frames
        if self.pixels == "search" and not more:
            found = optimize_rgba(
                first, colors, preset=self.preset, seed=self.seed, on_progress=on_progress
            )
            palette, codes = found.palette, [found.indices]
        elif self.pixels == "search":
            results = optimize_rgba_frames(
                animation.frames,
                colors,
                preset=self.preset,
                seed=self.seed,
                on_progress=on_progress,
            )
            palette, codes = results[0].palette, [each.indices for each in results]
        else:
            palette = learn_rgba(animation.frames, colors, seed=self.seed)
            codes = [diffuse_rgba(frame, palette) for frame in animation.frames]
        if self.measured:
            about = about | _rgba_measurements(animation, codes, palette)
        return Dithered(codes, palette, about)

    def _options(self) -> dict[str, Any]:
        """Return the arguments that counting colours and optimising share."""
        return {
            "keep": self.keep,
            "preset": self.preset,
            "pixels": self.pixels,
            "device_levels": self.device_levels,
            "intent": self.intent,
            "seed": self.seed,
            "threads": self.threads,
        }

    def _smallest_palette(self, animation: "Animation") -> "SmallestPalette":
        """Return the smallest palette for an image or a few frames of an animation."""
        import numpy as np

        from dither.color_count.count import smallest_palette
        from dither.preparation.mask import transparent_mask
        from dither.samples import eight_bit_colors

        frames = animation.frames
        chosen = np.linspace(0, len(frames) - 1, min(len(frames), _COUNTED_FRAMES)).round()
        pictures, masks = [], []
        for frame in (frames[index] for index in chosen.astype(int)):
            pictures.append(eight_bit_colors(frame.color))
            mask = transparent_mask(frame.alpha)
            masks.append(np.zeros(pictures[-1].shape[:2], bool) if mask is None else mask)
        return smallest_palette(
            np.concatenate(pictures), mask=np.concatenate(masks), **self._options()
        )

    def _optimized(
        self, animation: "Animation", colors: int | None, on_progress: OnProgress
    ) -> "list[OptimizedPalette]":
        if self.pixels != "search" and len(animation.frames) > 1:
            raise InputError("--pixels is for still images; the pixels of animations are searched")
        from dither.optimizer.frames import optimize_frames
        from dither.preparation.alpha import beside_clear
        from dither.preparation.mask import transparent_mask

        if colors is not None:
            colors = beside_clear(colors, animation.frames)
        return optimize_frames(
            [frame.color for frame in animation.frames],
            colors,
            palette=self.palette,
            masks=[transparent_mask(frame.alpha) for frame in animation.frames],
            viewing_filter=self.viewing_filter,
            on_progress=on_progress,
            **self._options(),
        )


def _measurements(animation: "Animation", results: "list[OptimizedPalette]") -> dict[str, Any]:
    """Return the palette and the errors of each frame for --json."""
    import numpy as np

    errors = [
        frame_errors(frame, result.picture)
        for frame, result in zip(animation.frames, results, strict=True)
    ]
    trace = results[0].trace
    return {
        "palette": results[0].palette.hex,
        "usage": np.mean([each.usage for each in results], axis=0).tolist(),
        "loss": float(trace[-1]) if len(trace) else None,
        "errors": errors if len(errors) > 1 else errors[0],
    }


def frame_errors(frame: "RasterImage", after: "np.ndarray") -> dict[str, Any]:
    """Return the errors of a dithered frame for --json; fully transparent pixels have none.

    Args:
        frame: before dithering.
        after: (H, W, 3) uint8.
    """
    import numpy as np

    from dither.metrics import image_errors
    from dither.preparation.mask import transparent_mask
    from dither.samples import eight_bit_colors

    before, mask = eight_bit_colors(frame.color), transparent_mask(frame.alpha)
    if mask is not None:
        before = np.where(mask[..., None], np.uint8(0), before)
        after = np.where(mask[..., None], np.uint8(0), after)
    return dataclasses.asdict(image_errors(before, after))


def _rgba_measurements(
    animation: "Animation", codes: "list[np.ndarray]", palette: "RgbaPalette"
) -> dict[str, Any]:
    """Return the palette and the errors of each frame, seen over white, for --json."""
    import numpy as np

    from dither.images.raster_image import RasterImage
    from dither.metrics import image_errors
    from dither.preparation.alpha import composite
    from dither.samples import eight_bit_colors

    errors, usage = [], []
    for frame, indices in zip(animation.frames, codes, strict=True):
        seen = palette.colors[indices]
        after = composite(RasterImage(seen[..., :3], seen[..., 3]), "#ffffff").color
        before = eight_bit_colors(composite(frame, "#ffffff").color)
        errors.append(dataclasses.asdict(image_errors(before, eight_bit_colors(after))))
        usage.append(np.bincount(indices.ravel(), minlength=len(palette)) / indices.size)
    return {
        "palette": palette.hex,
        "usage": np.mean(usage, axis=0).tolist(),
        "loss": None,
        "errors": errors if len(errors) > 1 else errors[0],
    }
