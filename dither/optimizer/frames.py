"""One palette for the frames of a clip, and frames that stay still where the clip does.

1. The palette is learned from a picture of frames that are spread evenly over the clip
   (`dither.optimizer`); what it can reach is found once for the colours of all frames.
2. Each frame is searched from the one before, by a search that is reluctant to change a pixel, so that
   noise changes few. Where the blurred picture has changed by more than noise, the search begins at
   what a frame on its own would be.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from dither.color import linear_to_oklab, linear_to_srgb, srgb_to_linear
from dither.errors import InputError
from dither.images.mask import check_mask, fill_masked
from dither.optimizer.config import OptimizeConfig, Preset, preset_config
from dither.optimizer.gamut_target import reachable_picture
from dither.optimizer.learned_palette import diffused
from dither.optimizer.optimize import (
    OnProgress,
    OptimizedPalette,
    Pixels,
    few_colors,
    optimize_palette,
    silent,
    with_usage,
)
from dither.optimizer.search import SearchConfig, SearchScene, blurred, direct_binary_search, scene
from dither.palettes.device import DeviceLevels, check_device
from dither.palettes.palette import Palette
from dither.samples import eight_bit_colors

# The palette is learned from at least so many frames, and from more while they have so many pixels.
_LEARNED_FRAMES, _LEARNED_PIXELS = 4, 1 << 20
# Noise of 1.5 codes moves a picture that is blurred by 1.5 pixels by 0.3; this is a change.
_CHANGED_CODES = 4.0
# The reluctance in units of the OKLab distance between neighbours of the palette: what noise of a few
# codes promises to gain by a change grows with the length of the change.
_RELUCTANCE = 0.003


def optimize_frames(
    frames: Sequence[np.ndarray],
    colors: int | None = None,
    *,
    palette: Palette | None = None,
    keep: Palette | np.ndarray | None = None,
    preset: Preset | OptimizeConfig = "balanced",
    pixels: Pixels = "search",
    device_levels: DeviceLevels = (256, 256, 256),
    ignored: Sequence[np.ndarray | None] | None = None,
    seed: int = 0,
    threads: int = 1,
    on_progress: OnProgress | None = None,
) -> list[OptimizedPalette]:
    """The best palette for a clip, and its frames dithered to it, still where the clip is still.

    Args:
        frames: one or more, each as the image of `optimize_palette`, all of one size. All of them
            together take some 40 bytes a pixel while their colours are gathered.
        colors: as for `optimize_palette`; 16 if neither this nor a palette is given.
        palette: likewise.
        keep: likewise.
        preset: likewise; a config of one's own holds the reluctance of the search, 0 for none.
        pixels: likewise; those of several frames are searched.
        device_levels: likewise.
        ignored: for each frame (H, W) bool, pixels that do not count, or None if all do.
        seed: as for `optimize_palette`.
        threads: likewise.
        on_progress: likewise.

    Returns:
        For each frame the result, all with one palette and the trace of its descent. Frames that have
        no more colours together than asked for are returned as they are; a single frame is what
        `optimize_palette` returns.

    Raises:
        InputError: there is no frame, their sizes differ, or as for `optimize_palette`.
        ModuleNotFoundError: jax or optax is not installed.

    Example:
        >>> still = [np.full((8, 8), 100, np.uint8), np.full((8, 8), 200, np.uint8)]
        >>> [found.palette.hex[found.indices[0, 0]] for found in optimize_frames(still, 4)]
        ['#646464', '#c8c8c8']
    """
    pictures, hidden = _checked(frames, ignored)
    check_device(device_levels)
    options = {"palette": palette, "keep": keep, "device_levels": device_levels}
    options |= {"preset": preset, "seed": seed, "threads": threads}
    report = on_progress or silent
    count, height = len(pictures), len(pictures[0])
    if count == 1:
        alone = None if hidden is None else hidden[0]
        return [
            optimize_palette(
                *(pictures[0], colors),
                **options,
                pixels=pixels,
                ignored=alone,
                on_progress=on_progress,
            )
        ]
    if pixels != "search":
        raise InputError(f"pixels is {pixels!r}; those of {count} frames are found by 'search'")
    stacked = np.concatenate(pictures)
    covered = None if hidden is None else np.concatenate(hidden)
    few = few_colors(stacked, colors, palette, keep, device_levels, covered)
    if few is not None:
        split = zip(np.split(few.indices, count), hidden or [None] * count, strict=True)
        return [with_usage(few.palette.colors, each, few.trace, away) for each, away in split]
    chosen, first_part = _spread(count, stacked[..., 0].size // count), 0.0
    trace = np.empty(0, np.float32)
    if palette is None:
        first_part = 4 * len(chosen) / (4 * len(chosen) + count)
        learned = optimize_palette(
            np.concatenate([pictures[index] for index in chosen]),
            colors,
            **options,
            ignored=None if hidden is None else np.concatenate([hidden[index] for index in chosen]),
            on_progress=lambda share, what: report(first_part * share, what),
        )
        palette, trace = learned.palette, learned.trace
    elif colors is not None or keep is not None:
        raise InputError("give either a palette or the number of colours to learn")
    linear = palette.linear
    config = preset if isinstance(preset, OptimizeConfig) else _reluctant_config(preset, linear)
    reachable = reachable_picture(
        stacked, len(linear), sigma=config.search.sigma, hidden=covered, frames=count
    )
    lacking = reachable.lacking(linear)
    clip = _Clip(linear, config.search, threads)
    results = []
    for index, picture in enumerate(pictures):
        report(first_part + (1 - first_part) * index / count, f"frame {index + 1} of {count}")
        target = reachable.moved(lacking, index * height, (index + 1) * height)
        away = None if hidden is None else hidden[index]
        indices = clip.next(srgb_to_linear(picture / 255), target, away)
        results.append(with_usage(palette.colors, indices, trace, away))
    report(1.0, "done")
    return results


def _checked(
    frames: Sequence[np.ndarray], ignored: Sequence[np.ndarray | None] | None
) -> tuple[list[np.ndarray], list[np.ndarray] | None]:
    """(H, W, 3) uint8 for each frame, what is hidden filled, and where, if anywhere."""
    pictures = [eight_bit_colors(frame) for frame in frames]
    shapes = {picture.shape for picture in pictures}
    if len(shapes) != 1:
        raise InputError(f"frames are one or more of one shape, not of {sorted(shapes)}")
    if pictures[0].size == 0:
        raise InputError(f"frames of shape {pictures[0].shape} have no pixels")
    if ignored is None:
        return pictures, None
    if len(ignored) != len(pictures):
        raise InputError(
            f"ignored is one array for each of {len(pictures)} frames, not {len(ignored)}"
        )
    found = []
    for index, (picture, mask) in enumerate(zip(pictures, ignored, strict=True)):
        away = check_mask(mask, picture.shape[:2])
        found.append(np.zeros(picture.shape[:2], bool) if away is None else away)
        if away is not None:
            pictures[index] = fill_masked(picture, away)
    return pictures, found if any(away.any() for away in found) else None


def _spread(count: int, pixels: int) -> list[int]:
    """The numbers of the frames that the palette is learned from, for frames of so many pixels."""
    most = min(count, max(_LEARNED_FRAMES, _LEARNED_PIXELS // pixels))
    return sorted(set(np.linspace(0, count - 1, most).round().astype(int).tolist()))


def _reluctant_config(preset: Preset, linear: np.ndarray) -> OptimizeConfig:
    """The preset's, with the reluctance that suits a palette of (K, 3) linear light."""
    config = preset_config(preset, len(linear))
    labs = linear_to_oklab(linear)
    distances = np.sqrt(((labs[:, None] - labs) ** 2).sum(axis=2))
    np.fill_diagonal(distances, np.inf)
    usual = _RELUCTANCE * float(np.median(distances.min(axis=1)))
    return replace(config, search=replace(config.search, reluctance=usual))


