"""The Gap statistic of error diffusion: is a picture dithered better than its own pixels, shuffled?

The loss of a picture and a palette is the squared error that Floyd-Steinberg makes and hands on,

    loss = sum over pixels and channels of (old - new)^2

in sRGB codes of 0 to 255, where `old` holds the errors that the pixel has received, and is not clipped.
Under the null hypothesis the picture has no structure: the same pixels in random order, dithered to the
same palette, have the mean loss E0. Gap(K) = E0 - loss; the number of colours with the largest gap is
chosen. The log form is Gap(K) = mean of log(loss0) - log(loss), whose standard error is
s = sd sqrt(1 + 1 / B) for B permutations.

On photos it chooses badly, for reasons that docs/number-of-colors.md measures; `count_colors` chooses
by what is seen.

Sources: J. Kraaijenbrink, "Unraveling statistics behind Floyd-Steinberg dithering" (2020), for loss,
null hypothesis and gap; R. Tibshirani, G. Walther and T. Hastie, "Estimating the number of clusters in
a data set via the gap statistic" (2001), for the log form and the rule of one standard error; R. Floyd
and L. Steinberg, "An adaptive algorithm for spatial grey scale" (1976).
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from dither.color import packed_codes
from dither.errors import InputError
from dither.extras import require_extra
from dither.palettes.palette import Palette
from dither.samples import eight_bit_colors

# Between two looks at the intervals so many permutations are drawn.
_ROUND = 10
# Of the normal law, for 95 %.
_QUANTILE = 1.959964


@dataclass(frozen=True)
class ColorGrid:
    """All colours of evenly spaced levels in each channel: 2 levels are the corners of the cube.

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
            raise InputError(f"levels is {self.levels}; a grid of colours has from 2 to 32")

    def __len__(self) -> int:
        return self.levels**3

    @property
    def colors(self) -> np.ndarray:
        """(levels^3, 3) float64 sRGB codes, 0 to 255, whole or not."""
        axis = np.arange(self.levels) * (255 / (self.levels - 1))
        return np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)


# The article's palettes: 8, 64, 512, 4096 and 32768 colours.
COLOR_GRIDS = tuple(ColorGrid(1 << bits) for bits in range(1, 6))


@dataclass(frozen=True)
class GapConfig:
    """How many permutations are drawn.

    They end early once the gap is known well enough: when half the 95 % confidence interval of its mean
    is at most `precision` times the gap. Sources: Y. Chow and H. Robbins, "On the asymptotic theory of
    fixed-width sequential confidence intervals for the mean" (1965); A. Nádas (1969) for a width in
    proportion to the mean.

    Attributes:
        permutations: at most so many for each palette, 2 or more.
        fewest: at least so many, where `permutations` allows.
        precision: the share of the gap, 0 (never end early) or more.

    Raises:
        InputError: a number is out of range.
    """

    permutations: int = 100
    fewest: int = 20
    precision: float = 0.1

    def __post_init__(self) -> None:
        if self.permutations < 2 or self.fewest < 2:
            raise InputError(
                f"permutations are {self.permutations} and at least {self.fewest}; a spread takes 2"
            )
        if not self.precision >= 0:
            raise InputError(f"precision is {self.precision}; it must be 0 or more")


@dataclass(frozen=True, eq=False)
class GapEstimate:
    """What is known of one palette.

    Attributes:
        colors: K, the colours of the palette.
        loss: of the picture.
        null_losses: (B,) float64, of the permuted pictures, in the order of their numbers; read-only.
    """

    colors: int
    loss: float
    null_losses: np.ndarray

    @property
    def expected(self) -> float:
        """E0, the mean loss of the permuted pictures."""
        return float(self.null_losses.mean())

    @property
    def gap(self) -> float:
        """E0 - loss."""
        return self.expected - self.loss

    @property
    def gap_error(self) -> float:
        """The standard error of the gap: that of one permutation and of their mean."""
        return _simulation_error(self.null_losses)

    @property
    def half_width(self) -> float:
        """Half the 95 % confidence interval of E0, by the normal law."""
        return _QUANTILE * float(self.null_losses.std(ddof=1)) / len(self.null_losses) ** 0.5

    @property
    def log_gap(self) -> float:
        """Mean of log(loss0) - log(loss): positive where pixels in order are dithered better.

        0 where the palette has all colours of the picture, so that no order makes an error.
        """
        if self.loss == 0:
            return 0.0
        return float(np.log(self.null_losses / self.loss).mean())

    @property
    def log_gap_error(self) -> float:
        """The standard error of the log gap."""
        return _simulation_error(np.log(self.null_losses)) if self.loss else 0.0


