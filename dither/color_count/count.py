"""Count the colours that an image needs: the smallest palette whose error is barely visible.

That is the smallest number of colours whose blurred error B is at most `HARDLY_VISIBLE`, with the
palette and the pixels of the joint optimizer (`dither.optimizer`). Numbers are tried with shortened
descents on samples of the image.

The just noticeable difference of OKLab is 0.02 (C. Lilley and others, "CSS Color Module Level 4", W3C
2022, on gamut mapping), 2 in the units of B. But B is a root mean square: at B = 2 an eighth to a third
of the pixels differ by more, and half of the photos lose a hue. At B = 1 about one pixel in 20 does,
and no hue was lost: the 95th percentile is 1.3 to 2.3 times B, usually 1.8 (1.96 if errors are normal
and in lightness only).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from dither.color_count.curve import COLOR_COUNTS, SAMPLED_PIXELS, ColorCount, useful_counts
from dither.color_count.picture_sample import PictureSample
from dither.errors import InputError
from dither.optimizer.config import OptimizeConfig, Preset, preset_config
from dither.optimizer.optimize import Pixels, optimize_palette
from dither.palettes.device import DeviceLevels, check_device
from dither.palettes.palette import MAX_COLORS, Intent, PaletteLike, as_colors
from dither.parallel.processors import thread_count

HARDLY_VISIBLE = 1.0

# The number tried first: photos need 6 to 12.
_FIRST_TRIED = 8
# Size of the larger sample on which the result is confirmed.
_CONFIRMING_PIXELS = 1 << 18
# Shortened descents: maximum number of colours and of steps; rounds of search and refit.
_STEPS, _ROUNDS = ((16, 200), (256, 100)), 1


def count_colors(
    image: np.ndarray,
    *,
    threshold: float = HARDLY_VISIBLE,
    preset: Preset | OptimizeConfig = "balanced",
    pixels: Pixels = "search",
    keep: PaletteLike | None = None,
    device_levels: DeviceLevels = (256, 256, 256),
    intent: Intent | None = None,
    mask: np.ndarray | None = None,
    seed: int = 0,
    threads: int = 1,
    known: Iterable[ColorCount] = (),
) -> int:
    """Return the smallest number of colours whose error is barely visible.

    The numbers of `dither.color_count.curve.COLOR_COUNTS` are tried by bisection on a sample of 65,536
    pixels, with one shortened descent each. Because samples differ, the result is confirmed with full
    descents on a sample four times as large: first the number before it, then the next ones until one
    is enough.

    Args:
        image: (H, W) or (H, W, 3), as for `dither.optimize_palette`.
        threshold: largest blurred error B that is accepted, above 0.
        preset: as for `dither.optimize_palette`.
        pixels: as for `dither.optimize_palette`.
        keep: as for `dither.optimize_palette`.
        device_levels: as for `dither.optimize_palette`.
        intent: as for `dither.optimize_palette`.
        mask: as for `dither.optimize_palette`.
        seed: as for `dither.optimize_palette`; the same seed gives the same number.
        threads: as for `dither.optimize_palette`.
        known: results of `optimized_counts` for the same options, which are not computed again.

    Returns:
        2 to 256; also 256 if that is not enough. Never more than the image's own number of colours.

    Raises:
        InputError: as `dither.optimize_palette`, or `threshold` is not above 0.

    Example:
        >>> count_colors(np.arange(60, dtype=np.uint8).repeat(9).reshape(20, 27) // 20 * 100)
        3
    """
    if not threshold > 0:
        raise InputError(f"threshold is {threshold}; it must be above 0")
    options = _Options(preset, pixels, keep, device_levels, intent, seed, thread_count(threads))
    whole = PictureSample.whole(image, mask)
    counts = _counts_to_try(COLOR_COUNTS, whole, options)
    sample = whole.tiles(SAMPLED_PIXELS)
    errors = {count.colors: count.error for count in known}

    def is_enough(colors: int) -> bool:
        if colors not in errors:
            errors[colors] = _optimized(sample, colors, options).error
        return errors[colors] <= threshold

    low, high = 0, len(counts) - 1
    first = COLOR_COUNTS.index(_FIRST_TRIED)
    while low < high:
        tried = first if low <= first < high else (low + high) // 2
        low, high = (low, tried) if is_enough(counts[tried]) else (tried + 1, high)
    if sample is whole:
        return counts[low]
    larger = whole.tiles(_CONFIRMING_PIXELS)

    def is_enough_in_full(index: int) -> bool:
        return _optimized(larger, counts[index], options, in_full=True).error <= threshold

    # Shortened descents end with a slightly larger error: the number before may be enough.
    if low > 0 and is_enough_in_full(low - 1):
        return counts[low - 1]
    while low < len(counts) - 1 and not is_enough_in_full(low):
        low += 1
    return counts[low]


def optimized_counts(
    image: np.ndarray,
    counts: Sequence[int] = COLOR_COUNTS,
    *,
    preset: Preset | OptimizeConfig = "balanced",
    pixels: Pixels = "search",
    keep: PaletteLike | None = None,
    device_levels: DeviceLevels = (256, 256, 256),
    intent: Intent | None = None,
    mask: np.ndarray | None = None,
    seed: int = 0,
    threads: int = 1,
) -> Iterator[ColorCount]:
    """Yield what the joint optimizer makes of some numbers of colours, each when it is asked for.

    Args:
        image: as for `count_colors`.
        counts: as for `dither.color_curve`; numbers that leave no colour besides `keep` are skipped.
        preset: as for `count_colors`.
        pixels: as for `count_colors`.
        keep: as for `count_colors`.
        device_levels: as for `count_colors`.
        intent: as for `count_colors`.
        mask: as for `count_colors`.
        seed: as for `count_colors`.
        threads: as for `count_colors`.

    Raises:
        InputError: as `dither.optimize_palette`.
    """
    options = _Options(preset, pixels, keep, device_levels, intent, seed, thread_count(threads))
    whole = PictureSample.whole(image, mask)
    sample = whole.tiles(SAMPLED_PIXELS)
    tried = _counts_to_try(counts, whole, options)
    return (_optimized(sample, colors, options) for colors in tried)


class _Options(NamedTuple):
    """Options of `optimize_palette`."""

    preset: Preset | OptimizeConfig
    pixels: Pixels
    keep: PaletteLike | None
    device_levels: DeviceLevels
    intent: Intent | None
    seed: int
    threads: int


def _counts_to_try(counts: Sequence[int], whole: PictureSample, options: _Options) -> list[int]:
    """Return the numbers that leave a colour to learn, up to the image's own number of colours."""
    check_device(options.device_levels)
    if options.keep is not None:
        kept = len(as_colors(options.keep, "keep"))
        if kept >= MAX_COLORS:
            raise InputError(f"keep has {kept} colours; at least one of 256 must be left to learn")
        return [count for count in counts if count > kept]
    if options.device_levels != (256, 256, 256):
        return list(counts)
    return useful_counts(counts, whole)


def _optimized(
    sample: PictureSample, colors: int, options: _Options, *, in_full: bool = False
) -> ColorCount:
    """Optimize a sample, with one shortened descent unless `in_full`."""
    preset = options.preset
    config = preset if isinstance(preset, OptimizeConfig) else preset_config(preset, colors)
    if not in_full:
        steps = next(steps for most, steps in _STEPS if colors <= most)
        config = replace(config, steps=min(config.steps, steps), rounds=_ROUNDS, starts=1)
    found = optimize_palette(
        sample.picture, colors, mask=sample.mask, **options._replace(preset=config)._asdict()
    )
    return ColorCount.of(colors, sample, found.palette, found.indices)