class _Clip:
    """The frame before, and what the picture was where each of its pixels began."""

    def __init__(self, palette: np.ndarray, config: SearchConfig, threads: int) -> None:
        self._palette = palette
        self._config = config
        self._threads = threads
        self._indices: np.ndarray | None = None
        self._begun: np.ndarray | None = None

    def next(self, linear: np.ndarray, target: np.ndarray, hidden: np.ndarray | None) -> np.ndarray:
        """(H, W) uint8 of the next frame, from its linear light and what is reachable of it."""
        view = scene(linear, target, hidden=hidden)
        seen = linear_to_srgb(np.clip(blurred(linear, self._config.sigma), 0, 1))
        if self._indices is None or self._begun is None:
            changed = np.ones(linear.shape[:2], bool)
        else:
            changed = np.any(np.abs(seen - self._begun) * 255 > _CHANGED_CODES, axis=2)
        start = self._indices
        if changed.any():
            fresh = self._searched(
                diffused(target, self._palette), view, replace(self._config, reluctance=0.0)
            )
            start = fresh if start is None else np.where(changed, fresh, start)
            self._begun = (
                seen if self._begun is None else np.where(changed[..., None], seen, self._begun)
            )
        assert start is not None
        self._indices = start if changed.all() else self._searched(start, view, self._config)
        return self._indices

    def _searched(self, indices: np.ndarray, view: SearchScene, config: SearchConfig) -> np.ndarray:
        return direct_binary_search(indices, self._palette, view, config, threads=self._threads)
