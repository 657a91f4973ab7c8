"""How many colours a picture needs: the fewest whose dithering is hardly seen to differ from it.

That is the least number whose blurred error B is at most `HARDLY_VISIBLE`, if the palette and the
pixels are those of the joint optimizer (`dither.optimizer`). It is tried, with a shortened descent, on
samples of the picture.

The just noticeable difference of OKLab is 0.02 (C. Lilley and others, "CSS Color Module Level 4", W3C
2022, on gamut mapping), 2 in the units of B. But B is a root mean square: at B = 2 an eighth to a third
of the pixels differ by more, and half of the photos lose a hue. At B = 1 about one pixel of 20 does,
and no hue was lost: the 95th percentile is 1.3 to 2.3 times B, 1.8 as a rule (1.96 if errors are normal
and of lightness alone).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from dither.color_count.curve import COLOR_COUNTS, SAMPLED_PIXELS, ColorCount, up_to_own
from dither.color_count.picture_sample import PictureSample
from dither.errors import InputError
from dither.optimizer.config import OptimizeConfig, Preset, preset_config
from dither.optimizer.optimize import Pixels, optimize_palette
from dither.palettes.device import DeviceLevels, check_device
from dither.palettes.palette import MAX_COLORS, Palette

HARDLY_VISIBLE = 1.0

# The first number that is tried: photos need 6 to 12.
_FIRST_TRIED = 8
# What is found on the sample is confirmed by so many pixels.
_CONFIRMING_PIXELS = 1 << 18
# Up to so many colours, steps of the one descent at most; and rounds of search and refit.
_STEPS, _ROUNDS = ((16, 200), (256, 100)), 1


def count_colors(
    image: np.ndarray,
    *,
    threshold: float = HARDLY_VISIBLE,
    preset: Preset | OptimizeConfig = "balanced",
    pixels: Pixels = "search",
    keep: Palette | np.ndarray | None = None,
    device_levels: DeviceLevels = (256, 256, 256),
    ignored: np.ndarray | None = None,
    seed: int = 0,
    threads: int = 1,
    known: Iterable[ColorCount] = (),
) -> int:
    """The fewest colours whose dithering is hardly seen to differ from the picture.

    The numbers of `dither.color_count.curve.COLOR_COUNTS` are tried by bisection on a sample of 65,536
    pixels, with one shortened descent for each. What is found is tried in full on four times as many,
    since samples differ: first the number before it, and the next ones where it is not enough.

    Args:
        image: (H, W) or (H, W, 3), as for `dither.optimize_palette`.
        threshold: the largest blurred error B that is not seen, above 0.
        preset: as for `dither.optimize_palette`.
        pixels: likewise.
        keep: likewise.
        device_levels: likewise.
        ignored: likewise.
        seed: likewise; the same seed gives the same number.
        threads: likewise.
        known: what `optimized_counts` has given for the same options.

    Returns:
        2 to 256, which is also the answer where 256 are too few. A picture of fewer colours needs no
        more than it has.

    Raises:
        InputError: as `dither.optimize_palette`, or `threshold` is not above 0.
        ModuleNotFoundError: jax or optax is not installed.

    Example:
        >>> count_colors(np.arange(60, dtype=np.uint8).repeat(9).reshape(20, 27) // 20 * 100)
        3
    """
    if not threshold > 0:
        raise InputError(f"threshold is {threshold}; it must be above 0")
    options = _Options(preset, pixels, keep, device_levels, seed, threads)
    picture = PictureSample.whole(image, ignored)
    counts = _worth_trying(COLOR_COUNTS, picture, options)
    sample = picture.tiles(SAMPLED_PIXELS)
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
    if sample is not picture:
        larger = picture.tiles(_CONFIRMING_PIXELS)

        def is_enough_in_full(index: int) -> bool:
            return _optimized(larger, counts[index], options, in_full=True).error <= threshold

        # Shortened descents end a little too high: one less may do.
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
    keep: Palette | np.ndarray | None = None,
    device_levels: DeviceLevels = (256, 256, 256),
    ignored: np.ndarray | None = None,
    seed: int = 0,
    threads: int = 1,
) -> Iterator[ColorCount]:
    """What some numbers of colours give with the joint optimizer, each found when it is asked for.

    Args:
        image: as for `count_colors`.
        counts: as for `dither.color_curve`; those that leave no colour beside what is kept
            are left out.
        preset: as for `count_colors`.
        pixels: likewise.
        keep: likewise.
        device_levels: likewise.
        ignored: likewise.
        seed: likewise.
        threads: likewise.

    Raises:
        InputError: as `dither.optimize_palette`.
        ModuleNotFoundError: jax or optax is not installed.
    """
    options = _Options(preset, pixels, keep, device_levels, seed, threads)
    picture = PictureSample.whole(image, ignored)
    sample = picture.tiles(SAMPLED_PIXELS)
    tried = _worth_trying(counts, picture, options)
    return (_optimized(sample, colors, options) for colors in tried)


class _Options(NamedTuple):
    """Of `dither.optimize_palette`."""

    preset: Preset | OptimizeConfig
    pixels: Pixels
    keep: Palette | np.ndarray | None
    device_levels: DeviceLevels
    seed: int
    threads: int


def _worth_trying(counts: Sequence[int], picture: PictureSample, options: _Options) -> list[int]:
    """The numbers that leave a colour to be learned, up to those that the picture has."""
    check_device(options.device_levels)
    if options.keep is not None:
        kept = len(options.keep)
        if kept >= MAX_COLORS:
            raise InputError(f"{kept} colours are kept; at least one of 256 must be left to learn")
        return [count for count in counts if count > kept]
    if options.device_levels != (256, 256, 256):
        return list(counts)
    return up_to_own(counts, picture)


def _optimized(
    sample: PictureSample, colors: int, options: _Options, *, in_full: bool = False
) -> ColorCount:
    """What the optimizer makes of a sample, by one shortened descent unless `in_full`."""
    preset = options.preset
    config = preset if isinstance(preset, OptimizeConfig) else preset_config(preset, colors)
    if not in_full:
        steps = next(steps for most, steps in _STEPS if colors <= most)
        config = replace(config, steps=min(config.steps, steps), rounds=_ROUNDS, starts=1)
    found = optimize_palette(
        sample.wanted,
        colors,
        preset=config,
        pixels=options.pixels,
        keep=options.keep,
        device_levels=options.device_levels,
        ignored=sample.hidden,
        seed=options.seed,
        threads=options.threads,
    )
    return ColorCount.of(colors, sample, found.palette, found.indices)
