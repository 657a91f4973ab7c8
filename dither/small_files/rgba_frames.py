"""Optimize the frames of a clip with partial alpha: one palette with alpha, and pixels that stay still.

The palette is learned by k-means from all frames, and refitted in turns with the pixels of a few of
them. Then the pixels of each frame are searched as those of a still image are (`optimize_rgba.py`), but
where the blurred frame, over black and over white, has changed by no more than noise since a pixel was
chosen, it stays.
"""

from collections.abc import Sequence

import numpy as np

from dither.errors import InputError
from dither.extras import require_extra
from dither.images.raster_image import RasterImage
from dither.optimizer.config import Preset
from dither.optimizer.gamut_target import blurred_light, light_to_codes
from dither.palettes.rgba import MAX_ENTRIES, RgbaPalette, learn_rgba, own_colors, rgba_codes
from dither.progress import OnProgress, no_progress
from dither.small_files.optimize_rgba import PASSES, OptimizedRgba, RgbaSearch, rgba_config, tidied
from dither.small_files.rgba_views import nearest_indices, prepare_rgba, seen

# Frames with which the palette is refitted, and passes for each frame.
_LEARNED_FRAMES, _FRAME_PASSES = 4, 2
# Share of the work that the palette takes, at most.
_PALETTE_SHARE = 0.3
# A pixel is chosen anew where blurred codes, of 16 bits, have changed by so many times what noise
# changes them by, within these limits: less would follow noise, more leaves a trail.
_NOISE, _CHANGED_CODES = 4.0, (0.5 * 257, 4 * 257)
# Median of the absolute value of normal numbers, and what second differences along both axes make of 1.
_MEDIAN, _GAIN = 0.6745, 6.0


def optimize_rgba_frames(
    frames: Sequence[RasterImage],
    colors: int,
    *,
    preset: Preset = "balanced",
    seed: int = 0,
    on_progress: OnProgress = no_progress,
) -> list[OptimizedRgba]:
    """Find one palette with alpha for the frames of a clip, and dither them to it without flicker.

    Args:
        frames: of one size, at least one with alpha; more than 8 bits are rounded to 8.
        colors: as for `optimize_rgba`, like the next three.
        preset: as there.
        seed: as there.
        on_progress: as there.

    Returns:
        The result of each frame, all with the same palette; the clip's own colours if there are no more
        than `colors`.

    Raises:
        InputError: `colors` is out of range, no frame has alpha, or numba is missing.

    Example:
        >>> alpha = np.linspace(0, 255, 64 * 64).astype(np.uint8).reshape(64, 64)
        >>> shade = RasterImage(np.zeros((64, 64), np.uint8), alpha)
        >>> found = optimize_rgba_frames([shade, shade], 8)  # doctest: +SKIP
        >>> (found[0].indices == found[1].indices).all()  # doctest: +SKIP
        np.True_
    """
    if all(frame.alpha is None for frame in frames):
        raise InputError("frames without alpha need no palette with alpha; use optimize_frames")
    require_extra("optimizing pixels", "optimize", "numba")
    if not 2 <= colors <= MAX_ENTRIES:
        raise InputError(f"colors is {colors}; it must be a whole number from 2 to {MAX_ENTRIES}")
    frames = [_with_alpha(frame) for frame in frames]
    palette = own_colors(frames, colors)
    if palette is not None:
        return [
            OptimizedRgba(palette, nearest_indices(prepare_rgba(rgba_codes(frame)), palette))
            for frame in frames
        ]
    config = rgba_config(colors, preset)
    palette = learn_rgba(frames, colors, seed=seed)
    first = RgbaSearch(_together(frames), palette, config)
    first.improve_in_passes(
        colors, PASSES, lambda share, text: on_progress(_PALETTE_SHARE * share, text)
    )
    palette = RgbaPalette(first.palette.colors)
    found: list[np.ndarray] = []
    reference = before_sharp = np.empty(0)
    for number, frame in enumerate(frames):
        codes = rgba_codes(frame)
        lights = seen(codes)
        sharp = np.stack([light_to_codes(light) for light in lights]).astype(np.int32)
        blurred = np.stack(
            [light_to_codes(blurred_light(light, config.sigma)) for light in lights]
        ).astype(np.int32)
        kept, changed = None, np.ones(codes.shape[:2], bool)
        if found:
            change = np.abs(blurred - reference).max(axis=(0, 3))
            noise = noise_of_change(sharp - before_sharp, codes[..., 3] > 0)
            noise /= 2 * np.sqrt(np.pi) * config.sigma  # what the blur leaves of it
            moved = change > np.clip(_NOISE * noise, *_CHANGED_CODES)
            before = rgba_codes(frames[number - 1])[..., 3]
            alpha = codes[..., 3]
            kinds = [(each == 0).astype(int) + 2 * (each == 255) for each in (before, alpha)]
            changed = moved | (kinds[0] != kinds[1])
            kept = np.where(changed, np.int16(-1), found[-1])
        reference = np.where(changed[..., None], blurred, reference) if found else blurred
        before_sharp = sharp
        search = RgbaSearch(frame, palette, config, kept)
        if changed.any():
            search.improve_in_passes(colors, _FRAME_PASSES, lambda share, text: None, refits=False)
        found.append(search.indices)
        done = _PALETTE_SHARE + (1 - _PALETTE_SHARE) * (number + 1) / len(frames)
        on_progress(done, f"frame {number + 1} of {len(frames)}")
    palette, found = tidied(palette, found)
    return [OptimizedRgba(palette, indices) for indices in found]


def noise_of_change(change: np.ndarray, counted: np.ndarray) -> float:
    """Return the standard deviation of the noise in the change from frame to frame.

    Second differences cancel what moves smoothly, and their median leaves out what moves with sharp
    edges. Source: J. Immerkaer, "Fast Noise Variance Estimation" (1996), with the median for the mean.

    Args:
        change: (views, H, W, C), between two frames.
        counted: (H, W) bool, False for pixels that are clear and show no noise.

    Example:
        >>> ramp = np.arange(8.0) * np.ones((1, 8, 1))
        >>> noise_of_change(ramp[..., None], np.ones((8, 8), bool))
        0.0
    """
    if min(counted.shape) < 3:
        return 0.0
    rows = change[:, 2:] - 2 * change[:, 1:-1] + change[:, :-2]
    second = rows[:, :, 2:] - 2 * rows[:, :, 1:-1] + rows[:, :, :-2]
    seen_there = counted[1:-1, 1:-1]
    if not seen_there.any():
        return 0.0
    return float(np.median(np.abs(second[:, seen_there]))) / (_MEDIAN * _GAIN)


def _with_alpha(frame: RasterImage) -> RasterImage:
    if frame.alpha is not None:
        return frame
    return RasterImage(frame.color, np.full(frame.color.shape[:2], 255, np.uint8))


def _together(frames: Sequence[RasterImage]) -> RasterImage:
    """Return frames spread over a clip, one below the other."""
    places = np.linspace(0, len(frames) - 1, min(len(frames), _LEARNED_FRAMES)).round().astype(int)
    codes = np.concatenate([rgba_codes(frames[place]) for place in np.unique(places)])
    return RasterImage(np.ascontiguousarray(codes[..., :3]), codes[..., 3].copy())
