"""Optimize a palette and the pixels of an image together: the front door of the optimizer.

A palette is learned, unless it is given:

1. The image is blurred as by the eye, and its colours are gathered in a histogram (`gamut_target`).
2. Gradient descent lowers one loss over the palette and the probabilities of its colours in each bin:
   the error of the mean colour plus a weight times the variance (`learned_palette`).
3. The palette is refitted to pixels, in turns with step 5.

The pixels are chosen:

4. The image is mapped to what the palette can reach: by a rendering intent (`mapped_picture`), or, for
   a learned palette, by its blurred colours (`gamut_target`).
5. Error diffusion turns it into pixels, and a direct binary search (`search`, `loss`) improves them.

Source: P. Stefek, "Differentiable dithering" (2020), for step 2.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from dither.color import srgb_to_linear
from dither.errors import InputError
from dither.extras import require_extra
from dither.images.pillow_conversion import value_counts
from dither.metrics.viewing import ViewingFilter
from dither.optimizer import search
from dither.optimizer.config import OptimizeConfig, Preset, preset_config
from dither.optimizer.gamut_target import gamut_target
from dither.optimizer.learned_palette import learn_palette
from dither.optimizer.mapped_picture import MappedPicture, mapped_picture
from dither.optimizer.mixed_pixels import mixed_pixels
from dither.optimizer.palette_request import PaletteRequest
from dither.optimizer.picture import checked_picture, counted_step, few_distinct_colors, visible
from dither.optimizer.start import diffuse_rows, return_freed_memory, start_search
from dither.optimizer.viewing import seen_by
from dither.palettes.device import (
    DeviceLevels,
    as_device,
    device_palette,
    merge_equal_colors,
    round_to_device,
)
from dither.palettes.from_image import k_means_of_seeds
from dither.palettes.palette import Intent, Palette, check_intent
from dither.palettes.palette_like import PaletteLike, as_palette
from dither.parallel.processors import thread_count
from dither.progress import OnProgress, no_progress

# "draws" is the former name of "random".
Pixels = Literal["search", "diffusion", "matrix", "random", "draws"]
# Share of the work before the final pixels are made.
_PALETTE_SHARE = 0.7


@dataclass(frozen=True, eq=False)
class OptimizedPalette:
    """A palette and the image dithered to it.

    Attributes:
        palette: at most as many colours as requested, dark to light; or the given palette.
        indices: (H, W) uint8.
        trace: (steps,) float32, the loss before each step of the descent; empty without a descent.
        usage: (K,) share of the unmasked pixels that have each colour.
    """

    palette: Palette
    indices: np.ndarray
    trace: np.ndarray
    usage: np.ndarray

    @property
    def picture(self) -> np.ndarray:
        """Return the dithered image, (H, W, 3) uint8."""
        return self.palette.colors[self.indices]


def optimize_palette(
    image: np.ndarray,
    colors: int | None = None,
    *,
    palette: PaletteLike | None = None,
    keep: PaletteLike | None = None,
    preset: Preset | OptimizeConfig = "balanced",
    pixels: Pixels = "search",
    device_levels: DeviceLevels | str = (256, 256, 256),
    intent: Intent | None = None,
    viewing_filter: ViewingFilter | str | None = None,
    mask: np.ndarray | None = None,
    seed: int = 0,
    threads: int = 1,
    on_progress: OnProgress = no_progress,
) -> OptimizedPalette:
    """Find the best palette for an image, and dither the image to it.

    Args:
        image: (H, W) or (H, W, 3); uint8, uint16, bool, or float32/float64 in 0..1, as sRGB codes. More
            than 8 bits are rounded to 8.
        colors: number of colours, 2 to 256; 16 if neither this nor a palette is given.
        palette: a palette, or its name, file or (K, 3) colours, to use unchanged; do not give `colors`
            or `keep` with it.
        keep: fewer than `colors` colours that the palette must contain, as a palette or (N, 3) uint8;
            the others are learned.
        preset: "balanced"; "smooth", for the least error seen from afar; "clean", for the least grain;
            or your own `OptimizeConfig`.
        pixels: how the pixels are chosen. "search" (direct binary search) is best; "diffusion" is error
            diffusion of what the palette can reach; "matrix" (the default threshold matrix) and
            "random" decide each pixel on its own.
        device_levels: levels of a device for red, green and blue, 2 to 256, such as (32, 64, 32), or
            its name, such as "rgb565".
            Learned colours are among them.
        intent: rendering intent by which the image is mapped to the palette: "perceptual", "relative"
            or "absolute"; if None, the given palette's own, or "absolute" for a learned palette.
        viewing_filter: filter of `dither.metrics`, or its text, by which the image is seen;
            the search blurs by the nearest Gaussian of 0.5 to 2.5 pixels. If None, as the preset says.
        mask: (H, W) bool, True for pixels to ignore, such as transparent ones.
        seed: of the first palettes, 0 or more; the same seed gives the same bytes.
        threads: number of threads, 0 for one per processor; the result does not depend on it.
        on_progress: called with the share of the work done, 0 to 1, and a short text.

    Returns:
        The palette and the indices. An image that has no more colours than requested, all of which the
        device can show, is returned unchanged.

    Raises:
        InputError: the image or an option is out of range, or a library of the extra `optimize` is
            missing.

    Example:
        >>> image = np.linspace(0, 255, 64 * 64).astype(np.uint8).reshape(64, 64)
        >>> found = optimize_palette(image, 3)  # doctest: +SKIP
        >>> found.indices.shape, len(found.palette)  # doctest: +SKIP
        ((64, 64), 3)
    """
    palette = None if palette is None else as_palette(palette)
    picture, mask = checked_picture(image, mask)
    if pixels not in get_args(Pixels):
        raise InputError(f"pixels is {pixels!r}; it must be search, diffusion, matrix or random")
    device_levels = as_device(device_levels)
    request = PaletteRequest(colors, palette, keep, device_levels)
    threads = thread_count(threads)
    if intent is not None:
        check_intent(intent)
    few = few_colors(picture, request, mask)
    if few is not None:
        return few
    require_optimizer(descent=palette is None or pixels not in ("search", "diffusion"))
    if not isinstance(preset, OptimizeConfig):
        preset = preset_config(preset, request.count, learned=palette is None)
    config = seen_by(viewing_filter, preset)
    on_progress(0.0, "colours")
    gamut, indices, trace = None, None, np.empty(0, np.float32)
    if palette is None:
        gamut = gamut_target(picture, request.count, sigma=config.search.sigma, mask=mask)
        kept, shown = request.kept(), visible(picture, mask)
        learned = np.arange(request.count) >= len(kept)
        linear, indices, trace = learn_palette(
            gamut,
            _first_palettes(shown, kept, request.count, config.starts, seed),
            learned,
            config,
            mask=mask,
            threads=threads,
            on_progress=lambda share, text: on_progress(_PALETTE_SHARE * share, text),
        )
        codes, rank = merge_equal_colors(device_palette(shown, linear, learned, device_levels))
        indices = None if indices is None else rank[indices]
        if len(codes) == 1:
            raise InputError(
                f"device_levels is {device_levels}; with these levels the image has one colour, and a "
                "palette needs 2"
            )
        palette = Palette(codes, intent="absolute")
    on_progress(_PALETTE_SHARE, "pixels")
    linear = palette.linear
    if gamut is not None and (intent or palette.intent) == "absolute":
        mapped = MappedPicture(picture, gamut.target_rows(linear), None)
    else:
        mapped, indices = mapped_picture(picture, palette, intent), None
    gamut = None
    return_freed_memory()
    if pixels == "search":
        state = start_search(mapped, linear, config.search, indices=indices, mask=mask)
        # The state is enough, and has most memory: nothing is kept that a search does not need.
        mapped = indices = None
        indices = search.run(
            *(state, linear, config.search),
            threads=threads,
            on_progress=lambda share, text: on_progress(
                _PALETTE_SHARE + (1 - _PALETTE_SHARE) * share, text
            ),
        )
    elif pixels == "diffusion":
        indices = mapped.keep_exact(diffuse_rows(mapped, linear))
    else:
        by = "matrix" if pixels == "matrix" else "random"
        indices = mixed_pixels(mapped.linear, linear, by=by, variance=config.variance, seed=seed)
        indices = mapped.keep_exact(indices)
    on_progress(1.0, "done")
    return with_usage(palette, indices, trace, mask)


def require_optimizer(*, descent: bool) -> None:
    """Refuse work that needs the extra `optimize` where one of its libraries is missing.

    Args:
        descent: whether mixtures are found by gradient descent, which needs JAX.

    Raises:
        InputError: a library is missing.
    """
    if descent:
        require_extra("optimizing a palette", "optimize", "jax", "jaxlib")
    require_extra("optimizing pixels", "optimize", "numba")


def few_colors(
    picture: np.ndarray, request: PaletteRequest, mask: np.ndarray | None
) -> OptimizedPalette | None:
    """Return the image unchanged if it has few enough colours and the device can show them all.

    Args:
        picture: (H, W, 3) uint8.
        request: palette options; with `palette` or `keep` the answer is None.
        mask: (H, W) bool, or None.
    """
    if request.palette is not None or request.keep is not None:
        return None
    distinct = few_distinct_colors(picture, request.count)
    if distinct is None or (distinct != round_to_device(distinct, request.device_levels)).any():
        return None
    if len(distinct) == 1:  # a palette has at least two colours
        distinct = np.concatenate([distinct, [[0, 0, 0] if distinct.any() else [255] * 3]])
    codes, _ = merge_equal_colors(distinct.astype(np.uint8))
    learned = Palette(codes, intent="absolute")
    return with_usage(learned, learned.indices(picture), np.empty(0, np.float32), mask)


def with_usage(
    palette: Palette, indices: np.ndarray, trace: np.ndarray, mask: np.ndarray | None
) -> OptimizedPalette:
    """Return the result, with the usage of each colour counted over unmasked pixels."""
    shown = visible(indices, mask)
    usage = value_counts(np.atleast_2d(shown))[: len(palette)] / shown.size
    return OptimizedPalette(palette, indices, trace, usage)


def _first_palettes(
    picture: np.ndarray, kept: np.ndarray, count: int, starts: int, seed: int
) -> list[np.ndarray]:
    """Return (K, 3) linear light for each start: the kept colours, then k-means from another seed."""
    step = counted_step(picture)
    sample = picture[::step, ::step]
    if few_distinct_colors(sample, 1) is not None:
        sample = picture
    single = few_distinct_colors(sample, 1)
    numbers = range(seed, seed + starts)
    if single is None:
        found = k_means_of_seeds(sample, max(2, count - len(kept)), numbers)
        found = [palette.linear for palette in found]
    else:
        found = [srgb_to_linear(single / 255)] * starts
    firsts = []
    for number, linear in zip(numbers, found, strict=True):
        rest = np.random.default_rng(number).random((count, 3))
        firsts.append(np.concatenate([kept, linear, rest])[:count])
    return firsts
