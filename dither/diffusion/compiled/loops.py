"""What every compiled loop of error diffusion does to one pixel.

All is in whole numbers (units of light, shares in 1/65536), so nothing depends on the order of sums.
The tuples are taken apart outside of the loops, since taking an array out of one counts its users, and
the functions are inlined, since handing an array to a function copies all that is known of it.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from dither.diffusion.compiled.nearest import COMPARED_SHIFT, candidate_groups, nearest_color
from dither.diffusion.light import WHITE

# The unit's rounding: half of 65536, added before the shift by 16.
HALF = 1 << 15
# Light is cut into cells of this many bits, whose first level is looked up.
LEVEL_CELL_SHIFT = 10


class Steps(NamedTuple):
    """The levels of a channel.

    Attributes:
        lights: (levels,) int32, rising from 0 to `WHITE`.
        first: (4096,) int32, for each cell of light the level at or below its start.
    """

    lights: np.ndarray
    first: np.ndarray


class Colors(NamedTuple):
    """A palette.

    Attributes:
        lights: (K, 3) int32.
        places: (64^3,) int32, where each cell's candidates are.
        groups: (n, 4, 8) int16, the candidates.
    """

    lights: np.ndarray
    places: np.ndarray
    groups: np.ndarray


class Varied(NamedTuple):
    """Thresholds as the loops take them.

    Attributes:
        varied: whether they differ from the middle at all.
        offsets: (H, W) int32, tiled, in 1/65536 of a step.
        noise: the range of the noise, in 1/65536 of a step.
        seed: of the noise.
    """

    varied: bool
    offsets: np.ndarray
    noise: int
    seed: np.uint64


def steps_of(lights: np.ndarray) -> Steps:
    """The levels with the table that finds them."""
    starts = np.arange((WHITE >> LEVEL_CELL_SHIFT) + 1) << LEVEL_CELL_SHIFT
    first = np.searchsorted(lights, starts, side="right") - 1
    return Steps(lights, np.minimum(first, len(lights) - 2).astype(np.int32))


def colors_of(lights: np.ndarray) -> Colors:
    """The palette with the lists that find the nearest colour."""
    return Colors(lights, *candidate_groups(lights >> COMPARED_SHIFT))


@njit(inline="always")
def threshold(varied, offsets, noise, seed, y, x, channel):
    """The pixel's threshold within a step, 1 to 65535.

    The noise is the 64-bit mixer of D. Stafford (2011) that SplitMix64 uses (Steele, Lea and Flood,
    "Fast splittable pseudorandom number generators", 2014), of the pixel's place.
    """
    if not varied:
        return 32768
    share = 32768 + offsets[y % offsets.shape[0], x % offsets.shape[1]]
    if noise > 0:
        place = (
            (np.uint64(y) << np.uint64(40)) ^ (np.uint64(x) << np.uint64(8)) ^ np.uint64(channel)
        )
        mixed = (place + seed) * np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed ^= mixed >> np.uint64(31)
        share += ((np.int64(mixed >> np.uint64(48)) - 32768) * noise) >> 16
    return min(max(share, 1), 65535)


@njit(inline="always")
def level_at(value, lights, first, share):
    """The level of a light: the one above is taken beyond the threshold's share of the step."""
    value = min(max(value, 0), WHITE)
    level = first[value >> LEVEL_CELL_SHIFT]
    while level < len(lights) - 2 and lights[level + 1] <= value:
        level += 1
    step = np.int64(lights[level + 1] - lights[level])
    return level + (value - lights[level] > ((step * share) >> 16))


@njit(inline="always")
def shifted_color(index, red, green, blue, lights, places, groups, share):
    """The colour that a varied threshold gives a light whose nearest colour is known.

    It is the nearest to a light shifted along the greys, as far as twice the largest difference to
    that colour, times the threshold's distance from the middle: a colour of the palette stays itself.
    """
    red, green, blue = min(max(red, 0), WHITE), min(max(green, 0), WHITE), min(max(blue, 0), WHITE)
    apart = max(
        abs(red - lights[index, 0]), abs(green - lights[index, 1]), abs(blue - lights[index, 2])
    )
    shift = (2 * np.int64(apart) * (share - 32768)) >> 16
    return nearest_color(red + shift, green + shift, blue + shift, places, groups)
