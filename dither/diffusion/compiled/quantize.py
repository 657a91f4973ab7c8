"""Quantization of one pixel, shared by all compiled loops of error diffusion.

All numbers are whole (units of light, shares in 1/65536), so the order of sums does not matter. Loops
unpack the tuples before they start, since reading an array from a tuple counts its references, and the
functions are inlined, since passing an array to a function copies its header.
"""

from typing import NamedTuple

import numpy as np

from dither.diffusion.compiled.nearest import COMPARED_SHIFT, candidate_groups, nearest_color
from dither.diffusion.light import WHITE
from dither.native.loop import compiled

# Half of 65536, added before a shift by 16 to round to the nearest unit.
HALF = 1 << 15
# Cells of 2^10 units, for each of which the first level is looked up.
LEVEL_CELL_SHIFT = 10


class LevelTable(NamedTuple):
    """Levels of a channel.

    Attributes:
        lights: (levels,) int32, ascending from 0 to `WHITE`.
        first: (4096,) int32, for each cell of light the level at or below its start.
    """

    lights: np.ndarray
    first: np.ndarray


class PaletteTable(NamedTuple):
    """Colours of a palette.

    Attributes:
        lights: (K, 3) int32.
        axes: (3, 3072) int32, what each channel adds to the number of a cell, as `candidate_groups`
            returns it.
        places: (cells,) int32, position of each cell's candidates.
        groups: (n, 4, 8) int16, the candidates.
    """

    lights: np.ndarray
    axes: np.ndarray
    places: np.ndarray
    groups: np.ndarray


def level_table(lights: np.ndarray) -> LevelTable:
    """Return the levels with the table that finds them."""
    starts = np.arange((WHITE >> LEVEL_CELL_SHIFT) + 1) << LEVEL_CELL_SHIFT
    first = np.searchsorted(lights, starts, side="right") - 1
    return LevelTable(lights, np.minimum(first, len(lights) - 2).astype(np.int32))


def palette_table(lights: np.ndarray) -> PaletteTable:
    """Return the palette with the candidate lists that find the nearest colour."""
    return PaletteTable(lights, *candidate_groups(lights >> COMPARED_SHIFT))


@compiled(inline=True)
def light_of(sample, units):
    """Return the light of a sample, int64."""
    return np.int64(units[sample] if len(units) else sample)


@compiled(inline=True)
def threshold(varies, offsets, noise, seed, y, x, channel):
    """Return a pixel's threshold, 1 to 65535.

    The noise is the 64-bit mixer of D. Stafford (2011) that SplitMix64 uses (Steele, Lea and Flood,
    "Fast splittable pseudorandom number generators", 2014), applied to the pixel's position.
    """
    if not varies:
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


@compiled(inline=True)
def level_at(value, lights, first, share):
    """Return the level of a light: the higher neighbour if it is beyond the threshold `share`."""
    value = min(max(value, 0), WHITE)
    level = first[value >> LEVEL_CELL_SHIFT]
    while level < len(lights) - 2 and lights[level + 1] <= value:
        level += 1
    step = np.int64(lights[level + 1] - lights[level])
    return level + (value - lights[level] > ((step * share) >> 16))


@compiled(inline=True)
def shifted_color(index, red, green, blue, lights, axes, places, groups, share):
    """Return the colour that a modulated threshold gives a light whose nearest colour is `index`.

    It is the colour nearest to the light shifted along the greys, by twice the largest channel
    difference to `index` times the threshold's distance from the middle. So colours of the palette
    keep their index.
    """
    difference = max(
        abs(red - lights[index, 0]), abs(green - lights[index, 1]), abs(blue - lights[index, 2])
    )
    shift = (2 * np.int64(difference) * (share - 32768)) >> 16
    return nearest_color(red + shift, green + shift, blue + shift, axes, places, groups)
