"""How many colours a picture needs: the fewest whose dithering is hardly seen, and an elbow.

The joint optimizer (`dither.optimize`), with a shortened descent, makes a palette and pixels of a
sample of the picture for one number of colours after the other.

1. The fewest colours whose blurred error B is at most `HARDLY_VISIBLE`. The just noticeable difference
   of OKLab is 0.02 (C. Lilley and others, "CSS Color Module Level 4", W3C 2022, on gamut mapping), 2 in
   the units of B. But B is a root mean square: at B = 2 a quarter of the pixels differ by more, and
   half of the photos lose a hue. At B = 1 about one pixel of 20 does, and none was lost: the 95th
   percentile is 1.2 to 2.3 times B, 1.8 as a rule (1.96 if errors are normal and of lightness alone).
2. The elbow of error against file size: where B lies farthest below the chord from first to last over
   the bytes. Source: V. Satopaa, J. Albrecht, D. Irwin and B. Raghavan, "Finding a 'kneedle' in a
   haystack" (2011), the top of its difference curve, without smoothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from dither.color import distinct_colors
from dither.device_colors import DeviceLevels, check_device
from dither.errors import InputError
from dither.hidden import checked_hidden, filled
from dither.io import encoded
from dither.metrics import blurred_error
from dither.optimize import OptimizeConfig, Pixels, Preset, optimize_palette, preset_config
from dither.palette import MOST_COLORS, Palette
from dither.pictures import RasterImage
from dither.samples import checked_image, eight_bit_colors, native

COLOR_COUNTS = (2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 128, 256)
HARDLY_VISIBLE = 1.0

# A larger picture is looked at in tiles of so many pixels a side, which are so many pixels together;
# the answer is confirmed by more of them.
_TILE, _SAMPLED_PIXELS, _CONFIRMING_PIXELS = 64, 1 << 16, 1 << 18
# Up to so many colours, steps of the descent at most; and rounds of search and refit.
_STEPS, _ROUNDS = ((16, 200), (256, 100)), 1


class ColorCount(NamedTuple):
    """What a number of colours gives.

    Attributes:
        colors: how many.
        error: B, the blurred error of the dithered sample, 0 to 100, as `dither.metrics.blurred_error`.
        png_bytes: of the dithered picture as a PNG, estimated from the sample where there is one.
        palette: that the sample was dithered to; of so many colours at most.
    """

    colors: int
    error: float
    png_bytes: int
    palette: Palette


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
    known: Iterable[ColorCount] | None = None,
) -> int:
    """The fewest colours, of `COLOR_COUNTS`, whose dithering is hardly seen to differ from the picture.

    Numbers are tried from few to many on a sample of 65,536 pixels. One that is enough there is tried
    on four times as many too, since samples differ.

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
        known: what `color_counts` gives for the same options, if it has been asked already.

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
    picture, counts = _checked(image, ignored, options)
    larger = _sampled(picture, _CONFIRMING_PIXELS)
    if known is None:
        smaller = _sampled(picture, _SAMPLED_PIXELS)
        known = (_count(smaller, count, options) for count in counts)
    for count in known:
        if count.error > threshold:
            continue
        # Of a small picture the sample was all there is.
        if picture.pixels <= _SAMPLED_PIXELS:
            return count.colors
        if _count(larger, count.colors, options).error <= threshold:
            return count.colors
    return counts[-1]


def color_counts(
    image: np.ndarray,
    *,
    preset: Preset | OptimizeConfig = "balanced",
    pixels: Pixels = "search",
    keep: Palette | np.ndarray | None = None,
    device_levels: DeviceLevels = (256, 256, 256),
    ignored: np.ndarray | None = None,
    seed: int = 0,
    threads: int = 1,
) -> Iterator[ColorCount]:
    """What each of `COLOR_COUNTS` gives, from few to many, found when it is asked for.

    Args:
        image: as for `count_colors`.
        preset: likewise.
        pixels: likewise.
        keep: likewise; there is one colour more at least.
        device_levels: likewise.
        ignored: likewise.
        seed: likewise.
        threads: likewise.

    Raises:
        InputError: as `dither.optimize_palette`.

    Example:
        >>> halves = np.zeros((9, 9), np.uint8)
        >>> halves[:4] = 200
        >>> [(count.colors, count.error) for count in color_counts(halves)]
        [(2, 0.0)]
    """
    options = _Options(preset, pixels, keep, device_levels, seed, threads)
    picture, counts = _checked(image, ignored, options)
    sample = _sampled(picture, _SAMPLED_PIXELS)
    return (_count(sample, count, options) for count in counts)


def elbow_count(counts: Sequence[ColorCount]) -> ColorCount:
    """Where the error no longer falls as fast as the bytes grow: farthest below the chord.

    Error and bytes are measured from the least to the greatest that there is.

    Args:
        counts: at least one, from few colours to many.

    Returns:
        The first of the farthest; the first of all where error or bytes do not change.

    Example:
        >>> found = [(2, 8.0, 100), (4, 1.0, 200), (8, 0.5, 800)]
        >>> elbow_count([ColorCount(*each, Palette.from_hex("000000 ffffff")) for each in found]).colors
        4
    """
    errors = np.array([count.error for count in counts])
    sizes = np.array([count.png_bytes for count in counts], np.float64)
    across, down = np.ptp(sizes), np.ptp(errors)
    if across == 0 or down == 0:
        return counts[0]
    below = (errors.max() - errors) / down - (sizes - sizes.min()) / across
    return counts[int(below.argmax())]


