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
# Enough of them for a curve.
FEW_COUNTS = (2, 4, 8, 16, 32, 64, 128, 256)
HARDLY_VISIBLE = 1.0
# The first number that is tried: photos need 6 to 12.
_FIRST_TRIED = 8

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
    known: Iterable[ColorCount] = (),
) -> int:
    """The fewest colours, of `COLOR_COUNTS`, whose dithering is hardly seen to differ from the picture.

    Numbers are tried by bisection on a sample of 65,536 pixels. What is found is tried on four times as
    many too, since samples differ, and the next number where it is not enough.

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
        known: what `color_counts` has given for the same options.

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
    picture = _checked(image, ignored, options)
    counts = _worth_trying(COLOR_COUNTS, picture, options)
    sample = _sampled(picture, _SAMPLED_PIXELS)
    errors = {count.colors: count.error for count in known}

    def is_enough(colors: int) -> bool:
        if colors not in errors:
            errors[colors] = _count(sample, colors, options).error
        return errors[colors] <= threshold

    low, high = 0, len(counts) - 1
    first = COLOR_COUNTS.index(_FIRST_TRIED)
    while low < high:
        tried = first if low <= first < high else (low + high) // 2
        low, high = (low, tried) if is_enough(counts[tried]) else (tried + 1, high)
    if picture.pixels > _SAMPLED_PIXELS:
        larger = _sampled(picture, _CONFIRMING_PIXELS)
        while low < len(counts) - 1 and _count(larger, counts[low], options).error > threshold:
            low += 1
    return counts[low]


def color_counts(
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
    """What some numbers of colours give, each found when it is asked for.

    Args:
        image: as for `count_colors`.
        counts: the numbers, rising, each 2 to 256. Where the picture has fewer colours, its own number
            stands for those above it.
        preset: likewise.
        pixels: likewise.
        keep: likewise; numbers that leave no other colour are left out.
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
    picture = _checked(image, ignored, options)
    sample = _sampled(picture, _SAMPLED_PIXELS)
    return (_count(sample, tried, options) for tried in _worth_trying(counts, picture, options))


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


def _checked(image: np.ndarray, ignored: np.ndarray | None, options: _Options) -> _Picture:
    wanted = eight_bit_colors(checked_image(native(image)))
    if wanted.size == 0:
        raise InputError(f"an image of shape {wanted.shape} has no pixels to choose colours for")
    check_device(options.device_levels)
    if options.keep is not None and len(options.keep) >= MOST_COLORS:
        raise InputError(
            f"{len(options.keep)} colours are kept of {MOST_COLORS}; at least one must be left to be "
            "learned"
        )
    hidden = checked_hidden(ignored, wanted.shape[:2])
    if hidden is not None:
        wanted = filled(wanted, hidden)
    return _Picture(wanted, hidden, wanted.shape[0] * wanted.shape[1])


def _worth_trying(counts: Sequence[int], picture: _Picture, options: _Options) -> list[int]:
    """The numbers that leave a colour to be learned, up to those that the picture has."""
    if options.keep is not None:
        return [count for count in counts if count > len(options.keep)]
    own = MOST_COLORS + 1
    if options.device_levels == (256, 256, 256):
        own = max(2, _own_colors(picture.wanted))
    fewer = [count for count in counts if count < own]
    return fewer if own > MOST_COLORS else [*fewer, own]


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
