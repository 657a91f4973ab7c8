"""Options of the optimizer: presets, and the numbers behind them."""

import math
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from dither.errors import InputError

Preset = Literal["balanced", "smooth", "clean"]

# The largest blur is the widest whose kernel is narrower than a tile of the search.
MIN_SIGMA, MAX_SIGMA = 0.5, 2.5


@dataclass(frozen=True)
class SearchConfig:
    """Options of the pixel search.

    Attributes:
        sigma: standard deviation of the eye's blur, 0.5 to 2.5 pixels.
        lightness_penalty: weight of a pixel's own squared error in L, 0 or more. For comparison, the
            blur keeps 1 / (4 pi sigma^2) of an error that neighbours do not share: 0.035 at 1.5 pixels.
        color_penalty: the same for a and b.
        color_weight: weight of the blurred squared error in a and b against that in L, 0 or more.
        mean_weight: weight of the squared mean error around each corner of a tile, 0 or more. A tile
            has 16 x 16 pixels, or 32 x 32 if the blur is wider than 1.6 pixels.
        candidates: number of nearest palette entries that a pixel may take, 2 to 256.
        sweeps: maximum number of sweeps over the image, 1 or more.
        change_threshold: a pixel changes only if the loss falls by at least this much, 0 or more;
            above 0 the frames of a clip stay still.

    Raises:
        InputError: a number is out of range.
    """

    sigma: float = 1.5
    lightness_penalty: float = 0.08
    color_penalty: float = 0.02
    color_weight: float = 1.0
    mean_weight: float = 6.0
    candidates: int = 16
    sweeps: int = 4
    change_threshold: float = 0.0

    def __post_init__(self) -> None:
        if not MIN_SIGMA <= self.sigma <= MAX_SIGMA:
            raise InputError(
                f"sigma is {self.sigma}; it must be from {MIN_SIGMA} to {MAX_SIGMA} pixels"
            )
        for name in ("lightness_penalty", "color_penalty", "color_weight", "mean_weight"):
            if not 0 <= getattr(self, name) < math.inf:
                raise InputError(
                    f"{name} is {getattr(self, name)}; it must be 0 or more, and finite"
                )
        if not 2 <= self.candidates <= 256:
            raise InputError(f"candidates is {self.candidates}; it must be from 2 to 256")
        if self.sweeps < 1:
            raise InputError(f"sweeps is {self.sweeps}; it must be 1 or more")
        if not self.change_threshold >= 0:
            raise InputError(f"change_threshold is {self.change_threshold}; it must be 0 or more")

    @property
    def penalty(self) -> np.ndarray:
        """Return (3,) float64, the weights of a pixel's own error in L, a and b."""
        return np.array([self.lightness_penalty, self.color_penalty, self.color_penalty])


@dataclass(frozen=True)
class OptimizeConfig:
    """Options of `optimize_palette`.

    Attributes:
        variance: weight of a mixture's variance against the error of its mean, 0 or more. More makes a
            quieter image of colours that lie closer together.
        search: options of the pixel search.
        rounds: rounds of search and palette refit, 1 or more.
        steps: steps of each gradient descent, 1 or more.
        starts: number of descents, each from another first palette, 1 or more.

    Raises:
        InputError: a number is out of range.
    """

    variance: float = 0.02
    search: SearchConfig = SearchConfig()
    rounds: int = 3
    steps: int = 2000
    starts: int = 1

    def __post_init__(self) -> None:
        for name in ("rounds", "steps", "starts"):
            if getattr(self, name) < 1:
                raise InputError(f"{name} is {getattr(self, name)}; it must be 1 or more")
        if not self.variance >= 0:
            raise InputError(f"variance is {self.variance}; it must be 0 or more")


# Maximum number of colours: variance, lightness penalty and colour penalty of "balanced". Chosen from
# some dozens on photos, a ramp and a drawing: least blurred error at little more grain than
# libimagequant's: on other photos 1.6 times at 2 colours, 1.4 at 4 and 1.1 at 16.
_BALANCED = (
    (2, 0.06, 0.05, 0.0125),
    (4, 0.03, 0.055, 0.0125),
    (8, 0.015, 0.065, 0.01),
    (32, 0.008, 0.08, 0.01),
    (64, 0.004, 0.07, 0.015),
    (256, 0.02, 0.07, 0.015),
)
# "smooth": factor on those weights; as small as possible without visible patterns.
_SMOOTH = 0.3
# "clean": a narrow blur keeps images that are scaled to half their size free of noise.
_CLEAN = (0.03, SearchConfig(sigma=0.65, lightness_penalty=0.11, color_penalty=0.0275))
# Maximum number of colours: steps of the descent. Large palettes start near their result.
_STEPS = ((8, 2000), (32, 1000), (64, 400), (256, 300))
# Maximum number of colours: number of descents. Where it is 1, all starts end about equally well.
_STARTS = ((4, 1), (16, 4), (32, 2), (256, 1))


def preset_config(preset: Preset, colors: int, *, learned: bool = True) -> OptimizeConfig:
    """Return the options of a preset for a number of colours.

    Args:
        preset: "balanced"; "smooth", for the least error seen from a distance; or "clean", for the
            least grain.
        colors: size of the palette, 2 to 256.
        learned: whether the palette is learned from the image. Then all means are nearly right without
            a weight, and what the palette cannot reach should not be made up for elsewhere.

    Raises:
        InputError: there is no such preset.
    """
    if preset not in get_args(Preset):
        raise InputError(f"preset is {preset!r}; it must be 'balanced', 'smooth' or 'clean'")
    if preset == "clean":
        variance, search = _CLEAN
    else:
        factor = 1.0 if preset == "balanced" else _SMOOTH
        row = next(row for row in _BALANCED if colors <= row[0])
        variance, lightness, color = (factor * number for number in row[1:])
        search = SearchConfig(lightness_penalty=lightness, color_penalty=color)
    steps = next(steps for most, steps in _STEPS if colors <= most)
    starts = next(starts for most, starts in _STARTS if colors <= most)
    if learned:
        search = replace(search, mean_weight=0.0)
    return OptimizeConfig(variance, search, steps=steps, starts=starts)
