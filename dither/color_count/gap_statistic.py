"""Gap statistic of error diffusion: compare the loss of an image with that of its pixels, shuffled.

The loss of an image and a palette is the squared error of Floyd-Steinberg dithering,

    loss = sum over pixels and channels of (old - new)^2

in sRGB codes, 0 to 255. `old` includes the errors that the pixel has received, and is not clipped.
Under the null hypothesis the image has no structure: the same pixels in random order, dithered to the
same palette, have the mean loss E0. Gap(K) = E0 - loss; the number of colours with the largest gap is
chosen (`gap_estimate.py`).

On photos it chooses badly, for reasons measured in docs/number-of-colors.md; `count_colors` chooses by
the visible error.

Sources: J. Kraaijenbrink, "Unraveling statistics behind Floyd-Steinberg dithering" (2020), for loss,
null hypothesis and gap; R. Floyd and L. Steinberg, "An adaptive algorithm for spatial grey scale"
(1976).
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from dither.color import packed_codes
from dither.color_count.gap_estimate import GapEstimate
from dither.errors import InputError
from dither.extras import require_extra
from dither.palettes.palette import Palette
from dither.palettes.palette_like import PaletteLike, as_palette
from dither.parallel.processors import thread_count
from dither.progress import OnProgress, no_progress
from dither.samples import eight_bit_colors

# Number of permutations between two checks of the precision.
_ROUND = 10

# The loss of (H * W,) codes for a palette.
_Loss = Callable[[np.ndarray], float]


@dataclass(frozen=True)
class ColorGrid:
    """All colours of evenly spaced levels in each channel; 2 levels are the corners of the RGB cube.

    Attributes:
        levels: 2 to 32.

    Raises:
        InputError: `levels` is out of range.

    Example:
        >>> len(ColorGrid(4))
        64
    """

    levels: int

    def __post_init__(self) -> None:
        if not 2 <= self.levels <= 32:
            raise InputError(f"levels is {self.levels}; it must be from 2 to 32")

    def __len__(self) -> int:
        return self.levels**3

    @property
    def colors(self) -> np.ndarray:
        """Return (levels^3, 3) float64 sRGB codes, 0 to 255, whole or not."""
        axis = np.arange(self.levels) * (255 / (self.levels - 1))
        return np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)


# The article's palettes: 8, 64, 512, 4096 and 32768 colours.
COLOR_GRIDS = tuple(ColorGrid(1 << bits) for bits in range(1, 6))


@dataclass(frozen=True)
class GapConfig:
    """Number of permutations.

    Permutations end early once half the 95 % confidence interval of the mean is at most `precision`
    times the gap. Sources: Y. Chow and H. Robbins, "On the asymptotic theory of fixed-width sequential
    confidence intervals for the mean" (1965); A. Nádas (1969) for a width in proportion to the mean.

    Attributes:
        permutations: maximum for each palette, 2 or more.
        fewest: minimum, 2 or more, where `permutations` allows.
        precision: share of the gap, 0 (never end early) or more.

    Raises:
        InputError: a number is out of range.
    """

    permutations: int = 100
    fewest: int = 20
    precision: float = 0.1

    def __post_init__(self) -> None:
        if self.permutations < 2 or self.fewest < 2:
            raise InputError(
                f"permutations is {self.permutations}, fewest is {self.fewest}; both must be 2 or more"
            )
        if not self.precision >= 0:
            raise InputError(f"precision is {self.precision}; it must be 0 or more")


def gap_statistic(
    image: np.ndarray,
    palettes: Sequence[ColorGrid | PaletteLike] = COLOR_GRIDS,
    config: GapConfig = GapConfig(),
    *,
    seed: int = 0,
    threads: int = 1,
    on_progress: OnProgress = no_progress,
) -> tuple[GapEstimate, ...]:
    """Return the Gap statistic of an image for each of some palettes.

    A permutation depends on the seed and its number alone; all palettes see the same ones. Each thread
    holds two copies of the image, with 4 bytes per pixel.

    Args:
        image: (H, W) or (H, W, 3); uint8, uint16, bool, or float32/float64 in 0..1, as sRGB codes. More
            than 8 bits are rounded to 8.
        palettes: grids, or palettes or their names, files or colours, to dither to.
        config: number of permutations.
        seed: 0 or more; the same seed gives the same figures.
        threads: number of threads, 0 for one per processor; the result does not depend on it.
        on_progress: called with the share of the work done, 0 to 1, and a short text.

    Returns:
        An estimate for each palette, in their order.

    Raises:
        InputError: the image has another shape, dtype or value, or no pixels, or numba is not
            installed.

    Example:
        >>> ramp = np.linspace(0, 255, 64 * 64).astype(np.uint8).reshape(64, 64)
        >>> (found,) = gap_statistic(ramp, [ColorGrid(2)])
        >>> found.colors, len(found.null_losses), found.gap < 0
        (8, 20, True)
    """
    picture = eight_bit_colors(image)
    if picture.size == 0:
        raise InputError(f"an image of shape {picture.shape} has no pixels to dither")
    require_extra("the Gap statistic", "diffuse", "numba")
    threads = thread_count(threads)
    codes, width = packed_codes(picture).ravel(), picture.shape[1]
    palettes = [each if isinstance(each, ColorGrid) else as_palette(each) for each in palettes]
    losses = [_loss_function(palette, width) for palette in palettes]
    null_losses: list[list[float]] = [[] for _ in palettes]

    def estimate(index: int) -> GapEstimate:
        values = np.array(null_losses[index])
        values.flags.writeable = False
        return GapEstimate(len(palettes[index]), originals[index], values)

    def permuted_losses(number: int) -> list[float]:
        permuted = np.random.default_rng([seed, number]).permutation(codes)
        return [losses[index](permuted) for index in unfinished]

    originals = [loss(codes) for loss in losses]
    unfinished, done = list(range(len(palettes))), 0
    with ThreadPoolExecutor(threads) as pool:
        while unfinished and done < config.permutations:
            # Rounds do not depend on the threads, so neither does the number of permutations.
            stop = min(config.permutations, max(config.fewest, done + _ROUND))
            found = pool.map(permuted_losses, range(done, stop))
            for number, each in enumerate(found, done + 1):
                for index, loss in zip(unfinished, each, strict=True):
                    null_losses[index].append(loss)
                finished = 1 - len(unfinished) / len(palettes)
                share = finished + (1 - finished) * number / config.permutations
                on_progress(share, f"permutation {number}")
            done = stop
            unfinished = [i for i in unfinished if not estimate(i).is_precise(config.precision)]
    on_progress(1.0, "")
    return tuple(map(estimate, range(len(palettes))))


def _loss_function(palette: ColorGrid | Palette, width: int) -> _Loss:
    from dither.color_count import gap_loops

    if isinstance(palette, ColorGrid):
        return lambda codes: gap_loops.grid_loss(codes, width, palette.levels)
    colors = palette.colors.astype(np.float64)
    lists = gap_loops.candidate_lists(colors)
    return lambda codes: gap_loops.palette_loss(codes, width, colors, *lists)
