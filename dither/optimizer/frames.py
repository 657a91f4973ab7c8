"""Optimize the frames of a clip: one palette, and pixels that stay still where the clip does.

1. The palette is learned from frames spread evenly over the clip (`optimize.py`).
2. Each frame starts from the frame before. Where the blurred image has changed by more than noise, it
   starts from error diffusion of the frame, and these pixels are searched first. Then all pixels are
   searched, but a pixel changes only if the loss falls by a threshold, so that noise changes few.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from dither.color import linear_to_oklab
from dither.errors import InputError
from dither.gamut.device_link import ClipLink
from dither.gamut.gamut import mixture_gamut
from dither.metrics.viewing import ViewingFilter
from dither.optimizer.config import OptimizeConfig, Preset, SearchConfig, preset_config
from dither.optimizer.gamut_target import (
    blurred_light,
    codes_to_linear,
    light_to_codes,
    shift_into_gamut,
)
from dither.optimizer.learned_palette import diffuse_target
from dither.optimizer.mapped_picture import MappedPicture, mapped_picture
from dither.optimizer.optimize import (
    OptimizedPalette,
    Pixels,
    few_colors,
    optimize_palette,
    require_optimizer,
    with_usage,
)
from dither.optimizer.palette_request import PaletteRequest
from dither.optimizer.picture import checked_picture
from dither.optimizer.search import SearchState, init, released, run
from dither.optimizer.viewing import seen_by
from dither.palettes.device import DeviceLevels, as_device
from dither.palettes.palette import Intent
from dither.palettes.palette_like import PaletteLike, as_palette
from dither.parallel.processors import thread_count
from dither.progress import OnProgress, no_progress
from dither.wording import counted, sides_text

# The palette is learned from at least this many frames, and from more until this many pixels. Twice as
# many pixels give the same blurred error (1.01 times) and flicker (0.99 times).
_LEARNED_FRAMES, _LEARNED_PIXELS = 4, 1 << 19
# Rounds of search and refit when the palette is learned: over so many pixels, a third changes little.
_LEARNED_ROUNDS = 2
# Sweeps over the pixels that have changed, and then over all pixels. On moving, fading and still clips,
# 3 and 2 give as good frames as 2 over a frame on its own and 4 over all pixels, and fewer changes.
_CHANGED_SWEEPS, _JOINING_SWEEPS = 3, 2
# A change of the blurred image by more than 4 codes of 8 bits, here of 16 bits, is not noise: that
# of 1.5 codes, blurred by 1.5 pixels, changes it by 0.3.
_CHANGED_CODES = 4 * 257
# The change threshold per OKLab distance between neighbours in the palette: what noise of a few codes
# seems to gain by a change grows with that distance.
_THRESHOLD_PER_DISTANCE = 0.003


def optimize_frames(
    frames: Sequence[np.ndarray],
    colors: int | None = None,
    *,
    palette: PaletteLike | None = None,
    keep: PaletteLike | None = None,
    preset: Preset | OptimizeConfig = "balanced",
    pixels: Pixels = "search",
    device_levels: DeviceLevels | str = (256, 256, 256),
    intent: Intent | None = None,
    viewing_filter: ViewingFilter | str | None = None,
    masks: Sequence[np.ndarray | None] | None = None,
    seed: int = 0,
    threads: int = 1,
    on_progress: OnProgress = no_progress,
) -> list[OptimizedPalette]:
    """Find the best palette for a clip, and dither its frames to it without flicker.

    Args:
        frames: one or more images of one size, as for `optimize_palette`. Gathering their colours takes
            about 40 bytes per pixel of all frames together.
        colors: as for `optimize_palette`; 16 if neither this nor a palette is given.
        palette: as for `optimize_palette`.
        keep: as for `optimize_palette`.
        preset: as for `optimize_palette`; your own config also sets the change threshold, 0 for none.
        pixels: as for `optimize_palette`; only "search" for several frames.
        device_levels: as for `optimize_palette`.
        intent: as for `optimize_palette`.
        viewing_filter: as for `optimize_palette`.
        masks: for each frame (H, W) bool, True for pixels to ignore, or None if all count.
        seed: as for `optimize_palette`.
        threads: as for `optimize_palette`.
        on_progress: as for `optimize_palette`.

    Returns:
        The result of each frame, all with the same palette and trace. Frames that together have no more
        colours than requested are returned unchanged. A single frame gives the result of
        `optimize_palette`.

    Raises:
        InputError: there is no frame, the sizes differ, or as for `optimize_palette`.

    Example:
        >>> still = [np.full((8, 8), 100, np.uint8), np.full((8, 8), 200, np.uint8)]
        >>> [found.palette.hex[found.indices[0, 0]] for found in optimize_frames(still, 4)]
        ['#646464', '#c8c8c8']
    """
    if masks is not None and len(masks) != len(frames):
        raise InputError(
            f"masks must be one for each of {counted(len(frames), 'frame')}, not {len(masks)}"
        )
    checked = [
        checked_picture(frame, None if masks is None else masks[number])
        for number, frame in enumerate(frames)
    ]
    pictures = [picture for picture, _ in checked]
    shapes = {picture.shape for picture in pictures}
    if len(shapes) != 1:
        found = " and ".join(map(sides_text, sorted(shapes))) or "none"
        raise InputError(f"frames must be one or more of one shape, not {found}")
    device_levels = as_device(device_levels)
    options: dict[str, Any] = {"keep": keep, "device_levels": device_levels, "preset": preset}
    options |= {"seed": seed, "threads": threads, "viewing_filter": viewing_filter}
    count = len(pictures)
    if count == 1:
        ((picture, mask),) = checked
        return [
            optimize_palette(
                *(picture, colors),
                **options,
                palette=palette,
                intent=intent,
                pixels=pixels,
                mask=mask,
                on_progress=on_progress,
            )
        ]
    if pixels != "search":
        raise InputError(
            f"pixels is {pixels!r}; with {counted(count, 'frame')} it must be 'search'"
        )
    palette = None if palette is None else as_palette(palette)
    request = PaletteRequest(colors, palette, keep, device_levels)
    threads = thread_count(threads)
    stacked, stacked_mask = np.concatenate(pictures), _stack_masks(checked)
    few = few_colors(stacked, request, stacked_mask)
    if few is not None:
        split = zip(np.split(few.indices, count), checked, strict=True)
        return [with_usage(few.palette, indices, few.trace, mask) for indices, (_, mask) in split]
    require_optimizer(descent=palette is None)
    palette_share, trace = 0.0, np.empty(0, np.float32)
    learns = palette is None
    if palette is None:
        chosen = _spread_frames(count, stacked[..., 0].size // count)
        palette_share = 4 * len(chosen) / (4 * len(chosen) + count)
        if not isinstance(preset, OptimizeConfig):
            options["preset"] = replace(
                preset_config(preset, request.count), rounds=_LEARNED_ROUNDS
            )
        learned = optimize_palette(
            np.concatenate([pictures[index] for index in chosen]),
            colors,
            **options,
            # Only the palette is used: these pixels need no search.
            pixels="diffusion",
            mask=_stack_masks([checked[index] for index in chosen]),
            on_progress=lambda share, text: on_progress(palette_share * share, text),
        )
        palette, trace = learned.palette, learned.trace
    linear = palette.linear
    if not isinstance(preset, OptimizeConfig):
        preset = _still_config(preset_config(preset, len(linear), learned=learns), linear)
    config = seen_by(viewing_filter, preset)
    link = None
    if learns and (intent or palette.intent) == "absolute":
        link = ClipLink(mixture_gamut(linear))
    ditherer = _ClipDitherer(linear, config.search, threads)
    results = []
    for index, (picture, mask) in enumerate(checked):
        on_progress(
            palette_share + (1 - palette_share) * index / count, f"frame {index + 1} of {count}"
        )
        if link is None:
            mapped = mapped_picture(picture, palette, intent)
            blurred = light_to_codes(blurred_light(mapped.target, config.search.sigma))
        else:
            light = codes_to_linear(picture)
            blurred = light_to_codes(blurred_light(light, config.search.sigma))
            target = shift_into_gamut(picture, blurred, link)
            mapped = MappedPicture(picture, target.__getitem__, None)
        indices = ditherer.dither_next(mapped, blurred, mask)
        results.append(with_usage(palette, indices, trace, mask))
    on_progress(1.0, "done")
    return results


def _stack_masks(
    checked: Sequence[tuple[np.ndarray, np.ndarray | None]],
) -> np.ndarray | None:
    """Return the masks of images one below the other, or None if no pixel is masked."""
    if all(mask is None for _, mask in checked):
        return None
    return np.concatenate(
        [np.zeros(picture.shape[:2], bool) if mask is None else mask for picture, mask in checked]
    )


def _spread_frames(count: int, pixels: int) -> list[int]:
    """Return the numbers of the frames to learn the palette from; `pixels` is the size of a frame."""
    most = min(count, max(_LEARNED_FRAMES, _LEARNED_PIXELS // pixels))
    return sorted(set(np.linspace(0, count - 1, most).round().astype(int).tolist()))


def _still_config(config: OptimizeConfig, linear: np.ndarray) -> OptimizeConfig:
    """Return the options with the change threshold for a palette of (K, 3) linear light."""
    labs = linear_to_oklab(linear)
    distances = np.sqrt(((labs[:, None] - labs) ** 2).sum(axis=2))
    np.fill_diagonal(distances, np.inf)
    threshold = _THRESHOLD_PER_DISTANCE * float(np.median(distances.min(axis=1)))
    return replace(config, search=replace(config.search, change_threshold=threshold))


class _ClipDitherer:
    """Dither frames in order, keeping pixels of the last frame where the clip is still."""

    def __init__(self, palette: np.ndarray, config: SearchConfig, threads: int) -> None:
        self._palette = palette
        self._config = config
        self._threads = threads
        self._state: SearchState | None = None
        # For each pixel, the blurred codes of the frame in which it last started anew.
        self._reference: np.ndarray | None = None

    def dither_next(
        self, mapped: MappedPicture, blurred: np.ndarray, mask: np.ndarray | None
    ) -> np.ndarray:
        """Dither the next frame.

        Args:
            mapped: the frame.
            blurred: (H, W, 3) uint16 sRGB codes of the blurred frame.
            mask: (H, W) bool, True for pixels to ignore, or None.

        Returns:
            (H, W) uint8.
        """
        image = mapped.prepare(mask)
        free = replace(self._config, change_threshold=0.0)
        before, reference = self._state, self._reference
        if before is None or reference is None:
            changed, reference = np.ones(blurred.shape[:2], bool), blurred
        else:
            # In int32, since differences of uint16 would wrap around.
            moved = np.abs(blurred.astype(np.int32) - reference)
            changed = np.any(moved > _CHANGED_CODES, axis=2)
        self._reference = np.where(changed[..., None], blurred, reference)
        if before is None or changed.all():
            self._state = init(self._diffused(mapped), self._palette, image, free)
            return self._run(free)
        indices = before.indices
        if changed.any():
            indices = np.where(changed, self._diffused(mapped), indices)
        only_changed = image._replace(fixed=image.fixed | ~changed)
        state = init(mapped.keep_exact(indices), self._palette, only_changed, free)
        self._state = state
        if changed.any():
            self._run(replace(free, sweeps=min(_CHANGED_SWEEPS, free.sweeps)))
        self._state = released(state, image, before, still=~changed)
        return self._run(replace(self._config, sweeps=min(_JOINING_SWEEPS, free.sweeps)))

    def _run(self, config: SearchConfig) -> np.ndarray:
        """Search from the state, whose arrays are overwritten, and return the indices."""
        assert self._state is not None
        return run(self._state, self._palette, config, threads=self._threads)

    def _diffused(self, mapped: MappedPicture) -> np.ndarray:
        """Return the frame after error diffusion, (H, W) uint8."""
        return mapped.keep_exact(diffuse_target(mapped.target, self._palette))