class _Options(NamedTuple):
    """Of `dither.optimize_palette`."""

    preset: Preset | OptimizeConfig
    pixels: Pixels
    keep: Palette | np.ndarray | None
    device_levels: DeviceLevels
    seed: int
    threads: int


class _Picture(NamedTuple):
    """What is dithered, or a sample of it.

    Attributes:
        wanted: (H, W, 3) uint8.
        hidden: (H, W) bool, pixels that do not count, or None.
        pixels: of the whole picture.
    """

    wanted: np.ndarray
    hidden: np.ndarray | None
    pixels: int


def _checked(
    image: np.ndarray, ignored: np.ndarray | None, options: _Options
) -> tuple[_Picture, list[int]]:
    """The picture, and the numbers of colours that are worth trying."""
    wanted = eight_bit_colors(checked_image(native(image)))
    if wanted.size == 0:
        raise InputError(f"an image of shape {wanted.shape} has no pixels to choose colours for")
    check_device(options.device_levels)
    hidden = checked_hidden(ignored, wanted.shape[:2])
    if hidden is not None:
        wanted = filled(wanted, hidden)
    picture = _Picture(wanted, hidden, wanted.shape[0] * wanted.shape[1])
    kept = 0 if options.keep is None else len(options.keep)
    if kept >= MOST_COLORS:
        raise InputError(f"{kept} colours are kept; a palette has at most {MOST_COLORS}")
    own = MOST_COLORS + 1
    if not kept and options.device_levels == (256, 256, 256):
        own = max(2, _own_colors(wanted))
    counts = [count for count in COLOR_COUNTS if kept < count < own]
    # A picture of few colours needs no more than it has.
    return picture, [*counts, own] if own <= MOST_COLORS else counts


def _own_colors(wanted: np.ndarray) -> int:
    """How many colours a picture has, if not more than 256."""
    # A few rows tell of most pictures that they have more.
    few = len(distinct_colors(wanted[:: max(1, len(wanted) // 16)].reshape(-1, 3)))
    return few if few > MOST_COLORS else len(distinct_colors(wanted.reshape(-1, 3)))


def _sampled(picture: _Picture, most_pixels: int) -> _Picture:
    """Tiles of a larger picture, spread evenly, one below the other; of those that are seen."""
    wanted, hidden, pixels = picture
    height, width = wanted.shape[:2]
    if pixels <= most_pixels:
        return picture
    tall = min(_TILE, height)
    # A picture that is narrower than a tile gives pieces of its whole width.
    wide = min(_TILE, width)
    most = most_pixels // (tall * wide)
    rows = min(max(1, round((most * height / width) ** 0.5)), most, height // tall)
    columns = min(most // rows, width // wide)
    tiles = [
        (slice(top, top + tall), slice(left, left + wide))
        for top in np.linspace(0, height - tall, rows).round().astype(int).tolist()
        for left in np.linspace(0, width - wide, columns).round().astype(int).tolist()
    ]
    if hidden is not None:
        tiles = [tile for tile in tiles if not hidden[tile].all()]
        if not tiles:  # little is seen, and none of it in the tiles
            seen = np.argwhere(~hidden)[0].tolist()
            top, left = min(seen[0], height - tall), min(seen[1], width - wide)
            tiles = [(slice(top, top + tall), slice(left, left + wide))]
    return _Picture(
        np.concatenate([wanted[tile] for tile in tiles]),
        None if hidden is None else np.concatenate([hidden[tile] for tile in tiles]),
        pixels,
    )


def _count(sample: _Picture, colors: int, options: _Options) -> ColorCount:
    """What a number of colours gives on a sample."""
    preset = options.preset
    config = preset if isinstance(preset, OptimizeConfig) else preset_config(preset, colors)
    steps = next(steps for most, steps in _STEPS if colors <= most)
    found = optimize_palette(
        sample.wanted,
        colors,
        preset=replace(config, steps=min(config.steps, steps), rounds=_ROUNDS),
        pixels=options.pixels,
        keep=options.keep,
        device_levels=options.device_levels,
        ignored=sample.hidden,
        seed=options.seed,
        threads=options.threads,
    )
    after, share = found.picture, 1.0
    if sample.hidden is not None:
        after = np.where(sample.hidden[..., None], sample.wanted, after)
        share = 1 - float(sample.hidden.mean())
    # What is hidden has no error, and does not count in the mean of the squares.
    error = blurred_error(sample.wanted, after) / share**0.5
    size = len(encoded(RasterImage(found.picture), ".png"))
    bytes_of_all = round(size * sample.pixels / found.indices.size)
    return ColorCount(colors, error, bytes_of_all, found.palette)
