"""Count the colours that an image needs: the smallest palette whose error is barely visible.

That is the smallest number of colours whose blurred error B is at most `HARDLY_VISIBLE`, with the
palette and the pixels of the joint optimizer (`dither.optimizer`).

A first number is guessed from palettes of k-means, or from shortened descents, on a small sample. The
optimizer then runs in full on the image, or on a larger sample: with that number, and with smaller or
larger ones until one is enough and the number before it is not. So the guess changes only the time.

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

from dither.color_count.curve import (
    COLOR_COUNTS,
    SAMPLED_PIXELS,
    ColorCount,
    search_count,
    useful_counts,
)
from dither.color_count.picture_sample import PictureSample
from dither.errors import InputError
from dither.optimizer.config import OptimizeConfig, Preset, preset_config
from dither.optimizer.optimize import OptimizedPalette, Pixels, optimize_palette
from dither.palettes.device import DeviceLevels, as_device, check_device
from dither.palettes.palette import MAX_COLORS, Intent
from dither.palettes.palette_like import PaletteLike, as_colors
from dither.parallel.processors import thread_count

HARDLY_VISIBLE = 1.0

# The number tried first: photos need 6 to 12.
_FIRST_TRIED = 8
# The optimizer runs in full on images of at most so many pixels, and on a sample of larger ones.
_WHOLE_PIXELS, _CONFIRMING_PIXELS = 1 << 19, 1 << 18
# Error of the optimizer over that of k-means for the same number: by which the number is guessed, and
# the least. On photos it is 0.54 to 1.06 where the optimizer's is 0.8 or more, and 0.72 in the middle.
# The first is lower: a guess one number too small takes no more time than the right one.
_USUAL_RATIO, _LEAST_RATIO = 0.62, 0.5
# Shortened descents: maximum number of colours and of steps; rounds of search and refit.
_STEPS, _ROUNDS = ((16, 200), (256, 100)), 1


def count_colors(
    image: np.ndarray,
    *,
    threshold: float = HARDLY_VISIBLE,
    preset: Preset | OptimizeConfig = "balanced",
    pixels: Pixels = "search",
    keep: PaletteLike | None = None,
    device_levels: DeviceLevels | str = (256, 256, 256),
    intent: Intent | None = None,
    mask: np.ndarray | None = None,
    seed: int = 0,
    threads: int = 1,
    known: Iterable[ColorCount] = (),
) -> int:
    """Return the smallest number of colours whose error is barely visible.

    The numbers of `dither.color_count.curve.COLOR_COUNTS` are tried: the result is enough, and the one
    before it is not, with full descents on the image, or on a sample of 262,144 pixels of an image with
    more than 524,288.

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
        known: results of `color_curve` for the same image, which are not computed again.

    Returns:
        2 to 256; also 256 if that is not enough. Never more than the image's own number of colours.

    Raises:
        InputError: as `dither.optimize_palette`, or `threshold` is not above 0.

    Example:
        >>> count_colors(np.arange(60, dtype=np.uint8).repeat(9).reshape(20, 27) // 20 * 100)
        3
    """
    return smallest_palette(
        image,
        threshold=threshold,
        preset=preset,
        pixels=pixels,
        keep=keep,
        device_levels=device_levels,
        intent=intent,
        mask=mask,
        seed=seed,
        threads=threads,
        known=known,
    ).measured.colors


class SmallestPalette(NamedTuple):
    """The smallest palette whose error is barely visible.

    Attributes:
        measured: its number of colours, its error and its size as a PNG.
        result: the image optimized with it, as by `optimize_palette`; None if a sample was measured.
    """

    measured: ColorCount
    result: OptimizedPalette | None


def smallest_palette(
    image: np.ndarray,
    *,
    threshold: float = HARDLY_VISIBLE,
    preset: Preset | OptimizeConfig = "balanced",
    pixels: Pixels = "search",
    keep: PaletteLike | None = None,
    device_levels: DeviceLevels | str = (256, 256, 256),
    intent: Intent | None = None,
    mask: np.ndarray | None = None,
    seed: int = 0,
    threads: int = 1,
    known: Iterable[ColorCount] = (),
) -> SmallestPalette:
    """Return the palette of `count_colors`, which has the same arguments, and the optimized image.

    Raises:
        InputError: as `count_colors`.
    """
    if not threshold > 0:
        raise InputError(f"threshold is {threshold}; it must be above 0")
    options = _Options(
        preset, pixels, keep, as_device(device_levels), intent, seed, thread_count(threads)
    )
    whole = PictureSample.whole(image, mask)
    counts = _counts_to_try(COLOR_COUNTS, whole, options)
    guess = _Guess(
        whole.tiles(SAMPLED_PIXELS), options, {each.colors: each.error for each in known}
    )
    confirming = whole.tiles(_WHOLE_PIXELS)
    if confirming is not whole:
        confirming = whole.tiles(_CONFIRMING_PIXELS)

    def confirmed(index: int) -> SmallestPalette:
        count, result = _optimized(confirming, counts[index], options, in_full=True)
        return SmallestPalette(count, result if confirming is whole else None)

    index = guess.first_enough(counts, threshold)
    found = confirmed(index)
    if found.measured.error > threshold:
        while found.measured.error > threshold and index < len(counts) - 1:
            index += 1
            found = confirmed(index)
        return found
    while index > 0 and not guess.is_hopeless(counts[index - 1], threshold):
        index -= 1
        smaller = confirmed(index)
        if smaller.measured.error > threshold:
            break
        found = smaller
    return found


def optimized_counts(
    image: np.ndarray,
    counts: Sequence[int] = COLOR_COUNTS,
    *,
    preset: Preset | OptimizeConfig = "balanced",
    pixels: Pixels = "search",
    keep: PaletteLike | None = None,
    device_levels: DeviceLevels | str = (256, 256, 256),
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
    options = _Options(
        preset, pixels, keep, as_device(device_levels), intent, seed, thread_count(threads)
    )
    whole = PictureSample.whole(image, mask)
    sample = whole.tiles(SAMPLED_PIXELS)
    tried = _counts_to_try(counts, whole, options)
    return (_optimized(sample, colors, options)[0] for colors in tried)


class _Options(NamedTuple):
    """Options of `optimize_palette`."""

    preset: Preset | OptimizeConfig
    pixels: Pixels
    keep: PaletteLike | None
    device_levels: DeviceLevels
    intent: Intent | None
    seed: int
    threads: int


class _Guess:
    """Errors of a small sample, from which the number of colours to try first is guessed.

    They are those of palettes from k-means, or, if options change the result, of shortened descents.
    """

    def __init__(self, sample: PictureSample, options: _Options, known: dict[int, float]) -> None:
        self._sample = sample
        self._options = options
        plain = (options.pixels, options.keep, options.device_levels)
        self._by_descent = plain != ("search", None, (256, 256, 256))
        self._errors = {} if self._by_descent else dict(known)

    def first_enough(self, counts: Sequence[int], threshold: float) -> int:
        """Return the index of the first number that seems to be enough, or the last, by bisection."""
        usual = 1.0 if self._by_descent else _USUAL_RATIO
        low, high = 0, len(counts) - 1
        first = COLOR_COUNTS.index(_FIRST_TRIED)
        while low < high:
            tried = first if low <= first < high else (low + high) // 2
            enough = usual * self._error(counts[tried]) <= threshold
            low, high = (low, tried) if enough else (tried + 1, high)
        return low

    def is_hopeless(self, colors: int, threshold: float) -> bool:
        """Return whether a number is surely not enough."""
        error = self._errors.get(colors, 0.0)
        return not self._by_descent and _LEAST_RATIO * error > threshold

    def _error(self, colors: int) -> float:
        if colors not in self._errors:
            if self._by_descent:
                count, _ = _optimized(self._sample, colors, self._options)
            else:
                options = self._options
                count = search_count(
                    self._sample, colors, seed=options.seed, threads=options.threads
                )
            self._errors[colors] = count.error
        return self._errors[colors]


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
) -> tuple[ColorCount, OptimizedPalette]:
    """Optimize a sample, with one shortened descent unless `in_full`."""
    preset = options.preset
    config = preset if isinstance(preset, OptimizeConfig) else preset_config(preset, colors)
    if not in_full:
        steps = next(steps for most, steps in _STEPS if colors <= most)
        config = replace(config, steps=min(config.steps, steps), rounds=_ROUNDS, starts=1)
    found = optimize_palette(
        sample.picture, colors, mask=sample.mask, **options._replace(preset=config)._asdict()
    )
    return ColorCount.of(colors, sample, found.palette, found.indices), found
