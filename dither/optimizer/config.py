"""What a picture is optimised for: the presets, and numbers of one's own."""

from dataclasses import dataclass
from typing import Literal, get_args

from dither.errors import InputError
from dither.optimizer.search import SearchConfig

Preset = Literal["balanced", "smooth", "clean"]

# Up to so many colours: variance, and the penalties of a pixel's own lightness and colour. Of some
# dozens tried on photos, a ramp and a drawing, those with the least blurred error at little more grain
# than libimagequant's (half as much again up to 4 colours).
_BALANCED = (
    (2, 0.06, 0.05, 0.0125),
    (4, 0.03, 0.055, 0.0125),
    (8, 0.015, 0.065, 0.01),
    (32, 0.008, 0.08, 0.01),
    (64, 0.004, 0.07, 0.015),
    (256, 0.02, 0.07, 0.015),
)
# As little weight on all of these as still shows no pattern.
_SMOOTH = 0.3
# A narrow blur keeps the noise out of pictures that are halved in size.
_CLEAN = (0.03, SearchConfig(sigma=0.65, lightness_penalty=0.11, color_penalty=0.0275))
# Up to so many colours, steps of the descent: many colours begin near to where they end.
_STEPS = ((32, 2000), (64, 800), (256, 300))
# Up to so many colours, descents: with fewer colours or more, all end about as well.
_STARTS = ((4, 1), (16, 4), (32, 2), (256, 1))


@dataclass(frozen=True)
class OptimizeConfig:
    """What a picture is optimised for.

    Attributes:
        variance: how much the scatter of a mixture counts beside the error of its mean; more makes a
            quieter picture of colours that lie closer together.
        search: how the pixels are searched.
        rounds: of search and refit, 1 or more.
        steps: of a descent.
        starts: how many descents there are, each from another palette, 1 or more.

    Raises:
        InputError: `rounds` or `starts` is out of range.
    """

    variance: float = 0.02
    search: SearchConfig = SearchConfig()
    rounds: int = 3
    steps: int = 2000
    starts: int = 1

    def __post_init__(self) -> None:
        for name in ("rounds", "starts"):
            if getattr(self, name) < 1:
                raise InputError(f"{name} is {getattr(self, name)}; it must be 1 or more")


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
    starts = next(starts for most, starts in _STARTS if colors <= most)
    return OptimizeConfig(variance, search, steps=steps, starts=starts)