def gap_statistic(
    image: np.ndarray,
    palettes: Sequence[ColorGrid | Palette] = COLOR_GRIDS,
    config: GapConfig = GapConfig(),
    *,
    seed: int = 0,
    threads: int = 1,
    on_progress: Callable[[float, str], None] | None = None,
) -> tuple[GapEstimate, ...]:
    """The Gap statistic of a picture for each of some palettes.

    A permutation has a number, and is drawn by the seed and that number alone; all palettes see the
    same ones. Each thread holds two copies of the picture, in 4 bytes a pixel.

    Args:
        image: (H, W) or (H, W, 3); uint8, uint16, bool, or float32/float64 in 0..1, as sRGB codes. More
            than 8 bits are rounded to 8.
        palettes: what the picture is dithered to.
        config: how many permutations.
        seed: 0 or more; the same seed gives the same figures.
        threads: at work at once; the result does not depend on it.
        on_progress: called with the share of the work that is done, and a word.

    Returns:
        An estimate for each palette, in their order.

    Raises:
        InputError: the image is no such array or has no pixels, or numba is not installed.

    Example:
        >>> ramp = np.linspace(0, 255, 64 * 64).astype(np.uint8).reshape(64, 64)
        >>> (found,) = gap_statistic(ramp, [ColorGrid(2)])
        >>> found.colors, len(found.null_losses), found.gap < 0
        (8, 20, True)
    """
    wanted = eight_bit_colors(image)
    if wanted.size == 0:
        raise InputError(f"an image of shape {wanted.shape} has no pixels to dither")
    codes, width = packed_codes(wanted).ravel(), wanted.shape[1]
    losses = [_loss_of(palette, width) for palette in palettes]
    drawn = _drawn(codes, losses, config, seed, threads, on_progress)
    return tuple(
        GapEstimate(len(palette), loss(codes), null)
        for palette, loss, null in zip(palettes, losses, drawn, strict=True)
    )


def largest_gap(estimates: Sequence[GapEstimate], *, log: bool = False) -> GapEstimate:
    """The estimate with the largest gap, or log gap: the article's choice.

    Args:
        estimates: at least one.
        log: whether it is the log gap that counts.
    """
    return max(estimates, key=lambda each: each.log_gap if log else each.gap)


def one_standard_error(estimates: Sequence[GapEstimate]) -> GapEstimate:
    """The estimate of fewest colours whose log gap is not surely below that of the next.

    Source: Tibshirani, Walther and Hastie (2001): the least K with Gap(K) >= Gap(K') - s(K'), K' the
    next number of colours. Where there is none, that of the most colours.

    Args:
        estimates: at least one.
    """
    rising = sorted(estimates, key=lambda each: each.colors)
    for each, following in itertools.pairwise(rising):
        if each.log_gap >= following.log_gap - following.log_gap_error:
            return each
    return rising[-1]


def _simulation_error(values: np.ndarray) -> float:
    """Of one value more than those: sd sqrt(1 + 1 / B), sd with the divisor B."""
    return float(values.std()) * (1 + 1 / len(values)) ** 0.5


def _loss_of(palette: ColorGrid | Palette, width: int) -> Callable[[np.ndarray], float]:
    """What finds the loss of (H * W,) codes for a palette."""
    require_extra("the Gap statistic", "diffuse", "numba")
    from dither.color_count import gap_loops as loops

    if isinstance(palette, ColorGrid):
        return lambda codes: loops.grid_loss(codes, width, palette.levels)
    colors = palette.colors.astype(np.float64)
    lists = loops.candidates(colors)
    return lambda codes: loops.palette_loss(codes, width, colors, *lists)


def _drawn(
    codes: np.ndarray,
    losses: Sequence[Callable[[np.ndarray], float]],
    config: GapConfig,
    seed: int,
    threads: int,
    on_progress: Callable[[float, str], None] | None,
) -> Iterator[np.ndarray]:
    """The losses of permuted pictures, for each palette until its gap is known well enough."""
    originals = [loss(codes) for loss in losses]
    null: list[list[float]] = [[] for _ in losses]
    open_places = list(range(len(losses)))

    def one(number: int) -> list[float]:
        permuted = np.random.default_rng([seed, number]).permutation(codes)
        return [losses[place](permuted) for place in open_places]

    done = 0
    with ThreadPoolExecutor(threads) as pool:
        while open_places and done < config.permutations:
            # Rounds do not depend on the threads, nor does where the permutations end.
            stop = min(config.permutations, max(config.fewest, done + _ROUND))
            for number, found in enumerate(pool.map(one, range(done, stop)), done + 1):
                for place, loss in zip(open_places, found, strict=True):
                    null[place].append(loss)
                if on_progress is not None:
                    closed = 1 - len(open_places) / len(losses)
                    share = closed + (1 - closed) * number / config.permutations
                    on_progress(share, f"permutation {number}")
            done = stop
            open_places = [
                place
                for place in open_places
                if not _is_known(originals[place], np.array(null[place]), config.precision)
            ]
    if on_progress is not None:
        on_progress(1.0, "")
    for each in null:
        values = np.array(each)
        values.flags.writeable = False
        yield values


def _is_known(loss: float, null_losses: np.ndarray, precision: float) -> bool:
    estimate = GapEstimate(0, loss, null_losses)
    return precision > 0 and estimate.half_width <= precision * abs(estimate.gap)
