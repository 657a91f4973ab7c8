"""The palette and the pixels of a picture, learned together.

1. The picture, blurred as the eye does, is gathered in a histogram of colours.
2. A palette and, for every bin, the probabilities of its colours go down one loss together
   (`learned_palette`): where the mean of a mixture is seen to lie, and how much it scatters.
3. Error diffusion makes pixels of what the palette can reach (`reachable`), a direct binary search
   (`search`) moves the pixels where the blurred error falls, and the palette is fitted to the pixels
   again, by turns.

Source: P. Stefek, "Differentiable dithering" (2020), for the second.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from dither.color import distinct_colors, srgb_to_linear
from dither.errors import InputError
from dither.images.mask import check_mask, fill_masked
from dither.optimizer.config import OptimizeConfig, Preset, preset_config
from dither.optimizer.gamut_target import linear_of, reachable_picture
from dither.optimizer.learned_palette import LEARNED_PIXELS, diffused, learn_palette
from dither.optimizer.mixed_pixels import mixed_pixels
from dither.optimizer.search import direct_binary_search, scene
from dither.palettes.device import (
    DeviceLevels,
    check_device,
    device_palette,
    merge_equal_colors,
    round_to_device,
)
from dither.palettes.from_image import k_means
from dither.palettes.palette import MAX_COLORS, Palette
from dither.samples import eight_bit_colors

Pixels = Literal["search", "diffusion", "matrix", "draws"]
# Called with the share of the work that is done, 0 to 1, and what is done next.
OnProgress = Callable[[float, str], None]


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
    wanted = eight_bit_colors(image)
    if wanted.size == 0:
        raise InputError(f"an image of shape {wanted.shape} has no pixels to choose colours for")
    if pixels not in get_args(Pixels):
        raise InputError(f"pixels is {pixels!r}; it must be one of {', '.join(get_args(Pixels))}")
    check_device(device_levels)
    hidden = check_mask(ignored, wanted.shape[:2])
    if hidden is not None:
        wanted = fill_masked(wanted, hidden)
    few = few_colors(wanted, colors, palette, keep, device_levels, hidden)
    if few is not None:
        return few
    kept, count = _kept_and_count(colors, palette, keep)
    config = preset if isinstance(preset, OptimizeConfig) else preset_config(preset, count)
    report = on_progress or silent
    report(0.0, "colours")
    reachable = reachable_picture(wanted, count, sigma=config.search.sigma, hidden=hidden)
    indices, trace = None, np.empty(0, np.float32)
    if palette is None:
        seen, learned = _seen(wanted, hidden), np.arange(count) >= len(kept)
        linear, indices, trace = learn_palette(
            *(reachable, _first_palettes(seen, kept, count, config.starts, seed), learned, config),
            hidden=hidden,
            threads=threads,
            on_progress=lambda share: report(0.7 * share, "colours"),
        )
        codes, rank = merge_equal_colors(device_palette(seen, linear, learned, device_levels))
        indices = None if indices is None else rank[indices]
        if len(codes) == 1:
            raise InputError("the device shows the whole picture in one colour; a palette holds 2")
    else:
        codes = palette.colors
    report(0.7, "pixels")
    linear = srgb_to_linear(codes / 255)
    if pixels in ("matrix", "draws"):
        indices = mixed_pixels(wanted, linear, by=pixels, variance=config.variance, seed=seed)
    else:
        target = reachable.targets(linear)
        if indices is None or pixels == "diffusion":
            indices = diffused(target, linear)
        if pixels == "search":
            view = scene(linear_of(wanted), target, hidden=hidden)
            del target
            indices = direct_binary_search(
                *(indices, linear, view, config.search),
                threads=threads,
                on_progress=lambda share: report(0.7 + 0.3 * share, "pixels"),
            )
    report(1.0, "done")
    return with_usage(codes, indices, trace, hidden)


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
    if distinct is None or (distinct != round_to_device(distinct, device_levels)).any():
        return None
    if len(distinct) == 1:  # a palette holds two
        distinct = np.concatenate([distinct, [[0, 0, 0] if distinct.any() else [255] * 3]])
    codes, _ = merge_equal_colors(distinct.astype(np.uint8))
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
    if not isinstance(count, int | np.integer) or not 2 <= count <= MAX_COLORS:
        raise InputError(f"colors is {colors}; it must be a whole number from 2 to {MAX_COLORS}")
    return int(count)


def _kept_and_count(
    colors: int | None, palette: Palette | None, keep: Palette | np.ndarray | None
) -> tuple[np.ndarray, int]:
    """(N, 3) linear light of the colours that stay as they are, and how many the palette has."""
    if palette is not None:
        if colors is not None or keep is not None:
            raise InputError("give either a palette or the number of colours to learn")
        return palette.linear, len(palette)
    count = _color_count(colors)
    kept = np.empty((0, 3)) if keep is None else _kept(keep)
    if len(kept) >= count:
        raise InputError(
            f"{len(kept)} colours are kept of {count}; at least one must be left to be learned"
        )
    return kept, count


def _first_palettes(
    wanted: np.ndarray, kept: np.ndarray, count: int, starts: int, seed: int
) -> list[np.ndarray]:
    """(K, 3) linear light each to begin with: what is kept, and k-means, each from another seed."""
    step = max(1, round((wanted[..., 0].size / LEARNED_PIXELS) ** 0.5))
    sample = wanted[::step, ::step]
    if _distinct(sample, 1) is not None:
        sample = wanted
    alone = _distinct(sample, 1)
    firsts = []
    for number in range(seed, seed + starts):
        if alone is None:
            found = k_means(sample, max(2, count - len(kept)), seed=number).linear
        else:
            found = srgb_to_linear(alone / 255)
        rest = np.random.default_rng(number).random((count, 3))
        firsts.append(np.concatenate([kept, found, rest])[:count])
    return firsts


def _kept(keep: Palette | np.ndarray) -> np.ndarray:
    """(N, 3) linear light of colours to keep; a single one is no palette yet."""
    if isinstance(keep, Palette):
        return keep.linear
    if keep.ndim != 2 or keep.shape[1] != 3 or keep.dtype != np.uint8:
        raise InputError(
            f"colours to keep are a palette or (N, 3) uint8, not {keep.dtype} of shape {keep.shape}"
        )
    return srgb_to_linear(distinct_colors(keep) / 255)
