"""The palette and the pixels of a picture, learned together.

1. The picture, blurred as the eye does, is gathered in a histogram of colours.
2. A palette and, for every bin, the probabilities of its colours go down one loss together
   (`dither.differentiable`): where the mean of a mixture is seen to lie, and how much it scatters.
3. The means of the mixtures are what the palette can reach (`dither.reachable`). Error diffusion makes
   pixels of them, a direct binary search (`dither.search`) moves the pixels where the blurred error
   falls, and the palette is fitted to the pixels again, by turns.

Source: P. Stefek, "Differentiable dithering" (2020), for the second.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from dither.color import distinct_colors, linear_to_srgb, srgb_to_linear
from dither.device_colors import DeviceLevels, check_device, device_palette, merged, on_device
from dither.diffusion import error_diffuse
from dither.errors import InputError
from dither.hidden import checked_hidden, filled
from dither.mixed_pixels import mixed_pixels
from dither.palette import MOST_COLORS, Palette
from dither.palette_refit import refitted
from dither.quantize import k_means
from dither.reachable import learn_reachable, linear_of
from dither.samples import checked_image, eight_bit_colors, native
from dither.search import SearchConfig, direct_binary_search, scene

Preset = Literal["balanced", "smooth", "clean"]
Pixels = Literal["search", "diffusion", "matrix", "draws"]
# Called with the share of the work that is done, 0 to 1, and what is done next.
OnProgress = Callable[[float, str], None]

# The palette of a larger picture is learned from so many of its pixels.
_LEARNED_PIXELS = 1 << 20

# Up to so many colours: variance, and the penalties of a pixel's own lightness and colour. Of some
# dozens tried on photos, a ramp and a drawing, those with the least blurred error at little more grain
# than libimagequant's (half as much again up to 4 colours).
_BALANCED = (
    (2, 0.015, 0.045, 0.0125),
    (4, 0.02, 0.05, 0.0125),
    (8, 0.015, 0.055, 0.01),
    (32, 0.004, 0.08, 0.01),
    (256, 0.02, 0.07, 0.015),
)
# As little weight on all of these as still shows no pattern.
_SMOOTH = 0.3
# A narrow blur keeps the noise out of pictures that are halved in size.
_CLEAN = (0.03, SearchConfig(sigma=0.6, lightness_penalty=0.16, color_penalty=0.04))
# Up to so many colours, steps of the descent: many colours begin near to where they end.
_STEPS = ((32, 2000), (64, 800), (256, 300))


@dataclass(frozen=True)
class OptimizeConfig:
    """What a picture is optimised for.

    Attributes:
        variance: how much the scatter of a mixture counts beside the error of its mean; more makes a
            quieter picture of colours that lie closer together.
        search: how the pixels are searched.
        rounds: of search and refit, 1 or more.
        steps: of the descent.
    """

    variance: float = 0.02
    search: SearchConfig = SearchConfig()
    rounds: int = 3
    steps: int = 2000


def preset_config(preset: Preset, colors: int) -> OptimizeConfig:
    """The config of a preset for a number of colours.

    Args:
        preset: "balanced"; "smooth", for the least error seen from afar; or "clean", for the least
            grain.
        colors: the palette's.

    Raises:
        InputError: there is no such preset.
    """
    if preset not in get_args(Preset):
        raise InputError(f"preset is {preset!r}; it must be 'balanced', 'smooth' or 'clean'")
    if preset == "clean":
        variance, search = _CLEAN
    else:
        share = 1.0 if preset == "balanced" else _SMOOTH
        row = next(row for row in _BALANCED if colors <= row[0])
        variance, lightness, color = (share * number for number in row[1:])
        search = SearchConfig(lightness_penalty=lightness, color_penalty=color)
    steps = next(steps for most, steps in _STEPS if colors <= most)
    return OptimizeConfig(variance, search, steps=steps)


@dataclass(frozen=True, eq=False)
class OptimizedPalette:
    """A palette and the picture dithered to it.

    Attributes:
        palette: at most as many colours as were asked for, dark to light; or as it was given.
        indices: (H, W) uint8.
        trace: (steps,) float32 the loss of the descent before each step; empty if there was none.
        usage: (K,) the share of the pixels of each colour.
    """

    palette: Palette
    indices: np.ndarray
    trace: np.ndarray
    usage: np.ndarray

    @property
    def picture(self) -> np.ndarray:
        """(H, W, 3) uint8."""
        return self.palette.colors[self.indices]


def optimize_palette(
    image: np.ndarray,
    colors: int | None = None,
    *,
    palette: Palette | None = None,
    keep: Palette | np.ndarray | None = None,
    preset: Preset | OptimizeConfig = "balanced",
    pixels: Pixels = "search",
    device_levels: DeviceLevels = (256, 256, 256),
    ignored: np.ndarray | None = None,
    seed: int = 0,
    threads: int = 1,
    on_progress: OnProgress | None = None,
) -> OptimizedPalette:
    """The best palette for a picture, and the picture dithered to it.

    Args:
        image: (H, W) or (H, W, 3); uint8, uint16, bool, or float32/float64 in 0..1, as sRGB codes. More
            than 8 bits are rounded to 8.
        colors: how many, 2 to 256; 16 if neither this nor a palette is given.
        palette: the colours to use, of which none is changed; then `colors` and `keep` are not given.
        keep: colours that the palette shall hold, fewer than `colors`, as a palette or (N, 3) uint8;
            the others are learned.
        preset: "balanced"; "smooth", for the least error seen from afar; "clean", for the least grain;
            or a config of one's own.
        pixels: how mixtures become pixels: by direct binary search, which is best; by error diffusion
            of what the palette can reach; by the shipped matrix, or by independent draws, of which
            neither looks at neighbours.
        device_levels: how many levels a device has for red, green and blue, 2 to 256: (32, 64, 32) is
            RGB565. Learned colours are among those.
        ignored: (H, W) bool: pixels that do not count, such as clear ones, whatever they hold.
        seed: of the first palette, 0 or more; the same seed gives the same bytes.
        threads: at work at once; the result does not depend on it.
        on_progress: called with the share of the work that is done and what comes next.

    Returns:
        The palette and the indices. A picture that has no more colours than asked for, all of which the
        device has, is returned as it is.

    Raises:
        InputError: the image or an option is out of range, or numba is not installed.
        ModuleNotFoundError: jax or optax is not installed.

    Example:
        >>> image = np.linspace(0, 255, 64 * 64).astype(np.uint8).reshape(64, 64)
        >>> found = optimize_palette(image, 3)  # doctest: +SKIP
        >>> found.indices.shape, len(found.palette)  # doctest: +SKIP
        ((64, 64), 3)
    """
    wanted = eight_bit_colors(checked_image(native(image)))
    if wanted.size == 0:
        raise InputError(f"an image of shape {wanted.shape} has no pixels to choose colours for")
    if pixels not in get_args(Pixels):
        raise InputError(f"pixels is {pixels!r}; it must be one of {', '.join(get_args(Pixels))}")
    check_device(device_levels)
    hidden = checked_hidden(ignored, wanted.shape[:2])
    if hidden is not None:
        wanted = filled(wanted, hidden)
    few = few_colors(wanted, colors, palette, keep, device_levels, hidden)
    if few is not None:
        return few
    first, learned = _first_palette(_seen(wanted, hidden), colors, palette, keep, seed)
    config = preset if isinstance(preset, OptimizeConfig) else preset_config(preset, len(first))
    report = on_progress or silent
    report(0.0, "colours")
    reachable = learn_reachable(
        wanted,
        first,
        sigma=config.search.sigma,
        variance=config.variance,
        steps=config.steps,
        learned=learned,
        hidden=hidden,
        on_progress=lambda done, _: report(0.4 * done / config.steps, "colours"),
    )
    sample, linear, indices = _mosaic(wanted.shape), reachable.palette, None
    hidden_sample = None if hidden is None else _taken(hidden, sample)
    for number in range(config.rounds if learned.any() else 0):
        report(0.4 + 0.3 * number / config.rounds, "palette and pixels")
        target = _taken(reachable.targets(linear), sample)
        view = scene(linear_of(_taken(wanted, sample)), target, hidden=hidden_sample)
        if indices is None:
            indices = diffused(target, linear)
        indices = direct_binary_search(indices, linear, view, config.search, threads=threads)
        linear = refitted(indices, linear, view, config.search, learned=learned)
    report(0.7, "pixels")
    seen = _seen(_taken(wanted, sample), hidden_sample)
    if palette is None:
        codes, rank = merged(device_palette(seen, linear, learned, device_levels))
    else:
        codes, rank = palette.colors, np.arange(len(palette), dtype=np.uint8)
    if len(codes) == 1:
        raise InputError("the device shows the whole picture in one colour; a palette holds 2")
    reachable.logits = _merged_logits(reachable.logits, rank, len(codes))
    linear = srgb_to_linear(codes / 255)
    if pixels in ("matrix", "draws"):
        indices = mixed_pixels(wanted, linear, by=pixels, variance=config.variance, seed=seed)
    else:
        target = reachable.targets(linear)
        if indices is None or sample is not None or pixels == "diffusion":
            indices = diffused(target, linear)
        else:
            indices = rank[indices]
        if pixels == "search":
            view = scene(linear_of(wanted), target, hidden=hidden)
            del target
            indices = direct_binary_search(
                *(indices, linear, view, config.search),
                threads=threads,
                on_progress=lambda share: report(0.7 + 0.3 * share, "pixels"),
            )
    report(1.0, "done")
    return with_usage(codes, indices, reachable.trace, hidden)


def silent(share: float, what: str) -> None:
    """Report nothing."""


def few_colors(
    wanted: np.ndarray,
    colors: int | None,
    palette: Palette | None,
    keep: Palette | np.ndarray | None,
    device_levels: DeviceLevels,
    hidden: np.ndarray | None = None,
) -> OptimizedPalette | None:
    """The picture as it is, where its colours are few enough and the device has them."""
    if palette is not None or keep is not None:
        return None
    distinct = _distinct(wanted, _color_count(colors))
    if distinct is None or (distinct != on_device(distinct, device_levels)).any():
        return None
    if len(distinct) == 1:  # a palette holds two
        distinct = np.concatenate([distinct, [[0, 0, 0] if distinct.any() else [255] * 3]])
    codes, _ = merged(distinct.astype(np.uint8))
    held = Palette(codes)
    return with_usage(codes, held.indices(wanted), np.empty(0, np.float32), hidden)


def with_usage(
    codes: np.ndarray, indices: np.ndarray, trace: np.ndarray, hidden: np.ndarray | None
) -> OptimizedPalette:
    """The result, with the shares of the colours counted where pixels are seen."""
    seen = _seen(indices, hidden)
    usage = np.bincount(seen.ravel(), minlength=len(codes)) / seen.size
    return OptimizedPalette(Palette(codes), indices, trace, usage)


def _seen(picture: np.ndarray, hidden: np.ndarray | None) -> np.ndarray:
    """The picture, or one row of those pixels that are seen."""
    return picture if hidden is None else picture[~hidden][None]


def _distinct(wanted: np.ndarray, most: int) -> np.ndarray | None:
    """The picture's colours, unless there are more than `most`; a look at a few rows tells soon."""
    for part in (wanted[:: max(1, len(wanted) // 16)], wanted):
        distinct = distinct_colors(part.reshape(-1, 3))
        if len(distinct) > most:
            return None
    return distinct


def _color_count(colors: int | None) -> int:
    count = 16 if colors is None else colors
    if not isinstance(count, int | np.integer) or not 2 <= count <= MOST_COLORS:
        raise InputError(f"colors is {colors}; it must be a whole number from 2 to {MOST_COLORS}")
    return int(count)


def _first_palette(
    wanted: np.ndarray,
    colors: int | None,
    palette: Palette | None,
    keep: Palette | np.ndarray | None,
    seed: int,
) -> tuple[np.ndarray, np.ndarray]:
    """(K, 3) linear light to begin with, and which of them may move."""
    if palette is not None:
        if colors is not None or keep is not None:
            raise InputError("give either a palette or the number of colours to learn")
        return palette.linear, np.zeros(len(palette), bool)
    count = _color_count(colors)
    kept = np.empty((0, 3)) if keep is None else _kept(keep)
    if len(kept) >= count:
        raise InputError(
            f"{len(kept)} colours are kept of {count}; at least one must be left to be learned"
        )
    step = max(1, round((wanted[..., 0].size / _LEARNED_PIXELS) ** 0.5))
    sample = wanted[::step, ::step]
    if _distinct(sample, 1) is not None:
        sample = wanted
    alone = _distinct(sample, 1)
    if alone is None:
        found = k_means(sample, max(2, count - len(kept)), seed=seed).linear
    else:
        found = srgb_to_linear(alone / 255)
    rest = np.concatenate([found, np.random.default_rng(seed).random((count, 3))])
    first = np.concatenate([kept, rest])[:count]
    return first, np.arange(count) >= len(kept)


def _kept(keep: Palette | np.ndarray) -> np.ndarray:
    """(N, 3) linear light of colours to keep; a single one is no palette yet."""
    if isinstance(keep, Palette):
        return keep.linear
    if keep.ndim != 2 or keep.shape[1] != 3 or keep.dtype != np.uint8:
        raise InputError(
            f"colours to keep are a palette or (N, 3) uint8, not {keep.dtype} of shape {keep.shape}"
        )
    return srgb_to_linear(distinct_colors(keep) / 255)


def _mosaic(shape: tuple[int, ...]) -> list[tuple[slice, slice]] | None:
    """Tiles of a large picture, spread evenly, of which the palette is learned; None for all of it."""
    if shape[0] * shape[1] <= _LEARNED_PIXELS:
        return None
    side = 256
    rows, columns = (max(1, length // side) for length in shape[:2])
    count = _LEARNED_PIXELS // side**2
    places = np.linspace(0, rows * columns - 1, min(count, rows * columns)).astype(int).tolist()
    # Every tile is as large: of a picture narrower than a tile, a piece of its whole width.
    return [
        (
            slice(side * (place // columns), side * (place // columns) + side),
            slice(side * (place % columns), side * (place % columns) + side),
        )
        for place in places
    ]


def _taken(picture: np.ndarray, tiles: list[tuple[slice, slice]] | None) -> np.ndarray:
    """The tiles one below the other."""
    return picture if tiles is None else np.concatenate([picture[tile] for tile in tiles])


def diffused(target: np.ndarray, palette: np.ndarray) -> np.ndarray:
    """Where the search begins: error diffusion of what can be reached."""
    codes = np.rint(linear_to_srgb(palette) * 255).astype(np.uint8)
    return error_diffuse(linear_to_srgb(np.clip(target, 0, 1)), palette=codes, light="linear")


def _merged_logits(logits: np.ndarray, rank: np.ndarray, count: int) -> np.ndarray:
    """The logits of colours that have become one, or another in order."""
    merged_logits = np.full((len(logits), count), -30.0, np.float32)
    for old, new in enumerate(rank.tolist()):
        merged_logits[:, new] = np.maximum(merged_logits[:, new], logits[:, old])
    return merged_logits
